"""Which features a box may hold: by bounds, first of blocks of rows, then of rows.

Rows lie along a Hilbert curve, so the bounds of a block of neighbours in the file are tight and
most blocks are passed over; what is found is in the file's order.
"""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.types import Bytes, Floats, Ints, compiled

BLOCK = 64
"""Rows in a block."""


@compiled
def candidates(
    boxes: Floats, blocks: Floats, from_zoom: Bytes, zoom: int, low: Floats, high: Floats
) -> Ints:
    """Give the rows drawn at a zoom whose bounds meet a box.

    Parameters
    ----------
    boxes, blocks
        Bounds of rows and of blocks of `BLOCK` rows: (n, 4), west, north, east, south (y down).
        A row without a shape has NaN and is never found.
    from_zoom
        The first zoom that draws each row.
    low, high
        Corners of the box, (x, y) each.
    """
    found = np.empty(64, np.int64)
    m = 0
    for block in range(len(blocks)):
        if not (
            blocks[block, 0] <= high[0]
            and blocks[block, 2] >= low[0]
            and blocks[block, 1] <= high[1]
            and blocks[block, 3] >= low[1]
        ):
            continue
        for row in range(block * BLOCK, min(len(boxes), (block + 1) * BLOCK)):
            if (
                from_zoom[row] <= zoom
                and boxes[row, 0] <= high[0]
                and boxes[row, 2] >= low[0]
                and boxes[row, 1] <= high[1]
                and boxes[row, 3] >= low[1]
            ):
                if m == len(found):
                    grown = np.empty(2 * m, np.int64)
                    grown[:m] = found
                    found = grown
                found[m] = row
                m += 1
    return found[:m]
