"""Taking a change back: what it opened closes, what it closed is held again."""

from __future__ import annotations

from psycopg import sql

from geo.register.compose import Connection, Statements, same_key
from geo.register.tables import Facts


def built_upon(connection: Connection, facts: Facts, number: int) -> set[int]:
    """Give the later changes on which a change can't be taken back.

    They closed facts that it had opened or put back, or hold others where those it closed would
    have to stand again.
    """
    own = _own(facts)
    run = Statements(
        connection, facts, {"number": number}, {"same_key": same_key(facts, "f", "g"), "own": own}
    )
    closed = run(
        "{own} select distinct upper(known) as later from own where not upper_inf(known)"
        " and not exists (select from change u where u.undoes = upper(own.known))"
    )
    standing = run(
        "{own} select distinct lower(g.known) as later from {table} f join {table} g on {same_key}"
        " and f.valid && g.valid where upper(f.known) = %(number)s"
        " and upper_inf(g.known) and lower(g.known) > %(number)s"
        " and not exists (select from own where own.id = g.id)"
    )
    return {int(row["later"]) for row in (*closed, *standing)}


def _own(facts: Facts) -> sql.Composed:
    """Give the facts that a change opened, and those that stand for them.

    Where a later change closed one and was itself taken back, the fact was put back as a copy.
    """
    return sql.SQL(
        "with recursive own as (select f.* from {table} f where lower(f.known) = %(number)s"
        " union all select g.* from own f join change u on u.undoes = upper(f.known)"
        " join {table} g on lower(g.known) = u.number and f.valid = g.valid and {same_key})"
    ).format(table=sql.Identifier(facts.table.name), same_key=same_key(facts, "f", "g"))


def take_back(connection: Connection, facts: Facts, number: int, change: int) -> None:
    """Close what a change opened and hold again what it closed."""
    run = Statements(connection, facts, {"number": number, "change": change}, {"own": _own(facts)})
    run(
        "{own} update {table} set known = int8range(lower(known), %(change)s)"
        " where id in (select id from own) and upper_inf(known)"
    )
    run(
        "insert into {table} ({keys}, {values}, {frame})"
        " select {keys}, {values}, valid, int8range(%(change)s, null), change, sheet, row,"
        " inherited, access_division from {table} where upper(known) = %(number)s"
    )
