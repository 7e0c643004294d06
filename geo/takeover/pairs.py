"""Which candidate lies within reach of which host, and what stands between them.

County by county, in a plane of its own (`geo.takeover.metric`): polygon to polygon, 500 m and
no more. A pair stands when a shortest segment between the two polygons, outside both, crosses
no hard barrier, or only such as a crossing opens within the walking limit. Polygons that touch
or overlap have no barrier between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.snapshot.file import Snapshot
from geo.takeover.barriers import TIE_M, Barriers, barriers_near
from geo.takeover.facing import Facing
from geo.takeover.hosts import Parts
from geo.takeover.metric import EARTH_RADIUS_M, Plane, geodesic_m, whole_mm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

ARTERIAL_PENALTY_M: Final = 200.0
"""What crossing an arterial road adds to the way by which plans with equally many are ranked."""

TOUCH_MM: Final = round(TIE_M * 1000)


@dataclass(frozen=True)
class Meeting:
    """A candidate and one polygon of a host, within reach.

    Attributes
    ----------
    candidate, project
        Rows in the snapshot's compounds and projects.
    via_code, via_name, community, street
        Of the host's polygon.
    gap_mm
        Polygon to polygon on the ellipsoid; 0 when they touch or overlap.
    segment
        Lon, lat of the end at the candidate, then at the host.
    barred_by
        Kind and name of what stands between; None when nothing does.
    crossing, walk_mm
        The crossing that opens what stands between, and the way through it; "" and 0 without.
    arterial
        Name of an arterial road that the segment crosses ("主干道" if it has none); "" without.
    same_county
        Whether both are of one county: only such a pair can stand.
    """

    candidate: int
    project: int
    via_code: str
    via_name: str
    community: int
    street: int
    gap_mm: int
    segment: tuple[float, float, float, float]
    barred_by: tuple[str, str] | None = None
    crossing: str = ""
    walk_mm: int = 0
    arterial: str = ""
    same_county: bool = True

    @property
    def stands(self) -> bool:
        """Whether the host could take the candidate over by this polygon."""
        return self.same_county and self.barred_by is None

    @property
    def way_mm(self) -> int:
        """The gap, or the walk through a crossing, and what an arterial road adds."""
        penalty = round(ARTERIAL_PENALTY_M * 1000) if self.arterial else 0
        return max(self.gap_mm, self.walk_mm) + penalty

    @property
    def order(self) -> tuple[int, int, str]:
        """The least of a host's meetings with a candidate is the one to speak of."""
        return self.way_mm, self.gap_mm, self.via_code


def meetings(
    snapshot: Snapshot,
    candidates: Ints,
    parts: Parts,
    reach_m: Decimal,
    walking_limit_m: Decimal,
) -> list[Meeting]:
    """Find what lies within reach of the candidates, best polygon of each host only.

    Parameters
    ----------
    candidates
        Rows of the snapshot's compounds, all with a polygon.
    parts
        The hosts' polygons.
    reach_m, walking_limit_m
        Both inclusive, compared in whole millimetres.

    Returns
    -------
    One meeting for each candidate and host, by candidate, then project row. A pair that stands
    by one polygon stands; of those that stand (or of those that don't) the shortest way is kept.
    """
    county = snapshot.column("compounds", "county")[candidates]
    best: dict[tuple[int, int], Meeting] = {}
    for code in np.unique(county).tolist():
        here = candidates[county == code]
        for meeting in _in_county(snapshot, code, here, parts, reach_m, walking_limit_m):
            key = (meeting.candidate, meeting.project)
            known = best.get(key)
            if known is None or _preference(meeting) < _preference(known):
                best[key] = meeting
    return [best[key] for key in sorted(best)]


def _preference(meeting: Meeting) -> tuple[bool, bool, tuple[int, int, str]]:
    return not meeting.stands, not meeting.same_county, meeting.order


def _in_county(
    snapshot: Snapshot,
    county: int,
    candidates: Ints,
    parts: Parts,
    reach_m: Decimal,
    walking_limit_m: Decimal,
) -> Iterator[Meeting]:
    shapes = snapshot.geometry("compounds")[candidates]
    plane = Plane.around(shapes)
    # A degree of longitude is at least 55 km up to 60° north: the box is ample.
    margin = float(reach_m + walking_limit_m) / 50_000
    bounds = shapely.total_bounds(shapes) + np.array([-margin, -margin, margin, margin])
    near = np.flatnonzero(shapely.intersects(parts.geometry, shapely.box(*bounds)))
    if not len(near):
        return
    own = _Ground(plane, plane.project(shapes), plane.project(parts.geometry[near]))
    parts = parts.take(near)
    barriers = barriers_near(snapshot, bounds, plane)
    found = own.within(float(reach_m), int(reach_m * 1000))
    same = (parts.county[found.part] == county) & (county != 0)
    asked = np.flatnonzero(same & (found.gap_mm > 0))
    blocked = _crossed(found, asked, barriers, hard=True)
    arterials = _crossed(found, asked, barriers, hard=False)
    for k in range(len(found.candidate)):
        part = int(found.part[k])
        row = int(candidates[found.candidate[k]])
        meeting = Meeting(
            candidate=row,
            project=int(parts.project[part]),
            via_code=str(parts.code[part]),
            via_name=str(parts.name[part] or ""),
            community=int(parts.community[part]),
            street=int(parts.street[part]),
            gap_mm=int(found.gap_mm[k]),
            segment=_ends(found.lonlat[k]),
            same_county=bool(same[k]),
        )
        if k in blocked:
            meeting = own.way_round(meeting, found, k, blocked[k], barriers, walking_limit_m)
        elif k in arterials:
            meeting = replace(meeting, arterial=_named(barriers, int(arterials[k][0])))
        yield meeting


