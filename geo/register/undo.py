"""Taking a change back: what it opened closes, what it closed is held again."""

from __future__ import annotations

from geo.register.compose import Connection, Statements, same_key
from geo.register.tables import Facts


def built_upon(connection: Connection, facts: Facts, number: int) -> set[int]:
    """Give the later changes on which a change can't be taken back.

    They closed facts that it had opened or put back, or hold others where those it closed would
    have to stand again.
    """
    run = Statements(connection, facts, {"number": number}, {"same_key": same_key(facts, "f", "g")})
    closed = run(
        "select distinct upper(known) as later from {table} where lower(known) = %(number)s"
        " and not upper_inf(known)"
    )
    standing = run(
        "select distinct lower(g.known) as later from {table} f join {table} g on {same_key}"
        " and f.valid && g.valid where upper(f.known) = %(number)s"
        " and upper_inf(g.known) and lower(g.known) > %(number)s"
    )
    return {int(row["later"]) for row in (*closed, *standing)}


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
