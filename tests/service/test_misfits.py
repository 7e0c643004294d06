"""What does not fit is said in words of our own: pydantic's English is nobody's here."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

ENGLISH = re.compile(r"Input|should|valid|field|String|[a-z]+ [a-z]+ [a-z]+", re.ASCII)


@pytest.mark.parametrize(
    ("path", "asked", "detail"),
    [
        ("coverage", {"band": "D"}, "band：可用的取值：'A'、'B'、'C'"),
        ("coverage", {"division": "x"}, "division：格式不符，应合于 ^[1-9][0-9]{1,11}$"),
        ("compounds", {"limit": "0"}, "limit：不能小于 1"),
        ("compounds", {"term_within_months": "x"}, "term_within_months：应为整数"),
        ("compounds", {"old": "maybe"}, "old：应为 true 或 false"),
        ("compounds", {"q": "长" * 61}, "q：最多 60 个字"),
    ],
)
def test_parameters(api: TestClient, path: str, asked: dict[str, str], detail: str) -> None:
    answer = api.get(f"/api/v1/{path}", params=asked)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("snapshots", {}, "as_of：缺少此项"),
        ("snapshots", {"as_of": "1900-01-01"}, "as_of：不能小于 1949-10-01"),
        ("plans/solve", {"target": "x"}, "target：应为数字"),
        ("plans/solve", {"unheard": 1}, "unheard：没有此项"),
        ("held/dismiss", {"ids": [], "reason": ""}, ""),
        ("exports", {"kind": "poem"}, ""),
    ],
)
def test_bodies(api: TestClient, path: str, body: dict[str, object], detail: str) -> None:
    answer = api.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    said = answer.json()["detail"]
    assert said
    assert "不合要求" not in said
    assert ENGLISH.search(said) is None, said
    assert said.startswith(detail)
