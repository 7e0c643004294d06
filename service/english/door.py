"""The door: answers whose sentences go out in English where ``Accept-Language`` asks for it.

Only JSON is read: problems wherever they arise, and the answers below `SPEAKING`, which hold
sentences of ours beside data. Answers to questions about snapshots say everything in both
languages at once, are kept and marked (``ETag``), and pass untouched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.english.catalogue import CHINESE, columns, english

SPEAKING: Final = tuple(
    f"/api/v1/{name}"
    for name in ("imports", "held", "matches", "plans", "cases", "jobs", "exports", "changes")
)
"""Addresses of answers that hold sentences."""

SENTENCES: Final = frozenset({"title", "detail", "message", "remedy", "text", "next_step"})
PARTS: Final = frozenset({
    "why", "warnings", "reasons", "assumptions", "lines", "annotated_limits", "notice",
    "sheets_not_read",
})  # fmt: skip
"""Members that hold sentences, or parts or lists of them; all others are data."""

JSON: Final = b"application/json"
PROBLEM: Final = b"application/problem+json"


class English:
    """Give what an application says in Chinese in English, to requests that ask for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        speaks = scope["path"].startswith(SPEAKING)
        answer = _Answer(send, scope["headers"], speaks=speaks)
        await self.app(scope, receive, answer.send)


def wants_english(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request prefers English to Chinese.

    >>> wants_english([(b"accept-language", b"en")])
    True
    >>> wants_english([(b"accept-language", b"zh-CN,zh;q=0.9,en;q=0.8")]), wants_english([])
    (False, False)
    """
    asked = next((value for name, value in headers if name == b"accept-language"), b"")
    best: dict[str, float] = {}
    for entry in asked.decode("latin-1").lower().split(","):
        tag, _, rest = entry.strip().partition(";")
        language = tag.split("-")[0].strip()
        best[language] = max(best.get(language, 0.0), _quality(rest))
    return best.get("en", 0.0) > max(best.get("zh", 0.0), best.get("*", 0.0) / 2)


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


class _Answer:
    """An answer on its way out: marked where its language varies, and held until it is whole."""

    def __init__(self, send: Send, asked: Iterable[tuple[bytes, bytes]], *, speaks: bool) -> None:
        self._send = send
        self._asked = asked
        self._speaks = speaks
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Send a part on, or keep it."""
        if message["type"] == "http.response.start":
            kind = _header(message, b"content-type").split(b";")[0].strip()
            varies = kind == PROBLEM or (kind == JSON and self._speaks)
            if varies:
                message = {**message, "headers": _marked(message["headers"])}
                if wants_english(self._asked):
                    self._start = message
                    return
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._whole(self._start)
            return
        await self._send(message)

    async def _whole(self, start: Message) -> None:
        body = await run_in_threadpool(in_english, bytes(self._body))
        headers = [
            (name, value) for name, value in start["headers"] if name.lower() != b"content-length"
        ]
        headers += [
            (b"content-length", str(len(body)).encode()),
            (b"content-language", b"en"),
        ]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def in_english(body: bytes) -> bytes:
    """Give a JSON answer with its sentences in English."""
    try:
        words = json.loads(body)
    except ValueError:  # the blank body of a HEAD
        return body
    return json.dumps(_translated(words), ensure_ascii=False, separators=(",", ":")).encode()


def _translated(value: Any) -> Any:
    if isinstance(value, list):
        return [_translated(item) for item in value]
    if isinstance(value, dict):
        return {name: _member(name, item, value) for name, item in value.items()}
    return value


def _member(name: str, value: Any, beside: dict[str, Any]) -> Any:
    if name == "title" and "header" in beside:
        return columns().get(value, value)
    if name in SENTENCES and isinstance(value, str):
        said = _capital(value)
        whole = "message" in beside and said not in {"", value}
        return said + "." if whole and said[-1] not in ".?!" else said
    if name in PARTS or (name == "name" and "rule" in beside):
        if isinstance(value, str):
            return english(value)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return [english(item) for item in value]
    return _translated(value)


def _capital(text: str) -> str:
    """Begin a sentence that begins with our words with a capital."""
    said = english(text)
    if said != text and said[:1].islower() and CHINESE.match(text):
        return said[0].upper() + said[1:]
    return said


def _header(message: Message, name: bytes) -> bytes:
    return next((value for key, value in message["headers"] if key.lower() == name), b"")


def _marked(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Say that the answer varies by language."""
    out, varies = [], [b"Accept-Language"]
    for name, value in headers:
        if name.lower() == b"vary":
            varies.insert(0, value)
        else:
            out.append((name, value))
    return [*out, (b"vary", b", ".join(varies))]
