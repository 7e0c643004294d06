"""How new facts meet the old ones: staged by COPY, merged by SQL, nothing overwritten.

A staged fact that the register already holds is *unchanged*. Any other closes what it overlaps
(``known`` ends with this change), puts back the parts of it that lie outside the new fact's dates,
and stands itself. A *standing* fact is completed first: columns that the file leaves blank keep
their values, and the columns it fills correct the latest run of equal values, so a real change of
2024 is not written over the years before it.

All statements are composed from the identifiers in `geo.register.tables`; no value is ever
formatted into SQL.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pandas as pd
import psycopg
from psycopg import sql
from sqlalchemy.dialects.postgresql import JSONB

from geo.register.tables import FACTS, Facts

Connection = psycopg.Connection[dict[str, Any]]
_FRAME = ("seq", "valid", "sheet", "row", "access_division")


def _names(names: tuple[str, ...] | list[str], prefix: str | None = None) -> sql.Composed:
    parts = [sql.Identifier(prefix, name) if prefix else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)


def _same_key(facts: Facts, left: str, right: str) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(left, key), sql.Identifier(right, key))
        for key in facts.keys
    )


def _same_values(facts: Facts, left: str, right: str) -> sql.Composed:
    return sql.SQL(" and ").join(
        sql.SQL("{} is not distinct from {}").format(
            sql.Identifier(left, name), sql.Identifier(right, name)
        )
        for name in facts.values
    )


def stage(connection: Connection, name: str, facts: Facts, rows: pd.DataFrame) -> None:
    """Copy rows into a temporary table of a fact's shape.

    Parameters
    ----------
    rows
        Keys, some or all values (as text that PostgreSQL reads: geometry as hexadecimal EWKB,
        arrays and ranges as literals; missing as NA) and the columns of the frame.
    """
    columns = [
        column for column in (*facts.keys, *facts.values, *_FRAME) if column in rows.columns
    ]
    connection.execute(
        sql.SQL(
            "create temp table {stage} on commit drop as select 0 as seq, {keys}, {values}, valid,"
            " sheet, row, inherited, access_division from {table} with no data"
        ).format(
            stage=sql.Identifier(name),
            keys=_names(facts.keys),
            values=_names(facts.values),
            table=sql.Identifier(facts.table.name),
        )
    )
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(name), _names(columns)
    )
    with connection.cursor().copy(statement) as copy:
        for start in range(0, len(rows), 20_000):
            text = io.StringIO()
            rows[columns].iloc[start : start + 20_000].to_csv(
                text, header=False, index=False, quoting=csv.QUOTE_MINIMAL
            )
            copy.write(text.getvalue())
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))


def merge(
    connection: Connection, facts: Facts, stage_name: str, change: int, effective: dt.date | None
) -> set[int]:
    """Merge a staged table into the register; give the positions whose facts are new."""
    if facts.standing:
        _complete_standing(connection, facts, stage_name, effective)
    words = {
        "stage": sql.Identifier(stage_name),
        "changed": sql.Identifier(f"{stage_name}_changed"),
        "closed": sql.Identifier(f"{stage_name}_closed"),
        "table": sql.Identifier(facts.table.name),
        "keys": _names(facts.keys),
        "s_keys": _names(facts.keys, "s"),
        "values": _names(facts.values),
        "f_keys": _names(facts.keys, "f"),
        "f_values": _names(facts.values, "f"),
        "same_key": _same_key(facts, "f", "s"),
        "same_values": _same_values(facts, "f", "s"),
    }
    run = _Runner(connection, words, {"change": change})
    run(
        "create temp table {changed} on commit drop as select s.* from {stage} s where not exists"
        " (select from {table} f where {same_key} and upper_inf(f.known) and f.valid @> s.valid"
        " and {same_values})"
    )
    run("analyze {changed}")
    run(
        "create temp table {closed} on commit drop as select f.*, ("
        "  select range_agg(s.valid) from {changed} s where {same_key}) as taken"
        " from {table} f where upper_inf(f.known)"
        " and exists (select from {changed} s where {same_key} and s.valid && f.valid)"
    )
    run(
        "update {table} f set known = int8range(lower(f.known), %(change)s)"
        " from {closed} c where f.id = c.id"
    )
    run(
        "insert into {table} ({keys}, {values}, valid, known, change, sheet, row, inherited, access_division)"
        " select {f_keys}, {f_values}, left_over, int8range(%(change)s, null), f.change, f.sheet, f.row,"
        " f.inherited, f.access_division"
        " from {closed} f, unnest(datemultirange(f.valid) - f.taken) as left_over"
    )
    run(
        "insert into {table} ({keys}, {values}, valid, known, change, sheet, row, inherited, access_division)"
        " select {keys}, {values}, valid, int8range(%(change)s, null), %(change)s, sheet, row,"
        " inherited, access_division from {changed} order by seq"
    )
    return {int(row["seq"]) for row in run("select distinct seq from {changed}")}


class _Runner:
    """Runs statements composed from one set of identifiers, with one set of values."""

    def __init__(
        self, connection: Connection, words: dict[str, sql.Composable], values: dict[str, Any]
    ) -> None:
        self.connection, self.words, self.values = connection, words, values

    def __call__(self, statement: Any) -> psycopg.Cursor[dict[str, Any]]:
        composed = sql.SQL(statement).format(**self.words)
        return self.connection.execute(composed, self.values)


def _complete_standing(
    connection: Connection, facts: Facts, stage_name: str, effective: dt.date | None
) -> None:
    """Replace a staged table of standing facts by one with whole rows, a row a period.

    Without an effective date a filled column corrects the latest run of periods in which the
    column has one value. With one, it holds from that date on.
    """
    values, sources = [], []
    for name in facts.values:
        words = {"s": sql.Identifier("s", name), "f": sql.Identifier("f", name)}
        run = sql.SQL("true") if effective else sql.Identifier("f", f"run_{name}")
        if isinstance(facts.table.c[name].type, JSONB):
            value = sql.SQL("nullif(coalesce({f}, '{{}}') || coalesce({s}, '{{}}'), '{{}}')")
        else:
            value = sql.SQL("case when {s} is not null and {run} then {s} else {f} end")
        values.append(value.format(run=run, **words))
        sources.append(
            sql.SQL(
                "{label}, case when {f} is not null and ({s} is null or not {run}) then"
                " coalesce(f.inherited -> {label}, jsonb_build_array(f.change, f.sheet, f.row)) end"
            ).format(label=sql.Literal(name), run=run, **words)
        )
    runs = sql.SQL(", ").join(
        sql.SQL(
            "bool_and({column} is not distinct from {last}) over"
            " (partition by {keys} order by lower(f.valid) desc nulls last) as {run}"
        ).format(
            column=sql.Identifier("f", name),
            last=sql.Identifier("newest", name),
            keys=_names(facts.keys, "f"),
            run=sql.Identifier(f"run_{name}"),
        )
        for name in facts.values
    )
    words = {
        "stage": sql.Identifier(stage_name),
        "raw": sql.Identifier(f"{stage_name}_raw"),
        "table": sql.Identifier(facts.table.name),
        "s_keys": _names(facts.keys, "s"),
        "s_values": _names(facts.values, "s"),
        "values": sql.SQL(", ").join(
            sql.SQL("{} as {}").format(value, sql.Identifier(name))
            for value, name in zip(values, facts.values, strict=True)
        ),
        "sources": sql.SQL(", ").join(sources),
        "runs": runs,
        "same_key": _same_key(facts, "f", "s"),
        "newest_key": _same_key(facts, "f", "newest"),
        "keys": _names(facts.keys),
    }
    run_ = _Runner(connection, words, {"dated": effective is not None})
    run_("alter table {stage} rename to {raw}")
    # One pass over the facts of the staged keys; each with its newest period for the runs.
    run_(
        "create temp table {stage} on commit drop as"
        " with held as (select f.* from {table} f where upper_inf(f.known)"
        "   and exists (select from {raw} s where {same_key})),"
        " newest as (select distinct on ({keys}) * from held order by {keys}, lower(valid) desc nulls last),"
        " f as (select f.*, {runs} from held f join newest on {newest_key})"
        " select s.seq, {s_keys}, {values}, f.valid * s.valid as valid, s.sheet, s.row,"
        "  nullif(jsonb_strip_nulls(jsonb_build_object({sources})), '{{}}') as inherited,"
        "  coalesce(s.access_division, f.access_division) as access_division"
        " from {raw} s join f on {same_key} and f.valid && s.valid"
    )
    run_(
        "insert into {stage} select s.seq, {s_keys}, {s_values}, gap, s.sheet, s.row, null,"
        " s.access_division from {raw} s,"
        " lateral (select range_agg(f.valid) as covered from {table} f"
        "   where {same_key} and upper_inf(f.known)) as held,"
        " lateral unnest(datemultirange(s.valid) - coalesce(held.covered, '{{}}'::datemultirange)) as gap"
        " where held.covered is null or %(dated)s"
    )
    run_("analyze {stage}")


def retract_absent(
    connection: Connection,
    facts: Facts,
    stage_name: str,
    change: int,
    division: str,
    effective: dt.date | None,
) -> int:
    """Close the facts of a division that a complete file does not hold; give their number.

    A fact's division is its ``access_division``; with an effective date only the part of the fact
    from that date on ends.
    """
    words = {
        "stage": sql.Identifier(stage_name),
        "gone": sql.Identifier(f"{stage_name}_gone"),
        "table": sql.Identifier(facts.table.name),
        "keys": _names(facts.keys),
        "values": _names(facts.values),
        "same_key": _same_key(facts, "f", "s"),
    }
    run = _Runner(
        connection,
        words,
        {"change": change, "division": division, "from": effective},
    )
    absent = (
        "not exists (select from {stage} s where {same_key})"
        if facts.standing
        else "not exists (select from {stage} s where {same_key} and s.valid && f.valid)"
    )
    run(
        "create temp table {gone} on commit drop as select f.* from {table} f"
        " where upper_inf(f.known) and f.valid && daterange(%(from)s, null)"
        " and starts_with(f.access_division, %(division)s) and " + absent
    )
    run(
        "update {table} f set known = int8range(lower(f.known), %(change)s)"
        " from {gone} g where f.id = g.id"
    )
    run(
        "insert into {table} ({keys}, {values}, valid, known, change, sheet, row, inherited, access_division)"
        " select {keys}, {values}, valid * daterange(null, %(from)s), int8range(%(change)s, null),"
        " change, sheet, row, inherited, access_division from {gone}"
        " where %(from)s::date is not null and not isempty(valid * daterange(null, %(from)s))"
    )
    row = run("select count(*) as n from {gone}").fetchone()
    return int(row["n"]) if row else 0


def built_upon(connection: Connection, facts: Facts, number: int) -> set[int]:
    """Give the later changes that closed facts which a change had opened or put back."""
    rows = connection.execute(
        sql.SQL(
            "select distinct upper(known) as later from {} where lower(known) = %s"
            " and not upper_inf(known)"
        ).format(sql.Identifier(facts.table.name)),
        [number],
    )
    return {int(row["later"]) for row in rows}


def take_back(connection: Connection, facts: Facts, number: int, change: int) -> None:
    """Close what a change opened and hold again what it closed."""
    words = {
        "table": sql.Identifier(facts.table.name),
        "keys": _names(facts.keys),
        "values": _names(facts.values),
    }
    run = _Runner(connection, words, {"number": number, "change": change})
    run(
        "update {table} set known = int8range(lower(known), %(change)s)"
        " where lower(known) = %(number)s and upper_inf(known)"
    )
    run(
        "insert into {table} ({keys}, {values}, valid, known, change, sheet, row, inherited, access_division)"
        " select {keys}, {values}, valid, int8range(%(change)s, null), change, sheet, row, inherited,"
        " access_division from {table} where upper(known) = %(number)s"
    )


__all__ = ["FACTS", "built_upon", "merge", "retract_absent", "stage", "take_back"]
