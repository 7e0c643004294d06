"""What a layer's tiles hold, as TileJSON 3.0."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from geo.snapshot.file import Snapshot
from geo.terms import LEVELS, MADE_UP
from maps.tiles.divisions import FROM_ZOOM, LABELS_FROM_ZOOM
from maps.tiles.layers import COMPOUND_NAMES_FROM_ZOOM, KINDS, OMITTED, LayerKind
from maps.tiles.mercator import Bounds, lonlat
from maps.tiles.tileset import TileSet

OMITTED_FIELDS: Final = {
    "layer": "缺了要素的图层",
    "count": "未画出的要素个数",
    "floor_area_m2": "未画出的建筑面积（㎡）",
}

WORLD: Final[Bounds] = (-180.0, -85.0511, 180.0, 85.0511)


def tilejson(tiles: TileSet, kind: LayerKind, url: str) -> dict[str, Any]:
    """Describe a kind of layer.

    Parameters
    ----------
    url
        Template of a tile's address, with ``{z}``, ``{x}`` and ``{y}``.
    """
    bounds = bounds_of(tiles, kind.name)
    return {
        "tilejson": "3.0.0",
        "name": kind.name,
        "description": described(tiles.snapshot),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [url],
        "minzoom": kind.min_zoom,
        "maxzoom": kind.max_zoom,
        "bounds": list(bounds),
        "center": [
            round((bounds[0] + bounds[2]) / 2, 6),
            round((bounds[1] + bounds[3]) / 2, 6),
            kind.min_zoom,
        ],
        "attribution": attribution(tiles.snapshot),
        "vector_layers": vector_layers(kind),
        "snapshot": tiles.snapshot.id,
        "as_of": tiles.snapshot.as_of.isoformat(),
        "made_up": tiles.snapshot.made_up,
    }


def vector_layers(kind: LayerKind) -> list[dict[str, Any]]:
    """Describe the layers in one tile; a division's first zoom depends on its level."""
    found = []
    for name in kind.inside:
        fields = dict(kind.fields)
        first = kind.min_zoom
        words = ""
        if kind.name == "divisions":
            zooms = FROM_ZOOM if name == "divisions" else LABELS_FROM_ZOOM
            first = min(zooms)
            words = ", ".join(f"{level} {zoom}+" for level, zoom in zip(LEVELS, zooms, strict=True))
        if name == "division_labels":
            fields.pop("parent")
        if name == "compound_labels":
            first = COMPOUND_NAMES_FROM_ZOOM
            fields = {key: fields[key] for key in ("code", "name", "state")}
        found.append(
            {
                "id": name,
                "description": words,
                "minzoom": first,
                "maxzoom": kind.max_zoom,
                "fields": fields,
            }
        )
    omitted = {"id": OMITTED, "minzoom": kind.min_zoom, "maxzoom": kind.max_zoom}
    return [*found, {**omitted, "description": "未画出的要素", "fields": OMITTED_FIELDS}]


def bounds_of(tiles: TileSet, name: str) -> Bounds:
    """Give the bounds of what a kind of layer draws, degrees, six decimals, rounded outwards."""
    kind = KINDS.get(name, KINDS["compounds"])  # suggestions lie among the compounds
    boxes = tiles.layers(kind.name)[0].shapes(kind.max_zoom).boxes
    boxes = boxes[~np.isnan(boxes[:, 0])]
    if not len(boxes):
        return WORLD
    corners = [boxes[:, 0].min(), boxes[:, 3].max(), boxes[:, 2].max(), boxes[:, 1].min()]
    west, south, east, north = lonlat(np.array(corners)).ravel().tolist()
    down = np.floor(np.array([west, south]) * 1e6) / 1e6
    up = np.ceil(np.array([east, north]) * 1e6) / 1e6
    return float(down[0]), float(down[1]), float(up[0]), float(up[1])


def described(snapshot: Snapshot) -> str:
    """Say what the tiles are made from."""
    mark = f"{MADE_UP} · " if snapshot.made_up else ""
    return f"{mark}截至 {snapshot.as_of} · 快照 {snapshot.id[:12]}"


def attribution(snapshot: Snapshot) -> str:
    """Give the words that stand on every map of the tiles."""
    return "示例数据，非真实情况" if snapshot.made_up else "物业服务覆盖登记"
