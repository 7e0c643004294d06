"""The interface and ``wuye coverage --json`` say the same of every indicator, level and band."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.register.store import Register
from service import cli
from service.app import create_app
from service.settings import Settings

LATER = "2025-12-31"
INDICATORS = ("I1", "I2", "I3", "I4")
LEVELS = ("province", "prefecture", "county", "street", "community")
BANDS = ("A", "B", "C")


@pytest.fixture
def both(
    province_copy: Callable[[], Register],
    province_snapshots: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[tuple[Callable[..., Any], Callable[..., Any]]]:
    """The same question over HTTP and on the command line, on one register."""
    register = province_copy()
    home = tmp_path / "home"
    province_snapshots(home)
    monkeypatch.setenv("WUYE_DATABASE_URL", register.conninfo)
    monkeypatch.setenv("WUYE_HOME", str(home))
    settings = Settings(home=home, database_url=SecretStr(register.conninfo))
    with TestClient(create_app(settings), "http://127.0.0.1") as client:

        def over_http(**query: str) -> Any:
            answer = client.get("/api/v1/coverage", params={"as_of": LATER, **query})
            assert answer.status_code == 200, answer.text
            return answer.json()

        def on_the_line(**query: str) -> Any:
            words = [word for name, value in query.items() for word in (f"--{name}", value)]
            capfd.readouterr()
            assert cli.run(["coverage", "--as-of", LATER, "--json", *words]) == 0
            return json.loads(capfd.readouterr().out)

        yield over_http, on_the_line


def test_interface_and_command_say_the_same(
    both: tuple[Callable[..., Any], Callable[..., Any]],
) -> None:
    over_http, on_the_line = both
    compared = 0
    for indicator in INDICATORS:
        for level in LEVELS:
            for band in BANDS:
                asked = {"indicator": indicator, "level": level, "band": band}
                theirs, ours = on_the_line(**asked), over_http(**asked)
                pairs = [*zip(theirs["rows"], ours["rows"], strict=True)]
                pairs.append((theirs["total"], ours["total"]))
                for line, answer in pairs:
                    assert line == {name: answer[name] for name in line}, asked
                rest = {name for name in theirs if name not in {"rows", "total"}}
                assert {name: ours[name] for name in rest} == {name: theirs[name] for name in rest}
                compared += len(pairs)
    assert compared > len(INDICATORS) * len(LEVELS) * len(BANDS)
