"""csv with Chinese headers, as Excel opens it: UTF-8 with a mark, nothing that becomes a formula.

A csv has no types, so Excel would turn a code of 12 digits into a number: codes there belong into
the xlsx. Here they are written whole, in quotes.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import shapely

from geo.csv_cells import csv_cell
from geo.datum.reference import Datum
from maps.dataout.head import Head
from maps.dataout.layers import Layer
from maps.dataout.reference import projected


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write one layer; shapes as WKT to a centimetre. What it is stands in the text beside it."""
    (layer,) = layers
    shapes = None
    if layer.shapes is not None:
        precision = 7 if datum.is_null else 2
        shapes = shapely.to_wkt(projected(layer.shapes, datum), rounding_precision=precision)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        headers = [field.header for field in layer.fields]
        sheet.writerow([*headers, *(["图形(WKT)"] if shapes is not None else [])])
        for at, row in enumerate(layer.table.to_pylist()):
            cells = [csv_cell(plain(row[field.name])) for field in layer.fields]
            sheet.writerow([*cells, *([shapes[at] or ""] if shapes is not None else [])])


def plain(value: object) -> object:
    """Give a cell as people read it: 是 and 否, dates as text, blank for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
