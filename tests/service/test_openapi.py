"""Every answer as declared, whatever is asked: schemathesis over the whole description."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from pydantic import SecretStr
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.python.asgi import shutdown_lifespans
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.intake.verdicts import Outcome
from geo.register.store import Register
from service.app import Application, create_app
from service.settings import Settings

DIVISIONS = ("53,云南省", "5301,昆明市", "530102,五华区", "530102001,华山街道", "5303,曲靖市")
LEDGER = (
    "A,翠湖北路小区,530102001,1996,12000.5,无物业,,",
    "B,地税局宿舍,530102,1999,8000,居民自管,自管协议,2024-01-01",
    "C,桂苑花苑,5303,2013,,市场化物业,,",
    "D,未知小区,,,,,,",
)


class AsThisComputer:
    """Stand in for a browser's address bar: schemathesis calls every server ``testserver``."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [
                (name, b"127.0.0.1" if name == b"host" and value == b"testserver" else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
        await self.app(scope, receive, send)


@pytest.fixture
def app(
    register: Register,
    import_csv: Callable[..., Outcome],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ASGIApp]:
    # Nobody does the jobs that are asked for here: their streams would go on.
    monkeypatch.setattr("service.jobs.events.LONGEST_S", 0.3)
    import_csv("divisions", "code,name", *DIVISIONS)
    import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),服务模式,依据,依据日期",
        *LEDGER,
    )
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(register.conninfo))
    yield AsThisComputer(create_app(settings))
    shutdown_lifespans()


def _asked(app: ASGIApp, examples: int, *, edges: bool) -> tuple[Counter[int], list[str]]:
    """Ask every route; give the statuses answered and the failures.

    ``edges`` asks the limits of each parameter besides, one by one: thousands of requests.
    """
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            # A machine that is busy with other things is no fault of an answer.
            "request-timeout": 3600,
            "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
            "phases": {
                "stateful": {"enabled": False},
                "coverage": {"enabled": edges, "unexpected-methods": ["post", "delete"]},
            },
            # A schema can't say that a cursor must come from a page, or that a level must not lie
            # above the division; such requests are refused with a 400.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            statuses.update(
                interaction.response.status_code
                for interaction in event.recorder.interactions.values()
                if interaction.response is not None
            )
            failures += _failures(event.recorder)
        if isinstance(event, events.NonFatalError | events.FatalError):
            failures.append(str(event.value if hasattr(event, "value") else event.exception))
    return statuses, failures


def _failures(recorder: Any) -> list[str]:
    return [
        f"{recorder.label}: {check.name}: {check.failure_info.failure}\n"
        f"{check.failure_info.code_sample}"
        for checks in recorder.checks.values()
        for check in checks
        if check.failure_info is not None
    ]


def test_answers_are_as_declared(app: ASGIApp) -> None:
    statuses, failures = _asked(app, examples=6, edges=False)
    assert not failures, "\n\n".join(failures[:20])
    assert statuses.total() > 200
    assert statuses[200] > 30
    assert not [status for status in statuses if status >= 500]


@pytest.mark.long
def test_thousands_of_answers_are_as_declared(app: ASGIApp) -> None:
    statuses, failures = _asked(app, examples=60, edges=True)
    assert not failures, "\n\n".join(failures[:20])
    assert statuses.total() >= 5000
    assert not [status for status in statuses if status >= 500]
