"""Taking a change back: what it opened closes, what it closed is held again."""

from __future__ import annotations

from geo.register.compose import Connection, Statements
from geo.register.tables import Facts


def built_upon(connection: Connection, facts: Facts, number: int) -> set[int]:
    """Give the later changes that closed facts which a change had opened or put back."""
    run = Statements(connection, facts, {"number": number})
    rows = run(
        "select distinct upper(known) as later from {table} where lower(known) = %(number)s"
        " and not upper_inf(known)"
    )
    return {int(row["later"]) for row in rows}


def take_back(connection: Connection, facts: Facts, number: int, change: int) -> None:
    """Close what a change opened and hold again what it closed."""
    run = Statements(connection, facts, {"number": number, "change": change})
    run(
        "update {table} set known = int8range(lower(known), %(change)s)"
        " where lower(known) = %(number)s and upper_inf(known)"
    )
    run(
        "insert into {table} ({keys}, {values}, {frame})"
        " select {keys}, {values}, valid, int8range(%(change)s, null), change, sheet, row,"
        " inherited, access_division from {table} where upper(known) = %(number)s"
    )
