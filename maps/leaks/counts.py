"""Counts under five, in columns and in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from geo.disclosure.grid import LEAST
from maps.dataout.public import FIGURES
from maps.leaks.contents import Contents
from maps.leaks.findings import Finding
from maps.leaks.words import MOST

COUNT_HEADER: Final = re.compile(
    r"(?:小区|企业|公司|项目|户|人|委员|席位|委员会|组织|个|家|栋|楼|居民|人员|数量|件|起|次)数"
    r"|数量|\((?:个|户|人|家|名|件)\)|（(?:个|户|人|家|名|件)）|^(?:合计|总计|总数|小计|有|无)$"
    r"|count|households|^n$|_n$|^num|number_of|^compounds$|^companies$|^projects$|seats|staff|members",
    re.IGNORECASE,
)
NOT_COUNT: Final = re.compile(
    r"年数|层数|级|序号|百分|比|率|share|ratio|class|level|code|编码|年份"
)

OUR_COUNTS: Final = frozenset(
    word
    for field in FIGURES
    if field.kind == "integer" and not field.name.endswith("class")
    for word in (field.name, field.header, field.short)
)
SENTENCE: Final = re.compile(
    r"(?<![\d.,:：/第前-])[1-4] ?"
    r"(?:个(?:住宅)?小区|个(?:业主|物业管理)委员会|户|名(?:委员|成员)|家(?:物业)?企业|个项目|"
    r"compounds?\b|companies\b|households?\b|committees?\b)"
)


def is_count(header: str) -> bool:
    """Tell whether a column holds counts, by its header."""
    if header in OUR_COUNTS:
        return True
    return bool(COUNT_HEADER.search(header)) and not NOT_COUNT.search(header)


def look_at_counts(contents: Contents) -> Iterator[Finding]:
    """Look for counts of one to four; nought says nothing of anybody."""
    for sheet in contents.sheets:
        for at, header in enumerate(sheet.headers):
            if not is_count(header):
                continue
            rows = [
                (row, value) for row, value in enumerate(sheet.column(at), 2) if is_small(value)
            ]
            for row, value in rows[:MOST]:
                where = f"{sheet.name} · {header} 第 {row} 行"
                yield Finding("small", contents.file, where, f"{value}")
    for where, text in contents.texts:
        match = SENTENCE.search(text) if len(text) < 100_000 else None
        if match:
            yield Finding("small", contents.file, where, match.group())


def is_small(value: object) -> bool:
    """Tell whether a cell is a count under five."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        text = value.strip()
        return text.isdecimal() and len(text) < 4 and 0 < int(text) < LEAST
    return isinstance(value, int | float) and 0 < value < LEAST and float(value).is_integer()
