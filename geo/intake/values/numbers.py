"""Numbers, areas and shares, with what people write around them: 约, 余, 万, ㎡, 户."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import numpy as np

from geo.intake.columns import Column
from geo.intake.synonyms import fold, folded, terms_of, words
from geo.intake.values import numerals
from geo.intake.values.reading import Context, Noted, Problem, either

_BARE: Final = re.compile(r"\d+(\.\d+)?")
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,4}(?:,\d{4})+(?:\.\d+)?")
_SPACED: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?")
_BEFORE: Final = ("大约", "大概", "约为", "约", "近")
_BEHIND: Final = ("左右", "上下", "余", "多")
_BOUND: Final = re.compile(r"[<>≤≥]|以上|以下|以内|不足|不少于|不超过|超过|至少|最多|不到")
_RANGE: Final = re.compile(r"\d[^\d.,]*\s*(?:-|~|—|–|至|到|/|\+|、|;|,\s)\s*\d")

SMALLEST_SURE_M2: Final = 100
"""Below this, a bare number under a header without a unit may be in 万㎡ as well."""

LARGEST_WAN: Final = 2000
"""Where most of a column's bare numbers are that small, those up to this may be too."""


def number(text: str) -> Decimal | None:
    """Read a plain number; separators must stand where they belong."""
    if "," in text:
        if not _GROUPED.fullmatch(text.replace(" ", "")):
            return None
        text = text.replace(",", "")
    if " " in text:
        if not _SPACED.fullmatch(text):
            return None
        text = text.replace(" ", "")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return numerals.cardinal(text)
    return found if found.is_finite() else None


def sure_from_m2(values: list[Any]) -> int:
    """Give the area from which on a column's bare numbers, without a unit, are surely in m²."""
    if set(map(type, values)) <= {float, type(None)}:  # most shape files
        found = np.array(values, np.float64)
        few = 2 * int((found < SMALLEST_SURE_M2).sum())
        told = len(found) - values.count(None)
        return LARGEST_WAN if told and few >= told else SMALLEST_SURE_M2
    bare = [float(value) for value in values if type(value) in {int, float}]
    bare += [float(value) for value in values if isinstance(value, str) and _BARE.fullmatch(value)]
    small = sum(1 for value in bare if value < SMALLEST_SURE_M2)
    return LARGEST_WAN if bare and small * 2 >= len(bare) else SMALLEST_SURE_M2


def _bounded(found: Decimal, column: Column, unit: str) -> Problem | None:
    low = column.least is not None and found < Decimal(str(column.least))
    high = column.most is not None and found > Decimal(str(column.most))
    if not low and not high:
        return None
    span = f"{column.least:,} 到 {column.most:,}{unit}"
    return Problem("range", f"超出合理范围（{span}）", "请核对数值与单位")


def _without_about(text: str, units: list[str]) -> tuple[str, bool, str]:
    """Take words of approximation and a unit off a number: its rest, whether about, the unit."""
    about = False
    for word in _BEFORE:
        if text.startswith(word):
            text, about = text.removeprefix(word).strip(), True
            break
    unit = ""
    for _ in range(2):  # 200户左右, 200余户
        for word in _BEHIND:
            if text.endswith(word):
                text, about = text.removesuffix(word).strip(), True
        if not unit:
            unit = next((word for word in units if text.endswith(word)), "")
            text = text.removesuffix(unit).strip()
    for word in ("余万", "多万"):
        if text.endswith(word):
            text, about = f"{text.removesuffix(word)}万", True
    return text, about, unit


def _wrong(text: str, said: str, remedy: str) -> Problem:
    """Say why a text is no number: a range, a bound, several numbers, or no number at all."""
    if _RANGE.search(text) and not text.startswith("="):
        return Problem("several_values", "一格中有多个数或一个区间", "请只写一个数")
    if _BOUND.search(text):
        return Problem("bound", "写的是上限或下限，不是确切的数", "请写确切的数")
    return Problem("number", said, remedy)


