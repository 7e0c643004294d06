"""Build a snapshot: the join in SQL, frozen as rows and as one columnar file.

The id is a hash of the facts that are visible, by natural key, with the date and the version of the
join: no surrogates, change numbers, clock or derived floats, so the same facts give the same id
on any machine, whatever the order in which files brought them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from geoalchemy2 import Geometry
from psycopg import sql

from geo import terms
from geo.action_plan import action_plan
from geo.codes import WIDTHS
from geo.errors import NotFound
from geo.register.store import Connection, Register
from geo.register.tables import FACTS, Facts
from geo.snapshot.columns import FLAGS, TABLES
from geo.snapshot.file import Snapshot, geometry_column, write

JOIN_VERSION = 1
BUILD_LOCK = 0x77757967
DATED = frozenset({"service_status", "committee"})
"""Tables whose dates are shown, and so are part of the facts."""


class Snapshots:
    """The snapshots of a register, kept as files in a folder and as rows beside the register."""

    def __init__(self, register: Register, folder: Path) -> None:
        self.register = register
        self.folder = folder

    def get(self, as_of: dt.date, known_at: dt.datetime | None = None) -> Snapshot:
        """Give the snapshot of a date as known at a moment; build it when it is missing."""
        known = self.register.known_change(known_at)
        with self.register.connect() as connection:
            row = connection.execute(
                "select snapshot from snapshot_request"
                " where as_of = %s and known_change = %s and join_version = %s",
                [as_of, known, JOIN_VERSION],
            ).fetchone()
        if row is not None and self._path(row["snapshot"]).exists():
            return Snapshot(self._path(row["snapshot"]))
        return self.build(as_of, known)

    def open(self, name: str) -> Snapshot:
        """Open a snapshot by its id, or by enough of its beginning.

        Raises
        ------
        NotFound
            When no file, or more than one, fits.
        """
        found = sorted(self.folder.glob(f"{name}*.arrow")) if name.isalnum() else []
        if len(found) != 1:
            count = "没有" if not found else f"有 {len(found)} 个"
            raise NotFound(f"{count}以 {name} 开头的快照。", "请用 wuye snapshot --list 查看编号。")
        return Snapshot(found[0])

    def listed(self) -> list[dict[str, Any]]:
        """List the snapshots that were made, newest date first."""
        with self.register.connect() as connection:
            return connection.execute(
                "select s.id, s.as_of, s.made_up, s.compounds, max(r.known_change) as known_change"
                " from snapshot s join snapshot_request r on r.snapshot = s.id"
                " group by s.id order by s.as_of desc, max(r.known_change) desc"
            ).fetchall()

    def build(self, as_of: dt.date, known: int) -> Snapshot:
        """Build a snapshot as known after a change, whether or not there is one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.register.connect() as connection:
            connection.execute("set transaction isolation level repeatable read")
            connection.execute("select pg_advisory_xact_lock(%s)", [BUILD_LOCK])
            made_up = _made_up(connection, as_of, known)
            snapshot_id = _identify(connection, as_of, known, made_up=made_up)
            _join(connection, as_of, known)
            tables = _tables(connection, as_of, known)
            write(
                self._path(snapshot_id),
                tables,
                {
                    "id": snapshot_id,
                    "as_of": as_of.isoformat(),
                    "made_up": made_up,
                    "join_version": JOIN_VERSION,
                },
            )
            _keep_rows(connection, snapshot_id, as_of, known, made_up=made_up)
        return Snapshot(self._path(snapshot_id))

    def _path(self, snapshot_id: str) -> Path:
        return self.folder / f"{snapshot_id}.arrow"


def _visible(facts: Facts) -> sql.Composable:
    """Say which facts of a table the snapshot sees; of committees also the ones that are over."""
    if facts.table.name == "committee":
        return sql.SQL(
            "known @> %(known)s::bigint and valid && daterange(null, %(as_of)s::date, '[]')"
        )
    return sql.SQL("known @> %(known)s::bigint and valid @> %(as_of)s::date")


def _made_up(connection: Connection, as_of: dt.date, known: int) -> bool:
    parts = [
        sql.SQL(
            "exists (select from {} join change on change.number = change where {} and made_up)"
        ).format(sql.Identifier(facts.table.name), _visible(facts))
        for facts in FACTS.values()
    ]
    statement = sql.SQL("select {} as made_up").format(sql.SQL(" or ").join(parts))
    row = connection.execute(statement, {"as_of": as_of, "known": known}).fetchone()
    return bool(row and row["made_up"])


