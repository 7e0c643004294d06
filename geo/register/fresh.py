"""Filling a table of facts that is still empty: no old facts to meet, indexes made afterwards.

The same facts as through `geo.register.merge`, a good deal sooner: rows go straight where they
belong, an index is built once rather than grown 600,000 times, what all rows share is neither sent
nor checked with each, and what the writer has proven is not proven again (docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import Geometry
from psycopg import sql
from psycopg.errors import ExclusionViolation

from geo.register.binary import Piece, encoded, numbered
from geo.register.compose import Connection, Statements, same_key
from geo.register.copying import copy_rows
from geo.register.tables import Facts
from geo.rings.column import OutlineColumn

WORTH_IT_ROWS: Final = 5_000
"""Fewer are merged: taking the indexes off locks readers out."""

SHARED: Final = ("valid", "sheet")
"""Columns that mostly hold one word in all rows."""

STATISTICS_TARGET: Final = 30
"""Planning after a filling needs no finer picture of it: a third of the default looks at a third of
the rows. The server's own round looks again, as finely as it is set to."""


def is_empty(connection: Connection, facts: Facts) -> bool:
    """Tell whether a table has never held a fact."""
    row = connection.execute(
        sql.SQL("select not exists (select from {}) as empty").format(_table(facts))
    ).fetchone()
    return bool(row and row["empty"])


@dataclass(frozen=True)
class Filling:
    """Rows as they will go over.

    ``rows`` has the columns that are sent and ``pieces`` their values as the server reads them;
    ``shared`` the one word of others; ``proven`` names the columns whose shapes are all valid.
    """

    facts: Facts
    rows: pd.DataFrame
    pieces: list[Piece] | None
    shared: dict[str, str]
    proven: list[str]


def ready(facts: Facts, rows: pd.DataFrame) -> Filling:
    """Make facts ready to be sent; takes no connection, so it can go on beside other work.

    Parameters
    ----------
    rows
        As `geo.register.store.Staged` has them, keys once a period.
    """
    told = [name for name in (*facts.keys, *facts.values) if name in rows.columns]
    columns = [*told, "valid", "sheet", "row", "access_division"]
    shared = {}
    for name in SHARED:
        words = pd.unique(rows[name])
        if len(words) == 1 and isinstance(words[0], str):
            shared[name] = words[0]
    if rows["access_division"].isna().all():
        columns.remove("access_division")
    sent = rows[[name for name in columns if name not in shared]]
    types = {column.name: column.type for column in facts.table.columns}
    shapes = [name for name in told if isinstance(types[name], Geometry)]
    return Filling(
        facts,
        sent,
        encoded(sent, types),
        shared,
        [name for name in shapes if are_valid(rows[name])],
    )


def fill(connection: Connection, filling: Filling, change: int) -> None:
    """Copy facts into their empty table.

    Parameters
    ----------
    change
        Number of the change that states them; its writer holds the write lock.
    """
    facts, sent, pieces = filling.facts, filling.rows, filling.pieces
    shared = filling.shared | {"known": f"[{change},)", "change": str(change)}
    with (
        _law_afterwards(connection, facts, filling.rows),
        _without_indexes(connection, facts),
        _without_checks(connection, filling, shared),
        _by_default(connection, facts, shared),
    ):
        if pieces is not None:
            pieces = [*pieces, numbered(_numbers(connection, facts, len(sent)), len(sent))]
            sent = sent.assign(id=0)  # its values are the last of the pieces
        copy_rows(connection, facts.table.name, sent, pieces)


def _numbers(connection: Connection, facts: Facts, count: int) -> int:
    """Take the identity numbers of all rows at once; give the first.

    Taken row by row they are a quarter of the copying. The table is locked, so no other row can
    ask for one meanwhile.
    """
    row = connection.execute(
        "with sequence as (select pg_get_serial_sequence(%(table)s, 'id')::regclass as name),"
        " first as (select nextval(name) as number from sequence)"
        " select number, setval(name, number + %(count)s - 1) from sequence, first",
        {"table": facts.table.name, "count": count},
    ).fetchone()
    assert row is not None  # noqa: S101 - there is one sequence
    return int(row["number"])


@contextmanager
def _law_afterwards(connection: Connection, facts: Facts, rows: pd.DataFrame) -> Iterator[None]:
    """Check the law once the rows and the index are there: the trigger would copy them all.

    It is taken off, for the server keeps the copy even where a trigger is only disabled. One fact
    a subject, in a table that was empty, can't break it.
    """
    made = connection.execute(
        "select pg_get_triggerdef(oid) as made from pg_trigger"
        " where tgrelid = %s::regclass and tgname = 'one_fact_at_a_time'",
        [facts.table.name],
    ).fetchall()
    drop = sql.SQL("drop trigger if exists one_fact_at_a_time on {}")
    connection.execute(drop.format(_table(facts)))
    with ThreadPoolExecutor(1) as beside:
        again = beside.submit(lambda: bool(rows.duplicated(list(facts.keys)).any()))
        yield
    for trigger in made:
        connection.execute(trigger["made"])
    connection.execute(
        sql.SQL("set local default_statistics_target = {}").format(STATISTICS_TARGET)
    )
    connection.execute(
        sql.SQL("analyze {}").format(_table(facts))
    )  # else later joins are planned blind
    connection.execute("set local default_statistics_target to default")
    if not again.result():
        return
    run = Statements(connection, facts, {}, {"same_key": same_key(facts, "f", "a")})
    broken = run(
        "select {keys} from {table} where id in (select a.id from {table} a join {table} f"
        " on {same_key} and f.id <> a.id and f.valid && a.valid and f.known && a.known) limit 1"
    ).fetchone()
    if broken is not None:
        subject = " ".join(map(str, broken.values()))
        raise ExclusionViolation(f"two facts of {facts.table.name} about {subject} overlap")


