"""Figures over dates, taken apart, and set against each other."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from geo.action_plan import action_plan
from geo.changes import Change, changes
from geo.codes import level_below, level_of
from geo.compare import KINDS, REASONS, compare
from geo.coverage import coverage, is_known, require_division
from geo.errors import NotFound
from geo.gap import Gap, Part, gap
from geo.series import Step, period_ends, required_path
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import EARLIEST, LATEST
from maps.style import STATES, Words
from maps.words import amount_text, definition_text, share_text
from service.asking_work import ask, long_work
from service.dependencies import (
    NOT_MODIFIED,
    WHOLE_ID,
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
from service.options import day
from service.routes.coverage import By, IndicatorOf, LevelOf, as_answer, row_words
from service.routes.divisions import head
from service.schemas.common import Answer, Day
from service.schemas.figures import ChangesAnswer, Compare, Series
from service.schemas.figures import Gap as GapAnswer
from service.schemas.jobs import Asked as JobAsked
from service.workspace import Workspace

router = APIRouter(tags=["figures"])

PATH_NOTE: Final[Words] = (
    "规划参照线：自首点直线至到期日的目标；行动方案没有逐年目标",
    "a planning line, straight to the target on its due date: the plan has no yearly targets",
)
PART_WORDS: Final[dict[str, Words]] = {
    **{state.id: state.label for state in STATES},
    "uncovered": ("未覆盖", "not covered"),
    "old": ("老旧小区", "old compounds"),
    "newer": ("其他小区", "newer compounds"),
    "given": ("填报面积", "area given"),
    "imputed": ("推算面积", "area estimated"),
}
NOT_KNOWN: Final[dict[str, Words]] = {
    "by_age": ("建成年份不明", "year not known"),
    "by_area": ("面积不明", "area not known"),
}
REASON_WORDS: Final[dict[str, Words]] = {
    "entered": (REASONS["entered"], "entered the count"),
    "left": (REASONS["left"], "left the count"),
    "gained": (REASONS["gained"], "newly covered"),
    "lost": (REASONS["lost"], "no longer covered"),
    "amount": (REASONS["amount"], "amount corrected"),
}
KIND_WORDS: Final[dict[str, Words]] = {
    "real": (KINDS["real"], "real change"),
    "reclassified": (KINDS["reclassified"], "known otherwise"),
    "denominator": (KINDS["denominator"], "changed denominator"),
}
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
DATED_OR_ID: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9a-f]{6,64})$"


@router.get(
    "/coverage/series",
    summary="指标随时间 / An indicator over dates",
    response_model=Series,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def show_series(
    request: Request,
    space: WorkspaceOf,
    definition: DefinitionOf,
    division: DivisionOf,
    first: Annotated[str, Query(alias="from", examples=["2023-12-31"])] = "2023-12-31",
    last: Annotated[str, Query(alias="to", examples=["2025-12-31"])] = "2025-12-31",
    step: Annotated[Step, Query(description="每月、每季或每年最后一天。")] = "quarter",
    indicator: IndicatorOf = "I1",
    by: By = "company",
) -> Response:
    """Give the whole's figure on the last day of each period, for dates that have a snapshot."""
    days = period_ends(day(first, "from"), day(last, "to"), step)
    known = space.opened.last_change.number()
    made = {at: found for at in days if (found := space.opened.made(at, known)) is not None}
    shown = _with_division(space, made, division)
    tag = tag_of(request, *made.values())
    asked = unless_known(request, Asked(space, f"{tag}-{known}", forever=False, snapshot_id=None))
    level = "province" if division is None else level_of(str(division))
    chosen = action_plan().indicator(indicator)

    def make() -> dict[str, Any]:
        points = []
        for at, found in shown.items():
            answer = as_answer(coverage(found, indicator, level, definition, division, by))
            points.append(
                {
                    "as_of": at,
                    "snapshot": found.id,
                    "made_up": found.made_up,
                    "row": answer["total"],
                    "unit": answer["unit"],
                }
            )
        unit = points[-1].pop("unit") if points else chosen.unit
        for point in points[:-1]:
            del point["unit"]
        return {
            "indicator": chosen.id,
            "name": chosen.name,
            "unit": unit,
            "target": float(chosen.target),
            "definition": definition.as_json(),
            "known_change": known,
            "made_up": any(found.made_up for found in made.values()),
            "step": step,
            "points": points,
            "missing": [at for at in days if at not in made],
            "required": _required(points, float(chosen.target), chosen.due, days),
        }

    return asked.answer(Series, make)


