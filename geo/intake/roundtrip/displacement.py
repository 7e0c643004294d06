"""How far outlines lie apart, and whether one is the other moved."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo.intake.lint.measure import Floats, Geometries, flat, middles

MOVED_M: Final = 0.05
"""A shape that fits its old one to this once laid on it was moved, not reshaped."""

MOST_WORK: Final = 4_000_000
"""Vertices of one times vertices of the other up to which all are compared with all."""


def displacements_m(left: Geometries, right: Geometries) -> Floats:
    """Give the greatest distance of either outline from the other: Hausdorff's, at vertices.

    Parameters
    ----------
    left, right
        Shape (n,), polygons in EPSG:4490.

    Returns
    -------
    numpy.ndarray
        Shape (n,), metres; infinite where one of the two is None.
    """
    out = np.full(len(left), np.inf)
    both = np.flatnonzero(~shapely.is_missing(left) & ~shapely.is_missing(right))
    centres = middles(left[both])
    one, other = flat(left[both], centres), flat(right[both], centres)
    work = shapely.get_num_coordinates(one).astype(np.int64) * shapely.get_num_coordinates(other)
    few = work <= MOST_WORK
    out[both[few]] = shapely.hausdorff_distance(one[few], other[few])
    for place in np.flatnonzero(~few):
        out[both[place]] = max(
            _farthest_m(one[place], other[place]), _farthest_m(other[place], one[place])
        )
    return out


def _farthest_m(shape: Any, other: Any) -> float:
    """Give the distance of the vertex farthest from the other outline, by an index of its sides."""
    points, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(other)), return_index=True
    )
    inside = ring[1:] == ring[:-1]
    sides = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[inside])
    _, distance = STRtree(sides).query_nearest(
        shapely.points(shapely.get_coordinates(shape)), return_distance=True, all_matches=False
    )
    return float(distance.max())


def is_moved(before: Geometries, after: Geometries) -> npt.NDArray[np.bool_]:
    """Tell which shapes fit their old ones once laid centre on centre."""
    one, other = flat(before), flat(after)
    centre = shapely.get_coordinates(shapely.centroid(one))
    target = shapely.get_coordinates(shapely.centroid(other))
    points, owner = shapely.get_coordinates(other, return_index=True)
    laid = shapely.set_coordinates(other.copy(), points + (centre - target)[owner])
    work = shapely.get_num_coordinates(one).astype(np.int64) * shapely.get_num_coordinates(laid)
    fits = np.zeros(len(one), np.bool_)
    few = work <= MOST_WORK
    fits[few] = shapely.hausdorff_distance(one[few], laid[few]) <= MOVED_M
    return fits
