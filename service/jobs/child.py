"""The process in which one job is done.

It dies with its worker, and it holds a lock of the database for as long as it works: a second one
for the same job, after a worker was killed, waits until the first can't commit any more.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from multiprocessing import connection as pipes
from multiprocessing import parent_process
from typing import Any, Final

from geo.errors import ServerError, WuyeError
from service.jobs import record
from service.jobs.record import Words
from service.jobs.work import Cancelled, Place, Work, open_connection
from service.remedies import UNAVAILABLE, on_screen

FAILED: Final[Words] = {"zh": "未能完成", "en": "Failed"}
BEGINS: Final[Words] = {"zh": "开始", "en": "Starting"}


def main(place: Place, identity: str) -> None:
    """Do a job in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker hears it too, and ends this one
    threading.Thread(target=_die_with_parent, daemon=True).start()
    run(place, identity)


def _die_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        pipes.wait([parent.sentinel])
        os._exit(1)


def run(place: Place, identity: str) -> None:
    """Do a job, unless it has ended; whatever happens stands in its row afterwards."""
    with open_connection(place.conninfo) as connection:
        connection.execute(
            "select pg_advisory_lock(hashtextextended('wuye job ' || %s, 0))", [identity]
        )
        job = record.begin(connection, identity)
        if job.ended:
            return
        try:
            result = _do(Work(place, job, connection), job)
        except Cancelled:
            record.end(connection, identity, "cancelled", words=record.STOPPED)
        except WuyeError as error:
            record.end(connection, identity, "failed", words=FAILED, problem=problem_of(error))
        except Exception as error:  # the last door: the reason goes to the log, not to the user
            traceback.print_exc()
            record.end(connection, identity, "failed", words=FAILED, problem=internal(error))
        else:
            record.end(connection, identity, "done", words=record.DONE, result=result)


def _do(work: Work, job: record.Job) -> dict[str, Any]:
    # A kind brings half of the application along: it is loaded when it is needed.
    from service.jobs.kinds import KINDS, SETTLED  # noqa: PLC0415

    if job.change is not None:  # it was committed before its worker died
        return dict(SETTLED[job.kind](work, job.change, job.parameters))
    work.tell(0, 0, BEGINS["zh"], BEGINS["en"])
    return dict(KINDS[job.kind](work, job.parameters))


def problem_of(error: WuyeError) -> dict[str, Any]:
    """Give an error as the problem that the service would answer with."""
    hidden = isinstance(error, ServerError)
    title, detail = UNAVAILABLE if hidden else (on_screen(error.message), on_screen(error.remedy))
    return {
        "type": f"urn:wuye:{type(error).__name__}",
        "title": title,
        "status": 503 if hidden else 422,
        "detail": detail,
        **error.details(),
    }


def internal(error: BaseException | None, detail: str = "") -> dict[str, Any]:
    """Give the problem of what nobody foresaw."""
    return {
        "type": "urn:wuye:InternalError",
        "title": "内部错误" if error is not None else "任务进程意外结束",
        "status": 500,
        "detail": detail or "请把发生的时间告诉管理员；登记库没有因此改动。",
    }