def _with_division(
    space: Workspace, made: dict[dt.date, Snapshot], division: int | None
) -> dict[dt.date, Snapshot]:
    """Leave out the dates on which a division is not valid: a new one has no figure before it.

    Raises
    ------
    NotFound
        When it is valid on none of them, or the register has no such division.
    """
    if division is None:
        return made
    shown = {at: found for at, found in made.items() if is_known(found, division)}
    if not shown:
        if made:
            require_division(made[max(made)], division)
        elif not space.snapshots.register.has_division(str(division)):
            raise NotFound(f"登记库中没有区划 {division}。", "请核对代码，或先导入区划。")
    return shown


class SeriesAsk(Answer):
    """Which snapshots a series needs."""

    first: Day = Field(alias="from", ge=EARLIEST, le=LATEST, examples=["2023-12-31"])
    last: Day = Field(alias="to", ge=EARLIEST, le=LATEST, examples=["2025-12-31"])
    step: Step = "quarter"


@router.post(
    "/coverage/series",
    summary="补齐各期快照 / Build what a series lacks",
    responses=long_work(400, 403, 415),
    status_code=202,
)
def build_series(space: WorkspaceOf, response: Response, wanted: SeriesAsk) -> JobAsked:
    """Ask for the job that builds the snapshots that a series lacks."""
    known = space.opened.last_change.number()
    listed = period_ends(wanted.first, wanted.last, wanted.step)
    missing = [at.isoformat() for at in listed if space.opened.made(at, known) is None]
    return ask(space, response, "series", {"dates": missing})


def _required(
    points: list[dict[str, Any]], target: float, due: str, days: list[dt.date]
) -> dict[str, Any] | None:
    start = next((point for point in points if point["row"]["share"] is not None), None)
    if start is None:
        return None
    until = dt.date.fromisoformat(due)
    path = required_path((start["as_of"], start["row"]["share"]), target, until, days)
    return {
        "note": PATH_NOTE,
        "due": until,
        "points": [{"as_of": at, "share": share} for at, share in path],
    }


