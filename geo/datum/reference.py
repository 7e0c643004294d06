"""Datums by name, and geometries from any of them into the register's EPSG:4490.

Longitude or easting always comes first, whatever EPSG says of the axes. CGCS2000 and WGS 84
differ by centimetres and PROJ's transformation between them is null, so their degrees pass
untouched and the same file gives the same bytes.

Beijing 1954, Xi'an 1980 and New Beijing are refused: their parameters are not public, and PROJ
would take their degrees for those of CGCS2000, which puts a compound 50 to 150 m off without a
word. They are told by their ellipsoids, which are not geocentric; whoever has parameters declares
them as ``+towgs84``.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.datum import bd09, gcj02
from geo.datum.blocks import Floats
from geo.errors import InputError, UsageError

CGCS2000: Final = 4490
WGS84: Final = 4326

SWAPPED: Final = "/yx"
"""Behind a datum's name: latitude or northing first."""

Geometries = npt.NDArray[np.object_]

_SPOKEN: Final = {
    "gcj02": "gcj02",
    "火星坐标系": "gcj02",
    "bd09": "bd09",
    "bd09ll": "bd09",
    "百度坐标系": "bd09",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "wgs84": "EPSG:4326",
    "crs84": "OGC:CRS84",
}
"""Names people write, without case, width, spaces, hyphens and underscores."""

_GEOCENTRIC_AXIS_M: Final = 6_378_137.0
_GEOCENTRIC_FLATTENING: Final = 298.2572
"""GRS 80, WGS 84 and CGCS2000; Krasovsky has 6 378 245 m, Xi'an's IAG 75 6 378 140 m."""


