"""Search: divisions, compounds and projects by what people type."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Response

from geo.search import Hit, search
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot
from maps.places import divisions, path_of
from service.cards import bbox_of
from service.dependencies import NOT_MODIFIED, AskedOf, SnapshotOf
from service.errors import problems
from service.routes.divisions import head
from service.schemas.compounds import Hits

router = APIRouter(tags=["search"])

_LEVELS = ("community", "street", "county", "prefecture", "province")
_PLACEHOLDER = 1 << FLAGS.index("placeholder")


@router.get(
    "/search",
    summary="查找 / Search",
    response_model=Hits,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def find(
    snapshot: SnapshotOf,
    asked: AskedOf,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=60,
            description="名称、别名、编码、拼音或首字母。Name, alias, code, pinyin or initials.",
            openapi_examples={
                "名称": {"summary": "名称 / a name", "value": "五华"},
                "首字母": {"summary": "首字母 / initials", "value": "whq"},
            },
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Find divisions, compounds and projects; the best first."""

    def make() -> dict[str, Any]:
        hits = search(snapshot, q)
        return {
            **head(snapshot),
            "items": [_words(snapshot, hit) for hit in hits[:limit]],
            "total": len(hits),
        }

    return asked.answer(Hits, make)


def _words(snapshot: Snapshot, hit: Hit) -> dict[str, Any]:
    place: dict[str, Any]
    if hit.kind == "division":
        own = divisions(snapshot)[int(hit.code)]
        place = {"home": own.code, "point": own.point, "bbox": own.bbox, "placeholder": False}
    elif hit.kind == "compound":
        place = _compound(snapshot, hit.row)
    else:
        place = _project(snapshot, hit)
    home = place.pop("home")
    path = [] if home is None else [item.name for item in path_of(snapshot, home)]
    if hit.kind == "division":
        path = path[:-1]
    return {"kind": hit.kind, "code": hit.code, "name": hit.name, "path": path, **place}


def _home(snapshot: Snapshot, table: str, row: int) -> int | None:
    codes = (int(snapshot.column(table, level)[row]) for level in _LEVELS)
    return next((code for code in codes if code in snapshot.division_names), None)


def _compound(snapshot: Snapshot, row: int) -> dict[str, Any]:
    x, y = (float(snapshot.column("compounds", axis)[row]) for axis in ("x", "y"))
    return {
        "home": _home(snapshot, "compounds", row),
        "point": None if np.isnan(x) else (round(x, 6), round(y, 6)),
        "bbox": bbox_of(snapshot.geometry("compounds")[row]),
        "placeholder": bool(snapshot.column("compounds", "flags")[row] & _PLACEHOLDER),
    }


def _project(snapshot: Snapshot, hit: Hit) -> dict[str, Any]:
    """Place a project at the largest compound that it serves."""
    served = np.flatnonzero(snapshot.column("compounds", "project") == hit.code)
    home = _home(snapshot, "projects", hit.row)
    if not len(served):
        return {"home": home, "point": None, "bbox": None, "placeholder": False}
    area = snapshot.column("compounds", "floor_area_dm2")[served]
    place = _compound(snapshot, int(served[int(np.argmax(area))]))
    box = bbox_of(snapshot.geometry("compounds")[served])
    return {**place, "home": home or place["home"], "bbox": box}
