"""Workbooks as somebody corrects them in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Mapping

import openpyxl


def corrected(book: bytes, key: str, column: str, values: Mapping[str, str]) -> bytes:
    """Write into a column of the ledger's held rows: values by what stands in the column `key`."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    sheet = opened["小区台账"]
    headers = [str(cell.value).rstrip("*") for cell in sheet[1]]
    name, place = headers.index(key), headers.index(column)
    for row in sheet.iter_rows(min_row=2):
        if row[name].value in values:
            row[place].value = values[str(row[name].value)]
    packed = io.BytesIO()
    opened.save(packed)
    return packed.getvalue()
