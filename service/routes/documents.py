"""The description of the interface as a page, of files of our own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Response

from geo.errors import NotFound
from maps import assets

router = APIRouter(include_in_schema=False)

KEPT: Final = "private, max-age=3600"

_FILES: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "": ("text/html", lambda: assets.own("interface.html").encode()),
    "interface.js": ("text/javascript", lambda: assets.own("interface.js").encode()),
    "swagger-ui.css": ("text/css", lambda: assets.swagger_ui("swagger-ui.css")),
    "swagger-ui-bundle.js": (
        "text/javascript",
        lambda: assets.swagger_ui("swagger-ui-bundle.js"),
    ),
}


@router.get("/api/docs")
def interface() -> Response:
    """Give the page."""
    return _file("")


@router.get("/api/docs/{name}")
def file_of_interface(name: str) -> Response:
    """Give a file of the page."""
    if name not in _FILES:
        raise NotFound("没有这个文件。", "请从 /api/docs 打开。")
    return _file(name)


def _file(name: str) -> Response:
    kind, read = _FILES[name]
    return Response(read(), media_type=kind, headers={"Cache-Control": KEPT})
