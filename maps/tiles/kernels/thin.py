"""A line or ring without the vertices that don't matter (Douglas and Peucker, 1973)."""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.types import Floats, compiled


@compiled
def _farthest(x: Floats, y: Floats, i: int, j: int, last: int, limit: float) -> int:
    """Give which vertex between `i` and `j` is farthest from their line; -1 within the limit.

    `last` stands for the end of the line (the first vertex, of a ring); `limit` is squared.
    """
    dx, dy = x[last] - x[i], y[last] - y[i]
    length = dx * dx + dy * dy
    found, best = -1, limit
    for k in range(i + 1, j):
        t = 0.0
        if length > 0.0:
            t = min(1.0, max(0.0, ((x[k] - x[i]) * dx + (y[k] - y[i]) * dy) / length))
        away = (x[k] - x[i] - t * dx) ** 2 + (y[k] - y[i] - t * dy) ** 2
        if away > best:
            found, best = k, away
    return found


@compiled
def thin(x: Floats, y: Floats, n: int, tolerance: float, closed: bool) -> int:
    """Leave out, in place, vertices that are no farther than a tolerance from what stays.

    A ring (without its closing point) keeps its first vertex and the one farthest from it, and so
    two vertices at least; of equally far vertices the first one stays.

    Parameters
    ----------
    x, y
        The line or ring in the first `n` places.
    tolerance
        In the coordinates' unit; 0 leaves everything.

    Returns
    -------
    int
        Number of vertices left.
    """
    if tolerance <= 0.0 or n < 3:
        return n
    keep = np.zeros(n + 1, np.bool_)
    stack = np.empty((n + 2, 2), np.int64)
    last = n if closed else n - 1
    keep[0] = True
    keep[last] = True
    stack[0, 0], stack[0, 1] = 0, last
    depth = 1
    if closed:
        split = max(1, _farthest(x, y, 0, n, 0, -1.0))
        keep[split] = True
        stack[0, 1] = split
        stack[1, 0], stack[1, 1] = split, n
        depth = 2
    while depth > 0:
        depth -= 1
        i, j = stack[depth, 0], stack[depth, 1]
        split = _farthest(x, y, i, j, 0 if j == n else j, tolerance * tolerance)
        if split >= 0:
            keep[split] = True
            stack[depth, 0], stack[depth, 1] = i, split
            stack[depth + 1, 0], stack[depth + 1, 1] = split, j
            depth += 2
    m = 0
    for i in range(n):
        if keep[i]:
            x[m], y[m] = x[i], y[i]
            m += 1
    return m
