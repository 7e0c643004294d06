"""BD-09: the degrees of Baidu's maps, which shift GCJ-02 once more, and back.

The formula is the published open one (coordTransform lineage): the radius and the angle of the
point, taken as plane coordinates around 0°E 0°N, each get a sine of the other axis, and the whole
moves by 0.0065° and 0.006°. It has no rectangle: it applies everywhere.

The inverse that those libraries publish evaluates the sines at the shifted place and errs by up
to 0.4 m. Here that is the first of `TURNS` substitutions, each at least 50 times closer than the
one before. As in `geo.datum.gcj02` their number is fixed, so that equal vertices stay equal.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.datum.blocks import Bools, Floats, in_blocks

EAST_DEG, NORTH_DEG = 0.0065, 0.006
X_PI: Final = np.pi * 3000 / 180
RADIUS_WAVE_DEG: Final = 0.00002
ANGLE_WAVE_RAD: Final = 0.000003

TURNS: Final = 3


def from_gcj02(points: npt.ArrayLike) -> Floats:
    """Shift GCJ-02 degrees to BD-09.

    Parameters
    ----------
    points
        Shape (n, 2), longitude and latitude in degrees. What is not finite stays as it is.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), degrees.
    """

    def shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        longer, further = _waves(lon, lat)
        radius, angle = np.hypot(lon, lat) + longer, np.arctan2(lat, lon) + further
        return radius * np.cos(angle) + EAST_DEG, radius * np.sin(angle) + NORTH_DEG

    return in_blocks(points, _finite, shifted)


def to_gcj02(points: npt.ArrayLike) -> Floats:
    """Take BD-09 back to GCJ-02, to a few hundredths of a millimetre.

    Parameters
    ----------
    points
        Shape (n, 2), BD-09 longitude and latitude in degrees.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), degrees.
    """

    def unshifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        lon, lat = lon - EAST_DEG, lat - NORTH_DEG
        radius, angle = np.hypot(lon, lat), np.arctan2(lat, lon)
        for _ in range(TURNS):
            longer, further = _waves(lon, lat)
            lon = (radius - longer) * np.cos(angle - further)
            lat = (radius - longer) * np.sin(angle - further)
        return lon, lat

    return in_blocks(points, _finite, unshifted)


def _finite(block: Floats) -> Bools:
    return np.asarray(np.isfinite(block).all(axis=1))


def _waves(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give what BD-09 adds to the radius (degrees) and the angle (radians) of GCJ-02 points."""
    return RADIUS_WAVE_DEG * np.sin(lat * X_PI), ANGLE_WAVE_RAD * np.cos(lon * X_PI)
