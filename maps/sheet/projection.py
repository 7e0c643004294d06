"""How a sheet's map is projected, how large it is drawn, and what is north and a kilometre on it.

A county or prefecture stands in its 3-degree Gauss-Krüger zone, as the surveyors' maps do; what is
wider than a zone in an equal-area cone through it. Both on CGCS2000. The scale bar is measured on
the ellipsoid at the middle of the map, and the arrow points to true north there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer

from maps.sheet.paper import Box

Shapes = npt.NDArray[np.object_]
Bounds = tuple[float, float, float, float]

WIDEST_ZONE_DEG: Final = 3.6
"""A division wider than this is no zone's: 3 degrees, and the overlap that zones are given."""

STEPS: Final = (
    1,
    1.1,
    1.2,
    1.3,
    1.4,
    1.5,
    1.6,
    1.8,
    2,
    2.2,
    2.5,
    2.8,
    3,
    3.2,
    3.5,
    4,
    4.5,
    5,
    5.5,
    6,
    6.5,
    7,
    7.5,
    8,
    9,
    10,
)
"""First digits of a scale's denominator."""

LEAST_DENOMINATOR: Final = 2_000

ELLIPSOID: Final = "GRS80"
"""CGCS2000's ellipsoid differs from it by a tenth of a millimetre."""


@dataclass(frozen=True)
class Projection:
    """A plane: where lon and lat (EPSG:4490) fall on it, in metres."""

    crs: CRS
    words: str

    @cached_property
    def _to(self) -> Transformer:
        return Transformer.from_crs("EPSG:4490", self.crs, always_xy=True)

    def forward(self, coords: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Project points, (n, 2)."""
        x, y = self._to.transform(coords[:, 0], coords[:, 1])
        return np.column_stack([x, y])

    def inverse(self, coords: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give lon and lat of points on the plane, (n, 2)."""
        lon, lat = self._to.transform(coords[:, 0], coords[:, 1], direction="INVERSE")
        return np.column_stack([lon, lat])


def projection_of(bounds: Bounds) -> Projection:
    """Choose the projection of a map that shows these degrees: west, south, east, north."""
    west, south, east, north = bounds
    if east - west <= WIDEST_ZONE_DEG:
        zone_meridian = 3 * round((west + east) / 6)
        crs = CRS.from_proj4(
            f"+proj=tmerc +lat_0=0 +lon_0={zone_meridian} +k=1 +x_0=500000 +y_0=0"
            f" +ellps={ELLIPSOID} +units=m"
        )
        return Projection(
            crs,
            f"高斯-克吕格投影 3°带，中央经线 {zone_meridian}°E，CGCS2000",
        )
    sixth = (north - south) / 6
    first, second = (round(2 * value) / 2 for value in (south + sixth, north - sixth))
    meridian = round(2 * (west + east) / 2) / 2
    crs = CRS.from_proj4(
        f"+proj=aea +lat_0={(first + second) / 2} +lon_0={meridian} +lat_1={first}"
        f" +lat_2={second} +ellps={ELLIPSOID} +units=m"
    )
    return Projection(
        crs,
        f"双标准纬线等积圆锥投影，标准纬线 {first:g}°N、{second:g}°N，"
        f"中央经线 {meridian:g}°E，CGCS2000",
    )


@dataclass(frozen=True)
class Window:
    """A map in its frame: `centre` (metres on the plane) lies in the middle of `box` (mm)."""

    projection: Projection
    box: Box
    centre: tuple[float, float]
    denominator: float

    @property
    def mm_per_m(self) -> float:
        """Millimetres of paper for a metre on the plane."""
        return 1000 / self.denominator

    def to_paper(self, coords: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give where lon and lat, (n, 2), lie on the paper."""
        plane = (self.projection.forward(coords) - self.centre) * self.mm_per_m
        return np.asarray(plane * (1, -1) + self.box.centre)

    def to_degrees(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give lon and lat of points on the paper, (n, 2)."""
        plane = (points - self.box.centre) * (1, -1) / self.mm_per_m + self.centre
        return self.projection.inverse(plane)

    def shapes(self, shapes: Shapes) -> Shapes:
        """Give shapes on the paper, cut off a little outside the frame; None stays None."""
        out = np.full(len(shapes), None, dtype=object)
        have = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        if have.any():
            edge = self.box.inset(-3)
            drawn = shapely.transform(shapes[have], self.to_paper)
            out[have] = shapely.clip_by_rect(drawn, edge.x, edge.y, edge.right, edge.bottom)
        return out

    @cached_property
    def ground_m_per_mm(self) -> float:
        """Metres on the ellipsoid for a millimetre of paper, east-west through the middle."""
        x, y = self.box.centre
        half = min(20.0, self.box.width / 2)
        ends = self.to_degrees(np.array([[x - half, y], [x + half, y]]))
        _, _, metres = Geod(ellps=ELLIPSOID).inv(*ends[0], *ends[1])
        return float(metres) / (2 * half)

    @cached_property
    def north_deg(self) -> float:
        """Angle of true north at the middle, clockwise from the top of the paper, in degrees."""
        here = self.to_degrees(np.array([self.box.centre]))
        along = np.array([[0.0, -0.01], [0.0, 0.01]])
        ends = self.to_paper(here + along)
        dx, dy = ends[1] - ends[0]
        return math.degrees(math.atan2(dx, -dy))


def window_of(shapes: Shapes, box: Box, *, margin: float = 0.04) -> Window:
    """Choose projection, middle and a round scale so that all shapes (degrees) are in the frame.

    Parameters
    ----------
    margin
        Share of the frame that stays free on each side.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    projection = projection_of((west, south, east, north))
    outline = shapely.segmentize(shapely.box(west, south, east, north), 0.05)
    hulls = shapely.transform(
        np.array([*shapes[~shapely.is_missing(shapes)], outline], dtype=object)[:-1],
        projection.forward,
    )
    left, low, right, high = shapely.total_bounds(hulls)
    room = 1 - 2 * margin
    needed = max((right - left) / (box.width * room), (high - low) / (box.height * room)) * 1000
    denominator = max(_round_up(needed), LEAST_DENOMINATOR)
    return Window(projection, box, ((left + right) / 2, (low + high) / 2), denominator)


def _round_up(denominator: float) -> float:
    """Give the next denominator that reads well: 1:650 000, not 1:613 482."""
    power = 10.0 ** math.floor(math.log10(max(denominator, 1.0)))
    step = next(step for step in STEPS if step * power >= denominator * (1 - 1e-9))
    return round(step * power)
