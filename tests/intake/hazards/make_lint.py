"""Shapes that are wrong by themselves or beside others: what the geometry rules are for."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

WEST, SOUTH = 102.70, 25.04
METRE = 1e-5  # of latitude: 1.11 m

Ring = list[list[float]]


def ring(west: float, south: float, width: float, height: float | None = None) -> Ring:
    """A rectangle, counterclockwise, closed; degrees."""
    east, north = west + width, south + (width if height is None else height)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def box(*corner: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring(*corner)]}


GOOD = box(WEST, SOUTH, 0.001)
MIDDLE = [WEST + 0.0005, SOUTH + 0.0005]


def with_hole(size: float, south: float = SOUTH) -> dict[str, Any]:
    hole = ring(MIDDLE[0], south + 0.0005, size)[::-1]
    return {"type": "Polygon", "coordinates": [ring(WEST, south, 0.001), hole]}


def parts(*rings: Ring) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [[one] for one in rings]}


def with_vertex(*extra: list[float]) -> dict[str, Any]:
    outer = ring(WEST, SOUTH, 0.001)
    return {"type": "Polygon", "coordinates": [[*outer[:3], *extra, *outer[3:]]]}


def line(*points: list[float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


CORNERS = ring(WEST, SOUTH, 0.001)[:4]
TIP = [WEST + 0.0005, SOUTH + 0.004]
SPIKE = with_vertex([WEST + 0.000501, SOUTH + 0.001], TIP, [WEST + 0.000499, SOUTH + 0.001])

SHAPES: dict[str, list[dict[str, Any]]] = {
    "lint_thin.geojson": [box(WEST, SOUTH, 0.001, 0.5 * METRE), box(WEST, 25.1, 0.00003)],
    "lint_spike.geojson": [SPIKE],
    "lint_tiny_hole.geojson": [with_hole(0.5 * METRE), with_hole(30 * METRE, 25.1)],
    "lint_tiny_part.geojson": [parts(ring(WEST, SOUTH, 0.001), ring(WEST, 25.1, 0.5 * METRE))],
    "lint_hole_as_part.geojson": [
        parts(ring(WEST, SOUTH, 0.001), ring(*MIDDLE, 0.0002)[::-1]),
    ],
    "lint_part_in_part.geojson": [parts(ring(WEST, SOUTH, 0.001), ring(*MIDDLE, 0.0002))],
    "lint_line_nearly_closed.geojson": [
        line(*CORNERS, [WEST, SOUTH + METRE]),
        line(*CORNERS, [WEST, SOUTH + 10 * METRE]),
    ],
    "lint_outline_of_lines.geojson": [
        {
            "type": "MultiLineString",
            "coordinates": [CORNERS[:3], [CORNERS[2], CORNERS[3], CORNERS[0]]],
        }
    ],
    "lint_across_180.geojson": [box(-179.0, SOUTH, 358.0), box(WEST - 360, SOUTH, 0.001)],
    "lint_vertex_at_zero.geojson": [with_vertex([0.0, 0.0])],
    "lint_repeated_points.geojson": [with_vertex(CORNERS[2], CORNERS[2])],
    "lint_near_duplicate.geojson": [GOOD, box(WEST + METRE, SOUTH, 0.001)],
    "lint_overlap_slip.geojson": [GOOD, box(WEST + 0.001 - 0.5 * METRE, SOUTH, 0.001)],
    "lint_within_another.geojson": [GOOD, box(*MIDDLE, 0.0002)],
    "lint_same_row_again.geojson": [GOOD, GOOD],
    "lint_overlap_registered.geojson": [box(WEST + 0.0008, SOUTH, 0.001)],
    "lint_astride_counties.geojson": [
        box(102.7995, SOUTH, 0.001),
        box(102.79905, 25.06, 0.001),
        box(102.79, SOUTH, 0.001),
    ],
    "lint_outside_counties.geojson": [box(102.79, SOUTH, 0.001), box(104.79, SOUTH, 0.001)],
    "lint_all_outside_counties.geojson": [box(106.79, SOUTH, 0.001), box(104.79, SOUTH, 0.001)],
    "lint_area_in_part.geojson": [box(WEST + 0.0005, SOUTH, 0.002), box(WEST, 25.1, 0.002)],
}
"""By file; rows get the codes A, B and so on, or L1, L2 where only other codes are of use."""

OTHER_CODES = {"lint_overlap_registered.geojson", "lint_area_in_part.geojson"}


def feature(code: str, shape: Any, header: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": {header: code}, "geometry": shape}


def _json_writer(features: list[dict[str, Any]], crs: str = "") -> Callable[[Path], None]:
    value: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs:
        value["crs"] = {"type": "name", "properties": {"name": crs}}

    def write(path: Path) -> None:
        path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")

    return write


def _rows(name: str, shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    header = "管理区域编码" if "area" in name else "小区编码"
    lead = "L" if name in OTHER_CODES else ""
    return [
        feature(lead + code, shape, header) for code, shape in zip("ABCDEFGH", shapes, strict=False)
    ]


COUNTIES = [
    {
        "type": "Feature",
        "properties": {"区划代码": code, "名称": name},
        "geometry": box(west, 25.0, 0.1),
    }
    for code, name, west in (("530102", "五华区", 102.7), ("530103", "盘龙区", 102.8))
]


def _geopackage(*geometries: bytes) -> Callable[[Path], None]:
    """Write WKB as it is, which no library that checks its shapes would."""

    def write(path: Path) -> None:
        codes = np.array(list("ABCDEFGH")[: len(geometries)], dtype=object)
        pyogrio.raw.write(
            path, np.array(geometries, dtype=object), [codes], ["小区编码"],
            geometry_type="Unknown", crs="EPSG:4490", layer="lint",
        )  # fmt: skip

    return write


def _polygon(*points: list[float]) -> bytes:
    flat = [value for point in points for value in point]
    return struct.pack(f"<BIII{len(flat)}d", 1, 3, 1, len(points), *flat)


NAN = _polygon(*CORNERS[:3], [float("nan"), SOUTH], CORNERS[0])
MEASURED = shapely.to_wkb(
    shapely.Polygon([(x, y, 1890.0) for x, y in ring(WEST, SOUTH, 0.001)]), output_dimension=3
)
SURVEYED = [
    feature("A", box(2770000.0, 470000.0, 100.0), "小区编码"),
    feature("B", box(470000.0, 2770000.0, 100.0), "小区编码"),
]

FILES: dict[str, Callable[[Path], None]] = {
    name: _json_writer(_rows(name, shapes)) for name, shapes in SHAPES.items()
} | {
    "lint_counties.geojson": _json_writer(COUNTIES),
    "lint_metres_swapped.geojson": _json_writer(SURVEYED, "EPSG:4543"),
    "lint_not_a_number.gpkg": _geopackage(NAN, MEASURED),
}
