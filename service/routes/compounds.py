"""Compounds: the list, the same as a workbook, the card, the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from geo import terms
from geo.compounds import MONTHS_MOST, Filter, fitting, in_order
from geo.errors import UsageError
from geo.history.record import Fact, history
from geo.snapshot.file import Snapshot
from maps.compound_list import listed, places, workbook
from maps.definitions import FILTER_WORDS
from maps.reasons import FACT_KINDS
from maps.style import STATES, state_of_mode
from maps.words import file_mark
from service.cards import card, row_of
from service.dependencies import (
    NOT_MODIFIED,
    Asked,
    AskedOf,
    DefinitionOf,
    DivisionOf,
    SnapshotOf,
    WorkspaceOf,
    tag_of,
    unless_known,
)
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.routes.divisions import head
from service.schemas.compounds import Card, CompoundList, CompoundPlaces, History, State

router = APIRouter(tags=["compounds"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES_MOST: Final = 50_000
Rows = npt.NDArray[np.int64]

Sort = Literal[
    "floor_area", "-floor_area", "name", "-name", "code", "-code", "built_year", "-built_year",
    "term_end", "-term_end",
]  # fmt: skip
Code = Annotated[str, Path(max_length=200, description="小区编码。The compound's code.")]


@dataclass(frozen=True)
class Wanted:
    """The list that is asked for: its rows in order, and its words."""

    rows: Rows
    key: str
    words: str


def wanted(
    snapshot: SnapshotOf,
    definition: DefinitionOf,
    division: DivisionOf,
    state: Annotated[
        list[State] | None, Query(description="服务状态，可多个。States of service.")
    ] = None,
    old: Annotated[bool | None, Query(description="老旧小区。Old ones.")] = None,
    no_committee: Annotated[bool | None, Query(description="无业委会。No committee.")] = None,
    term_within_months: Annotated[
        int | None,
        Query(ge=0, le=MONTHS_MOST, description="任期几个月内届满。Term ends within months."),
    ] = None,
    party_due: Annotated[bool | None, Query(description="党组织应建未建。Party due.")] = None,
    unknown: Annotated[bool | None, Query(description="服务未核实。Not verified.")] = None,
    counted: Annotated[bool | None, Query(description="计入所选口径。Covered.")] = None,
    q: Annotated[
        str | None,
        Query(max_length=60, description="名称、别名、编码或拼音。Name, alias, code or pinyin.",
              examples=["翠湖", "chbl"]),
    ] = None,
    sort: Annotated[Sort, Query(description="排序，- 为降序。Order; - turns it.")] = "-floor_area",
) -> Wanted:  # fmt: skip
    """Find the compounds that a list shows."""
    modes = None
    if state:
        modes = [mode for item in STATES if item.id in state for mode in item.modes]
    asked = Filter(
        division=division,
        modes=modes,
        old=old,
        no_committee=no_committee,
        term_within_months=term_within_months,
        party_due=party_due,
        unknown=unknown,
        counted=counted,
        typed=q,
    )
    rows = np.flatnonzero(fitting(snapshot, asked, definition))
    key = f"{snapshot.id} {definition.id} {asked!r} {sort}"
    return Wanted(in_order(snapshot, rows, sort), key, _said(snapshot, asked))


WantedOf = Annotated[Wanted, Depends(wanted)]


def _said(snapshot: Snapshot, asked: Filter) -> str:
    """Say in words what a list was asked for."""
    place = "全部"
    if asked.division is not None:
        place = snapshot.name_of(asked.division)
    said = [place]
    if asked.modes is not None:
        said.append("、".join(asked.modes))
    for name in ("old", "no_committee", "party_due", "unknown", "counted"):
        value = getattr(asked, name)
        if value is not None:
            said.append(FILTER_WORDS[name][0][0] if value else f"非{FILTER_WORDS[name][0][0]}")
    if asked.term_within_months is not None:
        said.append(f"任期 {asked.term_within_months} 个月内届满")
    if asked.typed:
        said.append(f"含“{asked.typed}”")
    return " · ".join(said)


@router.get(
    "/compounds",
    summary="小区清单 / Compounds",
    response_model=CompoundList,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def list_compounds(
    snapshot: SnapshotOf,
    definition: DefinitionOf,
    found: WantedOf,
    asked: AskedOf,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> Response:
    """List the compounds of the definition's denominator that fit, with sums over all of them."""
    page = page_of(found.rows.tolist(), limit, cursor, found.key)
    return asked.answer(
        CompoundList,
        lambda: {
            **head(snapshot),
            "definition": definition.as_json(),
            "items": list(listed(snapshot, page.items, definition)),
            "total": page.total,
            "next": page.next,
            **_sums(snapshot, found.rows),
        },
    )


