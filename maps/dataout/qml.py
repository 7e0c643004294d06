"""A style in QGIS's own words (QML), as its `layer_styles` table keeps them."""

from __future__ import annotations

from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from maps.dataout.layers import Layer
from maps.dataout.styles import Rule, Style

QGIS: Final = "3.22.0"
"""The version whose words these are; later ones read them too."""

BRUSHES: Final = {
    "solid": "solid", "hatch": "f_diagonal", "lines": "horizontal", "dots": "dense5",
}  # fmt: skip
"""QGIS's brush for each pattern of `maps.style`."""

SYMBOLS: Final = {"Point": "marker", "MultiLineString": "line", "MultiPolygon": "fill"}
"""QGIS's kind of symbol for each kind of shape, in the order of its own numbers."""

DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def qml(style: Style, layer: Layer) -> str:
    """Write a style as QML, with the Chinese names of the layer's columns."""
    root = Element("qgis", version=QGIS, styleCategories="Symbology|Labeling|Fields")
    _aliases(root, layer)
    if style.field is None:
        renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    else:
        renderer = SubElement(
            root, "renderer-v2", type="categorizedSymbol", attr=style.field, symbollevels="0"
        )
        categories = SubElement(renderer, "categories")
        for at, rule in enumerate(style.rules):
            SubElement(
                categories, "category", symbol=str(at), label=rule.label, render="true",
                value="" if rule.value is None else str(rule.value),
                # QGIS takes a category of type NULL for what has no value.
                type="NULL" if rule.value is None else "long" if style.numeric else "string",
            )  # fmt: skip
    symbols = SubElement(renderer, "symbols")
    kind = SYMBOLS[layer.shape or "Point"]
    for at, rule in enumerate(style.rules):
        _symbol(symbols, str(at), rule, style, kind)
    if style.label_field is not None:
        _labels(root, style.label_field)
    SubElement(root, "layerGeometryType").text = str(("marker", "line", "fill").index(kind))
    return DOCTYPE + tostring(root, encoding="unicode")


def _aliases(root: Element, layer: Layer) -> None:
    aliases = SubElement(root, "aliases")
    for at, field in enumerate(layer.fields, start=1):
        SubElement(aliases, "alias", name=field.header, field=field.name, index=str(at))


def _options(parent: Element, values: dict[str, Any]) -> None:
    options = SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        SubElement(options, "Option", name=name, type="QString", value=str(value))


def _colour(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _symbol(symbols: Element, name: str, rule: Rule, style: Style, kind: str) -> None:
    symbol = SubElement(
        symbols, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1", force_rhr="0",
    )  # fmt: skip
    if kind == "line":
        _line(symbol, rule)
        return
    if kind == "marker":
        _marker(symbol, rule)
        return
    if rule.fill is not None and rule.pattern != "solid":
        # The pattern is drawn in the outline's colour over the fill, so that it shows in print too.
        _fill(symbol, rule, brush="solid", colour=rule.fill, heavy=None, style=style)
        _fill(symbol, rule, brush=BRUSHES[rule.pattern], colour=rule.line, heavy=style.heavy,
              style=style)  # fmt: skip
        return
    _fill(symbol, rule, brush="no" if rule.fill is None else "solid",
          colour=rule.fill or "#ffffff", heavy=style.heavy, style=style)  # fmt: skip


def _fill(
    symbol: Element, rule: Rule, *, brush: str, colour: str, heavy: str | None, style: Style
) -> None:
    layer = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "locked": "0",
                                         "pass": "0"})  # fmt: skip
    _options(
        layer,
        {
            "color": _colour(colour), "style": brush, "joinstyle": "round",
            "outline_color": _colour(rule.line), "outline_style": "solid",
            "outline_width": rule.width_px, "outline_width_unit": "Pixel",
        },
    )  # fmt: skip
    if heavy is None:
        return
    defined = SubElement(layer, "data_defined_properties")
    top = SubElement(defined, "Option", type="Map")
    SubElement(top, "Option", name="name", type="QString", value="")
    properties = SubElement(top, "Option", name="properties", type="Map")
    width = SubElement(properties, "Option", name="outlineWidth", type="Map")
    SubElement(width, "Option", name="active", type="bool", value="true")
    expression = f'if("{heavy}", {style.heavy_px}, {rule.width_px})'
    SubElement(width, "Option", name="expression", type="QString", value=expression)
    SubElement(width, "Option", name="type", type="int", value="3")
    SubElement(top, "Option", name="type", type="QString", value="collection")


def _line(symbol: Element, rule: Rule) -> None:
    layer = SubElement(symbol, "layer", {"class": "SimpleLine", "enabled": "1", "locked": "0",
                                         "pass": "0"})  # fmt: skip
    dashes = {"customdash": rule.dash.replace(" ", ";"), "use_custom_dash": "1",
              "customdash_unit": "Pixel"} if rule.dash else {}  # fmt: skip
    _options(
        layer,
        {
            "line_color": _colour(rule.line), "line_style": "solid", "line_width": rule.width_px,
            "line_width_unit": "Pixel", "capstyle": "round", "joinstyle": "round", **dashes,
        },
    )  # fmt: skip


def _marker(symbol: Element, rule: Rule) -> None:
    layer = SubElement(symbol, "layer", {"class": "SimpleMarker", "enabled": "1", "locked": "0",
                                         "pass": "0"})  # fmt: skip
    _options(
        layer,
        {
            "name": "circle", "color": _colour(rule.fill or "#ffffff"),
            "size": 2 * rule.radius_px, "size_unit": "Pixel",
            "outline_color": _colour(rule.line), "outline_style": "solid",
            "outline_width": rule.width_px, "outline_width_unit": "Pixel",
        },
    )  # fmt: skip


def _labels(root: Element, field: str) -> None:
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    text = SubElement(
        settings, "text-style", fieldName=field, isExpression="0", fontSize="9",
        fontSizeUnit="Point", textColor="31,41,51,255", fontFamily="Noto Sans CJK SC",
    )  # fmt: skip
    SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
        bufferColor="255,255,255,255", bufferOpacity="1",
    )  # fmt: skip
    SubElement(settings, "placement", placement="1", polygonPlacementFlags="2")