def _said(found: Any, text: str, about: bool) -> Any:
    if not about or isinstance(found, Problem):
        return found
    return Noted(
        found,
        Problem("approximate", f"“{text}”是约数，按 {found} 读取", "请写确切的数", "warned"),
    )


def area(value: Any, text: str, column: Column, context: Context) -> Any:
    """Read an area in m², two decimals; a unit in the cell goes before the header's."""
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return Problem("number", "不是面积数值", "请只写数字，单位为平方米")
    sizes: dict[str, str] = words()["units"]["area"]
    units = sorted(sizes, key=len, reverse=True)
    rest, about, unit = _without_about(text.lower(), units)
    found = number(rest)
    if found is None:
        return _wrong(text, "不是面积数值", "请只写数字，单位为平方米")
    doubtful = not unit and not context.unit_said and "万" not in rest
    if doubtful and 0 < found < context.sure_from_m2:
        return either(
            (f"{found} ㎡", f"{found} 万㎡"), "请在表头或单元格中写明单位，例如 建筑面积(万㎡)"
        )
    found *= Decimal(sizes[unit]) if unit else 1
    return _said(_bounded(found, column, " ㎡") or found.quantize(Decimal("0.01")), text, about)


def integer(value: Any, text: str, column: Column, _context: Context) -> Any:
    """Read a whole number, with its counting word if it has one."""
    if isinstance(value, bool):
        return Problem("number", "是逻辑值，不是整数", "请只写整数")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Problem("number", "是日期或时间，不是整数", "请将单元格格式改为数值后重新填写")
    if fold(text) in folded("none_is_zero", "words"):
        return _none(column)
    said = terms_of(column.name).get(fold(text), text)  # 五星
    rest, about, _unit = _without_about(said, words()["units"]["count"]["words"])
    found = number(rest)
    if found is None:
        return _wrong(text, "不是整数", "请只写整数")
    if found != found.to_integral_value():
        return Problem("number", "不是整数", "请只写整数")
    return _said(_bounded(found, column, "") or int(found), text, about)


def _none(column: Column) -> Any:
    if column.name in words()["none_is_zero"]["columns"]:
        return 0
    if column.least is None or column.least > 0 or column.name == "stars":
        return None
    return either(("0", "未填"), "没有请写 0，不清楚请留空")


def decimal(value: Any, text: str, column: Column, _context: Context) -> Any:
    """Read a number; a fee may end in its unit."""
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return Problem("number", "不是数值", "请只写数字")
    rest, about, _unit = _without_about(
        re.sub(r"元(/?\(?(m2|平方米|平米|平方)?[·./]?每?月?\)?)?$", "", text.lower()), []
    )
    found = number(rest)
    if found is None:
        return _wrong(text, "不是数值", "请只写数字")
    return _said(_bounded(found, column, "") or found, text, about)


def share(value: Any, text: str, column: Column, _context: Context) -> Any:
    """Read a share of one; whether a bare 65 is one in a hundred nobody can tell."""
    if isinstance(value, bool | dt.date | dt.time | dt.timedelta):
        return Problem("number", "不是比率", "请写成 0.85 或 85%")
    rest, about, _unit = _without_about(text, [])
    percent = rest.endswith("%")
    found = number(rest.removesuffix("%").strip())
    if found is None:
        return _wrong(text, "不是比率", "请写成 0.85 或 85%")
    if percent and 0 < found <= 1:  # a cell in per cent holds 0.85 and shows 85%
        return either(
            (f"{found}%", f"{found * 100:f}%"), "请写成 85%，或将表头中的 % 去掉写成 0.85"
        )
    if percent:
        found /= 100
    elif 1 < found <= 100:
        return Problem("share", "无法判断是比率还是百分数", "请写成 0.85 或 85%")
    return _said(_bounded(found, column, "") or found, text, about)
