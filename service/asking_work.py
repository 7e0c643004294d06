"""How a route asks for long work, and says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from geo.errors import UsageError
from service.errors import problems
from service.jobs import record
from service.jobs.work import Place
from service.schemas.jobs import Asked
from service.workspace import Workspace

ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "已排队 / accepted, see the job",
        "model": Asked,
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
}
"""What a route declares that asks for a job."""

REGISTER: Final = "register"
"""The lock of jobs that write into the register: one after the other, as they were asked for."""


def place_of(space: Workspace) -> Place:
    """Give where the jobs of an installation are done."""
    return Place(space.register.conninfo, space.home, space.settings.upload_days)


def ask(space: Workspace, response: Response, kind: str, parameters: Mapping[str, Any]) -> Asked:
    """Ask for a job; the response says where it can be watched.

    Raises
    ------
    UsageError
        When there is something in the words that no text of PostgreSQL can hold.
    """
    text = json.dumps(parameters, ensure_ascii=False)
    if "\\u0000" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UsageError("请求中有不能保存的字符。", "请去掉控制字符后重试。")
    with space.register.connect() as connection:
        job = record.ask(connection, kind, parameters, space.settings.author)
    return accepted(response, job)


def accepted(response: Response, job: str) -> Asked:
    """Say that a job was asked for."""
    response.status_code = 202
    response.headers["Location"] = f"/api/v1/jobs/{job}"
    return Asked(job=job)


def long_work(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the answers of a route that asks for a job."""
    return {**ACCEPTED, **problems(*statuses)}
