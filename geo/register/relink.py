"""One compound under two codes: the facts of the one go over to the other.

A fact that goes over closes under its old code and stands under the new one, from the same change
on, with the source that it had. So undoing the change brings both compounds back.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg import sql

from geo.register.compose import FRAME, Connection, names
from geo.register.tables import FACTS

GOES_OVER: Final = {
    "compound_shape": "code",
    "service_status": "code",
    "committee": "subject",
    "compound_alias": "code",
    "gate": "compound",
}
"""Facts of a compound that another code can take, and the column that holds the code."""


def profile(connection: Connection, code: str) -> dict[str, Any] | None:
    """Give the latest state of a compound's profile, its dates as text (``period``), or None."""
    return connection.execute(
        "select *, valid::text as period from compound where code = %s and upper_inf(known)"
        " order by lower(valid) desc nulls last limit 1",
        [code],
    ).fetchone()


def held_by(connection: Connection, code: str) -> set[str]:
    """Name the tables that hold facts about a compound now."""
    found = set()
    for table, key in {**GOES_OVER, "compound": "code"}.items():
        row = connection.execute(
            sql.SQL(
                "select exists (select from {} where {} = %s and upper_inf(known) and {}) as held"
            ).format(sql.Identifier(table), sql.Identifier(key), _of_compound(table)),
            [code],
        ).fetchone()
        if row is not None and row["held"]:
            found.add(table)
    return found


def go_over(connection: Connection, change: int, old: str, new: str) -> int:
    """Let the facts of a compound go over to another code; give how many did.

    The profile closes: what the other should take of it is staged by the caller. Aliases that the
    other code has already close too.
    """
    moved = 0
    for table, key in GOES_OVER.items():
        facts = FACTS[table]
        words = {
            "table": sql.Identifier(table),
            "key": sql.Identifier(key),
            "keys": names(facts.keys),
            "values": names(facts.values),
            "frame": FRAME,
            "taken": sql.SQL(", ").join(
                sql.SQL("%(new)s") if name == key else sql.Identifier(name) for name in facts.keys
            ),
            "mine": _of_compound(table),
            "not_there": sql.SQL(
                "not exists (select from compound_alias a where a.code = %(new)s"
                " and a.alias = f.alias and upper_inf(a.known))"
                if table == "compound_alias"
                else "true"
            ),
        }
        values = {"change": change, "old": old, "new": new}
        connection.execute(
            sql.SQL(
                "insert into {table} ({keys}, {values}, {frame})"
                " select {taken}, {values}, valid, int8range(%(change)s, null), change, sheet,"
                " row, inherited, access_division from {table} f"
                " where {key} = %(old)s and upper_inf(known) and {mine} and {not_there}"
            ).format(**words),
            values,
        )
        moved += _close(connection, words, values)
    words = {
        "table": sql.Identifier("compound"),
        "key": sql.Identifier("code"),
        "mine": sql.SQL("true"),
    }
    return moved + _close(connection, words, {"change": change, "old": old})


def _close(connection: Connection, words: dict[str, sql.Composable], values: dict[str, Any]) -> int:
    return connection.execute(
        sql.SQL(
            "update {table} set known = int8range(lower(known), %(change)s)"
            " where {key} = %(old)s and upper_inf(known) and {mine}"
        ).format(**words),
        values,
    ).rowcount


def _of_compound(table: str) -> sql.SQL:
    """Keep a committee of a management area apart from one of a compound with the same code."""
    return sql.SQL("subject_kind = 'compound'" if table == "committee" else "true")
