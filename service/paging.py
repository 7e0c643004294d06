"""Lists by pages: a cursor says where the next one begins, and in which list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Query

from geo.errors import UsageError

Item = TypeVar("Item")

LimitOf = Annotated[int, Query(ge=1, le=500, description="一页多少条。Items of a page.")]
CursorOf = Annotated[
    str | None,
    Query(max_length=200, description="上一页的 next。What the page before gave as next."),
]

_FIELDS: Final = {"list", "at"}


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A page of a list, how long the list is, and the cursor of the next page."""

    items: Sequence[Item]
    total: int
    next: str | None


def page_of(items: Sequence[Item], limit: int, cursor: str | None, key: str) -> Page[Item]:
    """Cut a page out of a list.

    Parameters
    ----------
    key
        Names the list: everything that decides what is in it and in which order.

    Raises
    ------
    UsageError
        When the cursor is none, or belongs to another list.
    """
    at = start_of(cursor, key)
    end = at + limit
    return Page(items[at:end], len(items), cursor_at(end, key) if end < len(items) else None)


def cursor_at(at: int, key: str) -> str:
    """Write the cursor of the place `at` in a list."""
    words = json.dumps({"list": _mark(key), "at": at}, separators=(",", ":"))
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def start_of(cursor: str | None, key: str) -> int:
    """Read where a cursor says that a page begins.

    Raises
    ------
    UsageError
        When the cursor is none, or belongs to another list.
    """
    if cursor is None:
        return 0
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        words: Any = json.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True))
    except (ValueError, binascii.Error, UnicodeError):
        words = None
    if (
        not isinstance(words, dict)
        or words.keys() != _FIELDS
        or not isinstance(words["at"], int)
        or not 0 <= words["at"] < 2**53
    ):
        raise UsageError("cursor 看不懂。", "请原样给出上一页的 next。")
    if words["list"] != _mark(key):
        raise UsageError("cursor 属于另一个列表。", "改了条件或快照后请从第一页开始。")
    return words["at"]


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]
