"""The step of an import that gives codes to rows without one, and translates those of other files.

A row without a code takes the compound that it matches, is held with its candidates for a person to
choose, or becomes a compound of its own under a provisional code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import shapely

from geo.intake.match import known as register_side
from geo.intake.match import provisional
from geo.intake.match.cells import Cells
from geo.intake.match.decide import Decision, match
from geo.intake.match.loose import HEADER, Loose, loose_rows
from geo.intake.match.names import parse_all, split_aliases
from geo.intake.match.polygons import Place, places
from geo.intake.match.subject import COUNTY, Subject
from geo.intake.verdicts import Findings
from geo.register.compose import Connection
from geo.register.store import Register

CODE_COLUMN: Final = {
    "ledger": "code",
    "compounds": "code",
    "committees": "compound",
    "gates": "compound",
}
"""The column that holds a compound's code, by kind of file."""

MATCHED_BY_NAME: Final = frozenset({"ledger", "compounds"})


def take_codes(register: Register, kind: str, frame: pd.DataFrame, findings: Findings) -> None:
    """Fill the codes of a cleaned table in place; say of each row what became of it.

    Sets ``findings.matches`` (rows that took a compound by themselves) and ``findings.candidates``
    (of rows held for review).
    """
    column = CODE_COLUMN.get(kind)
    if column is None:
        return
    by_name = kind in MATCHED_BY_NAME and "name" in frame
    if by_name and column not in frame:
        frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    if column not in frame:
        return
    loose, cells = [], None
    if by_name and frame[column].isna().any():
        cells = Cells(frame)
        loose = loose_rows(kind, cells, findings)
    with register.connect() as connection:
        _translate(frame, column, register_side.other_codes(connection))
        if cells is not None and loose:
            taken = {code for code in frame[column] if isinstance(code, str)}
            codes = _settle(connection, kind, cells, loose, taken, findings)
            filled = frame[column].tolist()
            for place, code in codes.items():
                filled[place] = code
            frame[column] = pd.Series(filled, index=frame.index, dtype=object)
            frame["name"] = pd.Series(_names(cells, findings), index=frame.index, dtype=object)
    if by_name:
        _hold_without_code(frame[column].tolist(), findings)
        if "geometry" not in frame:
            _name_the_held(Cells(frame), findings)


def _hold_without_code(codes: list[str | None], findings: Findings) -> None:
    """Hold rows that got no code: their name or their place is blank, so they speak of nobody."""
    for place in findings.good(range(len(codes))):
        if codes[place] is None:
            findings.add(
                "quarantined", "required", place, "小区编码", "",
                "没有小区编码，小区名称或所在区划也没有填，无法知道是哪个小区",
                "请补填小区编码，或把小区名称与区划代码（县、街道、社区）补全",
            )  # fmt: skip


def _name_the_held(cells: Cells, findings: Findings) -> None:
    """Say of held rows without a code which compound they speak of: loading it closes them."""
    for place in findings.held:
        name, division = cells.text(place, "name"), cells.text(place, "division")
        if name and division and cells.value(place, "code") is None:
            findings.subjects.setdefault(place, provisional.of_row(division, name))


def _names(cells: Cells, findings: Findings) -> list[str | None]:
    """Blank the names of rows that took a compound: it keeps the name that the register has."""
    return [
        None if place in findings.matches else name
        for place, name in enumerate(cells.column("name"))
    ]


def _translate(frame: pd.DataFrame, column: str, others: dict[str, str]) -> None:
    if others:
        frame[column] = pd.Series(
            [others.get(code, code) if isinstance(code, str) else code for code in frame[column]],
            index=frame.index,
            dtype=object,
        )


def _settle(
    connection: Connection,
    kind: str,
    cells: Cells,
    loose: list[Loose],
    taken: set[str],
    findings: Findings,
) -> dict[int, str]:
    """Decide for the rows without a code; give the codes that rows take.

    Parameters
    ----------
    taken
        Codes of the file's other rows: no row takes one of them.
    """
    located: Sequence[Place | None] = [None] * len(loose)
    if kind == "compounds" and "geometry" in cells:
        located = places(connection, [cells.value(item.places[0], "geometry") for item in loose])
    asked = [_asked(cells, *pair) for pair in zip(loose, located, strict=True)]
    for item in asked:
        findings.subjects |= dict.fromkeys(item.rows.places, item.own)
    others = register_side.other_codes(connection)
    meant = [others.get(item.own, item.own) for item in asked]
    held = register_side.codes_known(connection, meant)
    # What came before under its own code, or was matched since, stays what it is.
    codes = {
        place: code
        for item, code in zip(asked, meant, strict=True)
        if code in held
        for place in item.rows.places
    }
    asked = [item for item, code in zip(asked, meant, strict=True) if code not in held]
    if asked:
        decisions = _decide(connection, kind, cells, asked, taken | set(codes.values()))
        for item, decision in zip(asked, decisions, strict=True):
            codes |= _apply(kind, item, decision, findings)
    return codes


