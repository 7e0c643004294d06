"""Decisions on matches, each recorded as one change of kind ``match``; undoing it takes it back.

A held row that is confirmed loads under the compound's code, and its name is the compound's from
then on (`compound_alias`). A confirmed pair becomes one compound: under the ledger's code, or under
the polygons' where the ledger's is provisional; the other code means it from then on
(`compound_code`). What is rejected is never proposed again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import shapely

from geo.errors import InputError, NotFound
from geo.intake.match import known as register_side
from geo.intake.match import provisional
from geo.intake.match.names import key_of
from geo.intake.match.polygons import places
from geo.intake.match.queue import Waiting, still_open, waiting
from geo.intake.match.subject import STREET
from geo.intake.release import release
from geo.intake.rows import ALWAYS
from geo.register import held, relink
from geo.register.compose import Connection
from geo.register.store import Origin, Register, Staged
from geo.register.tables import FACTS

KIND: Final = "match"


@dataclass(frozen=True)
class Recorded:
    """What was recorded: the change (None when it was known), the rows released, the codes kept."""

    change: int | None
    rows: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the record as the command line prints it."""
        return {"change": self.change, "released": list(self.rows), "codes": list(self.codes)}


def confirm_row(register: Register, number: int, code: str, *, author: str) -> Recorded:
    """Say that a held row is a compound: it loads under its code, and so do its other periods.

    Raises
    ------
    NotFound
        When there is no such row held for review, or no such compound.
    InputError
        When the row is still at fault with the code.
    """
    item = _waiting(register, number)
    with register.connect() as connection:
        code = register_side.other_codes(connection).get(code, code)
        if not register_side.codes_known(connection, [code]):
            raise NotFound(f"登记库中没有小区 {code}。", "请核对编码，见 wuye match review。")
        named = (relink.profile(connection, code) or {}).get("name")
    rows = _of_one_compound(register, item)
    facts = [_alias(code, item, accepted=True)]
    return _load(register, rows, code, facts, author, keep_name=bool(named))


def reject_row(
    register: Register, number: int, code: str | None = None, *, author: str
) -> Recorded:
    """Say that a held row is not a compound, or (without a code) none of its candidates.

    A row with no candidate left is a compound of its own: it loads under a provisional code.

    Raises
    ------
    NotFound
        When there is no such row held for review, or the compound is not among its candidates.
    """
    item = _waiting(register, number)
    codes = [str(candidate["code"]) for candidate in item.candidates]
    if code is not None and code not in codes:
        raise NotFound(
            f"小区 {code} 不在第 {number} 号暂存行的候选之中。", f"候选：{'、'.join(codes)}"
        )
    refused = codes if code is None else [code]
    facts = [_alias(one, item, accepted=False) for one in refused]
    if set(refused) < set(codes):
        written = register.write(
            _origin(author, {"row": number, "rejected": refused}), [_joined(facts)]
        )
        return Recorded(written.number)
    rows = _of_one_compound(register, item)
    own = _code_of_its_own(register, item)
    return _load(register, rows, own, facts, author)


def confirm_pairs(register: Register, pairs: Sequence[tuple[str, str]], *, author: str) -> Recorded:
    """Say of pairs (a ledger's code, a polygon's code) that each is one compound, as one change.

    Raises
    ------
    NotFound
        When the register has no such compound.
    InputError
        When both have a polygon, or both a ledger's facts, or a code stands in two pairs.
    """
    codes = [code for pair in pairs for code in pair]
    if len(set(codes)) < len(codes):
        raise InputError("同一编码出现在两对之中。", "请逐对确认。")
    facts, moves = [], []
    with register.connect() as connection:
        for ledger, polygon in pairs:
            _check_pair(connection, ledger, polygon)
            keep, drop = (ledger, polygon)
            if provisional.is_provisional(ledger) and not provisional.is_provisional(polygon):
                keep, drop = polygon, ledger
            moves.append((drop, keep))
            facts += _joining(connection, ledger, polygon, keep, drop)

    def go_over(connection: Connection, change: int, _changed: frozenset[int]) -> bool:
        return sum(relink.go_over(connection, change, drop, keep) for drop, keep in moves) > 0

    written = register.write(
        _origin(author, {"confirmed": [list(pair) for pair in pairs]}),
        _by_table(facts),
        also=go_over,
    )
    return Recorded(written.number, codes=tuple(keep for _, keep in moves))


