"""What a snapshot has to draw: each indicator by each level, and compounds by state of service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.action_plan import Definition, Indicator, action_plan
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot
from geo.terms import LEVELS, MADE_UP
from maps.raster.picture import STATE
from maps.style import STATES, share_classes
from maps.tiles.describe import WORLD
from maps.tiles.mercator import Bounds
from maps.words import definition_text, target_text
from service.ogc.views import Shown

LEVEL_NAMES: Final = {
    "prefecture": "州市",
    "county": "县区",
    "street": "街道",
    "community": "社区",
}
REGISTERED: Final = ("prefecture", "county")
"""Levels of figures that stand at a company's registered division."""


@dataclass(frozen=True)
class Layer:
    """A layer by its name; ``level`` is empty for compounds."""

    name: str
    what: str
    level: str
    title: str
    abstract: str


@dataclass(frozen=True)
class Shelf:
    """All layers of a snapshot by name, and where they lie in degrees."""

    shown: Shown
    layers: dict[str, Layer]
    bounds: Bounds


@once_a_snapshot
def shelf_of(snapshot: Snapshot) -> Shelf:
    """Give what there is to draw: levels with outlines only, and nothing where there is none."""
    definition = Definition()
    shown = Shown(snapshot.id, snapshot.as_of.isoformat(), definition.id, snapshot.made_up)
    outlines = snapshot.geometry("divisions")
    drawn = _filled(outlines)
    there = set(snapshot.column("divisions", "level")[drawn].tolist())
    layers = [
        _choropleth(indicator, level, definition, shown)
        for indicator in action_plan().indicators.values()
        for level in (LEVEL_NAMES if indicator.subject == "compound" else REGISTERED)
        if LEVELS.index(level) in there
    ]
    compounds = snapshot.geometry("compounds")
    standing = _filled(compounds) & snapshot.column("compounds", "standing")
    if standing.any():
        layers.append(_states(shown))
    everything = np.concatenate([outlines[drawn], compounds[standing]])
    bounds = WORLD
    if len(everything):
        west, south, east, north = shapely.total_bounds(everything).tolist()
        bounds = west, south, east, north
    return Shelf(shown, {layer.name: layer for layer in layers}, bounds)


def _filled(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def _choropleth(indicator: Indicator, level: str, definition: Definition, shown: Shown) -> Layer:
    chinese, english = definition_text(definition, indicator)
    classes = "、".join(
        f"{item.label[0]}（{item.colour}）" for item in share_classes(indicator.target)
    )
    place, mark = LEVEL_NAMES[level], _mark(shown)
    return Layer(
        f"{indicator.id}-{level}", indicator.id, level,
        f"{mark}{indicator.name} · {place}",
        f"{shown.words()}。{indicator.definition}。口径：{chinese}。"
        f"目标 {target_text(indicator.target)}。分级：{classes}；斜线为无数据。"
        f" {indicator.name_en}, by {level}: {english}.",
    )  # fmt: skip


def _states(shown: Shown) -> Layer:
    states = "、".join(f"{item.label[0]}（{item.fill}）" for item in STATES)
    return Layer(
        STATE, STATE, "",
        f"{_mark(shown)}小区服务状态",
        f"{shown.words()}。截至该日在册并有图形的小区，按服务状态着色：{states}。"
        " Compounds that stand on the date and have a polygon, by state of service.",
    )  # fmt: skip


def _mark(shown: Shown) -> str:
    return f"【{MADE_UP}】" if shown.made_up else ""
