"""How much of two polygons' boundaries runs side by side."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

_QUARTER: Final = 16
"""Pieces of a quarter circle around a corner: a 30 m circle is then 4 cm too small at most."""


def shared_edge_m(
    ones: Objects, others: Objects, one: Ints, other: Ints, within_m: float
) -> Floats:
    """Measure the shared edges of pairs, in the plane.

    The part of one's boundary (holes too) that lies no farther than `within_m` from the other
    polygon, or the same the other way round, whichever is shorter: a wall of 10 m before a long
    one shares 10 m and what bends around its ends, not more.

    Parameters
    ----------
    ones, others
        Polygons in a plane, metres.
    one, other
        Indexes into them, shape (pairs,).
    """
    if not len(one):
        return np.zeros(0)
    sides = []
    for shapes, at, facing, faced in ((ones, one, others, other), (others, other, ones, one)):
        used, place = np.unique(faced, return_inverse=True)
        around = shapely.buffer(facing[used], within_m, quad_segs=_QUARTER)
        shapely.prepare(around)
        edge = shapely.boundary(shapes[at])
        sides.append(shapely.length(shapely.intersection(edge, around[place])))
    return np.asarray(np.minimum(*sides))
