"""``wuye plan …``: takeovers that bring a division to its target, argued with and made again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from geo.shares import percent_text
from geo.takeover.plan import saved
from geo.takeover.plan.conditions import Conditions
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.field import Field
from geo.takeover.plan.frontier import Point, frontier
from geo.takeover.plan.make import plan_on
from geo.takeover.plan.paper import Plan
from geo.takeover.plan.request import Request
from geo.takeover.plan.whatif import Answer, WhatIf, made_again
from maps.plan_files import SUFFIXES, check_suffix, write_plan
from service.commands import plans
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    definition_of,
    division_code,
    share,
    snapshot_asked,
)
from service.output import out, print_json, table
from service.plan_options import aim_of, fen, limited
from service.scheduler import solving_executor
from service.settings import Settings
from service.workspace import Workspace

MOST_LISTED = 30

app = typer.Typer(
    invoke_without_command=True,
    help="由周边在管项目接管老旧小区：求方案、逐条说明理由、假设与比较。",
)
app.command("list", help="列出已存的方案，新的在前。")(plans.list_)
app.command("show", help="一个方案：结论与各条建议。")(plans.show)
app.command("compare", help="比较两个方案：新增、去掉、换了承接项目的，目标相差多少。")(
    plans.compare
)

Goal = Annotated[
    str | None,
    typer.Option(
        "--goal",
        help="fewest 最少接管数、cheapest 最少费用、area 面积最多、households 户数最多、"
        "need 优先老而大的、fair 各下级区划中最低的比率尽量高。",
    ),
]
Target = Annotated[str | None, typer.Option("--target", help="目标比率；默认 0.9。")]
EachChild = Annotated[
    str | None, typer.Option("--each-child-target", help="每个下级区划也要达到的比率。")
]
Level = Annotated[
    str | None, typer.Option("--child-level", help="下级取哪一层，如 street；默认下一层。")
]
Budget = Annotated[float | None, typer.Option("--budget", help="费用上限（元，按假设测算）。")]
TimeLimit = Annotated[float | None, typer.Option("--time-limit", help="求解时间上限（秒）。")]
Out = Annotated[
    list[Path] | None,
    typer.Option("--out", help=f"写成文件（{'、'.join(SUFFIXES)}）；可多次。"),
]
Save = Annotated[bool, typer.Option("--save", help="把方案存入登记库，供列出、比较、立案。")]
Base = Annotated[str, typer.Argument(help="方案文件，或已存方案的编号（开头几位即可）。")]


@app.callback()
@limited
def plan(
    context: typer.Context,
    limits: dict[str, Any],
    decided: Decided,
    division: Division = None,
    goal: Goal = None,
    target: Target = None,
    each_child: EachChild = None,
    child_level: Level = None,
    budget: Budget = None,
    points: Annotated[
        int | None, typer.Option("--frontier", help="改为列出这么多档费用各能覆盖多少。")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    time_limit_s: TimeLimit = None,
    paths: Out = None,
    save: Save = False,
    as_json: Json = False,
) -> None:
    """Make a plan; a subcommand does its own."""
    if context.invoked_subcommand is not None:
        return
    check_suffix(paths or [])
    request = Request(
        division=division_code(division),
        target=share(target or "0.9", "--target"),
        definition=definition_of(band, basis, population, with_interim=False),
        aim=aim_of(goal or "fewest"),
        each_child=None if each_child is None else share(each_child, "--each-child-target"),
        child_level=child_level,
        budget_fen=fen(budget),
        conditions=Conditions.default().changed(**limits),
        decided=decided,
        time_limit_s=60.0 if time_limit_s is None else time_limit_s,
    )
    settings = Settings()
    workspace = Workspace(settings)
    snapshot = snapshot_asked(workspace.snapshots, as_of, known_at)
    field = Field(snapshot, request.definition, request.division)
    if points is not None:
        with solving_executor(settings) as executor:
            listed = frontier(field, request, points, executor)
        _print_frontier(listed, field, request.target, as_json=as_json)
        return
    with solving_executor(settings) as executor:
        found = plan_on(field, request, executor)
    _keep(workspace, field, found, paths, save=save)
    if as_json:
        print_json(found.as_json())
    else:
        _print_plan(found)


@app.command("whatif", help="假设：在一个方案上改条件、锁定、排除、拒绝，重新求最优并列出变化。")
@limited
def whatif(
    base: Base,
    limits: dict[str, Any],
    decided: Decided,
    goal: Goal = None,
    target: Target = None,
    each_child: EachChild = None,
    budget: Budget = None,
    time_limit_s: TimeLimit = None,
    paths: Out = None,
    save: Save = False,
    as_json: Json = False,
) -> None:
    """Make a plan again with something changed."""
    check_suffix(paths or [])
    settings = Settings()
    workspace = Workspace(settings)
    first = _base(workspace, base)
    snapshot = workspace.snapshots.open(first["snapshot"])
    asked = WhatIf(snapshot, first)
    request = asked.request.under(**limits).deciding(decided)
    changes: dict[str, Any] = {
        "aim": None if goal is None else aim_of(goal),
        "target": None if target is None else share(target, "--target"),
        "each_child": None if each_child is None else share(each_child, "--each-child-target"),
        "budget_fen": fen(budget),
        "time_limit_s": time_limit_s,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    with solving_executor(settings) as executor:
        answer = asked.ask(replace(request, **given), executor)
    _answer(workspace, asked.field, answer, paths, save=save, as_json=as_json)


@app.command("again", help="在另一日期的快照上，按原来的条件重算一个方案，并列出变化。")
def again(
    base: Base,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    paths: Out = None,
    save: Save = False,
    as_json: Json = False,
) -> None:
    """Make a plan again on another date's snapshot."""
    check_suffix(paths or [])
    settings = Settings()
    workspace = Workspace(settings)
    first = _base(workspace, base)
    snapshot = snapshot_asked(workspace.snapshots, as_of, known_at)
    with solving_executor(settings) as executor:
        answer, field = made_again(snapshot, first, executor)
    _answer(workspace, field, answer, paths, save=save, as_json=as_json)


