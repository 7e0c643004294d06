"""Cells as clerks write them, each with what it means."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Status = Literal["sure", "noted", "ambiguous", "left_out"]
"""sure: must be read right. noted: read right, with a remark. ambiguous: the row must be held.
left_out: the cell must be left out with a remark, its row loaded."""


@dataclass(frozen=True)
class Cell:
    """What is written and what it means; a blank means None."""

    raw: Any
    truth: Any
    status: Status = "sure"
    form: str = ""


BLANK = Cell(None, None, form="blank")
DIGITS = "〇一二三四五六七八九"


def wide(text: str) -> str:
    """Write in full-width digits and signs."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def in_chinese(number: int) -> str:
    """Write 1 to 9999 in words."""
    if number < 10:
        return DIGITS[number]
    out = ""
    for size, unit in ((1000, "千"), (100, "百"), (10, "十")):
        digit, number = divmod(number, size)
        if digit:
            out += ("" if digit == 1 and size == 10 and not out else DIGITS[digit]) + unit
        elif out and number and not out.endswith("零"):
            out += "零"
    return out + (DIGITS[number] if number else "")


def _year_in_chinese(year: int) -> str:
    return "".join(DIGITS[int(digit)] for digit in str(year))


def _serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


DayForm = Callable[[dt.date], Any]
DAYS: dict[str, DayForm] = {
    "2023-05-01": lambda d: d.isoformat(),
    "2023/5/1": lambda d: f"{d.year}/{d.month}/{d.day}",
    "2023.05.01": lambda d: d.strftime("%Y.%m.%d"),
    "2023.5.1": lambda d: f"{d.year}.{d.month}.{d.day}",
    "20230501": lambda d: d.strftime("%Y%m%d"),
    "2023年5月1日": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "full width": lambda d: wide(f"{d.year}年{d.month}月{d.day}日"),
    "23年5月1日": lambda d: f"{d.year % 100:02d}年{d.month}月{d.day}日",
    "二〇二三年五月一日": lambda d: (
        f"{_year_in_chinese(d.year)}年{in_chinese(d.month)}月{in_chinese(d.day)}日"
    ),
    "with a time": lambda d: f"{d.isoformat()} 00:00:00",
}
TYPED_DAYS: dict[str, DayForm] = {
    "date cell": lambda d: d,
    "serial number": _serial,
    "number 20230501": lambda d: int(d.strftime("%Y%m%d")),
}
MONTHS: dict[str, DayForm] = {
    "2023年5月": lambda d: f"{d.year}年{d.month}月",
    "23年5月": lambda d: f"{d.year % 100:02d}年{d.month}月",
    "2023/5": lambda d: f"{d.year}/{d.month}",
    "2023-05": lambda d: d.strftime("%Y-%m"),
    "二〇二三年五月": lambda d: f"{_year_in_chinese(d.year)}年{in_chinese(d.month)}月",
    "２０２３年５月份": lambda d: wide(f"{d.year}年{d.month}") + "月份",
}


