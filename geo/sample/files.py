"""The user's files: GeoPackage and xlsx with a fixed clock, so that equal rows are equal bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import xlsxwriter

from geo.divisions import CRS
from geo.terms import MADE_UP

NOTE_HEADER: Final = "备注"
NOTE: Final = f"{MADE_UP}（虚构）"

_CLOCK: Final = "2026-01-05T00:00:00.000Z"
_CREATED: Final = dt.datetime(2026, 1, 5, tzinfo=dt.UTC).replace(tzinfo=None)


def write_shapes(path: Path, columns: Mapping[str, Sequence[Any]], geometry: np.ndarray) -> None:
    """Write one layer of shapes, each row marked as made up.

    Parameters
    ----------
    columns
        Header to values; dates as texts (2024-05-31), '' or None for blanks.
    geometry
        Object array, degrees; None where a row has no shape.
    """
    marked = {**columns, NOTE_HEADER: [NOTE] * len(geometry)}
    frame = gpd.GeoDataFrame(marked, geometry=gpd.GeoSeries(geometry, crs=CRS), crs=CRS)
    kinds = set(frame.geom_type.dropna())
    kind = "Unknown"
    if kinds <= {"Polygon", "MultiPolygon"}:
        kind = "Polygon" if kinds == {"Polygon"} else "MultiPolygon"
    path.unlink(missing_ok=True)
    previous = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CLOCK})
    try:
        pyogrio.write_dataframe(
            frame,
            path,
            layer=path.stem,
            driver="GPKG",
            geometry_type=kind,
            promote_to_multi=kind == "MultiPolygon",
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": previous})


def write_rows(path: Path, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write one sheet of rows, each marked as made up; dates as real dates."""
    path.unlink(missing_ok=True)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    book.set_properties({"title": path.stem, "comments": NOTE, "created": _CREATED})
    sheet = book.add_worksheet(path.stem)
    sheet.freeze_panes(1, 1)
    bold, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, header in enumerate((*headers, NOTE_HEADER)):
        sheet.set_column(column, column, max(10, 2 * len(header)))
        sheet.write_string(0, column, header, bold)
    last = len(headers)
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                sheet.write_string(place, column, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(place, column, value, date)
            else:
                sheet.write_number(place, column, value)
        sheet.write_string(place, last, NOTE)
    book.close()
