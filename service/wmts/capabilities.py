"""The capabilities document of a snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from maps.raster.tiling import SIDE_PX
from service.wmts.address import CAPABILITIES, FORMAT, LEGEND, STYLE, TIME, VERSION
from service.wmts.layers import Layer, Shelf
from service.wmts.matrices import SETS, MatrixSet
from service.wmts.refusal import HEAD, OWS, XML_LANG

WMTS: Final = "http://www.opengis.net/wmts/1.0"
XLINK: Final = "http://www.w3.org/1999/xlink"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
PLACE: Final = f"{WMTS} http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd"
PLACES: Final = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}"
_HREF: Final = f"{{{XLINK}}}href"


def capabilities(shelf: Shelf, base: str, days: Sequence[str] = ()) -> bytes:
    """Write the document.

    Parameters
    ----------
    days
        Dates that can be asked for beside today, the newest first; none where a path names the
        snapshot.
    base
        Address of the service as the asker knows it, without a slash at its end.
    """
    for prefix, uri in (("", WMTS), ("ows", OWS), ("xlink", XLINK), ("xsi", XSI)):
        register_namespace(prefix, uri)
    root = Element(
        f"{{{WMTS}}}Capabilities",
        {
            "version": VERSION, "updateSequence": shelf.shown.snapshot, XML_LANG: "zh",
            f"{{{XSI}}}schemaLocation": PLACE,
        },
    )  # fmt: skip
    _service(root, shelf)
    _operations(root, base)
    contents = SubElement(root, f"{{{WMTS}}}Contents")
    for layer in shelf.layers.values():
        _layer(contents, layer, shelf, base, days)
    for matrix_set in SETS.values():
        _matrix_set(contents, matrix_set)
    SubElement(root, f"{{{WMTS}}}ServiceMetadataURL", {_HREF: f"{base}/{CAPABILITIES}"})
    return HEAD + tostring(root)


def _ows(parent: Element, name: str, text: str | None = None, /, **words: str) -> Element:
    child = SubElement(parent, f"{{{OWS}}}{name}", words)
    child.text = text
    return child


def _own(parent: Element, name: str, text: str | None = None, /, **words: str) -> Element:
    child = SubElement(parent, f"{{{WMTS}}}{name}", words)
    child.text = text
    return child


def _service(root: Element, shelf: Shelf) -> None:
    about = _ows(root, "ServiceIdentification")
    _ows(about, "Title", "物业服务覆盖图（WMTS）")
    _ows(about, "Abstract", f"{shelf.shown.words()}。")
    _ows(about, "ServiceType", "OGC WMTS")
    _ows(about, "ServiceTypeVersion", VERSION)
    _ows(about, "Fees", "none")
    _ows(about, "AccessConstraints", "内部使用")
    provider = _ows(root, "ServiceProvider")
    _ows(provider, "ProviderName", "wuye")
    _ows(provider, "ServiceContact")


def _operations(root: Element, base: str) -> None:
    operations = _ows(root, "OperationsMetadata")
    for name, path in (("GetCapabilities", CAPABILITIES), ("GetTile", "")):
        http = _ows(_ows(_ows(operations, "Operation", name=name), "DCP"), "HTTP")
        for encoding, href in (("KVP", f"{base}?"), ("RESTful", f"{base}/{path}")):
            get = SubElement(http, f"{{{OWS}}}Get", {_HREF: href})
            constraint = _ows(get, "Constraint", name="GetEncoding")
            _ows(_ows(constraint, "AllowedValues"), "Value", encoding)


def _layer(contents: Element, layer: Layer, shelf: Shelf, base: str, days: Sequence[str]) -> None:
    found = _own(contents, "Layer")
    _ows(found, "Title", layer.title)
    _ows(found, "Abstract", layer.abstract)
    west, south, east, north = shelf.bounds
    box = _ows(found, "WGS84BoundingBox")
    _ows(box, "LowerCorner", f"{west:.8f} {south:.8f}")
    _ows(box, "UpperCorner", f"{east:.8f} {north:.8f}")
    _ows(found, "Identifier", layer.name)
    style = _own(found, "Style", isDefault="true")
    _ows(style, "Title", "默认")
    _ows(style, "Identifier", STYLE)
    legend = f"{base}/{LEGEND}/{layer.name}.png"
    SubElement(style, f"{{{WMTS}}}LegendURL", {"format": FORMAT, _HREF: legend})
    _own(found, "Format", FORMAT)
    if days:
        dimension = _own(found, "Dimension")
        _ows(dimension, "Identifier", TIME)
        _ows(dimension, "Title", "截至日期")
        _ows(dimension, "UOM", "ISO8601")
        _own(dimension, "Default", shelf.shown.as_of)
        for day in dict.fromkeys([shelf.shown.as_of, *days]):
            _own(dimension, "Value", day)
    for name in SETS:
        _own(_own(found, "TileMatrixSetLink"), "TileMatrixSet", name)
    style_and_day = f"{{Style}}/{{{TIME}}}" if days else "{Style}"
    template = f"{base}/{layer.name}/{style_and_day}/{PLACES}.png"
    _own(found, "ResourceURL", format=FORMAT, resourceType="tile", template=template)


def _matrix_set(contents: Element, matrix_set: MatrixSet) -> None:
    found = _own(contents, "TileMatrixSet")
    _ows(found, "Title", matrix_set.title)
    _ows(found, "Identifier", matrix_set.name)
    _ows(found, "SupportedCRS", matrix_set.urn)
    if matrix_set.well_known:
        _own(found, "WellKnownScaleSet", matrix_set.well_known)
    for zoom in matrix_set.zooms:
        matrix = _own(found, "TileMatrix")
        _ows(matrix, "Identifier", str(zoom))
        _own(matrix, "ScaleDenominator", repr(matrix_set.scale(zoom)))
        _own(matrix, "TopLeftCorner", matrix_set.corner)
        _own(matrix, "TileWidth", str(SIDE_PX))
        _own(matrix, "TileHeight", str(SIDE_PX))
        _own(matrix, "MatrixWidth", str(matrix_set.width(zoom)))
        _own(matrix, "MatrixHeight", str(matrix_set.height(zoom)))
