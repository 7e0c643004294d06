"""A layer's features in a tile: cut, snapped and written, with their attributes, in one pass."""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.geometry import ROOM_A_PART, ROOM_A_VERTEX, put_shape
from maps.tiles.kernels.ring_clip import ROOM
from maps.tiles.kernels.types import Bytes, Floats, Ints, Shorts, compiled
from maps.tiles.kernels.varint import put_varint, varint_size

_FEATURES = (2 << 3) | 2  # of a layer
_ID, _TAGS, _TYPE, _GEOMETRY = (1 << 3), (2 << 3) | 2, (3 << 3), (4 << 3) | 2  # of a feature


@compiled
def _largest(rows: Ints, features: Ints, parts: Ints, rings: Ints) -> tuple[int, int, int]:
    """Give the vertices of the largest ring, and vertices and rings of the largest feature."""
    ring_most, most, most_rings = 0, 0, 0
    for row in rows:
        first, last = parts[features[row]], parts[features[row + 1]]
        most = max(most, rings[last] - rings[first])
        most_rings = max(most_rings, last - first)
        for ring in range(first, last):
            ring_most = max(ring_most, rings[ring + 1] - rings[ring])
    return ring_most, most, most_rings


@compiled
def _put_feature(
    out: Bytes, at: int, id_: int, head: Bytes, h: int, kind: int, path: Bytes, n: int
) -> int:
    """Write a feature's message: id, tags (the first `h` bytes of `head`), kind, geometry."""
    body = 1 + varint_size(id_) + 1 + varint_size(h) + h + 2 + 1 + varint_size(n) + n
    at = put_varint(out, at, _FEATURES)
    at = put_varint(out, at, body)
    at = put_varint(out, at, _ID)
    at = put_varint(out, at, id_)
    at = put_varint(out, at, _TAGS)
    at = put_varint(out, at, h)
    out[at : at + h] = head[:h]
    at = put_varint(out, at + h, _TYPE)
    at = put_varint(out, at, kind)
    at = put_varint(out, at, _GEOMETRY)
    at = put_varint(out, at, n)
    out[at : at + n] = path[:n]
    return at + n


@compiled
def _take_values(used: Ints, local: Shorts, value_at: Ints, value_bytes: Bytes, size: int) -> Bytes:
    """Put the used values behind each other, and give the scratch back as it was."""
    written = np.empty(size, np.uint8)
    end = 0
    for value in used:
        start, stop = value_at[value], value_at[value + 1]
        written[end : end + stop - start] = value_bytes[start:stop]
        end += stop - start
        local[value] = -1
    return written


@compiled
def encode_features(
    rows: Ints,
    at_rows: Ints,
    kinds: Bytes,
    features: Ints,
    parts: Ints,
    rings: Ints,
    coords: Floats,
    boxes: Floats,
    anchors: Floats,
    ids: Ints,
    tags: Shorts,
    local: Shorts,
    value_at: Ints,
    value_bytes: Bytes,
    view: Floats,
    extent: int,
    buffer: int,
    tolerance: float,
) -> tuple[Bytes, Bytes, Ints]:
    """Write the features of some rows, and the values that they use.

    Parameters
    ----------
    rows
        Which features, by their place in the layer: kinds, anchors, ids and tags.
    at_rows
        Where each one's shape is in `features` and `boxes` (the same as `rows`, unless the
        shapes were cut beforehand).
    features, parts, rings
        Offsets: a feature's parts (polygons, lines, points), a part's rings, a ring's points.
    coords, boxes, anchors
        In the unit square of the world, y down.
    tags
        Shape (n, keys): the place of each attribute's value in the layer's values, or -1.
    local
        Scratch, a place for each value of the layer, all -1; so it is given back.
    value_at, value_bytes
        The layer's values, as the tile format writes them, one behind the other.
    view
        Units of the grid in the world's width, and the tile's corner in units.

    Returns
    -------
    features, values
        Messages of the layer.
    sizes
        Bytes that each feature took; 0: not in this tile.
    """
    scale = view[0]
    low = np.array([-1.0 * buffer, -1.0 * buffer])
    high = np.array([1.0 * extent + buffer, 1.0 * extent + buffer])
    ring_most, most, most_rings = _largest(at_rows, features, parts, rings)
    room = ROOM * ring_most + 16
    fx, fy = np.empty(room), np.empty(room)
    gx, gy = np.empty(room), np.empty(room)
    qx, qy = np.empty(room, np.int64), np.empty(room, np.int64)
    keys = tags.shape[1]
    path = np.empty(ROOM_A_VERTEX * most + ROOM_A_PART * (most_rings + 1), np.uint8)
    head = np.empty(10 * keys * 2 + 32, np.uint8)
    out = np.empty(256 + 64 * len(rows), np.uint8)
    at = 0
    sizes = np.zeros(len(rows), np.int64)
    used = np.empty(keys * len(rows), np.int64)
    values, value_size = 0, 0
    for i in range(len(rows)):
        row, shape = rows[i], at_rows[i]
        kind = kinds[row]
        ax, ay = anchors[row, 0] * scale - view[1], anchors[row, 1] * scale - view[2]
        n = put_shape(
            path, kind, features[shape], features[shape + 1], parts, rings, coords,
            boxes[shape], ax, ay, view, low, high, extent, tolerance, fx, fy, gx, gy, qx, qy,
        )  # fmt: skip
        if n == 0:
            continue
        h = 0
        for key in range(keys):
            value = tags[row, key]
            if value < 0:
                continue
            if local[value] < 0:
                local[value] = values
                used[values] = value
                values += 1
                value_size += value_at[value + 1] - value_at[value]
            h = put_varint(head, h, key)
            h = put_varint(head, h, local[value])
        need = at + h + n + 48
        if need > len(out):
            grown = np.empty(2 * need, np.uint8)
            grown[:at] = out[:at]
            out = grown
        start = at
        at = _put_feature(out, at, ids[row], head, h, kind, path, n)
        sizes[i] = at - start
    written = _take_values(used[:values], local, value_at, value_bytes, value_size)
    return out[:at].copy(), written, sizes
