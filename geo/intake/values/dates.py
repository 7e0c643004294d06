"""Dates in every form that ledgers have, with how much they say: a day, a month or a year.

Rules, stated once:

- A month stands for its first day, a year for its first of January; in columns that name a last
  day (任期止, 合同止) for the last. That it says no more is remarked.
- Two digits are a year of this century up to 29 and of the last from 50 on; 30 to 49 may be
  either.
- A number 2023.1 may be January, or October whose zero the sheet has dropped. So may the text
  ``2023.1``, unless the column's other texts show that months are written without zeros.
- Words that blur a date (左右, 底, 初) leave it open: the cell is held with both ends.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Final

from geo.intake.columns import Column
from geo.intake.synonyms import fold, folded
from geo.intake.values import numerals
from geo.intake.values.reading import Context, Noted, Problem, either

REMEDY: Final = "请写成 2024-05-31 的形式"
LAST_OF_THIS_CENTURY: Final = 29
FIRST_OF_LAST_CENTURY: Final = 50
EARLIEST, LATEST = 1900, 2100
_EXCEL_EPOCH: Final = dt.date(1899, 12, 30)

_STAMP: Final = re.compile(
    r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?(\+00:00|Z)?"
)
_DAY: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_COMPACT_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})\s*(?:[-/]|年)\s*(\d{1,2})\s*月?份?")
_DOTTED_MONTH: Final = re.compile(r"(\d{4})\.(\d{1,2})月?")
_COMPACT_SIX: Final = re.compile(r"(\d{2})(\d{2})(\d{2})")
_YEAR: Final = re.compile(r"(\d{4})\s*年?度?")
_SHORT: Final = re.compile(r"[’']?(\d{2})年(?:(\d{1,2})月(?:份|(\d{1,2})[日号]?)?)?")
_THREE: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{1,2}|\d{4})")
_DECADE: Final = re.compile(r"(\d{2}|\d{4})年代.*")
_BLUR: Final = re.compile(
    r"左右|上下|前后|以前|之前|以后|之后|大约|大概|年前|年初|年底|年末|月初|月底|月末|中旬|上旬|下旬"
    r"|上半年|下半年|[一二三四1-4]季度|约|底|初|末|许|春|夏|秋|冬|\?"
)
_CHINESE: Final = re.compile(
    rf"([{numerals.CHARACTERS}]{{2,4}})年(?:([{numerals.CHARACTERS}]{{1,3}})月份?"
    rf"(?:([{numerals.CHARACTERS}]{{1,3}})[日号]?)?)?"
)


def habits(texts: Iterable[str], typed: bool) -> tuple[bool, bool]:
    """Tell how a column's dates are written: months without zeros, and six digits as months.

    Months without zeros are shown by ``2023.10``, which only a text can keep; in a sheet whose
    cells have types by any text like ``2023.5`` too; and by no ``2023.05`` beside them.
    """
    months = [found[2] for found in map(_DOTTED_MONTH.fullmatch, texts) if found]
    padded = any(month.startswith("0") for month in months)
    kept = any(month == "10" for month in months)
    short = any(len(month) == 1 and month != "1" for month in months)
    sixes = [found.groups() for found in map(_COMPACT_SIX.fullmatch, texts) if found]
    as_month = [_is_compact_month(parts) for parts in sixes]
    as_day = [_is_compact_day(parts) for parts in sixes]
    only_month = any(one and not other for one, other in zip(as_month, as_day, strict=True))
    only_day = any(other and not one for one, other in zip(as_month, as_day, strict=True))
    return (kept or (typed and short)) and not padded, only_month and not only_day


def date(value: Any, text: str, column: Column, context: Context) -> Any:
    """Read a date; see the module's rules."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, bool | dt.time | dt.timedelta):
        return Problem("date", "不是完整的日期", REMEDY)
    if fold(text) in folded("blank", "end") and column.ends:
        return None
    try:
        if isinstance(value, int | float):
            return _of_number(float(value), text, column)
        return _of_text(_western(text), text, column, context)
    except ValueError:  # a day or month that the calendar lacks
        return Problem("date", "没有这一天", REMEDY)


