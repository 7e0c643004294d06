from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from geo.errors import UsageError
from geo.intake.columns import KINDS
from geo.intake.load import import_file
from geo.intake.template import write_template
from geo.register.store import Register

FILLED: dict[str, dict[str, Any]] = {
    "divisions": {"区划代码": "530102", "名称": "五华区", "起": dt.date(2023, 1, 1)},
    "compounds": {"小区编码": "0001", "小区名称": "翠湖小区", "是否城镇": "是"},
    "ledger": {
        "小区编码": "530102001001000123", "小区名称": "翠湖小区", "区划代码": "530102001",
        "建成年份": 1998, "交付日期": dt.date(1998, 6, 1), "建筑面积(㎡)": 12345.6, "户数": 320,
        "是否城镇": "是", "有无围墙": "否", "服务模式": "市场化物业", "服务起始日期": dt.date(2022, 1, 1),
        "业委会状态": "已备案", "备案日期": dt.date(2022, 1, 1), "任期届满": dt.date(2026, 12, 31),
    },
    "committees": {"小区编码": "A", "类型": "业主委员会", "备案日期": dt.date(2022, 1, 1), "委员数": 5},
    "companies": {
        "统一社会信用代码": "91350100M000100Y43", "企业名称": "甲物业公司", "企业类型": "市场",
        "党组织形式": "党支部", "党组织成立日期": dt.date(2020, 7, 1), "信用星级": 4,
    },
    "projects": {"项目编码": "P1", "统一社会信用代码": "91350100M000100Y43", "收缴率": 0.85},
}  # fmt: skip


@pytest.mark.parametrize("kind", FILLED)
def test_template_filled_in_imports_with_no_finding(
    register: Register, tmp_path: Path, kind: str
) -> None:
    path = write_template(tmp_path / "t.xlsx", kind)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headers = {cell.value: cell for cell in sheet[1]}
    assert list(headers) == [column.header for column in KINDS[kind]]
    assert all(cell.comment is not None for cell in headers.values())
    for header, value in FILLED[kind].items():
        sheet.cell(2, headers[header].column).value = value
    book.save(path)
    outcome = import_file(register, kind, path)
    assert outcome.verdicts == ["loaded"]
    assert outcome.findings.found == []
    assert outcome.findings.notices == []
    assert outcome.ignored_sheets == ["填表说明（填表说明）"]


def test_template_keeps_codes_as_text_and_offers_terms(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", "ledger")).worksheets[0]
    headers = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet.column_dimensions[headers["小区编码"]].number_format == "@"
    lists = {
        str(rule.sqref).split(":")[0][:-1]: rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    assert "居民自管" in lists[headers["服务模式"]]
    assert lists[headers["是否城镇"]] == '"是,否"'


def test_template_twice_has_the_same_cells(tmp_path: Path) -> None:
    one, two = (write_template(tmp_path / name, "projects") for name in ("a.xlsx", "b.xlsx"))
    cells = [
        [[cell.value for cell in row] for sheet in openpyxl.load_workbook(path) for row in sheet]
        for path in (one, two)
    ]
    assert cells[0] == cells[1]


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("areas", "t.xlsx", "图形"), ("ledger", "t.csv", "xlsx"), ("ledger", "no/t.xlsx", "无法写入")],
)
def test_templates_that_cannot_be_say_why(tmp_path: Path, kind: str, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        write_template(tmp_path / name, kind)
