"""Cells become values: dates, areas, numbers, terms and codes, or a problem with its remedy.

What can be read in two ways is not read: the row is held back, or, where the column only informs,
the cell is left out; either way both readings are named. The readers are in `geo.intake.values`.
"""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from geo.intake.columns import Column
from geo.intake.sheet_scan import FAILED
from geo.intake.synonyms import fold, folded, words
from geo.intake.values import dates, numbers
from geo.intake.values import words as terms
from geo.intake.values.plain import read_plain
from geo.intake.values.reading import Context, Noted, Problem
from geo.intake.values.words import CONTROL, EXACT_DIGITS

__all__ = ["CONTROL", "EXACT_DIGITS", "Context", "Problem", "read_column", "text_of"]

_READERS: Final[dict[str, Callable[[Any, str, Column, Context], Any]]] = {
    "code": terms.code,
    "text": terms.text,
    "state": terms.state,
    "division": terms.division,
    "uscc": terms.uscc,
    "date": dates.date,
    "year": dates.year,
    "area": numbers.area,
    "integer": numbers.integer,
    "number": numbers.decimal,
    "share": numbers.share,
    "yes_no": terms.yes_no,
    "term": terms.term,
    "codes": terms.code_list,
}

_BLANK_BESIDES: Final = {
    "date": "date", "text": "text", "area": "text", "number": "text", "share": "text",
    "year": "text", "integer": "number", "codes": "text", "division": "text",
}  # fmt: skip
"""Which words say nothing in a column of a kind, besides those that never do."""

FORMULA: Final = Problem(
    "formula", "公式出错或没有算出结果", "请用 Excel 或 WPS 打开，改正公式并保存后再导入"
)


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


def read_column(
    values: list[Any], column: Column, context: Context | None = None
) -> tuple[list[Any], dict[int, Problem]]:
    """Read a column's cells; equal cells are read once.

    Returns
    -------
    list
        A value a cell; None where it is blank or can't be read.
    dict
        Position to problem: for cells that can't be read, whose row is held, and for cells of
        which something is to be said, which are warned.
    """
    context = context or Context()
    if column.kind == "area" and not context.unit_said:
        context = replace(context, sure_from_m2=numbers.sure_from_m2(values))
    out, left = read_plain(values, column, context)
    if not left:
        return out, {}
    keys = [(type(values[position]), values[position]) for position in left]
    distinct = dict.fromkeys(keys)
    if column.kind in {"date", "year"}:
        texts = [text_of(value) for kind, value in distinct if kind is str]
        unpadded, compact = dates.habits(texts, context.typed)
        context = replace(context, unpadded=unpadded, compact_months=compact)
    read = {key: _read(key[1], column, context) for key in distinct}
    problems: dict[int, Problem] = {}
    for position, key in zip(left, keys, strict=True):
        out[position], problem = read[key]
        if problem is not None:
            problems[position] = problem
    return out, problems


def _read(value: Any, column: Column, context: Context) -> tuple[Any, Problem | None]:
    text = text_of(value)
    if text in FAILED:
        return None, FORMULA
    if not text or (isinstance(value, str) and _says_nothing(text, column)):
        return None, None
    found = _READERS[column.kind](value, text, column, context)
    if isinstance(found, Noted):
        return found.value, found.remark
    if not isinstance(found, Problem):
        return found, None
    if column.informs and found.severity == "quarantined":
        return None, replace(found, severity="warned", message=f"{found.message}，该格未采用")
    return None, found


def _says_nothing(text: str, column: Column) -> bool:
    word = fold(text)
    if column.kind in {"term", "yes_no", "state"} and word in {fold(name) for name in column.terms}:
        return False
    if word in folded("blank", "any"):
        return column.kind != "code" or not any(char.isalnum() for char in word)
    besides = _BLANK_BESIDES.get(column.kind)
    return besides is not None and word in {fold(name) for name in words()["blank"][besides]}
