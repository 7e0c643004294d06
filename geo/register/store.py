"""Reading and writing the register: connections, migrations, changes.

Every write is a *change*: staged without any lock, then numbered and merged under one write lock,
then committed, so numbers follow the order of commit and a reader never waits for a writer.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from geo.errors import InputError, NotFound, ServerError, SupersededFile, UsageError
from geo.register import cases, fresh, held, merge, retract, undo
from geo.register.ahead import Ahead
from geo.register.compose import Connection
from geo.register.retract import Complete
from geo.register.tables import FACTS

WRITE_LOCK = 0x77757965  # "wuye"
MIGRATION_LOCK = WRITE_LOCK + 1
TABLES_VERSION = "0007"
"""The last migration's number."""


@dataclass(frozen=True)
class Origin:
    """Who writes what: the head of a change.

    ``sha256`` is of the file's bytes, or comes to it later; ``parameters`` are the words of the
    call that shape what is read from it (crs, map, effective, complete). ``found`` is what was
    found out beside them, from the file and the register: it is recorded under that name and
    doesn't tell imports apart.
    """

    kind: str
    author: str
    file: str | None = None
    sha256: str | Future[str] | None = None
    made_up: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)

    @property
    def recorded(self) -> dict[str, Any]:
        """The change's parameters."""
        return {**self.parameters, **({"found": dict(self.found)} if self.found else {})}

    def hash_of_file(self) -> str | None:
        """Give the hash, when it is known."""
        return self.sha256.result() if isinstance(self.sha256, Future) else self.sha256


@dataclass(frozen=True)
class Staged:
    """Facts to be merged into one table.

    ``rows`` has the table's keys and those of its values that the file speaks of, ``valid`` as
    PostgreSQL's text of a daterange, ``seq`` (position in the file), ``sheet``, ``row`` and
    ``access_division``. ``complete`` retracts what the file leaves out in a division, but for the
    subjects whose rows it has though they are held back.
    """

    table: str
    rows: pd.DataFrame
    effective: dt.date | None = None
    complete: Complete | None = None


@dataclass(frozen=True)
class Written:
    """What a change did. ``changed`` holds the positions (``seq``) whose facts are new."""

    number: int | None
    changed: frozenset[int]
    retracted: int


def _may_fill(connection: Connection, item: Staged) -> bool:
    """Tell whether facts may go straight into their table; asked again under the write lock."""
    return (
        len(item.rows) >= fresh.WORTH_IT_ROWS
        and item.complete is None
        and fresh.is_empty(connection, FACTS[item.table])
    )


class _Rehearsal(Exception):
    """Rolls a transaction back on purpose."""