@dataclass(frozen=True)
class _Found:
    """Pairs of a candidate and a part within reach; segments in the plane and in lon/lat."""

    candidate: Ints
    part: Ints
    segment: Floats
    lonlat: Floats
    gap_mm: Ints


@dataclass(frozen=True)
class _Ground:
    """Candidates and parts of a county in its plane."""

    plane: Plane
    candidates: Objects
    parts: Objects

    def within(self, reach_m: float, reach_mm: int) -> _Found:
        """Find the pairs within reach, by candidate, then part."""
        offset = np.abs(shapely.total_bounds(self.candidates)[[0, 2]]).max() + reach_m
        search_m = reach_m * (1 + (offset / EARTH_RADIUS_M) ** 2) + 1.0
        candidate, part = shapely.STRtree(self.parts).query(
            self.candidates, predicate="dwithin", distance=search_m
        )
        order = np.lexsort((part, candidate))
        candidate, part = candidate[order], part[order]
        lines = shapely.shortest_line(self.candidates[candidate], self.parts[part])
        segment = shapely.get_coordinates(lines).reshape(-1, 4)
        ends = self.plane.lonlat(segment.reshape(-1, 2)).reshape(-1, 4)
        gap_mm = whole_mm(geodesic_m(ends))
        gap_mm[gap_mm <= TOUCH_MM] = 0
        keep = gap_mm <= reach_mm
        return _Found(candidate[keep], part[keep], segment[keep], ends[keep], gap_mm[keep])

    def way_round(
        self,
        meeting: Meeting,
        found: _Found,
        k: int,
        crossed: Ints,
        barriers: Barriers,
        walking_limit_m: Decimal,
    ) -> Meeting:
        """Look for another shortest segment, then for crossings; else say what bars the pair."""
        one, other = self.candidates[found.candidate[k]], self.parts[found.part[k]]
        facing = Facing(one, other)
        near = np.flatnonzero(barriers.hard)
        near = near[shapely.intersects(barriers.geometry[near], facing.bounds)]
        segment = _free(facing, barriers, near)
        if segment is not None:
            return self._by(meeting, segment, barriers)
        opened = self._opened(one, other, barriers, near, int(walking_limit_m * 1000))
        if opened:
            shut = near[[label not in opened for label in barriers.group[near].tolist()]]
            segment = _free(facing, barriers, shut)
        if segment is None:
            first = _first(found.segment[k], barriers, crossed)
            return replace(
                meeting, barred_by=(str(barriers.kind[first]), str(barriers.name[first]))
            )
        _, through = barriers.hits(segment[None], hard=True)
        walks = [opened[label] for label in barriers.group[through].tolist() if label in opened]
        walk_mm, crossing = max(walks, default=(0, ""))
        return replace(
            self._by(meeting, segment, barriers), crossing=crossing or "通道", walk_mm=walk_mm
        )

    def _by(self, meeting: Meeting, segment: Floats, barriers: Barriers) -> Meeting:
        ends = self.plane.lonlat(segment.reshape(2, 2)).ravel()
        return replace(meeting, segment=_ends(ends), arterial=_arterial(barriers, segment))

    def _opened(
        self, one: object, other: object, barriers: Barriers, near: Ints, limit_mm: int
    ) -> dict[int, tuple[int, str]]:
        """Give the barriers that a crossing opens: label to (way through it in mm, its name)."""
        of = np.flatnonzero(np.isin(barriers.crossing_group, barriers.group[near]))
        points = barriers.crossing_point[of]
        scale = self.plane.scale(shapely.get_x(points)) if len(of) else np.ones(0)
        walk = whole_mm((shapely.distance(points, one) + shapely.distance(points, other)) / scale)
        opened: dict[int, tuple[int, str]] = {}
        for place in np.flatnonzero(walk <= limit_mm).tolist():
            label = int(barriers.crossing_group[of[place]])
            way = (int(walk[place]), str(barriers.crossing_name[of[place]]))
            opened[label] = min(way, opened.get(label, way))
        return opened


def _free(facing: Facing, barriers: Barriers, of: Ints) -> Floats | None:
    areal = barriers.areal[of]
    return facing.free(barriers.geometry[of[~areal]], barriers.geometry[of[areal]])


def _first(segment: Floats, barriers: Barriers, crossed: Ints) -> int:
    """Give the barrier that one comes to first on the way from the candidate."""
    away = shapely.distance(
        shapely.Point(segment[:2]),
        shapely.intersection(
            barriers.geometry[crossed],
            shapely.buffer(shapely.LineString(segment.reshape(2, 2)), TIE_M),
        ),
    )
    return int(crossed[np.argmin(np.round(away, 3))])


def _crossed(found: _Found, asked: Ints, barriers: Barriers, *, hard: bool) -> dict[int, Ints]:
    """Give the barriers that found segments cross, by place in `found`."""
    segment, barrier = barriers.hits(found.segment[asked], hard=hard)
    out: dict[int, list[int]] = {}
    for place, which in zip(asked[segment].tolist(), barrier.tolist(), strict=True):
        out.setdefault(place, []).append(which)
    return {place: np.array(which, np.int64) for place, which in out.items()}


def _arterial(barriers: Barriers, segment: Floats) -> str:
    _, crossed = barriers.hits(segment[None], hard=False)
    return _named(barriers, int(crossed[0])) if len(crossed) else ""


def _named(barriers: Barriers, which: int) -> str:
    return str(barriers.name[which] or barriers.kind[which])


def _ends(lonlat: Floats) -> tuple[float, float, float, float]:
    """Round to 1e-7 degrees, a centimetre: what a map needs and a file can hold."""
    west, south, east, north = (round(float(value), 7) for value in lonlat)
    return west, south, east, north
