"""Answers kept as bytes: what a snapshot answers to a question never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

MOST_BYTES: Final = 64 * 1024 * 1024


class Answers:
    """Keep answers by their tag up to so many bytes; the one unused for longest goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, tag: str) -> bytes | None:
        """Give an answer, or None when it is not kept."""
        with self._lock:
            if tag in self._kept:
                self._kept.move_to_end(tag)
            return self._kept.get(tag)

    def keep(self, tag: str, body: bytes) -> None:
        """Keep an answer, unless it alone would take a quarter of the room."""
        if len(body) > self.most_bytes // 4:
            return
        with self._lock:
            self._bytes += len(body) - len(self._kept.get(tag, b""))
            self._kept[tag] = body
            self._kept.move_to_end(tag)
            while self._bytes > self.most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])
