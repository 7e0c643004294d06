"""The layers of a data export: tables of one snapshot with their shapes, ready for any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import shapely

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import counted, within
from geo.errors import UsageError
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Array, Snapshot
from maps.compounds import COMMITTEES, FLAG_WORDS
from maps.dataout.fields import AREAS, ARROW, BARRIERS, COMPOUNDS, GATES, PROJECTS, ROADS, Field
from maps.dataout.figures import division_layers
from maps.style import STATES, state_of_mode

Shape = Literal["MultiPolygon", "MultiLineString", "Point"]

KINDS: Final = ("divisions", "compounds", "areas", "projects", "barriers", "roads", "gates")
"""What can be asked for; divisions are a layer a level, barriers one of lines and one of water."""

YES_NO: Final = ("未核实", "否", "是")
AREA_SOURCES: Final = ("不详", "台账", "按用地推算")


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    table
        Its columns, in the order and with the types of `fields`.
    shapes
        Shape (n,), EPSG:4490, None where there is none; None for a table without geometry.
    shape
        The kind of all shapes, as the formats name it.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    table: pa.Table
    shapes: Array | None = None
    shape: Shape | None = None

    def without_internal(self) -> Layer:
        """Leave out the columns that are internal."""
        kept = tuple(field for field in self.fields if not field.internal)
        return replace(self, fields=kept, table=self.table.select([field.name for field in kept]))

    def take(self, rows: Array) -> Layer:
        """Keep some rows, by position."""
        shapes = None if self.shapes is None else self.shapes[rows]
        return replace(self, table=self.table.take(pa.array(rows)), shapes=shapes)


def table_of(fields: Sequence[Field], columns: Mapping[str, Any]) -> pa.Table:
    """Make a table of a layer's fields; every column has to be there."""
    return pa.table(
        [pa.array(columns[field.name], ARROW[field.kind]) for field in fields],
        schema=pa.schema([(field.name, ARROW[field.kind]) for field in fields]),
    )


def layers_of(
    snapshot: Snapshot,
    definition: Definition,
    division: int | None,
    kinds: Sequence[str] = KINDS,
) -> list[Layer]:
    """Give the layers asked for, of a division or of all.

    Raises
    ------
    UsageError
        For a kind that there is none of.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise UsageError(f"没有数据层 {'、'.join(unknown)}。", f"可用：{'、'.join(KINDS)}")
    found: list[Layer] = []
    for kind in KINDS:
        if kind not in kinds:
            continue
        if kind == "divisions":
            found += [
                Layer(name, title, fields, table_of(fields, columns), shapes, "MultiPolygon")
                for name, title, fields, columns, shapes in division_layers(
                    snapshot, definition, division
                )
            ]
        elif kind == "compounds":
            found.append(_compounds(snapshot, definition, division))
        elif kind == "areas":
            found.append(_areas(snapshot, division))
        elif kind == "projects":
            found.append(_projects(snapshot, division))
        elif kind == "barriers":
            found += _barriers(snapshot, division)
        elif kind == "roads":
            found.append(_ways(snapshot, division, "roads", "道路", ROADS, "MultiLineString"))
        else:
            found.append(_ways(snapshot, division, "gates", "出入口", GATES, "Point"))
    return found


def multi(shapes: Array) -> Array:
    """Make every polygon and line a multi-part one; None stays None."""
    out = shapes.copy()
    kinds = shapely.get_type_id(out)
    for single, make in ((3, shapely.multipolygons), (1, shapely.multilinestrings)):
        at = np.flatnonzero(kinds == single)
        if len(at):
            out[at] = make(out[at], indices=np.arange(len(at)))
    return out


def _text(values: Array) -> list[str | None]:
    return [None if value is None or value == "" else str(value) for value in values.tolist()]


def _codes(values: Array) -> list[str | None]:
    return [str(code) if code else None for code in values.tolist()]


def _dates(values: Array) -> list[Any]:
    found: list[Any] = values.astype("datetime64[D]").tolist()
    return found


def _some(values: Array, scale: float = 1, missing: int = 0) -> list[Any]:
    """Give numbers, None where the file's number stands for "not known"."""
    if scale == 1:
        return [None if value == missing else value for value in values.tolist()]
    return [None if value == missing else value / scale for value in values.tolist()]


