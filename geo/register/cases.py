"""Rows of takeover cases and their steps: added, read, and taken back with their change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg.types.json import Jsonb

from geo.register.compose import Connection

_COLUMNS: Final[dict[LiteralString, LiteralString]] = {
    "takeover_case": "number, compound, project, plan, suggestion, access_division, change",
    "case_step": (
        "case_number, place, state, at, author, reason, evidence, figures, access_division, change"
    ),
}


@dataclass(frozen=True)
class NewCase:
    """A case to be opened."""

    compound: str
    project: str
    plan: str | None
    suggestion: Mapping[str, Any] | None
    access_division: str | None


def next_number(connection: Connection) -> int:
    """Give the next case's number. The caller holds the write lock."""
    row = connection.execute(
        "select coalesce(max(number), 0) + 1 as number from takeover_case"
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return int(row["number"])


def add_case(connection: Connection, change: int, number: int, case: NewCase) -> None:
    """Write a case."""
    connection.execute(
        "insert into takeover_case (number, compound, project, plan, suggestion, access_division,"
        " change, known) values (%s, %s, %s, %s, %s, %s, %s, int8range(%s, null))",
        [number, case.compound, case.project, case.plan,
         None if case.suggestion is None else Jsonb(dict(case.suggestion)),
         case.access_division, change, change],
    )  # fmt: skip


def add_step(
    connection: Connection, change: int, number: int, place: int, step: Mapping[str, Any]
) -> None:
    """Write a step of a case: ``state``, ``at``, ``author``, ``reason``, ``evidence``, ``figures``.

    It lies in the division of its case.
    """
    connection.execute(
        "insert into case_step (case_number, place, state, at, author, reason, evidence, figures,"
        " access_division, change, known)"
        " select number, %(place)s, %(state)s, %(at)s, %(author)s, %(reason)s, %(evidence)s,"
        " %(figures)s, access_division, %(change)s, int8range(%(change)s, null)"
        " from takeover_case where number = %(number)s and upper_inf(known)",
        {**step, "figures": Jsonb(dict(step["figures"])), "place": place, "change": change,
         "number": number},
    )  # fmt: skip


def rows_of(
    connection: Connection, numbers: Sequence[int] | None = None, known: int | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Read cases and their steps, in order.

    Parameters
    ----------
    numbers
        Which cases; None is all.
    known
        As known after this change; None is now.
    """
    values = {"numbers": None if numbers is None else list(numbers), "known": known}
    cases = connection.execute(
        "select number, compound, project, plan, suggestion, change, access_division"
        " from takeover_case where (%(numbers)s::bigint[] is null or number = any(%(numbers)s))"
        " and case when %(known)s::bigint is null then upper_inf(known)"
        "   else known @> %(known)s::bigint end order by number",
        values,
    ).fetchall()
    steps = connection.execute(
        "select case_number, place, state, at, author, reason, evidence, figures, change"
        " from case_step where (%(numbers)s::bigint[] is null or case_number = any(%(numbers)s))"
        " and case when %(known)s::bigint is null then upper_inf(known)"
        "   else known @> %(known)s::bigint end order by case_number, place",
        values,
    ).fetchall()
    return cases, steps


def latest_of(
    connection: Connection, pairs: Sequence[tuple[str, str]], known: int | None = None
) -> dict[tuple[str, str], int]:
    """Give the number of the latest case of each compound and host that has one."""
    found = connection.execute(
        "select compound, project, max(number) as number from takeover_case"
        " where compound = any(%(compounds)s) and case when %(known)s::bigint is null"
        "   then upper_inf(known) else known @> %(known)s::bigint end group by compound, project",
        {"compounds": sorted({compound for compound, _ in pairs}), "known": known},
    ).fetchall()
    wanted = set(pairs)
    return {
        pair: int(row["number"])
        for row in found
        if (pair := (row["compound"], row["project"])) in wanted
    }


def built_upon(connection: Connection, number: int) -> set[int]:
    """Give the later changes on which a change of cases can't be taken back.

    They took back what it wrote, went on with one of its cases, or opened another case for a
    compound of which it opened, or put back, one.
    """
    found = connection.execute(
        "with touched as ("
        "   select case_number, null as compound, known from case_step"
        "   union all select number, compound, known from takeover_case),"
        " own as (select * from touched where lower(known) = %(n)s or upper(known) = %(n)s)"
        " select distinct upper(known) as later from own"
        "   where lower(known) = %(n)s and not upper_inf(known)"
        " union select lower(t.known) from touched t join own o"
        "   on t.case_number = o.case_number or t.compound = o.compound"
        "   where upper_inf(t.known) and lower(t.known) > %(n)s",
        {"n": number},
    ).fetchall()
    return {int(row["later"]) for row in found}


def take_back(connection: Connection, number: int, change: int) -> None:
    """Close what a change wrote, and hold again what it closed."""
    words = {"number": number, "change": change}
    for table, columns in _COLUMNS.items():
        connection.execute(
            f"update {table} set known = int8range(lower(known), %(change)s)"  # noqa: S608 - ours
            " where lower(known) = %(number)s and upper_inf(known)",
            words,
        )
        connection.execute(
            f"insert into {table} ({columns}, known)"  # noqa: S608 - our own names
            f" select {columns}, int8range(%(change)s, null) from {table}"
            " where upper(known) = %(number)s",
            words,
        )
