from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from service.app import create_app
from service.options import day
from service.settings import Settings


@pytest.fixture
def client(register: Register, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(register.conninfo))
    app = create_app(settings)
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def test_health_asks_the_database(client: TestClient, import_csv: Callable[..., Outcome]) -> None:
    found = client.get("/health").json()
    assert found == {
        "status": "ok", "last_change": 0, "worker_seen_s": None, "workers": 0,
        "jobs_waiting": 0, "jobs_running": 0,
    }  # fmt: skip
    import_csv("ledger", "小区编码,服务模式", "A,无物业")
    assert client.get("/health").json()["last_change"] == 1


def test_health_is_a_503_without_a_database(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, database_url=SecretStr("postgresql://x:secret-word@127.0.0.1:1/none")
    )
    client = TestClient(create_app(settings), "http://127.0.0.1", raise_server_exceptions=False)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret-word" not in answer.text


def _bare(answer: dict[str, Any]) -> dict[str, Any]:
    """Take away what the interface adds to CONTRACT's JSON."""
    for row in [*answer["rows"], answer["total"]]:
        del row["class"], row["text"]
    del answer["bbox"], answer["tile_tags"], answer["counts"]
    return answer


@pytest.mark.parametrize("indicator", ["I1", "I2", "I3", "I4"])
def test_coverage_is_the_same_as_everywhere(
    client: TestClient, import_csv: Callable[..., Outcome], snapshots: Snapshots, indicator: str
) -> None:
    import_csv("divisions", "code,name", "53,云南省", "5301,昆明市", "5303,曲靖市")
    import_csv(
        "ledger", "小区编码,区划代码,建筑面积(㎡),服务模式", "A,5301,9,国有物业", "B,5303,1,无物业"
    )
    answer = client.get(
        "/api/v1/coverage", params={"as_of": "2025-12-31", "indicator": indicator, "band": "B"}
    )
    expected = coverage(snapshots.get(day("2025-12-31")), indicator, "prefecture", Definition("B"))
    assert _bare(answer.json()) == expected.as_json()
    tags = {
        client.get("/api/v1/coverage", params={"as_of": "2025-12-31", **other}).headers["etag"]
        for other in (
            {},
            {"level": "county"},
            {"indicator": "I3"},
            {"division": "5301"},
            {"band": "C"},
        )
    }
    assert len(tags) == 5


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"known_at": "0001-01-01"}, 400),
        ({"known_at": "2999-01-01"}, 400),
        ({"division": "53010"}, 400),
        ({"division": "五华区"}, 422),
        ({"as_of": "昨天"}, 422),
        ({"as_of": "2025-02-30"}, 400),
        ({"as_of": "1900-01-01"}, 400),
        ({"indicator": "I9"}, 422),
        ({"snapshot": "abcdef"}, 404),
        ({"division": "530199", "level": "county"}, 404),
        ({"by": "street"}, 422),
    ],
)
def test_wrong_words_are_problems(client: TestClient, params: dict[str, str], status: int) -> None:
    answer = client.get("/api/v1/coverage", params=params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]


def test_unknown_address_is_a_problem(client: TestClient) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_page_is_the_handout_and_loads_nothing(
    client: TestClient, import_csv: Callable[..., Outcome]
) -> None:
    import_csv("divisions", "code,name", "53,云南省")
    import_csv("ledger", "小区编码,区划代码,服务模式,备注", "A,53,无物业,示例数据")
    answer = client.get("/handout", params={"as_of": "2025-12-31"})
    assert answer.status_code == 200
    assert "示例数据" in answer.text
    assert "default-src 'none'" in answer.text
    assert client.get("/handout", params={"as_of": "2025-12-31"}).text == answer.text