def reject_pair(register: Register, ledger: str, polygon: str, *, author: str) -> Recorded:
    """Say that a ledger's compound is not the one of a polygon: it is never proposed again.

    Raises
    ------
    NotFound
        When the register has no such compound.
    """
    with register.connect() as connection:
        profile = relink.profile(connection, ledger)
        if profile is None or not profile["name"]:
            raise NotFound(f"登记库中没有小区 {ledger}，或没有名称。", "请核对编码。")
        if not register_side.codes_known(connection, [polygon]):
            raise NotFound(f"登记库中没有小区 {polygon}。", "请核对编码。")
    words = {
        "code": polygon,
        "alias": key_of(profile["name"]),
        "accepted": "false",
        "division": _street(profile["division"]),
    }
    written = register.write(
        _origin(author, {"rejected": [[ledger, polygon]]}),
        [_staged("compound_alias", [words | {"access_division": profile["division"]}])],
    )
    return Recorded(written.number)


def is_held_row(register: Register, number: int) -> tuple[bool, bool]:
    """Tell whether a number is a row held for review, and whether it is a compound's code."""
    with register.connect() as connection:
        row = held.by_id(connection, [number]).get(number)
        compound = bool(register_side.codes_known(connection, [str(number)]))
    open_row = row is not None and row.closed_as is None and bool(row.problems.get("candidates"))
    return open_row, compound


def _waiting(register: Register, number: int) -> Waiting:
    with register.connect() as connection:
        row = held.by_id(connection, [number]).get(number)
        names = register_side.aliases(connection)
    if row is None or row.closed_as is not None or not row.problems.get("candidates"):
        raise NotFound(f"没有等待核对的第 {number} 号暂存行。", "请用 wuye match review 查看。")
    return Waiting(row, still_open(row, names))


def _of_one_compound(register: Register, item: Waiting) -> list[Waiting]:
    """Give the held rows that are periods of one compound: same file, name and division."""
    key = key_of(item.name)
    return [
        other
        for other in waiting(register)
        if other.row.change == item.row.change
        and other.row.kind == item.row.kind
        and other.row.access_division == item.row.access_division
        and key_of(other.name) == key
    ]


def _code_of_its_own(register: Register, item: Waiting) -> str:
    """Give the provisional code that the import would have given the row."""
    division = item.row.access_division or ""
    if item.row.shape is None:
        return provisional.of_row(division, item.name)
    parts = shapely.get_parts(shapely.force_2d(shapely.from_wkb(item.row.shape)))
    shape = shapely.normalize(shapely.MultiPolygon(list(parts)))
    with register.connect() as connection:
        found = places(connection, [shape])[0].division
    wkb = shapely.to_wkb(shape, byte_order=1)
    return provisional.of_polygon(division or found or "", item.name, wkb)


def _load(
    register: Register,
    rows: Sequence[Waiting],
    code: str,
    facts: list[dict[str, Any]],
    author: str,
    *,
    keep_name: bool = False,
) -> Recorded:
    """Release rows under a code; with `keep_name` the compound keeps the name that it has."""
    words: dict[str, Any] = {"code": code, "name": None} if keep_name else {"code": code}
    found = release(
        register,
        {item.row.id: words for item in rows},
        author=author,
        kind=KIND,
        more=[_joined(facts)],
    )
    if found.refused:
        said = [
            f"第 {item.row} 行：{item.message}"
            for outcome in found.outcomes
            for item in outcome.findings.found
            if item.severity == "quarantined"
        ]
        raise InputError(
            f"以编码 {code} 入库仍有问题：{'；'.join(said[:3])}。", "请先用 wuye import 改正。"
        )
    return Recorded(found.change, found.ids, (code,))


