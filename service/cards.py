"""The card of a compound: what is known of it on a date, and why it is or is not counted."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from geo import terms
from geo.action_plan import Definition
from geo.errors import NotFound
from geo.history.record import history
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot
from geo.why import COUNTED, OUTSIDE, why
from maps.compound_list import listed
from maps.reasons import FACT_KINDS, REASONS
from service.workspace import Workspace

PARTY: Final = ("unknown", "no", "yes")
_KINDS: Final = ("compound", "compound_shape", "service_status", "committee", "project", "company")


@once_a_snapshot
def _places(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Give the row of each compound, project, company and area by its code."""
    keys = {"compounds": "code", "projects": "code", "companies": "uscc", "areas": "code"}
    return {
        table: {code: row for row, code in enumerate(snapshot.column(table, key).tolist())}
        for table, key in keys.items()
    }


def row_of(snapshot: Snapshot, code: str) -> int:
    """Give the row of a compound.

    Raises
    ------
    NotFound
        When the snapshot has none of that code.
    """
    row = _places(snapshot)["compounds"].get(code)
    if row is None:
        raise NotFound(f"{snapshot.as_of} 没有小区 {code}。", "请核对小区编码与日期。")
    return row


def card(space: Workspace, snapshot: Snapshot, row: int, definition: Definition) -> dict[str, Any]:
    """Give the card of the compound in a row."""

    def take(name: str) -> Any:
        return snapshot.column("compounds", name)[row : row + 1].tolist()[0]

    reason = why(snapshot, row, definition)
    land = take("land_area_dm2")
    return {
        "snapshot": snapshot.id,
        "as_of": snapshot.as_of,
        "made_up": snapshot.made_up,
        "definition": definition.as_json(),
        "compound": next(listed(snapshot, [row], definition)),
        "delivered_on": take("delivered_on"),
        "demolished_on": take("demolished_on"),
        "urban": take("urban"),
        "land_area_m2": round(land / 100, 2) if land else None,
        "evidence": take("evidence"),
        "evidence_on": take("evidence_on"),
        "service_from": take("service_from"),
        "service_to": take("service_to"),
        "committee_filed_on": take("committee_filed_on"),
        "bbox": bbox_of(snapshot.geometry("compounds")[row]),
        "project": _project(snapshot, take("project")),
        "company": _company(snapshot, take("company")),
        "management_area": _area(snapshot, take("area"), take("area_share")),
        "in_denominator": reason not in OUTSIDE,
        "counted": reason in COUNTED,
        "reason": {"id": reason, "words": REASONS[reason]},
        "sources": _sources(space, snapshot, take("code")),
    }


def bbox_of(shapes: Any) -> tuple[float, ...] | None:
    """Give the box around a shape or shapes, or None when there is none."""
    box = shapely.total_bounds(shapes)
    if not np.isfinite(box).all():
        return None
    return tuple(round(float(side), 6) for side in box)


def _project(snapshot: Snapshot, code: str | None) -> dict[str, Any] | None:
    if code is None:
        return None
    at = _places(snapshot)["projects"].get(code)
    if at is None:
        empty = dict.fromkeys(("name", "contract_from", "contract_to", "active"))
        return {"code": code, **empty}
    row = _row(snapshot, "projects", at, ("name", "contract_from", "contract_to", "active"))
    return {"code": code, **row}


def _company(snapshot: Snapshot, uscc: str | None) -> dict[str, Any] | None:
    at = _places(snapshot)["companies"].get(uscc) if uscc else None
    if uscc is None or at is None:
        return None
    row = _row(snapshot, "companies", at, ("name", "kind", "stars", "party", "party_form",
                                          "instructor"))  # fmt: skip
    return {"uscc": uscc, **company_words(row)}


def company_words(row: dict[str, Any]) -> dict[str, Any]:
    """Give a company's codes as words."""
    return {
        "name": row["name"],
        "kind": terms.COMPANY_KINDS[row["kind"]],
        "stars": row["stars"] or None,
        "party": PARTY[row["party"]],
        "party_form": terms.PARTY_FORMS[row["party_form"]],
        "instructor": PARTY[row["instructor"]],
    }


def _area(snapshot: Snapshot, code: str | None, share: float) -> dict[str, Any] | None:
    if code is None:
        return None
    at = _places(snapshot)["areas"].get(code)
    name = None if at is None else snapshot.column("areas", "name")[at]
    return {"code": code, "name": name, "share": None if np.isnan(share) else round(share, 4)}


def _row(snapshot: Snapshot, table: str, at: int, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: snapshot.column(table, name)[at : at + 1].tolist()[0] for name in names}


def _sources(space: Workspace, snapshot: Snapshot, code: str) -> list[dict[str, Any]]:
    """Give where each kind of fact that holds in the snapshot was read."""
    known = max(row["known_change"] for row in space.snapshots.listed() if row["id"] == snapshot.id)
    return [
        {"kind": fact.kind, "words": FACT_KINDS[fact.kind], "source": fact.source}
        for fact in history(space.register, code)
        if fact.kind in _KINDS and fact.shows(snapshot.as_of, known)
    ]
