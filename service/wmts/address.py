"""What is asked for, in either way of WMTS: names and values, or a path."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl

from service.wmts.refusal import Refusal

PREFIX: Final = "/ogc/wmts"
VERSION: Final = "1.0.0"
STYLE: Final = "default"
FORMAT: Final = "image/png"
LEGEND: Final = "legend"
TIME: Final = "time"
"""The dimension: the date that a snapshot is of."""
CAPABILITIES: Final = f"{VERSION}/WMTSCapabilities.xml"

_SNAPSHOT: Final = re.compile(r"snapshot/([0-9a-f]{12,64})(?:/|$)")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; ``snapshot`` and ``day`` are empty for the newest date's."""

    what: Literal["capabilities", "tile", "legend"]
    snapshot: str
    layer: str = ""
    matrix_set: str = ""
    matrix: str = ""
    row: int = 0
    column: int = 0
    day: str = ""


def parse(path: str, query: str) -> Asked:
    """Read an address.

    Raises
    ------
    Refusal
        If it asks for nothing that there is.
    """
    rest = path.removeprefix(PREFIX).strip("/")
    snapshot = ""
    found = _SNAPSHOT.match(rest)
    if found:
        snapshot, rest = found[1], rest[found.end() :]
    if not rest:
        return _by_names(snapshot, query)
    if rest == CAPABILITIES:
        return Asked("capabilities", snapshot)
    parts = rest.split("/")
    if len(parts) == 2 and parts[0] == LEGEND and parts[1].endswith(".png"):
        return Asked("legend", snapshot, parts[1].removesuffix(".png"))
    day = ""
    if len(parts) == 7 and not snapshot:  # the dimension stands behind the style
        day = _day(parts.pop(2))
    if len(parts) != 6 or not parts[5].endswith(".png"):
        raise Refusal(
            "NotFound", "", "没有这个地址。",
            f"能力文档在 {PREFIX}/{CAPABILITIES}，瓦片为 图层/{STYLE}/日期/矩阵集/级/行/列.png，"
            f"图例为 {LEGEND}/图层.png。",
        )  # fmt: skip
    layer, style, matrix_set, matrix, row, column = parts
    if style != STYLE:
        raise Refusal("NotFound", "Style", f"没有样式 {style}。", f"可用：{STYLE}。")
    return Asked(
        "tile", snapshot, layer, matrix_set, matrix,
        _number(row, "TileRow"), _number(column.removesuffix(".png"), "TileCol"), day,
    )  # fmt: skip


def _by_names(snapshot: str, query: str) -> Asked:
    """Read names and values; names in any case. Without any, the capabilities are meant."""
    words = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    if not words:
        return Asked("capabilities", snapshot)
    if _needed(words, "SERVICE").upper() != "WMTS":
        raise Refusal("InvalidParameterValue", "SERVICE", "SERVICE 应为 WMTS。")
    request = _needed(words, "REQUEST")
    if request == "GetCapabilities":
        accepted = words.get("acceptversions", "")
        if accepted and VERSION not in accepted.split(","):
            raise Refusal("VersionNegotiationFailed", "AcceptVersions", f"只有版本 {VERSION}。")
        return Asked("capabilities", snapshot)
    if request != "GetTile":
        raise Refusal(
            "OperationNotSupported", request, f"没有操作 {request}。",
            "可用：GetCapabilities、GetTile。",
        )  # fmt: skip
    if words.get("version", VERSION) != VERSION:
        raise Refusal("InvalidParameterValue", "VERSION", f"只有版本 {VERSION}。")
    if words.get("style", "") not in {"", STYLE}:
        raise Refusal("InvalidParameterValue", "STYLE", f"样式只有 {STYLE}。")
    if words.get("format", FORMAT) != FORMAT:
        raise Refusal("InvalidParameterValue", "FORMAT", f"格式只有 {FORMAT}。")
    return Asked(
        "tile", snapshot,
        _needed(words, "LAYER"), _needed(words, "TILEMATRIXSET"), _needed(words, "TILEMATRIX"),
        _number(_needed(words, "TILEROW"), "TILEROW"),
        _number(_needed(words, "TILECOL"), "TILECOL"),
        "" if snapshot else _day(words.get("time", "")),
    )  # fmt: skip


def _day(text: str) -> str:
    """Read a date of the dimension time; "" and the standard's words stand for the newest."""
    if text in {"", "default", "current"}:
        return ""
    try:
        return dt.date.fromisoformat(text.removesuffix("T00:00:00Z")).isoformat()
    except ValueError:
        raise Refusal(
            "InvalidParameterValue", "TIME", f"TIME {text[:40]} 不是日期。", "写法如 2025-12-31。"
        ) from None


def _needed(words: dict[str, str], name: str) -> str:
    value = words.get(name.lower(), "")
    if not value:
        raise Refusal("MissingParameterValue", name, f"缺少参数 {name}。")
    return value


def _number(text: str, name: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Refusal("InvalidParameterValue", name, f"{name} {text!r} 应为不带前导零的整数。")
    return int(text)
