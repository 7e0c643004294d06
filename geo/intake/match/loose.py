"""Rows without a code, put together by what they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geo.intake.clean import text_of
from geo.intake.columns import STAND_IN
from geo.intake.match.cells import Cells
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

    places: tuple[int, ...]
    name: str
    division: str | None


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
    code = raw.cells.get(headers.get("code", ""), [])
    if code and set(map(type, code)) == {str} and all(map(str.strip, code)):
        return set()  # no row needs it
    told = [[bool(text_of(cell)) for cell in raw.cells[headers[name]]] for name in needed]
    return {place for place, said in enumerate(zip(*told, strict=True)) if all(said)}


def loose_rows(kind: str, cells: Cells, findings: Findings) -> list[Loose]:
    """Put rows without a code together, by street and name; hold those that nobody can tell apart.

    Rows of one name in one street are periods of one compound when their service begins on
    different days and nothing else about them disagrees; else each is held and names the others.
    A row whose name a row with a code has is held too.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in _without_code(kind, cells, findings):
        groups[_street(cells, place), key_of(cells.text(place, "name"))].append(place)
    streets = {street for street, _ in groups}
    coded = {
        (street, key_of(cells.text(place, "name"))): place
        for place, code in enumerate(cells.column("code"))
        if code is not None and (street := _street(cells, place)) in streets
    }
    found = []
    for key, places in groups.items():
        if kind == "compounds" and "geometry" in cells:
            found += [_loose(cells, [place]) for place in places]
        elif key in coded:
            _hold(cells, places, [coded[key]], findings)
        elif _one_compound(cells, places):
            found.append(_loose(cells, places))
        else:
            _hold(cells, places, places, findings)
    return found


def _street(cells: Cells, place: int) -> str:
    return cells.text(place, "division")[:STREET]


def _without_code(kind: str, cells: Cells, findings: Findings) -> list[int]:
    """List the good rows that have no code, but a name and a place."""
    shaped = kind == "compounds" and "geometry" in cells
    located = "geometry" if shaped else "division"
    codes = cells.column("code")
    return [
        place
        for place in findings.good(range(len(codes)))
        if codes[place] is None
        and cells.text(place, "name")
        and cells.value(place, located) is not None
    ]


def _loose(cells: Cells, places: list[int]) -> Loose:
    division = cells.text(places[0], "division") or None
    return Loose(tuple(places), cells.text(places[0], "name"), division)


def _one_compound(cells: Cells, places: list[int]) -> bool:
    if len(places) == 1:
        return True
    starts = [cells.value(place, "service_from") for place in places]
    apart = None not in starts and len(set(starts)) == len(starts)
    if not apart and len({cells.row(place) for place in places}) > 1:
        return False
    told = [{cells.value(place, name) for place in places} - {None} for name in _SAME_COMPOUND]
    return all(len(values) <= 1 for values in told)


def _hold(cells: Cells, places: list[int], others: list[int], findings: Findings) -> None:
    for place in places:
        rows = "、".join(findings.row_words(other, place) for other in others if other != place)
        findings.add(
            "quarantined", "same_name", place, HEADER, cells.text(place, "name"),
            f"与{rows}在同一街道同名，没有小区编码，无法区分",
            "请补填小区编码，或改成可以区分的名称（几期、几区）",
        )  # fmt: skip
