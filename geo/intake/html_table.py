"""Tables of an HTML page, which many office systems export under the name ``.xls``.

Only what a table says is read: texts of its cells, with ``colspan`` and ``rowspan``. Nothing is
fetched, no script or style is looked at.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError
from geo.intake.limits import MOST_CELLS, MOST_COLUMNS
from geo.intake.textfile import read_text
from geo.intake.workbook import Range, Sheets

REMARK: Final = ("html_table", "文件是网页表格（HTML），不是工作簿；已按表格读取")
SILENT: Final = frozenset({"script", "style", "title", "xml"})


class _Tables(HTMLParser):
    """Collects the tables of a page; one inside another is text of the outer one's cell."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.tables: list[list[list[Any]]] = []
        self.cells = 0
        self._depth = 0
        self._silent = 0
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self.merged: list[list[Range]] = []
        self._below: dict[int, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append([])
                self.merged.append([])
                self._below = {}
        elif self._depth == 1 and tag == "tr":
            self._close_cell()
            self.tables[-1].append([])
            self._fill_from_above()
        elif self._depth == 1 and tag in {"td", "th"}:
            self._close_cell()
            if not self.tables[-1]:
                self.tables[-1].append([])
            words = dict(attrs)
            self._cell = []
            self._spans = _span(words.get("colspan")), _span(words.get("rowspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "table":
            if self._depth == 1:
                self._close_cell()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag in {"td", "th", "tr"}:
            self._close_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _close_cell(self) -> None:
        if self._cell is None:
            return
        text = re.sub(r"[ \t\r\f\xa0]+", " ", "".join(self._cell)).strip() or None
        self._cell = None
        row = self.tables[-1][-1]
        wide, tall = self._spans
        if wide > 1 or tall > 1:
            top, left = len(self.tables[-1]) - 1, len(row)
            self.merged[-1].append(((top, left), (top + tall - 1, left + wide - 1)))
        for place in range(wide):
            self._below[len(row)] = tall - 1
            row.append(text if place == 0 else None)
        self._count(wide)
        self._fill_from_above()

    def _fill_from_above(self) -> None:
        """Put what spans rows into its columns; it counts as blank there, as in a workbook."""
        row = self.tables[-1][-1]
        while self._below.get(len(row), 0) > 0:
            self._below[len(row)] -= 1
            row.append(None)
            self._count(1)

    def _count(self, more: int) -> None:
        self.cells += more
        if len(self.tables[-1][-1]) > MOST_COLUMNS or self.cells > MOST_CELLS:
            raise InputError(
                f"{self.file} 的表格超过上限（{MOST_COLUMNS} 列，{MOST_CELLS:,} 格）。",
                "请按县区拆成几个文件，或用 Excel 打开后另存为 .xlsx。",
            )


def _span(text: str | None) -> int:
    """Read a span; 1 for what is none, and never more than a table may be wide."""
    return min(int(text), MOST_COLUMNS + 1) if text and text.isascii() and text.isdigit() else 1


def read_html(path: Path) -> Sheets:
    """Read the tables of a page as sheets, named by their order.

    Raises
    ------
    InputError
        When the page has no table, or it is out of all bounds.
    """
    text, remarks = read_text(path)
    page = _Tables(path.name)
    page.feed(text)
    page.close()
    rows = {f"表{number}": table for number, table in enumerate(page.tables, start=1) if table}
    if not rows:
        raise InputError(
            f"{path.name} 是网页（HTML），其中没有表格。", "请用 Excel 打开后另存为 .xlsx。"
        )
    merged = {f"表{number}": ranges for number, ranges in enumerate(page.merged, start=1)}
    return Sheets(rows, merged, remarks=[REMARK, *remarks])
