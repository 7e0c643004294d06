from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from geo.intake.columns import KINDS
from geo.intake.headers import match, plain
from geo.intake.layout import find_header
from geo.intake.synonyms import fold, words


def names(kind: str, *headers: str) -> dict[str, str]:
    return match(kind, list(headers), {}).found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in words()["headers"]])
def test_no_word_is_listed_for_two_columns_of_a_kind(kind: str) -> None:
    table = words()["headers"][kind]
    forms = Counter(form for others in table.values() for form in {fold(word) for word in others})
    assert [form for form, times in forms.items() if times > 1] == []
    assert set(table) <= {column.name for column in KINDS[kind]}


def test_synonyms_in_any_dress() -> None:
    assert names(
        "ledger", "1、小区编码（必填）", "住宅小区名称", "總建築面積（萬㎡）", "总户数(户)", "物業管理模式",
        "是否成立业委会\n（是/否）", "业委会备案时间", "业委会届满时间", "竣工年份",
    ) == {
        "1、小区编码（必填）": "code", "住宅小区名称": "name", "總建築面積（萬㎡）": "floor_area_m2",
        "总户数(户)": "households", "物業管理模式": "mode", "是否成立业委会\n（是/否）": "committee_state",
        "业委会备案时间": "committee_filed_on", "业委会届满时间": "committee_term_ends",
        "竣工年份": "built_year",
    }  # fmt: skip


@pytest.mark.parametrize(
    "header", ["建筑面积（地下）", "户数（出租）", "编制人", "物业费", "是否建立党组织", "备注"]
)
def test_headers_that_only_look_alike_are_left_alone(header: str) -> None:
    assert names("ledger", header) == {}


def test_two_headers_of_equal_standing_are_contested() -> None:
    found = match("ledger", ["小区编码", "总户数", "住户数"], {})
    assert found.contested == {"households": ["总户数", "住户数"]}
    found = match("ledger", ["小区编码", "总户数", "住户数"], {"households": "住户数"})
    assert found.contested == {}
    assert found.found["住户数"] == "households"


def test_a_plainer_header_goes_first_and_the_other_is_named() -> None:
    found = match("ledger", ["项目名称", "小区名称"], {})
    assert found.found == {"小区名称": "name"}
    assert found.displaced == {"项目名称": "name"}


@pytest.mark.parametrize(
    ("kind", "path", "column"),
    [
        ("ledger", ("业委会", "备案日期"), "committee_filed_on"),
        ("ledger", ("业主委员会情况", "届满时间"), "committee_term_ends"),
        ("ledger", ("业委会", "是否成立"), "committee_state"),
        ("ledger", ("物业", "服务模式"), "mode"),
        ("ledger", ("物业", "起始日期"), "service_from"),
        ("ledger", ("基本情况", "建筑面积（㎡）"), "floor_area_m2"),
        ("ledger", ("物业", "合同", "备案日期"), None),
        ("ledger", ("地下车库", "建筑面积"), None),
        ("ledger", ("党组织", "备案日期"), None),
        ("ledger", ("2023年情况", "住宅小区名称"), "name"),
        ("companies", ("党组织", "成立时间"), "party_from"),
        ("companies", ("党建指导员", "止"), "instructor_to"),
        ("committees", ("任期", "止"), "term_to"),
        ("committees", ("委员构成", "党员"), "party_seats"),
        ("projects", ("合同", "起"), "contract_from"),
    ],
)
def test_a_group_tells_equal_words_apart(kind: str, path: tuple[str, ...], column: str) -> None:
    header = "/".join(path)
    assert match(kind, [header], {}, {header: path}).found.get(header) == column


def test_a_general_word_under_an_unknown_group_is_said_not_guessed() -> None:
    header = "地下车库/建筑面积"
    assert match("ledger", [header], {}, {header: ("地下车库", "建筑面积")}).unsure == [header]


TITLE = ["五华区台账", None, None, None, None]


@pytest.mark.parametrize(
    ("rows", "merged", "headers"),
    [
        ([TITLE, ["小区编码", "户数", "备案日期", None, None], ["A", 1, None, None, None]],
         [], ["小区编码", "户数", "备案日期"]),
        ([TITLE, ["小区编码", "业委会", None, "物业", None],
          [None, "备案日期", "任期届满", "服务模式", "起始日期"], ["A", "2023", None, None, None]],
         [((0, 0), (0, 4)), ((1, 0), (2, 0)), ((1, 1), (1, 2)), ((1, 3), (1, 4))],
         ["小区编码", "业委会/备案日期", "业委会/任期届满", "物业/服务模式", "物业/起始日期"]),
        ([["小区编码", "业委会", "", "物业", ""], ["", "备案日期", "任期届满", "服务模式", "起始日期"],
          ["A", "2023", "", "", ""]], [],
         ["小区编码", "业委会/备案日期", "业委会/任期届满", "物业/服务模式", "物业/起始日期"]),
        ([["小区", None, "面积", None, None], ["编码", None, "建筑面积", None, None],
          ["小区编码", "小区名称", "(㎡)", "户数", None]],
         [((0, 0), (0, 1)), ((1, 0), (1, 1))],
         None),
    ],
    ids=["title", "merged", "csv", "three rows"],
)  # fmt: skip
def test_header_rows_are_found_and_flattened(
    rows: list[list[Any]], merged: list[Any], headers: list[str] | None
) -> None:
    found = find_header(rows, merged, "ledger", {}, 5)
    assert found is not None
    if headers is not None:
        assert found.headers[: len(headers)] == headers
    else:
        assert {"code", "name"} <= set(
            match("ledger", found.headers, {}, found.paths).found.values()
        )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("（一）小区名称：", "小区名称"),
        ("３．户数", "户数"),
        ("建筑面积[㎡]", "建筑面积"),
        ("所属县（市、区）", "所属县(市、区)"),
    ],
)
def test_plain_headers(header: str, expected: str) -> None:
    assert plain(header) == expected
