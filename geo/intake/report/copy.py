"""The annotated copy made anew: of xls, csv and HTML tables, and of workbooks too large to edit."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.intake.clean import text_of
from geo.intake.columns import KINDS, OUR_ROW, OUR_SHEET, OUR_VERDICT
from geo.intake.prepared import Prepared
from geo.intake.report.book import FILLS, WRITING, WRITTEN
from geo.intake.report.legend import Line
from geo.intake.report.marks import Marks, remark_text, verdict_text, worst
from geo.intake.workbook import Sheets

AS_TEXT: Final = frozenset({"code", "codes", "division", "uscc"})
"""Kinds of column that are written as text: a code must not become a number."""

AUTHOR: Final = "导入检查"
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
LONGEST_CELL: Final = 32_767
MOST_LINES: Final = 1_048_576
COMMENT_SIZE: Final = {"x_scale": 2.2, "y_scale": 1.2, "author": AUTHOR}


def write_copy(
    path: Path,
    sheets: Sheets,
    marks: dict[str, Marks],
    prepared: Prepared,
    lines: list[Line],
    *,
    only_at_fault: bool,
    most_remarks: int,
) -> None:
    """Write the sheets with their marks; texts stay texts, whatever they begin with.

    Parameters
    ----------
    only_at_fault
        Write of each sheet that was read its header and the rows of which there is something to
        say, with their row numbers, in bounded memory; leave out the other sheets.
    most_remarks
        How many cells get a remark; the others are coloured all the same.
    """
    with xlsxwriter.Workbook(str(path), {**WRITING, "constant_memory": only_at_fault}) as book:
        book.set_properties({"created": WRITTEN})
        styles = _Styles(book)
        taken: set[str] = set()
        left = most_remarks
        for name, rows in sheets.rows.items():
            own = marks.get(name)
            if name == OUR_SHEET or (own is None and only_at_fault):
                continue
            sheet = book.add_worksheet(sheet_name(name, taken))
            if not only_at_fault:
                _merge(sheet, rows, sheets.merged.get(name, []))
            texts = set() if own is None else text_columns(name, prepared)
            kept = _kept(rows, own, only_at_fault=only_at_fault)
            for line, (number, cells) in enumerate(kept):
                left -= _write_row(sheet, line, number, cells, own, texts, styles, left)
                if only_at_fault and own is not None and number >= own.header_row:
                    words = OUR_ROW if number == own.header_row else number
                    sheet.write(line, own.verdict_column + 1, words)
            if own is not None:
                sheet.set_column(own.verdict_column, own.verdict_column, 48)
                sheet.freeze_panes(own.header_row, 0)
        sheet = book.add_worksheet(OUR_SHEET)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 90)
        for line, (severity, head, text) in enumerate(lines):
            style = styles.fill(severity, "@") if severity in FILLS else None
            sheet.write_string(line, 0, head, style)
            sheet.write_string(line, 1, text)


def text_columns(sheet: str, prepared: Prepared) -> set[int]:
    """Give the columns, from 0, whose cells are codes."""
    kinds = {column.name: column.kind for column in KINDS[prepared.kind]}
    headers = prepared.raw.places[sheet][1]
    return {
        headers[header]
        for header, name in prepared.columns.items()
        if header in headers and kinds.get(name) in AS_TEXT
    }


def sheet_name(name: str, taken: set[str]) -> str:
    """Give a name that a workbook takes: 31 characters, none of the forbidden ones, once only."""
    plain = _FORBIDDEN.sub("_", name)[:31] or "表"
    number = 1
    while plain.casefold() in taken:
        number += 1
        plain = f"{plain[:27]}_{number}"
    taken.add(plain.casefold())
    return plain


def _kept(
    rows: list[list[Any]], marks: Marks | None, *, only_at_fault: bool
) -> Iterator[tuple[int, list[Any]]]:
    """Give the rows to write with their numbers, from 1."""
    wanted = set() if marks is None else set(marks.at_fault)
    head = 0 if marks is None else marks.header_row
    for number, cells in enumerate(rows[:MOST_LINES], start=1):
        if not only_at_fault or number <= head or number in wanted:
            yield number, cells


class _Styles:
    """Cell formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, str], Any] = {}

    def fill(self, severity: str, number_format: str) -> Any:
        """Give the format of a severity's colour ("" for none) and a number format."""
        key = (severity, number_format)
        if key not in self._made:
            words = {"num_format": number_format} if number_format else {}
            if severity:
                words["bg_color"] = FILLS[severity]
            self._made[key] = self._book.add_format(words)
        return self._made[key]


def _write_row(
    sheet: Any,
    line: int,
    number: int,
    cells: list[Any],
    marks: Marks | None,
    texts: set[int],
    styles: _Styles,
    most_remarks: int,
) -> int:
    """Write a row; give how many remarks were made."""
    remarks = 0
    at_fault = {} if marks is None else marks.cells
    width = len(cells) if marks is None else max(len(cells), marks.verdict_column)
    for place in range(width):
        if marks is not None and place == marks.verdict_column:
            continue
        value = cells[place] if place < len(cells) else None
        found = at_fault.get((number, place), ())
        severity = worst(found) if found else ""
        as_text = place in texts and marks is not None and number > marks.header_row
        _write_cell(sheet, line, place, value, severity, styles, as_text=as_text)
        if found and remarks < most_remarks:
            sheet.write_comment(line, place, remark_text(found), COMMENT_SIZE)
            remarks += 1
    if marks is not None:
        if number == marks.header_row:
            sheet.write_string(line, marks.verdict_column, OUR_VERDICT)
        elif number in marks.rows:
            verdict, words = marks.rows[number]
            style = styles.fill(verdict, "") if verdict in FILLS else None
            text = verdict_text(verdict, words)[:LONGEST_CELL]
            sheet.write_string(line, marks.verdict_column, text, style)
    return remarks


def _write_cell(
    sheet: Any, line: int, place: int, value: Any, severity: str, styles: _Styles, *, as_text: bool
) -> None:
    style = styles.fill(severity, "") if severity else None
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        if severity:
            sheet.write_blank(line, place, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(line, place, value, style)
    elif as_text or isinstance(value, str):
        text = value if isinstance(value, str) else text_of(value)
        sheet.write_string(line, place, text[:LONGEST_CELL], styles.fill(severity, "@"))
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value, style)
    elif isinstance(value, dt.datetime):
        timed = "yyyy-mm-dd hh:mm" if value.time() != dt.time() else "yyyy-mm-dd"
        sheet.write_datetime(line, place, value, styles.fill(severity, timed))
    elif isinstance(value, dt.date):
        sheet.write_datetime(line, place, value, styles.fill(severity, "yyyy-mm-dd"))
    else:
        sheet.write_string(line, place, str(value)[:LONGEST_CELL], styles.fill(severity, "@"))


def _merge(sheet: Any, rows: list[list[Any]], ranges: list[Any]) -> None:
    """Merge what was merged; the cells are written afterwards."""
    for (top, left), (bottom, right) in ranges:
        if (bottom, right) != (top, left) and bottom < len(rows):
            sheet.merge_range(top, left, bottom, right, "")
