from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.clean import Context, Problem, read_column
from geo.intake.columns import KINDS, Column
from geo.intake.headers import recognise
from geo.intake.personal import are_calm, arrow_texts, is_person_in, is_personal


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


MONTH = [
    "2023年5月", "23年5月", "2023/5", "2023-05", "202305", "２０２３年５月", "二〇二三年五月", "2023.05",
    "2023.5", 2023.5, 202305, "2023年05月份", "二○二三年五月",
]  # fmt: skip


@pytest.mark.parametrize("value", MONTH)
def test_a_month_stands_for_its_first_day_or_its_last(value: Any) -> None:
    for name, day in (("service_from", 1), ("committee_term_ends", 31)):
        values, problems = read_column([value], column("ledger", name))
        assert values == [dt.date(2023, 5, day)]
        assert (problems[0].rule, problems[0].severity) == ("date_precision", "warned")
        assert problems[0].precision == "月"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("98年5月1日", dt.date(1998, 5, 1)), ("29年1月1日", dt.date(2029, 1, 1)), ("31/5/2024", dt.date(2024, 5, 31)),
     ("98.5.1", dt.date(1998, 5, 1)), ("23.5.1", dt.date(2023, 5, 1)), ("二〇二三年十月二十一日", dt.date(2023, 10, 21)), ("2023年5月1号", dt.date(2023, 5, 1)),
     (20230501, dt.date(2023, 5, 1)), ("2023/5/1 0:00:00", dt.date(2023, 5, 1))],
)  # fmt: skip
def test_days_in_other_forms(value: Any, expected: dt.date) -> None:
    assert read("ledger", "service_from", value) == expected


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        (2023.1, ("2023-01", "2023-10")),
        ("2023.1", ("2023-01", "2023-10")),
        ("2023年底", ("2023-01-01", "2023-12-31")),
        ("2023年5月左右", ("2023-05-01", "2023-05-31")),
        ("35年6月", ("1935", "2035")),
        ("05/06/2024", ("2024-05-06", "2024-06-05")),
        ("23.5.10", ("2010-05-23", "2023-05-10")),
        ("201201", ("2012-01", "2020-12-01")),
        ("90年代", ("1990", "1999")),
    ],
)
def test_dates_of_two_readings_name_both(value: Any, readings: tuple[str, str]) -> None:
    found = read("ledger", "service_from", value)
    assert isinstance(found, Problem)
    assert (found.rule, found.severity) == ("ambiguous", "quarantined")
    assert all(reading in found.message for reading in readings)


@pytest.mark.parametrize(
    ("others", "typed", "sure"),
    [
        (["2023.5"], True, True),
        (["2023.5"], False, False),
        (["2023.10"], False, True),
        (["2023.5", "2022.05"], True, False),
        (["2023-05"], True, False),
    ],
)
def test_a_columns_other_months_tell_what_one_is(
    others: list[str], typed: bool, sure: bool
) -> None:
    values, problems = read_column(
        ["2023.1", *others], column("ledger", "service_from"), Context(typed=typed)
    )
    assert (values[0] == dt.date(2023, 1, 1)) is sure
    assert problems[0].rule == ("date_precision" if sure else "ambiguous")


def test_what_only_informs_is_left_out_and_its_row_loaded() -> None:
    values, problems = read_column([2023.1], column("ledger", "reported_on"))
    assert values == [None]
    assert problems[0].severity == "warned"
    assert "2023-10" in problems[0].message


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("households", "约200户", 200),
        ("households", "200余户", 200),
        ("households", "1200多", 1200),
        ("floor_area_m2", "3.5余万平方米", Decimal("35000.00")),
        ("floor_area_m2", "约 1,200 ㎡", Decimal("1200.00")),
        ("built_year", "约1998年", 1998),
    ],
)
def test_approximate_numbers_are_read_and_said(name: str, value: str, expected: Any) -> None:
    values, problems = read_column([value], column("ledger", name))
    assert values == [expected]
    assert (problems[0].rule, problems[0].severity) == ("approximate", "warned")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("households", "一千二百零五", 1205),
        ("households", "三百二十户", 320),
        ("floor_area_m2", "3.5万", Decimal("35000.00")),
        ("floor_area_m2", "2公顷", Decimal("20000.00")),
        ("floor_area_m2", "12,0000", Decimal("120000.00")),
        ("built_year", "一九九八年", 1998),
        ("built_year", "98年", 1998),
        ("built_year", "2000年底", 2000),
        ("mode", "專業物業", "市场化物业"),
        ("mode", "□国有物业 ☑市场化物业 □社区托管", "市场化物业"),
        ("mode", "弃管", "无物业"),
        ("committee_state", "√", "已成立"),
        ("committee_state", "选举中", "选举中"),
        ("service_to", "至今", None),
        ("households", "/", None),
        ("address", "—", None),
        ("demolished_on", "无", None),
    ],
)
def test_words_of_the_trade(name: str, value: str, expected: Any) -> None:
    values, problems = read_column([value], column("ledger", name))
    assert values == [expected]
    assert problems == {}


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("households", "200-300", "several_values"),
        ("households", "200以上", "bound"),
        ("households", "一千二", "number"),
        ("households", "1,20", "number"),
        ("households", "无", "ambiguous"),
        ("floor_area_m2", "1200、1500", "several_values"),
        ("floor_area_m2", "3亩", "number"),
        ("mode", "市场化物业/居民自管", "several_values"),
        ("mode", "单位自管", "ambiguous"),
        ("urban", "○", "ambiguous"),
        ("code", "5.30102E+11", "code"),
        ("built_year", "1998-2000", "number"),
        ("service_from", "2023.5-2026.5", "several_values"),
    ],
)
def test_cells_that_say_too_much_or_too_little(name: str, value: str, rule: str) -> None:
    found = read("ledger", name, value)
    assert isinstance(found, Problem)
    assert found.rule == rule


