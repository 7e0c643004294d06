"""Polygons cut to a box larger than a tile, so that a tile need not walk a whole province."""

from __future__ import annotations

import numpy as np

from maps.tiles.kernels.ring_clip import ROOM, clip_ring
from maps.tiles.kernels.types import Floats, Ints, compiled


@compiled
def cut_polygons(
    rows: Ints, features: Ints, parts: Ints, rings: Ints, coords: Floats, low: Floats, high: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Give the polygons of some rows, cut: offsets of features, parts and rings, and points."""
    most, total, total_parts, total_rings = 0, 0, 0, 0
    for row in rows:
        for part in range(features[row], features[row + 1]):
            total_parts += 1
            for ring in range(parts[part], parts[part + 1]):
                total_rings += 1
                n = rings[ring + 1] - rings[ring]
                total += n
                most = max(most, n)
    room = ROOM * most + 16
    fx, fy = np.empty(room), np.empty(room)
    gx, gy = np.empty(room), np.empty(room)
    out = np.empty((total + 64, 2))
    out_features = np.zeros(len(rows) + 1, np.int64)
    out_parts = np.zeros(total_parts + 1, np.int64)
    out_rings = np.zeros(total_rings + 1, np.int64)
    at_part, at_ring, at = 0, 0, 0
    for i in range(len(rows)):
        row = rows[i]
        for part in range(features[row], features[row + 1]):
            ring_before = at_ring
            for ring in range(parts[part], parts[part + 1]):
                n = 0
                for k in range(rings[ring], rings[ring + 1] - 1):
                    fx[n], fy[n] = coords[k, 0], coords[k, 1]
                    n += 1
                n = clip_ring(fx, fy, n, gx, gy, low, high)
                if n < 3:
                    if ring == parts[part]:
                        break
                    continue
                if at + n + 1 > len(out):
                    grown = np.empty((2 * (at + n + 1), 2))
                    grown[:at] = out[:at]
                    out = grown
                for k in range(n):
                    out[at + k, 0], out[at + k, 1] = fx[k], fy[k]
                out[at + n, 0], out[at + n, 1] = fx[0], fy[0]
                at += n + 1
                at_ring += 1
                out_rings[at_ring] = at
            if at_ring > ring_before:
                at_part += 1
                out_parts[at_part] = at_ring
        out_features[i + 1] = at_part
    return (
        out_features,
        out_parts[: at_part + 1].copy(),
        out_rings[: at_ring + 1].copy(),
        out[:at].copy(),
    )
