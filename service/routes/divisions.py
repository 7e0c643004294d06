"""Divisions: the tree, where each is, and where its name stands."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from geo.coverage import no_division, require_division
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps.places import Division as Found
from maps.places import divisions, path_of
from service.dependencies import (
    DIVISION_PATTERN,
    NOT_MODIFIED,
    AskedOf,
    Level,
    SnapshotOf,
)
from service.errors import problems
from service.options import division_code
from service.paging import CursorOf, LimitOf, page_of
from service.schemas.divisions import DivisionList, OneDivision

router = APIRouter(tags=["divisions"])


@router.get(
    "/divisions",
    summary="区划 / Divisions",
    response_model=DivisionList,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def list_divisions(
    snapshot: SnapshotOf,
    asked: AskedOf,
    level: Annotated[Level | None, Query(description="哪一级。Of this level.")] = None,
    parent: Annotated[
        str | None,
        Query(
            description="在哪个区划之下（各级）。Anywhere below this one.", pattern=DIVISION_PATTERN
        ),
    ] = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> Response:
    """List divisions valid on the date, top down and by code."""
    above = division_code(parent, "parent")
    require_division(snapshot, above)
    found = [
        item
        for item in divisions(snapshot).values()
        if (level is None or item.level == level)
        and (above is None or (item.code != above and str(item.code).startswith(str(above))))
    ]
    page = page_of(found, limit, cursor, f"{snapshot.id} divisions {level} {above}")
    return asked.answer(
        DivisionList,
        lambda: {
            **head(snapshot),
            "items": [_words(item) for item in page.items],
            "total": page.total,
            "next": page.next,
        },
    )


@router.get(
    "/divisions/{code}",
    summary="一个区划 / One division",
    response_model=OneDivision,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def one_division(
    snapshot: SnapshotOf, asked: AskedOf, code: Annotated[str, Path(pattern=DIVISION_PATTERN)]
) -> Response:
    """Give a division with those above it and the levels below it."""
    wanted = division_code(code, "code")
    known = divisions(snapshot)
    own = known.get(wanted) if wanted else None
    if own is None:
        raise no_division(snapshot, wanted)
    below = {item.level for item in known.values() if str(item.code).startswith(str(own.code))}
    return asked.answer(
        OneDivision,
        lambda: {
            **head(snapshot),
            "division": _words(own),
            "path": [_words(item) for item in path_of(snapshot, own.code)],
            "levels": [level for level in LEVELS if level in below - {own.level}],
        },
    )


def head(snapshot: Snapshot) -> dict[str, Any]:
    """Give the head of an answer that is made from a snapshot."""
    return {"snapshot": snapshot.id, "as_of": snapshot.as_of, "made_up": snapshot.made_up}


def _words(item: Found) -> dict[str, Any]:
    return {
        "code": str(item.code),
        "name": item.name,
        "level": item.level,
        "parent": None if item.parent is None else str(item.parent),
        "bbox": item.bbox,
        "point": item.point,
    }
