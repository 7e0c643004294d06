"""Which of many bounding boxes overlap: in bands of latitude, each swept from west to east."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.rings.loops import Floats, Places, loops

ROOM: Final = 100_000
BANDS: Final = 20_000
LEAST_BAND_DEG: Final = 1e-4


def overlapping(
    bounds: Floats, least_m2: float, most: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None:
    """Give the pairs of boxes that overlap by at least so much, each once, the lesser place first.

    Parameters
    ----------
    bounds
        Shape (n, 4), degrees: west, south, east, north.
    most
        Give None when there are more pairs.
    """
    bounds = np.ascontiguousarray(bounds)
    bands = _bands(bounds)
    counts = np.bincount(bands[:, 0], minlength=BANDS + 2)
    counts -= np.bincount(bands[:, 1] + 1, minlength=BANDS + 2)
    starts = np.concatenate([[0], np.cumsum(np.cumsum(counts)[:-1])])
    entries = np.empty(starts[-1], np.int64)
    loops().spread(bands, np.argsort(bounds[:, 0], kind="stable"), entries, starts[:-1].copy())
    room = min(ROOM, most)
    while True:
        pairs = np.empty((room, 2), np.int64)
        found = loops().meet(bounds, bands, entries, starts, least_m2, pairs)
        if found >= 0:
            pairs = pairs[:found]
            pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
            return pairs[:, 0].astype(np.intp), pairs[:, 1].astype(np.intp)
        if room == most:
            return None
        room = min(most, room * 8)


def _bands(bounds: Floats) -> Places:
    """Give the first and the last band of each box: bands as high as a few boxes, not too many."""
    if not len(bounds):
        return np.empty((0, 2), np.int64)
    south, north = bounds[:, 1].min(), bounds[:, 3].max()
    height = max(4 * float((bounds[:, 3] - bounds[:, 1]).mean()), LEAST_BAND_DEG)
    height = max(height, (north - south) / (BANDS - 1))
    bands: Places = np.floor((bounds[:, [1, 3]] - south) / height).astype(np.int64)
    return bands
