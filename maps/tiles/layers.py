"""The layers of a snapshot's tiles, and what they carry: docs/api.md, "Tiles"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.action_plan import action_plan
from geo.codes import WIDTHS
from geo.snapshot.file import Snapshot
from geo.terms import BARRIER_KINDS, LEVELS, MODES
from maps.style import BARRIERS, ROAD, STATES, state_of_mode
from maps.tiles.divisions import FROM_ZOOM, LABELS_FROM_ZOOM, from_zooms, outlines
from maps.tiles.kernels.types import POINT, POLYGON, Floats
from maps.tiles.layer import NEVER, Layer
from maps.tiles.mercator import world
from maps.tiles.shapes import Shapes, kinds_of, of_column, project, shapes_of_arrays
from maps.tiles.values import attributes


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer: its zooms, whether anyone may keep its tiles, its attributes' meanings."""

    name: str
    min_zoom: int
    max_zoom: int
    public: bool
    fields: dict[str, str]
    inside: tuple[str, ...]
    """Names of the layers in one tile."""


KINDS: Final = {
    kind.name: kind
    for kind in (
        LayerKind(
            "divisions", 3, 14, True,
            {"code": "区划代码 (number)", "name": "名称", "level": "province … community",
             "parent": "上级区划代码 (number)"},
            ("divisions", "division_labels"),
        ),
        LayerKind(
            "compounds", 10, 16, False,
            {"code": "小区编码", "name": "小区名称", "state": "服务状态: id in the style",
             "old": "1: 2000年及以前建成", "division": "最低一级区划代码 (number)",
             "placeholder": "1: 占位点，不是实际位置"},
            ("compounds", "compound_labels"),
        ),
        LayerKind(
            "areas", 11, 16, False, {"code": "管理区域编码", "name": "名称"}, ("areas",)
        ),
        LayerKind(
            "roads", ROAD.from_zoom, 16, True, {"kind": "类别", "name": "名称"}, ("roads",)
        ),
        LayerKind(
            "barriers", 6, 16, True, {"kind": "类别", "name": "名称"}, ("barriers",)
        ),
        LayerKind(
            "gates", 15, 16, False, {"compound": "小区编码", "name": "名称"}, ("gates",)
        ),
    )
}  # fmt: skip
"""The layers that every snapshot has, in drawing order from below."""

COMPOUND_NAMES_FROM_ZOOM: Final = 14
"""A compound's name is one point: a shape that tiles cut would be named in each of them."""

OMITTED: Final = "omitted"
"""The layer that says what a tile leaves out."""


def build_layers(snapshot: Snapshot, name: str, folder: Path | None = None) -> tuple[Layer, ...]:
    """Give the layers in the tiles of one kind.

    Parameters
    ----------
    folder
        Where simplified outlines of divisions are kept.
    """
    if name == "divisions":
        return _divisions(snapshot, folder)
    if name == "compounds":
        return _compounds(snapshot)
    if name == "areas":
        return (_areas(snapshot),)
    column = snapshot.column
    if name == "barriers":
        kind = column("barriers", "kind")
        zooms = {style.kind: style.from_zoom for style in BARRIERS}
        from_zoom = np.array([zooms.get(name, 16) for name in BARRIER_KINDS], np.uint8)
        words = {"kind": np.array(BARRIER_KINDS, object)[kind], "name": column(name, "name")}
        return (_ways(snapshot, name, words, from_zoom[kind]),)
    words = {key: column(name, key) for key in KINDS[name].fields}
    return (_ways(snapshot, name, words, KINDS[name].min_zoom),)


def _divisions(snapshot: Snapshot, folder: Path | None) -> tuple[Layer, Layer]:
    code = snapshot.column("divisions", "code")
    level = snapshot.column("divisions", "level")
    names = snapshot.column("divisions", "name")
    drawn = outlines(snapshot, folder)
    level_names = np.array(LEVELS, object)[level]
    parents: list[int | None] = [_parent(int(own)) for own in code]
    words = {"code": code, "name": names, "level": level_names}
    places = drawn.labels
    extents = drawn.exact.boxes
    size = np.nan_to_num((extents[:, 2] - extents[:, 0]) * (extents[:, 3] - extents[:, 1]))
    nothing = np.zeros(len(code), np.int64)
    polygons = Layer(
        "divisions",
        np.full(len(code), POLYGON, np.uint8),
        drawn.at,
        places,
        code,
        attributes({**words, "parent": np.array(parents, object)}),
        from_zooms(level, FROM_ZOOM),
        size,
        nothing,
        cuts=True,
    )
    points = _points(places)
    labels = Layer(
        "division_labels",
        np.full(len(code), POINT, np.uint8),
        lambda _zoom: points,
        places,
        code,
        attributes(words),
        from_zooms(level, LABELS_FROM_ZOOM),
        size,
        nothing,
    )
    return polygons, labels