def _compounds(snapshot: Snapshot, definition: Definition, division: int | None) -> Layer:
    rows = np.flatnonzero(within(snapshot, division))
    rows = rows[np.argsort(snapshot.column("compounds", "code")[rows].astype(str), kind="stable")]

    def take(name: str) -> Array:
        return np.asarray(snapshot.column("compounds", name)[rows])

    names = snapshot.division_names
    levels = {level: take(level) for level in terms.LEVELS}
    deepest = np.zeros(len(rows), np.int64)
    for codes in levels.values():
        deepest = np.where(codes > 0, codes, deepest)
    built, modes, standing = take("built_year"), take("mode"), take("standing")
    states = [STATES[state_of_mode(mode)] for mode in modes.tolist()]
    project, company = take("project"), take("company")
    columns: dict[str, Any] = {
        **{name: _text(take(name))
           for name in ("code", "name", "aliases", "address", "evidence", "area")},
        **{level: _codes(levels[level]) for level in ("county", "street", "community")},
        **{f"{level}_name": [names.get(code) for code in levels[level].tolist()]
           for level in ("county", "street", "community")},
        "division": _codes(deepest),
        "built_year": _some(built),
        "old": [bool(year <= action_plan().old_until) if year else None for year in built.tolist()],
        **{name: _dates(take(name)) for name in (
            "delivered_on", "demolished_on", "service_from", "service_to", "evidence_on",
            "committee_filed_on", "committee_term_to")},
        **{name: take(name).tolist() for name in ("standing", "urban", "interim")},
        "floor_area_m2": _some(take("floor_area_dm2"), 100),
        "floor_area_source": [AREA_SOURCES[at] for at in take("floor_area_source").tolist()],
        "land_area_m2": _some(take("land_area_dm2"), 100),
        "households": _some(take("households")),
        "walled": [YES_NO[at] for at in take("walled").tolist()],
        "mode": [terms.MODES[mode] for mode in modes.tolist()],
        # What doesn't stand on the date has no state of service, and is not drawn.
        "state": [state.id if here else None for state, here in zip(states, standing, strict=True)],
        "state_name": [state.label[0] for state in states],
        "counted": counted(snapshot, definition)[rows].tolist(),
        "project": _text(project),
        "project_name": _named(snapshot, "projects", "code", project),
        "company": _text(company),
        "company_name": _named(snapshot, "companies", "uscc", company),
        "committee": [COMMITTEES[at][0] for at in take("committee").tolist()],
        "party": [YES_NO[at] for at in take("party").tolist()],
        "flags": [_flag_words(value) for value in take("flags").tolist()],
        "x": [None if np.isnan(value) else value for value in take("x")],
        "y": [None if np.isnan(value) else value for value in take("y")],
    }  # fmt: skip
    shapes = multi(snapshot.geometry("compounds")[rows])
    return Layer(
        "compounds", "住宅小区", COMPOUNDS, table_of(COMPOUNDS, columns), shapes, "MultiPolygon"
    )


def _flag_words(flags: int) -> str | None:
    found = [FLAG_WORDS[name][0] for bit, name in enumerate(FLAGS) if flags >> bit & 1]
    return "；".join(found) or None


def _named(snapshot: Snapshot, table: str, key: str, codes: Array) -> list[str | None]:
    listed = snapshot.column(table, key).tolist()
    known = dict(zip(listed, snapshot.column(table, "name").tolist(), strict=True))
    return [known.get(code) for code in codes.tolist()]


def _outline(snapshot: Snapshot, division: int | None) -> shapely.Geometry | None:
    if division is None:
        return None
    at = np.flatnonzero(snapshot.column("divisions", "code") == division)
    return snapshot.geometry("divisions")[at[0]] if len(at) else None


def _areas(snapshot: Snapshot, division: int | None) -> Layer:
    """Give the areas that a compound of the division names, and those that lie in it."""
    codes, shapes = snapshot.column("areas", "code"), snapshot.geometry("areas")
    inside = np.ones(len(codes), bool)
    if division is not None:
        named = snapshot.column("compounds", "area")[within(snapshot, division)]
        inside = np.isin(codes.astype(str), [code for code in named.tolist() if code])
        outline = _outline(snapshot, division)
        if outline is not None and len(shapes):
            shapely.prepare(outline)
            inside |= shapely.contains(outline, shapely.point_on_surface(shapes))
    rows = np.flatnonzero(inside)
    rows = rows[np.argsort(codes[rows].astype(str), kind="stable")]
    columns = {
        **{
            name: _text(snapshot.column("areas", name)[rows])
            for name in ("code", "name", "filing_no")
        },
        "filed_on": _dates(snapshot.column("areas", "filed_on")[rows]),
    }
    return Layer(
        "areas",
        "物业管理区域",
        AREAS,
        table_of(AREAS, columns),
        multi(shapes[rows]),
        "MultiPolygon",
    )


