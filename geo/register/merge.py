"""How new facts meet the old ones: staged by COPY, merged by SQL, nothing overwritten.

A staged fact that the register already holds is *unchanged*. Any other closes what it overlaps
(``known`` ends with this change), puts back the parts of it that lie outside the new fact's dates,
and stands itself.

A *period* with the first day of an old one replaces it whole, so that an end can be told; a period
without an end, old or new, lasts only until the next one begins, so ledgers of several years come
in in any order. A *standing* fact is completed first: columns that the file leaves blank keep their
values, and the columns it fills correct the latest run of equal values, so a real change of 2024 is
not written over the years before it. Time of which nothing is known takes the file's values.

All statements are composed from the identifiers in `geo.register.tables`; no value is ever
formatted into SQL.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd
from psycopg import sql
from sqlalchemy import Integer
from sqlalchemy.dialects.postgresql import JSONB

from geo.register.binary import encoded
from geo.register.compose import Connection, Statements, names, same_key, same_values
from geo.register.copying import copy_rows
from geo.register.tables import Facts

TAKEN_BY_PERIOD: Final = (
    "case when lower(s.valid) is not distinct from lower(f.valid)"
    " or (upper_inf(f.valid) and (lower_inf(f.valid) or lower(f.valid) < lower(s.valid)))"
    " then daterange(lower(s.valid), null) else s.valid end"
)
"""How much of an old period f a new one s takes."""

WORTH_ANALYSING: Final = 1000

STAGED_FRAME: Final = ("seq", "valid", "sheet", "row", "access_division")


def stage(connection: Connection, name: str, facts: Facts, rows: pd.DataFrame) -> None:
    """Copy rows into a temporary table of a fact's shape.

    Parameters
    ----------
    rows
        Keys, some or all values (as text that PostgreSQL reads: arrays and ranges as literals;
        geometries as shapely's; missing as NA) and the columns of the frame.
    """
    columns = [
        column for column in (*facts.keys, *facts.values, *STAGED_FRAME) if column in rows.columns
    ]
    connection.execute(
        sql.SQL(
            "create temp table {stage} on commit drop as select 0 as seq, {keys}, {values}, valid,"
            " sheet, row, inherited, access_division from {table} with no data"
        ).format(
            stage=sql.Identifier(name),
            keys=names(facts.keys),
            values=names(facts.values),
            table=sql.Identifier(facts.table.name),
        )
    )
    types = {column.name: column.type for column in facts.table.columns}
    staged = rows[columns]
    copy_rows(connection, name, staged, encoded(staged, types | {"seq": Integer()}))
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier(name)))


def merge(
    connection: Connection, facts: Facts, stage_name: str, change: int, effective: dt.date | None
) -> set[int]:
    """Merge a staged table into the register; give the positions whose facts are new."""
    if facts.meets == "standing":
        _complete_standing(connection, facts, stage_name, effective)
    elif facts.meets == "period":
        _fit_periods(connection, facts, stage_name)
    run = Statements(
        connection,
        facts,
        {"change": change},
        {
            "stage": sql.Identifier(stage_name),
            "changed": sql.Identifier(f"{stage_name}_changed"),
            "closed": sql.Identifier(f"{stage_name}_closed"),
            "f_keys": names(facts.keys, "f"),
            "f_values": names(facts.values, "f"),
            "same_key": same_key(facts, "f", "s"),
            "same_values": same_values(facts, "f", "s"),
            "held": sql.SQL(
                "f.valid @> s.valid" if facts.meets == "standing" else "f.valid = s.valid"
            ),
            "taken": sql.SQL(TAKEN_BY_PERIOD if facts.meets == "period" else "s.valid"),
        },
    )
    run(
        "create temp table {changed} on commit drop as select s.* from {stage} s where not exists"
        " (select from {table} f where {same_key} and upper_inf(f.known) and {held}"
        " and {same_values})"
    )
    run("analyze {changed}")
    run(
        "create temp table {closed} on commit drop as select f.id, range_agg({taken}) as taken"
        " from {table} f join {changed} s on {same_key} and s.valid && f.valid"
        " where upper_inf(f.known) group by f.id"
    )
    run("analyze {closed}")
    run(
        "update {table} f set known = int8range(lower(f.known), %(change)s)"
        " from {closed} c where f.id = c.id"
    )
    run(
        "insert into {table} ({keys}, {values}, {frame})"
        " select {f_keys}, {f_values}, left_over, int8range(%(change)s, null), f.change, f.sheet,"
        " f.row, f.inherited, f.access_division"
        " from {closed} c join {table} f on f.id = c.id,"
        " unnest(datemultirange(f.valid) - c.taken) as left_over"
    )
    run(
        "insert into {table} ({keys}, {values}, {frame})"
        " select {keys}, {values}, valid, int8range(%(change)s, null), %(change)s, sheet, row,"
        " inherited, access_division from {changed} order by seq"
    )
    changed = {int(row["seq"]) for row in run("select distinct seq from {changed}")}
    if len(changed) >= WORTH_ANALYSING:
        run("analyze {table}")  # else the next joins are planned for an empty table
    return changed


def _fit_periods(connection: Connection, facts: Facts, stage_name: str) -> None:
    """Fit staged periods to the known ones before they meet.

    An open one ends where the next known one begins. A division without any date or without a
    shape speaks of the code's latest known period, or keeps its shape.
    """
    run = Statements(
        connection,
        facts,
        {},
        {"stage": sql.Identifier(stage_name), "same_key": same_key(facts, "f", "s")},
    )
    if facts.table.name == "division":
        run(
            "update {stage} s set valid = case when s.valid = '(,)' then f.valid else s.valid end,"
            " geom = coalesce(s.geom, f.geom)"
            " from (select distinct on (code) code, valid, geom from {table}"
            "   where upper_inf(known) order by code, lower(valid) desc nulls last) f"
            " where {same_key}"
        )
    run(
        "update {stage} s set valid = daterange(lower(s.valid), following.begins)"
        " from (select s.seq, min(lower(f.valid)) as begins from {stage} s join {table} f"
        "   on {same_key} and upper_inf(f.known) and upper_inf(s.valid)"
        "   and lower(f.valid) > coalesce(lower(s.valid), '-infinity'::date)"
        "   group by s.seq) following"
        " where s.seq = following.seq"
    )


def _complete_standing(
    connection: Connection, facts: Facts, stage_name: str, effective: dt.date | None
) -> None:
    """Replace a staged table of standing facts by one with whole rows, a row a period.

    Without an effective date a filled column corrects the latest run of periods in which the
    column has one value. With one, it holds from that date on.
    """
    values: list[sql.Composable] = []
    sources: list[sql.Composable] = []
    for name in facts.values:
        words = {"s": sql.Identifier("s", name), "f": sql.Identifier("f", name)}
        in_run: sql.Composable = sql.SQL("true")
        if not effective:
            in_run = sql.Identifier("f", f"run_{name}")
        if isinstance(facts.table.c[name].type, JSONB):
            value = sql.SQL("nullif(coalesce({f}, '{{}}') || coalesce({s}, '{{}}'), '{{}}')")
        else:
            value = sql.SQL("case when {s} is not null and {run} then {s} else {f} end")
        values.append(value.format(run=in_run, **words))
        sources.append(
            sql.SQL(
                "{label}, case when {f} is not null and ({s} is null or not {run}) then"
                " coalesce(f.inherited -> {label}, jsonb_build_array(f.change, f.sheet, f.row)) end"
            ).format(label=sql.Literal(name), run=in_run, **words)
        )
    runs = sql.SQL(", ").join(
        sql.SQL(
            "bool_and({column} is not distinct from {last}) over"
            " (partition by {keys} order by lower(f.valid) desc nulls last) as {run}"
        ).format(
            column=sql.Identifier("f", name),
            last=sql.Identifier("newest", name),
            keys=names(facts.keys, "f"),
            run=sql.Identifier(f"run_{name}"),
        )
        for name in facts.values
    )
    run = Statements(
        connection,
        facts,
        {},
        {
            "stage": sql.Identifier(stage_name),
            "raw": sql.Identifier(f"{stage_name}_raw"),
            "s_keys": names(facts.keys, "s"),
            "s_values": names(facts.values, "s"),
            "new_values": sql.SQL(", ").join(
                sql.SQL("{} as {}").format(value, sql.Identifier(name))
                for value, name in zip(values, facts.values, strict=True)
            ),
            "sources": sql.SQL(", ").join(sources),
            "runs": runs,
            "same_key": same_key(facts, "f", "s"),
            "newest_key": same_key(facts, "f", "newest"),
        },
    )
    run("alter table {stage} rename to {raw}")
    # One pass over the facts of the staged keys; each with its newest period for the runs.
    run(
        "create temp table {stage} on commit drop as"
        " with held as (select f.* from {table} f where upper_inf(f.known)"
        "   and exists (select from {raw} s where {same_key})),"
        " newest as (select distinct on ({keys}) * from held"
        "   order by {keys}, lower(valid) desc nulls last),"
        " f as (select f.*, {runs} from held f join newest on {newest_key})"
        " select s.seq, {s_keys}, {new_values}, f.valid * s.valid as valid, s.sheet, s.row,"
        "  nullif(jsonb_strip_nulls(jsonb_build_object({sources})), '{{}}') as inherited,"
        "  coalesce(s.access_division, f.access_division) as access_division"
        " from {raw} s join f on {same_key} and f.valid && s.valid"
    )
    run(  # time of which nothing is known
        "insert into {stage} select s.seq, {s_keys}, {s_values}, gap, s.sheet, s.row, null,"
        " s.access_division from {raw} s,"
        " lateral (select range_agg(f.valid) as covered from {table} f"
        "   where {same_key} and upper_inf(f.known)) as held,"
        " lateral unnest(datemultirange(s.valid)"
        "   - coalesce(held.covered, '{{}}'::datemultirange)) as gap"
    )
    run("analyze {stage}")
