"""Which candidate lies within reach of which host, and what stands between them.

County by county, in a plane of its own (`geo.takeover.neighbours.metric`): polygon to polygon, 500
m and no more. A pair stands when a shortest segment between the two polygons, outside both,
crosses no hard barrier, or only such as a crossing opens within the walking limit. Polygons that
touch or overlap have no barrier between them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.barriers import Barriers, barriers_near
from geo.takeover.neighbours.ground import Ground, Seen
from geo.takeover.neighbours.hosts import Parts
from geo.takeover.neighbours.metric import Plane

Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

ARTERIAL_PENALTY_M: Final = 200.0
"""What crossing an arterial road adds to the way by which plans with equally many are ranked."""


class Meeting(NamedTuple):
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
    tree = shapely.STRtree(parts.geometry)
    found: list[Columns] = []
    for code in np.unique(county).tolist():
        here = candidates[county == code]
        columns = _in_county(snapshot, code, here, parts, tree, reach_m, walking_limit_m)
        if len(columns["candidate"]):
            found.append(columns)
    if not found:
        return []
    every = {name: np.concatenate([columns[name] for columns in found]) for name in found[0]}
    best = _best(every)
    listed = {name: every[name][best].tolist() for name in _FIELDS}
    listed["segment"] = [tuple(ends) for ends in listed["segment"]]
    return [Meeting(*values) for values in zip(*(listed[name] for name in _FIELDS), strict=True)]


_FIELDS: Final = Meeting._fields


def _best(every: Columns) -> Ints:
    """Give the place of the best meeting of each candidate and host, in their order.

    One that stands comes first, then one in the county, then the shortest way.
    """
    stands = every["same_county"] & np.array([by is None for by in every["barred_by"]])
    penalty = round(ARTERIAL_PENALTY_M * 1000) * (every["arterial"] != "")
    way_mm = np.maximum(every["gap_mm"], every["walk_mm"]) + penalty
    _, code = np.unique(every["via_code"].astype(str), return_inverse=True)
    order = np.lexsort(
        (code, every["gap_mm"], way_mm, ~every["same_county"], ~stands,
         every["project"], every["candidate"])
    )  # fmt: skip
    pair = np.column_stack([every["candidate"], every["project"]])[order]
    first = np.concatenate([[True], (pair[1:] != pair[:-1]).any(axis=1)])
    return np.asarray(order[first])


def _in_county(
    snapshot: Snapshot,
    county: int,
    candidates: Ints,
    parts: Parts,
    tree: shapely.STRtree,
    reach_m: Decimal,
    walking_limit_m: Decimal,
) -> Columns:
    """Find a county's meetings, as columns of equal length."""
    shapes = snapshot.geometry("compounds")[candidates]
    plane = Plane.around(shapes)
    # A degree of longitude is at least 55 km up to 60° north: the box is ample.
    margin = float(reach_m + walking_limit_m) / 50_000
    bounds = shapely.total_bounds(shapes) + np.array([-margin, -margin, margin, margin])
    near = np.sort(tree.query(shapely.box(*bounds), predicate="intersects"))
    parts = parts.take(near)
    ground = Ground(plane, plane.project(shapes), plane.project(parts.geometry))
    found = ground.within(reach_m)
    same = (parts.county[found.other] == county) & (county != 0)
    barriers = barriers_near(snapshot, bounds, plane)
    seen = ground.look(found, same, barriers, walking_limit_m)
    part = found.other
    return {
        "candidate": candidates[found.one],
        "project": parts.project[part],
        "via_code": parts.code[part],
        "via_name": _texts(parts.name)[part],
        "community": parts.community[part],
        "street": parts.street[part],
        "gap_mm": found.gap_mm,
        "segment": seen.lonlat,
        "barred_by": _barred_by(seen, barriers),
        "crossing": seen.crossing,
        "walk_mm": seen.walk_mm,
        "arterial": arterial_names(seen, barriers),
        "same_county": same,
    }


def _texts(names: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    found = np.empty(len(names), object)
    found[:] = [str(name or "") for name in names]
    return found


def _barred_by(seen: Seen, barriers: Barriers) -> npt.NDArray[np.object_]:
    found = np.full(len(seen.barred), None, object)
    for at in np.flatnonzero(seen.barred >= 0).tolist():
        which = seen.barred[at]
        found[at] = str(barriers.kind[which]), str(barriers.name[which])
    return found


def arterial_names(seen: Seen, barriers: Barriers) -> npt.NDArray[np.object_]:
    """Name the arterial road on each segment ("主干道" if it has no name); "" without."""
    found = np.full(len(seen.arterial), "", object)
    for at in np.flatnonzero(seen.arterial >= 0).tolist():
        which = seen.arterial[at]
        found[at] = str(barriers.name[which] or barriers.kind[which])
    return found
