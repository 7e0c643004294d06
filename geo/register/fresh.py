"""Filling a table of facts that is still empty: no old facts to meet, indexes made afterwards.

The same facts as through `geo.register.merge`, a good deal sooner: rows go straight where they
belong, an index is built once rather than grown 600,000 times, what all rows share is not sent, and
what the writer has proven is not proven again (docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import Geometry
from psycopg import sql
from psycopg.errors import ExclusionViolation

from geo.register.compose import Connection, Statements, same_key
from geo.register.copying import copy_rows
from geo.register.tables import Facts
from geo.rings.column import OutlineColumn

WORTH_IT_ROWS: Final = 5_000
"""Fewer are merged: taking the indexes off locks readers out."""

SHARED: Final = ("valid", "sheet")
"""Columns that mostly hold one word in all rows."""


def is_empty(connection: Connection, facts: Facts) -> bool:
    """Tell whether a table has never held a fact."""
    row = connection.execute(
        sql.SQL("select not exists (select from {}) as empty").format(_table(facts))
    ).fetchone()
    return bool(row and row["empty"])


def fill(connection: Connection, facts: Facts, rows: pd.DataFrame, change: int) -> None:
    """Copy facts into their empty table.

    Parameters
    ----------
    rows
        As `geo.register.store.Staged` has them, keys once a period.
    change
        Number of the change that states them; its writer holds the write lock.
    """
    told = [name for name in (*facts.keys, *facts.values) if name in rows.columns]
    columns = [*told, "valid", "sheet", "row", "access_division"]
    shared = {"known": f"[{change},)", "change": str(change)}
    for name in SHARED:
        words = pd.unique(rows[name])
        if len(words) == 1 and isinstance(words[0], str):
            shared[name] = words[0]
    if rows["access_division"].isna().all():
        columns.remove("access_division")
    columns = [name for name in columns if name not in shared]
    with (
        _law_afterwards(connection, facts, rows),
        _without_indexes(connection, facts),
        _proven(connection, facts, rows),
        _by_default(connection, facts, shared),
    ):
        types = {column.name: column.type for column in facts.table.columns}
        copy_rows(connection, facts.table.name, rows[columns], types)


@contextmanager
def _law_afterwards(connection: Connection, facts: Facts, rows: pd.DataFrame) -> Iterator[None]:
    """Check the law once the rows and the index are there: the trigger would copy them all.

    One fact a subject, in a table that was empty, can't break it.
    """
    switch = sql.SQL("alter table {} {} trigger one_fact_at_a_time")
    connection.execute(switch.format(_table(facts), sql.SQL("disable")))
    with ThreadPoolExecutor(1) as beside:
        again = beside.submit(lambda: bool(rows.duplicated(list(facts.keys)).any()))
        yield
    connection.execute(switch.format(_table(facts), sql.SQL("enable")))
    connection.execute(
        sql.SQL("analyze {}").format(_table(facts))
    )  # else later joins are planned blind
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
def _proven(connection: Connection, facts: Facts, rows: pd.DataFrame) -> Iterator[None]:
    """Spare the server the check of shapes that are proven valid; every later row has it again."""
    proven = [
        f"{facts.table.name}_{name}_valid"
        for name in facts.values
        if name in rows.columns
        and isinstance(facts.table.columns[name].type, Geometry)
        and are_valid(rows[name])
    ]
    checks = connection.execute(
        "select conname as name, pg_get_expr(conbin, conrelid) as condition from pg_constraint"
        " where conrelid = %s::regclass and contype = 'c' and conname = any(%s)",
        [facts.table.name, proven],
    ).fetchall()
    table = _table(facts)
    for check in checks:
        drop = sql.SQL("alter table {} drop constraint {}")
        connection.execute(drop.format(table, sql.Identifier(check["name"])))
    yield
    for check in checks:
        add = sql.SQL("alter table {} add constraint {} check ({}) not valid")
        condition = sql.SQL(check["condition"])
        connection.execute(add.format(table, sql.Identifier(check["name"]), condition))


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
    """Take a table's indexes off, but for its primary key, and put them back."""
    made = connection.execute(
        "select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made"
        " from pg_index i where i.indrelid = %s::regclass and not i.indisprimary"
        " and not exists (select from pg_constraint c where c.conindid = i.indexrelid)"
        " order by 1",
        [facts.table.name],
    ).fetchall()
    for row in made:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(row["name"])))
    yield
    connection.execute("set local maintenance_work_mem = '256MB'")
    for row in made:
        connection.execute(row["made"])


def _table(facts: Facts) -> sql.Identifier:
    return sql.Identifier(facts.table.name)
