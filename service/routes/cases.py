"""Takeover cases: opened from a plan, taken through their gates."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from geo.cases.opening import Wanted, open_cases, wanted_of
from geo.cases.reading import get, listed
from geo.cases.stepping import record
from geo.errors import StepRefused, UsageError
from geo.takeover.plan import saved
from service.dependencies import DivisionOf, WorkspaceOf
from service.errors import problems
from service.options import day
from service.paging import CursorOf, LimitOf, page_of
from service.plans.asked import Body, Code, Text
from service.plans.steps import as_answer
from service.schemas.common import Day
from service.schemas.plans import CaseAnswer, CaseList

router = APIRouter(tags=["cases"])

MOST: Final = 2**62

CaseOf = Annotated[int, Path(description="案件编号。The case's number.", ge=1, le=MOST)]
CaseState = Literal[
    "建议", "街道受理", "企业意愿", "征求意见", "表决", "合同", "承接查验", "进场", "否决", "搁置",
]  # fmt: skip
CaseStep = Literal[
    "街道受理", "企业意愿", "征求意见", "表决", "合同", "承接查验", "进场", "否决", "搁置", "恢复",
]  # fmt: skip


class CaseAsk(Body):
    """A case to be opened: a plan's suggestion, or a compound and a host that somebody names."""

    plan: Annotated[str | None, Field(pattern=r"^[0-9a-f]{6,64}$")] = None
    compound: Code = Field(examples=["C001"])
    project: Code | None = Field(
        default=None, description="承接项目；有方案时不写。The host, where there is no plan."
    )
    at: Day | None = Field(default=None, description="日期；默认今天。Default: today.")
    evidence: Annotated[Text | None, Field(max_length=500)] = None


class StepAsk(Body):
    """A step that a case takes; see the case's ``open`` for what it needs."""

    state: CaseStep
    reason: Annotated[Text | None, Field(max_length=500)] = None
    evidence: Annotated[Text | None, Field(max_length=500, examples=["昆建物〔2026〕12号"])] = None
    at: Day | None = Field(
        default=None, description="办成的日期；默认今天。The day on which it came about."
    )
    figures: dict[
        Annotated[Text, Field(max_length=40)],
        Annotated[Text, Field(max_length=60)] | bool | int | float | None,
    ] = Field(default_factory=dict, max_length=12)


@router.get("/cases", summary="接管案件 / Takeover cases", responses=problems(400))
def cases(
    space: WorkspaceOf,
    division: DivisionOf = None,
    state: Annotated[CaseState | None, Query(description="只列某一状态。Of a state only.")] = None,
    limit: LimitOf = 50,
    cursor: CursorOf = None,
) -> CaseList:
    """List cases by number: of a division and what is below it, in a state."""
    code = None if division is None else str(division)
    found = listed(space.register, division=code, state=state)
    page = page_of(found, limit, cursor, key=f"cases {code} {state}")
    return CaseList(
        items=[CaseAnswer.model_validate(as_answer(case)) for case in page.items],
        total=page.total,
        next=page.next,
    )


@router.post("/cases", summary="立案 / Open a case", status_code=201,
             responses=problems(400, 404, 409))  # fmt: skip
def open_case(space: WorkspaceOf, asked: CaseAsk) -> CaseAnswer:
    """Open a case for a compound; it has at most one that is not closed."""
    if (asked.plan is None) == (asked.project is None):
        raise UsageError("请给出方案，或给出承接项目。", "plan 与 project 只写其一。")
    if asked.plan is not None:
        wanted = wanted_of(_plan(space, asked.plan), [asked.compound])
    else:
        wanted = [Wanted(asked.compound, str(asked.project))]
    done = open_cases(
        space.register, wanted, author=space.settings.author, on=asked.at or day(None),
        today=day(None), evidence=asked.evidence,
    )  # fmt: skip
    if not done.numbers:
        raise StepRefused("；".join(done.refused.values()))
    return _answer(space, next(iter(done.numbers.values())))


def _plan(space: WorkspaceOf, name: str) -> dict[str, Any]:
    return space.solver.solved(name) or saved.load(space.register, name)


@router.get("/cases/{case}", summary="一件案件 / One case", responses=problems(404))
def case(space: WorkspaceOf, case: CaseOf) -> CaseAnswer:
    """Give a case, its steps, and those that are open."""
    return _answer(space, case)


@router.post("/cases/{case}/steps", summary="办理下一步 / Take a step",
             responses=problems(400, 404, 409))  # fmt: skip
def step(space: WorkspaceOf, case: CaseOf, asked: StepAsk) -> CaseAnswer:
    """Take a case a step further; a closed gate is a 409 that says what is missing."""
    record(
        space.register, case, asked.state, author=space.settings.author,
        on=asked.at or day(None), today=day(None), reason=asked.reason, evidence=asked.evidence,
        figures=asked.figures,
    )  # fmt: skip
    return _answer(space, case)


def _answer(space: WorkspaceOf, number: int) -> CaseAnswer:
    return CaseAnswer.model_validate(as_answer(get(space.register, number)))
