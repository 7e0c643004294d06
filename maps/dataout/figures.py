"""Divisions with their figures under a definition: a layer a level, every indicator beside another.

The figures are those of `geo.coverage`, the classes those of `maps.style`; none is computed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from geo.action_plan import Definition, action_plan
from geo.codes import LEVEL_WIDTH, level_of
from geo.coverage import Coverage, Row, coverage
from geo.snapshot.file import Array, Snapshot
from geo.terms import LEVELS
from maps import words
from maps.dataout.fields import PLACE, Field, figure_fields
from maps.style import class_of, share_classes

LEVEL_NAMES: Final = {
    "province": "省", "prefecture": "州市", "county": "县区", "street": "街道", "community": "社区",
}  # fmt: skip

MET: Final = {"yes": "达标", "no": "未达标", "undetermined": "待核实", None: None}

Made = tuple[str, str, tuple[Field, ...], dict[str, list[Any]], Array]


def division_layers(
    snapshot: Snapshot,
    definition: Definition,
    division: int | None,
    levels: tuple[str, ...] = LEVELS,
) -> Iterator[Made]:
    """Give name, title, fields, columns and shapes of each level from the division's own down.

    A row of kind ``outside`` (without code or shape) has what lies in none of a level's divisions,
    so that a layer's sums are the whole's.
    """
    own = LEVELS.index(level_of(str(division))) if division is not None else 0
    outlines = dict(
        zip(
            snapshot.column("divisions", "code").tolist(),
            snapshot.geometry("divisions"),
            strict=True,
        )
    )
    fields = (*PLACE, *figure_fields())
    for level in LEVELS[own:]:
        if level not in levels:
            continue
        covers = [
            coverage(snapshot, key, level, definition, division) for key in action_plan().indicators
        ]
        codes = [row.division for row in covers[0].rows if row.division is not None]
        if not codes:
            continue
        listed: list[int | None] = [*codes]
        if any(row.division is None for cover in covers for row in cover.rows):
            listed.append(None)
        columns = _place_columns(snapshot, level, division, listed)
        for cover in covers:
            columns |= _figure_columns(cover, listed)
        shapes = np.full(len(listed), None, object)
        shapes[:] = [outlines.get(code) if code is not None else None for code in listed]
        title = f"区划指标（{LEVEL_NAMES[level]}）"
        yield f"divisions_{level}", title, fields, columns, shapes


def _place_columns(
    snapshot: Snapshot, level: str, division: int | None, listed: list[int | None]
) -> dict[str, list[Any]]:
    above = LEVELS[LEVELS.index(level) - 1] if level != LEVELS[0] else None
    parents = [
        str(code)[: LEVEL_WIDTH[above]]
        if above
        else None
        if code is not None
        else (None if division is None else str(division))
        for code in listed
    ]
    return {
        "code": [None if code is None else str(code) for code in listed],
        "name": ["未落入下级区划" if code is None else snapshot.name_of(code) for code in listed],
        "level": [LEVEL_NAMES[level]] * len(listed),
        "parent": parents,
        "kind": ["outside" if code is None else "division" for code in listed],
    }


def _figure_columns(cover: Coverage, listed: list[int | None]) -> dict[str, list[Any]]:
    classes = share_classes(cover.indicator.target)
    key = cover.indicator.id.lower()
    by_code = {row.division: row for row in cover.rows}
    per = cover.per_unit

    def figure(row: Row | None) -> dict[str, Any]:
        if row is None:  # nothing of this indicator lies outside
            return dict.fromkeys(
                ("share", "high", "text", "met", "gap_points", "class"), None
            ) | {"numerator": 0.0, "denominator": 0.0, "unknown": 0.0, "gap_amount": 0.0,
                 "target": float(cover.indicator.target)}  # fmt: skip
        text = None
        if row.denominator:
            text = words.share_text(row.numerator, row.denominator, row.target)
        return {
            "numerator": row.numerator / per, "denominator": row.denominator / per,
            "unknown": row.unknown / per, "share": row.share, "high": row.high, "text": text,
            "target": float(row.target), "met": MET[row.met], "gap_points": row.gap_points,
            "gap_amount": float(row.gap_amount),
            "class": class_of(row.numerator, row.denominator, classes),
        }  # fmt: skip

    figures = [figure(by_code.get(code)) for code in listed]
    return {f"{key}_{name}": [found[name] for found in figures] for name in figures[0]}
