"""GeoJSON as RFC 7946 has it: CRS84, exterior rings anticlockwise, seven decimals, bbox.

What the file is stands in a foreign member ``wuye`` (section 6.1), which readers pass over.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geo.datum.reference import Datum
from geo.errors import UsageError
from geo.snapshot.file import Array
from maps.dataout.head import Head
from maps.dataout.layers import Layer

DECIMALS: Final = 7
"""About a centimetre, as the RFC advises (section 11.2)."""


def write(path: Path, layers: Sequence[Layer], head: Head, datum: Datum) -> None:
    """Write one layer.

    Raises
    ------
    UsageError
        For another reference system than plain longitude and latitude.
    """
    if not datum.is_null:
        raise UsageError(
            f"{path.name}：GeoJSON（RFC 7946）只用经纬度，不能用 {datum.name}。",
            "请去掉 --crs，或改用 .gpkg、.fgb。",
        )
    (layer,) = layers
    shapes = oriented(layer.shapes) if layer.shapes is not None else None
    texts = ["null"] * layer.table.num_rows
    if shapes is not None:
        texts = [text or "null" for text in shapely.to_geojson(shapes).tolist()]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","name":')
        file.write(f"{_json(layer.name)},\n")
        frame = shapely.total_bounds(shapes) if shapes is not None and len(shapes) else None
        if frame is not None and not np.isnan(frame).any():
            file.write(f'"bbox":{_json([round(value, DECIMALS) for value in frame.tolist()])},\n')
        file.write(f'"wuye":{_json(head.as_json())},\n"features":[')
        for at, (row, shape) in enumerate(zip(layer.table.to_pylist(), texts, strict=True)):
            file.write(",\n" if at else "\n")
            file.write(f'{{"type":"Feature","properties":{_json(row)},"geometry":{shape}}}')
        file.write("\n]}\n")


def oriented(shapes: Array) -> Array:
    """Round to seven decimals and turn exterior rings anticlockwise; None stays None."""
    rounded = shapely.transform(shapes, lambda points: np.round(points, DECIMALS))
    found: Array = shapely.orient_polygons(rounded, exterior_cw=False)
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
