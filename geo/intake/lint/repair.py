"""Rings put right: repeated points, holes given as parts, shapes that cross themselves.

Which way a ring runs means nothing but in a multipolygon whose parts lie in each other, as some
exports of multi-ring Shapefiles have it: there a part that runs against the one around it is its
hole. Otherwise windings are only normalised, shells clockwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import shapely
from shapely import STRtree

from geo.intake.lint.draft import Draft
from geo.intake.lint.limits import MANY_VERTICES, MOST_CROSSINGS, MOST_VERTICES
from geo.intake.lint.measure import Geometries, area_m2, square_metres
from geo.shares import percent_text

REASONS: Final = {
    "Self-intersection": ("bow_tie", "边界自相交（打结）"),
    "Ring Self-intersection": ("ring_touches_itself", "环与自身相接"),
    "Hole lies outside shell": ("hole_outside", "内环在外环之外"),
    "Nested shells": ("nested_parts", "部分图形套在另一部分之内"),
    "Holes are nested": ("nested_holes", "内环套内环"),
    "Duplicate Rings": ("duplicate_rings", "环重复"),
    "Interior is disconnected": ("interior_cut", "内部被切断"),
    "Too few points in geometry component": ("too_few_points", "环的顶点不足"),
}
"""GEOS's reason to our rule and words; any other is ``repaired``."""

REMEDIES: Final = {
    "nested_parts": "已并入外面的部分；若里面是不属于本图形的空地，请画成内环",
    "hole_as_part": "请在原图上核对，并把内环存成同一多边形的内环",
}

LARGE_SHAPE: Final = 20_000
FEW_SIDES: Final = 200
SAMPLED_SIDES: Final = 2_000
SIDES_AT_ONCE: Final = 4
"""Of a tangle each side meets thousands: a few at a time, until it is clear."""


