"""A division that is not valid on the date has no figures, whatever ledgers say of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from geo.intake.verdicts import Outcome

DAY = "2025-12-31"
LATER = "2024-01-01"
BOTH = {"before": "2023-12-31", "after": DAY}
SPAN = {"from": DAY, "to": DAY}
QUESTIONS: dict[str, dict[str, Any]] = {
    "/api/v1/coverage": {"as_of": DAY},
    "/api/v1/coverage/gap": {"as_of": DAY},
    "/api/v1/coverage/series": SPAN,
    "/api/v1/coverage/compare": BOTH,
    "/api/v1/coverage/changes": {**BOTH, "level": "community"},
    "/api/v1/compounds": {"as_of": DAY},
    "/api/v1/compounds.xlsx": {"as_of": DAY},
    "/api/v1/compound-places": {"as_of": DAY},
    "/api/v1/companies": {"as_of": DAY},
    "/handout": {"as_of": DAY},
}


@pytest.fixture
def api(api: TestClient, import_csv: Callable[..., Outcome]) -> TestClient:
    """530103 holds nothing, 530104 comes later; a ledger names 539999, which there isn't."""
    import_csv(
        "divisions",
        "code,name,起",
        "53,云南省,2000-01-01",
        "5301,昆明市,2000-01-01",
        "530102,五华区,2000-01-01",
        "530103,盘龙区,2000-01-01",
        f"530104,新区,{LATER}",
    )
    import_csv(
        "ledger",
        "小区编码,区划代码,建筑面积(㎡),服务模式",
        "A,530102,100,市场化物业",
        "B,539999,100,市场化物业",
        "C,530104,100,市场化物业",
    )
    for day in (DAY, BOTH["before"]):
        assert api.get("/api/v1/coverage", params={"as_of": day}).status_code == 200
    return api


@pytest.mark.parametrize("path", QUESTIONS)
def test_it_is_a_problem_in_words(api: TestClient, path: str) -> None:
    for division in ("539999", "530102999001"):
        asked = {**QUESTIONS[path], "division": division}
        answer = api.get(path, params=asked)
        assert answer.status_code == 404, (division, answer.text[:200])
        problem = answer.json()
        assert problem["type"] == "urn:wuye:NotFound"
        assert problem["title"] == f"{DAY} 没有区划 {division}。"
        assert problem["detail"]
        assert "wuye " not in problem["detail"]


@pytest.mark.parametrize("path", QUESTIONS)
def test_one_without_compounds_is_none(api: TestClient, path: str) -> None:
    for division in ("53", "530102", "530103", "530104"):
        if division == "530104" and "before" in QUESTIONS[path]:
            continue
        answer = api.get(path, params={**QUESTIONS[path], "division": division})
        assert answer.status_code == 200, (division, answer.text[:200])


def test_a_date_before_the_division_is_a_problem_and_one_before_data_none(api: TestClient) -> None:
    def asked(day: str, division: str) -> int:
        words = {"as_of": day, "division": division, "level": "community"}
        return api.get("/api/v1/coverage", params=words).status_code

    # Before every division those of the ledgers are the only ones.
    assert (asked("1985-01-01", "530102"), asked("1985-01-01", "530103")) == (200, 404)
    assert asked("2001-01-01", "530102") == asked("2001-01-01", "53") == 200
    assert (asked("2023-12-31", "530104"), asked(LATER, "530104")) == (404, 200)


def test_a_series_begins_with_its_division(api: TestClient) -> None:
    asked = {"from": "2023-10-01", "to": DAY, "division": "530104"}
    found = api.get("/api/v1/coverage/series", params=asked).json()
    assert [point["as_of"] for point in found["points"]] == [DAY]
    assert "2023-12-31" not in found["missing"]  # there is a snapshot, without the division
    # Without any snapshot it is the register that knows.
    for division, status in (("530104", 200), ("539999", 404)):
        asked = {"from": "2020-01-01", "to": "2020-12-31", "division": division}
        assert api.get("/api/v1/coverage/series", params=asked).status_code == status


def test_the_command_says_so_too(
    api: TestClient, wuye: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = wuye("coverage", "--as-of", DAY, "--division", "539999", "--level", "county")
    assert (code, out) == (1, "")
    assert "没有区划 539999" in err
    code, out, _ = wuye("coverage", "--json", "--as-of", DAY, "--division", "530103")
    assert code == 0
    assert json.loads(out)["total"]["denominator"] == 0


@pytest.mark.parametrize(
    ("division", "level"),
    [(None, "prefecture"), ("53", "prefecture"), ("5301", "county"), ("530102", "street")],
)
def test_the_level_below_is_listed_where_none_is_named(
    api: TestClient, division: str | None, level: str
) -> None:
    asked = {"as_of": DAY, **({} if division is None else {"division": division})}
    found = api.get("/api/v1/coverage", params=asked).json()
    named = api.get("/api/v1/coverage", params={**asked, "level": level}).json()
    assert (found["level"], found) == (level, named)
    both = {"before": DAY, "after": DAY, **asked}
    assert api.get("/api/v1/coverage/changes", params=both).json()["level"] == level
