"""A register whose connections outlive their blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType

import psycopg
from psycopg.rows import dict_row

from geo.register.store import Connection, Register


class KeepingRegister(Register):
    """A register that takes each connection up again, reset to what a new one is like.

    Opening one costs as much as twenty short statements, and tests have little but short
    statements. Whoever made it closes it before the database is emptied.
    """

    def __init__(self, conninfo: str) -> None:
        super().__init__(conninfo)
        self.free: list[Connection] = []

    @contextlib.contextmanager
    def connect(self, begun: Connection | None = None) -> Iterator[Connection]:
        if begun is not None:
            with super().connect(begun) as connection:
                yield connection
            return
        try:
            kept = self.free.pop()
        except IndexError:
            # Nothing is prepared on it that the next block's reset would take from under it.
            kept = psycopg.connect(self.conninfo, row_factory=dict_row, prepare_threshold=None)
        # What the register does with a connection, errors too, but for closing it.
        with super().connect(_Lent(kept, self.free)) as connection:  # type: ignore[arg-type]
            yield connection

    def close(self) -> None:
        while self.free:
            self.free.pop().close()


class _Lent:
    """A connection whose block is one transaction, as psycopg's own block is."""

    def __init__(self, connection: Connection, free: list[Connection]) -> None:
        self.connection = connection
        self.free = free

    def __enter__(self) -> Connection:
        return self.connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # It closes the connection after an error, and where it can't commit.
            if error is not None:
                self.connection.__exit__(kind, error, trace)
            else:
                self.connection.commit()
                self.connection.autocommit = True
                self.connection.execute("discard all")
                self.connection.autocommit = False
                self.free.append(self.connection)
        except BaseException:
            self.connection.close()
            raise
