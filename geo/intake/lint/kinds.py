"""Shapes of the wrong kind: lines that are outlines, collections, points."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from pyproj import Geod

from geo.intake.lint.draft import Draft
from geo.intake.lint.limits import CLOSING_GAP_M
from geo.intake.lint.measure import area_m2, square_metres

POLYGONAL: Final = (3, 6)
LINEAR: Final = (1, 2, 5)
POINT: Final = (0,)
COLLECTION: Final = 7
KIND_NAMES: Final = {
    "Point": "点", "MultiPoint": "多点", "LineString": "线", "LinearRing": "环",
    "MultiLineString": "多线", "Polygon": "多边形", "MultiPolygon": "多多边形",
    "GeometryCollection": "混合图形",
}  # fmt: skip

_GEOD: Final = Geod(a=6378137.0, rf=298.257222101)


def take_polygons(draft: Draft) -> None:
    """Turn outlines and collections into polygons, said so; hold back what has none."""
    kinds = shapely.get_type_id(draft.shapes)
    for position in np.flatnonzero((kinds >= 0) & ~np.isin(kinds, POLYGONAL)):
        if kinds[position] in LINEAR:
            _close(draft, position)
        elif kinds[position] == COLLECTION:
            _unpack(draft, position)
        else:
            _hold_kind(draft, position, "不是多边形")


def hold_others(draft: Draft, only: tuple[int, ...], called: str) -> None:
    """Hold back mixed shapes (barriers), and all but some kinds where only they will do."""
    types = shapely.get_type_id(draft.shapes)
    for position in np.flatnonzero(types == COLLECTION):
        _hold_kind(draft, position, "是混合图形")
    if only:
        for position in draft.where(~np.isin(types, (*only, COLLECTION))):
            _hold_kind(draft, position, f"不是{called}")


def _hold_kind(draft: Draft, position: Any, message: str) -> None:
    draft.hold(
        "wrong_kind", position, draft.shapes[position].geom_type, message,
        "请按要求的图形类型重新导出",
    )  # fmt: skip


def _close(draft: Draft, position: Any) -> None:
    """Close an outline drawn as lines; one that does not close is held, with its gap."""
    whole = shapely.line_merge(draft.shapes[position])
    rings, closed_m = [], 0.0
    for line in shapely.get_parts(whole):
        points = shapely.get_coordinates(line)
        gap_m = _gap_m(points)
        if gap_m > CLOSING_GAP_M or len(points) < 3:
            draft.hold(
                "open_line", position, draft.shapes[position].geom_type,
                f"是线不是面，首尾相距 {gap_m:,.1f} 米，无法闭合",
                f"请闭合为多边形（相距不超过 {CLOSING_GAP_M:g} 米的可自动闭合）",
            )  # fmt: skip
            return
        closed_m = max(closed_m, gap_m)
        if not np.array_equal(points[0], points[-1]):
            points = np.vstack([points, points[:1]])
        if len(points) >= 4:
            rings.append(shapely.linestrings(points))
    found = shapely.build_area(shapely.node(shapely.multilinestrings(rings)))
    if shapely.is_empty(found):
        draft.hold(
            "collapsed", position, draft.shapes[position].geom_type, "线围不出面积", "请重新绘制",
        )  # fmt: skip
        return
    size = square_metres(float(area_m2(np.array([found], dtype=object))[0]))
    draft.shapes[position] = found
    draft.warn(
        "line_closed", position, f"{len(rings)} 条线",
        f"线已闭合为多边形，面积 {size}" + (f"，补上缺口 {closed_m:.2f} 米" if closed_m else ""),
        "请核对边界，并改存为多边形",
    )  # fmt: skip


def _gap_m(points: np.ndarray) -> float:
    _, _, gap_m = _GEOD.inv(*points[0], *points[-1])
    return float(gap_m)


def _unpack(draft: Draft, position: Any) -> None:
    """Keep a collection's polygons; name what else was in it."""
    parts = _flattened(draft.shapes[position])
    kinds = shapely.get_type_id(parts)
    areal = np.isin(kinds, POLYGONAL)
    if not areal.any():
        _hold_kind(draft, position, "混合图形中没有多边形")
        return
    dropped = sorted({KIND_NAMES.get(part.geom_type, part.geom_type) for part in parts[~areal]})
    # Parts as they are: repair joins those that overlap, and says so.
    draft.shapes[position] = shapely.multipolygons(shapely.get_parts(parts[areal]))
    draft.warn(
        "mixed_collection", position, "GeometryCollection",
        "混合图形，只取其中的多边形" + (f"，舍去{'、'.join(dropped)}" if dropped else ""),
        "请核对，并改存为多边形",
    )  # fmt: skip


def _flattened(collection: Any) -> np.ndarray:
    parts = shapely.get_parts(collection)
    while (shapely.get_type_id(parts) == COLLECTION).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts, dtype=object)
