"""What a sheet's XML claims and hides, found before the workbook's reader sees it.

The reader makes a full rectangle around a sheet's values: one stray value in the last cell of the
last row would be 17 thousand million cells. It also gives nothing for a cell whose formula failed
or was never calculated, which would pass for a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from geo.errors import InputError
from geo.intake.limits import MOST_CELL_CHARACTERS, MOST_SHEET_CHARACTERS

NOT_CALCULATED: Final = "#未计算"
"""Stands in a cell whose formula has no value stored."""
FAILED: Final = frozenset(
    {
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
        NOT_CALCULATED,
    }
)  # fmt: skip
"""What a cell says whose formula came to nothing, in a workbook or in a csv made of one."""

_TAG: Final = rb"<(?:\w+:)?"
_REFERENCE: Final = rb'\sr="([A-Z]{1,3})(\d{1,7})"'
_FILLED: Final = re.compile(
    _TAG + rb"c(?=\s)(?:[^>]*?" + _REFERENCE + rb")?[^>]*(?<!/)>(?!</|<(?:\w+:)?v\s*/>\s*</)"
)
_FAILED: Final = re.compile(
    _TAG + rb'c(?=\s[^>]*\st="e")[^>]*?' + _REFERENCE + rb"[^>]*>"
    rb"(?:<(?:\w+:)?f[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]{1,20})<"
)
_UNCALCULATED: Final = re.compile(
    _TAG + rb'c(?=\s)(?![^>]*\st="str")[^>]*?' + _REFERENCE + rb"[^>]*>\s*"
    rb"<(?:\w+:)?f[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SHARED: Final = re.compile(_TAG + rb'c(?=\s)(?=[^>]*\st="s")[^>]*><(?:\w+:)?v>(\d{1,10})<')
_ITEM_END: Final = re.compile(rb"</(?:\w+:)?si>")
_TYPE_DECLARATION: Final = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
LONG_CHARACTERS: Final = 1_000


@dataclass
class Scan:
    """What one sheet's XML holds.

    ``cells`` counts cells with a value; ``height`` and ``width`` are those of the rectangle from
    A1 to the last of them; ``marks`` gives what to put into cells that would read as blank, by
    row and column, both from 0.
    """

    cells: int = 0
    height: int = 0
    width: int = 0
    characters: int = 0
    marks: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def grid(self) -> int:
        """How many cells the rectangle has."""
        return self.height * self.width


def column_number(letters: bytes) -> int:
    """Give a column's number, from 1: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def scan_sheet(pieces: Iterable[bytes], long_texts: dict[int, int]) -> Scan:
    """Read a sheet's XML once, in pieces.

    Parameters
    ----------
    long_texts
        The lengths of shared texts over `LONG_CHARACTERS`, by their number.
    """
    found = Scan()
    columns: set[bytes] = set()
    for part in _whole_cells(pieces):
        filled = _FILLED.findall(part)
        found.cells += len(filled)
        columns.update(letters for letters, _ in filled)
        rows = {digits for _, digits in filled if digits}
        found.height = max(found.height, max(map(int, rows), default=0))
        # A plain search first: most sheets have no formula at all.
        for letters, digits, word in _FAILED.findall(part) if b't="e"' in part else ():
            place = int(digits) - 1, column_number(letters) - 1
            found.marks[place] = word.decode("utf-8", "replace")
        formulas = b"<f" in part or b":f" in part
        for letters, digits in _UNCALCULATED.findall(part) if formulas else ():
            found.marks[int(digits) - 1, column_number(letters) - 1] = NOT_CALCULATED
        if long_texts:
            found.characters += sum(
                long_texts.get(int(number), 0) for number in _SHARED.findall(part)
            )
    found.width = max(map(column_number, columns), default=0)
    return found


def _whole_cells(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Cut pieces between cells, so that no cell is seen in halves."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(b"</row>")
        if cut > 0 or len(rest) > MOST_CELL_CHARACTERS * 8:
            cut = cut + 6 if cut > 0 else len(rest)
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def long_texts(pieces: Iterable[bytes], file: str) -> dict[int, int]:
    """Give the lengths of a workbook's shared texts over `LONG_CHARACTERS`, by their number.

    Lengths are in bytes of XML, so never less than the characters.

    Raises
    ------
    InputError
        When one text alone is longer than a cell may be.
    """
    found: dict[int, int] = {}
    number, rest = 0, b""
    for piece in pieces:
        *items, rest = _ITEM_END.split(rest + piece)
        for item in items:
            if len(item) > LONG_CHARACTERS:
                found[number] = len(item)
            number += 1
        if max(len(rest), *(len(item) for item in items), 0) > MOST_CELL_CHARACTERS * 4:
            raise InputError(
                f"{file} 中有一格的文字超过 {MOST_CELL_CHARACTERS:,} 个字符。",
                "请删去或拆开这一格后再导入（Excel 自身的上限是 32,767 个字符）。",
            )
    return found


def refuse_characters(file: str, characters: int) -> None:
    """Stop where cells share long texts so often that together they fill the memory.

    Raises
    ------
    InputError
        When they are more than `MOST_SHEET_CHARACTERS`.
    """
    if characters > MOST_SHEET_CHARACTERS:
        raise InputError(
            f"{file} 的单元格文字合计超过 {MOST_SHEET_CHARACTERS // 2**20} MB，已拒绝。",
            "这不是正常的台账，请删去重复的长文字后再导入。",
        )


def refuse_type_declaration(file: str, head: bytes) -> None:
    """Stop XML that declares entities of its own: office programs never do, bombs do.

    Raises
    ------
    InputError
        When there is such a declaration.
    """
    if _TYPE_DECLARATION.search(head) or _TYPE_DECLARATION.search(head.replace(b"\0", b"")):
        raise InputError(
            f"{file} 的 XML 中自定义了实体（DOCTYPE），可能是实体炸弹，已拒绝。",
            "请用 Excel 或 WPS 打开后另存为 .xlsx。",
        )
