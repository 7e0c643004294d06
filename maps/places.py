"""Where divisions are: the box around each and the point where its name stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot
from geo.terms import LEVELS
from maps.shapes import label_points, simplified_divisions

DIGITS = 6
"""Decimals of a degree, about 0.1 m."""

Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Division:
    """A division as a list or a map names it; degrees (lon, lat), None without an outline."""

    code: int
    name: str
    level: str
    parent: int | None
    bbox: Box | None
    point: Point | None


def box_of(snapshot: Snapshot, code: int | None) -> Box | None:
    """Give the box around a division, or around all of them: a map begins there."""
    outlines = snapshot.geometry("divisions")
    if code is None:
        asked = snapshot.column("divisions", "level") == 0
    else:
        asked = snapshot.column("divisions", "code") == code
    boxes = shapely.bounds(outlines[asked & ~shapely.is_missing(outlines)])
    if not len(boxes):
        return None
    found: Box | None = _rounded([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)])
    return found


@once_a_snapshot
def divisions(snapshot: Snapshot) -> dict[int, Division]:
    """Give the divisions valid on the date, by code, top down; a parent is the nearest there is."""
    codes = snapshot.column("divisions", "code")
    levels = snapshot.column("divisions", "level")
    outlines = snapshot.geometry("divisions")
    boxes = shapely.bounds(outlines)
    points = np.full((len(codes), 2), np.nan)
    for level in range(len(LEVELS)):
        own = np.flatnonzero(levels == level)
        if not shapely.is_missing(outlines[own]).all():
            points[own] = label_points(simplified_divisions(outlines[own]))
    names = snapshot.division_names
    made = {}
    for at in np.lexsort((codes, levels)):
        code = int(codes[at])
        made[code] = Division(
            code=code,
            name=names[code],
            level=LEVELS[int(levels[at])],
            parent=_parent(code, names),
            bbox=_rounded(boxes[at]),
            point=_rounded(points[at]),
        )
    return made


def path_of(snapshot: Snapshot, code: int) -> list[Division]:
    """Give a division with those above it, from the province down."""
    known = divisions(snapshot)
    found = [known[code]]
    while (parent := found[-1].parent) is not None:
        found.append(known[parent])
    return found[::-1]


def _parent(code: int, names: dict[int, str]) -> int | None:
    text = str(code)
    above = (int(text[:width]) for width in (9, 6, 4, 2) if width < len(text))
    return next((found for found in above if found in names), None)


def _rounded(values: Any) -> Any:
    """Round a box or a point to `DIGITS`; None where there is none."""
    if not np.isfinite(values).all():
        return None
    return tuple(round(float(value), DIGITS) for value in values)
