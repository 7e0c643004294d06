"""Web Mercator as a unit square: x from 180° W, y from 85.05° N downwards; tiles and their bounds.

CGCS2000 is drawn as WGS 84, from which it differs by less than a metre.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]

EXTENT: Final = 4096
"""Units of a tile's grid."""

BUFFER: Final = 64
"""Units drawn beyond a tile's edge: eight pixels of a tile 512 wide."""

MAX_ZOOM: Final = 16
HALF_WORLD_M: Final = 20037508.342789244


def world(lonlat: Any) -> Floats:
    """Project longitudes and latitudes, shape (n, 2), degrees, into the unit square."""
    degrees = np.asarray(lonlat, np.float64).reshape(-1, 2)
    out = np.empty_like(degrees)
    out[:, 0] = degrees[:, 0] / 360.0 + 0.5
    sine = np.sin(np.radians(np.clip(degrees[:, 1], -85.06, 85.06)))
    out[:, 1] = 0.5 - np.arctanh(sine) / (2.0 * np.pi)
    return out


def lonlat(unit: Any) -> Floats:
    """Give longitudes and latitudes of places in the unit square, shape (n, 2)."""
    places = np.asarray(unit, np.float64).reshape(-1, 2)
    out = np.empty_like(places)
    out[:, 0] = (places[:, 0] - 0.5) * 360.0
    out[:, 1] = np.degrees(np.arcsin(np.tanh((0.5 - places[:, 1]) * 2.0 * np.pi)))
    return out


def tile_lonlat(z: int, x: int, y: int) -> Bounds:
    """Give a tile's west, south, east, north, degrees."""
    corners = lonlat(np.array([[x, y + 1], [x + 1, y]]) / 2**z)
    west, south, east, north = corners.ravel().tolist()
    return west, south, east, north


def tile_metres(z: int, x: int, y: int) -> Bounds:
    """Give a tile's bounds in EPSG:3857."""
    size = 2 * HALF_WORLD_M / 2**z
    west, north = x * size - HALF_WORLD_M, HALF_WORLD_M - y * size
    return west, north - size, west + size, north
