"""Long work: jobs and the files that some of them make."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.common import Answer, Words

JOB_EXAMPLE = "6955604e3bce493b9cff035e5d92f1eb"
JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
JobId = Annotated[str, Field(examples=[JOB_EXAMPLE])]


class Asked(Answer):
    """Work was asked for: its job."""

    job: JobId


class JobProblem(BaseModel):
    """Why a job failed: a problem as the service answers with (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class JobAnswer(Answer):
    """A piece of long work, and how far it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "id": JOB_EXAMPLE, "kind": "series", "state": "running", "done": 3, "of": 12,
                "words": {"zh": "生成 2025-03-31 的快照", "en": "Building 2025-03-31"},
                "seconds": 9.1, "seconds_left": 27.3, "cancelling": False, "result": None,
                "problem": None, "change": None, "author": "kunming",
                "asked_at": "2026-01-05T09:00:00+08:00",
                "started_at": "2026-01-05T09:00:01+08:00", "ended_at": None,
            }
        },
    )  # fmt: skip

    id: JobId
    kind: str = Field(
        description="任务的种类。What it does: snapshot series check import plan export."
    )
    state: JobState
    done: int = Field(description="已完成的步数。Steps that are done.")
    of: int = Field(description="总步数；0 为未知。Steps in all; 0 while nobody knows.")
    words: Words = Field(description="正在做什么。What it is at.")
    seconds: float | None = Field(description="已用秒数。Seconds at work so far.")
    seconds_left: float | None = Field(description="预计还需秒数。Seconds that are left, if known.")
    cancelling: bool = Field(description="已要求停止。Whether it was asked to stop.")
    result: dict[str, Any] | None = Field(description="结果。What it came to.")
    problem: JobProblem | None
    change: int | None = Field(description="登记库变更编号。The change that it made.")
    author: str
    asked_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None


class JobList(Answer):
    """A page of jobs, newest first."""

    items: list[JobAnswer]
    total: int
    next: str | None
