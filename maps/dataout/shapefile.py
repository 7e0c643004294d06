"""A zipped Shapefile for old office GIS: UTF-8 said in a ``.cpg``, ten-character fields explained.

Its rows have no nulls: blank text is "not known", so is a blank number (dBASE writes it as such),
and yes or no is 1 or 0.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from geo.csv_cells import csv_cell
from geo.datum.reference import Datum
from maps.dataout.arrow import with_shapes, write_layer
from maps.dataout.head import Head
from maps.dataout.layers import Layer
from maps.dataout.qml import qml
from maps.dataout.sld import sld
from maps.dataout.styles import styles_of

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The moment that files in the archive carry: none, so that same data are same bytes."""

MAPPING: Final = "字段对照.csv"
ABOUT: Final = "说明.txt"
TEXT_BYTES: Final = 254
"""dBASE holds no longer text."""


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write each layer as a Shapefile into one archive, with the mapping and what it all is."""
    folder = path.parent / "shp"
    folder.mkdir()
    for layer in layers:
        write_layer(
            folder / f"{layer.name}.shp",
            layer,
            datum,
            "ESRI Shapefile",
            table=_short(layer, datum),
            ENCODING="UTF-8",
            DBF_DATE_LAST_UPDATE=head.as_of,
        )
        for style in styles_of(layer)[:1]:
            (folder / f"{layer.name}.sld").write_text(_renamed(sld(style, layer), layer), "utf-8")
            (folder / f"{layer.name}.qml").write_text(_renamed(qml(style, layer), layer), "utf-8")
    (folder / MAPPING).write_bytes(mapping(layers))
    words = "\n".join(f"{label}：{text}" for label, text in head.rows())
    (folder / ABOUT).write_text(words + "\n", "utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


def mapping(layers: Sequence[Layer]) -> bytes:
    """Write which short name stands for which column, as a csv that Excel opens."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["图层", "字段", "中文名称", "英文名称"])
    for layer in layers:
        for field in layer.fields:
            sheet.writerow(
                [csv_cell(cell) for cell in (layer.name, field.short, field.header, field.name)]
            )
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _short(layer: Layer, datum: Datum) -> pa.Table:
    """Rename the columns and bring them to what dBASE holds."""
    found = with_shapes(layer, datum)
    columns: dict[str, Any] = {}
    for field in layer.fields:
        column = found.column(field.name)
        if field.kind in {"flag", "integer"}:
            column = column.cast(pa.int32())
        elif field.kind == "text":
            column = pc.utf8_slice_codeunits(column, 0, TEXT_BYTES // 3)
        columns[field.short] = column
    if layer.shapes is not None:
        columns["geometry"] = found.column("geometry")
    return pa.table(columns)


def _renamed(style: str, layer: Layer) -> str:
    """Have a style name the fields by their short names."""
    for field in layer.fields:
        if field.name != field.short:
            for mark in (f'"{field.name}"', f">{field.name}<", f"&quot;{field.name}&quot;"):
                style = style.replace(mark, mark.replace(field.name, field.short))
    return style
