"""Polygons of a county in its plane: which lie within reach of which, and what stands between."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.takeover.neighbours.barriers import TIE_M, Barriers
from geo.takeover.neighbours.between import between
from geo.takeover.neighbours.metric import EARTH_RADIUS_M, Plane, geodesic_m, whole_mm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

TOUCH_MM: Final = round(TIE_M * 1000)


@dataclass(frozen=True)
class Found:
    """Pairs of polygons within reach, by `one`, then `other`.

    Attributes
    ----------
    one, other
        Indexes of the polygons.
    segment, lonlat
        A shortest segment from one to other, shape (n, 4): in the plane, and in degrees.
    gap_mm
        Its length on the ellipsoid; 0 when the polygons touch or overlap.
    """

    one: Ints
    other: Ints
    segment: Floats
    lonlat: Floats
    gap_mm: Ints

    def take(self, at: Bools | Ints) -> Found:
        """Give some of the pairs."""
        return Found(*(getattr(self, name)[at] for name in Found.__dataclass_fields__))


@dataclass(frozen=True)
class Seen:
    """What stands between pairs (`geo.takeover.neighbours.between`).

    Attributes
    ----------
    lonlat
        A segment that nothing bars, or else the one that was found; degrees, rounded to 1e-7, a
        centimetre: what a map needs and a file can hold.
    barred, arterial
        Indexes of barriers; -1 without.
    crossing, walk_mm
        "" and 0 where none is needed.
    """

    lonlat: Floats
    barred: Ints
    arterial: Ints
    crossing: Objects
    walk_mm: Ints


@dataclass(frozen=True)
class Ground:
    """Two sets of polygons in a plane."""

    plane: Plane
    ones: Objects
    others: Objects

    def within(self, reach_m: Decimal) -> Found:
        """Find the pairs no farther apart than `reach_m`, compared in whole millimetres."""
        reach = float(reach_m)
        offset = np.abs(shapely.total_bounds(self.ones)[[0, 2]]).max() + reach
        search_m = reach * (1 + (offset / EARTH_RADIUS_M) ** 2) + 1.0
        one, other = shapely.STRtree(self.others).query(
            self.ones, predicate="dwithin", distance=search_m
        )
        order = np.lexsort((other, one))
        one, other = one[order], other[order]
        lines = shapely.shortest_line(self.ones[one], self.others[other])
        segment = shapely.get_coordinates(lines).reshape(-1, 4)
        ends = self.plane.lonlat(segment.reshape(-1, 2)).reshape(-1, 4)
        gap_mm = whole_mm(geodesic_m(ends))
        gap_mm[gap_mm <= TOUCH_MM] = 0
        return Found(one, other, segment, ends, gap_mm).take(gap_mm <= int(reach_m * 1000))

    def look(
        self, found: Found, asked: Bools, barriers: Barriers, walking_limit_m: Decimal
    ) -> Seen:
        """Tell what stands between pairs; of those not asked, and those that touch, nothing."""
        seen = Seen(
            np.round(found.lonlat, 7),
            np.full(len(found.one), -1, np.int64),
            np.full(len(found.one), -1, np.int64),
            np.full(len(found.one), "", object),
            np.zeros(len(found.one), np.int64),
        )
        at = np.flatnonzero(asked & (found.gap_mm > 0))
        what = between(
            self.ones[found.one[at]], self.others[found.other[at]], found.segment[at],
            barriers, self.plane, int(walking_limit_m * 1000),
        )  # fmt: skip
        moved = what.segment[what.moved].reshape(-1, 2)
        seen.lonlat[at[what.moved]] = np.round(self.plane.lonlat(moved).reshape(-1, 4), 7)
        seen.barred[at] = what.barred
        seen.arterial[at] = what.arterial
        seen.crossing[at] = what.crossing
        seen.walk_mm[at] = what.walk_mm
        return seen
