"""The files that pages are made of: our own beside this module, Leaflet and Swagger UI from npm.

They are unpacked by ``npm ci --prefix maps/assets``; handouts carry Leaflet inside, so nothing is
loaded when they are opened.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from geo.errors import NotFound

REMEDY: Final = "请在项目目录运行 npm ci --prefix maps/assets，然后重试。"


def own(name: str) -> str:
    """Read one of our own files: a script, a style sheet, a template."""
    return _folder().joinpath(name).read_text("utf-8")


@cache
def leaflet_js() -> str:
    """Read Leaflet's script, without its pointer to a source map.

    Raises
    ------
    NotFound
        When Leaflet is not unpacked, or is not the version that `package.json` names.
    """
    script = _leaflet("dist/leaflet.js").read_text("utf-8")
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", script).rstrip() + "\n"


@cache
def leaflet_css() -> str:
    """Read Leaflet's style sheet with its pictures inside.

    Raises
    ------
    NotFound
        As `leaflet_js`.
    """
    sheet = _leaflet("dist/leaflet.css").read_text("utf-8")

    def inside(found: re.Match[str]) -> str:
        picture = _leaflet(f"dist/{found[1]}").read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inside, sheet)


def swagger_ui(path: str) -> bytes:
    """Read a file of Swagger UI, which shows the HTTP interface.

    Raises
    ------
    NotFound
        As `leaflet_js`.
    """
    return _packed("swagger-ui-dist", "Swagger UI", path).read_bytes()


def _folder() -> Traversable:
    return files("maps").joinpath("assets")


def _leaflet(path: str) -> Traversable:
    return _packed("leaflet", "Leaflet", path)


def _packed(name: str, title: str, path: str) -> Traversable:
    """Find a file of a package, in the version that we ask for."""
    wanted = json.loads(own("package.json"))["dependencies"][name]
    package = _folder().joinpath("node_modules", name)
    try:
        found = json.loads(package.joinpath("package.json").read_text("utf-8"))["version"]
    except FileNotFoundError:
        raise NotFound(f"没有安装页面组件 {title} {wanted}。", REMEDY) from None
    if found != wanted:
        raise NotFound(f"页面组件 {title} 是 {found} 版，需要 {wanted} 版。", REMEDY)
    file = package.joinpath(*path.split("/"))
    if not file.is_file():
        raise NotFound(f"页面组件 {title} 不完整，缺少 {path}。", REMEDY)
    return file