@router.get(
    "/coverage/gap",
    summary="缺口的构成 / The gap taken apart",
    response_model=GapAnswer,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def show_gap(
    snapshot: SnapshotOf, definition: DefinitionOf, division: DivisionOf, asked: AskedOf
) -> Response:
    """Cut what is not covered by state of service, by age and by where its area is known from."""
    states = {state.id: state.modes for state in STATES}
    return asked.answer(
        GapAnswer,
        lambda: (
            _gap(snapshot, gap(snapshot, definition, division, states))
            | {"definition": definition.as_json()}
        ),
    )


def _gap(snapshot: Snapshot, found: Gap) -> dict[str, Any]:
    per_unit = 100 if found.unit == "m2" else 1

    def part(item: Part, cut: str = "") -> dict[str, Any]:
        name = NOT_KNOWN.get(cut, PART_WORDS["unknown"]) if item.id == "unknown" else None
        return {
            "id": item.id,
            "name": name or PART_WORDS[item.id],
            "compounds": item.compounds,
            "amount": round(item.amount / per_unit, 2),
            "amount_text": amount_text(item.amount, found.unit, per_unit),
            "floor_area_m2": round(item.floor_area_dm2 / 100, 2),
            "points": item.points,
        }

    return {
        **head(snapshot),
        "indicator": "I1",
        "unit": found.unit,
        "target_note": action_plan().scope_note,
        "total": row_words(found.total, found.unit),
        "uncovered": part(found.uncovered),
        **{
            cut: [part(item, cut) for item in getattr(found, cut)]
            for cut in ("by_state", "by_age", "by_area")
        },
    }


def pair(space: Workspace, text: str, name: str) -> Snapshot:
    """Open one of two snapshots: by date, or by its id."""
    if _DATE.fullmatch(text):
        return space.opened.get(day(text, name))
    return space.opened.open(text)


Which = Annotated[
    str,
    Query(
        description="快照编号或日期。A snapshot's id, or a date.",
        pattern=DATED_OR_ID,
        examples=["2024-12-31"],
    ),
]


def two(
    request: Request, space: WorkspaceOf, before: Which, after: Which
) -> tuple[Snapshot, Snapshot, Asked]:
    """Open the two snapshots of a question, and mark its answer."""
    old, new = pair(space, before, "before"), pair(space, after, "after")
    request.state.snapshot_id = new.id
    forever = len(before) == len(after) == WHOLE_ID
    tag = tag_of(request, old, new)
    return old, new, unless_known(request, Asked(space, tag, forever, new.id))


TwoOf = Annotated[tuple[Snapshot, Snapshot, Asked], Depends(two)]
LISTED_MOST: Final = 500


@router.get(
    "/coverage/compare",
    summary="变化由哪些小区造成 / What moved a share",
    response_model=Compare,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def show_compare(
    pair: TwoOf,
    definition: DefinitionOf,
    division: DivisionOf,
    indicator: IndicatorOf = "I1",
    by: By = "company",
    limit: Annotated[int, Query(ge=1, le=LISTED_MOST, description="列出多少个。")] = 100,
) -> Response:
    """Give what moved a share between two snapshots; contributors sum to the change."""
    before, after, asked = pair

    def make() -> dict[str, Any]:
        found = compare(before, after, indicator, definition, division, by)
        words = found.as_json()
        total = len(words["contributors"])
        return {
            **words,
            "counts": definition_text(definition, action_plan().indicator(indicator), found.unit),
            "contributors": words["contributors"][:limit],
            "contributors_total": total,
            "made_up": before.made_up or after.made_up,
            "reasons": REASON_WORDS,
            "kinds": KIND_WORDS,
        }

    return asked.answer(Compare, make)


@router.get(
    "/coverage/changes",
    summary="各区划升降 / Who moved",
    response_model=ChangesAnswer,
    responses={**NOT_MODIFIED, **problems(400, 404)},
)
def show_changes(
    pair: TwoOf,
    definition: DefinitionOf,
    division: DivisionOf,
    indicator: IndicatorOf = "I1",
    level: LevelOf = None,
    by: By = "company",
) -> Response:
    """Give each division's share before and after, its change in points, and its ranks."""
    before, after, asked = pair
    listed = level_below(division) if level is None else level

    def make() -> dict[str, Any]:
        found = changes(before, after, indicator, listed, definition, division, by)
        return {
            "before": before.id,
            "after": after.id,
            "as_of_before": before.as_of,
            "as_of_after": after.as_of,
            "made_up": before.made_up or after.made_up,
            "indicator": found.after.indicator.id,
            "unit": found.after.unit,
            "level": listed,
            "definition": definition.as_json(),
            "counts": definition_text(definition, found.after.indicator, found.after.unit),
            "target_note": action_plan().scope_note,
            "rows": [_change(row) for row in found.rows],
            "total": _change(found.total),
        }

    return asked.answer(ChangesAnswer, make)


def _change(item: Change) -> dict[str, Any]:
    return {
        "division": None if item.division is None else str(item.division),
        "name": item.name,
        "share_before": None if item.before is None else item.before.share,
        "share_after": None if item.after is None else item.after.share,
        "text_before": _text(item.before),
        "text_after": _text(item.after),
        "change_points": item.change_points,
        "rank_before": item.rank_before,
        "rank_after": item.rank_after,
    }


def _text(row: Any) -> str | None:
    if row is None or not row.denominator:
        return None
    return share_text(row.numerator, row.denominator, row.target)
