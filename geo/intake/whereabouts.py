"""Rows that name their county, street and community in columns of their own get a division code."""

from __future__ import annotations

from typing import Any, Final

from geo.codes import normal_division
from geo.intake.clean import text_of
from geo.intake.columns import KINDS
from geo.intake.headers import Match
from geo.intake.places import Places, division_of_path
from geo.intake.read import RawTable
from geo.intake.synonyms import fold, folded
from geo.intake.verdicts import Findings

_LEVELS: Final = ("province", "prefecture", "county", "path", "street", "community")
REMEDY: Final = "请写全上级名称（县、街道、社区），或填写区划代码"


def needs_places(kind: str, raw: RawTable, columns: dict[str, str], found: Match) -> bool:
    """Tell whether a table names divisions, so that their names have to be known."""
    if set(found.helpers.values()) & set(_LEVELS):
        return True
    kinds = {column.name: column.kind for column in KINDS[kind]}
    return any(
        isinstance(value, str) and normal_division(text_of(value)) is None and text_of(value)
        for header, name in columns.items()
        if kinds[name] == "division"
        for value in dict.fromkeys(raw.cells[header])
    )


def fill_divisions(
    kind: str,
    raw: RawTable,
    columns: dict[str, str],
    found: Match,
    places: Places,
    findings: Findings,
) -> None:
    """Give rows without a division code the one that their columns of names say.

    The codes join the table as its division column. A name that several divisions have holds the
    row; one that nobody has is warned.
    """
    words = _words(found)
    column = next((column for column in KINDS[kind] if column.kind == "division"), None)
    if not words or column is None or not len(places):
        return
    header = next((text for text, name in columns.items() if name == column.name), column.header)
    own = raw.cells.get(header, [None] * len(raw))
    filled: list[Any] = list(own)
    rows = zip(*(raw.cells[text] for text in words), strict=True)
    read: dict[tuple[Any, ...], tuple[str, ...]] = {}
    for position, (cell, row) in enumerate(zip(own, rows, strict=True)):
        if row not in read:
            read[row] = tuple(text for text in map(_said, row) if text)
        said = read[row]
        if not said or position in raw.skipped:
            continue
        code = normal_division(text_of(cell))
        if code is not None and len(code) >= 9:
            _compare(code, said, position, words, places, findings)
        elif text_of(cell) == "" or code is not None:
            filled[position] = _find(said, code or "", position, words, places, findings) or cell
    raw.cells[header] = filled
    columns[header] = column.name


def _said(value: Any) -> str:
    text = text_of(value)
    return "" if fold(text) in folded("blank", "any") else text


def _words(found: Match) -> list[str]:
    """Give the headers that name a row's divisions, from the top down."""
    by_level = {name: header for header, name in reversed(found.helpers.items())}
    return [by_level[level] for level in _LEVELS if level in by_level]


def _find(
    said: tuple[str, ...],
    within: str,
    position: int,
    headers: list[str],
    places: Places,
    findings: Findings,
) -> str | None:
    """Find the code of a path, of its upper part if the lowest name is not known."""
    for last in range(len(said), 0, -1):
        found = division_of_path(said[:last], places, within)
        shown = "".join(said)
        if len(found) > 1:
            paths = " 或 ".join(f"{places.path(code)}（{code}）" for code in found[:4])
            findings.add(
                "quarantined", "ambiguous", position, "、".join(headers), shown,
                f"有几个同名的区划：{paths}", REMEDY,
            )  # fmt: skip
            return None
        if found:
            if last < len(said):
                findings.add(
                    "warned", "place_unknown", position, headers[-1], said[-1],
                    f"登记库中没有这个名称，按{places.path(found[0])}处理", "请核对名称",
                )  # fmt: skip
            return found[0]
    findings.add(
        "warned", "place_unknown", position, "、".join(headers), "".join(said),
        "登记库中没有这个名称的区划，未采用", REMEDY,
    )  # fmt: skip
    return within or None


def _compare(
    code: str,
    said: tuple[str, ...],
    position: int,
    headers: list[str],
    places: Places,
    findings: Findings,
) -> None:
    """Say where a row's code is of one division and its names are of another."""
    found = division_of_path(said, places)
    if found and not any(code.startswith(one) or one.startswith(code) for one in found):
        findings.add(
            "warned", "division_disagrees", position, "、".join(headers), "".join(said),
            f"区划代码 {code} 是{places.path(code)}，与名称不符，按代码处理", "请核对代码与名称",
        )  # fmt: skip
