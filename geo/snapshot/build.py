"""Build a snapshot: the join in SQL, frozen as rows and as one columnar file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from psycopg import sql

from geo.action_plan import action_plan
from geo.errors import NotFound
from geo.register.compose import Connection
from geo.register.store import Register
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot, write
from geo.snapshot.identity import JOIN_VERSION, identify, last_of_facts, made_up_of
from geo.snapshot.sql import statement
from geo.snapshot.tables import read_tables

BUILD_LOCK = 0x77757967


class Snapshots:
    """The snapshots of a register, kept as files in a folder and as rows beside the register."""

    def __init__(self, register: Register, folder: Path) -> None:
        self.register = register
        self.folder = folder
        self._facts_until: dict[int, int] = {}

    def get(self, as_of: dt.date, known_at: dt.datetime | None = None) -> Snapshot:
        """Give the snapshot of a date as known at a moment; build it when it is missing."""
        return self.as_known(as_of, self.register.known_change(known_at))

    def newest(self, known_at: dt.datetime | None = None) -> Snapshot:
        """Give the snapshot of the newest date that the register or a snapshot speaks of."""
        known = self.register.known_change(known_at)
        until = (known_at or dt.datetime.now(dt.UTC)).astimezone().date()
        return self.as_known(self.newest_day(known, until), known)

    def as_known(self, as_of: dt.date, known: int) -> Snapshot:
        """Give the snapshot of a date as known after a change; build it when it is missing."""
        return self.find(as_of, known) or self.build(as_of, known)

    def find(self, as_of: dt.date, known: int) -> Snapshot | None:
        """Give the snapshot of a date as known after a change, or None when it is missing.

        Changes that touch no fact, as a case's step, leave an earlier change's snapshot good: it is
        noted down for this one too.
        """
        with self.register.connect() as connection:
            row = connection.execute(
                "select snapshot, known_change from snapshot_request"
                " where as_of = %s and known_change <= %s and join_version = %s"
                " order by known_change desc limit 1",
                [as_of, known, JOIN_VERSION],
            ).fetchone()
            if row is None or not self._path(row["snapshot"]).exists():
                return None
            if row["known_change"] < known:
                if row["known_change"] < self._last_facts(connection, known):
                    return None
                _keep_request(connection, row["snapshot"], as_of, known)
        return Snapshot(self._path(row["snapshot"]))

    def _last_facts(self, connection: Connection, known: int) -> int:
        """Give the last change of facts up to a change; looked up once, as it never alters."""
        if known not in self._facts_until:
            self._facts_until[known] = last_of_facts(connection, known)
        return self._facts_until[known]

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
                " group by s.id order by s.as_of desc, max(r.known_change) desc, s.id"
            ).fetchall()

    def newest_day(self, known: int, until: dt.date) -> dt.date:
        """Give the newest date that facts or snapshots speak of; `until` where nothing does.

        Parameters
        ----------
        known
            As known after this change.
        until
            The last date that counts: today.
        """
        with self.register.connect() as connection:
            values = {"known": known, "until": until}
            row = connection.execute(statement("newest.sql"), values).fetchone()
        found: dt.date | None = None if row is None else row["day"]
        return until if found is None else found

    def build(self, as_of: dt.date, known: int) -> Snapshot:
        """Find out which snapshot a date as known after a change is; join it when it is new."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.register.connect() as connection:
            # One build at a time. What later changes commit meanwhile does not matter: a fact's
            # being known as of a change never alters.
            connection.execute("select pg_advisory_xact_lock(%s)", [BUILD_LOCK])
            made_up = made_up_of(connection, as_of, known)
            snapshot_id = identify(connection, as_of, known, made_up=made_up)
            if self._path(snapshot_id).exists() and _has_rows(connection, snapshot_id):
                _keep_request(connection, snapshot_id, as_of, known)
                return Snapshot(self._path(snapshot_id))
            _join(connection, as_of, known)
            tables = read_tables(connection, as_of, known)
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
    connection.execute(statement("join.sql"), values)
    connection.execute("analyze joined")
    connection.execute(statement("projects.sql"), values)


def _has_rows(connection: Connection, snapshot_id: str) -> bool:
    found = connection.execute("select from snapshot where id = %s", [snapshot_id])
    return found.fetchone() is not None


def _keep_request(connection: Connection, snapshot_id: str, as_of: dt.date, known: int) -> None:
    """Note down which snapshot shows a date as known after a change."""
    connection.execute(
        "insert into snapshot_request (as_of, known_change, join_version, snapshot)"
        " values (%s, %s, %s, %s) on conflict (as_of, known_change, join_version)"
        " do update set snapshot = excluded.snapshot",
        [as_of, known, JOIN_VERSION, snapshot_id],
    )


def _keep_rows(
    connection: Connection, snapshot_id: str, as_of: dt.date, known: int, *, made_up: bool
) -> None:
    """Keep the join as rows, a partition a prefecture, unless they are there already."""
    new = connection.execute(
        "insert into snapshot (id, as_of, made_up, join_version, compounds)"
        " select %s, %s, %s, %s, count(*) from joined on conflict do nothing returning id",
        [snapshot_id, as_of, made_up, JOIN_VERSION],
    ).fetchone()
    _keep_request(connection, snapshot_id, as_of, known)
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
            " case when length(division) >= 4 then left(division, 4) else '' end, code, name,"
            " division, built_year, standing, urban,"
            " case when floor_area_source > 0 then floor_area_dm2 / 100.0 end,"
            " floor_area_source = 2,"
            " case when land_area_dm2 > 0 then land_area_dm2 / 100.0 end, mode, evidenced, area,"
            " project, company, committee, interim,"
            " case when party_form is null or party_form = '未核实' then 0"
            " when party_form = '无' then 1 else 2 end,"
            " array_remove(array[{flags}], null), geom from joined"
        ).format(id=sql.Literal(snapshot_id), flags=flags)
    )
