"""A ring cut to a box (Sutherland and Hodgman, 1974): one side of the box after another.

Where the ring leaves the box more than once, its pieces stay joined along the box's edge; in a
tile that edge lies in the buffer, outside what is drawn.
"""

from __future__ import annotations

from maps.tiles.kernels.types import Floats, compiled

ROOM = 6
"""A cut ring has at most so many times the vertices it had (1.5 a side at the very most)."""


@compiled
def _cut(ax: Floats, ay: Floats, n: int, bx: Floats, by: Floats, limit: float, sign: float) -> int:
    """Keep what lies at ``sign * x <= sign * limit``; give the number of vertices."""
    m = 0
    if n == 0:
        return 0
    px, py = ax[n - 1], ay[n - 1]
    p_in = sign * px <= sign * limit
    for i in range(n):
        qx, qy = ax[i], ay[i]
        q_in = sign * qx <= sign * limit
        if p_in != q_in:
            # From the end with the smaller coordinate, so that a border shared by two polygons,
            # which run along it in opposite directions, is cut at the very same place.
            if px < qx:
                y = py + (qy - py) * ((limit - px) / (qx - px))
            else:
                y = qy + (py - qy) * ((limit - qx) / (px - qx))
            bx[m] = limit
            by[m] = y
            m += 1
        if q_in:
            bx[m] = qx
            by[m] = qy
            m += 1
        px, py, p_in = qx, qy, q_in
    return m


@compiled
def clip_ring(
    x: Floats, y: Floats, n: int, spare_x: Floats, spare_y: Floats, low: Floats, high: Floats
) -> int:
    """Cut a ring, without its closing point, in place.

    Parameters
    ----------
    x, y
        The ring in the first `n` places; room for `ROOM` times as many.
    spare_x, spare_y
        Room of the same size.
    low, high
        Corners of the box, (x, y) each.

    Returns
    -------
    int
        Number of vertices left; 0 when nothing is.
    """
    n = _cut(x, y, n, spare_x, spare_y, low[0], -1.0)
    n = _cut(spare_x, spare_y, n, x, y, high[0], 1.0)
    n = _cut(y, x, n, spare_y, spare_x, low[1], -1.0)
    return _cut(spare_y, spare_x, n, y, x, high[1], 1.0)
