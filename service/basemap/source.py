"""Where tiles of a base map come from, what must stand beside it, and in which datum it is.

An address is put together from a fixed host and three integers; nothing of it comes from a reader.
The key of 天地图 is part of it, so addresses are neither logged nor shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from geo.errors import UsageError
from service.settings import Settings

TIANDITU: Final = "https://t0.tianditu.gov.cn"
TIANDITU_CREDIT: Final = "天地图 © 国家基础地理信息中心"
LEAST_ZOOM: Final = 1
MOST_ZOOM: Final = 18

UNSHIFTED: Final = ("CGCS2000", "WGS84")
"""Datums that lie on ours within a metre; a tile of another would be off by hundreds."""


@dataclass(frozen=True)
class Layer:
    """One kind of tiles.

    Attributes
    ----------
    id
        Its name in our addresses.
    name
        In Chinese and English.
    url
        Gives the address of a tile by zoom, column and row (from the north).
    over
        Whether it lies above our figures: names on a transparent ground.
    """

    id: str
    name: tuple[str, str]
    url: Callable[[int, int, int], str]
    over: bool = False


@dataclass(frozen=True)
class Source:
    """A base map: its layers, whose it is, and its review number (审图号) or a blank."""

    layers: tuple[Layer, ...]
    credit: str
    review_number: str

    def layer(self, name: str) -> Layer | None:
        """Give a layer by its name."""
        return next((layer for layer in self.layers if layer.id == name), None)


def source_of(settings: Settings) -> Source | None:
    """Give the base map that settings name; None without one.

    Raises
    ------
    UsageError
        For a mirror whose address, datum or credit is missing or can't be used.
    """
    if settings.basemap_url:
        return _mirror(settings)
    if settings.tianditu_key is not None and settings.tianditu_key.get_secret_value():
        key = settings.tianditu_key.get_secret_value()
        return tianditu(key, settings.basemap_review)
    return None


def tianditu(key: str, review_number: str = "", root: str = TIANDITU) -> Source:
    """Give 天地图's vector map, pictures and names: web Mercator on CGCS2000, so unshifted."""

    def layer(name: str, words: tuple[str, str], *, over: bool = False) -> Layer:
        def url(z: int, x: int, y: int) -> str:
            asked = {
                "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": name,
                "STYLE": "default", "TILEMATRIXSET": "w", "FORMAT": "tiles",
                "TILEMATRIX": z, "TILECOL": x, "TILEROW": y, "tk": key,
            }  # fmt: skip
            return f"{root}/{name}_w/wmts?{urlencode(asked)}"

        return Layer(name, words, url, over)

    layers = (
        layer("vec", ("天地图矢量", "Tianditu map")),
        layer("img", ("天地图影像", "Tianditu imagery")),
        layer("cva", ("天地图注记", "Tianditu names"), over=True),
    )
    return Source(layers, TIANDITU_CREDIT, review_number)


def _mirror(settings: Settings) -> Source:
    template = settings.basemap_url or ""
    parts = urlsplit(template)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.username or "{" in parts.netloc:
        raise UsageError(
            "WUYE_BASEMAP_URL 不是可用的瓦片地址。", "例如 http://10.0.0.8/map/{z}/{x}/{y}.png。"
        )
    if not all(template.count(f"{{{name}}}") == 1 for name in "zxy"):
        raise UsageError(
            "WUYE_BASEMAP_URL 须各含一次 {z}、{x}、{y}。",
            "例如 http://10.0.0.8/map/{z}/{x}/{y}.png。",
        )
    datum = settings.basemap_datum.upper().replace("-", "")
    if datum not in UNSHIFTED:
        said = f"坐标系 {settings.basemap_datum}" if datum else "未声明坐标系"
        raise UsageError(
            f"WUYE_BASEMAP_URL 的底图{said}，不能叠加。",
            "请向提供单位确认后，用 WUYE_BASEMAP_DATUM 声明 CGCS2000 或 WGS84；"
            "GCJ-02（火星坐标）底图与登记库相差数百米，不予使用。",
        )
    if not settings.basemap_credit:
        raise UsageError("底图须注明来源。", "请设置 WUYE_BASEMAP_CREDIT，写明提供单位。")

    def url(z: int, x: int, y: int) -> str:
        return template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))

    layers = (Layer("mirror", ("内网底图", "intranet map"), url),)
    return Source(layers, settings.basemap_credit, settings.basemap_review)