class Register:
    """The dated register behind a connection string (libpq's form or a URL)."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo.replace("postgresql+psycopg://", "postgresql://")

    @contextlib.contextmanager
    def connect(self, begun: Connection | None = None) -> Iterator[Connection]:
        """Open a connection whose block is one transaction; driver errors become ours.

        Parameters
        ----------
        begun
            A connection whose transaction the block goes on with, instead of a new one.
        """
        try:
            with begun or psycopg.connect(self.conninfo, row_factory=dict_row) as connection:
                yield connection
        except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory) as error:
            raise ServerError(
                f"数据库所在的磁盘或内存已满：{str(error).strip().splitlines()[0]}",
                "本次操作未写入任何内容；请腾出空间后重试。",
            ) from error
        except (psycopg.errors.AdminShutdown, psycopg.OperationalError) as error:
            words = str(error).strip().splitlines() or [type(error).__name__]
            raise ServerError(
                f"与数据库的连接中断或失败：{words[0]}",
                "本次操作未写入任何内容；请用 wuye status 查看后重试。",
            ) from error

    def migrate(self) -> None:
        """Bring the tables to this version; a no-op when they are.

        Raises
        ------
        ServerError
            When the database can't be reached, or PostGIS or btree_gist can't be created in it.
        """
        if self._is_current():
            return
        # Alembic takes a quarter of a second to load, and most commands find the tables there.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from sqlalchemy import create_engine  # noqa: PLC0415
        from sqlalchemy.pool import NullPool  # noqa: PLC0415

        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(self.conninfo),
            poolclass=NullPool,
        )
        config = Config()
        config.set_main_option("script_location", "geo.register:migrations")
        config.set_main_option("path_separator", "os")
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({MIGRATION_LOCK})")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except Exception as error:
            cause = getattr(error, "orig", error)
            if isinstance(cause, psycopg.Error):
                raise ServerError(
                    f"数据库升级失败：{str(cause).strip().splitlines()[0]}",
                    "请确认该数据库可以创建 postgis 与 btree_gist 扩展。",
                ) from error
            raise

    def _is_current(self) -> bool:
        with contextlib.suppress(psycopg.ProgrammingError), self.connect() as connection:
            rows = connection.execute("select version_num from wuye_migration").fetchall()
            return [row["version_num"] for row in rows] == [TABLES_VERSION]
        return False  # there are no tables yet

    def ahead(self) -> Ahead:
        """Give what may fill tables of the next change before it is written."""
        return Ahead(self.conninfo, WRITE_LOCK)

    def write(
        self,
        origin: Origin,
        staged: list[Staged],
        counts: Callable[[frozenset[int]], Mapping[str, int]] | None = None,
        *,
        also: Callable[[Connection, int, frozenset[int]], bool] | None = None,
        dry_run: bool = False,
        again: bool = False,
        ahead: Ahead | None = None,
    ) -> Written:
        """Merge facts into the register as one change, all or nothing.

        A change that would alter nothing is not recorded. A dry run does everything and rolls it
        back.

        Parameters
        ----------
        counts
            Gives what to record of the rows read, from the positions whose facts are new.
        also
            What else belongs to the change, given its number and those positions; tells whether it
            altered anything.
        ahead
            What may have filled tables already, in a transaction that goes on here.

        Raises
        ------
        SupersededFile
            When the same file was imported before, later changes have replaced what it says, and
            `again` is not set.
        """
        result: list[Written] = []
        begun = None if ahead is None else ahead.take(staged)
        done = frozenset() if ahead is None else ahead.tables
        with contextlib.suppress(_Rehearsal), self.connect(begun) as connection:
            left = [item for item in staged if item.table not in done]
            bulk = {item.table for item in left if _may_fill(connection, item)}
            pool = ThreadPoolExecutor(1)
            fillings = {
                number: pool.submit(fresh.ready, FACTS[item.table], item.rows)
                for number, item in enumerate(staged)
                if item.table in bulk
            }
            pool.shutdown(wait=False)
            for number, item in enumerate(staged):
                if item.table not in bulk and item.table not in done:
                    merge.stage(connection, f"stage_{number}", FACTS[item.table], item.rows)
            change = self._open_change(connection, origin)
            changed: set[int] = set()
            retracted = 0
            for number, item in enumerate(staged):
                facts = FACTS[item.table]
                stage = f"stage_{number}"
                if item.table in done:
                    changed.update(item.rows["seq"].tolist())
                    continue
                if item.table in bulk:
                    if fresh.is_empty(connection, facts):
                        fresh.fill(connection, fillings[number].result(), change)
                        changed.update(item.rows["seq"].tolist())
                        continue
                    merge.stage(connection, stage, facts, item.rows)  # another writer was first
                changed |= merge.merge(connection, facts, stage, change, item.effective)
                if item.complete is not None:
                    retracted += retract.retract_absent(
                        connection, facts, stage, change, item.complete, item.effective
                    )
            more = also is not None and also(connection, change, frozenset(changed))
            nothing = not changed and not retracted and not more
            result.append(
                Written(None if nothing or dry_run else change, frozenset(changed), retracted)
            )
            if nothing:
                raise _Rehearsal
            self._refuse_superseded(connection, origin, change, again=again)
            if dry_run:
                raise _Rehearsal
            self._stamp(
                connection, change, counts(frozenset(changed)) if counts else {},
                origin.hash_of_file(),
            )  # fmt: skip
        return result[0]

    def undo(self, number: int, author: str) -> int:
        """Take a whole change back, as a change of its own; give its number.

        Raises
        ------
        NotFound
            When there is no such change.
        InputError
            When later changes build on it, or it was undone already.
        """
        with self.connect() as connection:
            row = connection.execute(
                "select kind, file, undoes from change where number = %s", [number]
            ).fetchone()
            if row is None:
                raise NotFound(f"没有第 {number} 号变更。", "请用 wuye changes 查看编号。")
            origin = Origin("undo", author, file=row["file"], parameters={"undoes": number})
            change = self._open_change(connection, origin)
            later = held.released_since(connection, number) | cases.built_upon(connection, number)
            for facts in FACTS.values():
                later |= undo.built_upon(connection, facts, number)
            if later:
                listed = "、".join(str(item) for item in sorted(later))
                raise InputError(
                    f"第 {number} 号变更之后，第 {listed} 号变更改动了同样的内容（或已将其撤销）。",
                    "请先按从新到旧的顺序撤销那些变更。",
                )
            for facts in FACTS.values():
                undo.take_back(connection, facts, number, change)
            held.take_back(connection, number, change)
            cases.take_back(connection, number, change)
            connection.execute("update change set undoes = %s where number = %s", [number, change])
            self._stamp(connection, change, {})
        return change

    def changes(self) -> list[dict[str, Any]]:
        """List all changes, newest first."""
        with self.connect() as connection:
            return connection.execute("select * from change order by number desc").fetchall()

    def has_division(self, code: str) -> bool:
        """Tell whether a division code is known, whenever it was valid."""
        with self.connect() as connection:
            row = connection.execute(
                "select exists (select from division where code = %s and upper_inf(known))"
                " as found",
                [code],
            ).fetchone()
        return bool(row and row["found"])

    def has_made_up(self) -> bool:
        """Tell whether anything in the register is made up."""
        with self.connect() as connection:
            row = connection.execute(
                "select exists (select from change where made_up) as found"
            ).fetchone()
        return bool(row and row["found"])

    def known_change(self, known_at: dt.datetime | None = None) -> int:
        """Give the number of the last change committed by a moment (None: by now); 0 for none.

        Raises
        ------
        UsageError
            For a moment that is still to come: what it would show is not settled yet.
        """
        with self.connect() as connection:
            late = connection.execute(
                "select %s::timestamptz > clock_timestamp() as late", [known_at]
            ).fetchone()
            if late is not None and late["late"]:
                raise UsageError(f"时刻 {known_at} 尚未到来。", "请写过去的时刻，或不写。")
            row = connection.execute(
                "select coalesce(max(number), 0) as number from change"
                " where %(at)s::timestamptz is null or at <= %(at)s",
                {"at": known_at},
            ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate always gives a row
        return int(row["number"])

    @staticmethod
    def _stamp(
        connection: Connection, change: int, counts: Mapping[str, int], sha256: str | None = None
    ) -> None:
        """Date a change as late as can be, so that no moment before its commit sees it."""
        connection.execute(
            "update change set at = greatest(clock_timestamp(), at), counts = %s, sha256 = %s"
            " where number = %s",
            [Jsonb(dict(counts)), sha256, change],
        )

    @staticmethod
    def _open_change(connection: Connection, origin: Origin) -> int:
        """Take the write lock until commit, and give the next number."""
        connection.execute("select pg_advisory_xact_lock(%s)", [WRITE_LOCK])
        row = connection.execute(
            sql.SQL(
                "insert into change"
                " (number, at, author, kind, file, made_up, parameters, counts)"
                " select coalesce(max(number), 0) + 1,"
                " greatest(clock_timestamp(), max(at) + interval '1 microsecond'),"
                " %(author)s, %(kind)s, %(file)s, %(made_up)s, %(parameters)s, '{}'"
                " from change returning number"
            ),
            {
                "author": origin.author,
                "kind": origin.kind,
                "file": origin.file,
                "made_up": origin.made_up,
                "parameters": Jsonb(origin.recorded),
            },
        ).fetchone()
        assert row is not None  # noqa: S101 - insert returning gives a row
        return int(row["number"])

    @staticmethod
    def _refuse_superseded(
        connection: Connection, origin: Origin, change: int, *, again: bool
    ) -> None:
        if again or origin.sha256 is None:
            return
        row = connection.execute(
            "select number, at from change c where kind = %s and sha256 = %s"
            " and parameters - 'found' = %s and number < %s"
            " and not exists (select from change u where u.undoes = c.number)"
            " order by number desc limit 1",
            [origin.kind, origin.hash_of_file(), Jsonb(dict(origin.parameters)), change],
        ).fetchone()
        if row is not None:
            raise SupersededFile(
                f"文件 {origin.file} 已于 {row['at']:%Y-%m-%d %H:%M} 导入"
                f"（第 {row['number']} 号变更），其内容后来已被更新的文件取代。",
                "确需以旧文件覆盖，请加 --again。",
            )
