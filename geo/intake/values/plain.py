"""Cells that need no reading: typed numbers within bounds, and texts with nothing odd in them.

A layer of 600,000 polygons has little else. Whatever is not plain beyond doubt is left to the
readers; a test holds that these read the plain ones to the same values.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from geo.intake.columns import Column
from geo.intake.personal import are_calm, arrow_texts, is_person_in
from geo.intake.values.reading import Context
from geo.intake.values.words import EXACT_DIGITS

SHORTEST_SURE: Final = 7
"""Words that say nothing, and words of a failed formula, are shorter, or begin with a mark."""

LONGEST_CODE: Final = 64
NEAR_HALF: Final = 1e-3
"""Of a hundredth: nearer to a half, the binary number does not say which way the decimal goes."""

_CENT: Final = Decimal("0.01")
_BETWEEN: Final = "\x1e"
_ODD: Final = re.compile(r"[\x00-\x1d\x1f]")
_CODE: Final = re.compile(r"[0-9A-DF-Za-df-z]+")
"""Without E: a spreadsheet may have written a number that way."""

_WORD: Final = re.compile(r"(?!\d+\Z)[\w\u4e00-\u9fff][\w\u4e00-\u9fff ()-]*[\w\u4e00-\u9fff]")


_PLAIN_CODE: Final = f"^[0-9A-DF-Za-df-z]{{{SHORTEST_SURE},{LONGEST_CODE}}}$"
_PLAIN_WORD: Final = (
    r"^[0-9A-Za-z_\x{4e00}-\x{9fff}][0-9A-Za-z_\x{4e00}-\x{9fff} ()-]{5,}"
    r"[0-9A-Za-z_\x{4e00}-\x{9fff}]$"
)
"""The two above for a whole column in one pass: fewer characters, so never more."""


def read_plain(values: list[Any], column: Column, context: Context) -> tuple[list[Any], list[int]]:
    """Read the plain cells of a column.

    Returns
    -------
    list
        A value a cell; None where it is blank or left.
    list
        Positions left to the readers.
    """
    types = set(map(type, values)) - {type(None)}
    if types == {int} and column.kind == "code":
        return [None if value is None else str(value) for value in values], []
    if types <= {str} and column.kind in {"code", "text"}:
        return _texts(values, column, calm=context.calm)
    if types in ({int}, {float}) and column.kind in {"area", "integer", "year"}:
        return _numbers(values, column, context)
    return [None] * len(values), [place for place, value in enumerate(values) if value is not None]


def _texts(values: list[Any], column: Column, *, calm: bool) -> tuple[list[Any], list[int]]:
    """Take texts as they are, when the whole column holds nothing that would be changed."""
    quick = _plain_at_once(values, column, calm=calm)
    if quick is not None:
        return quick
    told = [value for value in values if value is not None]
    joined = _BETWEEN.join(told)
    calm = (
        unicodedata.is_normalized("NFKC", joined)
        and _ODD.search(joined) is None
        and joined.count(_BETWEEN) == max(0, len(told) - 1)
        and not (column.kind == "text" and is_person_in(joined))
    )
    if not calm:
        return [None] * len(values), [i for i, value in enumerate(values) if value is not None]
    longest = LONGEST_CODE if column.kind == "code" else len(joined)
    pattern = _CODE if column.kind == "code" else _WORD
    out: list[Any] = []
    left: list[int] = []
    for place, value in enumerate(values):
        if value is None:
            out.append(None)
        elif SHORTEST_SURE <= len(value) <= longest and pattern.fullmatch(value):
            out.append(value)
        else:
            out.append(None)
            left.append(place)
    return out, left


def _plain_at_once(
    values: list[Any], column: Column, *, calm: bool
) -> tuple[list[Any], list[int]] | None:
    """Take the plain texts of a column whose characters are all plain; None for another."""
    texts = arrow_texts(values)
    if column.kind == "code":
        plain = pc.match_substring_regex(texts, _PLAIN_CODE)
    elif calm or are_calm(texts):
        numbers = pc.match_substring_regex(texts, "^[0-9]*$")
        plain = pc.and_not(pc.match_substring_regex(texts, _PLAIN_WORD), numbers)
    else:
        return None
    left = np.flatnonzero(~plain.fill_null(True).to_numpy(zero_copy_only=False)).tolist()
    if not left:
        return values, []
    out = list(values)
    for place in left:
        out[place] = None
    return out, left


def _numbers(values: list[Any], column: Column, context: Context) -> tuple[list[Any], list[int]]:
    """Take numbers within their bounds; an area to two decimals."""
    found = np.array(values, np.float64)  # None becomes NaN
    blank = np.isnan(found)
    least = -np.inf if column.least is None else column.least
    most = np.inf if column.most is None else column.most
    with np.errstate(invalid="ignore", over="ignore"):
        sure = (found >= least) & (found <= most) & (np.abs(found) < EXACT_DIGITS / 100)
        if column.kind == "area":
            cents = found * 100
            half = np.abs(cents - np.floor(cents) - 0.5)
            sure &= (half > NEAR_HALF) & (found >= context.sure_from_m2)
            sure &= np.floor(cents) < 2**52
        else:
            sure &= found == np.floor(found)
            sure &= (column.kind != "year") | (found >= 1000)
    if column.kind == "area":
        whole = np.rint(np.where(sure, found, 0) * 100).astype(np.int64).tolist()
        read: list[Any] = list(map(_CENT.__mul__, whole))
    else:
        read = np.where(sure, found, 0).astype(np.int64).tolist()
    if sure.all():
        return read, []
    out = [value if good else None for value, good in zip(read, sure.tolist(), strict=True)]
    return out, np.flatnonzero(~sure & ~blank).tolist()
