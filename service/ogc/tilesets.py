"""Our tiles and styles in the words of OGC API Tiles and Styles; the tiles themselves are ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from morecantile import tms

from geo.action_plan import Definition
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from maps.dataout.layers import Layer, layers_of
from maps.dataout.qml import qml
from maps.dataout.sld import sld
from maps.dataout.styles import styles_of
from maps.tiles.layers import KINDS
from service.ogc.views import Shown

GRID: Final = "WebMercatorQuad"
GRID_URI: Final = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
CRS_3857: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
MVT: Final = "application/vnd.mapbox-vector-tile"
MAPBOX_STYLE: Final = "application/vnd.mapbox.style+json"
SLD_TYPE: Final = "application/vnd.ogc.sld+xml;version=1.0"

LAYERS: Final = {
    name: (title, KINDS[name].min_zoom, KINDS[name].max_zoom)
    for name, title in (
        ("divisions", "区划"),
        ("compounds", "住宅小区"),
        ("areas", "物业管理区域"),
        ("roads", "道路"),
        ("barriers", "阻隔"),
        ("gates", "出入口"),
    )
}
"""Tile layers: title, first and last zoom (docs/api.md, Tiles)."""

CONFORMS: Final = (
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/mapbox-styles",
    "http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/sld-10",
)


def router(shown: Callable[[], tuple[Shown, Snapshot]]) -> APIRouter:
    """Give the routes; `shown` says which snapshot they are about now."""
    routes = APIRouter(tags=["OGC Tiles and Styles"])

    @routes.get("/tiles", summary="瓦片集")
    def tilesets(request: Request) -> dict[str, Any]:
        now, _ = shown()
        base = _base(request)
        return {
            "links": [_link(f"{base}/tiles", "self")],
            "tilesets": [_tileset(base, _origin(request), now, name) for name in LAYERS],
        }

    @routes.get("/tiles/{layer}", summary="一个瓦片集")
    def tileset(request: Request, layer: str) -> dict[str, Any]:
        if layer not in LAYERS:
            raise NotFound(f"没有瓦片集 {layer}。", f"可用：{'、'.join(LAYERS)}。")
        now, _ = shown()
        return _tileset(_base(request), _origin(request), now, layer, whole=True)

    @routes.get("/tileMatrixSets", summary="瓦片方案")
    def grids(request: Request) -> dict[str, Any]:
        here = f"{_base(request)}/tileMatrixSets/{GRID}"
        title = "Google Maps Compatible"
        return {"tileMatrixSets": [{"id": GRID, "title": title, "uri": GRID_URI,
                                    "links": [_link(here, "self")]}]}  # fmt: skip

    @routes.get(f"/tileMatrixSets/{GRID}", summary="瓦片方案")
    def grid() -> Response:
        text = tms.get(GRID).model_dump_json(exclude_none=True)
        return Response(text, media_type="application/json")

    @routes.get("/styles", summary="样式")
    def styles(request: Request) -> dict[str, Any]:
        now, snapshot = shown()
        base = _base(request)
        listed = [{
            "id": "map", "title": f"矢量瓦片样式 · {now.words()}",
            "links": [_link(f"{_origin(request)}/tiles/{now.snapshot}/style.json", "stylesheet",
                            MAPBOX_STYLE)],
        }]  # fmt: skip
        for name, title in _named(snapshot):
            listed.append({
                "id": name, "title": title,
                "links": [_link(f"{base}/styles/{name}.sld", "stylesheet", SLD_TYPE),
                          _link(f"{base}/styles/{name}.qml", "stylesheet",
                                "application/vnd.qgis.qml+xml")],
            })  # fmt: skip
        return {"styles": listed, "default": "map"}

    @routes.get("/styles/{name}.{suffix}", summary="一个样式")
    def stylesheet(name: str, suffix: str) -> Response:
        _, snapshot = shown()
        for layer in _drawn(snapshot):
            for at, style in enumerate(styles_of(layer)):
                if name == _name(layer, at) and suffix in {"sld", "qml"}:
                    text = sld(style, layer) if suffix == "sld" else qml(style, layer)
                    kind = SLD_TYPE if suffix == "sld" else "application/vnd.qgis.qml+xml"
                    return Response(text, media_type=kind)
        raise NotFound(f"没有样式 {name}.{suffix}。", "名称见 /ogc/styles。")

    return routes


def _name(layer: Layer, at: int) -> str:
    return layer.name if at == 0 else f"{layer.name}-{at + 1}"


def _drawn(snapshot: Snapshot) -> list[Layer]:
    """Give the layers that have styles."""
    return layers_of(
        snapshot, Definition(), None, ["divisions", "compounds", "barriers", "roads", "gates"]
    )


def _named(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [
        (_name(layer, at), style.title)
        for layer in _drawn(snapshot)
        for at, style in enumerate(styles_of(layer))
    ]


def _tileset(
    base: str, origin: str, now: Shown, name: str, *, whole: bool = False
) -> dict[str, Any]:
    title, first, last = LAYERS[name]
    links = [
        _link(f"{base}/tiles/{name}", "self"),
        _link(f"{base}/tileMatrixSets/{GRID}", "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"),
        _link(f"{origin}/tiles/{now.snapshot}/{name}.json", "describedby"),
        {
            "href": f"{origin}/tiles/{now.snapshot}/{name}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}",
            "rel": "item", "type": MVT, "templated": True,
        },
    ]  # fmt: skip
    found = {
        "title": f"{title} · {now.words()}", "dataType": "vector", "crs": CRS_3857,
        "tileMatrixSetURI": GRID_URI, "links": links,
    }  # fmt: skip
    if whole:
        found |= {
            "layers": [{"id": name, "title": title, "dataType": "vector",
                        "minTileMatrix": str(first), "maxTileMatrix": str(last)}],
        }  # fmt: skip
    return found


def _link(href: str, rel: str, kind: str = "application/json") -> dict[str, Any]:
    return {"href": href, "rel": rel, "type": kind}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"