def _projects(snapshot: Snapshot, division: int | None) -> Layer:
    """Give projects, drawn as the standing compounds that they serve, else as their areas."""
    rows = np.flatnonzero(within(snapshot, division, "projects"))
    rows = rows[np.argsort(snapshot.column("projects", "code")[rows].astype(str), kind="stable")]

    def take(name: str) -> Array:
        return np.asarray(snapshot.column("projects", name)[rows])

    levels = [take(level) for level in terms.LEVELS]
    deepest = np.zeros(len(rows), np.int64)
    for codes in levels:
        deepest = np.where(codes > 0, codes, deepest)
    listed = snapshot.table("projects").column("areas").take(pa.array(rows)).to_pylist()
    kinds = dict(
        zip(
            snapshot.column("companies", "uscc").tolist(),
            snapshot.column("companies", "kind").tolist(),
            strict=True,
        )
    )
    uscc = take("uscc")
    shapes, served = _served(snapshot, take("code").tolist(), listed)
    columns: dict[str, Any] = {
        "code": _text(take("code")), "name": _text(take("name")), "company": _text(uscc),
        "company_name": _named(snapshot, "companies", "uscc", uscc),
        "company_kind": [terms.COMPANY_KINDS[kinds.get(code, 0)] for code in uscc.tolist()],
        "areas": ["、".join(sorted(found)) if found else None for found in listed],
        "division": _codes(deepest),
        "active": take("active").tolist(),
        "contract_from": _dates(take("contract_from")), "contract_to": _dates(take("contract_to")),
        "staff": _some(take("staff"), missing=-1),
        "spare_floor_area_m2": _some(take("spare_floor_area_dm2"), 100, -1),
        "managed_floor_area_m2": [value / 100 for value in take("managed_floor_area_dm2").tolist()],
        "fee": _some(take("fee_fen"), 100, -1),
        "collection": [None if np.isnan(value) else value for value in take("collection")],
        "compounds": served,
    }  # fmt: skip
    return Layer(
        "projects", "物业项目", PROJECTS, table_of(PROJECTS, columns), shapes, "MultiPolygon"
    )


def _served(
    snapshot: Snapshot, projects: list[str], areas: list[list[str] | None]
) -> tuple[Array, list[int]]:
    """Give each project's shape and how many standing compounds it serves."""
    of = snapshot.column("compounds", "project")
    standing = snapshot.column("compounds", "standing")
    drawn = snapshot.geometry("compounds")
    by_project: dict[str, list[int]] = {}
    for row in np.flatnonzero(standing).tolist():
        if of[row]:
            by_project.setdefault(of[row], []).append(row)
    place = {code: row for row, code in enumerate(snapshot.column("areas", "code").tolist())}
    outlines = snapshot.geometry("areas")
    shapes = np.full(len(projects), None, object)
    for at, (project, named) in enumerate(zip(projects, areas, strict=True)):
        parts = [drawn[row] for row in by_project.get(project, []) if drawn[row] is not None]
        parts = parts or [outlines[place[code]] for code in sorted(named or []) if code in place]
        if parts:
            shapes[at] = shapely.union_all(parts)
    return multi(shapes), [len(by_project.get(project, [])) for project in projects]


def _barriers(snapshot: Snapshot, division: int | None) -> list[Layer]:
    """Give barriers as one layer of lines and one of water surfaces; formats hold one kind each."""
    shapes = snapshot.geometry("barriers")
    near = _near(snapshot, division, shapes)
    kinds = shapely.get_type_id(shapes)
    found = []
    for name, title, ids, shape in (
        ("barriers", "阻隔（线）", (1, 5), "MultiLineString"),
        ("waters", "阻隔（面）", (3, 6), "MultiPolygon"),
    ):
        rows = np.flatnonzero(near & np.isin(kinds, ids))
        columns = {
            "kind": [
                terms.BARRIER_KINDS[at] for at in snapshot.column("barriers", "kind")[rows].tolist()
            ],
            "name": _text(snapshot.column("barriers", "name")[rows]),
        }
        table = table_of(BARRIERS, columns)
        drawn: Shape = "MultiPolygon" if shape == "MultiPolygon" else "MultiLineString"
        found.append(Layer(name, title, BARRIERS, table, multi(shapes[rows]), drawn))
    return found


def _ways(
    snapshot: Snapshot,
    division: int | None,
    name: str,
    title: str,
    fields: tuple[Field, ...],
    shape: Shape,
) -> Layer:
    """Give what people walk along, roads or gates, that meet a division."""
    shapes = snapshot.geometry(name)
    rows = np.flatnonzero(_near(snapshot, division, shapes))
    columns = {field.name: _text(snapshot.column(name, field.name)[rows]) for field in fields}
    return Layer(name, title, fields, table_of(fields, columns), multi(shapes[rows]), shape)


def _near(snapshot: Snapshot, division: int | None, shapes: Array) -> Array:
    """Tell which shapes meet a division; all do where it has no outline."""
    outline = _outline(snapshot, division)
    if outline is None or not len(shapes):
        return np.ones(len(shapes), bool)
    shapely.prepare(outline)
    return np.asarray(shapely.intersects(outline, shapes))
