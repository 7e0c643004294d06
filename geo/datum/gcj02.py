"""GCJ-02: the shifted degrees of public web maps in China, and back.

The formula is the published open one that the eviltransform and coordTransform lineage of
libraries share: a sum of a plane, square roots and sines around 105°E 35°N gives a shift in
metres, which the Krasovsky ellipsoid turns into degrees. The ministry never published its own, so
this is the shift as everybody computes it, not a legal definition. WGS 84 and CGCS2000 are one
here: they differ by centimetres and PROJ's transformation between them is null.

The inverse has no closed form. ``p ← g - shift(p)`` converges to it: over any step the shift
changes by less than 1 % of that step (its steepest term by 6π · 13 m a degree), so each turn gains
two digits and `TURNS` of them come down from at most 1.2 km to a few micrometres. The number of
turns is fixed on purpose: what becomes of a vertex depends on nothing but that vertex, so rings
stay closed and neighbours keep the vertices that they share, bit for bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.datum.blocks import Bools, Floats, in_blocks

WEST_DEG, EAST_DEG = 72.004, 137.8347
SOUTH_DEG, NORTH_DEG = 0.8293, 55.8271
"""The rectangle in which points are shifted, its edges included."""

SEMI_MAJOR_AXIS_M: Final = 6_378_245.0
ECCENTRICITY_SQUARED: Final = 0.00669342162296594323

TURNS: Final = 4

_REACH_DEG: Final = 0.02
"""Farther than any shift: beyond the rectangle by this much, nothing moves either way."""

_EDGE_DEG: Final = 1e-9
"""What the inverse may miss a point on the very edge by."""


def from_wgs84(points: npt.ArrayLike) -> Floats:
    """Shift WGS 84 or CGCS2000 degrees to GCJ-02.

    Parameters
    ----------
    points
        Shape (n, 2), longitude and latitude in degrees. Points outside the rectangle, and those
        that are not finite, come back as they are.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), degrees.
    """

    def shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        east, north = shift(lon, lat)
        return lon + east, lat + north

    return in_blocks(points, lambda block: _inside(block[:, 0], block[:, 1]), shifted)


def to_wgs84(points: npt.ArrayLike) -> Floats:
    """Take the shift of GCJ-02 back, to a hundredth of a millimetre.

    At the edge of the rectangle the published rule tears the plane: beside it lie strips, as wide
    as the shift, whose points have two originals or none. A point there is taken back when it or
    its unshifted place is inside the rectangle. So every point shifted by `from_wgs84` returns,
    and the strips hold no part of China: its land and its claimed sea end 1° or more inside.

    Parameters
    ----------
    points
        Shape (n, 2), GCJ-02 longitude and latitude in degrees.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2), degrees of WGS 84 or CGCS2000.
    """

    def unshifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        back_lon, back_lat = lon, lat
        for _ in range(TURNS):
            east, north = shift(back_lon, back_lat)
            back_lon, back_lat = lon - east, lat - north
        back = _inside(lon, lat) | _inside(back_lon, back_lat, _EDGE_DEG)
        return np.where(back, back_lon, lon), np.where(back, back_lat, lat)

    return in_blocks(points, lambda block: _inside(block[:, 0], block[:, 1], _REACH_DEG), unshifted)


def shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give the published shift at points of WGS 84, rectangle or not.

    Parameters
    ----------
    lon, lat
        Shape (n,), degrees; finite.

    Returns
    -------
    tuple
        What to add to longitude and latitude; shapes (n,), degrees.
    """
    x, y = lon - 105.0, lat - 35.0
    root, product = np.sqrt(np.abs(x)), x * y
    sine_2 = np.sin(2 * np.pi * x)
    # sin 6πx comes from sin 2πx by the triple angle; sin πx and sin πy from their thirds likewise.
    ripple = 20 * (_triple(sine_2) + sine_2)
    third_x, third_y = np.sin(np.pi / 3 * x), np.sin(np.pi / 3 * y)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east_m += 2 / 3 * (
        ripple + 20 * _triple(third_x) + 40 * third_x
        + 150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)
    )  # fmt: skip
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north_m += 2 / 3 * (
        ripple + 20 * _triple(third_y) + 40 * third_y
        + 160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)
    )  # fmt: skip
    latitude = np.radians(lat)
    sine = np.sin(latitude)
    bend = 1 - ECCENTRICITY_SQUARED * sine * sine
    prime_m = SEMI_MAJOR_AXIS_M / np.sqrt(bend)
    meridian_m = prime_m * (1 - ECCENTRICITY_SQUARED) / bend
    # A latitude's cosine is never negative, and a root is cheaper.
    east = np.degrees(east_m / (prime_m * np.sqrt(1 - sine * sine)))
    return east, np.degrees(north_m / meridian_m)


def _triple(sine: Floats) -> Floats:
    """Give sin 3φ from sin φ."""
    return sine * (3 - 4 * sine * sine)


def _inside(lon: Floats, lat: Floats, margin_deg: float = 0.0) -> Bools:
    return (
        (lon >= WEST_DEG - margin_deg) & (lon <= EAST_DEG + margin_deg)
        & (lat >= SOUTH_DEG - margin_deg) & (lat <= NORTH_DEG + margin_deg)
    )  # fmt: skip
