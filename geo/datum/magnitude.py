"""What coordinates can be by their size alone: degrees, metres, prefixed or not, swapped or not.

In China the ranges hardly meet: a longitude is 72–138, a latitude 0–56; a truncated easting stays
within 400 km of 500 000 m, a northing is the distance from the equator, 300 to 6 250 km, and a
prefixed easting is over 13 000 km. Where they do meet, the answer is ``unknown``: a truncated
easting and a northing south of 8°N (the Nansha islands) could be either's. Size says nothing of
GCJ-02 and BD-09, which are degrees too, and a Web Mercator easting east of 118°E looks like one
of zones 13 to 15.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.datum.blocks import Floats
from geo.datum.zones import FALSE_EASTING_M, FIRST, LAST, PREFIX_M

FORMS: Final = (
    "unknown",
    "degrees",
    "truncated",
    "prefixed",
    "degrees_swapped",
    "truncated_swapped",
    "prefixed_swapped",
)
"""What a pair can be; ``swapped`` when latitude or northing comes first."""

LONGITUDES_DEG: Final = (72.0, 138.0)
LATITUDES_DEG: Final = (0.0, 56.0)
NORTHINGS_M: Final = (300_000.0, 6_250_000.0)
HALF_WIDTH_M: Final = 400_000.0
"""A zone of 6° is 667 km wide at the equator, and neighbours are often kept in one zone."""


def forms(points: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Tell what each pair can be.

    Parameters
    ----------
    points
        Shape (n, 2), degrees or metres, in the file's order.

    Returns
    -------
    numpy.ndarray
        Shape (n,), places in `FORMS`; 0 (unknown) when none fits, or both orders do.
    """
    first, second = np.asarray(points, dtype=np.float64).T
    found = np.zeros(len(first), dtype=np.int8)
    fits = np.zeros(len(first), dtype=np.int8)
    for place, form in enumerate(FORMS[1:], start=1):
        east, north = (second, first) if form.endswith("_swapped") else (first, second)
        match = _RULES[form.removesuffix("_swapped")](east, north)
        found[match] = place
        fits += match
    found[fits != 1] = 0
    return found


def common_form(points: npt.ArrayLike) -> str:
    """Give the form that all points share, else ``unknown``.

    Parameters
    ----------
    points
        Shape (n, 2); those that are not finite are left out.

    Returns
    -------
    str
        One of `FORMS`.
    """
    pairs = np.asarray(points, dtype=np.float64)
    shared = np.unique(forms(pairs[np.isfinite(pairs).all(axis=1)]))
    return FORMS[shared[0]] if len(shared) == 1 else "unknown"


def _within(values: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])


def _degrees(east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    return _within(east, LONGITUDES_DEG) & _within(north, LATITUDES_DEG)


def _truncated(east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    return (np.abs(east - FALSE_EASTING_M) <= HALF_WIDTH_M) & _within(north, NORTHINGS_M)


def _prefixed(east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    zone = np.floor(east / PREFIX_M)
    named = _within(zone, (FIRST[6], LAST[6])) | _within(zone, (FIRST[3], LAST[3]))
    return named & _truncated(east - zone * PREFIX_M, north)


_RULES: Final = {"degrees": _degrees, "truncated": _truncated, "prefixed": _prefixed}
