"""Shapes of a layer as the encoder takes them: ragged arrays in the unit square of the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from maps.tiles.kernels.candidates import BLOCK
from maps.tiles.kernels.cut import cut_polygons
from maps.tiles.kernels.types import LINE, POINT, POLYGON, Bytes, Floats, Ints
from maps.tiles.mercator import world

_KIND_OF_TYPE: Final = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, 0], np.uint8)


@dataclass(frozen=True)
class Shapes:
    """Features' shapes.

    Attributes
    ----------
    features, parts, rings
        Offsets: of a feature's parts (polygons, lines, points), a part's rings (a line and a
        point have one), a ring's points; each one longer than what it counts.
    coords
        Points, (n, 2), unit square of the world, y down; a ring's last point is its first.
    boxes
        Bounds of the features, (n, 4): west, north, east, south; NaN without a shape.
    """

    features: Ints
    parts: Ints
    rings: Ints
    coords: Floats
    boxes: Floats

    def __len__(self) -> int:
        return len(self.features) - 1

    @cached_property
    def blocks(self) -> Floats:
        """Bounds of blocks of features, which `candidates` looks at first."""
        if not len(self):
            return np.empty((0, 4))
        starts = np.arange(0, len(self), BLOCK)
        low = np.fmin.reduceat(self.boxes[:, :2], starts)
        high = np.fmax.reduceat(self.boxes[:, 2:], starts)
        return np.hstack([low, high])

    def cut(self, rows: Ints, low: Floats, high: Floats) -> Shapes:
        """Cut the polygons of some rows to a box; the result has one feature for each row."""
        return shapes_of_arrays(
            *cut_polygons(rows, self.features, self.parts, self.rings, self.coords, low, high)
        )


def shapes_of_arrays(features: Ints, parts: Ints, rings: Ints, coords: Floats) -> Shapes:
    """Put shapes together from offsets and points, with their bounds."""
    boxes = np.full((len(features) - 1, 4), np.nan)
    starts, ends = rings[parts[features[:-1]]], rings[parts[features[1:]]]
    filled = np.flatnonzero(ends > starts)
    if len(filled):
        at, own = starts[filled], coords[: ends[filled[-1]]]
        boxes[filled, :2] = np.minimum.reduceat(own, at)
        boxes[filled, 2:] = np.maximum.reduceat(own, at)
    return Shapes(features, parts, rings, coords, boxes)


def kinds_of(geometries: npt.NDArray[np.object_]) -> Bytes:
    """Give the kind of each geometry; 0 for none and for collections."""
    return np.asarray(_KIND_OF_TYPE[shapely.get_type_id(geometries)], np.uint8)


def project(geometries: npt.NDArray[np.object_]) -> Shapes:
    """Bring points, lines, polygons (single or multi) and None from degrees into the square."""
    return gather(geometries, world)


def of_column(column: Any) -> Shapes:
    """Project a snapshot's geometry column (GeoArrow multipolygons) as it lies in the file."""
    array = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    if hasattr(array, "num_chunks"):
        if not array.num_chunks:
            return project(np.empty(0, object))
        array = array.chunk(0)
    polygons = array.values
    rings = polygons.values
    points = rings.values.values.to_numpy().reshape(-1, 2)
    return shapes_of_arrays(
        array.offsets.to_numpy().astype(np.int64),
        polygons.offsets.to_numpy().astype(np.int64),
        rings.offsets.to_numpy().astype(np.int64),
        world(points),
    )


def gather(geometries: npt.NDArray[np.object_], move: Any = None) -> Shapes:
    """Put geometries into arrays; `move` maps points, (n, 2), on their way."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    polygons = shapely.get_type_id(parts) == 3
    rings, ring_part = _rings(parts, polygons)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    if move is not None:
        coords = move(coords)
    return shapes_of_arrays(
        _offsets(owner, len(geometries)),
        _offsets(ring_part, len(parts)),
        _offsets(ring, len(rings)),
        np.ascontiguousarray(coords),
    )


def _rings(parts: npt.NDArray[np.object_], polygons: npt.NDArray[np.bool_]) -> tuple[Any, Any]:
    """Give the rings of polygons and the other parts as they are, with the part of each."""
    found, place = shapely.get_rings(parts[polygons], return_index=True)
    owner = np.flatnonzero(polygons)[place]
    rest = np.flatnonzero(~polygons)
    rings = np.concatenate([found, parts[rest]])
    owners = np.concatenate([owner, rest])
    order = np.argsort(owners, kind="stable")
    return rings[order], owners[order]


def _offsets(owner: Any, count: int) -> Ints:
    """Turn the ascending owner of each item into offsets of the owners' items."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)
