"""Databases for tests, emptied from one to the next."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from geo.register.cluster import Cluster

FORM = Path(__file__).with_name("databases.sql").read_text("utf-8")
COUNT_AFRESH = (
    "select setval(format('%I', sequencename)::regclass, 1, false) from pg_sequences"
    " where last_value is not null"
)
KEPT = ("spatial_ref_sys", "wuye_migration")
"""Tables that the migration fills."""


class Databases:
    """Databases that are as the migration left them, each for one test at a time.

    Copying the template costs ten times what emptying a small database does, so those that a test
    gives back are emptied for the next, under another name: what is left over from a test finds
    nothing to write to. A database whose form has changed is dropped.
    """

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster = cluster
        self.template = template
        self.empty: list[str] = []
        self.server = psycopg.connect(cluster.url("postgres"), autocommit=True)
        # Not the template itself: it can't be copied while somebody is connected to it.
        first = self.take()
        with psycopg.connect(cluster.url(first)) as connection:
            self.form = connection.execute(FORM).fetchone()
            self.tables = self._tables(connection)
        self.empty.append(first)

    def take(self) -> str:
        name = f"t_{uuid.uuid4().hex}"
        # Not the last one given back: while the server ends its connection, the new name waits
        # for a tenth of a second.
        if len(self.empty) > 1:
            self.server.execute(f"alter database {self.empty.pop(0)} rename to {name}")
        else:
            self.server.execute(f"create database {name} template {self.template}")
        return name

    def give_back(self, name: str) -> None:
        try:
            self._clear(name)
        except _Changed:
            self.server.execute(f"drop database {name} with (force)")
        else:
            self.empty.append(name)

    def _clear(self, name: str) -> None:
        with psycopg.connect(self.cluster.url(name)) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            extra = self._tables(connection) - self.tables
            if extra:
                connection.execute(_listed("drop table {}", extra))
            filled = connection.execute(
                "select relname from pg_class where relkind = 'r' and pg_relation_size(oid) > 0"
                " and relnamespace = 'public'::regnamespace and relname <> all(%s)",
                [list(KEPT)],
            ).fetchall()
            if filled:
                connection.execute(_listed("truncate {} cascade", {row[0] for row in filled}))
            connection.execute(COUNT_AFRESH)
            if connection.execute(FORM).fetchone() != self.form:
                raise _Changed

    def _tables(self, connection: psycopg.Connection[Any]) -> set[str]:
        rows = connection.execute(
            "select relname from pg_class"
            " where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        return {row[0] for row in rows}


class _Changed(Exception):
    """A test has changed the database's form."""


def _listed(statement: str, names: set[str]) -> sql.Composed:
    return sql.SQL(statement).format(sql.SQL(", ").join(map(sql.Identifier, sorted(names))))
