"""Which landmarks are copies of the very shapes that are to be told by them.

A file that was imported before stands in the register to the last digit, in whatever datum it was
read then. That is no evidence of where it belongs: a wrong first import would vouch for the
second. A shape that was surveyed again never has the same corners.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.landmarks import Landmarks
from geo.datum.reference import Datum, Geometries, to_register

ALIKE_DEG: Final = 1e-7
"""A centimetre."""


def without_copies(
    landmarks: Landmarks,
    shapes: Geometries,
    candidates: Sequence[Datum],
    codes: Collection[str],
) -> Landmarks:
    """Leave out copies of a file's shapes, and with them all that came of the same file.

    Parameters
    ----------
    shapes
        Shape (n,), a sample of the file's shapes as they stand in it.
    candidates
        The readings; a copy under any of them is one.
    codes
        The codes of all compounds in the file, sampled or not. Once one shape is a copy, none of
        them is a landmark.
    """
    compounds = np.zeros(len(landmarks.compounds), dtype=bool)
    areas = np.zeros(len(landmarks.areas), dtype=bool)
    for datum in candidates:
        bounds = shapely.bounds(to_register(shapes, datum))
        compounds |= _alike(landmarks.compounds, bounds)
        areas |= _alike(landmarks.areas, bounds)
    if compounds.any():
        compounds |= np.isin(landmarks.compound_codes, sorted(codes))
    if areas.any():
        areas[:] = True
    return landmarks.without(compounds, areas) if compounds.any() or areas.any() else landmarks


def _alike(known: Geometries, bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which known shapes have the bounding box of one of the file's."""
    found = np.zeros(len(known), dtype=bool)
    theirs = shapely.bounds(known)
    corners = shapely.points(theirs[:, :2])
    west_south = bounds[np.isfinite(bounds).all(axis=1)]
    mine, near = shapely.STRtree(corners).query(
        shapely.points(west_south[:, :2]), predicate="dwithin", distance=2 * ALIKE_DEG
    )
    same = (np.abs(west_south[mine] - theirs[near]) <= ALIKE_DEG).all(axis=1)
    found[near[same]] = True
    return found
