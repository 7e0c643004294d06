"""Filling a table while the rest of its file is still being checked.

The server would idle for as long as a file's shapes are judged. So the rows that are known already
go into their empty table then, in the transaction of the change itself, which is committed or
rolled back as a whole. Nobody notices: the filling never waits for anybody, and gives way as soon
as anybody, the import's own rules too, waits for a table that it holds. Where it gave way, failed,
or filled in other rows than it came to in the end, it is rolled back and done again in its turn
(docs/decisions/0018).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import psycopg
from psycopg.rows import dict_row

from geo.register import fresh
from geo.register.compose import Connection
from geo.register.tables import FACTS

if TYPE_CHECKING:
    from geo.register.store import Staged

LOOK_S: Final = 0.1
"""Between looks for somebody who waits, and between tries to stop a statement."""

NEXT_NUMBER: Final = "select coalesce(max(number), 0) + 1 as number from change"
"""For whoever holds the write lock: it is still the next one when the change is opened."""

_NO_WAITING: Final = "set local lock_timeout = '50ms'"
_TRY_LOCK: Final = "select pg_try_advisory_xact_lock(%s) as locked"
_WAITED_FOR: Final = (
    "select exists (select from pg_locks where not granted and locktype <> 'advisory'"
    " and %s = any(pg_blocking_pids(pid))) as waited"
)


class Ahead:
    """At most one table of a change, filled before its turn; rolled back unless taken over.

    Parameters
    ----------
    conninfo
        Of the register's database.
    lock
        Key of the write lock.
    """

    def __init__(self, conninfo: str, lock: int) -> None:
        self._conninfo, self._lock = conninfo, lock
        self._item: Staged | None = None
        self._connection: Connection | None = None
        self._filled: Future[bool] | None = None
        self._mutex = threading.Lock()
        self._taken, self._stopped = threading.Event(), threading.Event()
        self._empty = threading.Event()

    @property
    def table(self) -> str | None:
        """Name the table whose filling was taken over."""
        return self._item.table if self._item is not None and self._taken.is_set() else None

    def begin(self, item: Staged) -> None:
        """Begin to fill a table with facts, if it is empty and nobody is in the way."""
        if self._filled is None and len(item.rows) >= fresh.WORTH_IT_ROWS:
            self._item = item
            pool = ThreadPoolExecutor(2)
            self._filled = pool.submit(self._fill, item)
            pool.submit(self._look)
            pool.shutdown(wait=False)

    def found_empty(self, table: str) -> bool:
        """Tell whether it is filling a table that was empty: to ask that table would stop it."""
        if self._filled is None or self._item is None or self._item.table != table:
            return False
        while not self._empty.wait(LOOK_S) and not self._filled.done():
            pass  # it is about to find out
        return self._empty.is_set() and not self._stopped.is_set()

    def take(self, staged: Sequence[Staged]) -> Connection | None:
        """Take over the open transaction in which a table has just these facts.

        Returns
        -------
        Connection or None
            None where there is none; nothing is left of the filling then.
        """
        if self._filled is None or self._item is None:
            return None
        table, rows = self._item.table, self._item.rows
        if any(item.table == table and rows.equals(item.rows) for item in staged):
            with contextlib.suppress(psycopg.Error):
                if self._filled.result() and self._end(self._taken):
                    return self._connection
        self.close()
        return None

    def close(self) -> None:
        """Roll back what is neither committed nor rolled back yet."""
        self._give_way()
        if self._connection is not None:
            self._connection.close()

    def _give_way(self) -> None:
        """Stop the filling and roll it back, unless it was taken over."""
        if self._filled is None or not self._end(self._stopped):
            return
        while not self._filled.done():
            if self._connection is not None:
                with contextlib.suppress(psycopg.Error):
                    self._connection.cancel()
            wait([self._filled], LOOK_S)
        if self._connection is not None:
            self._connection.close()

    def _end(self, way: threading.Event) -> bool:
        """End in a way, unless it ended in the other."""
        with self._mutex:
            other = self._stopped if way is self._taken else self._taken
            if not other.is_set():
                way.set()
            return way.is_set()

    def _fill(self, item: Staged) -> bool:
        done = False
        with psycopg.connect(self._conninfo, row_factory=dict_row, autocommit=True) as asking:
            asking.execute("set lock_timeout = '50ms'")
            empty = fresh.is_empty(asking, FACTS[item.table])
        try:
            done = empty and self._fill_empty(item)
        finally:
            if not done:  # nobody is to wait for what came to nothing
                self._end(self._stopped)
                if self._connection is not None:
                    self._connection.close()
        return done

    def _fill_empty(self, item: Staged) -> bool:
        """Fill the table under the write lock, if it still is empty then."""
        facts = FACTS[item.table]
        filling = fresh.ready(facts, item.rows)
        self._connection = connection = psycopg.connect(self._conninfo, row_factory=dict_row)
        connection.execute(_NO_WAITING)
        row = connection.execute(_TRY_LOCK, [self._lock]).fetchone()
        if row is None or not row["locked"] or not fresh.is_empty(connection, facts):
            return False
        self._empty.set()
        row = connection.execute(NEXT_NUMBER).fetchone()
        if row is None or self._stopped.is_set():
            return False
        fresh.fill(connection, filling, row["number"])
        connection.execute("set local lock_timeout to default")
        return True

    def _look(self) -> None:
        """Give way as soon as anybody waits for a table that is being filled."""
        while self._connection is None:
            if self._stopped.wait(LOOK_S):
                return
        pid = self._connection.info.backend_pid
        with psycopg.connect(self._conninfo, autocommit=True) as watch:
            while not self._taken.is_set() and not self._stopped.wait(LOOK_S):
                row = watch.execute(_WAITED_FOR, [pid]).fetchone()
                if row is not None and row[0]:
                    self._give_way()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
