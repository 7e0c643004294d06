"""A kept plan's suggestions as tiles: each line with the two shapes that it joins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import shapely

from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from maps.tiles.kernels.types import LINE, POLYGON
from maps.tiles.layer import Layer
from maps.tiles.layers import LayerKind, inner_places
from maps.tiles.shapes import project
from maps.tiles.values import attributes

SUGGESTIONS: Final = LayerKind(
    "suggestions", 8, 16, False,
    {"compound": "被接管小区编码", "project": "承接项目编码", "floor_area_m2": "建筑面积（㎡）",
     "rank": "方案中的次序", "role": "line | compound | host"},
    ("suggestions",),
)  # fmt: skip
"""Kept plans have one layer each: ``suggestions/{plan}``."""

ROLES: Final = ("compound", "host", "line")


def suggestion_layer(snapshot: Snapshot, plan: Mapping[str, Any]) -> Layer:
    """Give the layer of a plan's JSON; ids count three a suggestion, in the plan's order.

    Raises
    ------
    NotFound
        If the plan was made from another snapshot.
    """
    if plan["snapshot"] != snapshot.id:
        raise NotFound(
            f"方案 {str(plan['plan'])[:12]} 不是由快照 {snapshot.id[:12]} 得出的。",
            f"它的快照是 {str(plan['snapshot'])[:12]}。",
        )
    entries = plan["suggestions"]
    known: dict[str, Any] = {}
    for table in ("areas", "compounds"):  # of one code in both the compound is meant
        codes = snapshot.column(table, "code").tolist()
        known |= dict(zip(codes, snapshot.geometry(table), strict=True))
    shapes = np.full(3 * len(entries), None, object)
    for place, entry in enumerate(entries):
        shapes[3 * place] = known.get(entry["compound"])
        shapes[3 * place + 1] = known.get(entry["via"])
        shapes[3 * place + 2] = shapely.LineString(
            np.array(entry["segment"], np.float64).reshape(2, 2)
        )
    projected = project(shapes)
    count = len(entries)
    size = np.array([float(entry["floor_area_m2"]) for entry in entries])
    return Layer(
        SUGGESTIONS.name,
        np.tile(np.array([POLYGON, POLYGON, LINE], np.uint8), count),
        lambda _zoom: projected,
        inner_places(shapes),
        np.arange(1, 3 * count + 1),
        attributes(
            {
                "compound": np.repeat([entry["compound"] for entry in entries], 3),
                "project": np.repeat([entry["project"] for entry in entries], 3),
                "floor_area_m2": np.repeat(size, 3),
                "rank": np.repeat(np.arange(1, count + 1), 3),
                "role": np.array(ROLES * count),
            }
        ),
        np.full(3 * count, SUGGESTIONS.min_zoom, np.uint8),
        np.repeat(size, 3),
        np.repeat(np.rint(100 * size).astype(np.int64), 3),
    )
