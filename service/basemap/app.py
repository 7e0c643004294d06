"""The base map's tiles through this server: ``/basemap/{layer}/{z}/{x}/{y}`` and ``/basemap/``.

A reader's browser asks us alone, so the page's policy stays "only from here" and the key stays on
this side. What comes from upstream is bounded in time and size, must be a picture, is never
followed elsewhere, and is kept in memory for a day.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from typing import Final

import httpx2
import structlog

from service.basemap.source import LEAST_ZOOM, MOST_ZOOM, Source
from service.errors import problem
from service.tiles.kept import Answer, Kept, answer
from service.tiles.sending import CHECKED, Receive, Scope, Send, refuse_method, send_answer

PREFIX: Final = "/basemap/"
TILE: Final = re.compile(r"([a-z]{1,16})/([0-9]{1,2})/([0-9]{1,6})/([0-9]{1,6})")
SECONDS: Final = 10.0
MOST_BYTES: Final = 1024 * 1024
KEPT_BYTES: Final = 64 * 1024 * 1024
KEPT_S: Final = 86_400.0
AT_ONCE: Final = 16
PICTURES: Final = {
    b"\x89PNG\r\n\x1a\n": b"image/png",
    b"\xff\xd8\xff": b"image/jpeg",
    b"RIFF": b"image/webp",
}
"""What pictures begin with, and what they are then."""
CACHING: Final = b"private, max-age=86400"

log = structlog.get_logger("wuye.basemap")
# They write whole addresses, and with them the key.
for _name in ("httpx2", "httpcore", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Refused(Exception):
    """Upstream gave nothing that could be sent on; the reason is one of few words."""


class BasemapApp:
    """Answer everything below ``/basemap/``.

    Parameters
    ----------
    source
        The base map; None where there is none, and every tile is a 404.
    seconds
        How long a tile may take in all.
    """

    def __init__(self, source: Source | None, seconds: float = SECONDS) -> None:
        self.source = source
        self.seconds = seconds
        self.kept = Kept(KEPT_BYTES)
        self._since: dict[str, float] = {}
        self._client: httpx2.AsyncClient | None = None
        self._places = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await refuse_method(scope, receive, send)
            return
        path = scope["path"].removeprefix(PREFIX)
        if not path:
            await send_answer(self._described(), scope, send, with_body=scope["method"] == "GET")
            return
        url = self._url(path)
        if url is None:
            await problem(404, "没有这样的底图瓦片。")(scope, receive, send)
            return
        try:
            found = await self._tile(path, url)
        except Refused as reason:
            log.warning("basemap", path=path, reason=str(reason))
            await problem(502, "底图暂时取不到。", "其余内容不受影响，可稍后再试。")(
                scope, receive, send
            )
            return
        await send_answer(found, scope, send, with_body=scope["method"] == "GET")

    def _url(self, path: str) -> str | None:
        """Give the address upstream, when the path names a tile that can be."""
        asked = TILE.fullmatch(path)
        layer = self.source.layer(asked[1]) if asked and self.source else None
        if asked is None or layer is None:
            return None
        z, x, y = (int(asked[place]) for place in (2, 3, 4))
        if not LEAST_ZOOM <= z <= MOST_ZOOM or x >= 2**z or y >= 2**z:
            return None
        return layer.url(z, x, y)

    async def _tile(self, path: str, url: str) -> Answer:
        found = self.kept.get(path)
        if found is not None and time.monotonic() - self._since.get(path, 0) < KEPT_S:
            return found
        async with self._places:
            body = await self._fetched(url)
        kind = next(kind for begins, kind in PICTURES.items() if body.startswith(begins))
        found = answer(body, kind, CACHING, encoded=False)
        self.kept.put(path, found)
        if len(self._since) > 4 * len(self.kept) + 1024:
            self._since.clear()  # what is kept is then asked for once more
        self._since[path] = time.monotonic()
        return found

    async def _fetched(self, url: str) -> bytes:
        """Fetch a picture; whatever goes wrong is told without its address."""
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self.seconds, follow_redirects=False)
        body = bytearray()
        try:
            async with asyncio.timeout(self.seconds), self._client.stream("GET", url) as response:
                if response.status_code != 200:
                    raise Refused(f"status {response.status_code}")
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise Refused("too large")
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            raise Refused(type(error).__name__) from None
        if not body.startswith(tuple(PICTURES)):
            raise Refused("no picture")
        return bytes(body)

    def _described(self) -> Answer:
        source = self.source
        words = {
            "layers": [
                {
                    "id": layer.id,
                    "name": dict(zip(("zh", "en"), layer.name, strict=True)),
                    "tiles": f"{PREFIX}{layer.id}/{{z}}/{{x}}/{{y}}",
                    "minzoom": LEAST_ZOOM,
                    "maxzoom": MOST_ZOOM,
                    "over": layer.over,
                }
                for layer in (source.layers if source else ())
            ],
            "credit": source.credit if source else "",
            "review_number": source.review_number if source else "",
        }
        body = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
        return answer(body, b"application/json", CHECKED, encoded=False)
