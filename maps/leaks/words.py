"""What gives itself away by its wording: party matters, persons, paths, databases, marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from geo.intake.personal import is_person_in, is_personal
from maps.dataout import fields, public
from maps.leaks.contents import Contents, Sheet
from maps.leaks.findings import Finding

PARTY_HEADER: Final = re.compile(
    r"党(?!校)|指导员|(?<![a-z])party|instructor|^i[34]_", re.IGNORECASE
)
"""Headers of party matters; the names of our own indicators too."""

PARTY_WORDS: Final = re.compile(
    r"党组织(?!部)|党支部|党总支|联合支部|党员|党建指导员|行业党委|应建未建|组织覆盖率|工作全覆盖"
    r"|party[ _-](?:organi[sz]ation|branch|member|form|instructor)",
    re.IGNORECASE,
)
PARTY_CELLS: Final = frozenset({"党委", "党总支", "党支部", "联合党支部"})

PATHS: Final = re.compile(
    r"(?<![\w.:/-])/(?:home|root|var|tmp|work|opt|srv|mnt|media|usr|etc|data|Users|private)/[\w.~-]+"
    r"|file://|(?<![A-Za-z])[A-Za-z]:\\[\w\u4e00-\u9fff]|\\\\[\w.-]+\\[\w$]"
)
BINARY_PATHS: Final = re.compile(
    r"(?<![\w.:/-])/(?:home|root|var|tmp|work|opt|srv|mnt|Users)/[\w.~-]+/[\w.~-]+|file:///"
)
DATABASES: Final = re.compile(
    r"\b(?:postgres(?:ql)?|mysql|oracle|mssql|redis|mongodb)(?:\+\w+)?://"
    r"|\bdbname\s*=|\bPGPASSWORD\b|\bpassword\s*=\s*\S|WUYE_DATABASE_URL|jdbc:\w+:",
    re.IGNORECASE,
)
INTERNAL: Final = re.compile(
    r"内部使用|内部版|内部资料|(?<!非)涉密|(?<![\w])秘密[★☆]|机密|internal use only"
    r'|"edition": ?"internal"',
    re.IGNORECASE,
)

_PUBLIC: Final = frozenset(
    word
    for field in (*fields.PLACE, *fields.BARRIERS, *public.FIGURES, *public.SITES)
    for word in (field.name, field.header, field.short)
)
"""Headers that we write in public editions: names of places there are no names of persons."""

_INSIDE: Final = (
    frozenset(
        word
        for field in (*fields.COMPOUNDS, *fields.AREAS, *fields.PROJECTS)
        for word in (field.name, field.header, field.short)
        if len(word) > 1
    )
    - _PUBLIC
)
"""Headers that we write inside only: states, companies, projects, areas of single compounds."""

MOST: Final = 5
"""Findings of one rule in one column or text that are listed."""


def shortened(text: str) -> str:
    """Give the beginning of a value, for a message."""
    return text if len(text) <= 40 else f"{text[:40]}…"


def look_at_words(contents: Contents) -> Iterator[Finding]:
    """Look at texts, headers, cells and raw bytes of one file."""
    for where, text in contents.texts:
        yield from _text(contents.file, where, text)
    for sheet in contents.sheets:
        yield from _sheet(contents.file, sheet)
    raw = contents.raw.decode("utf-8", "replace")
    for rule, pattern in (("path", BINARY_PATHS), ("database", DATABASES), ("party", PARTY_WORDS)):
        for match in list(pattern.finditer(raw))[:1]:
            yield Finding(rule, contents.file, "文件字节", shortened(match.group()))
    for encoding in ("utf-16-le", "gb18030"):  # properties of office files and old tables
        for word in ("党组织", "党支部", "内部使用"):
            if word.encode(encoding) in contents.raw:
                rule = "internal" if word == "内部使用" else "party"
                yield Finding(rule, contents.file, "文件字节", word)
    for where, what in contents.hidden:
        yield Finding("hidden", contents.file, where, what)
    for why in contents.unread:
        yield Finding("unread", contents.file, "", why)


def _text(file: str, where: str, text: str) -> Iterator[Finding]:
    for rule, pattern in (
        ("party", PARTY_WORDS), ("path", PATHS), ("database", DATABASES), ("internal", INTERNAL),
    ):  # fmt: skip
        match = pattern.search(text)
        if match:
            yield Finding(rule, file, where, shortened(match.group()))
    if text in PARTY_CELLS:
        yield Finding("party", file, where, text)
    if len(text) < 2000 and is_person_in(text):
        yield Finding("person", file, where, "像个人信息，不在此重复")


def _sheet(file: str, sheet: Sheet) -> Iterator[Finding]:
    for at, header in enumerate(sheet.headers):
        values = sheet.column(at)
        where = f"{sheet.name} · {header or at + 1}"
        if PARTY_HEADER.search(header):
            yield Finding("party", file, where, f"列 {header}")
        texts: list[tuple[int, str]] = [
            (row, value) for row, value in enumerate(values, 2) if isinstance(value, str) and value
        ]
        if header in _INSIDE:
            yield Finding("internal", file, where, f"列 {header}，公开版没有")
        if header not in _PUBLIC and is_personal(header, _some(values)):
            yield Finding("person", file, where, "列像个人信息，不在此重复")
        seen = 0
        for row, value in texts:
            for finding in _text(file, f"{where} 第 {row} 行", value):
                seen += 1
                if seen <= MOST:
                    yield finding
        yield from _text(file, where, header)


def _some(values: list[Any]) -> list[object]:
    """Leave out shapes written as text: digits of coordinates are nobody's telephone."""
    return [
        None
        if isinstance(value, str) and re.match(r"\s*(MULTI)?(POLYGON|LINE|POINT)", value)
        else value
        for value in values
    ]
