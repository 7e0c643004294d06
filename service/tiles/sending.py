"""Sending what is kept: compressed or not, with its tag, or "not modified"."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from isal import igzip

from service.errors import problem
from service.tiles.kept import Answer, Header

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PUBLIC: Final = b"public, max-age=31536000, immutable"
PRIVATE: Final = b"private, max-age=31536000, immutable"
CHECKED: Final = b"private, no-cache"


def origin(scope: Scope) -> str:
    """Give the server's address as the asker knows it."""
    host = _header(scope, b"host").decode("latin-1")
    if not host:
        name, port = scope.get("server") or ("127.0.0.1", 80)
        host = f"{name}:{port}"
    return f"{scope.get('scheme', 'http')}://{host}"


def _header(scope: Scope, name: bytes) -> bytes:
    found: bytes
    for key, found in scope["headers"]:
        if key == name:
            return found
    return b""


def accepts_gzip(value: bytes) -> bool:
    """Tell whether an Accept-Encoding takes gzip: named, or by ``*``, and not with ``q=0``."""
    star = False
    for item in value.lower().split(b","):
        name, *rest = item.replace(b" ", b"").split(b";")
        if name in {b"gzip", b"*", b"x-gzip"}:
            refused = any(_zero(word) for word in rest if word.startswith(b"q="))
            if name != b"*":
                return not refused
            star = not refused
    return star


def _zero(word: bytes) -> bool:
    try:
        return float(word[2:]) == 0
    except ValueError:
        return False


async def send_answer(found: Answer, scope: Scope, send: Send, *, with_body: bool) -> None:
    """Send an answer as it is, decompressed, or as "not modified"."""
    accepted, known = b"", b""
    for key, value in scope["headers"]:
        if key == b"accept-encoding":
            accepted = value
        elif key == b"if-none-match":
            known = value
    body: bytes = found.body
    headers: tuple[Header, ...] | list[Header] = found.headers
    etag = found.etag
    if found.encoded and not accepts_gzip(accepted):
        body = igzip.decompress(body)
        etag = etag[:-1] + b'-plain"'
        headers = _plain(found, etag, len(body))
    if known and _matches(known, etag):
        kept = [item for item in headers if item[0] not in {b"content-length", b"content-type"}]
        kept = [item for item in kept if item[0] != b"content-encoding"]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body if with_body else b""})


def _plain(found: Answer, etag: bytes, length: int) -> list[Header]:
    """Give the headers of an answer that goes out decompressed."""
    changed = {b"content-length": str(length).encode(), b"etag": etag}
    return [
        (name, changed.get(name, value))
        for name, value in found.headers
        if name != b"content-encoding"
    ]


def _matches(known: bytes, etag: bytes) -> bool:
    """Tell whether an If-None-Match knows a tag (RFC 9110, weak comparison)."""
    names = (name.strip().removeprefix(b"W/") for name in known.split(b","))
    return known.strip() == b"*" or etag in names


async def refuse_method(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a method that would write: tiles are read only."""
    response = problem(405, "瓦片只能读取（GET、HEAD）。")
    response.headers["allow"] = "GET, HEAD"
    await response(scope, receive, send)