def year(value: Any, text: str, column: Column, context: Context) -> Any:
    """Read a year, from a year or from a whole date."""
    if isinstance(value, dt.date):
        return _in_range(value.year, column)
    if isinstance(value, bool):
        return Problem("number", "是逻辑值，不是年份", "请写四位年份")
    about = bool(re.search(r"^(约|大约|大概)|左右$|前后$", text))
    # The end or the beginning of a year is still that year.
    bare = re.sub(r"^(约|大约|大概)|左右$|前后$|(年底|年初|年末|年中)$", "", text)
    found = number if (number := _bare_year(bare)) is not None else None
    if found is None:
        read = date(bare, bare, column, context)
        if isinstance(read, Noted):
            read = read.value
        if isinstance(read, Problem) or read is None:
            return (
                read
                if isinstance(read, Problem) and read.rule == "ambiguous"
                else Problem("number", "不是年份", "请写四位年份，例如 1998")
            )
        found = read.year
    bounded = _in_range(found, column)
    if about and not isinstance(bounded, Problem):
        return Noted(
            bounded,
            Problem("approximate", f"“{text}”是约数，按 {found} 读取", "请写四位年份", "warned"),
        )
    return bounded


def _bare_year(text: str) -> int | None:
    """Give the year that a text holds and nothing else; of a number 1998.5 the whole part."""
    parts = re.fullmatch(r"(\d{1,6})(?:\s*年?(?:度|建成|建|竣工)?)?|(\d{4})\.\d{1,2}", text)
    if parts:
        return int(parts[1] or parts[2]) if not re.fullmatch(r"\d{2}年", text) else None
    return None


def _in_range(found: int, column: Column) -> int | Problem:
    least, most = int(column.least or EARLIEST), int(column.most or LATEST)
    if least <= found <= most:
        return found
    return Problem("range", f"超出合理范围（{least} 到 {most}）", "请写四位年份，例如 1998")


