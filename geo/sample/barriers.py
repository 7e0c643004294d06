"""Barriers of a town: what its grid lines are on the ground, and where one can cross.

Rivers are polygons that meander inside the strip kept free for them; railways, expressways and
arterials are lines; crossings are points. Beyond the town rivers and railways run on for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.sample.draw import pick
from geo.sample.layout import Layout
from geo.sample.lines import Axis

BEYOND_M: Final = {"河流": 6_000.0, "铁路": 7_000.0, "高速路": 7_000.0}
STEP_M: Final = 45.0
CROSSED: Final = {"河流": 0.45, "铁路": 0.3, "高速路": 0.3}
"""How often an arterial gets across."""

_ROADS: Final = (
    "人民", "建设", "环城", "学府", "滨河", "朝阳", "文化", "振兴", "金沙", "团结", "迎宾", "龙泉",
    "春融", "彩云", "广福", "青年", "东风", "前进", "新兴", "白云", "祥和", "锦绣", "望江", "和平",
)  # fmt: skip
_SIDES: Final = ("东", "西", "南", "北", "中", "")
_RIVERS: Final = ("清水", "金汁", "银汁", "玉带", "白沙", "龙川", "锦川", "洗马", "马料", "流沙")


@dataclass
class Barriers:
    """Rows of the barrier file; geometry in degrees."""

    kind: list[str]
    name: list[str]
    geometry: list[shapely.Geometry]

    def add(self, kind: str, name: str, geometry: shapely.Geometry) -> None:
        """Add a barrier unless nothing is left of it."""
        if not geometry.is_empty:
            self.kind.append(kind)
            self.name.append(name)
            self.geometry.append(geometry)


def draw_barriers(layout: Layout, rng: np.random.Generator) -> Barriers:
    """Draw a town's barriers, clipped to its counties."""
    found = Barriers([], [], [])
    county = shapely.union_all(list(layout.town.outlines))
    shapely.prepare(county)
    used = np.zeros((len(layout.grid.u.at) + 1, len(layout.grid.v.at) + 1), bool)
    for i, j in layout.cells:
        used[i + 1, j + 1] = True  # cell (i, j) lies between lines i and i + 1
    _along(found, layout, county, used, rng, constant_u=True)
    _along(found, layout, county, used.T, rng, constant_u=False)
    return found


def _along(
    found: Barriers,
    layout: Layout,
    county: shapely.Geometry,
    used: np.ndarray,
    rng: np.random.Generator,
    *,
    constant_u: bool,
) -> None:
    """Draw the lines of one direction. ``used[k + 1, m + 1]``: cell k across, m along."""
    grid = layout.grid
    axis, cross = (grid.u, grid.v) if constant_u else (grid.v, grid.u)
    for line, kind in enumerate(axis.kinds):
        beside = used[line, 1:] | used[line + 1, 1:]
        steps = np.flatnonzero(beside[:-1])
        if not len(steps) and kind == "主干道":
            continue
        name = _name(kind, rng)
        if kind == "主干道":
            for first, last in _runs(steps):
                path = _path(cross.at[first], cross.at[last + 1])
                _add_line(found, layout, county, kind, name, path, axis.at[line], constant_u)
            continue
        if not _in_town(axis, line, used):
            continue
        reach = np.flatnonzero(used.any(axis=0)) - 1
        low, high = cross.at[reach[0]], cross.at[reach[-1] + 1]
        path = _path(low - BEYOND_M[kind], high + BEYOND_M[kind])
        shift = _meander(path, low, high, rng) if kind == "河流" else np.zeros(len(path))
        if kind == "河流":
            width = 17 + 7 * np.sin(path / 900 + rng.uniform(0, 6)) + rng.uniform(0, 6)
            _add_river(found, layout, county, name, path, axis.at[line] + shift, width, constant_u)
        else:
            _add_line(found, layout, county, kind, name, path, axis.at[line] + shift, constant_u)
        _add_crossings(found, layout, kind, name, cross, used, line, path, axis.at[line] + shift,
                       rng, constant_u)  # fmt: skip


def _in_town(axis: Axis, line: int, used: np.ndarray) -> bool:
    """Tell whether a line runs through or beside what is built up."""
    rows = np.flatnonzero(used.any(axis=1)) - 1
    return bool(len(rows)) and rows[0] <= line <= rows[-1] + 1 and line < len(axis.at)