def _answer(
    workspace: Workspace,
    field: Field,
    answer: Answer,
    paths: list[Path] | None,
    *,
    save: bool,
    as_json: bool,
) -> None:
    """Write, keep and print what a plan made again came to."""
    _keep(workspace, field, answer.plan, paths, save=save)
    _print_answer(answer, as_json=as_json)


def _base(workspace: Workspace, name: str) -> saved.Result:
    """Read a plan; the register is only opened where the plan is no file."""
    if Path(name).is_file():
        return saved.read_file(Path(name))
    return saved.plan_of(workspace.register, name)


def _keep(
    workspace: Workspace, field: Field, found: Plan, paths: list[Path] | None, *, save: bool
) -> None:
    for path in paths or []:
        write_plan(path, field.snapshot, found)
    if save:
        saved.save(workspace.register, found.as_json(), workspace.settings.author)


def _print_plan(found: Plan) -> None:
    for line in found.lines():
        out.print(line, highlight=False, soft_wrap=True)
    for shortfall in found.shortfalls:
        out.print(f"  {shortfall['text']}", style="dim", highlight=False, soft_wrap=True)
    table(
        "",
        ["老旧小区", "接管项目", "理由"],
        [
            [item.name or item.compound, item.project_name or item.project,
             " · ".join(item.reasons)]
            for item in found.suggestions[:MOST_LISTED]
        ],
        left=3,
    )  # fmt: skip
    if len(found.suggestions) > MOST_LISTED:
        out.print(f"……共 {len(found.suggestions)} 条；用 --json 或 --out 查看全部。", style="dim")
    left = [entry for entry in found.not_served if entry.reason != "not_needed"]
    if left:
        table(
            "未安排",
            ["老旧小区", "原因", "怎样可以"],
            [[item.name or item.compound, item.text, item.remedy] for item in left[:MOST_LISTED]],
            left=3,
        )


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.as_json())
        return
    for line in answer.plan.lines():
        out.print(line, highlight=False, soft_wrap=True)
    plans.print_difference(answer.difference)


def _print_frontier(points: list[Point], field: Field, target: Decimal, *, as_json: bool) -> None:
    numerator, denominator = field.figures
    if as_json:
        print_json(
            {
                "snapshot": field.snapshot.id,
                "as_of": field.snapshot.as_of.isoformat(),
                "made_up": field.snapshot.made_up,
                "definition": field.definition.as_json(),
                "division": None if field.division is None else str(field.division),
                "share": numerator / denominator,
                "points": [
                    {"budget_yuan": point.budget_fen / 100, "cost_yuan": point.cost_fen / 100,
                     "takeovers": point.takeovers, "share": point.share, "proven": point.proven}
                    for point in points
                ],
            }
        )  # fmt: skip
        return
    table(
        "费用与覆盖（按假设测算）",
        ["费用上限 万元", "实际 万元", "接管数", "覆盖率", ""],
        [
            [f"{point.budget_fen / 1e6:,.1f}", f"{point.cost_fen / 1e6:,.1f}",
             str(point.takeovers), percent_text(point.share, target),
             "" if point.proven else "未证明"]
            for point in points
        ],
        left=0,
    )  # fmt: skip
