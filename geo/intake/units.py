"""Units that a header gives its column's bare numbers."""

from __future__ import annotations

import re
from typing import Any, Final

from geo.errors import InputError
from geo.intake.clean import text_of
from geo.intake.columns import Column
from geo.intake.synonyms import fold, words

_FEE: Final = re.compile(r"元/(m2|平方米|平米|平方)[·./]?(每)?月|元/月[·./](m2|平方米|平米)")
_BRACKETS: Final = re.compile(r"[(\[【](.*?)[)\]】]")
_BARE: Final = re.compile(r"[\d.,\s]+")


def said_of(header: str, column: Column) -> str:
    """Give the unit that a header names, folded, or ""."""
    text = fold(header)
    named: list[str] = [
        word.removeprefix("单位:").removeprefix("单位") for word in _BRACKETS.findall(text)
    ]
    if column.kind == "area":
        known: dict[str, str] = words()["units"]["area"]
        for word in named:
            if word in known or "亩" in word:
                return word
        behind = [unit for unit in known if text.endswith(unit) and len(unit) > 1]
        return max(behind, key=len) if behind else (named[0] if named else "")
    if column.kind == "share":
        return "%" if "%" in text else ""
    return named[0] if named else ""


def unit_of(header: str, column: Column) -> str | None:
    """Give what a header's unit adds to bare numbers ("" or "万㎡"), or None for a unit unknown.

    Only areas, shares and fees have units; what stands in brackets behind another header is none.
    """
    unit = said_of(header, column)
    if not unit:
        return ""
    if column.kind == "area":
        size = words()["units"]["area"].get(unit)
        return None if size is None else ("" if size == "1" else unit)
    if column.kind == "share":
        return unit
    if column.name == "fee_yuan_m2_month":
        return "" if _FEE.fullmatch(unit) or unit in {"元", "月"} else None
    return ""


def with_unit(cells: list[Any], header: str, column: Column, unit: str | None = None) -> list[Any]:
    """Give bare numbers their header's unit.

    Parameters
    ----------
    unit
        Instead of the header's, where a saved mapping says it.

    Raises
    ------
    InputError
        When a header has a unit that its column is never in.
    """
    known = unit_of(header if unit is None else f"({unit})", column)
    found = known if known is None or unit is None else unit
    if found is None:
        raise InputError(
            f"表头“{header}”的单位无法识别。",
            f"请改用“{column.header}”的单位，并相应换算数值。",
        )
    if not found:
        return cells
    seen: dict[Any, Any] = {}
    out = []
    for value in cells:
        key = (type(value), value)
        if key not in seen:
            text = text_of(value)
            seen[key] = f"{text}{found}" if text and _BARE.fullmatch(text) else value
        out.append(seen[key])
    return out
