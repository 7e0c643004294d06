"""Plans and cases over HTTP, on a street of a real register."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from shapely import box
from testkit.imports import csv_importer

from geo.codes import uscc_check_character
from geo.intake.load import import_file
from geo.register.store import Register
from geo.takeover.plan.conditions import Conditions
from service.app import create_app
from service.jobs.record import Job
from service.plans.asked import LimitsAsk
from service.settings import Settings

COMPANY = "91530102MA2K00001" + uscc_check_character("91530102MA2K00001")
AS_OF = "2025-12-31"


def fill(register: Register, folder: Path) -> None:
    """N is served by P and has room; A, B and C are old, unserved and next to it."""
    import_csv = csv_importer(register, folder)
    squares = {
        code: box(102.7 + x * 0.001, 25, 102.7 + x * 0.001 + 0.0009, 25.0009)
        for x, code in enumerate("ABNC")
    }
    frame = gpd.GeoDataFrame({"code": list(squares)}, geometry=list(squares.values()), crs=4490)
    frame.to_file(folder / "squares.gpkg")
    import_csv(
        "divisions", "code,name", "53,云南省", "5301,昆明市", "530102,五华区", "530102001,华山街道",
        "530102001001,华山社区",
    )  # fmt: skip
    import_file(register, "compounds", folder / "squares.gpkg")
    import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,建成年份,建筑面积(㎡),户数,服务模式,物业项目编码,服务起始日期",
        "N,新苑,530102001001,2010,60000,500,市场化物业,P,2020-01-01",
        "A,甲苑,530102001001,1995,30000,300,无物业,,2020-01-01",
        "B,乙苑,530102001001,1990,20000,200,无物业,,2020-01-01",
        "C,丙苑,530102001001,1990,10000,100,无物业,,2020-01-01",
    )
    import_csv(
        "companies", "统一社会信用代码,企业名称,企业类型,注册地区划,信用星级",
        f"{COMPANY},邻里物业,国有,530102,4",
    )  # fmt: skip
    import_csv(
        "projects", "项目编码,项目名称,统一社会信用代码,合同起,合同止,可增管面积(㎡)",
        f"P,新苑项目,{COMPANY},2020-01-01,2030-12-31,100000",
    )  # fmt: skip


@pytest.fixture
def street(register: Register, tmp_path: Path) -> None:
    """The street for a test that writes to it."""
    fill(register, tmp_path)


@pytest.fixture(scope="module")
def asked(
    brief_register: Callable[[], AbstractContextManager[Register]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    """The routes of the street, for tests that only ask."""
    home = tmp_path_factory.mktemp("home")
    with brief_register() as register:
        fill(register, home)
        settings = Settings(home=home, database_url=SecretStr(register.conninfo), author="tester")
        with TestClient(
            create_app(settings), "http://127.0.0.1", raise_server_exceptions=False
        ) as client:
            yield client


def ask(**words: Any) -> dict[str, Any]:
    return {"as_of": AS_OF, "division": "530102", "target": 0.7, **words}


def solved(api: TestClient, **words: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/plans/solve", json=ask(**words))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def taken(found: dict[str, Any]) -> set[str]:
    return {entry["compound"] for entry in found["plan"]["suggestions"]}


def test_options_are_the_settings_that_a_plan_without_words_is_made_under(
    asked: TestClient,
) -> None:
    found = asked.get("/api/v1/plans/options").json()
    limits = {item["id"]: item for item in found["limits"]}
    assert set(limits) == set(LimitsAsk.model_fields)
    given = {name: item["default"] for name, item in limits.items()}
    assert LimitsAsk.model_validate(given).conditions() == Conditions.default()
    for item in limits.values():
        assert item["meaning"]["zh"]
        assert item["meaning"]["en"].isascii()
        if isinstance(item["default"], float):
            assert item["least"] <= item["default"] <= item["most"]


def test_a_plan_at_once_with_lines_from_host_to_compound(asked: TestClient) -> None:
    found = solved(asked)
    # 60,000 of 120,000 m² are served; 84,000 are asked for; A alone brings 90,000.
    assert found["plan"]["status"] == "reached"
    assert taken(found) == {"A"}
    assert found["difference"] is None
    (line,) = found["lines"]["features"]
    host, compound = line["geometry"]["coordinates"]
    squares = {"A": (102.7, 102.7009), "N": (102.702, 102.7029)}
    assert squares["A"][0] <= compound[0] <= squares["A"][1]
    entry = found["plan"]["suggestions"][0]
    near = entry["via"]
    assert squares.get(near, (102.7, 102.704))[0] <= host[0] <= squares.get(near, (0, 102.704))[1]
    assert line["properties"]["floor_area_m2"] == 30000
    assert line["properties"]["proven"] is True
    assert asked.get("/api/v1/plans").json()["total"] == 0


def test_what_if_says_what_is_otherwise(asked: TestClient) -> None:
    first = solved(asked)
    found = solved(asked, base=first["digest"], decided={"forbidden": [["A", None]]})
    assert "A" not in taken(found)
    difference = found["difference"]
    assert [entry["compound"] for entry in difference["dropped"]] == ["A"]
    assert {entry["compound"] for entry in difference["added"]} == taken(found)
    assert "parameters.decided" in difference["conditions"]
    again = solved(asked, base=first["plan"]["plan"])
    assert (again["difference"]["kept"], again["difference"]["added"]) == (1, [])
    shrunk = solved(asked, base=first["digest"], decided={"capacity": {"P": 5000}})
    assert shrunk["plan"]["status"] == "unreachable"
    locked = solved(asked, decided={"locked": [["C", "P"]]})
    assert "C" in taken(locked)
    refused = solved(asked, decided={"refused": ["P"]})
    assert taken(refused) == set()
    added = solved(
        asked,
        decided={"refused": ["P"], "added": [{"code": "X", "compound": "N", "spare_m2": 1e6}]},
    )
    assert {entry["project"] for entry in added["plan"]["suggestions"]} <= {"X"}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({"division": "530199"}, 404),
        ({"snapshot": "0" * 64}, 404),
        ({"base": "abcdef"}, 404),
        ({"decided": {"locked": [["nobody", None]]}}, 400),
        ({"target": 1.5}, 422),
        ({"time_limit_s": 21}, 422),
        ({"limits": {"reach_m": 1e99}}, 422),
        ({"limits": {"nothing": 1}}, 422),
        ({"decided": {"refused": ["a\0b"]}}, 422),
        ({"decided": {"capacity": {"\ud800": 1}}}, 422),
        ({"budget_yuan": -1}, 422),
        ({"aim": "world peace"}, 422),
    ],
)
def test_a_request_that_makes_no_sense_is_a_problem(
    asked: TestClient, words: dict[str, Any], status: int
) -> None:
    import json

    body = json.dumps(ask(**words))
    answer = asked.post(
        "/api/v1/plans/solve", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture
def kept(street: None, api: TestClient, do: Callable[[str], Job]) -> dict[str, Any]:
    answer = api.post("/api/v1/plans", json=ask(time_limit_s=30))
    assert answer.status_code == 202, answer.text
    job = do(answer.json()["job"])
    assert job.state == "done", job.problem
    assert job.result is not None
    return job.result


def test_a_kept_plan_is_listed_drawn_and_handed_out(kept: dict[str, Any], api: TestClient) -> None:
    listed = api.get("/api/v1/plans", params={"division": "5301"}).json()
    assert [(item["id"], item["takeovers"]) for item in listed["items"]] == [(kept["plan"], 1)]
    whole = api.get(f"/api/v1/plans/{kept['plan']}").json()
    assert whole["plan"] == kept["plan"]
    assert api.get(f"/api/v1/plans/{kept['plan'][:12]}").json() == whole
    lines = api.get(f"/api/v1/plans/{kept['plan']}/lines").json()
    assert [item["properties"]["compound"] for item in lines["features"]] == ["A"]
    assert api.get(f"/api/v1/plans/{kept['plan']}.json").json()["plan"] == kept["plan"]
    book = api.get(f"/api/v1/plans/{kept['plan']}.xlsx")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(book.content)).namelist()
    gpkg = api.get(f"/api/v1/plans/{kept['plan']}.gpkg")
    assert gpkg.content.startswith(b"SQLite format 3")
    assert api.get(f"/api/v1/plans/{kept['plan']}.pdf").status_code == 422
    assert api.get("/api/v1/plans/abcdef").status_code == 404


def test_a_plan_at_once_is_held_against_a_kept_one(kept: dict[str, Any], api: TestClient) -> None:
    found = solved(api, base=kept["plan"], decided={"forbidden": [["A", None]]})
    told = api.get(f"/api/v1/plans/{kept['plan']}/difference/{found['digest']}").json()
    assert told == found["difference"]


def test_doing_a_plans_job_twice_keeps_one_plan(
    street: None, api: TestClient, do: Callable[[str], Job], register: Register
) -> None:
    identity = api.post("/api/v1/plans", json=ask()).json()["job"]
    with register.connect() as connection:
        # As a worker leaves it that dies before anything was committed.
        connection.execute("update job set state = 'running', attempts = 1")
    do(identity)
    do(identity)
    with register.connect() as connection:
        row = connection.execute("select count(*) as n from plan").fetchone()
    assert row == {"n": 1}


VOTE = {
    "total_area_m2": 30000, "taking_part_area_m2": 20000, "agreeing_area_m2": 10001,
    "total_heads": 300, "taking_part_heads": 200, "agreeing_heads": 101,
}  # fmt: skip
STEPS: list[tuple[str, dict[str, Any]]] = [
    ("街道受理", {}),
    ("企业意愿", {}),
    ("征求意见", {}),
    ("表决", VOTE),
    ("合同", {"project": "P", "contract_from": "2025-01-01", "contract_to": "2027-12-31"}),
    ("承接查验", {"result_published": True}),
    ("进场", {}),
]


def test_a_case_through_all_states(kept: dict[str, Any], api: TestClient) -> None:
    opened = api.post(
        "/api/v1/cases", json={"plan": kept["plan"], "compound": "A", "at": "2025-01-02"}
    )
    assert opened.status_code == 201, opened.text
    case = opened.json()
    assert (case["state"], case["project"]) == ("建议", "P")
    path = f"/api/v1/cases/{case['case']}"
    early = api.post(f"{path}/steps", json={"state": "进场", "at": "2025-01-03"})
    assert early.status_code == 409
    assert "下一步" in early.json()["detail"]
    for day, (state, figures) in enumerate(STEPS, start=3):
        offered = {item["state"]: item for item in case["open"]}
        assert state in offered
        wanted = {item["id"] for item in offered[state]["figures"] if item["required"]}
        assert wanted == set(figures)
        body = {"state": state, "at": f"2025-01-{day:02d}", "figures": figures}
        bare = api.post(f"{path}/steps", json=body)
        assert bare.status_code == 409  # no evidence
        assert offered[state]["evidence"] is True
        body["evidence"] = f"昆建物〔2025〕{day}号"
        answer = api.post(f"{path}/steps", json=body)
        assert answer.status_code == 200, answer.text
        case = answer.json()
        assert case["state"] == state
    assert (case["closed"], case["open"]) == (True, [])
    assert api.get(path).json() == case
    assert api.get("/api/v1/cases", params={"state": "进场"}).json()["total"] == 1
    assert api.get("/api/v1/cases", params={"division": "5303"}).json()["total"] == 0
    # From the day of 进场 on, and not before, it counts.
    shares = [
        api.get(
            "/api/v1/coverage",
            params={"as_of": day, "indicator": "I1", "level": "county", "division": "530102"},
        ).json()["rows"][0]["numerator"]
        for day in ("2025-01-08", "2025-01-09")
    ]
    assert shares == [60000, 90000]


def test_a_case_is_refused_with_the_reason(kept: dict[str, Any], api: TestClient) -> None:
    body = {"compound": "A", "project": "P", "at": "2025-01-02"}
    assert api.post("/api/v1/cases", json=body).status_code == 201
    second = api.post("/api/v1/cases", json=body)
    assert second.status_code == 409
    assert "已有未结的案件" in second.json()["title"]
    assert api.post("/api/v1/cases", json={"compound": "A"}).status_code == 400
    other = {"plan": kept["plan"], "compound": "B"}
    assert api.post("/api/v1/cases", json=other).status_code == 404
    held = api.post("/api/v1/cases/1/steps", json={"state": "搁置", "at": "2025-01-03"})
    assert held.status_code == 409  # no reason
    held = api.post(
        "/api/v1/cases/1/steps", json={"state": "搁置", "at": "2025-01-03", "reason": "业主有异议"}
    )
    assert [item["state"] for item in held.json()["open"]] == ["恢复", "否决"]
    vote = api.post(
        "/api/v1/cases/1/steps", json={"state": "表决", "figures": {"total_heads": "x"}}
    )
    assert vote.status_code in {400, 409}
    assert api.get("/api/v1/cases/9223372036854775807").status_code == 422
    assert api.get("/api/v1/cases/77").status_code == 404
