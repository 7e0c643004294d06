"""Filling tables while the rest of their file is still being checked.

The server would idle for as long as a file's cells and shapes are judged. So the rows that are
known already go into their empty tables then, in the transaction of the change itself, which is
committed or rolled back as a whole. Nobody notices: the filling never waits for anybody, and gives
way as soon as anybody, the import's own rules too, waits for a table that it holds. Where it gave
way, failed, or filled in other rows than it came to in the end, it is rolled back and done again in
its turn (docs/decisions/0018).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import psycopg
from psycopg.rows import dict_row

from geo.register import fresh
from geo.register.compose import Connection
from geo.register.tables import FACTS

if TYPE_CHECKING:
    from geo.register.store import Staged

LOOK_S: Final = 0.1
"""Between looks for somebody who waits, and between tries to stop a statement."""

TABLES: Final = ("compound", "compound_shape")
"""What may be filled ahead."""

NEXT_NUMBER: Final = "select coalesce(max(number), 0) + 1 as number from change"
"""For whoever holds the write lock: it is still the next one when the change is opened."""

_NO_WAITING: Final = "set local lock_timeout = '50ms'"
_TRY_LOCK: Final = "select pg_try_advisory_xact_lock(%s) as locked"
_WAITED_FOR: Final = (
    "select exists (select from pg_locks where not granted and locktype <> 'advisory'"
    " and %s = any(pg_blocking_pids(pid))) as waited"
)


class Ahead:
    """Tables of a change, filled before their turn; rolled back unless taken over.

    Parameters
    ----------
    conninfo
        Of the register's database.
    lock
        Key of the write lock.
    """

    def __init__(self, conninfo: str, lock: int) -> None:
        self._conninfo, self._lock = conninfo, lock
        self._pool, self._packing = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._connection: Connection | None = None
        self._opened: Future[int | None] | None = None
        self._empty: frozenset[str] = frozenset()
        self._fillings: list[tuple[Staged, Future[bool]]] = []
        self._mutex = threading.Lock()
        self._taken, self._stopped = threading.Event(), threading.Event()
        self._filled: frozenset[str] = frozenset()

    @property
    def tables(self) -> frozenset[str]:
        """Name the tables whose filling was taken over."""
        return self._filled

    def begin(self, item: Staged) -> None:
        """Begin to fill a table with facts, after those begun before, if nobody is in the way."""
        if len(item.rows) < fresh.WORTH_IT_ROWS:
            return
        if self._opened is None:
            self._opened = self._pool.submit(self._open, item.table)
        packed = self._packing.submit(self._pack, item)  # while the one before is filled
        self._fillings.append((item, self._pool.submit(self._fill, packed)))

    def found_empty(self, table: str) -> bool:
        """Tell whether it is filling a table that was empty: to ask that table would stop it."""
        begun = any(item.table == table for item, _ in self._fillings)
        return begun and self._number() is not None and table in self._empty

    def take(self, staged: Sequence[Staged]) -> Connection | None:
        """Take over the open transaction in which tables have just these facts.

        From here on it no longer gives way; it is waited for.

        Returns
        -------
        Connection or None
            None where there is none; nothing is left of the filling then.
        """
        if self._number() is not None and self._is_just(staged) and self._end(self._taken):
            with contextlib.suppress(psycopg.Error):
                filled = {item.table for item, done in self._fillings if done.result()}
                if filled:
                    self._filled = frozenset(filled)
                    return self._connection
        self.close()
        return None

    def close(self) -> None:
        """Roll back what is neither committed nor rolled back yet."""
        self._stopped.set()
        self._halt()
        self._pool.shutdown(wait=False)
        self._packing.shutdown(wait=False)

    def _is_just(self, staged: Sequence[Staged]) -> bool:
        """Tell whether what goes into the tables is what was staged for them."""
        return all(
            any(item.table == last.table and last.rows.equals(item.rows) for last in staged)
            for item, _ in self._fillings
            if item.table in self._empty
        )

    def _number(self) -> int | None:
        """Wait for the change's number; None where there is no filling."""
        if self._opened is None:
            return None
        with contextlib.suppress(psycopg.Error):
            return self._opened.result()
        return None

    def _give_way(self) -> None:
        """Stop the filling and roll it back, unless it was taken over."""
        if self._end(self._stopped):
            self._halt()

    def _halt(self) -> None:
        """Stop what is being filled, and roll all of it back."""
        begun: list[Future[Any]] = [done for _, done in self._fillings]
        begun += [] if self._opened is None else [self._opened]
        while any(not done.done() for done in begun):
            if self._connection is not None:
                with contextlib.suppress(psycopg.Error):
                    self._connection.cancel()
            wait(begun, LOOK_S)
        if self._connection is not None:
            self._connection.close()

    def _end(self, way: threading.Event) -> bool:
        """End in a way, unless it ended in the other."""
        with self._mutex:
            other = self._stopped if way is self._taken else self._taken
            if not other.is_set():
                way.set()
            return way.is_set()

    def _open(self, table: str) -> int | None:
        """Begin the change, if a table is empty and nobody writes; give its number."""
        number = None
        try:
            self._connection = connection = psycopg.connect(self._conninfo, row_factory=dict_row)
            connection.execute(_NO_WAITING)
            if fresh.is_empty(connection, FACTS[table]):  # else nobody is kept from writing
                row = connection.execute(_TRY_LOCK, [self._lock]).fetchone()
                if row is not None and row["locked"]:
                    self._empty = frozenset(
                        name for name in TABLES if fresh.is_empty(connection, FACTS[name])
                    )
                    row = connection.execute(NEXT_NUMBER).fetchone()
                    number = row["number"] if row is not None and table in self._empty else None
        finally:
            if number is None:
                self._abandon()
        if number is not None:
            threading.Thread(target=self._look, daemon=True).start()
        return number

    def _pack(self, item: Staged) -> fresh.Filling | None:
        """Make facts ready for their table, if it was found empty."""
        if self._number() is None or item.table not in self._empty or self._stopped.is_set():
            return None
        return fresh.ready(FACTS[item.table], item.rows)

    def _fill(self, packed: Future[fresh.Filling | None]) -> bool:
        """Fill a table with what was made ready for it."""
        number, connection = self._number(), self._connection
        try:
            filling = packed.result()
            if filling is None or number is None or connection is None or self._stopped.is_set():
                return False
            if not self._taken.is_set():
                connection.execute(_NO_WAITING)
            fresh.fill(connection, filling, number)
            connection.execute("set local lock_timeout to default")
        except BaseException:
            self._abandon()
            raise
        return True

    def _abandon(self) -> None:
        """Roll back what came to nothing: nobody is to wait for it."""
        self._end(self._stopped)
        if self._connection is not None:
            self._connection.close()

    def _look(self) -> None:
        """Give way as soon as anybody waits for a table that is being filled."""
        if self._connection is None:
            return
        pid = self._connection.info.backend_pid
        try:
            with psycopg.connect(self._conninfo, autocommit=True) as watch:
                while not self._taken.is_set() and not self._stopped.wait(LOOK_S):
                    row = watch.execute(_WAITED_FOR, [pid]).fetchone()
                    if row is not None and row[0]:
                        self._give_way()
        except psycopg.Error:  # nobody could be seen waiting any more
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
