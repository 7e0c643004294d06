"""The worker: takes jobs from the queue and has each done by a process of its own.

It is made to be killed. Stopping it ends its children and leaves their jobs as they are; the next
worker finds them by the lock that a living worker holds, and takes them up again.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import IO, Final, NoReturn

import psycopg
from procrastinate import App, JobContext
from procrastinate import jobs as queued
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from geo.register.compose import Connection
from service.jobs import child, record
from service.jobs.queue import TASK, queue_app
from service.jobs.uploads import forget_expired
from service.jobs.work import Place, open_connection

AT_ONCE: Final = 2
LOOK_S: Final = 0.25
"""How often a worker looks whether its jobs go on, or somebody cancelled them."""
SWEEP_S: Final = 2.0
"""How often it looks for what dead workers left."""
YOUNG_S: Final = 3.0
"""A worker whose heartbeat is younger may not hold its lock yet."""
TIDY_S: Final = 3600.0

GAVE_UP: Final = {"zh": "多次中断，未能完成", "en": "Interrupted too often"}


def work(place: Place, *, at_once: int = AT_ONCE, leash: IO[str] | None = None) -> NoReturn:
    """Work until stopped.

    Parameters
    ----------
    at_once
        How many jobs are done at once.
    leash
        A pipe whose other end the parent holds: when it closes, so does the worker.
    """
    multiprocessing.set_forkserver_preload(["service.jobs.kinds"])
    forkserver.ensure_running()  # it loads what jobs need while the rest of this starts
    hands = _Hands(place)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hands.drop())
    if leash is not None:
        threading.Thread(target=_hold, args=(leash, hands), daemon=True).start()
    asyncio.run(_work(hands, at_once))
    hands.drop()


def _hold(leash: IO[str], hands: _Hands) -> None:
    while leash.read(1):
        pass
    hands.drop()


class _Hands:
    """The children of a worker, and its hold on life."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.children: dict[str, ForkServerProcess] = {}
        self.guard: Connection | None = None
        self.turn = threading.Lock()
        self.worker: Worker | None = None

    def drop(self) -> NoReturn:
        """End the children and this process; what they did not commit is not done."""
        for process in list(self.children.values()):
            with contextlib.suppress(Exception):
                process.kill()
        os._exit(0)

    def alive(self) -> None:
        """Hold the lock that says that this worker is alive; again when the database restarted."""
        with self.turn:
            if self.worker is None or self.worker.worker_id is None:
                return
            if self.guard is not None:
                with contextlib.suppress(psycopg.Error):
                    self.guard.execute("select 1")
                    return
            guard = open_connection(self.place.conninfo)
            # Not waited for: a connection that just broke may hold it for a moment more.
            row = guard.execute(
                "select pg_try_advisory_lock(%s, %s::int) as held",
                [record.CALL_CLASS, self.worker.worker_id],
            ).fetchone()
            self.guard = guard if row is not None and row["held"] else None
            if self.guard is None:
                guard.close()


async def _work(hands: _Hands, at_once: int) -> None:
    app = queue_app(hands.place.conninfo)
    context = multiprocessing.get_context("forkserver")

    @app.task(name=TASK, pass_context=True)
    async def do(call: JobContext, job: str) -> None:
        await asyncio.to_thread(hands.alive)
        process = context.Process(target=child.main, args=(hands.place, job))
        process.start()
        hands.children[job] = process
        try:
            await _watch(hands.place, job, process)
        finally:
            del hands.children[job]

    async with app.open_async():
        hands.worker = Worker(
            app,
            name="wuye",
            concurrency=at_once,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=SWEEP_S,
        )
        sweeping = asyncio.create_task(_sweep(app, hands))
        await hands.worker.run()  # type: ignore[no-untyped-call]
        sweeping.cancel()


async def _watch(place: Place, job: str, process: ForkServerProcess) -> None:
    """Wait for a child; end it when somebody cancels; say how it ended when it could not."""
    connection = await asyncio.to_thread(open_connection, place.conninfo)
    try:
        while process.exitcode is None:
            await asyncio.sleep(LOOK_S)
            if await asyncio.to_thread(_is_cancelled, connection, job):
                process.kill()
                await asyncio.to_thread(process.join)
        await asyncio.to_thread(settle, connection, job, process.exitcode)
    finally:
        await asyncio.to_thread(connection.close)


def _is_cancelled(connection: Connection, job: str) -> bool:
    row = connection.execute("select cancel from job where id = %s", [job]).fetchone()
    return row is not None and bool(row["cancel"])


def settle(connection: Connection, identity: str, exitcode: int | None) -> None:
    """Write how a job ended whose child did not.

    The child's transaction may be committing at this moment, in the database: it holds the job's
    row until it has, so the row is locked before it is read.
    """
    with connection.transaction():
        connection.execute("select from job where id = %s for update", [identity])
        job = record.read(connection, identity)
        if job.ended:
            return
        if job.change is not None:
            result = {"change": job.change, "resumed": True}
            record.end(connection, identity, "done", words=record.DONE, result=result)
        elif job.cancel:
            record.end(connection, identity, "cancelled", words=record.STOPPED)
        else:
            said = child.internal(None, f"任务进程以 {exitcode} 结束（可能内存不足）；请重试。")
            record.end(connection, identity, "failed", words=child.FAILED, problem=said)


async def _sweep(app: App, hands: _Hands) -> None:
    """Stay alive, take up what dead workers left, forget uploads that expired."""
    tidied = 0.0
    loop = asyncio.get_running_loop()
    while True:
        # The database may be restarting: the next turn will tell.
        with contextlib.suppress(psycopg.Error, ConnectorException):
            await asyncio.to_thread(hands.alive)
            await asyncio.to_thread(_bury, hands.place)
            for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=60):
                await _take_up(app, hands.place, stalled)
            if not tidied or loop.time() - tidied > TIDY_S:
                tidied = loop.time()
                await asyncio.to_thread(forget_expired, hands.place)
        await asyncio.sleep(SWEEP_S)


def _bury(place: Place) -> None:
    """Strike out workers that hold no lock."""
    with open_connection(place.conninfo) as connection:
        connection.execute(
            "delete from procrastinate_workers w"
            " where last_heartbeat < now() - make_interval(secs => %s)"
            " and not exists (select from pg_locks l where l.locktype = 'advisory'"
            "   and l.classid = %s and l.objid = w.id and l.granted and l.database ="
            "   (select oid from pg_database where datname = current_database()))",
            [YOUNG_S, record.CALL_CLASS],
        )


async def _take_up(app: App, place: Place, stalled: queued.Job) -> None:
    """Put a dead worker's job into the queue again, or give it up after some times."""
    assert stalled.id is not None  # noqa: S101 - it comes from the database
    if await asyncio.to_thread(_give_up, place, str(stalled.task_kwargs.get("job"))):
        await app.job_manager.finish_job(stalled, queued.Status.FAILED, delete_job=True)
        return
    await app.job_manager.retry_job(stalled)


def _give_up(place: Place, identity: str) -> bool:
    with open_connection(place.conninfo) as connection:
        row = connection.execute(
            "select attempts, change from job where id = %s", [identity]
        ).fetchone()
        if row is None:
            return True
        if row["attempts"] < record.MOST_ATTEMPTS or row["change"] is not None:
            return False
        said = child.internal(None, "处理它的进程多次中断；请检查内存与磁盘后重试。")
        record.end(connection, identity, "failed", words=GAVE_UP, problem=said)
        return True
