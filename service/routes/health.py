"""Health, which really asks the database, and metrics as Prometheus reads them."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from service.dependencies import WorkspaceOf
from service.errors import problems
from service.jobs import record
from service.workspace import Workspace

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok"]
    last_change: int = Field(description="登记库最后一次变更的编号。The register's last change.")
    worker_seen_s: float | None = Field(
        description="任务进程上次活动距今秒数。Seconds since the worker was last seen, if it ran."
    )
    workers: int = Field(description="在岗的任务进程。Workers that are alive.")
    jobs_waiting: int
    jobs_running: int


@router.get("/health", summary="数据库是否可用 / Is the database there", responses=problems())
def health(space: WorkspaceOf) -> Health:
    """Ask the register for its last change; an error here is a 503."""
    workers, jobs = _look(space)
    seen = space.metrics.worker_seen
    return Health(
        status="ok",
        last_change=space.opened.last_change.number(),
        worker_seen_s=round(time.time() - seen, 1) if seen else None,
        workers=workers,
        jobs_waiting=sum(count for (_, state), count in jobs.items() if state == "waiting"),
        jobs_running=sum(count for (_, state), count in jobs.items() if state == "running"),
    )


def _look(space: Workspace) -> tuple[int, dict[tuple[str, str], int]]:
    """Look for workers and jobs, and note them with the measurements."""
    with space.register.connect() as connection:
        workers, jobs = record.workers(connection), record.tally(connection)
    if workers:
        space.metrics.see_worker()
    for (kind, state), count in jobs.items():
        space.metrics.jobs.labels(kind, state).set(count)
    return workers, jobs


@router.get(
    "/metrics",
    summary="监控指标 / Metrics",
    responses={
        200: {
            "content": {"text/plain": {"schema": {"type": "string"}}},
            "description": "Prometheus",
        },
        **problems(),
    },
    response_class=Response,
)
def metrics(space: WorkspaceOf) -> Response:
    """Give the measurements as text."""
    _look(space)
    return Response(space.measure(), media_type=CONTENT_TYPE_LATEST)
