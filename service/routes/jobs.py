"""Jobs: listed, looked at, cancelled, followed as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.dependencies import WorkspaceOf
from service.errors import problems
from service.jobs import record
from service.jobs.events import Watcher
from service.jobs.record import Job
from service.paging import CursorOf, LimitOf, cursor_at, start_of
from service.schemas.jobs import JobAnswer, JobList, JobState

router = APIRouter(tags=["jobs"])

LONGEST_NUMBER: Final = 18
RETRY_MS: Final = 2000
"""After so long a browser comes again when the connection broke."""


@router.get("/jobs", summary="任务 / Jobs", responses=problems(400))
def jobs(
    space: WorkspaceOf,
    state: Annotated[JobState | None, Query(description="只列某一状态。Only of a state.")] = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> JobList:
    """List jobs, newest first."""
    key = f"jobs {state}"
    before = start_of(cursor, key) or None
    found, total = record.listed(space.register, state=state, before=before, limit=limit + 1)
    page = found[:limit]
    more = cursor_at(page[-1].number, key) if len(found) > limit else None
    return JobList(items=[answer(job) for job in page], total=total, next=more)


@router.get("/jobs/{job}", summary="一个任务 / One job", responses=problems(404))
def one(space: WorkspaceOf, job: str) -> JobAnswer:
    """Give a job as it stands."""
    return answer(_found(space, job))


@router.post(
    "/jobs/{job}/cancel", summary="请任务停止 / Ask a job to stop", responses=problems(404)
)
def cancel(space: WorkspaceOf, job: str) -> JobAnswer:
    """Ask a job to stop: what is not committed is not done; one that has ended stays as it is."""
    _found(space, job)
    return answer(record.cancel(space.register, job))


def _found(space: WorkspaceOf, job: str) -> Job:
    """Give a job; 404 before anything is streamed."""
    return record.get(space.register, job.replace("\0", ""))


def watcher(request: Request, space: WorkspaceOf) -> Watcher:
    """Give the application's watcher."""
    state = request.app.state
    if not hasattr(state, "watcher"):
        state.watcher = Watcher(space.register.conninfo)
    found: Watcher = state.watcher
    return found


WatcherOf = Annotated[Watcher, Depends(watcher)]


async def seated(found: WatcherOf) -> AsyncIterator[Watcher]:
    """Give the watcher with a place to wait at, kept until the stream has ended."""
    with found.seat():
        yield found


@router.get(
    "/jobs/{job}/events",
    summary="任务的进展（事件流）/ A job's progress as server-sent events",
    responses=problems(404, 429),
    response_class=EventSourceResponse,
)
async def events(
    job: Annotated[Job, Depends(_found)],
    news: Annotated[Watcher, Depends(seated)],
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell each step (``event: progress``, the job as data); the stream ends with the job.

    After ten minutes it ends too: ask again with ``Last-Event-ID``.
    """
    known = (
        int(last_event_id)
        if last_event_id
        and len(last_event_id) <= LONGEST_NUMBER
        and last_event_id.isascii()
        and last_event_id.isdigit()
        else None
    )
    async for now in news.follow(job.id, known, job):
        yield ServerSentEvent(
            data=answer(now).model_dump(mode="json"),
            event="progress",
            id=str(now.version),
            retry=RETRY_MS,
        )


def answer(job: Job) -> JobAnswer:
    """Give a job as the interface shows it."""
    return JobAnswer.model_validate(job.as_json())
