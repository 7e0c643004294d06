"""Lines of a sheet that are no data: sums, notes, titles and headers that come again.

Each is skipped with its reason. A line that has its subject's code is data, unless the code itself
is such a word.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geo.intake.synonyms import fold, folded
from geo.intake.values.numbers import number

MOST_WORDS_OF_A_NOTE: Final = 6
"""A note, a title or a signature fills no more cells than this."""

_AFTER_TOTAL: Final = re.compile(r"[:：]?(\(.*\)|\d[\d.,]*(个|户|家|项|处)?)?[:：]?$")
_NOTE_START: Final = re.compile(r"^([^::]{1,12})[::]")
_SECTION: Final = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十]{1,3}[)）、.．]|第[一二三四五六七八九十]+部分)"
)
_ITEM: Final = re.compile(r"^[(（]?\d{1,2}[)）.、．]")

REASONS: Final = {
    "total": "汇总行，不是小区或企业",
    "total_by_sum": "没有编码和名称，数值等于以上各行之和，按汇总行处理",
    "repeated_header": "重复的表头",
    "note": "说明或落款，不是数据",
    "title": "标题行，不是数据",
    "column_numbers": "栏次行，不是数据",
}


@dataclass
class Shape:
    """What a sheet's lines are told by.

    Attributes
    ----------
    keys, names
        Places of the columns that hold codes and names.
    amounts
        Places of the columns whose numbers sums add up.
    known
        Places of all columns that are known.
    header
        The header's rows.
    titles
        What stands above the header.
    """

    keys: list[int]
    names: list[int]
    amounts: list[int]
    known: list[int]
    header: list[list[Any]]
    titles: set[str] = field(default_factory=set)


@functools.lru_cache(maxsize=65_536)
def is_total(word: str) -> bool:
    """Tell whether a cell names a sum: 小计, 合 计, 华山街道小计, 总计（12个）."""
    if len(word) > 40:
        return False
    text = fold(word).lstrip("-—")
    for total in folded("rows", "totals"):
        place = text.rfind(total)
        if place >= 0 and place <= 16 and _AFTER_TOTAL.fullmatch(text[place + len(total) :]):
            return True
    return False


def is_note(word: str) -> bool:
    """Tell whether a cell begins a note or a signature."""
    text = fold(word)
    begun = _NOTE_START.match(text)
    notes = folded("rows", "notes")
    return text in notes or bool(begun and begun[1] in notes) or "盖章" in text


def judge(body: Sequence[tuple[int, list[Any]]], shape: Shape) -> dict[int, str]:
    """Find the lines that are no data.

    Parameters
    ----------
    body
        Row number and cells of each line that says anything, in order.

    Returns
    -------
    dict
        Place in `body` to a rule of `REASONS`.
    """
    skipped: dict[int, str] = {}
    in_notes = False
    unkeyed = []
    again = _header_words(shape)
    for place, (_, row) in enumerate(body):
        key = next((row[at] for at in shape.keys if at < len(row) and _filled(row[at])), None)
        if key is not None and not (isinstance(key, str) and _odd(key, again)):
            in_notes = in_notes and len(_texts(row)) == 1
            if not in_notes:
                continue
        rule = _rule(row, key, shape, again, first=place == 0, in_notes=in_notes)
        in_notes = rule == "note"
        if rule is not None:
            skipped[place] = rule
        elif key is None:
            unkeyed.append(place)
    if unkeyed and shape.keys:
        _sums(body, shape, skipped, unkeyed)
    return dict(sorted(skipped.items()))


def _filled(value: Any) -> bool:
    return value is not None and value != "" and not (isinstance(value, str) and value.isspace())


def _texts(row: list[Any]) -> list[Any]:
    return [value for value in row if _filled(value)]


def _odd(key: str, again: frozenset[str]) -> bool:
    """Tell whether what stands in a code's place may be no code; cheap, as every row is asked."""
    return (
        key in again
        or "计" in key
        or "計" in key
        or "otal" in key
        or "OTAL" in key
        or len(key) > 12
        or not key.isascii()
        or (key.strip().isdigit() and len(key.strip()) < 3)
    )


