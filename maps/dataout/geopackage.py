"""A GeoPackage that QGIS opens coloured: layers, styles (`layer_styles`), what it is (说明)."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pyogrio

from geo.datum.reference import Datum
from maps.dataout.arrow import write_layer
from maps.dataout.head import Head
from maps.dataout.layers import Layer
from maps.dataout.qml import qml
from maps.dataout.sld import sld
from maps.dataout.styles import styles_of

ABOUT: Final = "说明"
COLUMNS: Final = "字段说明"

VERSION: Final = "1.2"
"""Of GeoPackage: later ones make the QGIS and ArcGIS of most offices warn, and bring us nothing."""

_STYLES: Final = """
create table layer_styles (
    id integer primary key autoincrement not null,
    f_table_catalog text(256), f_table_schema text(256), f_table_name text(256),
    f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text,
    useAsDefault boolean, description text, owner text(30), ui text(30),
    update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
"""The table as QGIS makes it; it finds a layer's styles there by table and geometry column."""

_CONTENTS: Final = """
insert into gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
values ('layer_styles', 'attributes', 'layer_styles', '图层样式（QGIS）', ?, 0)
"""

_STYLE: Final = """
insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
    styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
values ('', '', ?, 'geom', ?, ?, ?, ?, ?, 'wuye', ?)
"""


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write all layers, two tables that explain them, and the styles."""
    for at, layer in enumerate(layers):
        write_layer(
            path,
            layer,
            datum,
            "GPKG",
            append=at > 0,
            version=VERSION,
            GEOMETRY_NAME="geom",  # layer_styles names it
            IDENTIFIER=layer.name,
            DESCRIPTION=f"{layer.title}：{head.line()}",
        )
    explained = [
        (layer.name, layer.title, field.name, field.header)
        for layer in layers
        for field in layer.fields
    ]
    for name, columns, rows in (
        (ABOUT, ["项", "内容"], head.rows()),
        (COLUMNS, ["图层", "图层名称", "字段", "中文名称"], explained),
    ):
        frame = pd.DataFrame(rows, columns=columns)
        # A table without geometry; through the door of the layers it would get an empty one.
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=True)
    _styles(path, layers, f"{head.as_of}T00:00:00.000Z")


def _styles(path: Path, layers: Sequence[Layer], moment: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_STYLES)
        connection.execute(_CONTENTS, [moment])
        for layer in layers:
            for at, style in enumerate(styles_of(layer)):
                connection.execute(
                    _STYLE,
                    [layer.name, style.name, qml(style, layer), sld(style, layer), at == 0,
                     style.title, moment],
                )  # fmt: skip
