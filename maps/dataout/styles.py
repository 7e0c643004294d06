"""How layers are drawn, for QGIS and for SLD: rules made from `maps.style`, the one source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geo.action_plan import action_plan
from maps.dataout.fields import PARTY_INDICATORS
from maps.dataout.layers import Layer
from maps.style import (
    BARRIERS,
    BOUNDARY,
    GATE,
    LINE_PX,
    NO_DATA,
    NO_DATA_LINE,
    OLD_LINE_PX,
    ROAD,
    STATES,
    Pattern,
    share_classes,
)
from maps.words import target_text

AREA_LINE: Final = "#4c8a83"


@dataclass(frozen=True)
class Rule:
    """How features with one value of a field are drawn.

    ``value`` None stands for what has none. ``dash`` is in pixels: "7 5"; ``radius_px`` is of the
    circle that stands for a point.
    """

    value: str | int | None
    label: str
    fill: str | None
    line: str
    width_px: float
    pattern: Pattern = "solid"
    dash: str = ""
    radius_px: float = 0.0


@dataclass(frozen=True)
class Style:
    """A style of a layer; the first of a layer is the one it opens with.

    ``heavy`` names a yes/no field whose features get an outline of ``heavy_px``.
    """

    layer: str
    name: str
    title: str
    field: str | None
    numeric: bool
    rules: tuple[Rule, ...]
    label_field: str | None = None
    heavy: str | None = None
    heavy_px: float = OLD_LINE_PX


def styles_of(layer: Layer) -> tuple[Style, ...]:
    """Give the styles of a layer, the one it opens with first; none for a table."""
    names = {field.name for field in layer.fields}
    if layer.shape is None:
        return ()
    if layer.name == "gates":
        colour, radius_px = GATE
        gate = Rule(None, layer.title, "#ffffff", colour, 1.5, radius_px=radius_px)
        return (Style("gates", layer.title, layer.title, None, False, (gate,)),)
    if layer.name == "roads":
        return (_outlines("roads", ROAD.colour, ROAD.width_px),)
    if layer.name.startswith("divisions_"):
        return tuple(
            _choropleth(layer.name, key)
            for key in action_plan().indicators
            if f"{key.lower()}_class" in names
        ) or (_outlines(layer.name),)
    if layer.name == "compounds" and "state" in names:
        return (_compounds(heavy="old" if "old" in names else None),)
    if layer.name in {"barriers", "waters"}:
        return (_barriers(layer),)
    return (_outlines(layer.name, AREA_LINE, 1.6),)


def _choropleth(layer: str, key: str) -> Style:
    """Draw an indicator's classes; the break between the halves is the target."""
    indicator = action_plan().indicator(key)
    target = target_text(indicator.target)
    classes = share_classes(indicator.target)
    rules = [
        Rule(
            at,
            f"{item.label[0]}（{'达到' if item.side == 'above' else '低于'}目标 {target}）",
            item.colour,
            BOUNDARY,
            LINE_PX,
        )
        for at, item in enumerate(classes)
    ]
    rules.append(Rule(None, "没有数据", NO_DATA, NO_DATA_LINE, LINE_PX, "hatch"))
    inside = "（内部）" if key in PARTY_INDICATORS else ""
    return Style(
        layer,
        f"{indicator.id} {indicator.short}{inside}",
        f"{indicator.name}，目标 {target}",
        f"{key.lower()}_class",
        True,
        tuple(rules),
        label_field="name",
    )


def _compounds(heavy: str | None) -> Style:
    rules = tuple(
        Rule(state.id, state.label[0], state.fill, state.line, LINE_PX, state.pattern)
        for state in STATES
    )
    return Style("compounds", "服务状态", "小区服务状态；老旧小区描边较粗", "state", False, rules,
                 heavy=heavy)  # fmt: skip


def _barriers(layer: Layer) -> Style:
    water = layer.shape == "MultiPolygon"
    rules = tuple(
        Rule(item.kind, item.label[0], item.colour if water else None, item.colour, item.width_px,
             dash=item.dash)
        for item in BARRIERS
    )  # fmt: skip
    return Style(layer.name, "类别", "阻隔的类别", "kind", False, rules)


def _outlines(layer: str, colour: str = BOUNDARY, width_px: float = LINE_PX) -> Style:
    return Style(layer, "边界", "只画边界", None, False,
                 (Rule(None, "边界", None, colour, width_px),))  # fmt: skip