def _header_words(shape: Shape) -> frozenset[str]:
    return frozenset(
        str(row[at]).strip()
        for row in shape.header
        for at in shape.known
        if at < len(row) and _filled(row[at])
    )


def _rule(
    row: list[Any], key: Any, shape: Shape, again: frozenset[str], *, first: bool, in_notes: bool
) -> str | None:
    says = _texts(row)
    texts = [value.strip() for value in says if isinstance(value, str)]
    if _is_header(row, shape):
        return "repeated_header"
    if any(is_total(text) for text in texts[:MOST_WORDS_OF_A_NOTE]) and (
        key is None or is_total(str(key))
    ):
        return "total"
    if first and len(says) >= 3 and _counts_up(says):
        return "column_numbers"
    if len(says) > MOST_WORDS_OF_A_NOTE:
        return None
    alone = len(says) == 1 and bool(texts)
    if texts and (is_note(texts[0]) and (alone or key is None or is_note(str(key)))):
        return "note"
    if len(texts) == len(says) and len(texts) > 1 and all(is_note(text) for text in texts):
        return "note"
    if alone and in_notes and (_ITEM.match(texts[0]) or len(texts[0]) > 12):
        return "note"
    if alone and (texts[0] in shape.titles or _SECTION.match(texts[0])):
        return "title"
    return None


def _is_header(row: list[Any], shape: Shape) -> bool:
    """Tell whether a line repeats one of the header's rows in what it says of known columns."""
    says = {at: str(row[at]).strip() for at in shape.known if at < len(row) and _filled(row[at])}
    if not says or (len(says) < 2 and len(shape.known) > 1):
        return False
    return any(
        all(at < len(head) and str(head[at]).strip() == word for at, word in says.items())
        for head in shape.header
    )


def _counts_up(says: list[Any]) -> bool:
    """Tell whether a line numbers the columns: 1, 2, 3 or 甲, 乙, 1, 2."""
    texts = [str(int(v)) if isinstance(v, float) and v.is_integer() else str(v) for v in says]
    while texts and texts[0] in "甲乙丙丁":
        texts = texts[1:]
    texts = [text.strip("()（）") for text in texts]
    return (
        len(texts) >= 2
        and all(
            text.isdecimal() and int(text) == int(texts[0]) + place
            for place, text in enumerate(texts)
        )
        and texts[0] in {"0", "1"}
    )


def _sums(
    body: Sequence[tuple[int, list[Any]]],
    shape: Shape,
    skipped: dict[int, str],
    unkeyed: list[int],
) -> None:
    """Skip lines without code and name whose numbers add up those above, since a sum or in all."""
    wanted = {
        place
        for place in unkeyed
        if not any(at < len(body[place][1]) and _filled(body[place][1][at]) for at in shape.names)
        and _amounts(body[place][1], shape)
        and not any(
            isinstance(v, str) and number(v.strip()) is None for v in _texts(body[place][1])
        )
    }
    if not wanted:
        return
    section = dict.fromkeys(shape.amounts, 0.0)
    whole = dict.fromkeys(shape.amounts, 0.0)
    for place, (_, row) in enumerate(body):
        amounts = _amounts(row, shape)
        if place in wanted and any(_adds_up(sums, amounts) for sums in (section, whole)):
            skipped[place] = "total_by_sum"
        if place in skipped:
            if skipped[place].startswith("total"):
                section = dict.fromkeys(shape.amounts, 0.0)
            continue
        for at, amount in amounts.items():
            section[at] += amount
            whole[at] += amount


def _adds_up(sums: dict[int, float], amounts: dict[int, float]) -> bool:
    return any(amounts.values()) and all(
        abs(sums[at] - amount) <= 0.005 + 1e-9 * abs(amount) for at, amount in amounts.items()
    )


def _amounts(row: list[Any], shape: Shape) -> dict[int, float]:
    found = {}
    for at in shape.amounts:
        value = row[at] if at < len(row) else None
        if isinstance(value, bool) or not _filled(value):
            continue
        if isinstance(value, int | float):
            found[at] = float(value)
        elif isinstance(value, str):
            read = number(value.strip())
            if read is not None:
                found[at] = float(read)
    return found
