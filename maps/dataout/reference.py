"""In which reference system a file is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyproj
import shapely

from geo.datum.reference import Datum, from_register
from geo.datum.zones import zone_at
from geo.errors import UsageError
from geo.snapshot.file import Array
from maps.dataout.layers import Layer

LOCAL: Final = ("gk", "gk-prefixed")
"""The 3° Gauss–Krüger zone that the data lie in: truncated eastings, or the zone in front."""

LARGE_KM2: Final = 25.0
"""Continuous large-scale extents above this are a matter of secrecy (自然资发〔2020〕95号)."""

_ELLIPSOID: Final = pyproj.Geod(ellps="GRS80")


def bounds_of(layers: Sequence[Layer]) -> tuple[float, float, float, float] | None:
    """Give the frame of all shapes in degrees, or None without any."""
    found = [
        shapely.total_bounds(layer.shapes)
        for layer in layers
        if layer.shapes is not None and len(layer.shapes)
    ]
    frames = np.array([frame for frame in found if not np.isnan(frame).any()])
    if not len(frames):
        return None
    west, south = frames[:, :2].min(axis=0).tolist()
    east, north = frames[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def datum_of(name: str, layers: Sequence[Layer]) -> Datum:
    """Give the datum of a name; ``gk`` takes the zone that the middle of the data lies in.

    Raises
    ------
    UsageError
        For a system that GIS programs don't know, with swapped axes, or ``gk`` without data.
    """
    word = name.strip().lower()
    if word in LOCAL:
        frame = bounds_of(layers)
        if frame is None:
            raise UsageError(f"--crs {name}：所选数据没有图形，无从判断分带。", "请写明坐标系。")
        zone = zone_at((frame[0] + frame[2]) / 2)
        return Datum.named(zone.truncated if word == LOCAL[0] else zone.prefixed)
    datum = Datum.named(name)
    if datum.crs is None or datum.swapped:
        raise UsageError(
            f"--crs {name}：制图软件没有这种坐标系，不能导出。",
            "请用 EPSG:4490、CRS84、gk（当地 3 度带）或 EPSG:4521–4523、4542–4544。",
        )
    return datum


def zone_warning(datum: Datum, layers: Sequence[Layer]) -> str | None:
    """Warn when data reach beyond the zone they are projected in."""
    frame = bounds_of(layers)
    if frame is None or datum.crs is None or not datum.crs.is_projected:
        return None
    operation = datum.crs.coordinate_operation
    if operation is None or "Gauss" not in f"{operation.method_name}{datum.crs.name}":
        return None
    west, east = zone_at(frame[0]), zone_at(frame[2])
    if west == east and datum.name in {west.truncated, west.prefixed}:
        return None
    return (
        f"数据跨越 {datum.name} 以外的分带（{frame[0]:.2f}°–{frame[2]:.2f}°E），"
        "带外图形变形较大，量算请用椭球面积。"
    )


def extent_warning(layers: Sequence[Layer]) -> str | None:
    """Warn of large-scale shapes whose continuous extent passes `LARGE_KM2`.

    The extent is that of the hull of compounds, areas and projects, on the ellipsoid.
    """
    shapes = [
        layer.shapes[~shapely.is_missing(layer.shapes)]
        for layer in layers
        if layer.shapes is not None and layer.name in {"compounds", "areas", "projects"}
    ]
    joined = np.concatenate(shapes) if shapes else np.array([], object)
    if not len(joined):
        return None
    hull = shapely.convex_hull(shapely.geometrycollections(joined))
    area_km2 = abs(_ELLIPSOID.geometry_area_perimeter(hull)[0]) / 1e6
    if area_km2 <= LARGE_KM2:
        return None
    return (
        f"大比例尺图形连续范围约 {area_km2:,.0f} 平方公里，超过 {LARGE_KM2:g} 平方公里："
        "对外提供前请按自然资发〔2020〕95号核对密级，并确认已排除军事等禁止公开的地点。"
    )


def projected(shapes: Array, datum: Datum) -> Array:
    """Bring shapes into a datum, easting or longitude first."""
    return np.asarray(from_register(shapes, datum), dtype=object)
