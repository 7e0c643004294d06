"""Numerals in Chinese characters: 一千二百, 3.5万, 二〇二三."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = {char: number for number, chars in enumerate(
    ("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for char in chars}  # fmt: skip
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE: Final = {"万": 10_000, "亿": 100_000_000}

CHARACTERS: Final = "".join([*_DIGITS, *_SMALL, *_LARGE])
_POSITIONAL: Final = re.compile(f"[{''.join(_DIGITS)}]+")
_MIXED: Final = re.compile(r"(\d+(?:\.\d+)?)([万亿])")


def positional(text: str) -> str | None:
    """Read digits that stand one after the other, as in a year: 二〇二三 is "2023"."""
    if not _POSITIONAL.fullmatch(text):
        return None
    return "".join(str(_DIGITS[char]) for char in text)


def cardinal(text: str) -> Decimal | None:
    """Read a number in words, or None when it is none or may mean two numbers.

    一千二 may be 1200 or 1002 and is not read; 3.5万 and 一千二百零五 are.

    >>> cardinal("一千二百"), cardinal("3.5万"), cardinal("一千二")
    (Decimal('1200'), Decimal('35000.0'), None)
    """
    mixed = _MIXED.fullmatch(text)
    if mixed:
        return Decimal(mixed[1]) * _LARGE[mixed[2]]
    if not text or any(char not in CHARACTERS for char in text):
        return None
    total = section = digit = 0
    waiting = False  # a digit that no unit has followed yet
    smallest = 0  # the unit read last; a digit right behind 百 or more needs 零 between
    for char in text:
        if char in _DIGITS:
            if waiting and digit:
                return None
            smallest = 0 if _DIGITS[char] == 0 else smallest
            digit, waiting = _DIGITS[char], True
        elif char in _SMALL:
            if not waiting and _SMALL[char] != 10:
                return None  # 千 alone: a slip of the pen, while 十 is ten
            section += (digit if waiting else 1) * _SMALL[char]
            digit, waiting, smallest = 0, False, _SMALL[char]
        else:
            if not (total or section or digit):
                return None
            total = (total + section + digit) * _LARGE[char]
            section, digit, waiting, smallest = 0, 0, False, _LARGE[char]
    if waiting and digit and smallest >= 100:
        return None
    return Decimal(total + section + digit)
