"""Who waits for news of a job is told when it is committed: one connection listens for all."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final

import psycopg

from service.jobs import record
from service.jobs.record import Job
from service.jobs.work import open_connection

LOOK_AGAIN_S: Final = 5.0
"""Without news, a job is read again after so long: a notification may be lost with its server."""
PACE_S: Final = 0.2
"""News of one job come no faster."""

Ear = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Watcher:
    """Listens while somebody waits for news."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self._ears: dict[str, set[Ear]] = defaultdict(set)
        self._lock = threading.Lock()
        self._listens = False

    async def follow(self, identity: str, after: int | None = None) -> AsyncIterator[Job]:
        """Give a job each time that it was written, at once and until it has ended.

        Parameters
        ----------
        after
            The version that is known already.

        Raises
        ------
        NotFound
            When there is none.
        """
        known = after
        async with self._ear(identity) as ear:
            while True:
                ear.clear()
                job = await asyncio.to_thread(self._read, identity)
                if job.version != known or job.ended:
                    known = job.version
                    yield job
                if job.ended:
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ear.wait(), LOOK_AGAIN_S)
                await asyncio.sleep(PACE_S)

    def _read(self, identity: str) -> Job:
        with open_connection(self.conninfo) as connection:
            return record.read(connection, identity)

    @contextlib.asynccontextmanager
    async def _ear(self, identity: str) -> AsyncIterator[asyncio.Event]:
        ear = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._ears[identity].add(ear)
            if not self._listens:
                self._listens = True
                threading.Thread(target=self._listen, name="job watcher", daemon=True).start()
        try:
            yield ear[1]
        finally:
            with self._lock:
                self._ears[identity].discard(ear)
                if not self._ears[identity]:
                    del self._ears[identity]

    def _listen(self) -> None:
        with contextlib.suppress(psycopg.Error), open_connection(self.conninfo) as connection:
            connection.execute("listen wuye_job")
            while self._wanted():
                for news in connection.notifies(timeout=1.0):
                    self._tell(news.payload)
        with self._lock:
            self._listens = False  # who comes next starts anew; who waits looks again by itself

    def _wanted(self) -> bool:
        with self._lock:
            return bool(self._ears)

    def _tell(self, identity: str) -> None:
        with self._lock:
            ears = list(self._ears.get(identity, ()))
        for loop, event in ears:
            with contextlib.suppress(RuntimeError):  # its loop was closed
                loop.call_soon_threadsafe(event.set)
