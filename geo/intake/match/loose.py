"""Rows without a code, put together by what they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geo.intake.clean import text_of
from geo.intake.columns import STAND_IN
from geo.intake.match.names import key_of
from geo.intake.match.subject import STREET
from geo.intake.read import RawTable
from geo.intake.verdicts import Findings

HEADER: Final = "小区名称"
_SAME_COMPOUND: Final = ("address", "floor_area_m2", "built_year", "households", "division")
"""What two periods of one compound don't disagree on."""


@dataclass(frozen=True)
class Loose:
    """Rows of one compound without a code: several are its periods."""

    indexes: tuple[int, ...]
    name: str
    division: str | None


def text_at(frame: pd.DataFrame, index: Any, column: str) -> str:
    """Give a cell's text, blank for none."""
    value = frame.at[index, column] if column in frame else None
    return value if isinstance(value, str) else ""


def stood_in(kind: str, raw: RawTable, columns: Mapping[str, str]) -> set[int]:
    """Give the rows that need no code: name and place say of which compound they speak.

    Parameters
    ----------
    columns
        The file's headers, to column names.
    """
    headers = {name: header for header, name in columns.items()}
    needed = STAND_IN.get(kind, ())
    if kind == "compounds" and raw.geometry is None:
        needed = STAND_IN["ledger"]
    if not needed or any(name not in headers for name in needed):
        return set()
    told = [[bool(text_of(cell)) for cell in raw.cells[headers[name]]] for name in needed]
    return {place for place, said in enumerate(zip(*told, strict=True)) if all(said)}


def loose_rows(kind: str, frame: pd.DataFrame, findings: Findings) -> list[Loose]:
    """Put rows without a code together, by street and name; hold those that nobody can tell apart.

    Rows of one name in one street are periods of one compound when their service begins on
    different days and nothing else about them disagrees; else each is held and names the others.
    A row whose name a row with a code has is held too.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index in _without_code(kind, frame, findings):
        division = text_at(frame, index, "division")[:STREET]
        groups[division, key_of(text_at(frame, index, "name"))].append(index)
    if not groups:
        return []
    streets = {street for street, _ in groups}
    coded = {
        (street, key_of(text_at(frame, index, "name"))): index
        for index in frame.index[frame["code"].notna()]
        if (street := text_at(frame, index, "division")[:STREET]) in streets
        and text_at(frame, index, "name")
    }
    found = []
    for key, indexes in groups.items():
        if kind == "compounds" and "geometry" in frame:
            found += [_loose(frame, [index]) for index in indexes]
        elif key in coded:
            _hold(frame, indexes, [coded[key]], findings)
        elif _one_compound(frame, indexes):
            found.append(_loose(frame, indexes))
        else:
            _hold(frame, indexes, indexes, findings)
    return found


def _without_code(kind: str, frame: pd.DataFrame, findings: Findings) -> list[int]:
    """List the good rows that have no code, but a name and a place."""
    open_rows = frame[frame["code"].isna()]
    good = set(findings.good(open_rows["position"]))
    shaped = kind == "compounds" and "geometry" in frame
    return [
        index
        for index in open_rows.index
        if frame.at[index, "position"] in good
        and text_at(frame, index, "name")
        and (
            frame.at[index, "geometry"] is not None if shaped else text_at(frame, index, "division")
        )
    ]


def _loose(frame: pd.DataFrame, indexes: list[int]) -> Loose:
    first = indexes[0]
    return Loose(
        tuple(indexes), text_at(frame, first, "name"), text_at(frame, first, "division") or None
    )


def _one_compound(frame: pd.DataFrame, indexes: list[int]) -> bool:
    if len(indexes) == 1:
        return True
    rows = frame.loc[indexes]
    told = [name for name in rows.columns if name not in {"position", "row", "sheet"}]
    starts = rows["service_from"] if "service_from" in rows else pd.Series([None] * len(rows))
    apart = starts.notna().all() and starts.is_unique
    if not apart and len(rows[told].astype(str).drop_duplicates()) > 1:
        return False
    return all(rows[name].dropna().nunique() <= 1 for name in _SAME_COMPOUND if name in rows)


def _hold(frame: pd.DataFrame, indexes: list[int], others: list[int], findings: Findings) -> None:
    for index in indexes:
        rows = "、".join(str(frame.at[other, "row"]) for other in others if other != index)
        findings.add(
            "quarantined", "same_name", frame.at[index, "position"], HEADER,
            text_at(frame, index, "name"),
            f"与第 {rows} 行在同一街道同名，没有小区编码，无法区分",
            "请补填小区编码，或改成可以区分的名称（几期、几区）",
        )  # fmt: skip
