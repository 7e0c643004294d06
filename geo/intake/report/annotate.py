"""The user's own workbook back, with the cells at fault coloured and remarked.

A workbook is edited as it is: formats, merged cells, formulas and other sheets stay. Other tables
become one. What was corrected in the copy is imported again like any file; what the copy adds is
not read (`geo.intake.columns`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import DCTERMS_NS
from openpyxl.xml.functions import register_namespace

from geo.errors import UsageError
from geo.intake.columns import OUR_SHEET, OUR_VERDICT
from geo.intake.html_table import read_html
from geo.intake.report.book import FILLS
from geo.intake.report.copy import AUTHOR, write_copy
from geo.intake.report.legend import Line, legend
from geo.intake.report.marks import Marks, marks_of, remark_text, verdict_text, worst
from geo.intake.sniff import Content, sniff
from geo.intake.textfile import read_csv
from geo.intake.verdicts import Outcome
from geo.intake.workbook import Sheets, read_workbook

MOST_CELLS: Final = 1_000_000
"""Cells of a workbook that is edited as it is, in about half a GB of memory; a larger one comes
back with its rows at fault only."""

MOST_REMARKS: Final = 20_000
"""Cells with a remark; beyond it they are coloured, and the row's verdict says the same."""

MARKER: Final = "【导入检查】"
"""Begins what we add to a cell's remark."""

TABLES: Final[frozenset[Content]] = frozenset({"xlsx", "xls", "html", "text"})


@dataclass(frozen=True)
class Annotated:
    """What was written: ``whole`` tells whether all rows are there, not only those at fault."""

    path: Path
    whole: bool
    limits: tuple[str, ...]


def check_annotatable(source: Path) -> None:
    """Make sure that a file is one to annotate: a table, not polygons.

    Raises
    ------
    UsageError
        When there is no workbook to annotate.
    """
    if source.is_file() and sniff(source) not in TABLES:
        raise UsageError(
            f"--annotate：{source.name} 不是表格，没有单元格可标注。",
            "图形文件请用 --report 文件.html 在地图上查看。",
        )


def write_annotated(path: Path, source: Path, outcome: Outcome) -> Annotated:
    """Write the annotated copy of an imported file.

    Parameters
    ----------
    path
        The .xlsx to write; it may not be the source itself.
    outcome
        Of the import of `source`.

    Raises
    ------
    UsageError
        When `path` is the source, or the source is no table.
    """
    prepared = outcome.prepared
    check_annotatable(source)
    if prepared is None or (path.exists() and path.samefile(source)):
        raise UsageError(f"--annotate {path}：不能写到原文件上。", "请换一个文件名。")
    marks = marks_of(outcome, prepared)
    with tempfile.TemporaryDirectory(prefix="wuye-annotate-") as folder:
        made = Path(folder) / "copy.xlsx"
        limits = _limits(source, marks)
        whole = sniff(source) == "xlsx" and _cells(source) <= MOST_CELLS
        if whole:
            limits += _lost(source)
            _edit(made, source, marks, legend(outcome, limits))
        else:
            sheets = _sheets(source)
            cells = sum(len(rows) * max(map(len, rows), default=0) for rows in sheets.rows.values())
            whole = cells <= MOST_CELLS
            if not whole:
                limits.append(
                    f"原文件超过 {MOST_CELLS:,} 个单元格，本副本只列出有问题的行，"
                    "“原行号”一列是它们在原文件中的行号；改正后可单独导入。"
                )
            write_copy(
                made, sheets, marks, prepared, legend(outcome, limits),
                only_at_fault=not whole, most_remarks=MOST_REMARKS,
            )  # fmt: skip
        shutil.move(made, path)
    return Annotated(path, whole, tuple(limits))


def _sheets(source: Path) -> Sheets:
    content = sniff(source)
    if content == "text":
        return read_csv(source)
    return read_html(source) if content == "html" else read_workbook(source)


def _limits(source: Path, marks: dict[str, Marks]) -> list[str]:
    """Say what the copy can't hold of the findings, and of a table that was no workbook."""
    limits = []
    remarks = sum(len(own.cells) for own in marks.values())
    if remarks > MOST_REMARKS:
        limits.append(
            f"有 {remarks:,} 个单元格有问题，批注只加在前 {MOST_REMARKS:,} 个上；"
            f"其余只着色，问题写在“{OUR_VERDICT}”一列。"
        )
    if sniff(source) != "xlsx":
        limits.append(f"由 {source.name} 转成工作簿：内容一格不少，编码按文本保存，格式未保留。")
    return limits


_LOST: Final = (
    (re.compile(r"xl/charts/chart\d+\.xml"), "图表"),
    (re.compile(r"xl/media/"), "图片"),
    (re.compile(r"xl/pivotTables/"), "数据透视表的格式"),
    (re.compile(r"vbaProject\.bin$"), "宏"),
)


