"""One feature's geometry as the tile format's commands (MVT 2.1, section 4.3).

Room in `out` is the caller's duty: `ROOM_A_VERTEX` bytes for each vertex that comes in (cutting
and its buffer included) and `ROOM_A_PART` for each ring or line.
"""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.line_clip import clip_line
from maps.tiles.kernels.ring_clip import clip_ring
from maps.tiles.kernels.snap import snap_line, snap_ring, twice_area
from maps.tiles.kernels.thin import thin
from maps.tiles.kernels.types import Bytes, Floats, Ints, compiled
from maps.tiles.kernels.varint import put_varint, put_zigzag

ROOM_A_VERTEX = 24
ROOM_A_PART = 64
_MOVE, _LINE, _CLOSE = 1, 2, 7


@compiled
def put_path(
    out: Bytes, at: int, qx: Ints, qy: Ints, n: int, pen: Ints, closed: bool, backwards: bool
) -> int:
    """Write one ring or line from the pen's place, which moves along."""
    at = put_varint(out, at, (1 << 3) | _MOVE)
    for i in range(n):
        # Backwards starts at the same vertex.
        j = (n - i) % n if backwards else i
        at = put_zigzag(out, at, qx[j] - pen[0])
        at = put_zigzag(out, at, qy[j] - pen[1])
        pen[0], pen[1] = qx[j], qy[j]
        if i == 0:
            at = put_varint(out, at, ((n - 1) << 3) | _LINE)
    return put_varint(out, at, (1 << 3) | _CLOSE) if closed else at


@compiled
def put_point(out: Bytes, at: int, x: float, y: float, extent: int) -> int:
    """Write a point, when it lies in the tile itself: each point is in one tile only."""
    if not (0.0 <= x < extent and 0.0 <= y < extent):
        return at
    at = put_varint(out, at, (1 << 3) | _MOVE)
    at = put_zigzag(out, at, min(extent - 1, int(np.rint(x))))
    return put_zigzag(out, at, min(extent - 1, int(np.rint(y))))


@compiled
def put_lines(
    out: Bytes,
    at: int,
    coords: Floats,
    rings: Ints,
    first: int,
    last: int,
    view: Floats,
    low: Floats,
    high: Floats,
    tolerance: float,
    fx: Floats,
    fy: Floats,
    gx: Floats,
    gy: Floats,
    qx: Ints,
    qy: Ints,
) -> int:
    """Write the lines from `first` to `last`, cut to the box."""
    pen = np.zeros(2, np.int64)
    for ring in range(first, last):
        n = 0
        for i in range(rings[ring], rings[ring + 1]):
            fx[n] = coords[i, 0] * view[0] - view[1]
            fy[n] = coords[i, 1] * view[0] - view[2]
            n += 1
        n = thin(fx, fy, n, tolerance, False)
        pieces = clip_line(fx, fy, n, gx, gy, qx, low, high)
        ends = qx[:pieces].copy()
        start = 0
        for piece in range(pieces):
            m = snap_line(gx, gy, start, ends[piece], qx, qy)
            start = ends[piece]
            if m >= 2:
                at = put_path(out, at, qx, qy, m, pen, False, False)
    return at


@compiled
def put_polygons(
    out: Bytes,
    at: int,
    coords: Floats,
    rings: Ints,
    parts: Ints,
    first: int,
    last: int,
    view: Floats,
    low: Floats,
    high: Floats,
    inside: bool,
    tolerance: float,
    fx: Floats,
    fy: Floats,
    gx: Floats,
    gy: Floats,
    qx: Ints,
    qy: Ints,
) -> int:
    """Write the polygons from `first` to `last`, cut to the box unless they lie inside it.

    An outer ring without area on the grid goes with its holes, a hole without area goes alone.
    """
    pen = np.zeros(2, np.int64)
    for part in range(first, last):
        for ring in range(parts[part], parts[part + 1]):
            n = 0
            for i in range(rings[ring], rings[ring + 1] - 1):
                fx[n] = coords[i, 0] * view[0] - view[1]
                fy[n] = coords[i, 1] * view[0] - view[2]
                n += 1
            if not inside:
                n = clip_ring(fx, fy, n, gx, gy, low, high)
            n = thin(fx, fy, n, tolerance, True)
            n = snap_ring(fx, fy, n, qx, qy)
            area = twice_area(qx, qy, n)
            outer = ring == parts[part]
            if area == 0:
                if outer:
                    break
                continue
            at = put_path(out, at, qx, qy, n, pen, True, outer != (area > 0))
    return at


@compiled
def put_speck(out: Bytes, at: int, x: float, y: float, kind: int, qx: Ints, qy: Ints) -> int:
    """Write what stands for a shape too small for the grid: a square or a line of two units."""
    cx, cy = np.int64(np.rint(x)), np.int64(np.rint(y))
    pen = np.zeros(2, np.int64)
    qx[0], qy[0] = cx - 1, cy - 1
    qx[1], qy[1] = cx + 1, cy - 1
    if kind == 2:
        return put_path(out, at, qx, qy, 2, pen, False, False)
    qx[2], qy[2] = cx + 1, cy + 1
    qx[3], qy[3] = cx - 1, cy + 1
    return put_path(out, at, qx, qy, 4, pen, True, False)


@compiled
def put_shape(
    out: Bytes,
    kind: int,
    first: int,
    last: int,
    parts: Ints,
    rings: Ints,
    coords: Floats,
    box: Floats,
    ax: float,
    ay: float,
    view: Floats,
    low: Floats,
    high: Floats,
    extent: int,
    tolerance: float,
    fx: Floats,
    fy: Floats,
    gx: Floats,
    gy: Floats,
    qx: Ints,
    qy: Ints,
) -> int:
    """Write a feature's shape, its parts from `first` to `last`; give its bytes, 0 outside.

    A line or polygon that the grid leaves nothing of is drawn as a speck at its anchor, in the
    tiles that hold that: no feature vanishes. What a tolerance alone leaves nothing of in a tile
    beside that is drawn as the grid has it, so that coarser tiles hold the same features.
    """
    if kind == 1:
        return put_point(out, 0, ax, ay, extent)
    if kind == 2:
        n = put_lines(
            out, 0, coords, rings, parts[first], parts[last], view, low, high, tolerance,
            fx, fy, gx, gy, qx, qy,
        )  # fmt: skip
    else:
        inside = (
            box[0] * view[0] - view[1] >= low[0]
            and box[1] * view[0] - view[2] >= low[1]
            and box[2] * view[0] - view[1] <= high[0]
            and box[3] * view[0] - view[2] <= high[1]
        )
        n = put_polygons(
            out, 0, coords, rings, parts, first, last, view, low, high, inside, tolerance,
            fx, fy, gx, gy, qx, qy,
        )  # fmt: skip
    if n == 0 and low[0] <= ax <= high[0] and low[1] <= ay <= high[1]:
        n = put_speck(out, 0, ax, ay, kind, qx, qy)
    elif n == 0 and tolerance > 0.0 and kind == 3:
        n = put_polygons(
            out, 0, coords, rings, parts, first, last, view, low, high, False, 0.0,
            fx, fy, gx, gy, qx, qy,
        )  # fmt: skip
    return n