@dataclass(frozen=True, slots=True)
class Datum:
    """What coordinates are measured in; `named` and `declared` make it.

    Attributes
    ----------
    name
        ``EPSG:4543``, ``OGC:CRS84``, ``gcj02``, ``bd09``, or what the reference system calls
        itself when no authority lists it.
    crs
        The reference system; None for the two shifted ones.
    swapped
        Whether latitude or northing stands first in the file; the name then ends in ``/yx``.
    """

    name: str
    crs: CRS | None = field(repr=False)
    swapped: bool = False

    @classmethod
    def named(cls, text: str) -> Datum:
        """Give the datum of a name: ``EPSG:4543``, ``4543``, ``gcj02``, ``BD-09``, ``CGCS2000``.

        ``/yx`` behind a name says that the file has latitude or northing first.

        Raises
        ------
        UsageError
            When there is no such datum.
        InputError
            When its parameters are not public.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain.casefold().endswith(SWAPPED):
            return cls.named(plain[: -len(SWAPPED)]).with_axes_swapped()
        word = plain.casefold().translate({ord(mark): None for mark in " -_"})
        spoken = _SPOKEN.get(word, plain)
        if spoken in {"gcj02", "bd09"}:
            return cls(spoken, None)
        try:
            crs = CRS.from_user_input(int(spoken) if spoken.isdecimal() else spoken)
        except CRSError:
            crs = None
        found = cls.declared(crs, text) if crs else None
        if found is None:
            raise UsageError(
                f"不认识坐标系 {text}。",
                "请写成 EPSG:4490、EPSG:4543 这样的形式，或 gcj02、bd09。",
            )
        return found

    @classmethod
    def declared(cls, crs: CRS | None, file: str) -> Datum | None:
        """Give the datum that a file declares; None when it declares nothing.

        A GeoPackage without a reference system declares "Undefined geographic SRS", a shapefile
        may hold a ``LOCAL_CS``: both are nothing.

        Parameters
        ----------
        crs
            As read from the file.
        file
            Its name, for the error.

        Raises
        ------
        InputError
            When the way from that datum to CGCS2000 is not public.
        """
        if crs is None or crs.geodetic_crs is None or crs.name.startswith("Undefined"):
            return None
        name = _name(crs)
        if not (crs.is_bound or _is_geocentric(crs)):
            raise InputError(
                f"{file}：坐标系 {crs.name}（{name}）到 CGCS2000 没有公开的转换参数，"
                "直接套用会偏几十米到一百多米。",
                "请测绘部门先转换为 CGCS2000（例如 EPSG:4490 或 EPSG:4543）。",
            )
        return cls(name, crs)

    def with_axes_swapped(self) -> Datum:
        """Give the same datum for files that have latitude or northing first."""
        return self if self.swapped else Datum(self.name + SWAPPED, self.crs, swapped=True)

    @property
    def is_null(self) -> bool:
        """Whether its coordinates are degrees of EPSG:4490 already."""
        return not self.swapped and self.crs is not None and _is_plain_degrees(self.crs)

    def to_cgcs2000(self, points: npt.ArrayLike) -> Floats:
        """Bring points into EPSG:4490.

        Parameters
        ----------
        points
            Shape (n, 2), longitude or easting first, in this datum's degrees or metres.

        Returns
        -------
        numpy.ndarray
            Shape (n, 2), longitude and latitude in degrees; infinite where a projection ends.
        """
        found = np.array(points, dtype=np.float64)
        if self.swapped:
            found = found[:, ::-1].copy()
        if self.crs is None:
            return gcj02.to_wgs84(bd09.to_gcj02(found) if self._is_baidu else found)
        if _is_plain_degrees(self.crs):
            return found
        return _through(_transformer(self.crs, back=False), found)

    def from_cgcs2000(self, points: npt.ArrayLike) -> Floats:
        """Bring points of EPSG:4490 into this datum; shapes (n, 2), as in `to_cgcs2000`."""
        found = np.array(points, dtype=np.float64)
        if self.crs is None:
            found = gcj02.from_wgs84(found)
            found = bd09.from_gcj02(found) if self._is_baidu else found
        elif not _is_plain_degrees(self.crs):
            found = _through(_transformer(self.crs, back=True), found)
        return found[:, ::-1].copy() if self.swapped else found

    @property
    def _is_baidu(self) -> bool:
        return self.name.removesuffix(SWAPPED) == "bd09"


def to_register(geometry: npt.ArrayLike, source: Datum) -> Geometries:
    """Bring geometries into EPSG:4490, longitude first, without Z and M.

    Parameters
    ----------
    geometry
        Shape (n,), shapely geometries; None stays None, empty stays empty.
    source
        What they are measured in.

    Returns
    -------
    numpy.ndarray
        Shape (n,). Degrees of EPSG:4490, 4326 and CRS84 come back as they are. A vertex that two
        geometries share stays shared, and rings stay closed.
    """
    flat = np.asarray(geometry, dtype=object)
    if (shapely.has_z(flat) | shapely.has_m(flat)).any():
        flat = np.asarray(shapely.force_2d(flat), dtype=object)
    if source.is_null:
        return flat
    return np.asarray(shapely.transform(flat, source.to_cgcs2000), dtype=object)


def from_register(geometry: npt.ArrayLike, target: Datum) -> Geometries:
    """Bring geometries of EPSG:4490 into another datum; as `to_register`, the other way."""
    flat = np.asarray(shapely.force_2d(geometry), dtype=object)
    if target.is_null:
        return flat
    return np.asarray(shapely.transform(flat, target.from_cgcs2000), dtype=object)


def _name(crs: CRS) -> str:
    epsg = crs.to_epsg(min_confidence=70)
    if epsg is not None:
        return f"EPSG:{epsg}"
    authority = crs.to_authority(min_confidence=70)
    if authority is not None:
        return ":".join(authority)
    return crs.srs if crs.name == "unknown" else crs.name


def _is_geocentric(crs: CRS) -> bool:
    shape = crs.ellipsoid
    return (
        shape is not None
        and abs(shape.semi_major_metre - _GEOCENTRIC_AXIS_M) < 0.5
        and abs(shape.inverse_flattening - _GEOCENTRIC_FLATTENING) < 1e-4
    )


def _is_plain_degrees(crs: CRS) -> bool:
    """Tell degrees east of Greenwich, on a geocentric datum and with no shift declared."""
    return (
        not crs.is_bound
        and crs.is_geographic
        and crs.prime_meridian is not None
        and crs.prime_meridian.longitude == 0
        and math.isclose(crs.axis_info[0].unit_conversion_factor, math.radians(1), rel_tol=1e-9)
    )


@cache
def _transformer(crs: CRS, *, back: bool) -> Transformer:
    # PROJ applies a declared +towgs84 only on the way to WGS 84, whose degrees are CGCS2000's.
    ours = CRS.from_epsg(WGS84 if crs.is_bound else CGCS2000)
    return Transformer.from_crs(*((ours, crs) if back else (crs, ours)), always_xy=True)


def _through(transformer: Transformer, points: npt.ArrayLike) -> Floats:
    first, second = np.asarray(points, dtype=np.float64).T
    return np.column_stack(transformer.transform(first, second))
