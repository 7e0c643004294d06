"""Names that wait for a decision, both sides with their place, for somebody to look at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import shapely

from geo.intake.match.proposals import Proposal, propose
from geo.intake.match.queue import Waiting, waiting
from geo.register.store import Register

ROW, PAIR = "row-", "pair-"

_SHAPES: Final = (
    "select distinct on (code) code, st_asbinary(geom) as wkb from compound_shape"
    " where upper_inf(known) and code = any(%s) order by code, lower(valid) desc nulls last"
)
_DIVISIONS: Final = (
    "select distinct on (code) code, division from compound where upper_inf(known)"
    " and code = any(%s) order by code, lower(valid) desc nulls last"
)


def matches(register: Register, kind: str | None, division: str | None) -> list[dict[str, Any]]:
    """List what waits: rows held back by number, then pairs that the register proposes.

    Pairs that would be joined by themselves (``wuye match auto``) are among them.

    Raises
    ------
    NotFound
        When `division` is no division of the register.
    """
    found = []
    if kind in {None, "row"}:
        found += [_row(item) for item in waiting(register, division) if item.candidates]
    if kind in {None, "pair"}:
        found += [_pair(item) for item in propose(register, division)]
    return found


def _row(item: Waiting) -> dict[str, Any]:
    shape = None if item.row.shape is None else shapely.from_wkb(item.row.shape)
    return {
        "id": f"{ROW}{item.row.id}",
        "kind": "row",
        "verdict": None,
        "file": item.row.file,
        "sheet": item.row.sheet,
        "row": item.row.row,
        "side": {"code": None, "name": item.name, "division": item.row.access_division,
                 **_place(shape)},
        "candidates": [_candidate(words) for words in item.candidates],
    }  # fmt: skip


def _pair(item: Proposal) -> dict[str, Any]:
    words = item.as_json()
    return {
        "id": f"{PAIR}{item.subject.key}",
        "kind": "pair",
        "verdict": item.verdict,
        "file": None,
        "sheet": None,
        "row": None,
        "side": {"code": item.subject.key, "name": item.subject.shown,
                 "division": item.subject.division, **_place(None)},
        "candidates": [_candidate(one) for one in words["candidates"]],
    }  # fmt: skip


def _candidate(words: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": str(words["code"]),
        "name": words.get("name"),
        "division": words.get("division"),
        "score": words.get("score"),
        "reasons": [str(reason) for reason in words.get("reasons", [])],
        **_place(None),
    }


def placed(register: Register, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the places of the register's compounds to a page of matches."""
    sides = [side for match in found for side in (match["side"], *match["candidates"])]
    codes = sorted({side["code"] for side in sides if side["code"]})
    with register.connect() as connection:
        shapes = {
            row["code"]: shapely.from_wkb(bytes(row["wkb"]))
            for row in connection.execute(_SHAPES, [codes]).fetchall()
        }
        divisions = {
            row["code"]: row["division"]
            for row in connection.execute(_DIVISIONS, [codes]).fetchall()
        }
        wanted = [side for side in sides if side["code"] not in shapes and side["point"] is None]
        points = _points(
            connection,
            {
                code
                for side in wanted
                if (code := side["division"] or divisions.get(side["code"])) is not None
            },
        )
    for side in sides:
        side["division"] = side["division"] or divisions.get(side["code"])
        if side["code"] in shapes:
            side.update(_place(shapes[side["code"]]))
        elif side["point"] is None:
            side["point"] = points.get(side["division"])
    return found


def _points(connection: Any, codes: Iterable[str]) -> dict[str, list[float]]:
    """Give a point in each division, or in the smallest above it that has an outline."""
    rows = connection.execute(
        "select distinct on (w.code) w.code, st_x(p) as x, st_y(p) as y from"
        " unnest(%s::text[]) as w(code) join division d on upper_inf(d.known)"
        " and d.geom is not null and starts_with(w.code, d.code),"
        " lateral (select st_pointonsurface(d.geom) as p) as l"
        " order by w.code, length(d.code) desc, lower(d.valid) desc nulls last",
        [sorted(codes)],
    ).fetchall()
    return {row["code"]: [round(row["x"], 6), round(row["y"], 6)] for row in rows}


def _place(shape: Any) -> dict[str, Any]:
    if shape is None or shape.is_empty:
        return {"point": None, "shape": None}
    inside = shapely.point_on_surface(shapely.force_2d(shape))
    drawn = shapely.set_precision(shapely.force_2d(shape), 1e-6, mode="pointwise")
    return {
        "point": [round(inside.x, 6), round(inside.y, 6)],
        "shape": json.loads(shapely.to_geojson(drawn)),
    }
