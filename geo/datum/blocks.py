"""Points moved block by block: millions need no more room beside them than a few thousand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BLOCK: Final = 8192
"""Points at a time: their dozen intermediate columns stay in the processor's cache."""


def in_blocks(
    points: npt.ArrayLike,
    chosen: Callable[[Floats], Bools],
    move: Callable[[Floats, Floats], tuple[Floats, Floats]],
) -> Floats:
    """Move some of the points; the others stay as they are.

    Parameters
    ----------
    points
        Shape (n, 2), longitude and latitude in degrees.
    chosen
        Tells which rows of a block to move.
    move
        Takes their longitudes and latitudes, shapes (k,), and gives the new ones.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), degrees; a copy.
    """
    out = np.array(points, dtype=np.float64)
    for start in range(0, len(out), BLOCK):
        block = out[start : start + BLOCK]
        moved = chosen(block)
        block[moved] = np.column_stack(move(*block[moved].T))
    return out