def _alias(code: str, item: Waiting, *, accepted: bool) -> dict[str, Any]:
    """Give the fact that a row's name is, or is not, a compound's in the row's street."""
    return {
        "code": code,
        "alias": key_of(item.name),
        "accepted": "true" if accepted else "false",
        "division": _street(item.row.access_division),
        "sheet": item.row.sheet,
        "row": item.row.row,
        "access_division": item.row.access_division,
    }


def _street(division: str | None) -> str | None:
    return division[:STREET] if division else None


def _joined(facts: list[dict[str, Any]]) -> Staged:
    return _staged("compound_alias", facts)


def _staged(table: str, facts: list[dict[str, Any]]) -> Staged:
    frame = {"valid": ALWAYS, "sheet": None, "row": None, "access_division": None}
    rows = [{**frame, **fact, "seq": seq} for seq, fact in enumerate(facts)]
    return Staged(table, pd.DataFrame(rows, dtype=object))


def _by_table(facts: list[tuple[str, dict[str, Any]]]) -> list[Staged]:
    tables = sorted({table for table, _ in facts})
    return [_staged(name, [fact for table, fact in facts if table == name]) for name in tables]


def _origin(author: str, parameters: dict[str, Any]) -> Origin:
    return Origin(kind=KIND, author=author, parameters=parameters)


def _check_pair(connection: Connection, ledger: str, polygon: str) -> None:
    told, drawn = relink.held_by(connection, ledger), relink.held_by(connection, polygon)
    for code, tables in ((ledger, told), (polygon, drawn)):
        if not tables:
            raise NotFound(f"登记库中没有小区 {code}。", "请核对编码，见 wuye match review。")
    if "compound_shape" not in drawn or "compound_shape" in told:
        raise InputError(
            f"{ledger} 与 {polygon} 不是一有台账、一有图形的两个小区。",
            "前一编码应为没有图形的台账小区，后一编码应为图形。",
        )
    if both := (told & drawn) - {"compound", "compound_alias"}:
        raise InputError(
            f"{ledger} 与 {polygon} 都已有台账内容（{'、'.join(sorted(both))}）。",
            "请先核对两个小区的台账，再确认。",
        )


def _joining(
    connection: Connection, ledger: str, polygon: str, keep: str, drop: str
) -> list[tuple[str, dict[str, Any]]]:
    """Give what to record of a pair: the code that means it, its other name, one profile.

    Where both profiles say something the ledger's holds; but the compound keeps the name that its
    code had, as when a row takes it, so that it is the same whichever file comes first.
    """
    told, drawn = relink.profile(connection, ledger), relink.profile(connection, polygon)
    facts: list[tuple[str, dict[str, Any]]] = [("compound_code", {"code": drop, "same_as": keep})]
    told_of, drawn_of = told or {}, drawn or {}
    access = told_of.get("access_division") or drawn_of.get("access_division")
    other = (drawn_of if keep == ledger else told_of).get("name")
    own = (told_of if keep == ledger else drawn_of).get("name")
    if other and own and key_of(other) != key_of(own):
        words = {"code": keep, "alias": key_of(other), "accepted": "true"}
        place = {"division": _street(access), "access_division": access}
        facts.append(("compound_alias", words | place))
    profile: dict[str, Any] = {
        "code": keep,
        "access_division": access,
        "valid": (told or drawn or {"period": ALWAYS})["period"],
    }
    for name in FACTS["compound"].values:
        first, second = (
            (told_of, drawn_of) if name != "name" or keep == ledger else (drawn_of, told_of)
        )
        value = second.get(name) if first.get(name) is None else first.get(name)
        if name == "notes":
            value = json.dumps({**(drawn_of.get(name) or {}), **(value or {})}, ensure_ascii=False)
        if value is not None:
            profile[name] = str(value).lower() if isinstance(value, bool) else value
    facts.append(("compound", profile))
    return facts
