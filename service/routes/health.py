"""Health, which really asks the database, and metrics as Prometheus reads them."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from service.dependencies import WorkspaceOf
from service.errors import problems

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok"]
    last_change: int = Field(description="登记库最后一次变更的编号。The register's last change.")
    worker_seen_s: float | None = Field(
        description="任务进程上次活动距今秒数。Seconds since the worker was last seen, if it runs."
    )


@router.get("/health", summary="数据库是否可用 / Is the database there", responses=problems())
def health(space: WorkspaceOf) -> Health:
    """Ask the register for its last change; an error here is a 503."""
    seen = space.metrics.worker_seen
    return Health(
        status="ok",
        last_change=space.opened.last_change.number(),
        worker_seen_s=round(time.time() - seen, 1) if seen else None,
    )


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
    return Response(space.measure(), media_type=CONTENT_TYPE_LATEST)
