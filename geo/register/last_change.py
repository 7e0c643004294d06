"""The register's last change, asked often: one connection kept open for it."""

from __future__ import annotations

import contextlib
import threading

import psycopg

from geo.register.store import Register


class LastChange:
    """Ask a register for the number of its last change, from any thread, for a tenth of a ms."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[tuple[int]] | None = None

    def number(self) -> int:
        """Give the number of the last change committed by now; 0 for none.

        Raises
        ------
        ServerError
            When the database can't be reached.
        """
        with self._lock:
            with contextlib.suppress(psycopg.Error):
                if self._connection is not None:
                    return self._ask(self._connection)
            self.close()
            # Once more from the start: the server may have been restarted meanwhile. What goes
            # wrong now goes wrong for good, and `connect` puts it into words.
            with self.register.connect():
                self._connection = psycopg.connect(self.register.conninfo, autocommit=True)
                return self._ask(self._connection)

    def close(self) -> None:
        """Let go of the connection; the next question opens one again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    @staticmethod
    def _ask(connection: psycopg.Connection[tuple[int]]) -> int:
        row = connection.execute("select coalesce(max(number), 0) from change").fetchone()
        return int(row[0]) if row is not None else 0