def _of_number(value: float, text: str, column: Column) -> Any:
    if EARLIEST <= value < LATEST + 1:
        whole, _, part = text.partition(".")
        if not part:
            return _year_only(int(whole), column)
        if part == "1":
            return either(
                (f"{whole}-01", f"{whole}-10"), "请将该列设为文本，写成 2023-01 或 2023-10"
            )
        if len(part) <= 2:
            return _month_only(int(whole), int(part), column)
    if value.is_integer():
        if EARLIEST * 100 < value < (LATEST + 1) * 100:
            return _month_only(int(value) // 100, int(value) % 100, column)
        if EARLIEST * 10_000 < value < (LATEST + 1) * 10_000:
            return dt.date(int(value) // 10_000, int(value) // 100 % 100, int(value) % 100)
    if 20_000 <= value <= 80_000:
        return _EXCEL_EPOCH + dt.timedelta(days=int(value))
    return Problem("date", "不是完整的日期", REMEDY)


def _of_text(text: str, said: str, column: Column, context: Context) -> Any:
    stamped = _STAMP.fullmatch(text)
    if stamped:
        text = stamped[1]
    parts = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if parts:
        return dt.date(*(int(part) for part in parts.groups()))
    month = _MONTH.fullmatch(text)
    if month:
        return _month_only(int(month[1]), int(month[2]), column)
    dotted = _DOTTED_MONTH.fullmatch(text)
    if dotted:
        if dotted[2] == "1" and not context.unpadded and not text.endswith("月"):
            return either((f"{dotted[1]}-01", f"{dotted[1]}-10"), "请写成 2023-01 或 2023-10")
        return _month_only(int(dotted[1]), int(dotted[2]), column)
    if _YEAR.fullmatch(text):
        return _year_only(int(text[:4]), column)
    six = _COMPACT_SIX.fullmatch(text)
    if six:
        return _of_six(six.groups(), column, context)
    short = _SHORT.fullmatch(text)
    if short:
        return _short_year(short.groups(), column)
    three = _THREE.fullmatch(text)
    if three:
        return _three_parts(int(three[1]), int(three[3]), three[4])
    return _blurred(text, said, column, context)


def _western(text: str) -> str:
    """Write a date in Chinese numerals in ours: 二〇二三年五月 is 2023年5月."""
    parts = _CHINESE.fullmatch(text.replace(" ", ""))
    if not parts:
        return text
    digits = numerals.positional(parts[1])
    if digits is None or len(digits) not in {2, 4}:
        return text
    out = f"{digits}年"
    for part, unit in ((parts[2], "月"), (parts[3], "日")):
        number = numerals.cardinal(part) if part else None
        out += f"{number}{unit}" if number is not None else ""
    return out


def _month_only(year: int, month: int, column: Column) -> Any:
    if not EARLIEST <= year <= LATEST or not 1 <= month <= 12:
        return Problem("date", "没有这个月份", REMEDY)
    last = calendar.monthrange(year, month)[1]
    return _short_of_a_day(dt.date(year, month, last if column.last_day else 1), "月")


def _year_only(year: int, column: Column) -> Any:
    if not EARLIEST <= year <= LATEST:
        return Problem("date", "没有这个年份", REMEDY)
    day = dt.date(year, 12, 31) if column.last_day else dt.date(year, 1, 1)
    return _short_of_a_day(day, "年")


def _short_of_a_day(day: dt.date, precision: str) -> Noted:
    message = f"只写到{precision}，按 {day} 处理"
    return Noted(day, Problem("date_precision", message, "知道哪一天的请补全", "warned", precision))


def _short_year(parts: tuple[str | None, ...], column: Column) -> Any:
    """Read 23年5月: two digits of a year before its sign."""
    number = int(parts[0] or 0)
    if LAST_OF_THIS_CENTURY < number < FIRST_OF_LAST_CENTURY:
        return either((f"19{number}年", f"20{number}年"), "请写四位年份")
    century = 2000 if number <= LAST_OF_THIS_CENTURY else 1900
    if parts[1] is None:
        return _year_only(century + number, column)
    if parts[2] is None:
        return _month_only(century + number, int(parts[1]), column)
    return dt.date(century + number, int(parts[1]), int(parts[2]))


def _three_parts(first: int, second: int, third: str) -> Any:
    """Read 98.5.1 or 5/31/2024 where only one order of day, month and year makes a date."""
    orders = [(int(third), first, second), (int(third), second, first)] if len(third) > 1 else []
    if len(third) < 4:
        orders.append((first, second, int(third)))
    days = set()
    for year, month, day in orders:
        if LAST_OF_THIS_CENTURY < year < FIRST_OF_LAST_CENTURY:
            centuries: tuple[int, ...] = (1900, 2000)
        else:
            centuries = (0,) if year > 99 else (2000 if year <= LAST_OF_THIS_CENTURY else 1900,)
        for century in centuries:
            if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(century + year, month)[1]:
                days.add(dt.date(century + year, month, day))
    if not days:
        return Problem("date", "不是完整的日期", REMEDY)
    if len(days) == 1:
        return days.pop()
    return either(tuple(day.isoformat() for day in sorted(days)), REMEDY)


def _is_compact_month(parts: tuple[str, ...]) -> bool:
    return EARLIEST <= int(parts[0] + parts[1]) <= LATEST and 1 <= int(parts[2]) <= 12


def _is_compact_day(parts: tuple[str, ...]) -> bool:
    return 1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31


def _of_six(parts: tuple[str, ...], column: Column, context: Context) -> Any:
    """Read 202305, unless it may be a day of 2020 as well and the column doesn't tell."""
    month, day = _is_compact_month(parts), _is_compact_day(parts)
    if month and (not day or context.compact_months):
        return _month_only(int(parts[0] + parts[1]), int(parts[2]), column)
    if month:
        return either((f"{parts[0]}{parts[1]}-{parts[2]}", f"20{'-'.join(parts)}"), REMEDY)
    return Problem("date", "不是完整的日期", REMEDY)


def _blurred(text: str, said: str, column: Column, context: Context) -> Problem:
    """Hold a date that words leave open, naming both ends of what it may mean."""
    decade = _DECADE.fullmatch(_western_decade(text))
    if decade:
        first = int(decade[1]) if len(decade[1]) == 4 else 1900 + int(decade[1])
        return either((f"{first} 年", f"{first + 9} 年"), "请写明年份")
    core = _BLUR.sub(lambda found: "年" if found[0].startswith("年") else
                     "月" if found[0].startswith("月") else "", text).strip()  # fmt: skip
    if core and core != text:
        ends = [
            _of_text(core, said, _with_last_day(column, last), context) for last in (False, True)
        ]
        if all(isinstance(end, Noted) for end in ends):
            days = tuple(str(end.value) for end in ends)
            return either(days, REMEDY)
        if isinstance(ends[0], dt.date):
            return either((str(ends[0]), f"{ends[0]} 前后的某一天"), REMEDY)
    if len(re.findall(r"\d{4}\s*[-/.年]", text)) > 1:
        return Problem("several_values", "一格中有多个日期", "请只写一个日期")
    if re.fullmatch(r"\d{1,2}[.-]\d{1,2}", text):
        return Problem("ambiguous", "无法判断是年月还是月日", REMEDY)
    return Problem("date", "不是完整的日期", REMEDY)


def _western_decade(text: str) -> str:
    """Write 九十年代 and 上世纪八十年代 as 90年代 and 80年代."""
    found = re.fullmatch(r"(?:上世纪|20世纪)?(.{1,3}?)年代.*", text)
    number = numerals.cardinal(found[1]) if found else None
    return text if number is None else f"{number}年代"


def _with_last_day(column: Column, last: bool) -> Column:
    return Column(column.name, column.header, column.kind, last_day=last)
