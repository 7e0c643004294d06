"""The step of an import that gives codes to rows without one, and translates those of other files.

A row without a code takes the compound that it matches, is held with its candidates for a person to
choose, or becomes a compound of its own under a provisional code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import shapely

from geo.intake.match import known as register_side
from geo.intake.match import provisional
from geo.intake.match.decide import Decision, match
from geo.intake.match.known import Compound
from geo.intake.match.loose import HEADER, Loose, loose_rows, text_at
from geo.intake.match.names import parse_all, split_aliases
from geo.intake.match.polygons import Place, places
from geo.intake.match.subject import COUNTY, Subject
from geo.intake.verdicts import Findings
from geo.register.compose import Connection
from geo.register.store import Register

CODE_COLUMN: Final = {"ledger": "code", "compounds": "code", "committees": "compound"}
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
    loose = []
    if kind in MATCHED_BY_NAME and "name" in frame:
        if column not in frame:
            frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        loose = loose_rows(kind, frame, findings)
    if column not in frame:
        return
    with register.connect() as connection:
        _translate(frame, column, register_side.other_codes(connection))
        if loose:
            _settle(connection, kind, frame, loose, findings)


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
    frame: pd.DataFrame,
    loose: list[Loose],
    findings: Findings,
) -> None:
    located: Sequence[Place | None] = [None] * len(loose)
    if kind == "compounds" and "geometry" in frame:
        located = places(connection, [frame.at[item.indexes[0], "geometry"] for item in loose])
    own = [_own_code(frame, item, place) for item, place in zip(loose, located, strict=True)]
    for item, code in zip(loose, own, strict=True):
        findings.subjects |= {int(frame.at[index, "position"]): code for index in item.indexes}
    others = register_side.other_codes(connection)
    held = register_side.codes_known(connection, [others.get(code, code) for code in own])
    open_places = []
    for number, (item, code) in enumerate(zip(loose, own, strict=True)):
        meant = others.get(code, code)
        if meant in held:  # came before under this code, or was matched since
            _fill(frame, item, meant)
        else:
            open_places.append(number)
    if not open_places:
        return
    names = register_side.aliases(connection)
    within = {_division(loose[number], located[number])[:COUNTY] for number in open_places}
    candidates = register_side.compounds(connection, None if "" in within else sorted(within))
    taken = {code for code in frame[CODE_COLUMN[kind]] if isinstance(code, str)}
    candidates = [compound for compound in candidates if compound.subject.key not in taken]
    prefixes = register_side.prefixes_of(connection, within)
    rows = [
        _subject(frame, loose[number], located[number], number, prefixes, names)
        for number in open_places
    ]
    if kind == "compounds":
        decisions = _match_polygons(rows, candidates, [located[number] for number in open_places])
    else:
        decisions = match(rows, [compound.subject for compound in candidates])
    for number, decision in zip(open_places, decisions, strict=True):
        _apply(kind, frame, loose[number], decision, own[number], findings)


def _division(item: Loose, place: Place | None) -> str:
    """Give the division that a row names, else the one where its polygon lies."""
    return item.division or (place.division if place else None) or ""


def _own_code(frame: pd.DataFrame, item: Loose, place: Place | None) -> str:
    if place is None:
        return provisional.of_row(item.division or "", item.name)
    shape = frame.at[item.indexes[0], "geometry"]
    return provisional.of_polygon(
        _division(item, place), item.name, shapely.to_wkb(shape, byte_order=1)
    )


def _subject(
    frame: pd.DataFrame,
    item: Loose,
    place: Place | None,
    number: int,
    prefixes: dict[str, list[str]],
    names: register_side.Aliases,
) -> Subject:
    last = item.indexes[-1]
    division = _division(item, place)
    aliases = split_aliases(text_at(frame, last, "aliases"))
    parsed = parse_all(item.name, aliases, prefixes.get(division[:COUNTY], []))

    def value(column: str) -> Any:
        found = frame.at[last, column] if column in frame else None
        return None if found is None or pd.isna(found) else found

    floor_area = value("floor_area_m2")
    return Subject(
        key=str(number),
        names=parsed,
        shown=item.name,
        division=division or None,
        address=text_at(frame, last, "address"),
        floor_area_m2=None if floor_area is None else float(floor_area),
        land_area_m2=place.land_area_m2 if place else None,
        built_year=value("built_year"),
        households=value("households"),
        rejected=names.refused_for(name.text for name in parsed),
    )


def _match_polygons(
    rows: list[Subject], candidates: list[Compound], located: list[Place | None]
) -> list[Decision]:
    """Match polygons with compounds that have none, or one drawn of the same place."""
    drawn = {compound.subject.key for compound in candidates if compound.drawn}
    elsewhere = [
        row if place is None else _refusing(row, frozenset(drawn - place.same_place))
        for row, place in zip(rows, located, strict=True)
    ]
    return match(elsewhere, [compound.subject for compound in candidates])


def _refusing(row: Subject, codes: frozenset[str]) -> Subject:
    return replace(row, rejected=row.rejected | codes)


def _apply(
    kind: str,
    frame: pd.DataFrame,
    item: Loose,
    decision: Decision,
    own: str,
    findings: Findings,
) -> None:
    """Give rows what was decided for their compound."""
    listed = [candidate.as_json() for candidate in decision.candidates]
    if decision.code is not None:
        _fill(frame, item, decision.code)
    elif decision.verdict == "unmatched":
        _fill(frame, item, own)
    for index in item.indexes:
        position = int(frame.at[index, "position"])
        if decision.code is not None:
            findings.matches[position] = listed[0]
        elif decision.verdict == "review":
            best = decision.candidates[0]
            findings.candidates[position] = listed
            findings.add(
                "quarantined", "match_review", position, HEADER, item.name,
                f"可能是“{best.name}”（{best.code}，{best.score:.2f}："
                f"{'，'.join(best.reasons)}）等 {len(listed)} 个小区",
                "请用 wuye match review 核对，再用 wuye match confirm 或 reject 决定",
            )  # fmt: skip
        else:
            findings.add(
                "warned", "no_polygon_match", position, HEADER, item.name,
                "没有找到对应的小区，按新小区入库" if kind == "compounds"
                else "没有找到对应的图形，仍计入统计，以占位点表示",
                f"临时编码 {own}；有了图形后用 wuye match propose 对应",
            )  # fmt: skip


def _fill(frame: pd.DataFrame, item: Loose, code: str) -> None:
    for index in item.indexes:
        frame.at[index, "code"] = code
