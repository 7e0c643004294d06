"""Polygons and lines: what surveyors, web maps and converters send."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

WEST, SOUTH = 102.70, 25.04
EPSG_4490 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
NOT_SAID: Any = object()


def ring(west: float = WEST, south: float = SOUTH, size: float = 0.001) -> list[list[float]]:
    """A square, counterclockwise, closed."""
    east, north = round(west + size, 9), round(south + size, 9)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def square(west: float = WEST, south: float = SOUTH, size: float = 0.001) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring(west, south, size)]}


def collection(
    *shapes: dict[str, Any] | None, crs: Any = NOT_SAID, codes: str = "ABCDEFGHIJ", **more: Any
) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {"小区编码": code, "小区名称": f"小区{number}"} | more,
            "geometry": shape,
        }
        for number, (code, shape) in enumerate(zip(codes, shapes, strict=False), start=1)
    ]
    declared = {} if crs is NOT_SAID else {"crs": crs}
    return {"type": "FeatureCollection", **declared, "features": features}


BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[102.7, 25], [102.71, 25.01], [102.71, 25], [102.7, 25.01], [102.7, 25]]],
}
LINE = {"type": "LineString", "coordinates": [[102.7, 25.0], [102.71, 25.0]]}
POINT = {"type": "Point", "coordinates": [102.7, 25.0]}
LINE_CLOSED = {"type": "LineString", "coordinates": ring()}
WITH_Z = {"type": "Polygon", "coordinates": [[[*point, 1890.5] for point in ring()]]}
WITH_HOLE = {"type": "Polygon", "coordinates": [ring(), ring(102.7002, 25.0402, 0.0002)[::-1]]}
HOLE_OUTSIDE = {"type": "Polygon", "coordinates": [ring(), ring(102.8, 25.2, 0.0002)[::-1]]}
CLOCKWISE = {"type": "Polygon", "coordinates": [ring()[::-1]]}
FAR_APART = {"type": "MultiPolygon", "coordinates": [[ring()], [ring(103.9, 26.3)]]}
MIXED = {"type": "GeometryCollection", "geometries": [LINE, square()]}
EMPTY = {"type": "Polygon", "coordinates": []}

JSON: dict[str, dict[str, Any]] = {
    "shapes_good.geojson": collection(square(), square(102.71)),
    "shapes_bow_tie.geojson": collection(BOW_TIE, square(102.72)),
    "shapes_swapped_axes.geojson": collection(square(25.04, 102.70), square()),
    "shapes_null_island.geojson": collection(square(0, 0), square()),
    "shapes_outside_china.geojson": collection(square(-77.03, 38.89), square()),
    "shapes_in_metres_undeclared.geojson": collection(square(500000.0, 2770000.0, 100.0)),
    "shapes_slivers.geojson": collection(square(size=0.000001), square()),
    "shapes_with_z.geojson": collection(WITH_Z),
    "shapes_clockwise.geojson": collection(CLOCKWISE),
    "shapes_with_hole.geojson": collection(WITH_HOLE),
    "shapes_hole_outside.geojson": collection(HOLE_OUTSIDE),
    "shapes_lines_and_points.geojson": collection(LINE, POINT, square()),
    "shapes_line_closed.geojson": collection(LINE_CLOSED),
    "shapes_mixed_collection.geojson": collection(MIXED),
    "shapes_empty_and_none.geojson": collection(EMPTY, None, square()),
    "shapes_parts_far_apart.geojson": collection(FAR_APART),
    "shapes_same_code_twice.geojson": collection(square(), square(102.72), square(), codes="AAB"),
    "shapes_same_place_twice.geojson": collection(square(), square()),
    "shapes_overlapping.geojson": collection(square(), square(102.7005)),
    "shapes_without_code.geojson": collection(square(), square(102.72), codes=" B"),
    # Reference systems
    "crs_declared_4490.geojson": collection(square(), crs=EPSG_4490),
    "crs_declared_4543.geojson": collection(
        square(470000.0, 2770000.0, 100.0),
        crs={"type": "name", "properties": {"name": "EPSG:4543"}},
    ),
    "crs_named_gcj02.geojson": collection(
        square(), crs={"type": "name", "properties": {"name": "gcj02"}}
    ),
    "crs_null.geojson": collection(square(), crs=None),
    "crs_fetched_by_link.geojson": collection(
        square(), crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/crs.wkt"}}
    ),
    "crs_beijing_1954.geojson": collection(
        square(), crs={"type": "name", "properties": {"name": "EPSG:4214"}}
    ),
    # Files
    "no_features.geojson": collection(),
    "address_among_values.geojson": collection(square(), 备注="/vsicurl/http://127.0.0.1:9/a.gpkg"),
    "barrier_kinds.geojson": {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"类别": kind}, "geometry": shape}
            for kind, shape in (
                ("河流", LINE),
                ("rail", LINE_CLOSED),
                ("围墙", LINE),
                ("通道", POINT),
                ("河流", MIXED),
            )
        ],
    },
    "area_polygons.geojson": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"管理区域编码": code, "备案日期": filed},
                "geometry": shape,
            }
            for code, filed, shape in (
                ("M1", "2022-01-01", square()),
                ("M2", "何时", square(102.72)),
                ("M3", None, LINE),
                ("M4", None, None),
            )
        ],
    },
    "division_outlines.geojson": {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"区划代码": code, "名称": name}, "geometry": shape}
            for code, name, shape in (
                ("530102", "五华区", square(size=0.1)),
                ("530103", "盘龙区", BOW_TIE),
                ("5301", "昆明市", None),
            )
        ],
    },
}


def _json_writer(value: dict[str, Any], encoding: str = "utf-8") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(json.dumps(value, ensure_ascii=False), encoding)

    return write


FILES: dict[str, Callable[[Path], None]] = {
    name: _json_writer(value) for name, value in JSON.items()
} | {
    "json_in_gbk.geojson": _json_writer(JSON["shapes_good.geojson"], "gbk"),
}
