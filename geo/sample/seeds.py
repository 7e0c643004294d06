"""Points spread over a county: one for each division that has no blocks of a town."""

from __future__ import annotations

import numpy as np
import shapely


def scatter(area: shapely.Geometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw `count` points inside a polygon. Shape (count, 2), degrees."""
    x0, y0, x1, y1 = shapely.bounds(area)
    shapely.prepare(area)
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((x0, y0), (x1, y1), (max(count * 3, 64), 2))
        found = np.concatenate([found, tried[shapely.contains_xy(area, *tried.T)]])
    return found[:count]


def spread(
    points: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose `count` centres that cover a cloud of points evenly (Lloyd's iteration).

    Returns
    -------
    tuple
        Centres, shape (count, 2); and each point's centre, shape (points,).
    """
    count = min(count, len(points))
    centres = points[rng.choice(len(points), count, replace=False)]
    owner = np.zeros(len(points), int)
    for _ in range(6):
        owner = nearest(points, centres)
        sizes = np.bincount(owner, minlength=count)
        sums = np.stack([np.bincount(owner, points[:, k], count) for k in (0, 1)], axis=1)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return centres, nearest(points, centres)


def nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Give the index of the centre nearest to each point. Shape (points,)."""
    squares = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    found: np.ndarray = np.argmin(squares, axis=1)
    return found


def split(points: np.ndarray, weights: list[int]) -> list[np.ndarray]:
    """Share points out among neighbours: one compact set for each weight, in proportion.

    Parameters
    ----------
    points
        Shape (n, 2), n at least the number of weights.

    Returns
    -------
    list of numpy.ndarray
        Indexes into `points`, none of them empty.
    """
    out: list[np.ndarray] = []

    def part(mine: np.ndarray, share: list[int]) -> None:
        if len(share) == 1:
            out.append(mine)
            return
        half = len(share) // 2
        wanted = round(len(mine) * sum(share[:half]) / max(sum(share), 1))
        cut = min(max(wanted, half), len(mine) - (len(share) - half))
        spans = np.ptp(points[mine], axis=0)
        order = mine[np.argsort(points[mine, int(np.argmax(spans))], kind="stable")]
        part(order[:cut], share[:half])
        part(order[cut:], share[half:])

    part(np.arange(len(points)), weights)
    return out
