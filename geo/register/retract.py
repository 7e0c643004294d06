"""What a complete file leaves out of its division is so no longer."""

from __future__ import annotations

import datetime as dt

from psycopg import sql

from geo.register.compose import Connection, Statements, same_key
from geo.register.tables import Facts

# Where a fact lies that has no division of its own: with its compound, else where its shape is.
_OF_COMPOUND = {"compound_shape": "code", "service_status": "code", "committee": "subject"}


def retract_absent(
    connection: Connection,
    facts: Facts,
    stage_name: str,
    change: int,
    division: str,
    effective: dt.date | None,
) -> int:
    """Close the facts of a division that a complete file does not hold; give their number.

    With an effective date only the part of a fact from that date on ends. Of compounds' profiles
    only those that came from a ledger are spoken of by a ledger.
    """
    name = facts.table.name
    run = Statements(
        connection,
        facts,
        {"change": change, "division": division, "from": effective},
        {
            "stage": sql.Identifier(stage_name),
            "gone": sql.Identifier(f"{stage_name}_gone"),
            "same_key": same_key(facts, "f", "s"),
            "place": _place(facts),
            "spoken_of": sql.SQL("f.in_ledger" if name == "compound" else "true"),
            "overlap": sql.SQL("true" if facts.standing else "s.valid && f.valid"),
        },
    )
    run(
        "create temp table {gone} on commit drop as select f.* from {table} f"
        " where upper_inf(f.known) and f.valid && daterange(%(from)s, null)"
        " and starts_with({place}, %(division)s) and {spoken_of}"
        " and not exists (select from {stage} s where {same_key} and {overlap})"
    )
    run(
        "update {table} f set known = int8range(lower(f.known), %(change)s)"
        " from {gone} g where f.id = g.id"
    )
    run(
        "insert into {table} ({keys}, {values}, {frame})"
        " select {keys}, {values}, valid * daterange(null, %(from)s),"
        " int8range(%(change)s, null), change, sheet, row, inherited, access_division from {gone}"
        " where %(from)s::date is not null and not isempty(valid * daterange(null, %(from)s))"
    )
    row = run("select count(*) as n from {gone}").fetchone()
    return int(row["n"]) if row else 0


def _place(facts: Facts) -> sql.Composable:
    """Give the expression for the division in which a fact ``f`` lies."""
    parts: list[sql.Composable] = [sql.SQL("f.access_division")]
    key = _OF_COMPOUND.get(facts.table.name)
    if key is not None:
        parts.append(
            sql.SQL(
                "(select c.division from compound c where upper_inf(c.known)"
                " and c.code = f.{} order by lower(c.valid) desc nulls last limit 1)"
            ).format(sql.Identifier(key))
        )
    if "geom" in facts.values:
        parts.append(
            sql.SQL(
                "(select d.code from division d where upper_inf(d.known) and d.code = %(division)s"
                " and st_covers(d.geom, st_pointonsurface(f.geom)) limit 1)"
            )
        )
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))
