"""Only this computer's own names, and only our own pages may write.

A page of another site can make a browser call ``http://127.0.0.1:8753``; a name that its owner
points here (DNS rebinding) even lets it read the answer. The first is stopped by the ``Origin``
that browsers send with every write, and by the ``Sec-Fetch-Site`` of what a page draws into itself;
the second by the ``Host`` that the name stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import problem

LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
ASKED: Final = frozenset({b"host", b"origin", b"sec-fetch-site", b"sec-fetch-dest"})
"""The headers that decide; read by hand, for they are read for every tile."""
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Refuse requests to other names (421), and writes from other origins (403)."""

    def __init__(self, app: ASGIApp, names: frozenset[str] = LOCAL_NAMES) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] == "websocket":
            return
        if scope["type"] == "http":
            headers: dict[str, str] = {}
            for name, value in scope["headers"]:
                if name in ASKED:
                    headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
            host = headers.get("host", "")
            if name_of(host) not in self.names:
                refusal = problem(421, "不是本机的地址", "请用 http://127.0.0.1 打开。")
                await refusal(scope, receive, send)
                return
            if _is_drawn_elsewhere(headers):
                refusal = problem(403, "不接受别的网页发来的请求", "请直接打开本服务的页面。")
                await refusal(scope, receive, send)
                return
            if scope["method"] not in READING and not _is_own(headers, scope["scheme"], host):
                refusal = problem(403, "不接受别的网页发来的修改", "请在本服务自己的页面里操作。")
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


@lru_cache(maxsize=64)
def name_of(host: str) -> str:
    """Give the name in a ``Host`` header, without port and brackets; blank when it has none.

    >>> name_of("127.0.0.1:8753"), name_of("[::1]:80"), name_of("localhost."), name_of("a@b")
    ('127.0.0.1', '::1', 'localhost.', '')
    """
    if set(host) & set("/@?#\\ ,"):
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_drawn_elsewhere(headers: Mapping[str, str]) -> bool:
    """Tell whether a page of another site asks for a part of itself: a picture, a frame, data.

    It could not read the answer, but have a snapshot made of every day since 1949.
    """
    from_elsewhere = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
    return from_elsewhere and headers.get("sec-fetch-dest", "empty") != "document"


def _is_own(headers: Mapping[str, str], scheme: str, host: str) -> bool:
    """Tell whether a write comes from our own page, or from no page at all.

    Browsers send ``Origin`` with every write, and say ``null`` where they hide it; those that know
    ``Sec-Fetch-Site`` say it besides. Programs that are no browsers send neither.
    """
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scheme}://{host}".lower():
        return False
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