def _parent(code: int) -> int | None:
    """Give the code of the division above, or None above a province."""
    width = len(str(code))
    place = WIDTHS.index(width)
    return int(str(code)[: WIDTHS[place - 1]]) if place else None


def _compounds(snapshot: Snapshot) -> tuple[Layer, Layer]:
    """Give the compounds standing on the date, and their names.

    Without a polygon a compound is a point, if it has a place.
    """
    column = snapshot.column
    shapes = of_column(snapshot.table("compounds").column("geometry"))
    places = np.column_stack([column("compounds", "x"), column("compounds", "y")])
    anchors = world(places)
    shapeless = np.isnan(shapes.boxes[:, 0])
    standing = column("compounds", "standing")
    points = standing & shapeless & ~np.isnan(places[:, 0])
    boxes = np.where(points[:, None], np.hstack([anchors, anchors]), shapes.boxes)
    projected = replace(shapes, boxes=boxes)
    built = column("compounds", "built_year")
    old = (built > 0) & (built <= action_plan().old_until)
    states = np.array([STATES[state_of_mode(mode)].id for mode in range(len(MODES))], object)
    lowest = np.zeros(len(built), np.int64)
    for level in LEVELS:
        own = column("compounds", level)
        lowest = np.where(own > 0, own, lowest)
    words = {
        "code": column("compounds", "code"),
        "name": column("compounds", "name"),
        "state": states[column("compounds", "mode")],
        "old": old.astype(np.int64),
        "division": lowest,
        "placeholder": np.where(points, 1.0, np.nan),
    }
    land = np.maximum(column("compounds", "land_area_dm2"), 0).astype(np.float64)
    shown = Layer(
        "compounds",
        np.where(points, POINT, POLYGON).astype(np.uint8),
        lambda _zoom: projected,
        anchors,
        np.arange(1, len(built) + 1),
        attributes(words),
        np.where(standing, KINDS["compounds"].min_zoom, NEVER).astype(np.uint8),
        land,
        column("compounds", "floor_area_dm2"),
        lean=attributes({name: values for name, values in words.items() if name != "name"}),
    )
    named = standing & ~np.isnan(places[:, 0])
    where = _points(np.where(named[:, None], anchors, np.nan))
    labels = Layer(
        "compound_labels",
        np.full(len(built), POINT, np.uint8),
        lambda _zoom: where,
        anchors,
        np.arange(1, len(built) + 1),
        attributes({name: words[name] for name in ("code", "name", "state")}),
        np.where(named, COMPOUND_NAMES_FROM_ZOOM, NEVER).astype(np.uint8),
        land,
        np.zeros(len(built), np.int64),
    )
    return shown, labels


def _areas(snapshot: Snapshot) -> Layer:
    shapes = snapshot.geometry("areas")
    projected = of_column(snapshot.table("areas").column("geometry"))
    count = len(shapes)
    return Layer(
        "areas",
        np.full(count, POLYGON, np.uint8),
        lambda _zoom: projected,
        inner_places(shapes),
        np.arange(1, count + 1),
        attributes(
            {"code": snapshot.column("areas", "code"), "name": snapshot.column("areas", "name")}
        ),
        np.full(count, KINDS["areas"].min_zoom, np.uint8),
        _box_area(projected.boxes),
        np.zeros(count, np.int64),
    )


def _ways(
    snapshot: Snapshot, name: str, words: dict[str, Any], from_zoom: npt.NDArray[np.uint8] | int
) -> Layer:
    """Give what people walk along or can't cross: barriers, roads or gates, as they are."""
    shapes = snapshot.geometry(name)
    projected = project(shapes)
    count = len(shapes)
    return Layer(
        name,
        kinds_of(shapes),
        lambda _zoom: projected,
        inner_places(shapes),
        np.arange(1, count + 1),
        attributes(words),
        np.broadcast_to(np.asarray(from_zoom, np.uint8), count).copy(),
        _box_area(projected.boxes),
        np.zeros(count, np.int64),
    )


def inner_places(shapes: npt.NDArray[np.object_]) -> Floats:
    """Give a place in each shape, unit square; NaN without a shape."""
    places = np.full((len(shapes), 2), np.nan)
    filled = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if len(filled):
        inner = shapely.point_on_surface(shapes[filled])
        places[filled] = world(shapely.get_coordinates(inner))
    return places


def _box_area(boxes: Floats) -> Floats:
    area: Any = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return np.asarray(np.nan_to_num(area), np.float64)


def _points(places: Floats) -> Shapes:
    """Give one point a row, none where the place is NaN."""
    there = ~np.isnan(places[:, 0])
    offsets = np.concatenate([[0], np.cumsum(there)]).astype(np.int64)
    every = np.arange(there.sum() + 1)
    return shapes_of_arrays(offsets, every, every, np.ascontiguousarray(places[there]))