@contextmanager
def _without_checks(
    connection: Connection, filling: Filling, shared: dict[str, str]
) -> Iterator[None]:
    """Spare the server checks whose outcome is known; every later row has them again.

    Those are of shapes that are proven valid, and of columns in which all rows have one word, or
    none: such a check is asked once, of that word.
    """
    facts = filling.facts
    proven = {f"{facts.table.name}_{name}_valid" for name in filling.proven}
    checks = connection.execute(
        "select c.conname as name, pg_get_expr(c.conbin, c.conrelid) as condition,"
        " array_agg(a.attname::text) as columns,"
        " array_agg(format_type(a.atttypid, a.atttypmod)) as types"
        " from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid"
        " and a.attnum = any(c.conkey) where c.conrelid = %s::regclass and c.contype = 'c'"
        " group by c.oid",
        [facts.table.name],
    ).fetchall()
    sent = set(filling.rows.columns)
    known = [
        check
        for check in checks
        if check["name"] in proven
        or (sent.isdisjoint(check["columns"]) and _holds(connection, check, shared))
    ]
    table = _table(facts)
    for check in known:
        drop = sql.SQL("alter table {} drop constraint {}")
        connection.execute(drop.format(table, sql.Identifier(check["name"])))
    yield
    for check in known:
        add = sql.SQL("alter table {} add constraint {} check ({}) not valid")
        condition = sql.SQL(check["condition"])
        connection.execute(add.format(table, sql.Identifier(check["name"]), condition))


def _holds(connection: Connection, check: dict[str, Any], shared: dict[str, str]) -> bool:
    """Ask a check of one row that has the shared words and nothing else."""
    words = [
        sql.SQL("{}::{} as {}").format(
            sql.Literal(shared.get(name)), sql.SQL(kind), sql.Identifier(name)
        )
        for name, kind in zip(check["columns"], check["types"], strict=True)
    ]
    asked = sql.SQL("select coalesce(({}), true) as holds from (select {}) as one").format(
        sql.SQL(check["condition"]), sql.SQL(", ").join(words)
    )
    row = connection.execute(asked).fetchone()
    return bool(row and row["holds"])


def are_valid(shapes: pd.Series) -> bool:
    """Tell whether all shapes are valid and not empty: proven by the lint, or asked of GEOS."""
    column = shapes.array
    if isinstance(column, OutlineColumn):
        left = column.unproven()
    else:
        left = np.array([shape for shape in column if shape is not None], dtype=object)
    return bool((shapely.is_valid(left) & ~shapely.is_empty(left)).all())


@contextmanager
def _by_default(connection: Connection, facts: Facts, shared: dict[str, str]) -> Iterator[None]:
    """Give columns their one word by a default rather than with every row."""
    table = _table(facts)
    for name, word in shared.items():
        give = sql.SQL("alter table {} alter {} set default {}")
        connection.execute(give.format(table, sql.Identifier(name), sql.Literal(word)))
    yield
    for name in shared:
        take = sql.SQL("alter table {} alter {} drop default")
        connection.execute(take.format(table, sql.Identifier(name)))


@contextmanager
def _without_indexes(connection: Connection, facts: Facts) -> Iterator[None]:
    """Take a table's indexes off, the primary key too if nothing leans on it; put them back."""
    table = _table(facts)
    keys = connection.execute(
        "select c.conname as name, pg_get_constraintdef(c.oid) as made from pg_constraint c"
        " where c.conrelid = %s::regclass and c.contype = 'p'"
        " and not exists (select from pg_constraint o where o.confrelid = c.conrelid)"
        " and not exists (select from pg_depend d where d.refclassid = 'pg_constraint'::regclass"
        " and d.refobjid = c.oid and d.deptype = 'n')",
        [facts.table.name],
    ).fetchall()
    made = connection.execute(
        "select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made"
        " from pg_index i where i.indrelid = %s::regclass and not i.indisprimary"
        " and not exists (select from pg_constraint c where c.conindid = i.indexrelid)"
        " order by 1",
        [facts.table.name],
    ).fetchall()
    for key in keys:
        drop = sql.SQL("alter table {} drop constraint {}")
        connection.execute(drop.format(table, sql.Identifier(key["name"])))
    for row in made:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(row["name"])))
    yield
    connection.execute("set local maintenance_work_mem = '256MB'")
    for key in keys:
        add = sql.SQL("alter table {} add constraint {} {}")
        connection.execute(add.format(table, sql.Identifier(key["name"]), sql.SQL(key["made"])))
    for row in made:
        connection.execute(row["made"])


def _table(facts: Facts) -> sql.Identifier:
    return sql.Identifier(facts.table.name)