@dataclass(frozen=True)
class _Asked:
    """Rows that ask for a code: where their polygon lies, and the code that their facts give."""

    rows: Loose
    polygon: Place | None
    division: str
    own: str


def _asked(cells: Cells, item: Loose, polygon: Place | None) -> _Asked:
    division = item.division or (polygon.division if polygon else None) or ""
    if polygon is None:
        return _Asked(item, None, division, provisional.of_row(division, item.name))
    wkb = shapely.to_wkb(cells.value(item.places[0], "geometry"), byte_order=1)
    return _Asked(item, polygon, division, provisional.of_polygon(division, item.name, wkb))


def _decide(
    connection: Connection, kind: str, cells: Cells, asked: list[_Asked], taken: set[str]
) -> list[Decision]:
    """Match rows with what the register knows in their counties."""
    within = {item.division[:COUNTY] for item in asked}
    found = register_side.compounds(connection, None if "" in within else sorted(within))
    found = [compound for compound in found if compound.subject.key not in taken]
    names = register_side.aliases(connection)
    prefixes = register_side.prefixes_of(connection, within)
    rows = [
        _subject(cells, item, str(number), prefixes, names) for number, item in enumerate(asked)
    ]
    if kind == "compounds":
        rows = _refusing(rows, asked, {item.subject.key for item in found if item.drawn})
    return match(rows, [compound.subject for compound in found])


def _refusing(rows: list[Subject], asked: list[_Asked], drawn: set[str]) -> list[Subject]:
    """Let a polygon take no compound that has one already, but for one of the same place."""
    return [
        replace(row, rejected=row.rejected | (drawn - item.polygon.same_place))
        if item.polygon
        else row
        for row, item in zip(rows, asked, strict=True)
    ]


def _subject(
    cells: Cells,
    item: _Asked,
    key: str,
    prefixes: dict[str, list[str]],
    names: register_side.Aliases,
) -> Subject:
    last = item.rows.places[-1]
    aliases = split_aliases(cells.text(last, "aliases"))
    parsed = parse_all(item.rows.name, aliases, prefixes.get(item.division[:COUNTY], []))
    floor_area = cells.value(last, "floor_area_m2")
    return Subject(
        key=key,
        names=parsed,
        shown=item.rows.name,
        division=item.division or None,
        address=cells.text(last, "address"),
        floor_area_m2=None if floor_area is None else float(floor_area),
        land_area_m2=item.polygon.land_area_m2 if item.polygon else None,
        built_year=cells.value(last, "built_year"),
        households=cells.value(last, "households"),
        rejected=names.refused_for(name.text for name in parsed),
    )


def _apply(kind: str, item: _Asked, decision: Decision, findings: Findings) -> dict[int, str]:
    """Say what was decided for a compound's rows; give the code that they take, if any."""
    listed = [candidate.as_json() for candidate in decision.candidates]
    for place in item.rows.places:
        if decision.code is not None:
            findings.matches[place] = {"written": item.rows.name, **listed[0]}
        elif decision.verdict == "review":
            best = decision.candidates[0]
            findings.candidates[place] = listed
            findings.add(
                "quarantined", "match_review", place, HEADER, item.rows.name,
                f"可能是“{best.name}”（{best.code}，{best.score:.2f}："
                f"{'，'.join(best.reasons)}）等 {len(listed)} 个小区",
                "请用 wuye match review 核对，再用 wuye match confirm 或 reject 决定",
            )  # fmt: skip
        else:
            findings.add(
                "warned", "no_polygon_match", place, HEADER, item.rows.name,
                "没有找到对应的小区，按新小区入库" if kind == "compounds"
                else "没有找到对应的图形，仍计入统计，以占位点表示",
                f"临时编码 {item.own}；有了图形后用 wuye match propose 对应",
            )  # fmt: skip
    if decision.verdict == "review":
        return {}
    return dict.fromkeys(item.rows.places, decision.code or item.own)
