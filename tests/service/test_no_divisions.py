"""A register into which no divisions were imported: those of its ledgers have figures, by code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from geo.intake.verdicts import Outcome

DAY = "2025-12-31"
QUESTIONS: dict[str, dict[str, Any]] = {
    "/api/v1/coverage": {"as_of": DAY, "level": "community"},
    "/api/v1/coverage/gap": {"as_of": DAY},
    "/api/v1/coverage/compare": {"before": DAY, "after": DAY},
    "/api/v1/coverage/series": {"from": DAY, "to": DAY},
    "/api/v1/compounds": {"as_of": DAY},
    "/api/v1/companies": {"as_of": DAY},
    "/handout": {"as_of": DAY},
}


def test_without_any_divisions_those_of_the_ledgers_are_known(
    api: TestClient, import_csv: Callable[..., Outcome]
) -> None:
    rows = ("A,330102,100,市场化物业", "B,330102,300,无物业", "C,330103,100,无物业")
    import_csv("ledger", "小区编码,区划代码,建筑面积(㎡),服务模式", *rows)

    for path, words in QUESTIONS.items():
        found = [
            api.get(path, params={**words, "division": code}).status_code
            for code in ("330102", "3301", "330199")
        ]
        assert found == [200, 200, 404], path
    answer = api.get("/api/v1/coverage", params={"as_of": DAY, "division": "330102"}).json()
    total = answer["total"]
    assert (total["division"], total["name"]) == ("330102", "330102")
    assert (total["numerator"], total["denominator"]) == (100, 400)
    assert api.get("/api/v1/divisions/330102", params={"as_of": DAY}).status_code == 404
