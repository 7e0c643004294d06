"""The examples of the description are answers that were given: of the made-up province.

``WUYE_WRITE_EXAMPLES=1 pytest tests/service/test_examples.py`` gives them anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from testkit.workbooks import corrected

from service.app import create_app
from service.jobs import child
from service.jobs.work import Place
from service.openapi import examples
from service.settings import Settings

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "service" / "examples.json"
AS_OF = "2025-12-31"
LIMITS = {"reach_m": 5000, "walking_limit_m": 5000, "within": "county"}
"""Few compounds of a small province are close to one another."""
SHOWN = 2
"""How many items of a list an example keeps."""
LEDGER = (
    "小区编码,小区名称,区划代码,建成年份,服务模式\n"
    "X1,示例甲苑,530102,1995,无物业\n"
    "X2,示例乙苑,530102,一九,市场化物业\n"
    "X3,示例丙苑,530102,二〇,无物业\n"
)


class Told:
    """Asks the interface, and keeps what it answered under the route's address."""

    def __init__(self, client: TestClient, place: Place) -> None:
        self.client = client
        self.place = place
        self.answers: dict[str, dict[str, Any]] = {}

    def __call__(
        self, method: str, route: str, names: dict[str, str] | None = None, **asked: Any
    ) -> Any:
        path = route.format(**(names or {}))
        answer = self.client.request(method, path, **asked)
        assert answer.status_code < 300, (path, answer.text[:300])
        found = answer.json()
        kept = self.answers.setdefault(f"{method.lower()} {route}", {})
        kept[str(answer.status_code)] = shortened(found)
        return found

    def do(self, job: str) -> None:
        child.run(self.place, job)


