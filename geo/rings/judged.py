"""Polygons that are beyond doubt, brought into order; the others are left to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.rings.loops import Floats, Mask, loops
from geo.rings.outlines import Outlines


@dataclass(frozen=True)
class Limits:
    """What a polygon must keep away from to be beyond doubt.

    Attributes
    ----------
    turn_slope
        Tangent of the angle, in degrees as they are, within which a side must not turn back.
    grid_deg
        The grid on which coarse coordinates lie.
    """

    least_area_m2: float
    least_width_m: float
    most_span_m: float
    turn_slope: float
    grid_deg: float


@dataclass(frozen=True)
class Judged:
    """What came of it.

    Attributes
    ----------
    outlines
        The plain ones as normalised multipolygons; rows that are not plain have no shape.
    plain
        Shape (n,).
    vertices
        Of the plain ones together.
    coarse
        Whether every one of these lies on the grid.
    """

    outlines: Outlines
    plain: Mask
    vertices: int
    coarse: bool


def judge(
    raw: Outlines,
    move: Callable[[Floats], Floats] | None,
    fits: Callable[[Floats, Floats], Mask],
    limits: Limits,
) -> Judged:
    """Find the polygons that are valid and unremarkable, and normalise them.

    Parameters
    ----------
    move
        Brings points, shape (m, 2), into EPSG:4490; None where they are in it.
    fits
        Tells from bounds as read and as moved, shapes (n, 4), which polygons lie where they may.
    """
    plain = raw.points > 0
    sizes = np.where(plain, 22 + 16 * raw.points, 0)
    begins = np.cumsum(sizes) - sizes
    octets = np.empty(sizes.sum(), np.uint8)
    bounds = raw.bounds if move is None else np.full_like(raw.bounds, np.nan)
    vertices, coarse = 0, True
    for start, points, starts in raw.rings():
        part = slice(start, start + len(starts) - 1)
        xy = points
        if move is not None and len(points):
            xy = np.ascontiguousarray(move(points), np.float64)
            sound = np.zeros(len(starts) - 1, np.bool_)
            loops().measure(xy, starts, bounds[part], sound)
            plain[part] &= sound
        plain[part] &= fits(raw.bounds[part], bounds[part])
        loops().judge(
            xy, starts, bounds[part], limits.least_area_m2, limits.least_width_m,
            limits.most_span_m, limits.turn_slope, plain[part],
        )  # fmt: skip
        loops().write(xy, starts, begins[part], plain[part], loops().HEAD, octets)
        count = int(raw.points[part][plain[part]].sum())
        vertices += count
        coarse = coarse and _on_grid(xy, starts, plain[part], limits.grid_deg)
    made = Outlines(
        octets, begins, sizes, np.where(plain, raw.points, 0),
        np.where(plain[:, None], bounds, np.nan), np.full(len(raw), None, dtype=object),
        proven=True,
    )  # fmt: skip
    return Judged(made, plain, vertices, coarse)


def _on_grid(xy: Floats, starts: np.ndarray, plain: Mask, grid_deg: float) -> bool:
    """Tell whether every vertex of plain rings lies on a grid; a few first, they mostly don't."""
    for ring in np.flatnonzero(plain)[:3]:
        if not _all_on_grid(xy[starts[ring] : starts[ring + 1]], grid_deg):
            return False
    return _all_on_grid(xy[np.repeat(plain, np.diff(starts))], grid_deg)


def _all_on_grid(points: Floats, grid_deg: float) -> bool:
    steps = points / grid_deg
    return bool((np.abs(steps - np.rint(steps)) < 1e-6).all())
