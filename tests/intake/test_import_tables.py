"""Tables as files: encodings, sheets, headers, units, and what can't be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from geo.errors import InputError, UsageError
from geo.intake.load import import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
Rows = Callable[[Register, str], list[dict[str, Any]]]
Verdicts = Callable[[Outcome], dict[str, int]]
USCC = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.csv", None, "没有文件"),
        ("book.xlsx", b"not a workbook", "没有找到“小区台账”的表头.*已按内容读取"),
        ("shapes.gpkg", b"not a database", "内容是文本"),
        ("note.docx", b"x", "不认识文件类型"),
        ("other.csv", "名称,数量\n甲,3\n".encode(), "没有找到.*表头"),
        ("latin.csv", b"\xff\xff\xff,\x80\n", "编码"),
        ("empty.csv", b"", "空文件"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    register: Register, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        import_file(register, "ledger", path)
    assert name in str(caught.value)
    assert caught.value.remedy
    assert register.changes() == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_that_offices_use(
    register: Register, tmp_path: Path, encoding: str, rows: Rows
) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("小区编码;小区名称\nA;翠湖小区\n".encode(encoding))
    import_file(register, "ledger", path)
    assert rows(register, "select name from compound") == [{"name": "翠湖小区"}]


def test_workbook_with_a_title_above_its_header(
    register: Register, tmp_path: Path, rows: Rows, verdicts: Verdicts
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "五华区"
    for line in (["五华区小区台账"], [], ["小区编码", "小区名称", "联系电话", "楼栋数"],
                 ["A", "甲", "13888888888", 3], [None, None, None, None], ["B", "乙", "", 4]):  # fmt: skip
        sheet.append(line)
    book.create_sheet("说明").append(["填表说明"])
    path = tmp_path / "台账.xlsx"
    book.save(path)
    outcome = import_file(register, "ledger", path)
    assert verdicts(outcome) == {"loaded": 2}
    assert outcome.personal_columns == ["联系电话"]
    found = rows(register, "select code, sheet, row, notes from compound order by code")
    assert [tuple(row.values()) for row in found] == [
        ("A", "五华区", 4, {"楼栋数": "3"}),
        ("B", "五华区", 6, {"楼栋数": "4"}),
    ]
    everything = rows(register, "select compound::text || change::text as t from compound, change")
    assert not any("13888888888" in row["t"] for row in everything)


def test_unknown_map_column_is_named(import_csv: Import) -> None:
    with pytest.raises(InputError, match="没有列 osm_id"):
        import_csv("ledger", "小区编码", "A", renames={"code": "osm_id"})
    with pytest.raises(UsageError, match="没有列 colour"):
        import_csv("ledger", "小区编码", "A", renames={"colour": "小区编码"})


def test_areas_under_a_header_in_ten_thousands(
    import_csv: Import, register: Register, rows: Rows
) -> None:
    import_csv("ledger", "小区编码,建筑面积（万㎡）", "A,12.5", "B,3000㎡", "C,")
    found = rows(register, "select code, floor_area_m2::text as a from compound order by code")
    assert [row["a"] for row in found] == ["125000.00", "3000.00", None]
    with pytest.raises(InputError, match="亩"):
        import_csv("ledger", "小区编码,建筑面积(亩)", "A,12.5")
    with pytest.raises(InputError, match="年"):
        import_csv("projects", "项目编码,统一社会信用代码,物业费(元/㎡·年)", f"P,{USCC},24")


def test_codes_that_a_spreadsheet_has_rounded_are_held(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["小区编码", "户数"],
        [530102001001000123, 1],
        ["530102001001000124", True],
        [7, 2],
    ):
        sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.verdicts == ["quarantined", "quarantined", "loaded"]
    assert "文本" in outcome.findings.found[0].remedy


def test_sheets_that_are_not_read_are_named(register: Register, tmp_path: Path, rows: Rows) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "台账"
    for line in (["小区编码", "小区名称"], ["A", "甲", "表头之外"]):
        sheet.append(line)
    for title, lines in (
        ("别的表", [["编号", "小区名称"], ["B", "乙"]]),
        ("旧表", [["小区编码", "小区名称"], ["C", "丙"]]),
    ):
        other = book.create_sheet(title)
        for line in lines:
            other.append(line)
    book["旧表"].sheet_state = "hidden"
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.verdicts == ["loaded"]
    assert outcome.ignored_sheets == ["旧表（隐藏）", "别的表（缺少必填列）"]
    assert rows(register, "select notes from compound") == [{"notes": {"列3": "表头之外"}}]


def test_a_row_of_another_sheet_is_named_with_its_sheet(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet, name, area in (("东区", "A", 20), ("西区", "A", 30), ("西区", "B", 0)):
        if sheet not in book.sheetnames:
            book.create_sheet(sheet).append(
                ["小区编码", "建筑面积(㎡)", "服务模式", "服务起始日期"]
            )
        book[sheet].append([name, area, "无物业", "2020-01-01"])
    path = tmp_path / "two.xlsx"
    book.save(path)
    said = [item.message for item in import_file(register, "ledger", path).findings.found]
    assert said == ["超出合理范围（0.01 到 20,000,000 ㎡）", "与工作表“东区”第 2 行的时段重叠"]