def month_end(day: dt.date) -> dt.date:
    """Give the last day of a month."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class Dates:
    """How a column's dates are written: whether cells are typed, months dotted without zeros.

    ``last_day`` says that a month stands for its last day, ``informs`` that a doubtful cell is
    left out.
    """

    typed: bool
    padded: bool
    last_day: bool = False
    informs: bool = False

    def draw(self, rng: random.Random, day: dt.date, doubt: float) -> Cell:
        """Write a day, more or less exactly."""
        if rng.random() < doubt:
            return self._doubtful(rng, day)
        kind = rng.choices(["day", "month", "year"], [70, 24, 6])[0]
        if kind == "day":
            forms = DAYS | (TYPED_DAYS if self.typed else {})
            form = rng.choice(list(forms))
            return Cell(forms[form](day), day, form=form)
        if kind == "year":
            truth = day.replace(month=12, day=31) if self.last_day else day.replace(month=1, day=1)
            form = rng.choice(["2023年", "2023", "number 2023"])
            raw = {"2023年": f"{day.year}年", "2023": str(day.year)}.get(form, day.year)
            return Cell(raw, truth, "noted", form)
        truth = month_end(day) if self.last_day else day.replace(day=1)
        form, raw = self._month(rng, day)
        return Cell(raw, truth, "noted", form)

    def _month(self, rng: random.Random, day: dt.date) -> tuple[str, Any]:
        forms = dict(MONTHS)
        if self.padded:
            forms["2023.05"] = lambda d: d.strftime("%Y.%m")
        elif self.typed or day.month not in {1, 10}:
            forms["2023.5"] = lambda d: f"{d.year}.{d.month}"
        if self.typed and day.month not in {1, 10}:
            forms["number 2023.5"] = lambda d: float(f"{d.year}.{d.month}")
        if day.year >= 2013:  # before, 201205 may be a day of 2020
            forms["202305"] = lambda d: d.strftime("%Y%m")
            if self.typed:
                forms["number 202305"] = lambda d: int(d.strftime("%Y%m"))
        form = rng.choice(list(forms))
        return form, forms[form](day)

    def _doubtful(self, rng: random.Random, day: dt.date) -> Cell:
        forms: dict[str, Any] = {
            "2023年底": f"{day.year}年底",
            "2023年5月左右": f"{day.year}年{day.month}月左右",
            "2023年初": f"{day.year}年初",
            "约2023年": f"约{day.year}年",
            "35年6月": f"{rng.randint(30, 49)}年6月",
            "5.1.23": f"{rng.randint(1, 12)}.{rng.randint(1, 12)}.{rng.randint(13, 29)}",
            "九十年代": "九十年代",
            "2023年上半年": f"{day.year}年上半年",
        }
        if self.typed:
            forms["number 2023.1"] = float(f"{day.year}.1")
        elif not self.padded:
            forms["2023.1"] = f"{day.year}.1"
        if self.padded:
            forms["2023.1"] = f"{day.year}.1"
        form = rng.choice(list(forms))
        return Cell(forms[form], None, "left_out" if self.informs else "ambiguous", form)


def area(rng: random.Random, m2: Decimal, header_wan: bool, said: bool, doubt: float) -> Cell:
    """Write an area under a header in ㎡ or 万㎡, or one that does not say."""
    if rng.random() < doubt:
        forms = {
            "a range": f"{m2:.0f}-{m2 + 200:.0f}",
            "two numbers": f"{m2:.0f}、{m2 + 900:.0f}",
            "at most": f"不超过{m2:.0f}",
        }
        if not said:
            forms["bare and small"] = str(round(m2 / 10000, 2))
        form = rng.choice(list(forms))
        raw: Any = float(forms[form]) if form == "bare and small" else forms[form]
        return Cell(raw, None, "ambiguous", form)
    wan = m2 / 10000
    if rng.random() < 0.45:
        bare = wan if header_wan else m2
        return Cell(float(bare), m2, form="bare number")
    whole = Decimal(int(m2))
    with_unit: dict[str, tuple[Any, Decimal, Status]] = {
        "㎡": (f"{m2}㎡", m2, "sure"),
        "平方米": (f"{whole} 平方米", whole, "sure"),
        "commas": (f"{whole:,}㎡", whole, "sure"),
        "万㎡": (f"{wan.normalize():f}万㎡", m2, "sure"),
        "万平方米": (f"{wan.normalize():f}万平方米", m2, "sure"),
        "full width": (wide(f"{m2}") + "㎡", m2, "sure"),
        "about": (f"约{whole}㎡", whole, "noted"),
        "余": (f"{whole // 100 * 100}余平方米", whole // 100 * 100, "noted"),
        "左右": (f"{whole}平米左右", whole, "noted"),
    }
    form = rng.choice(list(with_unit))
    raw, truth, status = with_unit[form]
    return Cell(raw, truth, status, form)


def count(rng: random.Random, number: int, doubt: float) -> Cell:
    """Write a number of households."""
    if rng.random() < doubt:
        raw = rng.choice(
            [f"{number}-{number + 50}", f"{number}以上", f"{number}/{number + 9}", "一千二", "若干"]
        )
        return Cell(raw, None, "ambiguous", "doubtful number")
    tens = number // 10 * 10 or 10
    forms: dict[str, tuple[Any, int, Status]] = {
        "number": (number, number, "sure"),
        "float": (float(number), number, "sure"),
        "text": (str(number), number, "sure"),
        "户": (f"{number}户", number, "sure"),
        "full width": (wide(str(number)), number, "sure"),
        "commas": (f"{number:,}", number, "sure"),
        "in words": (in_chinese(number), number, "sure"),
        "约": (f"约{tens}", tens, "noted"),
        "余户": (f"{tens}余户", tens, "noted"),
        "多户": (f"{tens}多户", tens, "noted"),
        "左右": (f"{tens}户左右", tens, "noted"),
    }
    form = rng.choices(list(forms), [30, 8, 8, 8, 4, 4, 4, 3, 3, 3, 3])[0]
    raw, truth, status = forms[form]
    return Cell(raw, truth, status, form)


def year(rng: random.Random, number: int, typed: bool, doubt: float) -> Cell:
    """Write the year in which a compound was built."""
    if rng.random() < doubt:
        raw = rng.choice(
            ["90年代", "九十年代", f"{number}-{number + 2}", f"{number}年以前", "八十年代末"]
        )
        return Cell(raw, None, "ambiguous", "doubtful year")
    forms: dict[str, tuple[Any, Status]] = {
        "1998": (number, "sure"),
        "text": (str(number), "sure"),
        "1998年": (f"{number}年", "sure"),
        "1998年5月": (f"{number}年5月", "sure"),
        "full width": (wide(str(number)) + "年", "sure"),
        "一九九八年": (f"{_year_in_chinese(number)}年", "sure"),
        "1998年底": (f"{number}年底", "sure"),
        "约": (f"约{number}年", "noted"),
        "左右": (f"{number}年左右", "noted"),
    }
    if not 2030 <= number <= 2049 and not 1930 <= number <= 1949:
        forms["98年"] = (f"{number % 100:02d}年", "sure")
    if typed:
        forms["date cell"] = (dt.date(number, 6, 1), "sure")
    form = rng.choice(list(forms))
    raw, status = forms[form]
    return Cell(raw, number, status, form)


YES = ["是", "√", "Y", "有", "1", "对", "TRUE", "✓"]
NO = ["否", "×", "N", "无", "0", "没有", "FALSE"]


def yes_no(rng: random.Random, truth: bool | None, doubt: float) -> Cell:
    """Write yes or no."""
    if truth is None:
        return Cell(rng.choice([None, "", "/", "—", "不详"]), None, form="blank")
    if rng.random() < doubt:
        return Cell(rng.choice(["○", "部分", "大概是", "△"]), None, "ambiguous", "neither")
    raw = rng.choice(YES if truth else NO)
    return Cell(raw, truth, form=raw)
