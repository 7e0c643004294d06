"""xlsx with Chinese headers: a sheet a layer, codes as text, a first sheet that says what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.datum.reference import Datum
from maps.dataout.head import Head
from maps.dataout.layers import Layer

ABOUT: Final = "说明"
MOST_ROWS: Final = 1_048_000
"""What a sheet holds."""


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write all layers; coordinates of shapes are left to the geo formats."""
    del datum
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        # The file's own date would make other bytes each time.
        book.set_properties(
            {"created": dt.datetime.fromisoformat(head.as_of), "title": "物业服务数据",
             "comments": head.line()}
        )  # fmt: skip
        bold = book.add_format({"bold": True})
        kit = {
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#e8eef2"}),
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        about = book.add_worksheet(ABOUT)
        about.set_column(0, 0, 22)
        about.set_column(1, 1, 100)
        for row, (label, text) in enumerate(head.rows()):
            about.write_string(row, 0, label, bold)
            about.write_string(row, 1, text)
        for layer in layers:
            _sheet(book, layer, head, kit)


def _sheet(book: Any, layer: Layer, head: Head, kit: dict[str, Any]) -> None:
    sheet = book.add_worksheet(layer.title[:31].replace("/", "、"))
    sheet.set_landscape()
    sheet.set_footer(f"&L{head.line().replace('&', '&&')[:200]}&R&P/&N")
    sheet.freeze_panes(1, 1)
    for column, field in enumerate(layer.fields):
        sheet.write_string(0, column, field.header, kit["head"])
        sheet.set_column(column, column, max(10, min(30, 2 * len(field.header) + 2)))
        for row, value in enumerate(layer.table.column(field.name).to_pylist()[:MOST_ROWS], 1):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_string(row, column, "是" if value else "否")
            elif isinstance(value, int):
                sheet.write_number(row, column, value)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, kit["number"] if value >= 1000 else None)
            elif isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, kit["date"])
            else:
                sheet.write_string(row, column, str(value), kit["text"])
    if layer.table.num_rows:
        sheet.autofilter(0, 0, min(layer.table.num_rows, MOST_ROWS), len(layer.fields) - 1)
