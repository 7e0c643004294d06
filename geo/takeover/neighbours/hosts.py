"""Who could take over: managed projects of band A, the polygons they serve, their capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo import terms
from geo.action_plan import action_plan
from geo.errors import UsageError
from geo.snapshot.file import Snapshot

Ints = npt.NDArray[np.int64]


class Added(NamedTuple):
    """A project that there isn't yet: its code, the compound it works from, spare 0.01 m²."""

    code: str
    compound: str
    spare_dm2: int


@dataclass(frozen=True)
class Parts:
    """Polygons of hosts: one entry a polygon.

    Attributes
    ----------
    project
        Row of the host in the snapshot's projects.
    compound
        Row of the compound whose polygon it is; -1 for a management area's.
    code, name
        Of the compound or area.
    county, street, community
        Division codes; an area's are its project's.
    geometry
        EPSG:4490.
    """

    project: Ints
    compound: Ints
    code: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    county: Ints
    street: Ints
    community: Ints
    geometry: npt.NDArray[np.object_]

    def take(self, at: Ints) -> Parts:
        """Give some of the entries."""
        return Parts(
            self.project[at],
            self.compound[at],
            self.code[at],
            self.name[at],
            self.county[at],
            self.street[at],
            self.community[at],
            self.geometry[at],
        )


def host_parts(snapshot: Snapshot) -> Parts:
    """Find the hosts: active projects that serve a standing compound in band A.

    A host's polygons are those of the compounds it serves so; when none of them has one, those
    of its management areas.
    """
    modes = action_plan().band("A").modes
    in_band = np.array([mode in modes for mode in terms.MODES])
    serves = (
        snapshot.column("compounds", "standing") & in_band[snapshot.column("compounds", "mode")]
    )
    project_of = _rows_by_code(snapshot, "projects", "code")
    active = snapshot.column("projects", "active")
    drawn = ~shapely.is_missing(snapshot.geometry("compounds"))
    named = snapshot.column("compounds", "project")
    compounds, projects, hosts = [], [], set()
    for row in np.flatnonzero(serves).tolist():
        project = project_of.get(named[row], -1)
        if project >= 0 and active[project]:
            hosts.add(project)
            if drawn[row]:
                compounds.append(row)
                projects.append(project)
    undrawn = sorted(hosts - set(projects))
    return _joined(
        _compound_parts(snapshot, np.array(compounds, np.int64), np.array(projects, np.int64)),
        _area_parts(snapshot, undrawn),
    )


def added_parts(snapshot: Snapshot, added: Sequence[Added]) -> Parts:
    """Give the polygons that added projects work from.

    Raises
    ------
    UsageError
        For a compound that there isn't, or that is not drawn.
    """
    first = snapshot.table("projects").num_rows
    row_of = _rows_by_code(snapshot, "compounds", "code")
    drawn = ~shapely.is_missing(snapshot.geometry("compounds"))
    for one in added:
        if one.compound not in row_of:
            raise UsageError(f"没有小区 {one.compound}。", "拟设项目须以一个已有小区为驻点。")
        if not drawn[row_of[one.compound]]:
            raise UsageError(f"小区 {one.compound} 没有图斑。", "拟设项目须以有图斑的小区为驻点。")
    rows = np.array([row_of[one.compound] for one in added], np.int64)
    return _compound_parts(snapshot, rows, first + np.arange(len(rows)))


def parts_with(snapshot: Snapshot, added: Sequence[Added]) -> Parts:
    """Give the polygons of all hosts, added ones among them."""
    own = host_parts(snapshot)
    return _joined(own, added_parts(snapshot, added)) if added else own


def capacity_dm2(snapshot: Snapshot, spare_default: Decimal | None) -> Ints:
    """Give what each project can still take on, in 0.01 m²; shape (projects,).

    Blank is 0, or `spare_default` of the floor area it manages, rounded down.
    """
    spare = snapshot.column("projects", "spare_floor_area_dm2").astype(np.int64)
    if spare_default is None:
        return np.maximum(spare, 0)
    managed = snapshot.column("projects", "managed_floor_area_dm2").tolist()
    default = np.array([int(area * spare_default) for area in managed], np.int64)
    return np.where(spare < 0, default, spare)


def blank_capacity(snapshot: Snapshot) -> npt.NDArray[np.bool_]:
    """Tell which projects say nothing of their capacity."""
    return np.asarray(snapshot.column("projects", "spare_floor_area_dm2") < 0)


def _compound_parts(snapshot: Snapshot, rows: Ints, projects: Ints) -> Parts:
    return Parts(
        projects,
        rows,
        snapshot.column("compounds", "code")[rows],
        snapshot.column("compounds", "name")[rows],
        snapshot.column("compounds", "county")[rows],
        snapshot.column("compounds", "street")[rows],
        snapshot.column("compounds", "community")[rows],
        snapshot.geometry("compounds")[rows],
    )


def _area_parts(snapshot: Snapshot, projects: list[int]) -> Parts:
    """Give the management areas of projects none of whose compounds is drawn."""
    area_of = _rows_by_code(snapshot, "areas", "code")
    geometry = snapshot.geometry("areas")
    listed = snapshot.table("projects").column("areas")
    found = [
        (project, area_of[code])
        for project in projects
        for code in sorted(listed[project].as_py() or [])
        if code in area_of and geometry[area_of[code]] is not None
    ]
    at = np.array([project for project, _ in found], np.int64)
    area = np.array([row for _, row in found], np.int64)
    return Parts(
        at,
        np.full(len(at), -1, np.int64),
        snapshot.column("areas", "code")[area],
        snapshot.column("areas", "name")[area],
        snapshot.column("projects", "county")[at],
        snapshot.column("projects", "street")[at],
        snapshot.column("projects", "community")[at],
        geometry[area],
    )


def _joined(one: Parts, other: Parts) -> Parts:
    return Parts(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in Parts.__dataclass_fields__
        )
    )


def _rows_by_code(snapshot: Snapshot, table: str, column: str) -> dict[str, int]:
    return {code: row for row, code in enumerate(snapshot.column(table, column).tolist())}
