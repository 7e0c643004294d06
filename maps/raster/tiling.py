"""Where picture tiles lie: squares that are halved from zoom to zoom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from maps.raster.cog import MERCATOR
from maps.tiles.mercator import HALF_WORLD_M, Bounds

SIDE_PX: Final = 256
DEGREES: Final = "EPSG:4490"


@dataclass(frozen=True)
class Tiling:
    """A quadtree over a reference system.

    Attributes
    ----------
    west, north
        The corner that all zooms share, in the system's units.
    side
        Of the one tile at zoom 0.
    """

    crs: str
    west: float
    north: float
    side: float

    def size(self, zoom: int) -> float:
        """Give the side of a tile."""
        return self.side / 2.0**zoom

    def bounds(self, zoom: int, x: int, y: int) -> Bounds:
        """Give a tile's west, south, east, north."""
        size = self.size(zoom)
        west, north = self.west + x * size, self.north - y * size
        return west, north - size, west + size, north


WEB: Final = Tiling(MERCATOR, -HALF_WORLD_M, HALF_WORLD_M, 2 * HALF_WORLD_M)
CGCS2000: Final = Tiling(DEGREES, -180.0, 90.0, 360.0)
"""Degrees as 天地图 tiles them (``c``); of the one tile at zoom 0 the upper half is the earth."""
