"""The service on a real register; jobs are done here, where a test wants it, or by a real worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.register.store import Register
from service.app import create_app
from service.jobs import child, record
from service.jobs.record import Job
from service.jobs.work import Place
from service.settings import Settings


@pytest.fixture
def place(register: Register, tmp_path: Path) -> Place:
    return Place(register.conninfo, tmp_path / "home")


@pytest.fixture
def api(register: Register, place: Place) -> Iterator[TestClient]:
    """The routes of `register`, with its author called tester."""
    settings = Settings(home=place.home, database_url=SecretStr(register.conninfo), author="tester")
    with TestClient(
        create_app(settings), "http://127.0.0.1", raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def ask(register: Register) -> Callable[..., str]:
    """Ask for a job past the routes."""

    def run(kind: str, parameters: dict[str, Any], **words: Any) -> str:
        with register.connect() as connection:
            return record.ask(connection, kind, parameters, "tester", **words)

    return run


@pytest.fixture
def do(register: Register, place: Place) -> Callable[[str], Job]:
    """Do a job in this process, as a worker's child does; give it as it stands then."""

    def run(identity: str) -> Job:
        child.run(place, identity)
        return record.get(register, identity)

    return run


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[list[dict[str, object]]]:
    """What the service logs, instead of on the terminal."""
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


@pytest.fixture
def send(api: TestClient, do: Callable[[str], Job]) -> Callable[..., dict[str, Any]]:
    """Send a file and have it checked; give the import as it stands then."""

    def run(name: str, content: bytes | str, **fields: str) -> dict[str, Any]:
        body = content.encode() if isinstance(content, str) else content
        answer = api.post("/api/v1/imports", files={"file": (name, body)}, data=fields)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['job']}"
        do(answer.json()["job"])
        found: dict[str, Any] = api.get(f"/api/v1/imports/{answer.json()['import']}").json()
        return found

    return run
