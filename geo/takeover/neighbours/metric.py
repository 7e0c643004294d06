"""Metres around a county: a plane to search in, and the ellipsoid to report on.

Each county gets a transverse Mercator of its own (CGCS2000, scale 1 on the meridian through the
middle of what is measured). At `x` metres from that meridian lengths are x²/2R² too long:
6e-5 at 70 km, the half-width of Yunnan's widest counties, and 1.3e-4 at 100 km. The plane only
finds pairs and tells which segment is the shortest; a gap is then the geodesic between that
segment's ends, and a walk is divided by the scale at its crossing, so what is compared with a
limit is right to a millimetre or two and well within the promised 0.1 % or 5 cm.

An edge of a polygon is straight in longitude and latitude. Edges over 0.005° are cut up first;
the curve left in a piece is under 4 mm in the plane.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod, Proj

Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M: Final = 6_371_000.0
LONGEST_EDGE_DEG: Final = 0.005

_GEOD: Final = Geod(a=6378137.0, rf=298.257222101)


class Plane:
    """A transverse Mercator centred on a longitude and latitude, in metres.

    Parameters
    ----------
    lon, lat
        The centre, degrees, EPSG:4490.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self.lon = lon
        self.lat = lat
        # The projection alone: a whole transformation takes 60 times longer to set up.
        self._proj = Proj(
            f"+proj=tmerc +lat_0={lat!r} +lon_0={lon!r} +k=1 +x_0=0 +y_0=0 "
            "+a=6378137 +rf=298.257222101 +units=m +no_defs"
        )

    @classmethod
    def around(cls, geometries: npt.NDArray[np.object_]) -> Plane:
        """Centre a plane on the bounds of some geometries, whatever their order."""
        west, south, east, north = shapely.total_bounds(geometries)
        return cls(float((west + east) / 2), float((south + north) / 2))

    def project(self, geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Bring geometries from lon/lat into the plane; None stays None."""
        dense = shapely.segmentize(geometries, LONGEST_EDGE_DEG)
        moved: npt.NDArray[np.object_] = shapely.transform(
            dense, lambda xy: np.column_stack(self._proj(xy[:, 0], xy[:, 1]))
        )
        return moved

    def lonlat(self, xy: Floats) -> Floats:
        """Bring points, shape (n, 2), back to lon/lat."""
        return np.column_stack(self._proj(xy[:, 0], xy[:, 1], inverse=True))

    @staticmethod
    def scale(x: npt.ArrayLike) -> Floats:
        """Give how much too long a length is in the plane at `x` metres off the meridian."""
        return np.asarray(1 + np.square(np.asarray(x, np.float64)) / (2 * EARTH_RADIUS_M**2))


def geodesic_m(lonlat: Floats) -> Floats:
    """Measure segments on the ellipsoid.

    Parameters
    ----------
    lonlat
        Shape (n, 4): lon, lat of one end, lon, lat of the other, degrees.

    Returns
    -------
    Shape (n,), metres.
    """
    _, _, length = _GEOD.inv(lonlat[:, 0], lonlat[:, 1], lonlat[:, 2], lonlat[:, 3])
    return np.asarray(length, np.float64)


def whole_mm(metres: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Round metres to whole millimetres: what limits are compared in, so that 500 m is 500 m."""
    return np.rint(np.asarray(metres, np.float64) * 1000).astype(np.int64)
