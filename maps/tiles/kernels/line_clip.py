"""A line cut to a box (Liang and Barsky, 1984): the pieces inside, one after another."""

from __future__ import annotations

from maps.tiles.kernels.types import Floats, Ints, compiled


@compiled
def clip_line(
    x: Floats,
    y: Floats,
    n: int,
    out_x: Floats,
    out_y: Floats,
    ends: Ints,
    low: Floats,
    high: Floats,
) -> int:
    """Cut a line.

    Parameters
    ----------
    x, y
        The line in the first `n` places.
    out_x, out_y
        Room for ``2 * n`` points: the pieces' points, one piece behind the other.
    ends
        Room for `n` numbers: where each piece ends.
    low, high
        Corners of the box, (x, y) each.

    Returns
    -------
    int
        Number of pieces.
    """
    pieces, m = 0, 0
    joined = False
    for i in range(n - 1):
        dx, dy = x[i + 1] - x[i], y[i + 1] - y[i]
        start, end = 0.0, 1.0
        for side in range(4):
            step = -dx if side == 0 else dx if side == 1 else -dy if side == 2 else dy
            room = (
                x[i] - low[0]
                if side == 0
                else high[0] - x[i]
                if side == 1
                else y[i] - low[1]
                if side == 2
                else high[1] - y[i]
            )
            if step == 0.0:
                if room < 0.0:
                    end = -1.0
            elif step < 0.0:
                start = max(start, room / step)
            else:
                end = min(end, room / step)
        if start > end:
            joined = False
            continue
        if not joined or start > 0.0:
            if m > 0 and (pieces == 0 or ends[pieces - 1] != m):
                ends[pieces] = m
                pieces += 1
            out_x[m] = x[i] + start * dx
            out_y[m] = y[i] + start * dy
            m += 1
        out_x[m] = x[i + 1] if end == 1.0 else x[i] + end * dx
        out_y[m] = y[i + 1] if end == 1.0 else y[i] + end * dy
        m += 1
        joined = end == 1.0
    if m > 0 and (pieces == 0 or ends[pieces - 1] != m):
        ends[pieces] = m
        pieces += 1
    return pieces
