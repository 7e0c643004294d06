"""Coverage: the same figures as ``wuye coverage --json``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from geo.codes import level_below
from geo.coverage import Coverage, Row, coverage
from maps.figures import reader_text
from maps.places import box_of
from maps.style import class_of, share_classes
from maps.tiles.tags import tile_tags
from maps.words import definition_text
from service.dependencies import (
    NOT_MODIFIED,
    AskedOf,
    DefinitionOf,
    DivisionOf,
    IndicatorId,
    Level,
    SnapshotOf,
)
from service.errors import problems
from service.schemas.coverage import CoverageAnswer

router = APIRouter(tags=["figures"])

IndicatorOf = Annotated[IndicatorId, Query(description="指标。The indicator.")]
LevelOf = Annotated[
    Level | None,
    Query(
        description="列出哪一级；默认区划的下一级（未指明区划时为州市）。"
        "The level to list; by default the one below the division (prefectures without one)."
    ),
]
By = Annotated[
    Literal["company", "project"],
    Query(description="I3、I4 按企业（注册地）或项目（所在地）。Companies, or projects."),
]


@router.get(
    "/coverage",
    summary="按区划给出指标 / An indicator by division",
    response_model=CoverageAnswer,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def show_coverage(
    snapshot: SnapshotOf,
    definition: DefinitionOf,
    division: DivisionOf,
    asked: AskedOf,
    indicator: IndicatorOf = "I1",
    level: LevelOf = None,
    by: By = "company",
) -> Response:
    """Give an indicator by division: numerator, denominator, share, bounds, gap to the target."""
    listed = level_below(division) if level is None else level
    return asked.answer(
        CoverageAnswer,
        lambda: {
            **as_answer(coverage(snapshot, indicator, listed, definition, division, by=by)),
            "bbox": box_of(snapshot, division),
            "tile_tags": tile_tags(snapshot),
        },
    )


def as_answer(found: Coverage) -> dict[str, Any]:
    """Give CONTRACT's JSON, each row with its class and with what a reader sees."""
    return {
        **found.head(),
        "counts": definition_text(found.definition, found.indicator, found.unit),
        "rows": [row_words(row, found.unit) for row in found.rows],
        "total": row_words(found.total, found.unit),
    }


def row_words(row: Row, unit: str) -> dict[str, Any]:
    """Give a row of CONTRACT's JSON with its class and with what a reader sees."""
    per_unit = 100 if unit == "m2" else 1
    return {
        **row.as_json(per_unit),
        "class": class_of(row.numerator, row.denominator, share_classes(row.target)),
        "text": reader_text(row, unit, per_unit),
    }
