"""The annotated copy: the user's workbook as it was, with what is wrong on the cells."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.xml.constants import DCTERMS_NS
from openpyxl.xml.functions import register_namespace

from geo.errors import UsageError
from geo.intake.load import Options, import_file
from geo.intake.report import annotate
from geo.intake.report.annotate import MARKER, write_annotated
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
HELD = "FFF8CBAD"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A ledger as offices make them: title, formats, merged cells, formulas, another sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "五华区"
    sheet.merge_cells("A1:F1")
    sheet["A1"] = "五华区小区台账"
    sheet["A1"].font = Font(size=20, bold=True)
    sheet.append(["小区编码", "小区名称", "建成年份", "建筑面积(㎡)", "服务模式", "联系人"])
    sheet.append(["A", "甲苑", "1998", 12000, "无物业", "张三丰"])
    sheet.append(["B", "乙苑", "何时", 9000, "无物业", "李四光"])
    sheet.append(["C", "丙苑", "2001", "多少", "有的", "王五一"])
    sheet["D3"].number_format = "#,##0.00"
    sheet["D3"].fill = PatternFill("solid", start_color="FF00FF00")
    sheet["C4"].comment = Comment("请街道核实", "街道办")
    sheet.column_dimensions["B"].width = 33
    other = book.create_sheet("统计")
    other["A1"] = "=SUM(五华区!D3:D4)"
    other.merge_cells("A2:C3")
    path = tmp_path / "台账.xlsx"
    book.save(path)
    return path


def imported(register: Register, path: Path, **words: Any) -> Outcome:
    return import_file(register, "ledger", path, Options(author="t", **words))


def test_cells_at_fault_are_coloured_and_remarked_and_the_rest_stays(
    register: Register, workbook: Path, tmp_path: Path
) -> None:
    outcome = imported(register, workbook, dry_run=True)
    done = write_annotated(tmp_path / "标注.xlsx", workbook, outcome)
    assert done.whole
    book = openpyxl.load_workbook(done.path)
    assert book.sheetnames == ["五华区", "统计", "检查说明"]
    sheet = book["五华区"]
    assert sheet["C4"].fill.start_color.rgb == HELD
    assert sheet["C4"].comment.text.startswith("请街道核实\n" + MARKER)
    assert sheet["D5"].fill.start_color.rgb == sheet["E5"].fill.start_color.rgb == HELD
    assert [sheet.cell(row, 7).value.split("：")[0] for row in range(2, 6)] == [
        "导入结果", "入库", "暂存待改", "暂存待改",
    ]  # fmt: skip
    # What was there is there.
    assert sheet["A1"].font.size == 20
    assert [str(part) for part in sheet.merged_cells.ranges] == ["A1:F1"]
    assert (sheet["D3"].number_format, sheet["D3"].fill.start_color.rgb) == ("#,##0.00", "FF00FF00")
    assert sheet.column_dimensions["B"].width == 33
    assert book["统计"]["A1"].value == "=SUM(五华区!D3:D4)"
    assert [str(part) for part in book["统计"].merged_cells.ranges] == ["A2:C3"]
    legend = [cell.value for line in book["检查说明"] for cell in line]
    assert "暂存待改" in legend
    assert any("重新导入时不会读取" in str(text) for text in legend)


def test_remarks_hold_no_personal_data(register: Register, workbook: Path, tmp_path: Path) -> None:
    outcome = imported(register, workbook, dry_run=True)
    assert outcome.personal_columns == ["联系人"]
    path = write_annotated(tmp_path / "标注.xlsx", workbook, outcome).path
    sheet = openpyxl.load_workbook(path)["五华区"]
    ours = [cell.comment.text for line in sheet for cell in line if cell.comment]
    ours += [cell.value for cell in sheet["G"]]
    assert len(ours) > 4
    for name in ("张三丰", "李四光", "王五一"):
        assert not [text for text in ours if name in str(text)]


def test_a_corrected_copy_is_imported_and_what_we_added_is_not_read(
    register: Register, workbook: Path, tmp_path: Path
) -> None:
    outcome = imported(register, workbook)
    path = write_annotated(tmp_path / "标注.xlsx", workbook, outcome).path
    again = imported(register, path)
    assert (again.change, again.counts) == (
        None, outcome.counts | {"loaded": 0, "unchanged": 1},
    )  # fmt: skip
    assert again.extra_columns == outcome.extra_columns
    book = openpyxl.load_workbook(path)
    book["五华区"]["C4"] = 1999
    book["五华区"]["D5"], book["五华区"]["E5"] = 800, "无物业"
    book.save(path)
    fixed = imported(register, path)
    assert (fixed.counts["loaded"], fixed.counts["unchanged"]) == (2, 1)
    with register.connect() as connection:
        (notes,) = connection.execute(
            "select count(*) as n from compound where notes::text like '%导入结果%'"
        ).fetchall()
    assert notes["n"] == 0
    # A copy of the copy: the old marks are gone, the user's own remark is not.
    second = write_annotated(tmp_path / "再标注.xlsx", path, fixed)
    sheet = openpyxl.load_workbook(second.path)["五华区"]
    assert sheet["C4"].comment.text == "请街道核实"
    assert sheet["D5"].comment is None
    assert sheet["D5"].fill.fill_type is None
    assert sheet["H2"].value is None


def test_a_csv_comes_back_as_a_workbook_with_texts(import_csv: Import, tmp_path: Path) -> None:
    evil = ["=1+1", "+1", "-1", "@SUM(1)"]
    lines = [f"{word},00{number},何时" for number, word in enumerate(evil)]
    outcome = import_csv("ledger", "小区名称,小区编码,建成年份", *lines, file="台账.csv")
    done = write_annotated(tmp_path / "标注.xlsx", tmp_path / "台账.csv", outcome)
    sheet = openpyxl.load_workbook(done.path)["台账"]
    assert [cell.value for cell in sheet["A"]] == ["小区名称", *evil]
    assert [cell.value for cell in sheet["B"]] == ["小区编码", "000", "001", "002", "003"]
    assert not [cell for line in sheet for cell in line if cell.data_type == "f"]
    assert sheet["C2"].fill.start_color.rgb == HELD
    assert sheet["C2"].comment.text.startswith("暂存待改")
    assert sheet["D2"].value.startswith("暂存待改")


def test_a_csv_copy_corrected_is_imported(
    import_csv: Import, register: Register, tmp_path: Path
) -> None:
    outcome = import_csv("ledger", "小区名称,小区编码,建成年份", "甲,007,何时", file="台账.csv")
    path = write_annotated(tmp_path / "标注.xlsx", tmp_path / "台账.csv", outcome).path
    book = openpyxl.load_workbook(path)
    book["台账"]["C2"] = "1999"
    book.save(path)
    assert imported(register, path).counts["loaded"] == 1
    with register.connect() as connection:
        codes = connection.execute("select code, built_year from compound").fetchall()
    assert codes == [{"code": "007", "built_year": 1999}]


def test_same_input_same_bytes_whatever_the_clock_and_other_libraries_say(
    register: Register, workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = imported(register, workbook, dry_run=True)
    one = write_annotated(tmp_path / "a.xlsx", workbook, outcome).path.read_bytes()
    register_namespace("dct", DCTERMS_NS)  # as catalogue clients do, for the whole process
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    clock = type("Clock", (dt.datetime,), {"now": classmethod(lambda _, tz=None: tomorrow)})
    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", clock)
    assert write_annotated(tmp_path / "b.xlsx", workbook, outcome).path.read_bytes() == one


def test_the_source_is_never_overwritten(register: Register, workbook: Path) -> None:
    outcome = imported(register, workbook, dry_run=True)
    before = workbook.read_bytes()
    with pytest.raises(UsageError, match="原文件"):
        write_annotated(workbook, workbook, outcome)
    assert workbook.read_bytes() == before


def test_more_remarks_than_allowed_are_said(
    register: Register, workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotate, "MOST_REMARKS", 1)
    outcome = imported(register, workbook, dry_run=True)
    done = write_annotated(tmp_path / "标注.xlsx", workbook, outcome)
    sheet = openpyxl.load_workbook(done.path)["五华区"]
    ours = [cell for line in sheet for cell in line if cell.comment and MARKER in cell.comment.text]
    assert len(ours) == 1
    assert sheet["E5"].fill.start_color.rgb == HELD
    assert any("只加在前 1 个上" in limit for limit in done.limits)


def test_a_large_workbook_comes_back_with_its_rows_at_fault_in_bounded_memory(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 3_000
    path = tmp_path / "大.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["说明"])
        sheet.write_row(1, 0, ["小区编码", "小区名称", "建成年份"])
        for row in range(rows):
            sheet.write_row(
                row + 2, 0, [f"C{row}", f"小区{row}", "何时" if row % 1000 == 7 else 1999]
            )
    outcome = imported(register, path)
    monkeypatch.setattr(annotate, "MOST_CELLS", 5_000)
    tracemalloc.start()
    done = write_annotated(tmp_path / "标注.xlsx", path, outcome)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * 2**20
    assert not done.whole
    assert "5,000" in done.limits[-1]
    book = openpyxl.load_workbook(done.path)
    sheet = book["台账"]
    assert [[cell.value for cell in line][:3] for line in sheet][2:] == [
        ["C7", "小区7", "何时"], ["C1007", "小区1007", "何时"], ["C2007", "小区2007", "何时"],
    ]  # fmt: skip
    assert [cell.value for cell in sheet["E"]][1:] == ["原行号", 10, 1010, 2010]
    assert sheet["C3"].fill.start_color.rgb == HELD
    for row in range(3, 6):
        sheet.cell(row, 3).value = 2000
    book.save(done.path)
    fixed = imported(register, done.path)
    assert (fixed.counts["loaded"], len(fixed.verdicts)) == (3, 3)


def test_what_a_workbook_loses_is_said(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "图.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["小区编码", "户数"])
        sheet.write_row(1, 0, ["A", "几"])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=台账!$B$2:$B$3"})
        sheet.insert_chart("D2", chart)
    done = write_annotated(tmp_path / "标注.xlsx", path, imported(register, path, dry_run=True))
    assert any("图表" in limit for limit in done.limits)


def test_merged_cells_are_remarked_where_they_show(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["小区编码", "建成年份"])
    sheet.append(["A", "何时"])
    sheet.append(["B", None])
    sheet.merge_cells("B2:B3")
    path = tmp_path / "合并.xlsx"
    book.save(path)
    done = write_annotated(tmp_path / "标注.xlsx", path, imported(register, path, dry_run=True))
    cell = openpyxl.load_workbook(done.path).active["B2"]
    assert cell.fill.start_color.rgb == HELD
    assert MARKER in cell.comment.text


def test_dates_and_numbers_of_an_old_workbook_keep_their_types(
    register: Register, tmp_path: Path
) -> None:
    path = tmp_path / "假.xls"  # HTML under the name of a workbook, as offices export it
    path.write_text(
        "<html><table><tr><td>小区编码</td><td>建成年份</td></tr>"
        "<tr><td>0012</td><td>何时</td></tr></table></html>", "utf-8",
    )  # fmt: skip
    done = write_annotated(tmp_path / "标注.xlsx", path, imported(register, path, dry_run=True))
    book = openpyxl.load_workbook(done.path)
    sheet = book[book.sheetnames[0]]
    assert sheet["A2"].value == "0012"
    assert sheet["B2"].fill.start_color.rgb == HELD
    assert book.properties.created == dt.datetime(2000, 1, 1)


def test_polygons_have_no_cells(register: Register, tmp_path: Path, workbook: Path) -> None:
    outcome = imported(register, workbook, dry_run=True)
    shapes = tmp_path / "图.geojson"
    shapes.write_text('{"type":"FeatureCollection","features":[]}', "utf-8")
    with pytest.raises(UsageError, match=r"--report 文件\.html"):
        write_annotated(tmp_path / "标注.xlsx", shapes, outcome)
