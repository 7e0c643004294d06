"""Layers through GDAL's Arrow door: exact types, nulls kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import shapely
from pyogrio.raw import write_arrow

from geo.datum.reference import Datum
from maps.dataout.layers import Layer
from maps.dataout.reference import projected


def with_shapes(layer: Layer, datum: Datum, geometry: str = "geometry") -> pa.Table:
    """Give a layer's table with its shapes as WKB in a datum, in a column at the end."""
    if layer.shapes is None:
        return layer.table
    wkb = shapely.to_wkb(projected(layer.shapes, datum))
    return layer.table.append_column(geometry, pa.array(wkb.tolist(), pa.binary()))


def write_layer(
    path: Path,
    layer: Layer,
    datum: Datum,
    driver: str,
    *,
    table: pa.Table | None = None,
    name: str | None = None,
    append: bool = False,
    version: str | None = None,
    dataset_metadata: Mapping[str, str] | None = None,
    layer_metadata: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """Write a layer with a GDAL driver; `options` are the driver's own."""
    found = with_shapes(layer, datum) if table is None else table
    write_arrow(
        found,
        path,
        layer=name or layer.name,
        driver=driver,
        geometry_name="geometry" if layer.shapes is not None else None,
        geometry_type=layer.shape or "Unknown",
        crs=datum.crs.to_wkt() if layer.shapes is not None and datum.crs is not None else None,
        append=append,
        dataset_metadata=dict(dataset_metadata) if dataset_metadata else None,
        layer_metadata=dict(layer_metadata) if layer_metadata else None,
        dataset_options={"VERSION": version} if version and not append else None,
        layer_options=options or None,
    )
