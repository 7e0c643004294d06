"""Geo formats: layers as tables and shapes, with every piece of metadata."""

from __future__ import annotations

import json
import re
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.raw import read

from geo.datum.reference import Datum, to_register
from geo.intake.vector import restrict_drivers
from maps.leaks.contents import Contents, Sheet


def read_vector(path: Path, contents: Contents) -> None:
    """Read all layers with GDAL; of a GeoPackage also the tables that GDAL keeps to itself."""
    restrict_drivers()  # no content makes the check read anything but its file
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        for name in names:
            _layer(path, name, contents)
    if path.suffix.lower() == ".gpkg":
        _database(path, contents, set(names))
    if path.suffix.lower() == ".geojson":
        words = json.loads(path.read_text("utf-8"))
        words.pop("features", None)
        contents.texts.append(("文件头", json.dumps(words, ensure_ascii=False)))


def _layer(path: Path, name: str, contents: Contents) -> None:
    info, _, shapes, columns = read(path, layer=name)
    values = [[_plain(cell) for cell in column.tolist()] for column in columns]
    rows = [list(row) for row in zip(*values, strict=True)]
    contents.sheets.append(Sheet(name, [str(field) for field in info["fields"]], rows))
    described = pyogrio.read_info(path, layer=name)
    for key in ("layer_metadata", "dataset_metadata"):
        for label, text in (described.get(key) or {}).items():
            contents.texts.append((f"{name} {label}", str(text)))
    if shapes is not None and info["geometry_type"] is not None:
        _shapes(list(shapes), info.get("crs"), name, contents)


def _plain(cell: Any) -> Any:
    """Give None for what GDAL's nulls become."""
    return None if isinstance(cell, float) and np.isnan(cell) else cell


def _shapes(cells: list[Any], crs: str | None, name: str, contents: Contents) -> None:
    shapes = shapely.from_wkb(np.array(cells, dtype=object))
    datum = None if crs is None else Datum.named(crs)
    if datum is None:
        contents.unread.append(f"图层 {name} 没有坐标系")
        return
    contents.shapes.append((name, np.asarray(to_register(shapes, datum), dtype=object)))


def read_parquet(path: Path, contents: Contents) -> None:
    """Read a (Geo)Parquet file with its metadata."""
    table = pq.read_table(path)
    metadata = {key.decode(): value.decode("utf-8", "replace")
                for key, value in (table.schema.metadata or {}).items()}  # fmt: skip
    contents.texts += [(f"元数据 {key}", text) for key, text in metadata.items()
                       if key not in {"ARROW:schema", "geo"}]  # fmt: skip
    geo = json.loads(metadata.get("geo", '{"columns":{}}'))
    for name, column in geo["columns"].items():
        crs = column.get("crs", "OGC:CRS84")
        text = json.dumps(crs) if isinstance(crs, dict) else str(crs)
        _shapes(table.column(name).to_pylist(), text, path.stem, contents)
    columns = [name for name in table.column_names if name not in geo["columns"]]
    rows = [list(row.values()) for row in table.select(columns).to_pylist()]
    contents.sheets.append(Sheet(path.stem, columns, rows))


def _database(path: Path, contents: Contents, seen: set[str]) -> None:
    """Read the tables of a GeoPackage that are no layers: styles, metadata, what was forgotten."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        listed = connection.execute("select name from sqlite_master where type = 'table'")
        for (name,) in listed.fetchall():
            if name in seen or re.match(r"(sqlite_|rtree_|gpkg_ogr|gpkg_spatial|gpkg_tile)", name):
                continue
            cursor = connection.execute('select * from "' + name.replace('"', '""') + '"')  # noqa: S608 — a name that the file itself lists, quoted
            headers = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for header, value in zip(headers, row, strict=True):
                    if isinstance(value, str):
                        contents.texts.append((f"{name}.{header}", value))
    finally:
        connection.close()