def shortened(value: Any) -> Any:
    """Keep the first items of lists; a place or a box stays whole."""
    if isinstance(value, dict):
        return {name: shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        plain = len(value) <= 4 and all(isinstance(item, int | float) for item in value)
        return value if plain else [shortened(item) for item in value[:SHOWN]]
    return value


@pytest.fixture(scope="module")
def told(
    province_copy: Callable[[], Any],
    province_snapshots: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("home")
    province_snapshots(home)
    register = province_copy()
    settings = Settings(home=home, database_url=SecretStr(register.conninfo), author="示例")
    with TestClient(create_app(settings), "http://127.0.0.1") as client:
        made = Told(client, Place(register.conninfo, home))
        figures(made)
        plans(made)
        imports(made)
        yield made


def figures(ask: Told) -> None:
    v1, day = "/api/v1", {"as_of": AS_OF}
    inside = {**day, "division": "530102"}
    both = {"before": "2024-06-30", "after": AS_OF, "division": "5301"}
    ask("GET", "/health")
    ask("GET", f"{v1}/definitions")
    head = ask("GET", f"{v1}/snapshots")["items"][0]
    ask("GET", f"{v1}/snapshots/{{name}}", {"name": head["snapshot"][:12]})
    ask("POST", f"{v1}/snapshots", json=day)
    ask("POST", f"{v1}/snapshots", json={"as_of": "2020-12-31"})
    ask("GET", f"{v1}/divisions", params={**day, "parent": "5301"})
    ask("GET", f"{v1}/divisions/{{code}}", {"code": "530102"}, params=day)
    ask("GET", f"{v1}/coverage", params={**day, "division": "5301"})
    span = {"from": "2025-01-01", "to": AS_OF}
    ask("GET", f"{v1}/coverage/series", params={**span, "division": "5301"})
    ask("POST", f"{v1}/coverage/series", json=span)
    ask("GET", f"{v1}/coverage/gap", params=inside)
    ask("GET", f"{v1}/coverage/compare", params=both)
    ask("GET", f"{v1}/coverage/changes", params=both)
    code = ask("GET", f"{v1}/compounds", params=inside)["items"][0]["code"]
    ask("GET", f"{v1}/compound-places", params=inside)
    ask("GET", f"{v1}/compounds/{{code}}", {"code": code}, params=day)
    ask("GET", f"{v1}/compounds/{{code}}/history", {"code": code})
    ask("GET", f"{v1}/companies", params=day)
    ask("GET", f"{v1}/search", params={**day, "q": "五华"})
    ask("GET", f"{v1}/changes")


def plans(ask: Told) -> None:
    v1, body = "/api/v1", {"as_of": AS_OF, "target": 0.9, "limits": LIMITS}
    ask("GET", f"{v1}/plans/options")
    ask("POST", f"{v1}/plans/solve", json=body)
    for target in (0.88, 0.9):
        ask.do(ask("POST", f"{v1}/plans", json={**body, "target": target})["job"])
    one, other = (item["id"] for item in ask("GET", f"{v1}/plans")["items"])
    plan = ask("GET", f"{v1}/plans/{{plan}}", {"plan": one})
    ask("GET", f"{v1}/plans/{{plan}}/lines", {"plan": one})
    ask("GET", f"{v1}/plans/{{plan}}/difference/{{other}}", {"plan": one, "other": other})
    assert plan["suggestions"], str(plan)[:1500]
    compound = plan["suggestions"][0]["compound"]
    case = ask("POST", f"{v1}/cases", json={"plan": one, "compound": compound, "at": "2026-01-05"})
    named = {"case": str(case["case"])}
    step = {"state": "搁置", "at": "2026-01-06", "reason": "示例：业主有异议"}
    ask("POST", f"{v1}/cases/{{case}}/steps", named, json=step)
    ask("GET", f"{v1}/cases")
    ask("GET", f"{v1}/cases/{{case}}", named)


def imports(ask: Told) -> None:
    v1 = "/api/v1"
    sent = ask("POST", f"{v1}/imports", files={"file": ("示例数据_台账.csv", LEDGER.encode())})
    ask.do(sent["job"])
    named = {"upload": sent["import"]}
    again = ask("PATCH", f"{v1}/imports/{{upload}}", named, json={"kind": "ledger"})
    ask.do(again["job"])
    ask("GET", f"{v1}/imports")
    ask("GET", f"{v1}/imports/{{upload}}", named)
    ask("GET", f"{v1}/imports/{{upload}}/rows", named)
    job = ask("POST", f"{v1}/imports/{{upload}}/confirm", named)["job"]
    ask.do(job)
    waits = ask("GET", f"{v1}/held")["items"][0]["id"]
    better = {"corrections": {str(waits): {"建成年份": "1999"}}, "dry_run": True}
    ask("POST", f"{v1}/held/release", json=better)
    book = ask.client.get(f"{v1}/held.xlsx").content
    better_book = corrected(book, "小区编码", "建成年份", {"X3": "2002"})
    ask("POST", f"{v1}/held.xlsx", files={"file": ("示例_改好.xlsx", better_book)})
    ask("POST", f"{v1}/held/dismiss", json={"ids": [waits], "reason": "示例：小区已拆除"})
    ask("GET", f"{v1}/matches")
    number = ask("GET", f"{v1}/changes")["items"][0]["number"]
    ask("POST", f"{v1}/changes/{{number}}/undo", {"number": str(number)})
    export = {"kind": "figures", "as_of": AS_OF, "division": "5301"}
    job = ask("POST", f"{v1}/exports", json=export)["job"]
    ask("GET", f"{v1}/jobs")
    ask("GET", f"{v1}/jobs/{{job}}", {"job": job})
    ask("POST", f"{v1}/jobs/{{job}}/cancel", {"job": job})


def members(value: Any) -> Any:
    """Give what an answer consists of, whatever it says: names of members, as deep as they go."""
    return sorted(value) if isinstance(value, dict) else type(value).__name__


@pytest.mark.long  # it solves two plans
def test_examples_are_what_the_routes_answer(told: Told) -> None:
    if os.environ.get("WUYE_WRITE_EXAMPLES"):
        words = json.dumps(told.answers, ensure_ascii=False, indent=1, sort_keys=True)
        KEPT.write_text(f"{words}\n", "utf-8")
    kept = json.loads(KEPT.read_text("utf-8"))
    assert {route: set(found) for route, found in kept.items()} == {
        route: set(found) for route, found in told.answers.items()
    }
    for route, found in kept.items():
        for status, answer in found.items():
            assert members(answer) == members(told.answers[route][status]), (route, status)
    day = kept["get /api/v1/coverage"]["200"]  # figures come out the same each time
    assert day["total"] == told.answers["get /api/v1/coverage"]["200"]["total"]


def test_each_json_answer_has_an_example_that_fits_its_schema(tmp_path: Path) -> None:
    nowhere = SecretStr("postgresql://127.0.0.1:1/none")  # a description needs no register
    client = TestClient(
        create_app(Settings(home=tmp_path, database_url=nowhere)), "http://127.0.0.1"
    )
    description = client.get("/api/v1/openapi.json").json()
    lacking = []
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (method, path, parameter["name"])
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if content is None or not status.startswith("2"):
                    continue
                if "example" not in content:
                    lacking.append(f"{method} {path} {status}")
                    continue
                schema = {**content["schema"], "components": description["components"]}
                jsonschema_rs.validate(schema, content["example"])
    # Matches need a name that waits; the file of a plan is the plan as it was saved.
    assert set(lacking) <= {
        "post /api/v1/matches/{match}/confirm 200",
        "post /api/v1/matches/{match}/reject 200",
        "get /api/v1/plans/{plan}.{suffix} 200",
    }
    assert len(examples()) > 40
