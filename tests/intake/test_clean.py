from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from geo.intake.clean import Problem, read_column
from geo.intake.columns import KINDS, Column
from geo.intake.headers import recognise
from geo.intake.personal import is_personal


def column(kind: str, name: str) -> Column:
    return next(item for item in KINDS[kind] if item.name == name)


def read(kind: str, name: str, value: Any) -> Any:
    values, problems = read_column([value], column(kind, name))
    return problems[0] if problems else values[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-31", dt.date(2024, 5, 31)),
        ("2024/5/31", dt.date(2024, 5, 31)),
        ("2024.5.31", dt.date(2024, 5, 31)),
        ("２０２４年５月３１日", dt.date(2024, 5, 31)),
        ("20240531", dt.date(2024, 5, 31)),
        ("2024-05-31T00:00:00", dt.date(2024, 5, 31)),
        (dt.datetime(2024, 5, 31), dt.date(2024, 5, 31)),
        (45443.0, dt.date(2024, 5, 31)),
        ("", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_dates(value: Any, expected: dt.date | None) -> None:
    assert read("ledger", "service_from", value) == expected


@pytest.mark.parametrize("value", ["2024-02-30", "2024.1", "去年", "45443", "2024-13-01"])
def test_dates_that_are_none_are_held(value: str) -> None:
    assert isinstance(read("ledger", "service_from", value), Problem)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12,345.678", Decimal("12345.68")),
        ("１２３", Decimal("123.00")),
        ("1.2万㎡", Decimal("12000.00")),
        ("300 平方米", Decimal("300.00")),
        (1500.5, Decimal("1500.50")),
    ],
)
def test_areas(value: Any, expected: Decimal) -> None:
    assert read("ledger", "floor_area_m2", value) == expected


@pytest.mark.parametrize("value", ["200-300", "-3", "0", "1e12", "abc", "nan", "inf"])
def test_areas_that_are_none_are_held(value: str) -> None:
    assert isinstance(read("ledger", "floor_area_m2", value), Problem)


@pytest.mark.parametrize(
    ("kind", "name", "value", "expected"),
    [
        ("ledger", "urban", "是", True),
        ("ledger", "urban", "√", True),
        ("ledger", "urban", "无", False),
        ("ledger", "urban", False, False),
        ("ledger", "division", 530102.0, "530102"),
        ("ledger", "division", "530102001000", "530102001"),
        ("ledger", "built_year", "1998年", 1998),
        ("ledger", "built_year", dt.date(1998, 1, 1), 1998),
        ("ledger", "code", 1001.0, "1001"),
        ("projects", "collection_share", "65%", Decimal("0.65")),
        ("projects", "collection_share", 1, Decimal(1)),
        ("projects", "areas", "A2、A1, A2", ("A1", "A2")),
        ("companies", "uscc", "91350100m000100y43", "91350100M000100Y43"),
        ("barriers", "kind", "river", "河流"),
    ],
)
def test_other_values(kind: str, name: str, value: Any, expected: Any) -> None:
    assert read(kind, name, value) == expected


@pytest.mark.parametrize(
    ("kind", "name", "value", "rule"),
    [
        ("ledger", "mode", "有人管", "term"),
        ("ledger", "mode", "有物业", "ambiguous"),
        ("ledger", "urban", "大概", "yes_no"),
        ("ledger", "division", "53010", "division"),
        ("ledger", "households", "3.5", "number"),
        ("ledger", "built_year", "1066", "range"),
        ("projects", "collection_share", "65", "share"),
        ("companies", "uscc", "91350100M000100Y44", "uscc"),
        ("companies", "stars", "6", "range"),
    ],
)
def test_wrong_values_say_their_rule(kind: str, name: str, value: str, rule: str) -> None:
    found = read(kind, name, value)
    assert isinstance(found, Problem)
    assert found.rule == rule
    assert found.remedy


def test_headers_in_any_dress() -> None:
    headers = ["小区编码*", " 建筑面积（m²）", "Service_Mode", "备注", "建筑面积"]
    assert recognise("ledger", headers, {}) == {
        "小区编码*": "code",
        " 建筑面积（m²）": "floor_area_m2",
        "Service_Mode": "mode",
    }
    assert recognise("compounds", ["osm_id", "code"], {"code": "osm_id"}) == {"osm_id": "code"}


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("联系电话", [], True),
        ("业主姓名", [], True),
        ("备注", ["13888888888", None], True),
        ("备注", ["530102199001011234"], True),
        ("备注", ["2024 年改造", "编号 530102001001"], False),
        ("楼栋数", [3, 4], False),
    ],
)
def test_personal_data_is_recognised(header: str, values: list[Any], expected: bool) -> None:
    assert is_personal(header, values) is expected
