"""A tile put together from its layers, within a limit of size.

The rule: a tile larger than is wanted is drawn coarser (`COARSER`) and without names, whole all the
same. Only one that is then still larger than any tile may be goes without its smallest features.
What is left out is said in the tile, in the layer `omitted`: one point in
the middle for each layer that is not whole, with how many features and how much floor area it
lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from isal import igzip

from maps.tiles.kernels.types import Ints
from maps.tiles.layer import Encoded, Layer, layer_message
from maps.tiles.mercator import EXTENT
from maps.tiles.values import field, value_message, varint

EMPTY: Final = b""
"""A tile without features is an empty message."""

FINE_FROM: Final = 13
"""From this zoom on a unit is under 1.2 m and only rounding changes a border."""

COARSER: Final = (2.0, 4.0)
"""Tolerances, in units, that a tile larger than is wanted is tried with."""
COARSEST: Final = 8.0
"""Then this one, without names: a pixel of a screen, where a tile is 512 wide."""

_FEATURE = (2 << 3) | 2  # of a layer
_KEY = (3 << 3) | 2
_ID, _TAGS, _TYPE, _GEOMETRY = (1 << 3), (2 << 3) | 2, (3 << 3), (4 << 3) | 2


@dataclass(frozen=True)
class Limits:
    """How large a tile may be, and how large it should be, before and after compression; bytes.

    The largest that a tile may be after compression is tippecanoe's own limit.
    """

    raw_bytes: int = 1_500_000
    gzip_bytes: int = 500_000
    wanted_raw_bytes: int = 500_000
    wanted_gzip_bytes: int = 200_000

    def fits(self, tile: bytes) -> bool:
        """Tell whether a tile is within what it may be."""
        return _within(tile, self.raw_bytes, self.gzip_bytes)

    def is_wanted(self, tile: bytes) -> bool:
        """Tell whether a tile is within what it should be."""
        return _within(
            tile,
            min(self.raw_bytes, self.wanted_raw_bytes),
            min(self.gzip_bytes, self.wanted_gzip_bytes),
        )


def _within(tile: bytes, raw_bytes: int, gzip_bytes: int) -> bool:
    if len(tile) > raw_bytes:
        return False
    return len(tile) <= gzip_bytes or len(compress(tile)) <= gzip_bytes


def compress(tile: bytes) -> bytes:
    """Compress a tile as it is served and kept in archives; equal tiles, equal bytes."""
    found: bytes = igzip.compress(tile, 1, mtime=0)
    return found


def encode(layers: tuple[Layer, ...], z: int, x: int, y: int, limits: Limits) -> bytes:
    """Encode a tile, with its layers in the given order."""
    finest = 0.0 if z >= FINE_FROM else 1.0
    steps = [(finest, False), *((step, False) for step in COARSER)]
    if any(layer.lean is not None for layer in layers):
        steps.append((COARSER[-1], True))
    steps.append((COARSEST, True))
    for tolerance, lean in steps:
        drawn = [
            layer.encode(z, x, y, 0.0 if layer.cuts else tolerance, lean=lean) for layer in layers
        ]
        tile = b"".join(map(_message, layers, drawn))
        if limits.is_wanted(tile):
            return tile
    if limits.fits(tile):
        return tile
    return _fitted(layers, drawn, z, x, y, limits)


def _message(layer: Layer, encoded: Encoded) -> bytes:
    return layer.message(encoded)


def _fitted(
    layers: tuple[Layer, ...], whole: list[Encoded], z: int, x: int, y: int, limits: Limits
) -> bytes:
    """Leave out the smallest features until the tile fits; of its layers the largest gives most."""
    share = 1.0
    full = sum(len(item.features) + len(item.values) for item in whole)
    while True:
        share *= 0.9
        room = share * min(limits.raw_bytes, full)
        messages, missing = [], []
        for layer, item in zip(layers, whole, strict=True):
            own = len(item.features) + len(item.values)
            keep = _largest_within(layer, item, room * own / max(full, 1))
            kept = layer.encode(z, x, y, 0.0 if layer.cuts else COARSEST, keep, lean=True)
            messages.append(layer.message(kept))
            left = _left_out(item, keep)
            if len(left):
                area = int(layer.floor_area_dm2[left].sum())
                missing.append((layer.name, len(left), area))
        tile = b"".join(messages) + omitted(missing)
        if limits.fits(tile) or share < 1e-6:
            return tile


def _largest_within(layer: Layer, whole: Encoded, room: float) -> Ints:
    """Give the places, ascending, of the largest features whose bytes fit into some room."""
    order = np.lexsort([whole.rows, -layer.weights[whole.rows]])
    order = order[whole.sizes[order] > 0]
    per_value = len(whole.values) / max(1, len(order))
    total = np.cumsum(whole.sizes[order] + per_value)
    return np.sort(order[: int(np.searchsorted(total, room, side="right"))])


def _left_out(whole: Encoded, keep: Ints) -> Ints:
    """Give the rows that are drawn in the whole tile and not among those kept."""
    drawn = whole.sizes > 0
    drawn[keep] = False
    return whole.rows[drawn]


def omitted(missing: list[tuple[str, int, int]]) -> bytes:
    """Write the layer that says what is left out: (layer, count, floor area in 0.01 m²) each."""
    if not missing:
        return b""
    values: dict[bytes, int] = {}
    features = []
    half = varint(2 * (EXTENT // 2))
    for name, count, floor_area_dm2 in missing:
        words: tuple[str | float, ...] = (name, count, floor_area_dm2 / 100)
        tags = b"".join(
            varint(key) + varint(values.setdefault(value_message(word), len(values)))
            for key, word in enumerate(words)
        )
        body = field(_TAGS, tags) + varint(_TYPE) + varint(1)
        features.append(field(_FEATURE, body + field(_GEOMETRY, varint(9) + half + half)))
    keys = b"".join(field(_KEY, key) for key in (b"layer", b"count", b"floor_area_m2"))
    return layer_message("omitted", b"".join(features), keys, b"".join(values))
