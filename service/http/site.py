"""The built web application as files, and the handout where it isn't built."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from service.tiles.sending import accepts_gzip

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
"""Where `service/web` is built into."""

FOREVER: Final = "public, max-age=31536000, immutable"

PACKED: Final = ".gz"
"""What the build adds to the name of a file for its compressed twin."""


class Site:
    """Serve the application's files; what is none of them goes to the rest.

    ``assets/`` holds files named by a hash of what is in them, which never change; a page is asked
    for each time. An address without a file is the application's when a browser opens it as a page.
    A file that the build has compressed is sent so to whoever takes gzip.

    Parameters
    ----------
    rest
        Takes every other address.
    """

    def __init__(self, rest: ASGIApp, folder: Path = STATIC) -> None:
        self.rest = rest
        self.folder = folder
        self.files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        name = self._file(scope) if scope["type"] == "http" else None
        if name is None:
            await self.rest(scope, receive, send)
            return
        twin = name + PACKED if (self.folder / (name + PACKED)).is_file() else None
        packed = twin is not None and _takes_gzip(scope)
        response = await self.files.get_response(twin if twin and packed else name, scope)
        scope["route"] = _File()
        if response.status_code in {200, 206, 304}:
            _cached(response, name)
            if twin:
                response.headers["vary"] = "Accept-Encoding"
            if packed and response.status_code != 304:
                response.headers["content-encoding"] = "gzip"
        await response(scope, receive, send)

    def _file(self, scope: Scope) -> str | None:
        """Name the file that answers a request, or None."""
        if scope["method"] not in {"GET", "HEAD"} or not (self.folder / "index.html").is_file():
            return None
        path: str = scope["path"]
        name = path.strip("/")
        if name and (found := self.folder / name).is_file() and self._is_below(found):
            return name
        as_page = "text/html" in Headers(scope=scope).get("accept", "")
        return "index.html" if not name or (as_page and "." not in name) else None

    def _is_below(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.folder.resolve())


class _File:
    path = "/{file}"


def _takes_gzip(scope: Scope) -> bool:
    return accepts_gzip(Headers(scope=scope).get("accept-encoding", "").encode("latin-1"))


def _cached(response: Response, name: str) -> None:
    response.headers["cache-control"] = FOREVER if name.startswith("assets/") else "no-cache"