def _identify(connection: Connection, as_of: dt.date, known: int, *, made_up: bool) -> str:
    """Hash the visible facts: each table in order of its keys, as PostgreSQL's COPY text."""
    digest = hashlib.sha256(
        f"wuye snapshot, join {JOIN_VERSION}, as of {as_of}, made up {made_up}\n".encode()
    )
    connection.execute("set local datestyle to 'ISO, YMD'")
    connection.execute("set local timezone to 'UTC'")
    for name, facts in sorted(FACTS.items()):
        digest.update(f"\n{name}\n".encode())
        columns: list[sql.Composable] = []
        for column in (*facts.keys, *facts.values):
            if column == "notes":
                continue
            identifier: sql.Composable = sql.Identifier(column)
            if isinstance(facts.table.c[column].type, Geometry):
                identifier = sql.SQL("encode(st_asbinary({}, 'NDR'), 'hex')").format(identifier)
            columns.append(identifier)
        if name in DATED:
            columns += [sql.SQL("lower(valid)"), sql.SQL("upper(valid)")]
        keys = sql.SQL(", ").join(
            sql.SQL('{} collate "C"').format(sql.Identifier(key)) for key in facts.keys
        )
        # COPY takes no parameters, so the two of them come in as literals.
        statement = sql.SQL("copy (select {} from {} where {} order by {}, lower(valid)) to stdout")
        filled = sql.SQL(
            _visible(facts)
            .as_string(connection)
            .replace("%(known)s", sql.Literal(known).as_string(connection))
            .replace("%(as_of)s", sql.Literal(as_of).as_string(connection))
        )
        composed = statement.format(sql.SQL(", ").join(columns), sql.Identifier(name), filled, keys)
        with connection.cursor().copy(composed) as copy:
            for block in copy:
                digest.update(block)
    return digest.hexdigest()


def _sql(name: str) -> str:
    return files("geo.snapshot").joinpath(name).read_text("utf-8")


def _join(connection: Connection, as_of: dt.date, known: int) -> None:
    plan = action_plan()
    values = {
        "as_of": as_of,
        "known": known,
        "old_until": plan.plot_ratio_old_until,
        "ratio_old": plan.plot_ratio["old"],
        "ratio_later": plan.plot_ratio["later"],
        "ratio_unknown": plan.plot_ratio["unknown"],
    }
    connection.execute(_sql("join.sql").encode(), values)
    connection.execute("analyze joined")
    connection.execute(_sql("projects.sql").encode(), values)


def _tables(connection: Connection, as_of: dt.date, known: int) -> dict[str, pa.Table]:
    moment = {"as_of": as_of, "known": known}
    visible = "where valid @> %(as_of)s::date and known @> %(known)s::bigint"
    compounds = connection.execute(
        'select *, st_asbinary(geom) as wkb from joined order by code collate "C"'
    ).fetchall()
    companies = connection.execute(_sql("companies.sql").encode(), moment).fetchall()
    projects = connection.execute(
        'select * from active_project order by code collate "C"'
    ).fetchall()
    areas = connection.execute(
        "select code, name, filing_no, filed_on, st_asbinary(geom) as wkb"
        f' from management_area {visible} order by code collate "C"',
        moment,
    ).fetchall()
    divisions = connection.execute(
        f'select code, name, st_asbinary(geom) as wkb from division {visible} order by code collate "C"',
        moment,
    ).fetchall()
    barriers = connection.execute(
        f'select kind, name, st_asbinary(geom) as wkb from barrier {visible} order by code collate "C"',
        moment,
    ).fetchall()
    return {
        "compounds": _compounds(compounds),
        "companies": _companies(companies),
        "projects": _projects(projects),
        "areas": _table("areas", _sorted_by_place(areas), {}),
        "divisions": _table(
            "divisions",
            divisions,
            {
                "code": [int(row["code"]) for row in divisions],
                "level": [WIDTHS.index(len(row["code"])) for row in divisions],
            },
        ),
        "barriers": _table(
            "barriers",
            _sorted_by_place(barriers),
            lambda rows: {"kind": [terms.BARRIER_KINDS.index(row["kind"]) for row in rows]},
        ),
    }


def _shapes(rows: list[dict[str, Any]]) -> np.ndarray:
    found = np.empty(len(rows), object)
    found[:] = [row["wkb"] for row in rows]
    return shapely.from_wkb(found)


