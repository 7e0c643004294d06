"""What a complete file leaves out of its division is so no longer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql

from geo.register.compose import Connection, Statements, same_key
from geo.register.tables import Facts

_OF_COMPOUND = {"compound_shape": "code", "service_status": "code", "committee": "subject"}
"""The column that names the compound where a fact is about one."""

_PLACES: Final[dict[str, LiteralString]] = {
    # with its compound, by the compound's ledger code
    "compound": (
        "(select c.division from compound c where upper_inf(c.known) and c.code = f.{key}"
        " and c.division is not null order by lower(c.valid) desc nulls last limit 1)"
    ),
    # a committee of an area: where a compound of the area is
    "committee": (
        "(select min(c.division) from compound c where upper_inf(c.known) and c.area = f.subject)"
    ),
    # a project: where a compound that it serves is
    "project": (
        "(select min(c.division) from service_status s join compound c using (code)"
        " where upper_inf(s.known) and upper_inf(c.known) and s.project = f.code)"
    ),
    "shape": (
        "(select d.code from compound_shape p join division d on upper_inf(d.known)"
        " and d.code = %(division)s and st_covers(d.geom, st_pointonsurface(p.geom))"
        " where p.code = f.code order by upper_inf(p.known) desc limit 1)"
    ),
    # anything with a shape: where the shape is
    "geom": (
        "(select d.code from division d where upper_inf(d.known) and d.code = %(division)s"
        " and st_covers(d.geom, st_pointonsurface(f.geom)) limit 1)"
    ),
}


@dataclass(frozen=True)
class Complete:
    """Of what a file is all there is.

    ``in_ledger`` restricts compounds' profiles to those that a ledger made (True) or did not
    (False); ``spared`` holds keys of rows that are in the file but held back.
    """

    division: str
    in_ledger: bool | None = None
    spared: tuple[str, ...] = ()


def retract_absent(
    connection: Connection,
    facts: Facts,
    stage_name: str,
    change: int,
    complete: Complete,
    effective: dt.date | None,
) -> int:
    """Close the facts of a division that a complete file does not hold; give their number.

    With an effective date only the part of a fact from that date on ends.
    """
    name = facts.table.name
    run = Statements(
        connection,
        facts,
        {
            "change": change,
            "division": complete.division,
            "from": effective,
            "in_ledger": complete.in_ledger,
            "spared": list(complete.spared),
        },
        {
            "stage": sql.Identifier(stage_name),
            "gone": sql.Identifier(f"{stage_name}_gone"),
            "same_key": same_key(facts, "f", "s"),
            "place": _place(facts),
            "spoken_of": sql.SQL(
                "coalesce(f.in_ledger, false) = coalesce(%(in_ledger)s, true)"
                if name == "compound"
                else "true"
            ),
            "key": sql.Identifier("f", _OF_COMPOUND.get(name, facts.keys[0])),
            "overlap": sql.SQL("s.valid && f.valid" if facts.meets == "period" else "true"),
        },
    )
    run(
        "create temp table {gone} on commit drop as select f.* from {table} f"
        " where upper_inf(f.known) and f.valid && daterange(%(from)s, null)"
        " and starts_with({place}, %(division)s) and {spoken_of}"
        " and not {key} = any(%(spared)s::text[])"
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
    name = facts.table.name
    parts: list[sql.Composable] = [sql.SQL("f.access_division")]
    if name in _OF_COMPOUND:
        key = sql.Identifier(_OF_COMPOUND[name])
        parts.append(sql.SQL(_PLACES["compound"]).format(key=key))
    if name == "compound":  # a profile that only polygons made lies where its polygon is
        parts.append(sql.SQL(_PLACES["shape"]))
    if name in {"committee", "project"}:
        parts.append(sql.SQL(_PLACES[name]))
    if "geom" in facts.values:
        parts.append(sql.SQL(_PLACES["geom"]))
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))
