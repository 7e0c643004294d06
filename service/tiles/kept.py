"""Answers kept in memory, ready to be sent; bounded in bytes."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

Header = tuple[bytes, bytes]

TILE_TYPE: Final = b"application/vnd.mapbox-vector-tile"
OVERHEAD_BYTES: Final = 700
"""What an answer takes besides its body: headers, key and Python's own objects."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its headers. ``encoded``: the body is gzip."""

    body: bytes
    headers: tuple[Header, ...]
    etag: bytes
    encoded: bool


def answer(body: bytes, kind: bytes, caching: bytes, *, encoded: bool) -> Answer:
    """Put an answer together."""
    etag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
    headers: list[Header] = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", caching),
        (b"etag", etag),
        (b"vary", b"accept-encoding"),
    ]
    if encoded:
        headers.append((b"content-encoding", b"gzip"))
    return Answer(body, tuple(headers), etag, encoded)


class Kept:
    """The answers asked for last, by address.

    Parameters
    ----------
    most_bytes
        What all of them may take; those unused for longest go first.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> Answer | None:
        """Give an answer if it is kept."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def put(self, key: str, found: Answer) -> None:
        """Keep an answer, unless it alone is over the bound."""
        size = _size(key, found)
        if size > self.most_bytes:
            return
        with self._lock:
            old = self._answers.pop(key, None)
            if old is not None:
                self.bytes -= _size(key, old)
            self._answers[key] = found
            self.bytes += size
            while self.bytes > self.most_bytes:
                gone, out = self._answers.popitem(last=False)
                self.bytes -= _size(gone, out)


def _size(key: str, found: Answer) -> int:
    return len(found.body) + len(key) + OVERHEAD_BYTES
