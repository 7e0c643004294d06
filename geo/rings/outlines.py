"""The polygons of a file, as the bytes they came in; shapely's objects are made when asked for.

600,000 polygons as objects take a second to make, another to take apart, and half a gigabyte.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo.rings.loops import Floats, Mask, Octets, Places, loops

CHUNK: Final = 20_000
Geometries = npt.NDArray[Any]


@dataclass(frozen=True)
class Outlines:
    """Polygons in an order, read like an array of shapely's; they never change.

    Attributes
    ----------
    octets, begins, sizes
        Little-endian WKB; row i is ``octets[begins[i] : begins[i] + sizes[i]]``.
    points
        Shape (n,), vertices of rows that are one closed ring of finite coordinates, which are the
        last of its bytes; 0 for others.
    bounds
        Shape (n, 4) of the rings; NaN for others.
    others
        Shape (n,), shapely's object or None of every row that is not such a ring.
    proven
        Whether every ring was judged to be valid (`geo.rings.judged`).
    """

    octets: Octets
    begins: Places
    sizes: Places
    points: Places
    bounds: Floats
    others: Geometries
    proven: bool = False

    @classmethod
    def read(cls, wkb: pa.ChunkedArray | pa.Array) -> Outlines:
        """Take polygons as a file has them; whatever is no plain ring is built at once.

        Raises
        ------
        shapely.errors.GEOSException
            Where one is no WKB that can be built.
        """
        whole = wkb.cast(pa.large_binary())
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.combine_chunks()
        _, ends_, octets_ = whole.buffers()
        ends = np.frombuffer(ends_, np.int64)[whole.offset : whole.offset + len(whole) + 1]
        octets = np.frombuffer(octets_, np.uint8) if octets_ else np.empty(0, np.uint8)
        made = cls(
            octets, ends[:-1], np.diff(ends), np.zeros(len(whole), np.int64),
            np.full((len(whole), 4), np.nan), np.full(len(whole), None, dtype=object),
        )  # fmt: skip
        if sys.byteorder == "little":
            loops().find_rings(octets, made.begins, made.sizes, made.points)
        for start, xy, starts in made.rings():
            part = slice(start, start + len(starts) - 1)
            sound = np.zeros(len(starts) - 1, np.bool_)
            loops().measure(xy, starts, made.bounds[part], sound)
            made.points[part][~sound] = 0
        odd = np.flatnonzero(made.points == 0)
        if len(odd):
            made.bounds[odd] = np.nan
            known = whole.take(pa.array(odd)).to_numpy(zero_copy_only=False)
            made.others[odd] = shapely.from_wkb(known)
        return made

    @classmethod
    def of(cls, shapes: Geometries) -> Outlines:
        """Take shapely's objects as they are."""
        n = len(shapes)
        none = np.zeros(n, np.int64)
        others = np.empty(n, dtype=object)
        others[:] = shapes
        return cls(np.empty(0, np.uint8), none, none, none, np.full((n, 4), np.nan), others)

    def take(self, places: Places) -> Outlines:
        """Give some of them, in any order."""
        return Outlines(
            self.octets, self.begins[places], self.sizes[places], self.points[places],
            self.bounds[places], self.others[places], self.proven,
        )  # fmt: skip

    def filled(self, places: Places, shapes: Geometries) -> Outlines:
        """Give the same with other shapes at some places where there is none."""
        others = self.others.copy()
        others[places] = shapes
        return replace(self, others=others)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, key: Any) -> Any:
        """Give one shape for a number, else an array of them, as an array does."""
        if isinstance(key, int | np.integer):
            return self[np.array([key])][0]
        places = np.arange(len(self))[key]
        found = self.others[places]
        mine = np.flatnonzero(self.points[places])
        for start in range(0, len(mine), CHUNK):
            some = mine[start : start + CHUNK]
            known = self.wkb(places[some]).to_numpy(zero_copy_only=False)
            found[some] = shapely.from_wkb(known)
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Geometries:
        """Give all of them as shapely's objects; made once."""
        return self._built.copy() if copy else self._built

    @cached_property
    def _built(self) -> Geometries:
        built: Geometries = self[:]
        return built

    @cached_property
    def absent(self) -> Mask:
        """Tell which rows have no shape."""
        absent: Mask = (self.points == 0) & shapely.is_missing(self.others)
        return absent

    def boxes(self) -> Floats:
        """Give the bounds of all, shape (n, 4); NaN where there is no shape."""
        bounds = self.bounds.copy()
        odd = self.points == 0
        bounds[odd] = shapely.bounds(self.others[odd])
        return bounds

    def wkb(self, places: Places) -> pa.LargeBinaryArray:
        """Give the WKB of some; null where there is no shape."""
        if not self.points[places].all():
            return pa.array(shapely.to_wkb(self[places], byte_order=1), pa.large_binary())
        return self._pieces(places, 0)

    def are_multipolygons(self, places: Places) -> bool:
        """Tell whether all of some are multipolygons of one ring."""
        ring = self.points[places]
        return bool(ring.all() and (self.sizes[places] == 22 + 16 * ring).all())

    def multipolygons(self, places: Places, head: bytes) -> pa.LargeBinaryArray:
        """Give the WKB of multipolygons of one ring with other words before the count of parts."""
        rest = self._pieces(places, 5)
        words = pa.scalar(head, pa.large_binary())
        return pc.binary_join_element_wise(words, rest, pa.scalar(b"", pa.large_binary()))

    def _pieces(self, places: Places, skipped: int) -> pa.LargeBinaryArray:
        """Give the bytes of rings but for the first few of each."""
        sizes = self.sizes[places] - skipped
        ends = np.concatenate([[0], np.cumsum(sizes)])
        octets = np.empty(ends[-1], np.uint8)
        loops().gather(self.octets, self.begins[places] + skipped, sizes, octets)
        return pa.LargeBinaryArray.from_buffers(
            pa.large_binary(), len(places), [None, pa.py_buffer(ends), pa.py_buffer(octets)]
        )

    def rings(self) -> Iterator[tuple[int, Floats, Places]]:
        """Give the points of some rows at a time: the first row, points (m, 2), starts (rows + 1).

        Rows that are no ring have none.
        """
        ends = self.begins + self.sizes
        for start in range(0, len(self), CHUNK):
            part = slice(start, start + CHUNK)
            sizes = 16 * self.points[part]
            starts = np.concatenate([[0], np.cumsum(self.points[part])])
            xy = np.empty((starts[-1], 2))
            loops().gather(self.octets, ends[part] - sizes, sizes, xy.reshape(-1).view(np.uint8))
            yield start, xy, starts
