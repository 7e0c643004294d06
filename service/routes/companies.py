"""Companies: who has a party organisation, and who should."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Response

from geo.coverage import require_division, within
from geo.snapshot.file import Snapshot
from maps.places import path_of
from service.cards import company_words
from service.dependencies import NOT_MODIFIED, AskedOf, DivisionOf, SnapshotOf
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.routes.divisions import head
from service.schemas.compounds import CompanyList

router = APIRouter(tags=["companies"])

_COLUMNS = (
    "uscc", "name", "kind", "active", "party", "party_form", "instructor", "party_members", "due",
    "stars",
)  # fmt: skip
_LEVELS = ("community", "street", "county", "prefecture", "province")
BRANCH = 3
"""So many members make a branch (《支部工作条例》)."""


@router.get(
    "/companies",
    summary="物业企业 / Companies",
    response_model=CompanyList,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def list_companies(
    snapshot: SnapshotOf,
    division: DivisionOf,
    asked: AskedOf,
    due: Annotated[bool | None, Query(description="党组织应建未建。Party due.")] = None,
    active: Annotated[bool | None, Query(description="有在管项目。With active projects.")] = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> Response:
    """List companies at their registered division, by name."""
    require_division(snapshot, division)
    fits = within(snapshot, division, "companies").copy()
    for name, value in (("due", due), ("active", active)):
        if value is not None:
            fits &= snapshot.column("companies", name) == value
    rows = _by_name(snapshot, np.flatnonzero(fits).tolist())
    page = page_of(rows, limit, cursor, f"{snapshot.id} companies {division} {due} {active}")
    return asked.answer(
        CompanyList,
        lambda: {
            **head(snapshot),
            "items": _words(snapshot, page.items),
            "total": page.total,
            "next": page.next,
        },
    )


def _by_name(snapshot: Snapshot, rows: list[int]) -> list[int]:
    names, codes = (snapshot.column("companies", name) for name in ("name", "uscc"))
    return sorted(rows, key=lambda row: (names[row] is None, names[row] or "", codes[row]))


def _words(snapshot: Snapshot, rows: Any) -> list[dict[str, Any]]:
    at = np.asarray(rows, np.int64)
    columns = {name: snapshot.column("companies", name)[at].tolist() for name in _COLUMNS}
    homes = [snapshot.column("companies", level)[at].tolist() for level in _LEVELS]
    serving = snapshot.column("projects", "uscc")[snapshot.column("projects", "active")]
    projects = Counter(serving.tolist())
    made = []
    for i in range(len(at)):
        row = {name: values[i] for name, values in columns.items()}
        known = snapshot.division_names
        home = next((codes[i] for codes in homes if codes[i] in known), None)
        members = row["party_members"]
        made.append(
            {
                **company_words(row),
                "uscc": row["uscc"],
                "division": None if home is None else str(home),
                "place": [] if home is None else [item.name for item in path_of(snapshot, home)],
                "active": row["active"],
                "projects": projects[row["uscc"]],
                "members": None
                if members < 0
                else "three_or_more"
                if members >= BRANCH
                else "fewer",
                "due": row["due"],
            }
        )
    return made
