"""Codes: divisions (GB/T 2260 and 12-digit statistical codes), companies (GB 32100-2015)."""

from __future__ import annotations

import re
from typing import Final

from geo.terms import LEVELS

WIDTHS: Final = (2, 4, 6, 9, 12)
"""Digits of a division code by level: province, prefecture, county, street, community."""

LEVEL_WIDTH: Final = dict(zip(LEVELS, WIDTHS, strict=True))

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a unified social credit code: no I, O, S, V, Z."""

_DIGITS: Final = re.compile(r"\d+")


def normal_division(text: str) -> str | None:
    """Give a division code in its shortest form, or None when it is none.

    Trailing zeros that only pad a code to 6, 9 or 12 digits go: ``530102000000`` is the
    county ``530102``, ``530000`` the province ``53``.

    >>> normal_division("530102000000"), normal_division("530000"), normal_division("5301021")
    ('530102', '53', None)
    """
    code = text.strip()
    if not _DIGITS.fullmatch(code) or len(code) not in WIDTHS or code.startswith("0"):
        return None
    for width, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(code) == width and code[shorter:] == "0" * (width - shorter):
            code = code[:shorter]
    return code


def level_of(code: str) -> str:
    """Give the level of a normal division code.

    Raises
    ------
    KeyError
        If the code has none of the five widths.
    """
    return {width: level for level, width in LEVEL_WIDTH.items()}[len(code)]


def level_below(code: int | None) -> str:
    """Give the level that a division is listed by when none is named: the next one down.

    >>> level_below(5301), level_below(530102001001), level_below(None)
    ('county', 'community', 'prefecture')
    """
    own = 0 if code is None else LEVELS.index(level_of(str(code)))
    return LEVELS[min(own + 1, len(LEVELS) - 1)]


def uscc_check_character(first17: str) -> str:
    """Give the 18th character of a unified social credit code (GB 32100-2015, annex A).

    Weights are 3^(i-1) mod 31; the check value is (31 - sum mod 31) mod 31.

    Raises
    ------
    ValueError
        If `first17` holds a character outside the alphabet.
    """
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_problem(code: str) -> str | None:
    """Say what is wrong with a unified social credit code, or None when it is right.

    >>> uscc_problem("91350100M000100Y43") is None
    True
    """
    if len(code) != 18:
        return f"应为 18 位，实为 {len(code)} 位"
    outside = sorted(set(code) - set(USCC_ALPHABET))
    if outside:
        return f"含有不允许的字符 {''.join(outside)}"
    expected = uscc_check_character(code[:17])
    if code[17] != expected:
        return f"校验位应为 {expected}，实为 {code[17]}"
    return None
