"""A style as OGC Styled Layer Descriptor 1.0, for GeoServer, MapServer and what else reads it."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from maps.dataout.layers import Layer
from maps.dataout.styles import Rule, Style

SLD: Final = "http://www.opengis.net/sld"
OGC: Final = "http://www.opengis.net/ogc"

MARKS: Final = {"hatch": "shape://slash", "lines": "shape://horline", "dots": "shape://dot"}
"""Well-known names of fill patterns (GeoServer, QGIS)."""


def sld(style: Style, layer: Layer) -> str:
    """Write a style as SLD 1.0.0; widths are in pixels, as there."""
    register_namespace("", SLD)
    register_namespace("ogc", OGC)
    root = Element(f"{{{SLD}}}StyledLayerDescriptor", version="1.0.0")
    named = _add(root, "NamedLayer")
    _add(named, "Name", layer.name)
    user = _add(named, "UserStyle")
    _add(user, "Name", style.name)
    _add(user, "Title", style.title)
    features = _add(user, "FeatureTypeStyle")
    for rule in style.rules:
        for heavy in (False, True) if style.heavy else (None,):
            _rule(features, rule, style, layer, heavy=heavy)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _add(parent: Element, name: str, text: str | None = None) -> Element:
    child = SubElement(parent, f"{{{SLD}}}{name}")
    child.text = text
    return child


def _equal(parent: Element, field: str, value: str | None) -> None:
    if value is None:
        test = SubElement(parent, f"{{{OGC}}}PropertyIsNull")
        SubElement(test, f"{{{OGC}}}PropertyName").text = field
        return
    test = SubElement(parent, f"{{{OGC}}}PropertyIsEqualTo")
    SubElement(test, f"{{{OGC}}}PropertyName").text = field
    SubElement(test, f"{{{OGC}}}Literal").text = value


def _rule(features: Element, rule: Rule, style: Style, layer: Layer, *, heavy: bool | None) -> None:
    made = _add(features, "Rule")
    _add(made, "Name", f"{rule.value if rule.value is not None else 'none'}"
         + ("-old" if heavy else ""))  # fmt: skip
    _add(made, "Title", rule.label + ("（老旧）" if heavy else ""))
    if style.field is not None:
        test = SubElement(made, f"{{{OGC}}}Filter")
        if heavy is not None:
            test = SubElement(test, f"{{{OGC}}}And")
        _equal(test, style.field, None if rule.value is None else str(rule.value))
        if heavy:
            _equal(test, str(style.heavy), "true")
        elif heavy is False:
            # Written as "not old", so that a compound of unknown age is drawn too.
            _equal(SubElement(test, f"{{{OGC}}}Not"), str(style.heavy), "true")
    width = style.heavy_px if heavy else rule.width_px
    if layer.shape == "Point":
        graphic = _add(_add(made, "PointSymbolizer"), "Graphic")
        mark = _add(graphic, "Mark")
        _add(mark, "WellKnownName", "circle")
        _parameter(_add(mark, "Fill"), "fill", rule.fill or "#ffffff")
        _stroke(mark, rule, width)
        _add(graphic, "Size", f"{2 * rule.radius_px:g}")
        return
    if layer.shape == "MultiLineString":
        _stroke(_add(made, "LineSymbolizer"), rule, width)
        return
    solid = _add(made, "PolygonSymbolizer")
    if rule.fill is not None:
        _parameter(_add(solid, "Fill"), "fill", rule.fill)
    if rule.pattern != "solid":
        over = _add(made, "PolygonSymbolizer")
        graphic = _add(_add(_add(over, "Fill"), "GraphicFill"), "Graphic")
        mark = _add(graphic, "Mark")
        _add(mark, "WellKnownName", MARKS[rule.pattern])
        _stroke(mark, rule, 1.0)
        _add(graphic, "Size", "8")
        _stroke(over, rule, width)
    else:
        _stroke(solid, rule, width)


def _stroke(parent: Element, rule: Rule, width: float) -> None:
    stroke = _add(parent, "Stroke")
    _parameter(stroke, "stroke", rule.line)
    _parameter(stroke, "stroke-width", f"{width:g}")
    if rule.dash:
        _parameter(stroke, "stroke-dasharray", rule.dash)


def _parameter(parent: Element, name: str, value: str) -> None:
    _add(parent, "CssParameter", value).set("name", name)
