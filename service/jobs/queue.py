"""The queue that jobs wait in: procrastinate, on the register's own database."""

from __future__ import annotations

from typing import Final

from procrastinate import App, PsycopgConnector

from geo.register.compose import Connection

TASK: Final = "wuye.job"


def queue_app(conninfo: str) -> App:
    """Give the queue's application; whoever runs a worker adds the task to it."""
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))


_WITHOUT_POOL: Final = App(connector=PsycopgConnector())
"""For statements on a connection that the caller brings."""


def defer(connection: Connection, job: str, lock: str | None) -> int:
    """Put a job into the queue, in the caller's transaction; give the queue's number."""
    return _WITHOUT_POOL.configure_task(
        TASK, allow_unknown=True, lock=lock, connection=connection
    ).defer(job=job)


def cancel(connection: Connection, task: int) -> bool:
    """Take a job that waits out of the queue, in the caller's transaction."""
    return _WITHOUT_POOL.job_manager.cancel_job_by_id(task, connection=connection)
