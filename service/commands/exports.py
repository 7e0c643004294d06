"""``wuye export …``: what leaves the building."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer

COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "tiles": ("export_tiles", "tiles", "瓦片包：PMTiles、MBTiles，内容与在线瓦片逐字节相同。"),
    "raster": (
        "export_raster", "raster",
        "栅格：分级 COG（3857 与当地高斯-克吕格带）和图片瓦片包。",
    ),
    "data": ("export_data", "export_data", "小区、区划指标、管理区域、项目、阻隔：各种数据文件。"),
    "report": ("export_report", "report", "一月报告：docx 正文与附图，xlsx 附表与缺口清单。"),
    "sheet": ("export_sheet", "sheet", "一幅可打印的地图：A4 或 A3，PDF、300 dpi PNG 或 SVG。"),
    "atlas": ("export_sheet", "atlas", "图集：索引图、目录，每县区（街道）一幅，一个 PDF。"),
    "public": (
        "export_public", "export_public",
        "公开版：不含党建与内部内容，隐去小数字，写后自查。",
    ),
    "check": ("export_public", "check_export", "检查任何导出文件中有没有内部内容。"),
    "key": ("export_bundle", "export_key", "生成签名用的 Ed25519 密钥。"),
    "bundle": ("export_bundle", "export_bundle", "为一个文件夹的导出写清单与签名。"),
    "handout": ("export_handout", "export_handout", "一个可离线打开的 HTML 地图文件。"),
    "boundaries": (
        "export_boundaries", "export_polygons",
        "导出登记的边界供编辑（GeoPackage），改好后用 wuye import 导回。",
    ),
}  # fmt: skip
"""Exports in the order of the help: module, function in it, help. Add yours here."""


def application(words: Sequence[str] = ()) -> typer.Typer:
    """Put the exports together; of the modules, only the one that the words begin with is loaded.

    Together they bring everything that draws: two seconds before a word is said.
    """
    app = typer.Typer(no_args_is_help=True, help="导出：地图、数据、边界等。")
    for name in words[:1] if words and words[0] in COMMANDS else COMMANDS:
        module, function, help_words = COMMANDS[name]
        found = getattr(import_module(f"service.commands.{module}"), function)
        app.command(name, help=help_words)(found)
    return app
