"""Cells become values: dates, areas, numbers, terms and codes, or a problem with its remedy.

What can be read in two ways is not read at all: the row is held back and says so.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from geo.codes import normal_division, uscc_problem
from geo.intake.columns import Column


@dataclass(frozen=True)
class Problem:
    """Why a cell can't be read, and what to write instead."""

    rule: str
    message: str
    remedy: str


_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_DATE_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(:00)?(\.0+)?(\+00:00|Z)?")
_COMPACT_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
EXACT_DIGITS: Final = 1e15
"""From here on a spreadsheet no longer keeps a whole number exactly."""

_YES: Final = frozenset({"是", "有", "√", "✓", "y", "yes", "true", "1", "t"})
_NO: Final = frozenset({"否", "无", "没有", "×", "✗", "n", "no", "false", "0", "f"})
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_CODES: Final = re.compile(r"[,，、;；\s]+")


def text_of(value: Any) -> str:
    """Give a cell's text: half width, trimmed; whole floats without their ``.0``; '' for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return unicodedata.normalize("NFKC", str(value)).strip()


def _date(value: Any, text: str, _column: Column) -> dt.date | Problem:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    stamped = _DATE_TIME.fullmatch(text)
    if stamped:
        text = stamped[1]
    parts = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        if parts:
            return dt.date(*(int(part) for part in parts.groups()))
        if isinstance(value, int | float) and 20_000 <= value <= 80_000:
            return _EXCEL_EPOCH + dt.timedelta(days=int(value))
    except ValueError:
        pass
    return Problem("date", "不是完整的日期", "请写成 2024-05-31 的形式")


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _bounded(found: Decimal, column: Column, unit: str) -> Problem | None:
    low = column.least is not None and found < Decimal(str(column.least))
    high = column.most is not None and found > Decimal(str(column.most))
    if not low and not high:
        return None
    span = f"{column.least:g} 到 {column.most:g}{unit}"
    return Problem("range", f"超出合理范围（{span}）", "请核对数值与单位")


def _area(_value: Any, text: str, column: Column) -> Decimal | Problem:
    factor = Decimal(1)
    for unit, size in (
        ("万平方米", 10_000), ("万m2", 10_000), ("平方米", 1), ("平米", 1), ("m2", 1),
    ):  # fmt: skip
        if text.lower().endswith(unit):
            text, factor = text[: -len(unit)].strip(), Decimal(size)
            break
    found = _number(text)
    if found is None:
        return Problem("number", "不是面积数值", "请只写数字，单位为平方米")
    found *= factor
    return _bounded(found, column, " ㎡") or found.quantize(Decimal("0.01"))


def _integer(value: Any, text: str, column: Column) -> int | Problem:
    if isinstance(value, bool):
        return Problem("number", "是逻辑值，不是整数", "请只写整数")
    found = _number(text)
    if found is None or found != found.to_integral_value():
        return Problem("number", "不是整数", "请只写整数")
    return _bounded(found, column, "") or int(found)


def _year(value: Any, text: str, column: Column) -> int | Problem:
    if isinstance(value, dt.date):
        return value.year
    return _integer(value, text.removesuffix("年"), column)


def _decimal(_value: Any, text: str, column: Column) -> Decimal | Problem:
    found = _number(text)
    if found is None:
        return Problem("number", "不是数值", "请只写数字")
    return _bounded(found, column, "") or found


def _share(_value: Any, text: str, column: Column) -> Decimal | Problem:
    percent = text.endswith("%")
    found = _number(text.removesuffix("%"))
    if found is None:
        return Problem("number", "不是比率", "请写成 0.85 或 85%")
    if percent:
        found /= 100
    elif 1 < found <= 100:
        return Problem("share", "无法判断是比率还是百分数", "请写成 0.85 或 85%")
    return _bounded(found, column, "") or found


def _yes_no(_value: Any, text: str, _column: Column) -> bool | Problem:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return Problem("yes_no", "不是“是”或“否”", "请填 是 或 否；不清楚请留空")


def _term(_value: Any, text: str, column: Column) -> str | Problem:
    if text in column.terms:
        return text
    if text.isascii() and text in _ENGLISH_TERMS:
        return _ENGLISH_TERMS[text]
    return Problem("term", "不在可选值之内", f"可选：{'、'.join(column.terms)}")


_ENGLISH_TERMS: Final = {
    "rail": "铁路",
    "expressway": "高速路",
    "river": "河流",
    "arterial": "主干道",
    "crossing": "通道",
}


def _division(_value: Any, text: str, _column: Column) -> str | Problem:
    code = normal_division(text)
    if code is None:
        return Problem(
            "division", "不是区划代码", "应为 2、4、6、9 或 12 位数字（GB/T 2260 与统计用区划代码）"
        )
    return code


def _uscc(_value: Any, text: str, _column: Column) -> str | Problem:
    code = text.upper().replace(" ", "")
    wrong = uscc_problem(code)
    if wrong:
        return Problem("uscc", f"统一社会信用代码有误：{wrong}", "请按营业执照核对 18 位代码")
    return code


def _code(value: Any, text: str, _column: Column) -> str | Problem:
    if isinstance(value, bool):
        return Problem("code", "是逻辑值，不是编码", "请将该列设为文本")
    if isinstance(value, float) and (abs(value) >= EXACT_DIGITS or not value.is_integer()):
        return Problem(
            "code", "是数值，表格软件只保留 15 位有效数字，编码已失真", "请将该列设为文本后重新填写"
        )
    if re.search(r"[\x00-\x1f]", text) or len(text) > 64:
        return Problem("code", "编码含有控制字符或超过 64 个字符", "请核对编码")
    return text


def _text(_value: Any, text: str, _column: Column) -> str:
    return CONTROL.sub("", text)


def _code_list(_value: Any, text: str, _column: Column) -> tuple[str, ...]:
    return tuple(sorted(set(filter(None, _CODES.split(text)))))


_READERS: Final[dict[str, Callable[[Any, str, Column], Any]]] = {
    "code": _code,
    "text": _text,
    "division": _division,
    "uscc": _uscc,
    "date": _date,
    "year": _year,
    "area": _area,
    "integer": _integer,
    "number": _decimal,
    "share": _share,
    "yes_no": _yes_no,
    "term": _term,
    "codes": _code_list,
}


def read_column(values: list[Any], column: Column) -> tuple[list[Any], dict[int, Problem]]:
    """Read a column's cells.

    Returns
    -------
    list
        A value a cell; None where it is blank or can't be read.
    dict
        Position to problem, for cells that can't be read.
    """
    reader = _READERS[column.kind]
    seen: dict[Any, Any] = {}
    out: list[Any] = []
    problems: dict[int, Problem] = {}
    for position, value in enumerate(values):
        key = (type(value), value)
        if key not in seen:
            text = text_of(value)
            seen[key] = reader(value, text, column) if text else None
        found = seen[key]
        if isinstance(found, Problem):
            problems[position] = found
            found = None
        out.append(found)
    return out, problems
