"""How likely a fit this good is by chance: an exact bound, without drawing lots.

The null hypothesis is that a placement is one of several that are all alike: each block of
polygons fits at it as at any of the others. The chance that the sum of residuals comes out as low
as it did is then at most ``exp(t S) Π mean(exp(-t r))`` for every t ≥ 0 (Chernoff, *Annals of
Mathematical Statistics* 23, 1952, 493–507); the smallest of those bounds is given. Nothing is
assumed of how residuals are spread, and blocks that fit everywhere count for nothing.

A file moves as one, so polygons beside each other fit or fail together: they make one block.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.datum.blocks import Floats

SLOPES: Final = np.geomspace(0.05, 5_000, 120)


def chance(observed: Floats, alike: Floats) -> float:
    """Bound the chance of a sum as low as the observed one.

    Parameters
    ----------
    observed
        Shape (blocks,), residuals at the placement in question.
    alike
        Shape (placements, blocks), residuals at all placements that it is one of; the one in
        question among them.

    Returns
    -------
    float
        Over 0, at most 1.

    Examples
    --------
    >>> import numpy as np
    >>> round(chance(np.zeros(10), np.array([np.zeros(10), np.ones(10)])) * 2**10, 6)
    1.0
    """
    if not len(observed):
        return 1.0
    terms = -SLOPES[:, None, None] * alike[None]
    top = terms.max(axis=1)
    means = top + np.log(np.exp(terms - top[:, None]).mean(axis=1))
    bounds = SLOPES * observed.sum() + means.sum(axis=1)
    return float(np.exp(min(bounds.min(), 0.0)))


def blocks(points_m: npt.ArrayLike, side_m: float) -> npt.NDArray[np.intp]:
    """Give the number of the grid square that each point, shape (n, 2) in metres, lies in."""
    cells = np.floor(np.asarray(points_m, np.float64) / side_m).astype(np.int64)
    return np.unique(cells, axis=0, return_inverse=True)[1].ravel()


def by_block(values: Floats, block: npt.NDArray[np.intp]) -> Floats:
    """Sum the last axis of values, shape (..., n), by block; shape (..., blocks)."""
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    return np.add.reduceat(values[..., order], starts, axis=-1)
