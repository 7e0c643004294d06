"""Which polygons lie on each other, and by how much.

Bounding boxes find the pairs; a box overlap smaller or narrower than what counts is left at that,
so only real overlaps reach exact intersection.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo.intake.lint import limits
from geo.intake.lint.measure import Floats, Geometries, area_m2, mean_width_m, metres_a_degree
from geo.rings.boxes import overlapping
from geo.rings.outlines import Outlines

Places = npt.NDArray[np.intp]
CHUNK = 20_000
SAMPLE = 500
MANY = 5_000
"""From so many polygons on, boxes are compared by a compiled loop."""


@dataclass(frozen=True)
class Overlaps:
    """Pairs of polygons that share ground, left and right; all arrays have shape (n,).

    Attributes
    ----------
    left, right
        Places in the two arrays compared.
    shared_m2, left_m2, right_m2
        Of the overlap and of the two polygons.
    width_m
        Mean width of the overlap.
    """

    left: Places
    right: Places
    shared_m2: Floats
    left_m2: Floats
    right_m2: Floats
    width_m: Floats

    @cached_property
    def iou(self) -> Floats:
        """Give intersection over union."""
        return self.shared_m2 / (self.left_m2 + self.right_m2 - self.shared_m2)

    @cached_property
    def of_left(self) -> Floats:
        """Give the share of the left polygon."""
        return self.shared_m2 / self.left_m2

    @cached_property
    def of_right(self) -> Floats:
        """Give the share of the right polygon."""
        return self.shared_m2 / self.right_m2

    def where(self, mask: npt.NDArray[np.bool_]) -> Overlaps:
        """Keep some pairs."""
        return Overlaps(*(getattr(self, item.name)[mask] for item in fields(self)))

    def turned(self) -> Overlaps:
        """Give the same pairs the other way round."""
        return replace(
            self, left=self.right, right=self.left, left_m2=self.right_m2, right_m2=self.left_m2
        )

    def both_ways(self) -> Overlaps:
        """Give every pair both ways, for pairs within one array."""
        other = self.turned()
        names = [item.name for item in fields(self)]
        return Overlaps(*(np.r_[getattr(self, name), getattr(other, name)] for name in names))

    def beyond_slips(self) -> Overlaps:
        """Leave out overlaps so small or so narrow that they are slips of digitising."""
        return self.where(
            (self.shared_m2 >= limits.LEAST_OVERLAP_M2) & (self.width_m >= limits.LEAST_WIDTH_M)
        )


class TooMany(Exception):
    """So many bounding boxes overlap that looking into each pair would take hours."""


def candidates(tree: STRtree, geometries: Geometries) -> tuple[Places, Places]:
    """Give pairs whose boxes overlap by enough: places in `geometries`, places in the tree.

    Raises
    ------
    TooMany
        When there are more than `limits.MOST_CANDIDATES`.
    """
    count = len(geometries)
    sample = geometries[:: max(1, count // SAMPLE)]
    met = tree.query(sample).shape[1] / max(1, len(sample))
    if met * count > limits.MOST_CANDIDATES:
        raise TooMany
    found, total = [], 0
    for start in range(0, count, CHUNK):
        mine, theirs = tree.query(geometries[start : start + CHUNK])
        enough = _boxes_overlap(geometries[start : start + CHUNK], tree.geometries, mine, theirs)
        found.append(np.stack([mine[enough] + start, theirs[enough]]))
        total += found[-1].shape[1]
        if total > limits.MOST_CANDIDATES:
            raise TooMany
    pairs = np.hstack(found) if found else np.empty((2, 0), np.intp)
    return pairs[0], pairs[1]


def _boxes_overlap(
    geometries: Geometries, others: Geometries, mine: Places, theirs: Places
) -> npt.NDArray[np.bool_]:
    a, b = shapely.bounds(geometries)[mine], shapely.bounds(others[theirs])
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    sides_m = (high - low) * np.column_stack(metres_a_degree(low[:, 1]))
    enough: npt.NDArray[np.bool_] = (sides_m > 0).all(axis=1)
    enough &= sides_m.prod(axis=1) >= limits.LEAST_OVERLAP_M2
    return enough


def holds(
    areas: Geometries, geometries: Geometries, area: Places, inner: Places
) -> npt.NDArray[np.bool_]:
    """Tell pairs whose first surely holds the second whole: it is the same, or well inside.

    Cheaper by far than to intersect them; one that merely touches the rim is not told.
    """
    whole: npt.NDArray[np.bool_] = shapely.equals_identical(areas[area], geometries[inner])
    other = np.flatnonzero(~whole)
    used = np.unique(area[other])
    shapely.prepare(areas[used])
    whole[other] = shapely.contains_properly(areas[area[other]], geometries[inner[other]])
    shapely.destroy_prepared(areas[used])
    return whole


def measure(geometries: Geometries, others: Geometries, mine: Places, theirs: Places) -> Overlaps:
    """Measure the ground that pairs share; pairs that share none are left out."""
    used = np.unique(mine)
    shapely.prepare(geometries[used])
    meet = shapely.intersects(geometries[mine], others[theirs])
    shapely.destroy_prepared(geometries[used])
    left, right = mine[meet], theirs[meet]
    ground = shapely.intersection(geometries[left], others[right])
    left_m2, right_m2 = area_m2(geometries[left]), area_m2(others[right])
    found = Overlaps(left, right, area_m2(ground), left_m2, right_m2, mean_width_m(ground))
    return found.where(found.shared_m2 > 0)


def within(outlines: Outlines, bounds: Floats) -> Overlaps:
    """Find the pairs of one array that overlap, each once, left before right.

    Parameters
    ----------
    bounds
        Of the polygons, shape (n, 4).

    Raises
    ------
    TooMany
        When more than `limits.MOST_CANDIDATES` have boxes that overlap by enough.
    """
    if len(outlines) < MANY:
        shapes = np.asarray(outlines)
        mine, theirs = candidates(STRtree(shapes), shapes)
        once = mine < theirs
        return measure(shapes, shapes, mine[once], theirs[once])
    pairs = overlapping(bounds, limits.LEAST_OVERLAP_M2, limits.MOST_CANDIDATES // 2)
    if pairs is None:
        raise TooMany
    mine, theirs = pairs
    used = np.unique(np.concatenate(pairs))
    shapes = outlines[used]
    found = measure(shapes, shapes, np.searchsorted(used, mine), np.searchsorted(used, theirs))
    return replace(found, left=used[found.left], right=used[found.right])
