"""Which filters may be asked (CQL2): comparisons of properties, and nothing of PostgreSQL's own.

The parser takes any name with brackets for a function and hands it to the database as it stands,
``pg_read_file('/etc/passwd')`` too. So what was parsed is held against the operators of the
standard before it is answered.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from geo.errors import UsageError

OPERATORS: Final = frozenset({
    "and", "or", "not", "=", "<>", "<", "<=", ">", ">=", "like", "between", "in", "isnull",
    "casei", "+", "-", "*", "/", "%", "div", "^", "s_intersects", "s_equals", "s_disjoint",
    "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains", "t_after", "t_before",
    "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedby", "t_finishes",
    "t_intersects", "t_meets", "t_metby", "t_overlappedby", "t_overlaps", "t_startedby",
    "t_starts", "a_contains", "a_containedby", "a_equals", "a_overlaps",
})  # fmt: skip
LONGEST: Final = 4_000
DEEPEST: Final = 40
"""Brackets in brackets, NOTs and signs: the parser goes down with each on a short stack."""

_GEOMETRIES: Final = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
)
_TIME: Final = re.compile(r"[0-9TZ:.+-]{1,40}|\.\.")
_NOT: Final = re.compile(r"\bnot\b|-(?!\s*[0-9.])", re.IGNORECASE)
_HELP: Final = "可用比较、and/or/not、like、between、in、is null、s_… 与 t_…（CQL2）。"


def check_filters(query: bytes) -> None:
    """Refuse a request whose filter is more than comparisons.

    Raises
    ------
    UsageError
        When it can't be read, or calls a function.
    """
    words = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for text in (value for name, value in words if name.lower() == "filter"):
        _check(_parsed(text), DEEPEST)


def _parsed(text: str) -> Any:
    from cql2 import Expr  # noqa: PLC0415 - heavy, like all of this room

    if len(text) > LONGEST:
        raise UsageError(f"filter 超过 {LONGEST:,} 字。", _HELP)
    if _depth(text) > DEEPEST or len(_NOT.findall(text)) > DEEPEST:
        raise UsageError("filter 嵌套过深。", _HELP)
    try:
        return Expr(text).to_json()
    except Exception:
        raise UsageError("filter 看不懂。", _HELP) from None


def _depth(text: str) -> int:
    """Tell how deep brackets stand in brackets; those in quotes count too, for safety."""
    deepest = now = 0
    for letter in text:
        now += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, now)
    return deepest


def _check(node: Any, room: int) -> None:
    if room == 0:
        raise UsageError("filter 嵌套过深。", _HELP)
    if isinstance(node, list):
        for part in node:
            _check(part, room - 1)
        return
    if node is None or isinstance(node, bool | int | float | str):
        return
    keys = set(node)
    if keys == {"bbox"}:  # its coordinates would reach PostGIS without a system
        raise UsageError("filter 不支持 BBOX。", "请用参数 bbox，或在 filter 中写 POLYGON。")
    if keys == {"op", "args"}:
        if str(node["op"]).lower() not in OPERATORS:
            raise UsageError(f"filter 不能用函数 {str(node['op'])[:40]}。", _HELP)
        _check(node["args"], room - 1)
    elif not (
        (keys == {"property"} and isinstance(node["property"], str))
        or (len(keys) == 1 and keys <= {"date", "timestamp"} and _is_time(*node.values()))
        or (keys == {"interval"} and all(_is_time(_plain(end)) for end in node["interval"]))
        or (keys == {"type", "coordinates"} and node["type"] in _GEOMETRIES
            and _are_numbers(node["coordinates"], 4))
    ):  # fmt: skip
        raise UsageError(f"filter 中的 {'、'.join(sorted(keys))[:40]} 看不懂。", _HELP)


def _plain(end: Any) -> Any:
    """Give the text of an interval's end, which may be wrapped."""
    return next(iter(end.values())) if isinstance(end, dict) and len(end) == 1 else end


def _is_time(text: Any) -> bool:
    return isinstance(text, str) and _TIME.fullmatch(text) is not None


def _are_numbers(values: Any, depth: int) -> bool:
    if isinstance(values, list):
        return depth > 0 and all(_are_numbers(value, depth - 1) for value in values)
    return isinstance(values, int | float)
