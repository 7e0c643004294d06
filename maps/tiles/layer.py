"""A layer of a snapshot's tiles: shapes by zoom, attributes, and the encoding of a tile of it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from maps.tiles.kernels.candidates import candidates
from maps.tiles.kernels.features import encode_features
from maps.tiles.kernels.types import Bytes, Floats, Ints
from maps.tiles.mercator import BUFFER, EXTENT
from maps.tiles.shapes import Shapes
from maps.tiles.values import Attributes, field, varint

ANCESTORS: Final = (6, 9, 12)
"""Zooms whose tiles cut large polygons beforehand, for the tiles below them."""

KEPT_CUTS: Final = 64
"""Ancestors whose pieces are kept."""

NEVER: Final = 255
"""The first zoom of what is not drawn at all."""

LAYER: Final = (3 << 3) | 2  # of a tile
_VERSION, _NAME, _EXTENT = (15 << 3), (1 << 3) | 2, (5 << 3)  # of a layer


def layer_message(name: str, features: bytes, keys: bytes, values: bytes) -> bytes:
    """Write a layer of a tile, as version 2 of the format."""
    body = (
        varint(_VERSION)
        + varint(2)
        + field(_NAME, name.encode())
        + features
        + keys
        + values
        + varint(_EXTENT)
        + varint(EXTENT)
    )
    return field(LAYER, body)


@dataclass(frozen=True)
class Encoded:
    """Features of a tile: their messages and values, and the bytes that each row took (0: none)."""

    rows: Ints
    sizes: Ints
    features: bytes
    values: bytes
    keys: bytes = b""

    @property
    def drawn(self) -> int:
        """How many features are in the tile."""
        return int(np.count_nonzero(self.sizes))


class Layer:
    """Features with one set of attributes.

    Parameters
    ----------
    name
        Of the layer in its tiles.
    kinds
        Kind of each feature, shape (n,).
    shapes
        Gives the shapes that a zoom is drawn from; the same object for the same shapes.
    anchors
        A place in each feature, (n, 2), unit square: where it is drawn when it is too small.
    ids
        Feature ids, (n,).
    from_zoom
        The first zoom that draws each feature, (n,).
    weights
        By which the smallest are left out first, (n,).
    floor_area_dm2
        What the count of those left out sums up, (n,).
    lean
        Attributes of a tile that is too large with all of them; None for the same.
    cuts
        Whether polygons span many tiles, so that cutting them beforehand pays.
    """

    def __init__(
        self,
        name: str,
        kinds: Bytes,
        shapes: Callable[[int], Shapes],
        anchors: Floats,
        ids: Ints,
        attributes: Attributes,
        from_zoom: Bytes,
        weights: Floats,
        floor_area_dm2: Ints,
        *,
        cuts: bool = False,
        lean: Attributes | None = None,
    ) -> None:
        self.name = name
        self.kinds = kinds
        self.shapes = shapes
        self.anchors = anchors
        self.ids = ids
        self.attributes = attributes
        self.from_zoom = from_zoom
        self.weights = weights
        self.floor_area_dm2 = floor_area_dm2
        self.cuts = cuts
        self.lean = lean
        self._pieces: OrderedDict[tuple[int, int, int, int], tuple[Shapes, Ints]] = OrderedDict()
        self._lock = threading.Lock()
        self._local = threading.local()

    def __len__(self) -> int:
        return len(self.ids)

    def rows_in(
        self, z: int, x: int, y: int, *, every_zoom: bool = False
    ) -> tuple[Shapes, Ints, Ints]:
        """Give shapes, the rows that a tile may hold, and where their shapes are.

        Parameters
        ----------
        every_zoom
            Also those that are only drawn from a later zoom on.
        """
        shapes, rows = self._source(z, x, y)
        boxes = shapes.boxes
        low, high = _box(z, x, y)
        zooms = self.from_zoom if rows is None else self.from_zoom[rows]
        at = candidates(boxes, shapes.blocks, zooms, NEVER - 1 if every_zoom else z, low, high)
        return shapes, (at if rows is None else rows[at]), at

    def encode(
        self,
        z: int,
        x: int,
        y: int,
        tolerance: float,
        keep: Ints | None = None,
        *,
        lean: bool = False,
    ) -> Encoded:
        """Write a tile's features.

        Parameters
        ----------
        tolerance
            How far, in units, a drawn border may be from the true one before rounding.
        keep
            Only these of the rows found, by their place in `rows_in`.
        lean
            Without the attributes that a tile can do without.
        """
        shapes, rows, at = self.rows_in(z, x, y)
        if keep is not None:
            rows, at = rows[keep], at[keep]
        if not len(rows):
            return Encoded(rows, np.zeros(0, np.int64), b"", b"")
        words = self.lean if lean and self.lean is not None else self.attributes
        view = np.array([EXTENT * 2.0**z, x * float(EXTENT), y * float(EXTENT)])
        features, values, sizes = encode_features(
            rows, at, self.kinds, shapes.features, shapes.parts, shapes.rings, shapes.coords,
            shapes.boxes, self.anchors, self.ids, words.tags, self._scratch(words), words.value_at,
            words.value_bytes, view, EXTENT, BUFFER, tolerance,
        )  # fmt: skip
        return Encoded(rows, sizes, features.tobytes(), values.tobytes(), words.keys)

    def message(self, encoded: Encoded) -> bytes:
        """Write the layer that holds encoded features; nothing without any."""
        if not encoded.features:
            return b""
        return layer_message(self.name, encoded.features, encoded.keys, encoded.values)

    def _source(self, z: int, x: int, y: int) -> tuple[Shapes, Ints | None]:
        """Give the shapes to cut a tile from: the layer's own, or an ancestor's pieces."""
        ancestors = [zoom for zoom in ANCESTORS if zoom < z] if self.cuts else []
        if not ancestors:
            return self.shapes(z), None
        own = self.shapes(z)
        return self._cut(own, ancestors, z, x, y)

    def _cut(
        self, own: Shapes, ancestors: list[int], z: int, x: int, y: int
    ) -> tuple[Shapes, Ints]:
        zoom = ancestors[-1]
        ax, ay = x >> (z - zoom), y >> (z - zoom)
        key = (id(own), zoom, ax, ay)
        with self._lock:
            if key in self._pieces:
                self._pieces.move_to_end(key)
                return self._pieces[key]
        low, high = _box(zoom, ax, ay)
        if len(ancestors) > 1:
            shapes, above = self._cut(own, ancestors[:-1], zoom, ax, ay)
        else:
            shapes, above = own, np.arange(len(self))
        zooms = np.zeros(len(above), np.uint8)
        at = candidates(shapes.boxes, shapes.blocks, zooms, 0, low, high)
        found = shapes.cut(at, low, high), above[at]
        with self._lock:
            self._pieces[key] = found
            while len(self._pieces) > KEPT_CUTS:
                self._pieces.popitem(last=False)
        return found

    def _scratch(self, words: Attributes) -> np.ndarray:
        """Give this thread's scratch of the kernel: a place for each value, all -1."""
        name = "places" if words is self.attributes else "lean"
        found: np.ndarray | None = getattr(self._local, name, None)
        if found is None:
            found = np.full(len(words.value_at), -1, np.int32)
            setattr(self._local, name, found)
        return found


def _box(z: int, x: int, y: int) -> tuple[Floats, Floats]:
    """Give the corners of a tile with its buffer, in the unit square."""
    margin = BUFFER / EXTENT
    low = np.array([x - margin, y - margin]) / 2**z
    high = np.array([x + 1 + margin, y + 1 + margin]) / 2**z
    return low, high
