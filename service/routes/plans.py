"""Takeover plans: made at once, made by a job and kept, compared, drawn, as files."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse

from geo.action_plan import Definition, action_plan
from geo.snapshot.file import Snapshot
from geo.takeover.plan import saved
from maps.words import definition_text, file_mark
from service.asking_work import ask, long_work
from service.dependencies import DivisionOf, WorkspaceOf
from service.errors import problems
from service.paging import CursorOf, LimitOf, page_of
from service.plans.asked import JobAsk, PlanAsk
from service.plans.drawn import lines
from service.plans.files import written
from service.plans.options import options
from service.plans.solving import Solver
from service.schemas.jobs import Asked
from service.schemas.plans import (
    DifferenceAnswer,
    KeptPlan,
    Lines,
    PlanList,
    PlanOptions,
    PlanWords,
    Solved,
)
from service.workspace import Workspace

router = APIRouter(tags=["plans"])

PLAN: Final = r"^[0-9a-f]{6,64}$"
PlanOf = Annotated[
    str,
    Path(
        description="方案编号，或足以区分的开头。A plan's id, or enough of its beginning.",
        pattern=PLAN,
        examples=["a5421f1b0951"],
    ),
]
FILES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "json": "application/json",
}


@router.get("/plans/options", summary="方案可选的条件 / What a plan can be asked for",
            responses=problems())  # fmt: skip
def plan_options() -> PlanOptions:
    """Give aims, limits with unit, default and meaning, and kinds of decisions."""
    return PlanOptions.model_validate(options())


@router.post("/plans/solve", summary="立即求解，不保存 / A plan now, not kept",
             responses=problems(400, 404))  # fmt: skip
def solve(space: WorkspaceOf, asked: PlanAsk) -> Solved:
    """Make a plan; with ``base``, say what it does otherwise."""
    request = asked.request()
    request.check()
    base = None if asked.base is None else _base(space, asked.base)
    snapshot = _snapshot(space, asked, base)
    plan, digest = space.solver.solve(snapshot, request)
    difference = None if base is None else saved.compare(base, plan).as_json()
    return Solved.model_validate(
        {"plan": plan, "digest": digest, "difference": difference, "lines": lines(plan),
         "counts": _counts(request.definition)}
    )  # fmt: skip


def _counts(definition: Definition) -> tuple[str, str]:
    """Say what a plan's shares count, as the plan itself says it, and in English."""
    return definition.describe(), definition_text(definition, action_plan().indicator("I1"))[1]


def _base(space: Workspace, name: str) -> dict[str, Any]:
    solver: Solver = space.solver
    return solver.solved(name) or saved.load(space.register, name)


def _snapshot(space: Workspace, asked: PlanAsk, base: dict[str, Any] | None = None) -> Snapshot:
    """Open the snapshot asked for: by id, by date, the base's, or the newest."""
    if asked.snapshot is not None:
        return space.opened.open(asked.snapshot)
    if asked.as_of is None and base is not None:
        return space.opened.open(base["snapshot"])
    return space.opened.newest() if asked.as_of is None else space.opened.get(asked.as_of)


@router.post("/plans", summary="求解并保存 / A plan by a job, kept", status_code=202,
             responses=long_work(400, 404))  # fmt: skip
def keep(space: WorkspaceOf, response: Response, asked: JobAsk) -> Asked:
    """Ask for a plan; the job's ``result`` names it."""
    asked.request().check()
    snapshot = _snapshot(space, asked)
    words = asked.model_dump(mode="json", exclude={"snapshot", "as_of", "base"})
    return ask(space, response, "plan", {"ask": words, "snapshot": snapshot.id})


@router.get("/plans", summary="已存的方案 / Kept plans", responses=problems(400))
def plans(
    space: WorkspaceOf, division: DivisionOf = None, limit: LimitOf = 50, cursor: CursorOf = None
) -> PlanList:
    """List kept plans of a division and what is below it, newest first."""
    code = None if division is None else str(division)
    rows = saved.listed(space.register, division=code)
    page = page_of(rows, limit, cursor, key=f"plans {code}")
    return PlanList(
        items=[KeptPlan.model_validate(row) for row in page.items],
        total=page.total,
        next=page.next,
    )


@router.get(
    "/plans/{plan}.{suffix}",
    summary="方案文件 / A plan as a file",
    responses={200: {"content": {media: {} for media in FILES.values()}}, **problems(404)},
    response_class=FileResponse,
)
def plan_file(
    space: WorkspaceOf, plan: PlanOf, suffix: Literal["xlsx", "gpkg", "json"]
) -> FileResponse:
    """Give a kept plan as a workbook, a GeoPackage with lines, or JSON."""
    found = saved.load(space.register, plan)
    path = written(space.home / "plans", space.snapshots, found, f".{suffix}")
    mark = file_mark(made_up=space.register.has_made_up())
    name = f"{mark}wuye-plan-{re.sub('[^0-9a-f]', '', str(found['plan']))[:12]}.{suffix}"
    return FileResponse(path, media_type=FILES[suffix], filename=name)


@router.get("/plans/{plan}", summary="一个方案 / One plan", responses=problems(404))
def plan(space: WorkspaceOf, plan: PlanOf) -> PlanWords:
    """Give a kept plan whole."""
    return PlanWords.model_validate(saved.load(space.register, plan))


@router.get("/plans/{plan}/lines", summary="方案的连线 / A plan's lines", responses=problems(404))
def plan_lines(space: WorkspaceOf, plan: PlanOf) -> Lines:
    """Give a kept plan's suggestions as lines from host to compound."""
    return Lines.model_validate(lines(saved.load(space.register, plan)))


@router.get("/plans/{plan}/difference/{other}", summary="两个方案之差 / Two plans compared",
            responses=problems(404))  # fmt: skip
def difference(
    space: WorkspaceOf, plan: PlanOf, other: Annotated[str, Path(pattern=PLAN)]
) -> DifferenceAnswer:
    """Say what the second plan does otherwise; either may have been solved and not kept."""
    before, after = _base(space, plan), _base(space, other)
    return DifferenceAnswer.model_validate(saved.compare(before, after).as_json())
