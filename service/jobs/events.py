"""Who waits for news of a job is told when it is committed: one connection reads for all."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

import psycopg

from geo.errors import NotFound, TooBusy
from geo.register.compose import Connection
from service.jobs import record
from service.jobs.record import Job
from service.jobs.work import open_connection

LOOK_AGAIN_S: Final = 5.0
"""Without news, jobs are read again after so long: a notification may be lost with its server."""
PACE_S: Final = 0.2
"""News of one job come no faster."""
AGAIN_S: Final = 1.0
"""After so long a lost connection is opened again."""
LONGEST_S: Final = 600.0
"""After so long a stream ends though its job has not: who still wants news asks again."""
MOST_LISTENERS: Final = 100
"""How many may wait at a time: each keeps a reader's connection open; they share one database's."""


@dataclass(eq=False)
class _Ear:
    """Somebody who waits; ``job`` is the job as it was read last, None when there is none."""

    identity: str
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    job: Job | None = None

    def put(self, job: Job | None) -> None:
        """Hand over a job, in the ear's own loop."""
        self.job = job
        self.heard.set()


class Watcher:
    """Reads the jobs that somebody waits for, in a thread with one connection."""

    def __init__(self, conninfo: str, most: int = MOST_LISTENERS) -> None:
        self.conninfo, self.most = conninfo, most
        self._ears: set[_Ear] = set()
        self._new: set[str] = set()
        self._seats = 0
        self._lock = threading.Lock()
        self._listens = False

    @contextlib.contextmanager
    def seat(self) -> Iterator[None]:
        """Take one of the places for those who wait, before anything is sent to them.

        Raises
        ------
        TooBusy
            When all are taken.
        """
        with self._lock:
            if self._seats >= self.most:
                raise TooBusy(
                    f"同时等候任务进展的连接已达上限（{self.most} 个）。",
                    "请关闭不用的页面后重试，或改用 GET /api/v1/jobs/{id} 查询。",
                )
            self._seats += 1
        try:
            yield
        finally:
            with self._lock:
                self._seats -= 1

    async def follow(
        self, identity: str, after: int | None = None, first: Job | None = None
    ) -> AsyncIterator[Job]:
        """Give a job each time that it was written, at once and until it has ended.

        It ends after `LONGEST_S` too: a browser comes again and says what it knows.

        Parameters
        ----------
        after
            The version that is known already.
        first
            The job as it was just read, where it was.

        Raises
        ------
        NotFound
            When there is none.
        """
        known, job = after, first
        until = time.monotonic() + LONGEST_S
        with self._ear(identity) as ear:
            while True:
                if job is not None and (job.version != known or job.ended):
                    known = job.version
                    yield job
                if job is not None and job.ended:
                    return
                try:
                    await asyncio.wait_for(ear.heard.wait(), until - time.monotonic())
                except TimeoutError:
                    return
                ear.heard.clear()
                job = ear.job
                if job is None:
                    raise NotFound(f"没有任务 {identity}。", "请核对编号，或查看任务列表。")

    @contextlib.contextmanager
    def _ear(self, identity: str) -> Iterator[_Ear]:
        ear = _Ear(identity)
        with self._lock:
            self._ears.add(ear)
            self._new.add(identity)
            if not self._listens:
                self._listens = True
                threading.Thread(target=self._listen, name="job watcher", daemon=True).start()
        try:
            yield ear
        finally:
            with self._lock:
                self._ears.discard(ear)

    def _listen(self) -> None:
        while self._wanted():
            with contextlib.suppress(psycopg.Error), open_connection(self.conninfo) as connection:
                connection.execute("listen wuye_job")
                self._hear(connection)
                continue
            time.sleep(AGAIN_S)

    def _hear(self, connection: Connection) -> None:
        """Read what is new, what there is news of, and now and then everything."""
        looked = -LOOK_AGAIN_S
        while self._wanted():
            news = {item.payload for item in connection.notifies(timeout=PACE_S)}
            with self._lock:
                waited_for = {ear.identity for ear in self._ears}
                news |= self._new
                self._new.clear()
            if time.monotonic() - looked >= LOOK_AGAIN_S:
                news, looked = waited_for, time.monotonic()
            if wanted := news & waited_for:
                self._tell(wanted, record.read_all(connection, wanted))

    def _wanted(self) -> bool:
        """Tell whether anybody waits; if not, who comes next starts a thread anew."""
        with self._lock:
            self._listens = bool(self._ears)
            return self._listens

    def _tell(self, wanted: set[str], found: dict[str, Job]) -> None:
        with self._lock:
            ears = [ear for ear in self._ears if ear.identity in wanted]
        for ear in ears:
            with contextlib.suppress(RuntimeError):  # its loop was closed
                ear.loop.call_soon_threadsafe(ear.put, found.get(ear.identity))