def drop_repeated_points(draft: Draft) -> None:
    """Remove points that repeat the one before; the ground covered stays the same."""
    points, owner = shapely.get_coordinates(draft.shapes, return_index=True)
    twice = (points[1:] == points[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    if not twice.any():
        return
    rows = np.unique(owner[1:][twice])
    rows = rows[[not _has_collapsed_ring(shape) for shape in draft.shapes[rows]]]
    before = shapely.get_num_coordinates(draft.shapes[rows])
    draft.shapes[rows] = shapely.remove_repeated_points(draft.shapes[rows], 0)
    after = shapely.get_num_coordinates(draft.shapes[rows])
    draft.counts["repeated_points"] += int((before - after).sum())
    draft.counts["repeated_shapes"] += int((before > after).sum())


def _has_collapsed_ring(shape: Any) -> bool:
    """Tell whether a ring is one point, or two: GEOS makes no ring of what would be left of it."""
    rings = (
        shapely.get_rings(shapely.get_parts(shape)) if shapely.get_type_id(shape) in {3, 6} else []
    )
    return any(len(np.unique(shapely.get_coordinates(ring), axis=0)) < 3 for ring in rings)


def hold_huge(draft: Draft) -> None:
    """Hold back what has too many vertices for a boundary; warn of what has many."""
    vertices = shapely.get_num_coordinates(draft.shapes)
    for position in np.flatnonzero(vertices > MANY_VERTICES):
        count = f"{vertices[position]:,} 个顶点"
        if vertices[position] > MOST_VERTICES:
            draft.hold(
                "too_many_vertices", position, count,
                f"顶点超过 {MOST_VERTICES:,} 个，不是小区或区划的边界", "请先概化（简化）后再导入",
            )  # fmt: skip
        else:
            draft.warn(
                "many_vertices", position, count, f"顶点多于 {MANY_VERTICES:,} 个，原样入库",
                "多由栅格转出；请核对，必要时先概化（简化）",
            )  # fmt: skip


def hold_tangles(draft: Draft, places: Iterable[Any]) -> None:
    """Hold back those of some shapes that cross themselves too often to be repaired."""
    for position in places:
        if _crossings(draft.shapes[position]) > MOST_CROSSINGS:
            draft.hold(
                "too_tangled", position, f"{shapely.get_num_coordinates(draft.shapes[position]):,}"
                " 个顶点", "边界自相交过多，无法修复", "请重新绘制，或重新导出该图形",
            )  # fmt: skip


def make_valid(draft: Draft) -> None:
    """Repair what is not valid, and say what it was and what changed."""
    # Even asking whether a large tangle is valid takes minutes.
    large = shapely.get_num_coordinates(draft.shapes) > LARGE_SHAPE
    hold_tangles(draft, draft.where(large))
    wrong = ~shapely.is_valid(draft.shapes)
    hold_tangles(draft, draft.where(wrong & ~large))
    for position in draft.where(wrong):
        shape = draft.shapes[position]
        reason = shapely.is_valid_reason(shape)
        rule, words = REASONS.get(reason.split("[")[0], ("repaired", "图形不合规范"))
        turned, holes = _holes_from_parts(shape)
        if holes:
            rule, words = "hole_as_part", f"有 {holes} 个内环被存成单独的部分，已按环的方向还原"
        mended = shapely.make_valid(turned, method="structure", keep_collapsed=False)
        draft.shapes[position] = mended
        if shapely.is_empty(mended):
            draft.hold("collapsed", position, reason[:80], "图形没有面积", "请重新绘制")
            continue
        draft.warn(
            rule, position, reason[:80], f"{words}，已修复：{_what_changed(shape, mended)}",
            REMEDIES.get(rule, "请在原图上核对"),
        )  # fmt: skip


def hold_empty(draft: Draft) -> None:
    """Hold back what has no extent."""
    for position in draft.where(shapely.is_empty(draft.shapes)):
        draft.hold("collapsed", position, "", "图形没有面积", "请重新绘制")


def _what_changed(before: Any, after: Any) -> str:
    """Tell areas and parts before and after."""
    old_m2, new_m2 = area_m2(np.array([before, after], dtype=object))
    size = f"面积 {square_metres(old_m2)} → {square_metres(new_m2)}"
    if old_m2 > 0 and abs(new_m2 - old_m2) > 0.005:
        size += (
            f"（{'+' if new_m2 > old_m2 else '-'}{percent_text(abs(new_m2 - old_m2) / old_m2)}）"
        )
    parts = shapely.get_num_geometries(before), shapely.get_num_geometries(after)
    holes = _holes(before), _holes(after)
    if parts[0] != parts[1]:
        size += f"，部分 {parts[0]} → {parts[1]}"
    if holes[0] != holes[1]:
        size += f"，内环 {holes[0]} → {holes[1]}"
    return size


def _holes(shape: Any) -> int:
    return int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum())


def _crossings(shape: Any) -> float:
    """Estimate how many pairs of a shape's sides cross, from a sample of its sides.

    Repairing notes every crossing, and a tangle of n sides can have n² of them.
    """
    points, owner = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(shape)), return_index=True
    )
    if len(points) < FEW_SIDES:
        return 0.0
    same = owner[1:] == owner[:-1]
    ends = np.hstack([points[:-1], points[1:]])[same]
    sides = shapely.linestrings(ends.reshape(-1, 2, 2))
    sample = sides[:: max(1, len(sides) // SAMPLED_SIDES)]
    tree, found = STRtree(sides), 0
    for start in range(0, len(sample), SIDES_AT_ONCE):
        found += tree.query(sample[start : start + SIDES_AT_ONCE], predicate="crosses").shape[1]
        if found / len(sample) * len(sides) / 2 > MOST_CROSSINGS:
            break
    return found / len(sample) * len(sides) / 2


def _holes_from_parts(shape: Any) -> tuple[Any, int]:
    """Make holes of parts that lie within another part and run against it; count them."""
    parts: Geometries = shapely.get_parts(shape)
    if len(parts) < 2 or not shapely.is_valid(parts).all():
        return shape, 0
    inner, outer = STRtree(parts).query(parts, predicate="within")
    clockwise = ~shapely.is_ccw(shapely.get_exterior_ring(parts))
    size = shapely.area(parts)
    holes: dict[int, int] = {}
    for place in map(int, np.argsort(-size, kind="stable")):
        around = outer[(inner == place) & (size[outer] > size[place])]
        if not len(around):
            continue
        parent = int(around[np.argmin(size[around])])
        # What lies in a hole is an island, whichever way it runs.
        if parent not in holes and clockwise[place] != clockwise[parent]:
            holes[place] = parent
    if not holes:
        return shape, 0
    kept = [place for place in range(len(parts)) if place not in holes]
    cut = []
    for place in kept:
        mine = [parts[hole] for hole, parent in holes.items() if parent == place]
        cut.append(
            shapely.difference(parts[place], shapely.union_all(mine)) if mine else parts[place]
        )
    return shapely.multipolygons(shapely.get_parts(np.array(cut, dtype=object))), len(holes)
