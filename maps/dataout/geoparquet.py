"""GeoParquet 1.1: one layer, WKB geometry, what it is in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
import shapely

from geo.datum.reference import Datum
from geo.snapshot.file import Array
from maps.dataout.arrow import with_shapes
from maps.dataout.head import Head
from maps.dataout.layers import Layer
from maps.dataout.reference import projected

VERSION: Final = "1.1.0"

KINDS: Final = {0: "Point", 5: "MultiLineString", 6: "MultiPolygon"}
"""What a layer's shapes are, by shapely's number."""


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write one layer; coordinates are x before y whatever the reference system's axes."""
    (layer,) = layers
    table = with_shapes(layer, datum)
    metadata = {b"wuye": json.dumps(head.as_json(), ensure_ascii=False).encode()}
    if layer.shapes is not None:
        metadata[b"geo"] = json.dumps(geo_metadata(layer.shapes, datum)).encode()
    pq.write_table(
        table.replace_schema_metadata(metadata), path, compression="zstd", store_schema=True
    )


def geo_metadata(shapes: Array, datum: Datum) -> dict[str, Any]:
    """Give the ``geo`` member of a file's metadata; `shapes` in EPSG:4490."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(
            {KINDS[kind] for kind in shapely.get_type_id(shapes).tolist() if kind in KINDS}
        ),
        "crs": datum.crs.to_json_dict() if datum.crs is not None else None,
        "edges": "planar",
    }  # fmt: skip
    frame = shapely.total_bounds(projected(shapes, datum))
    if not np.isnan(frame).any():
        column["bbox"] = frame.tolist()
    return {"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}}