def _lost(source: Path) -> list[str]:
    """Say what an edited workbook loses: what openpyxl does not carry over."""
    with zipfile.ZipFile(source) as archive:
        members = archive.namelist()
    lost = [words for part, words in _LOST if any(part.search(name) for name in members)]
    return [f"原文件中的{'、'.join(lost)}未能带入本副本，请以原文件为准。"] if lost else []


_CELL: Final = re.compile(rb"<(?:\w+:)?c[ >/]")


def _cells(source: Path) -> int:
    """Count the cells that a workbook's sheets hold, blank formatted ones too, as a stream."""
    count = 0
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            if "worksheets/" in member.filename and member.filename.endswith(".xml"):
                with archive.open(member) as file:
                    rest = b""
                    while piece := file.read(1 << 20):
                        cut = max(piece.rfind(b"<"), 0)
                        count += len(_CELL.findall(rest + piece[:cut]))
                        rest = piece[cut:]
                    count += len(_CELL.findall(rest))
    return count


def _edit(made: Path, source: Path, marks: dict[str, Marks], lines: list[Line]) -> None:
    """Edit a copy of the workbook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, on what it leaves out: `_lost` says it
        book = openpyxl.load_workbook(source, rich_text=True)
    if OUR_SHEET in book.sheetnames:
        del book[OUR_SHEET]
    left = MOST_REMARKS
    for name, own in marks.items():
        left -= _mark_sheet(book[name], own, left)
    sheet = book.create_sheet(OUR_SHEET)
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90
    for line, (severity, *words) in enumerate(lines, start=1):
        for place, text in enumerate(words, start=1):
            _write_text(sheet.cell(line, place), text)
        if severity in FILLS:
            sheet.cell(line, 1).fill = _fill(severity)
    modified = book.properties.modified
    # Prefixes are the process's, and another library may have given Dublin Core its own.
    register_namespace("dcterms", DCTERMS_NS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(made)
    _settle(made, "" if modified is None else modified.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _mark_sheet(sheet: Any, marks: Marks, most_remarks: int) -> int:
    """Colour and remark a sheet's cells and write its verdicts; give how many remarks."""
    _clear(sheet)
    column = marks.verdict_column + 1
    merged = _merged(sheet)
    head = sheet.cell(*merged.get((marks.header_row, column), (marks.header_row, column)))
    _write_text(head, OUR_VERDICT)
    head.font = Font(bold=True)
    sheet.column_dimensions[get_column_letter(column)].width = 48
    for row, (verdict, words) in marks.rows.items():
        cell = sheet.cell(row, column)
        if not isinstance(cell, MergedCell):
            _write_text(cell, verdict_text(verdict, words)[:32_767])
            cell.fill = _fill(verdict) if verdict in FILLS else PatternFill()
    remarks = 0
    for (row, place), found in sorted(marks.cells.items()):
        cell = sheet.cell(*merged.get((row, place + 1), (row, place + 1)))
        cell.fill = _fill(worst(found))
        if remarks < most_remarks:
            own = "" if cell.comment is None else f"{cell.comment.text.rstrip()}\n"
            text = f"{own}{MARKER}\n{remark_text(found)}"
            cell.comment = Comment(text, AUTHOR, height=40 + 22 * text.count("\n"), width=280)
            remarks += 1
    return remarks


def _clear(sheet: Any) -> None:
    """Take away what an earlier copy had added."""
    for line in sheet.iter_rows():
        for cell in line:
            if cell.comment is not None and MARKER in cell.comment.text:
                kept, author = cell.comment.text.partition(MARKER)[0].rstrip(), cell.comment.author
                cell.comment = Comment(kept, author) if kept else None
                cell.fill = PatternFill()


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Give, for each cell that is hidden in a merged range, the one that shows."""
    return {
        (row, column): (part.min_row, part.min_col)
        for part in sheet.merged_cells.ranges
        for row in range(part.min_row, part.max_row + 1)
        for column in range(part.min_col, part.max_col + 1)
    }


def _write_text(cell: Any, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    cell.value = text
    cell.data_type = "s"


def _fill(severity: str) -> PatternFill:
    return PatternFill("solid", start_color=f"FF{FILLS[severity][1:].upper()}")


_MODIFIED: Final = re.compile(rb"(<(?:\w+:)?modified\b[^>]*>)[^<]*(<)")


def _settle(made: Path, modified: str) -> None:
    """Take the clock out of a workbook: the same input gives the same bytes."""
    settled = made.with_suffix(".settled")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            plain = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            with old.open(member) as source, new.open(plain, "w") as target:
                if member.filename == "docProps/core.xml":
                    target.write(
                        _MODIFIED.sub(rb"\g<1>" + modified.encode() + rb"\g<2>", source.read())
                    )
                else:
                    shutil.copyfileobj(source, target)
    settled.replace(made)