def _runs(steps: np.ndarray) -> list[tuple[int, int]]:
    """Join consecutive numbers into (first, last)."""
    if not len(steps):
        return []
    breaks = np.flatnonzero(np.diff(steps) > 1)
    firsts = np.concatenate([steps[:1], steps[breaks + 1]])
    lasts = np.concatenate([steps[breaks], steps[-1:]])
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _path(low: float, high: float) -> np.ndarray:
    return np.linspace(low, high, max(int((high - low) / STEP_M), 1) + 1)


def _meander(path: np.ndarray, low: float, high: float, rng: np.random.Generator) -> np.ndarray:
    """Give a river's sideways shift in metres: held back in town, free beyond it."""
    turns = rng.uniform(0, 2 * np.pi, 3)
    inside = 38 * np.sin(path / 190 + turns[0]) + 12 * np.sin(path / 75 + turns[1])
    outside = np.clip(np.maximum(low - path, path - high) / 2_500, 0, 1)
    shift: np.ndarray = inside + 420 * outside**2 * np.sin(path / 650 + turns[2])
    return shift


def _points(along: np.ndarray, across: np.ndarray, constant_u: bool) -> np.ndarray:
    across = np.broadcast_to(across, along.shape)
    return np.stack([across, along] if constant_u else [along, across], axis=1)


def _degrees(layout: Layout, grid: np.ndarray) -> np.ndarray:
    return np.round(layout.plane.degrees(grid), 8)


def _add_line(
    found: Barriers, layout: Layout, county: shapely.Geometry, kind: str, name: str,
    path: np.ndarray, across: np.ndarray | float, constant_u: bool,
) -> None:  # fmt: skip
    points = _degrees(layout, _points(path, np.asarray(across), constant_u))
    found.add(kind, name, shapely.intersection(shapely.LineString(points), county))


def _add_river(
    found: Barriers, layout: Layout, county: shapely.Geometry, name: str,
    path: np.ndarray, across: np.ndarray, width: np.ndarray, constant_u: bool,
) -> None:  # fmt: skip
    slope = np.gradient(across, path)
    normal = np.stack([-slope, np.ones(len(path))], axis=1) / np.hypot(slope, 1)[:, None]
    # A point of the bank lies `width` off the middle, square to the stream.
    banks = [
        _points(
            path + side * width * normal[:, 0], across + side * width * normal[:, 1], constant_u
        )
        for side in (-1, 1)
    ]
    ring = _degrees(layout, np.concatenate([banks[0], banks[1][::-1]]))
    river = shapely.make_valid(shapely.Polygon(ring))
    found.add("河流", name, _polygonal(shapely.intersection(river, county)))


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep a geometry's polygons only."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_dimensions(parts) == 2]
    if len(parts) == 1:
        return shapely.orient_polygons(parts[0])
    return shapely.orient_polygons(shapely.multipolygons(parts))


def _add_crossings(
    found: Barriers, layout: Layout, kind: str, name: str, cross: Axis, used: np.ndarray,
    line: int, path: np.ndarray, across: np.ndarray, rng: np.random.Generator, constant_u: bool,
) -> None:  # fmt: skip
    """Put a crossing on some of the arterials that meet a barrier with town on both sides."""
    for place, other in enumerate(cross.kinds):
        both = used[line, place : place + 2].any() and used[line + 1, place : place + 2].any()
        if other == "主干道" and both and rng.random() < CROSSED[kind]:
            along = np.array([cross.at[place]])
            point = _points(along, np.interp(along, path, across), constant_u)
            word = "桥" if kind == "河流" else "下穿通道"
            found.add("通道", f"{name}{word}", shapely.Point(_degrees(layout, point)[0]))


def _name(kind: str, rng: np.random.Generator) -> str:
    if kind == "河流":
        return pick(rng, _RIVERS) + "河"
    if kind == "主干道":
        return pick(rng, _ROADS) + pick(rng, _SIDES) + pick(rng, ("路", "路", "大道", "街"))
    first, second = pick(rng, _RIVERS), pick(rng, _ROADS)
    return f"{first[0]}{second[0]}" + ("铁路" if kind == "铁路" else "高速")
