from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geo.intake.lines import is_note, is_total
from geo.intake.load import import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]


@pytest.mark.parametrize(
    "word",
    [
        "小计",
        "合 计",
        "总计：",
        "华山街道小计",
        "合计（12个）",
        "本页小计",
        "Total",
        "總計",
        "合计12个",
    ],
)
def test_words_of_sums(word: str) -> None:
    assert is_total(word)


@pytest.mark.parametrize("word", ["合计小区", "同心合计苑", "小计划小区", "12", "翠湖小区"])
def test_names_that_are_no_sums(word: str) -> None:
    assert not is_total(word)


@pytest.mark.parametrize(
    "word", ["注：本表按季填报", "填报人：张三", "单位（盖章）", "填表说明", "备注:无"]
)
def test_words_of_notes(word: str) -> None:
    assert is_note(word)


def skipped(outcome: Outcome) -> list[tuple[int, str]]:
    return [(f.row, f.rule) for f in outcome.findings.found if f.severity == "skipped"]


def test_lines_that_are_no_data_are_skipped_with_their_reason(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger",
        "台账,,", "序号,小区编码,小区名称,户数", "1,2,3,4", "1,A,甲,10", "2,B,乙,20", "华山街道小计,,,30",
        "序号,小区编码,小区名称,户数", "3,C,丙,5", ",,,5", ",,,35", "二、其他小区,,,", "4,D,合计苑,1",
        "总计,,,36", "填表说明：,,,", "1. 户数按公安数据填写,,,", "填报人：张三,审核人：李四,电话：13888888888,",
    )  # fmt: skip
    assert skipped(outcome) == [
        (3, "column_numbers"), (6, "total"), (7, "repeated_header"), (9, "total_by_sum"),
        (10, "total_by_sum"), (11, "title"), (13, "total"), (14, "note"), (15, "note"), (16, "note"),
    ]  # fmt: skip
    assert outcome.counts["loaded"] == 4
    assert not any("张三" in str(f) or "1388" in str(f) for f in outcome.findings.found)


def test_superscripts_number_no_columns(import_csv: Import) -> None:
    outcome = import_csv("ledger", "小区编码,小区名称,户数", "1,¹,²")
    assert outcome.verdicts == ["loaded"]


def test_a_line_of_numbers_that_adds_up_to_nothing_is_held(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger", "小区编码,小区名称,户数,地址", "A,甲,10,", ",,11,", ",,10,人民路"
    )
    assert outcome.verdicts == ["loaded", "quarantined", "quarantined"]


def test_merged_cells_down_a_column(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["小区编码", "小区名称", "户数", "地址"],
        ["A", "甲", 300, "人民路"], ["B", "乙", None, None], ["C", "丙", 40, None],
    ):  # fmt: skip
        sheet.append(line)
    sheet.merge_cells("C2:C3")
    sheet.merge_cells("D2:D4")
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.verdicts == ["quarantined", "quarantined", "loaded"]
    assert {item.rule for item in outcome.findings.found} == {"merged_value"}
    with register.connect() as connection:
        (row,) = connection.execute("select address, households from compound").fetchall()
    assert row == {"address": "人民路", "households": 40}


def test_sheets_with_other_units_for_one_column(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, header, code, area in (
        ("甲", "建筑面积(㎡)", "A", 20000), ("乙", "总建筑面积（万㎡）", "B", 2.5), ("丙", "建筑面积（平方米）", "C", 300),
    ):  # fmt: skip
        sheet = book.create_sheet(title)
        sheet.append(["小区编码", header])
        sheet.append([code, area])
    book.save(tmp_path / "l.xlsx")
    import_file(register, "ledger", tmp_path / "l.xlsx")
    with register.connect() as connection:
        found = connection.execute(
            "select code, floor_area_m2::text as a from compound order by code"
        ).fetchall()
    assert [row["a"] for row in found] == ["20000.00", "25000.00", "300.00"]
