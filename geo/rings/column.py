"""Outlines as a column of a frame: rows are chosen and put in order without touching a shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pandas.api.extensions import ExtensionArray, ExtensionDtype, register_extension_dtype

from geo.rings.loops import Places
from geo.rings.outlines import Geometries, Outlines


@register_extension_dtype
class OutlineDtype(ExtensionDtype):  # type: ignore[misc]
    """Shapes kept as bytes."""

    name = "outline"
    na_value = None

    @property
    def type(self) -> Any:
        """Give the class of a cell, as far as there is one."""
        return object

    @classmethod
    def construct_array_type(cls) -> Any:
        """Give the column's class."""
        return OutlineColumn


class OutlineColumn(ExtensionArray):  # type: ignore[misc]
    """Some of a file's polygons in some order.

    Parameters
    ----------
    outlines
        All of them.
    places
        Shape (n,), which of them each row has; -1 for none.
    """

    def __init__(self, outlines: Outlines, places: Places | None = None) -> None:
        self.outlines = outlines
        self.places: Places = np.arange(len(outlines)) if places is None else places

    @classmethod
    def _from_sequence(
        cls, scalars: Sequence[Any], *, dtype: Any = None, copy: bool = False
    ) -> OutlineColumn:
        shapes = np.empty(len(scalars), dtype=object)
        shapes[:] = [None if pd.isna(shape) is True else shape for shape in scalars]
        return cls(Outlines.of(shapes))

    @property
    def dtype(self) -> OutlineDtype:
        """Give the column's type."""
        return OutlineDtype()

    @property
    def nbytes(self) -> int:
        """Give how much the bytes of its file take."""
        return int(self.outlines.octets.nbytes + self.places.nbytes)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, key: Any) -> Any:
        """Give a shape for a number, else a column."""
        key = pd.api.indexers.check_array_indexer(self, key)
        if isinstance(key, int | np.integer):
            place = self.places[key]
            return None if place < 0 else self.outlines[int(place)]
        return OutlineColumn(self.outlines, self.places[key])

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        """Compare row by row."""
        return np.asarray(self) == np.asarray(other)

    def equals(self, other: object) -> bool:
        """Tell whether another column has the same polygons, of one file, in the same order."""
        if isinstance(other, OutlineColumn) and other.outlines is self.outlines:
            return np.array_equal(self.places, other.places)
        return bool(super().equals(other))

    def are_multipolygons(self) -> bool:
        """Tell whether every row has a multipolygon of one ring."""
        return bool((self.places >= 0).all() and self.outlines.are_multipolygons(self.places))

    def multipolygons(self, head: bytes) -> pa.LargeBinaryArray:
        """Give the rows' WKB with other words before the count of parts."""
        return self.outlines.multipolygons(self.places, head)

    def wkb(self) -> pa.LargeBinaryArray:
        """Give the rows' WKB; null where there is no shape."""
        if (self.places < 0).any():
            return pa.array(shapely.to_wkb(np.asarray(self), byte_order=1), pa.large_binary())
        return self.outlines.wkb(self.places)

    def unproven(self) -> Geometries:
        """Give the shapes that nobody has judged to be valid."""
        there = self.places[self.places >= 0]
        if self.outlines.proven:
            there = there[self.outlines.points[there] == 0]
        left = self.outlines[there]
        return np.asarray(left[~shapely.is_missing(left)])

    def chosen(self) -> Outlines:
        """Give the rows' polygons by themselves; every row must have a place."""
        return self.outlines.take(self.places)

    def isna(self) -> np.ndarray:
        """Tell which rows have no shape."""
        absent = self.places < 0
        absent[~absent] = self.outlines.absent[self.places[~absent]]
        return np.asarray(absent)

    def take(
        self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None
    ) -> OutlineColumn:
        """Give some rows; -1 stands for none where that is allowed."""
        taken = pd.api.extensions.take(
            self.places, np.asarray(indices, np.intp), allow_fill=allow_fill, fill_value=-1
        )
        return OutlineColumn(self.outlines, np.asarray(taken, np.int64))

    def copy(self) -> OutlineColumn:
        """Give the same rows; the shapes themselves never change."""
        return OutlineColumn(self.outlines, self.places.copy())

    @classmethod
    def _concat_same_type(cls, parts: Sequence[OutlineColumn]) -> OutlineColumn:
        if all(part.outlines is parts[0].outlines for part in parts):
            return cls(parts[0].outlines, np.concatenate([part.places for part in parts]))
        return cls(Outlines.of(np.concatenate([np.asarray(part) for part in parts])))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Geometries:
        """Give shapely's objects."""
        shapes = np.full(len(self), None, dtype=object)
        there = self.places >= 0
        shapes[there] = self.outlines[self.places[there]]
        return shapes
