"""Lists, cards, histories, companies and search, on the made-up province."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from testkit.imports import csv_importer

from geo.intake.verdicts import Outcome
from geo.register.store import Register
from service.app import create_app
from service.routes import compounds
from service.settings import Settings

AS_OF = "2025-12-31"
LEDGER_HEAD = "小区编码,小区名称,别名,区划代码,建成年份,建筑面积(㎡),户数,服务模式,物业项目编码,依据,依据日期,备注"


@pytest.fixture(scope="module")
def client(
    brief_register: Callable[[], AbstractContextManager[Register]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    """The routes of a small register, which nobody here writes to."""
    home = tmp_path_factory.mktemp("home")
    with brief_register() as register:
        fill(csv_importer(register, home))
        settings = Settings(home=home, database_url=SecretStr(register.conninfo))
        with TestClient(create_app(settings), "http://127.0.0.1") as client:
            yield client


def fill(import_csv: Callable[..., Outcome]) -> None:
    import_csv(
        "divisions", "code,name", "53,云南省", "5301,昆明市", "530102,五华区",
        "530102001,华山街道", "530103,盘龙区",
    )  # fmt: skip
    import_csv(
        "companies",
        "统一社会信用代码,企业名称,企业类型,注册地区划,党员人数,党组织形式",
        "91530000MA6K00001X,春城物业,市场,530102,5,无",
        "91350100M000100Y43,翠湖物业,国有,530103,2,无",
    )
    import_csv(
        "projects",
        "项目编码,项目名称,统一社会信用代码,合同起,合同止",
        "P1,翠湖项目,91530000MA6K00001X,2020-01-01,2027-12-31",
        "P2,盘龙项目,91350100M000100Y43,2020-01-01,2027-12-31",
    )
    rows = [
        "A,翠湖北路小区,地税局宿舍,530102001,1996,12000.5,120,无物业,,,,示例数据",
        "B,银行家园,,530102,1999,8000,80,市场化物业,P1,合同,2020-01-01,示例数据",
        "C,重庆路小区,,530103,2013,30000,300,国有物业,P2,,,示例数据",
        '"=1+1",,,530103,2000,,10,,,,,示例数据',
        "E,后建小区,,530103,2030,1,1,无物业,,,,示例数据",
    ]
    import_csv("ledger", LEDGER_HEAD, *rows, file="一月台账.csv")
    rows[0] = "A,翠湖北路小区,地税局宿舍,530102001,1996,12500,120,无物业,,,,示例数据"
    import_csv("ledger", LEDGER_HEAD, *rows, file="二月台账.csv")
    import_csv(
        "committees",
        "小区编码,类型,备案日期,任期起,任期止",
        "B,业主委员会,2023-03-01,2023-03-01,2026-06-30",
        "C,业主委员会,2023-03-01,2023-03-01,2026-07-01",
    )


def _get(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}", params={"as_of": AS_OF, **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _codes(client: TestClient, **params: Any) -> list[str]:
    return [item["code"] for item in _get(client, "/compounds", **params)["items"]]


def test_filters_find_what_they_say(client: TestClient) -> None:
    assert _codes(client) == ["C", "A", "B", "=1+1"]
    assert _codes(client, state=["none"]) == ["A"]
    assert _codes(client, state=["none", "unknown"]) == ["A", "=1+1"]
    assert _codes(client, old=True) == ["A", "B", "=1+1"]
    assert _codes(client, old=False) == ["C"]
    assert _codes(client, unknown=True) == ["=1+1"]
    assert _codes(client, party_due=True) == ["B"]
    assert _codes(client, counted=True) == ["C", "B"]
    assert _codes(client, division="530102") == ["A", "B"]
    assert _codes(client, no_committee=True) == ["A", "=1+1"]


def test_terms_end_within_months_the_last_day_included(client: TestClient) -> None:
    assert _codes(client, term_within_months=6) == ["B"]
    assert _codes(client, term_within_months=7) == ["C", "B"]
    assert _codes(client, term_within_months=5) == []


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-floor_area", ["C", "A", "B", "=1+1"]),
        ("floor_area", ["B", "A", "C", "=1+1"]),
        ("built_year", ["A", "B", "=1+1", "C"]),
        ("-code", ["C", "B", "A", "=1+1"]),
        ("term_end", ["B", "C", "=1+1", "A"]),
        ("-term_end", ["C", "B", "=1+1", "A"]),
    ],
)
def test_what_is_not_known_stands_last(client: TestClient, sort: str, expected: list[str]) -> None:
    assert _codes(client, sort=sort) == expected


def test_pages_hold_every_compound_once(client: TestClient) -> None:
    found, cursor = [], None
    while True:
        page = _get(client, "/compounds", limit=1, **({"cursor": cursor} if cursor else {}))
        assert page["total"] == 4
        assert page["floor_area_m2"] == 50_500
        found += [item["code"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == ["C", "A", "B", "=1+1"]


def test_what_lies_nowhere_is_counted_not_placed(client: TestClient) -> None:
    found = _get(client, "/compound-places", old=True)
    assert (found["total"], found["unplaced"], found["codes"]) == (3, 3, [])


def test_more_than_a_map_can_show_is_refused(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compounds, "PLACES_MOST", 3)
    assert len(_get(client, "/compound-places", old=True)["codes"]) == 0
    answer = client.get("/api/v1/compound-places", params={"as_of": AS_OF})
    assert answer.status_code == 400
    assert "4 个小区" in answer.json()["title"]


def test_a_cursor_belongs_to_its_list(client: TestClient) -> None:
    cursor = _get(client, "/compounds", limit=1)["next"]
    params = {"as_of": AS_OF, "cursor": cursor, "old": True}
    answer = client.get("/api/v1/compounds", params=params)
    assert answer.status_code == 400
    assert "另一个列表" in answer.json()["title"]


def test_workbook_holds_the_list_as_text(client: TestClient) -> None:
    answer = client.get("/api/v1/compounds.xlsx", params={"as_of": AS_OF, "old": True})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    head = "\n".join(str(row[0]) for row in rows[:6])
    snapshot = _get(client, "/compounds")["snapshot"]
    assert snapshot in head
    assert AS_OF in head
    assert "A-floor-urban" in head
    assert "示例数据" in head
    top = next(i for i, row in enumerate(rows) if row[0] == "小区编码")
    assert [row[0] for row in rows[top + 1 :]] == ["A", "B", "=1+1"]
    cell = book.active.cell(top + 4, 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert rows[top + 1][2] == "530102001"
    again = client.get("/api/v1/compounds.xlsx", params={"as_of": AS_OF, "old": True})
    assert again.content == answer.content


def test_card_says_why_and_whence(client: TestClient) -> None:
    card = _get(client, "/compounds/A")
    assert (card["in_denominator"], card["counted"]) == (True, False)
    assert card["reason"]["id"] == "no_service"
    assert card["compound"]["place"] == ["昆明市", "五华区", "华山街道"]
    sources = {item["kind"]: item["source"] for item in card["sources"]}
    assert sources["compound"]["file"] == "二月台账.csv"
    assert sources["compound"]["row"] == 2
    assert _get(client, "/compounds/B")["reason"]["id"] == "counts"
    assert _get(client, "/compounds/B")["company"]["name"] == "春城物业"
    assert _get(client, "/compounds/E")["reason"]["id"] == "not_delivered"
    assert _get(client, "/compounds/=1+1")["reason"]["id"] == "not_verified"


def test_history_traces_each_fact_to_its_row(client: TestClient) -> None:
    found = client.get("/api/v1/compounds/A/history").json()
    assert found["made_up"] is True
    facts = [fact for fact in found["facts"] if fact["kind"] == "compound"]
    now, before = facts
    assert now["facts"]["floor_area_m2"] == 12500
    assert now["source"]["file"] == "二月台账.csv"
    assert (now["known_to"], now["replaced_at"]) == (None, None)
    assert before["facts"]["floor_area_m2"] == 12000.5
    assert before["source"] == {
        "change": before["known_from"], "file": "一月台账.csv", "sheet": before["source"]["sheet"],
        "row": 2,
    }  # fmt: skip
    assert before["known_to"] == now["known_from"]
    status = next(fact for fact in found["facts"] if fact["kind"] == "service_status")
    assert status["facts"]["mode"] == "无物业"
    own = client.get("/api/v1/compounds/B/history").json()["facts"]
    evidence = next(fact["facts"] for fact in own if fact["kind"] == "service_status")
    assert (evidence["evidence"], evidence["evidence_on"]) == ("合同", "2020-01-01")
    assert {"project", "company", "committee"} <= {fact["kind"] for fact in own}
    assert not [fact for fact in own if "party_seats" in fact["facts"]]
    assert client.get("/api/v1/compounds/none/history").status_code == 404


def test_companies_tell_no_number_of_members(client: TestClient) -> None:
    found = _get(client, "/companies")["items"]
    assert [(item["name"], item["members"], item["due"]) for item in found] == [
        ("春城物业", "three_or_more", True),
        ("翠湖物业", "fewer", False),
    ]
    assert [item["name"] for item in _get(client, "/companies", due=True)["items"]] == ["春城物业"]
    assert _get(client, "/companies", division="530103")["total"] == 1
    assert "party_members" not in client.get("/api/v1/companies").text


@pytest.mark.parametrize(
    ("typed", "kind", "code"),
    [
        ("华山", "division", "530102001"),
        ("whq", "division", "530102"),
        ("wuhuaqu", "division", "530102"),
        ("530102", "division", "530102"),
        ("翠湖北路小区", "compound", "A"),
        ("地税局", "compound", "A"),
        ("chbl", "compound", "A"),
        ("cuihubeilu", "compound", "A"),
        ("yhjy", "compound", "B"),  # 行 is read hang here …
        ("yxjy", "compound", "B"),  # … and xing elsewhere
        ("zhongqinglu", "compound", "C"),
        ("cql", "compound", "C"),
        ("P2", "project", "P2"),
        ("盘龙项目", "project", "P2"),
    ],
)
def test_search_finds_by_name_code_and_pinyin(
    client: TestClient, typed: str, kind: str, code: str
) -> None:
    hits = _get(client, "/search", q=typed)["items"]
    assert (kind, code) in {(hit["kind"], hit["code"]) for hit in hits[:3]}


def test_search_takes_signs_as_they_are(client: TestClient) -> None:
    assert _get(client, "/search", q="=1+1")["items"][0]["code"] == "=1+1"
    for typed in ("[", "(a", "\\", ".*", "%", "a" * 60, " "):
        assert _get(client, "/search", q=typed)["total"] == 0


def test_the_sorted_date_is_the_last_of_a_short_month() -> None:
    from geo.compounds import months_later

    assert months_later(dt.date(2024, 8, 31), 6) == dt.date(2025, 2, 28)
    assert months_later(dt.date(2023, 8, 31), 6) == dt.date(2024, 2, 29)
    assert months_later(dt.date(2023, 10, 31), 1) == dt.date(2023, 11, 30)
