"""Coordinates on the tile's grid, without what the grid makes superfluous."""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.types import Floats, Ints, compiled


@compiled
def _straight(qx: Ints, qy: Ints, a: int, b: int, x: int, y: int) -> bool:
    """Tell whether a, b and (x, y) lie on one straight line, forth or back."""
    one = (qx[b] - qx[a]) * (y - qy[b])
    other = (qy[b] - qy[a]) * (x - qx[b])
    return bool(one == other)


@compiled
def snap_ring(x: Floats, y: Floats, n: int, qx: Ints, qy: Ints) -> int:
    """Round a ring to the grid; leave out repeated and straight vertices, and spikes.

    None of what is left out changes the area, nor what two neighbours share.

    Returns
    -------
    int
        Number of vertices in `qx` and `qy`; 0 when the ring has no area left to draw.
    """
    m = 0
    for i in range(n):
        px, py = int(np.rint(x[i])), int(np.rint(y[i]))
        while m >= 1 and qx[m - 1] == px and qy[m - 1] == py:
            m -= 1
        while m >= 2 and _straight(qx, qy, m - 2, m - 1, px, py):
            m -= 1
            while m >= 1 and qx[m - 1] == px and qy[m - 1] == py:
                m -= 1
        qx[m], qy[m] = px, py
        m += 1
    first = 0
    changed = True
    while changed and m - first >= 3:
        changed = False
        repeated = qx[first] == qx[m - 1] and qy[first] == qy[m - 1]
        if repeated or _straight(qx, qy, m - 2, m - 1, qx[first], qy[first]):
            m -= 1
            changed = True
        elif _straight(qx, qy, m - 1, first, qx[first + 1], qy[first + 1]):
            first += 1
            changed = True
    m -= first
    if m < 3:
        return 0
    for i in range(m):
        qx[i], qy[i] = qx[i + first], qy[i + first]
    return m


@compiled
def snap_line(x: Floats, y: Floats, start: int, end: int, qx: Ints, qy: Ints) -> int:
    """Round a line's points from `start` to `end` to the grid, without repeated ones."""
    m = 0
    for i in range(start, end):
        px, py = int(np.rint(x[i])), int(np.rint(y[i]))
        if m == 0 or qx[m - 1] != px or qy[m - 1] != py:
            qx[m], qy[m] = px, py
            m += 1
    return m


@compiled
def twice_area(qx: Ints, qy: Ints, n: int) -> int:
    """Give twice a ring's area; positive when it runs clockwise on the screen (y down)."""
    total = np.int64(0)
    j = n - 1
    for i in range(n):
        total += qx[j] * qy[i] - qx[i] * qy[j]
        j = i
    return int(total)
