"""The two tile matrix sets: which zooms, how wide and high, and at which scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from maps.raster.tiling import CGCS2000, SIDE_PX, WEB, Tiling
from service.wmts.refusal import Refusal

PIXEL_M: Final = 0.00028
"""A pixel on the standard's screen."""
DEGREE_M: Final = 111_319.49079327358
"""A degree, as the standard turns scales into degrees (a equator of 6,378,137 m)."""
LAST_ZOOM: Final = 16


@dataclass(frozen=True)
class MatrixSet:
    """A set of tile matrices, one a zoom; identifiers are zooms.

    Attributes
    ----------
    corner
        Top left, in the order of the system's axes.
    first_zoom
        A geographic set begins at 1: two tiles, a hemisphere each.
    """

    name: str
    title: str
    tiling: Tiling
    urn: str
    well_known: str
    corner: str
    unit_m: float
    first_zoom: int

    @property
    def zooms(self) -> range:
        """All zooms."""
        return range(self.first_zoom, LAST_ZOOM + 1)

    def scale(self, zoom: int) -> float:
        """Give the scale's denominator."""
        return self.tiling.size(zoom) / SIDE_PX * self.unit_m / PIXEL_M

    def width(self, zoom: int) -> int:
        """Count columns."""
        return int(2**zoom)

    def height(self, zoom: int) -> int:
        """Count rows."""
        return int(2 ** (zoom - self.first_zoom))

    def zoom(self, identifier: str, row: int, column: int) -> int:
        """Give the zoom of a matrix that holds a tile.

        Raises
        ------
        Refusal
            If there is none.
        """
        zooms = {str(zoom): zoom for zoom in self.zooms}
        if identifier not in zooms:
            raise Refusal(
                "InvalidParameterValue", "TILEMATRIX", f"{self.name} 没有第 {identifier} 级。",
                f"可用：{self.first_zoom}–{LAST_ZOOM}。",
            )  # fmt: skip
        found = zooms[identifier]
        for name, number, many in (
            ("TILEROW", row, self.height(found)), ("TILECOL", column, self.width(found)),
        ):  # fmt: skip
            if number >= many:
                raise Refusal("TileOutOfRange", name, f"{name} {number} 不在 0–{many - 1} 之内。")
        return found


SETS: Final = {
    item.name: item
    for item in (
        MatrixSet(
            "GoogleMapsCompatible", "Web 墨卡托", WEB, "urn:ogc:def:crs:EPSG::3857",
            "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible",
            f"{WEB.west:.10f} {WEB.north:.10f}", 1.0, 0,
        ),
        MatrixSet(
            "c", "CGCS2000 经纬度", CGCS2000, "urn:ogc:def:crs:EPSG::4490", "",
            f"{CGCS2000.north:.1f} {CGCS2000.west:.1f}", DEGREE_M, 1,
        ),
    )
}  # fmt: skip