def _sums(snapshot: Snapshot, rows: Rows) -> dict[str, Any]:
    area = snapshot.column("compounds", "floor_area_dm2")[rows]
    states = np.array([state_of_mode(mode) for mode in range(len(terms.MODES))])
    state = states[snapshot.column("compounds", "mode")[rows]]
    return {
        "floor_area_m2": round(int(area.sum()) / 100, 2),
        "households": int(snapshot.column("compounds", "households")[rows].sum()),
        "by_state": [
            {
                "id": item.id,
                "name": item.label,
                "compounds": int((state == place).sum()),
                "floor_area_m2": round(int(area[state == place].sum()) / 100, 2),
            }
            for place, item in enumerate(STATES)
        ],
    }


@router.get(
    "/compounds.xlsx",
    summary="小区清单工作簿 / The list as a workbook",
    response_class=Response,
    responses={
        200: {
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
            "description": "工作簿 / a workbook",
        },
        **NOT_MODIFIED,
        **problems(400, 404),
    },
)
def compounds_workbook(
    snapshot: SnapshotOf, definition: DefinitionOf, found: WantedOf, asked: AskedOf
) -> Response:
    """Give the whole list as a workbook that says snapshot, definition, date and conditions."""
    mark = file_mark(made_up=snapshot.made_up)
    name = f"{mark}compounds-{snapshot.as_of.isoformat()}-{snapshot.id[:12]}.xlsx"
    return Response(
        workbook(snapshot, found.rows.tolist(), definition, found.words),
        media_type=XLSX,
        headers={
            **asked.headers,
            "Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}",
        },
    )


@router.get(
    "/compound-places",
    summary="清单在图上的位置 / Where a list's compounds lie",
    response_model=CompoundPlaces,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def compound_places(
    snapshot: SnapshotOf, definition: DefinitionOf, found: WantedOf, asked: AskedOf
) -> Response:
    """Give place and state of all compounds of a list at once: the dots of a map."""
    if len(found.rows) > PLACES_MOST:
        raise UsageError(
            f"清单有 {len(found.rows):,} 个小区，图上一次最多标 {PLACES_MOST:,} 个。",
            "请先选下级区划，或按状态、名称筛选。",
        )
    return asked.answer(
        CompoundPlaces,
        lambda: {
            **head(snapshot),
            "definition": definition.as_json(),
            "total": len(found.rows),
            **places(snapshot, found.rows.tolist()),
        },
    )


@router.get(
    "/compounds/{code}",
    summary="小区卡片 / A compound's card",
    response_model=Card,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def one_compound(
    space: WorkspaceOf, snapshot: SnapshotOf, definition: DefinitionOf, asked: AskedOf, code: Code
) -> Response:
    """Give what is known of a compound on the date, why it is or is not counted, and whence."""
    row = row_of(snapshot, code)
    return asked.answer(Card, lambda: card(space, snapshot, row, definition))


@router.get(
    "/compounds/{code}/history",
    summary="小区的全部事实 / A compound's history",
    response_model=History,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def compound_history(request: Request, space: WorkspaceOf, code: Code) -> Response:
    """Give every fact ever held, dated twice, with its change, file, sheet, row and evidence."""
    last = space.opened.last_change.number()
    tag = f"{tag_of(request)}-{last}"
    asked = unless_known(request, Asked(space, tag, forever=False, snapshot_id=None))

    def make() -> dict[str, Any]:
        facts = history(space.register, code)
        return {
            "code": code,
            "last_change": last,
            "made_up": any(fact.made_up for fact in facts),
            "facts": [_fact(fact) for fact in facts],
        }

    return asked.answer(History, make)


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        **{name: getattr(fact, name) for name in (
            "kind", "subject", "facts", "valid_from", "valid_to", "known_from", "known_to",
            "recorded_at", "replaced_at", "source", "inherited", "made_up",
        )},
        "words": FACT_KINDS[fact.kind],
    }  # fmt: skip
