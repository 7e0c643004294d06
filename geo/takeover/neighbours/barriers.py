"""Barriers of a county in its plane: what blocks, what is noted, and where one can cross.

Rail, expressway and river block; an arterial road is noted. A river or railway drawn in several
pieces is one barrier: pieces of one kind and name that touch share their crossings.

Ends count like this. A *line* that runs on a compound's wall lies in front of it: the segment is
made `TIE_M` longer at both ends before it is tested. An *area* that only touches a compound is
not between: the segment is drawn back by as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo import terms
from geo.snapshot.file import Snapshot
from geo.takeover.components import components
from geo.takeover.neighbours.metric import Plane

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

TIE_M: Final = 0.01
"""Lengths that differ by less are equal; polygons nearer than this touch."""

CROSSING_ON_M: Final = 20.0
"""A crossing lies on a barrier when it is this near to it, or nearer."""

_CROSSING: Final = "通道"
_ARTERIAL: Final = "主干道"


@dataclass(frozen=True)
class Barriers:
    """Barriers near some place, in a plane.

    Attributes
    ----------
    kind, name, geometry
        Of hard barriers and arterials, sorted by kind, name and shape.
    hard
        Which of them block.
    areal
        Which of them are areas.
    group
        Label of the barrier that each is a piece of.
    crossing_point, crossing_group, crossing_name
        Places where a barrier can be crossed, one entry a place and barrier.
    """

    kind: Objects
    name: Objects
    geometry: Objects
    hard: npt.NDArray[np.bool_]
    areal: npt.NDArray[np.bool_]
    group: Ints
    crossing_point: Objects
    crossing_group: Ints
    crossing_name: Objects

    @cached_property
    def _hard_tree(self) -> tuple[Ints, shapely.STRtree]:
        return self._tree(self.hard)

    @cached_property
    def _arterial_tree(self) -> tuple[Ints, shapely.STRtree]:
        return self._tree(self.kind == _ARTERIAL)

    def _tree(self, wanted: npt.NDArray[np.bool_]) -> tuple[Ints, shapely.STRtree]:
        shapely.prepare(self.geometry[wanted])
        return np.flatnonzero(wanted), shapely.STRtree(self.geometry[wanted])

    @cached_property
    def _crossing_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.crossing_point)

    def crossings_within(self, shapes: Objects, distance_m: float) -> tuple[Ints, Ints]:
        """Find the places of crossings within a distance of shapes: (shape, place), sorted."""
        shape, place = self._crossing_tree.query(shapes, predicate="dwithin", distance=distance_m)
        order = np.lexsort((place, shape))
        return shape[order], place[order]

    def meeting(self, shapes: Objects) -> tuple[Ints, Ints]:
        """Find the hard barriers that meet shapes: (shape, barrier), sorted."""
        return self._meeting(shapes, self._hard_tree)

    def _meeting(self, shapes: Objects, tree: tuple[Ints, shapely.STRtree]) -> tuple[Ints, Ints]:
        # A barrier runs through the whole county: prepared, it is not gone through each time, as
        # it would be by the tree's own predicate, which prepares the shapes.
        shape, barrier = tree[1].query(shapes)
        barrier = tree[0][barrier]
        meets = shapely.intersects(self.geometry[barrier], shapes[shape])
        shape, barrier = shape[meets], barrier[meets]
        order = np.lexsort((barrier, shape))
        return shape[order], barrier[order]

    def hits(self, segments: Floats, *, hard: bool) -> tuple[Ints, Ints]:
        """Find what segments cross.

        Parameters
        ----------
        segments
            Shape (n, 4): x, y of the ends, in the plane.
        hard
            Look at hard barriers, or else at arterials.

        Returns
        -------
        Segment and barrier of each hit, sorted.
        """
        tree = self._hard_tree if hard else self._arterial_tree
        segment, barrier = self._meeting(lengthened(segments, TIE_M), tree)
        back = lengthened(segments, -TIE_M)
        keep = ~self.areal[barrier]
        areas = np.flatnonzero(~keep)
        keep[areas] = shapely.intersects(back[segment[areas]], self.geometry[barrier[areas]])
        return segment[keep], barrier[keep]


def lengthened(segments: Floats, by_m: float) -> Objects:
    """Turn segments into lines, longer at both ends, or drawn back by a quarter at most."""
    start, end = segments[:, :2], segments[:, 2:]
    length = np.hypot(*(end - start).T)[:, None]
    along = np.divide(end - start, length, out=np.zeros_like(start), where=length > 0)
    step = along * np.maximum(by_m, -length / 4)
    lines: Objects = shapely.linestrings(np.stack([start - step, end + step], axis=1))
    return lines


def barriers_near(snapshot: Snapshot, bounds: Floats, plane: Plane) -> Barriers:
    """Read the barriers that meet a box, and bring them into a plane.

    Parameters
    ----------
    bounds
        West, south, east, north, degrees.
    """
    kind = np.array(terms.BARRIER_KINDS, object)[snapshot.column("barriers", "kind")]
    name = np.array([text or "" for text in snapshot.column("barriers", "name")], object)
    geometry = snapshot.geometry("barriers")
    box = shapely.box(*bounds)
    near = np.flatnonzero(shapely.intersects(geometry, box)) if len(geometry) else np.empty(0, int)
    shape = shapely.to_wkb(geometry[near])
    near = near[sorted(range(len(near)), key=lambda i: (kind[near[i]], name[near[i]], shape[i]))]
    flat = plane.project(_clipped(geometry[near], box))
    crossing = kind[near] == _CROSSING
    solid = np.flatnonzero(~crossing & ~shapely.is_empty(flat))
    group = _groups(kind[near][solid], name[near][solid], flat[solid])
    point, of, which = _crossings(flat[crossing], flat[solid], group)
    return Barriers(
        kind=kind[near][solid],
        name=name[near][solid],
        geometry=flat[solid],
        hard=np.array([word in terms.HARD_BARRIERS for word in kind[near][solid]], bool),
        areal=shapely.get_dimensions(flat[solid]) == 2,
        group=group,
        crossing_point=point,
        crossing_group=of,
        crossing_name=name[near][crossing][which],
    )


def _clipped(geometry: Objects, box: shapely.Polygon) -> Objects:
    """Cut off what lies far outside: a river may run through the whole province."""
    out = geometry.copy()
    long = ~shapely.covered_by(geometry, box)
    out[long] = shapely.intersection(shapely.make_valid(geometry[long]), box)
    return out


def _groups(kind: Objects, name: Objects, geometry: Objects) -> Ints:
    """Label pieces of one kind and name that touch by the least of them."""
    one, other = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    same = (kind[one] == kind[other]) & (name[one] == name[other]) & (one < other)
    return components(len(kind), one[same], other[same])


def _crossings(crossing: Objects, geometry: Objects, group: Ints) -> tuple[Objects, Ints, Ints]:
    """Give the places where crossings lie on barriers: point, barrier's label, crossing.

    A point is such a place itself; of a line or an area it is the middle of each piece that
    lies within `CROSSING_ON_M` of the barrier.
    """
    which, on = shapely.STRtree(geometry).query(
        crossing, predicate="dwithin", distance=CROSSING_ON_M
    )
    order = np.lexsort((on, which))
    points: list[shapely.Point] = []
    labels: list[int] = []
    sources: list[int] = []
    for source, barrier in zip(which[order].tolist(), on[order].tolist(), strict=True):
        shape = crossing[source]
        if shapely.get_dimensions(shape) > 0:
            shape = shapely.intersection(shape, shapely.buffer(geometry[barrier], CROSSING_ON_M))
        for piece in shapely.get_parts(shape):
            middle = (
                shapely.line_interpolate_point(piece, 0.5, normalized=True)
                if shapely.get_dimensions(piece) == 1
                else shapely.point_on_surface(piece)
            )
            points.append(middle)
            labels.append(int(group[barrier]))
            sources.append(source)
    found = np.empty(len(points), object)
    found[:] = points
    return found, np.array(labels, np.int64), np.array(sources, np.int64)