def test_none_is_zero_only_of_what_one_counts() -> None:
    assert read("companies", "party_members", "无") == 0
    assert read("companies", "stars", "无") is None
    assert [read("companies", "stars", word) for word in ("五星", "3星级", "★★")] == [5, 3, 2]


def test_a_small_area_under_a_header_without_a_unit_may_be_in_ten_thousands() -> None:
    spec = column("ledger", "floor_area_m2")
    cells = [12.5, 1250.0, 900.0, "12.5㎡"]
    values, problems = read_column(cells, spec, Context(unit_said=False))
    assert values == [None, Decimal("1250.00"), Decimal("900.00"), Decimal("12.50")]
    assert "12.5 万㎡" in problems[0].message
    values, _ = read_column([12.5, 3.1, 150.0, 30000.0], spec, Context(unit_said=False))
    assert values == [None, None, None, Decimal("30000.00")]


def test_a_share_under_a_per_cent_header_may_be_either() -> None:
    spec = column("projects", "collection_share")
    assert isinstance(read("projects", "collection_share", "0.85%"), Problem)
    values, _ = read_column(["85%", "0%"], spec)
    assert values == [Decimal("0.85"), Decimal(0)]


@settings(deadline=None)
@given(st.text(max_size=12) | st.floats() | st.integers() | st.dates() | st.booleans())
def test_any_cell_gets_a_value_or_a_problem(value: Any) -> None:
    for kind, columns in KINDS.items():
        for spec in columns:
            values, problems = read_column([value], spec)
            assert len(values) == 1, kind
            assert all(problem.remedy for problem in problems.values())


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


@pytest.mark.parametrize(
    ("header", "values", "expected"),
    [
        ("责任人", ["甲"], True),
        ("银行账号", [1], True),
        ("网格长", ["王小红"] * 9, True),  # one person for many compounds
        ("组长", ["李明", "李明"], True),
        ("委员", ["张建国、李明、王芳", "无"], True),
        ("委员", [5, 7], False),
        ("保安", ["有", "无"], False),
        ("挂钩联系单位", ["市财政局"], False),
        ("备用", [5.30102198001011e17, None], True),
        ("备用", ["+8613888123456"], True),
        ("备用", ["530102 19800101 123X"], True),
        ("备用", ["某某女士", "张女士来访"], True),
        ("备用", ["zhang@example.cn"], True),
        ("备用", ["先生坡12号", "文先生坡"], False),
    ],
)
def test_persons_are_recognised_as_offices_write_them(
    header: str, values: list[Any], expected: bool
) -> None:
    assert is_personal(header, values) is expected


@pytest.mark.parametrize(
    "text",
    ["刘勇反映停水", "经王小明投诉后整改", "停电，张三丰来电", "业主李四反映漏水", "据陈红 举报"],
)
def test_who_is_told_of_in_a_note_is_seen(text: str) -> None:
    assert is_person_in(text)
    assert not are_calm(arrow_texts([text]))


@pytest.mark.parametrize(
    "text",
    [
        "车主反映停车难", "党员反映照明不足", "华山社区反映消防通道被占", "安全问题投诉较多",
        "单元门反映", "业主反映漏水", "居民来电", "云南路街道办反映", "物业公司来访", "高层住户投诉",
    ],
)  # fmt: skip
def test_who_has_no_name_in_a_note_is_nobody(text: str) -> None:
    assert not is_person_in(text)


@given(
    st.lists(st.none() | st.text("刘勇张三反映先生女士:@1390 -()abc号楼", max_size=14), max_size=4)
)
@settings(max_examples=300, deadline=None)
def test_a_calm_column_holds_nobody(texts: list[str | None]) -> None:
    if are_calm(arrow_texts(texts)):
        assert not any(is_person_in(text) for text in texts if text is not None)