def _sorted_by_place(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order rows along a Hilbert curve; rows without a shape come last, in their old order."""
    shapes = _shapes(rows)
    where = np.flatnonzero(~shapely.is_missing(shapes))
    nowhere = np.flatnonzero(shapely.is_missing(shapes))
    if len(where):
        # A fixed frame (China), so that an order does not depend on what else is there.
        distance = gpd.GeoSeries(shapes[where]).hilbert_distance(total_bounds=(70, 0, 140, 56))
        where = where[np.argsort(distance.to_numpy(), kind="stable")]
    return [rows[position] for position in (*where, *nowhere)]


def _table(name: str, rows: list[dict[str, Any]], given: Any) -> pa.Table:
    """Make a table of a snapshot from rows; `given` columns replace the rows' own."""
    if callable(given):
        given = given(rows)
    arrays = []
    for column in TABLES[name]:
        if column.name in given:
            arrays.append(pa.array(given[column.name], column.type))
        elif column.name == "geometry":
            arrays.append(geometry_column(_shapes(rows)))
        else:
            arrays.append(pa.array([row[column.name] for row in rows], column.type))
    return pa.Table.from_arrays(arrays, schema=TABLES[name])


def _division_columns(codes: Iterable[str | None]) -> dict[str, list[int]]:
    """Spread a division code over the five level columns; 0 where it does not reach."""
    listed = list(codes)
    return {
        level: [int(code[:width]) if code and len(code) >= width else 0 for code in listed]
        for level, width in zip(terms.LEVELS, WIDTHS, strict=True)
    }


def _yes_no(values: Iterable[bool | None]) -> list[int]:
    return [
        terms.UNKNOWN if value is None else terms.YES if value else terms.NO for value in values
    ]


def _party(forms: Iterable[str | None]) -> list[int]:
    return _yes_no(
        None if form in {None, "未核实"} else form in terms.PARTY_ORGANISED for form in forms
    )


def _filled(rows: list[dict[str, Any]], name: str, blank: Any) -> list[Any]:
    return [blank if row[name] is None else row[name] for row in rows]


def _compounds(rows: list[dict[str, Any]]) -> pa.Table:
    rows = _sorted_by_place(rows)
    flags = [sum(1 << bit for bit, name in enumerate(FLAGS) if row[f"flag_{name}"]) for row in rows]
    given = {
        **_division_columns(row["division"] for row in rows),
        "built_year": _filled(rows, "built_year", 0),
        "walled": _yes_no(row["walled"] for row in rows),
        "mode": [terms.MODES.index(row["mode"]) for row in rows],
        "area_share": [float(value) for value in _filled(rows, "area_share", np.nan)],
        "party": _party(row["party_form"] for row in rows),
        "flags": flags,
        "x": _filled(rows, "x", np.nan),
        "y": _filled(rows, "y", np.nan),
    }
    return _table("compounds", rows, given)


def _companies(rows: list[dict[str, Any]]) -> pa.Table:
    party = _party(row["party_form"] for row in rows)
    members = _filled(rows, "party_members", -1)
    given = {
        **_division_columns(row["division"] for row in rows),
        "kind": [terms.COMPANY_KINDS.index(row["kind"]) for row in rows],
        "party_form": [terms.PARTY_FORMS.index(row["party_form"]) for row in rows],
        "party": party,
        "instructor": _yes_no(row["instructor"] for row in rows),
        "party_members": members,
        "due": [
            count >= 3 and state == terms.NO for count, state in zip(members, party, strict=True)
        ],
        "stars": _filled(rows, "stars", 0),
    }
    return _table("companies", rows, given)


def _projects(rows: list[dict[str, Any]]) -> pa.Table:
    given = {
        **_division_columns(row["division"] for row in rows),
        "areas": [row["areas"] or [] for row in rows],
        "staff": _filled(rows, "staff", -1),
        "spare_floor_area_dm2": _filled(rows, "spare_floor_area_dm2", -1),
        "fee_fen": _filled(rows, "fee_fen", -1),
        "collection": [float(value) for value in _filled(rows, "collection", np.nan)],
    }
    return _table("projects", rows, given)


def _keep_rows(
    connection: Connection, snapshot_id: str, as_of: dt.date, known: int, *, made_up: bool
) -> None:
    """Keep the join as rows, a partition a prefecture, unless they are there already."""
    new = connection.execute(
        "insert into snapshot (id, as_of, made_up, join_version, compounds)"
        " select %s, %s, %s, %s, count(*) from joined on conflict do nothing returning id",
        [snapshot_id, as_of, made_up, JOIN_VERSION],
    ).fetchone()
    connection.execute(
        "insert into snapshot_request (as_of, known_change, join_version, snapshot)"
        " values (%s, %s, %s, %s) on conflict (as_of, known_change, join_version)"
        " do update set snapshot = excluded.snapshot",
        [as_of, known, JOIN_VERSION, snapshot_id],
    )
    if new is None:
        return
    prefectures = connection.execute(
        "select distinct left(division, 4) as code from joined where length(division) >= 4"
    )
    for row in prefectures.fetchall():
        connection.execute(
            sql.SQL(
                "create table if not exists {} partition of snapshot_compound for values in ({})"
            ).format(sql.Identifier(f"snapshot_compound_{row['code']}"), sql.Literal(row["code"]))
        )
    flags = sql.SQL(", ").join(
        sql.SQL("case when {} then {} end").format(
            sql.Identifier(f"flag_{name}"), sql.Literal(name)
        )
        for name in FLAGS
    )
    connection.execute(
        sql.SQL(
            "insert into snapshot_compound select {id},"
            " case when length(division) >= 4 then left(division, 4) else '' end, code, name, division,"
            " built_year, standing, urban,"
            " case when floor_area_source > 0 then floor_area_dm2 / 100.0 end, floor_area_source = 2,"
            " case when land_area_dm2 > 0 then land_area_dm2 / 100.0 end, mode, evidenced, area,"
            " project, company, committee, interim,"
            " case when party_form is null or party_form = '未核实' then 0"
            " when party_form = '无' then 1 else 2 end,"
            " array_remove(array[{flags}], null), geom from joined"
        ).format(id=sql.Literal(snapshot_id), flags=flags)
    )
