"""A snapshot's identity: a hash of the facts that are visible, by natural key.

No surrogates, change numbers, clock or derived floats go into it, so the same facts give the same
id on any machine, whatever the order in which files brought them.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from geoalchemy2 import Geometry
from psycopg import sql

from geo.register.compose import Connection
from geo.register.tables import FACTS, Facts

JOIN_VERSION = 2

YOUNGER = frozenset({"gate", "road"})
"""Tables that came after snapshots were handed out: they are hashed where they show something."""

DATED = frozenset({"service_status", "committee"})
"""Tables whose dates are shown, and so are part of the facts."""


def _visible(facts: Facts) -> sql.Composable:
    """Say which facts of a table the snapshot sees; of committees also the ones that are over."""
    if facts.table.name == "committee":
        return sql.SQL(
            "known @> %(known)s::bigint and valid && daterange(null, %(as_of)s::date, '[]')"
        )
    return sql.SQL("known @> %(known)s::bigint and valid @> %(as_of)s::date")


def made_up_of(connection: Connection, as_of: dt.date, known: int) -> bool:
    """Tell whether any visible fact came from a file of made-up data."""
    parts = [
        sql.SQL(
            "exists (select from {} join change on change.number = change where {} and made_up)"
        ).format(sql.Identifier(facts.table.name), _visible(facts))
        for facts in FACTS.values()
    ]
    statement = sql.SQL("select {} as made_up").format(sql.SQL(" or ").join(parts))
    row = connection.execute(statement, {"as_of": as_of, "known": known}).fetchone()
    return bool(row and row["made_up"])


def last_of_facts(connection: Connection, known: int) -> int:
    """Give the number of the last change up to a change that opened or closed a fact; else 0.

    Between it and that change all snapshots of a date are one and the same.
    """
    parts = [
        sql.SQL(
            "select max(number) as number from {},"
            " lateral (values (lower(known)), (upper(known))) as at (number)"
            " where number <= %(known)s"
        ).format(sql.Identifier(name))
        for name in FACTS
    ]
    statement = sql.SQL("select max(number) as number from ({}) as each").format(
        sql.SQL(" union all ").join(parts)
    )
    row = connection.execute(statement, {"known": known}).fetchone()
    return int(row["number"] or 0) if row else 0


def identify(connection: Connection, as_of: dt.date, known: int, *, made_up: bool) -> str:
    """Hash the visible facts: each table in order of its keys, as PostgreSQL's COPY text."""
    digest = hashlib.sha256(
        f"wuye snapshot, join {JOIN_VERSION}, as of {as_of}, made up {made_up}\n".encode()
    )
    connection.execute("set local datestyle to 'ISO, YMD'")
    connection.execute("set local timezone to 'UTC'")
    for name, facts in sorted(FACTS.items()):
        head = f"\n{name}\n".encode()
        if name not in YOUNGER:
            digest.update(head)
        columns: list[sql.Composable] = []
        for column in (*facts.keys, *facts.values):
            if column == "notes":
                continue
            identifier: sql.Composable = sql.Identifier(column)
            if isinstance(facts.table.c[column].type, Geometry):
                identifier = sql.SQL("encode(st_asbinary({}, 'NDR'), 'hex')").format(identifier)
            columns.append(identifier)
        if name in DATED:
            columns += [sql.SQL("lower(valid)"), sql.SQL("upper(valid)")]
        keys = sql.SQL(", ").join(
            sql.SQL('{} collate "C"').format(sql.Identifier(key)) for key in facts.keys
        )
        # COPY takes no parameters, so the two of them come in as literals.
        statement = sql.SQL("copy (select {} from {} where {} order by {}, lower(valid)) to stdout")
        filled = sql.SQL(
            _visible(facts)
            .as_string(connection)
            .replace("%(known)s", sql.Literal(known).as_string(connection))
            .replace("%(as_of)s", sql.Literal(as_of).as_string(connection))
        )
        composed = statement.format(sql.SQL(", ").join(columns), sql.Identifier(name), filled, keys)
        with connection.cursor().copy(composed) as copy:
            for number, block in enumerate(copy):
                if name in YOUNGER and number == 0:
                    digest.update(head)
                digest.update(block)
    return digest.hexdigest()
