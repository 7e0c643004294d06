"""``wuye case …``: a suggestion followed up, step by step, to the first day of service."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geo.action_plan import action_plan
from geo.cases.opening import Opened, Wanted, open_cases, wanted_of
from geo.cases.reading import get, listed
from geo.cases.record import Case, due, latest_start
from geo.cases.stepping import record
from geo.codes import normal_division
from geo.errors import StepRefused, UsageError
from geo.takeover.plan.saved import plan_of
from geo.terms import CASE_HELD, CASE_REJECTED, CASE_RESUMED, CASE_STATES
from service.options import Division, Json, day
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="接管案件：由建议到进场，逐步办理、逐步留痕。")

SOME_REFUSED = 3
"""Exit code as for an import that holds rows back."""

Number = Annotated[int, typer.Argument(help="案件编号，见 wuye case list。")]
On = Annotated[str | None, typer.Option("--date", help="办成的日期；默认今天。")]
Evidence = Annotated[
    str | None, typer.Option(help="依据：文号、会议纪要或公示编号；不写个人信息与网址。")
]
Reason = Annotated[str, typer.Option(help="理由。")]


@app.command("open", help="立案：按方案的建议成批立案，或指定小区与承接项目。")
def open_(
    plan: Annotated[
        str | None,
        typer.Argument(help="方案文件或已存方案的编号；不写则用 --compound 与 --host。"),
    ] = None,
    compound: Annotated[
        list[str] | None, typer.Option("--compound", help="小区编码；可多次，只立方案中的这几个。")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="承接项目的编码。")] = None,
    on: On = None,
    evidence: Evidence = None,
    as_json: Json = False,
) -> None:
    """Open cases; say which compounds were left out, and why."""
    settings = Settings()
    register = Workspace(settings).register
    if plan is not None and host is None:
        wanted = wanted_of(plan_of(register, plan), compound or ())
    elif plan is None and host is not None and compound:
        wanted = [Wanted(code, host) for code in compound]
    else:
        raise UsageError(
            "请给出方案，或同时给出 --compound 与 --host。",
            "例如 wuye case open 方案.json，或 wuye case open --compound A --host P。",
        )
    done = open_cases(
        register, wanted, author=settings.author, on=day(on, "--date"), today=day(None),
        evidence=evidence,
    )  # fmt: skip
    if done.refused and not done.numbers:
        raise StepRefused("；".join(done.refused.values()), "请按所述处理；案件见 wuye case list。")
    if as_json:
        print_json({"opened": done.numbers, "refused": done.refused, "change": done.change})
    else:
        _print_opened(done)
    raise typer.Exit(SOME_REFUSED if done.refused else 0)


def _print_opened(done: Opened) -> None:
    out.print(f"已立案 {len(done.numbers)} 件，未立 {len(done.refused)} 件。", highlight=False)
    for code, number in done.numbers.items():
        out.print(f"  案件 {number}：{code}", highlight=False)
    for words in done.refused.values():
        out.print(f"  {words}", style="dim", highlight=False, soft_wrap=True)
    _print_lead()


@app.command("list", help="列出案件：进展、下一步、最迟启动日期。")
def list_(
    division: Division = None,
    state: Annotated[str | None, typer.Option(help="只列某一状态，如 表决、搁置。")] = None,
    as_json: Json = False,
) -> None:
    """List cases."""
    code = None if division is None else normal_division(division)
    if division is not None and code is None:
        raise UsageError(f"--division {division} 不是区划代码。", "例如 530102。")
    states = [word for word in CASE_STATES if word != CASE_RESUMED]
    if state is not None and state not in states:
        raise UsageError(f"--state {state}：没有这一状态。", f"可用：{'、'.join(states)}")
    found = listed(Workspace(Settings()).register, division=code, state=state)
    if as_json:
        print_json({"cases": [case.as_json() for case in found]})
        return
    out.print(f"案件 {len(found)} 件", highlight=False)
    if found:
        table(
            "",
            ["编号", "小区", "承接项目", "状态", "自", "下一步"],
            [
                [str(case.number), case.compound_name or case.compound,
                 case.project_name or case.project, case.progress.state,
                 case.steps[-1].at.isoformat(), "、".join(case.progress.allowed[:1])]
                for case in found
            ],
            left=6,
        )  # fmt: skip
        _print_lead()


@app.command("show", help="一件案件的全部步骤、依据与数字。")
def show(number: Number, as_json: Json = False) -> None:
    """Show a case."""
    _print(get(Workspace(Settings()).register, number), as_json=as_json)


@app.command("step", help="办理下一步：街道受理、企业意愿、征求意见、表决、合同、承接查验、进场。")
def step(
    number: Number,
    state: Annotated[str, typer.Argument(help="办到哪一步；不得跳步。")],
    on: On = None,
    evidence: Evidence = None,
    total_area: Annotated[str | None, typer.Option(help="表决：业主专有部分总面积（㎡）。")] = None,
    total_heads: Annotated[str | None, typer.Option(help="表决：业主总人数。")] = None,
    part_area: Annotated[str | None, typer.Option(help="表决：参与表决的面积（㎡）。")] = None,
    part_heads: Annotated[str | None, typer.Option(help="表决：参与表决的人数。")] = None,
    agree_area: Annotated[str | None, typer.Option(help="表决：同意的面积（㎡）。")] = None,
    agree_heads: Annotated[str | None, typer.Option(help="表决：同意的人数。")] = None,
    project: Annotated[str | None, typer.Option(help="合同：物业项目编码。")] = None,
    contract_from: Annotated[str | None, typer.Option(help="合同：起始日期。")] = None,
    contract_to: Annotated[str | None, typer.Option(help="合同：终止日期。")] = None,
    published: Annotated[
        bool | None,
        typer.Option("--published/--not-published", help="承接查验：结果是否已公示。"),
    ] = None,
    mode: Annotated[str | None, typer.Option(help="进场：服务模式；默认按承接企业的类型。")] = None,
    as_json: Json = False,
) -> None:
    """Take a case to its next stage."""
    if state in {CASE_REJECTED, CASE_HELD, CASE_RESUMED}:
        raise UsageError(f"“{state}”不是办理步骤。", "请用 wuye case reject、hold 或 resume。")
    figures = {
        "total_area_m2": total_area,
        "total_heads": total_heads,
        "taking_part_area_m2": part_area,
        "taking_part_heads": part_heads,
        "agreeing_area_m2": agree_area,
        "agreeing_heads": agree_heads,
        "project": project,
        "contract_from": contract_from,
        "contract_to": contract_to,
        "result_published": published,
        "mode": mode,
    }
    _take(number, state, on, as_json=as_json, evidence=evidence, figures=figures)


@app.command("reject", help="否决并结案。")
def reject(
    number: Number,
    reason: Reason,
    on: On = None,
    evidence: Evidence = None,
    as_json: Json = False,
) -> None:
    """Reject a case."""
    _take(number, CASE_REJECTED, on, as_json=as_json, reason=reason, evidence=evidence)


@app.command("hold", help="搁置；可恢复。")
def hold(
    number: Number,
    reason: Reason,
    on: On = None,
    evidence: Evidence = None,
    as_json: Json = False,
) -> None:
    """Put a case aside."""
    _take(number, CASE_HELD, on, as_json=as_json, reason=reason, evidence=evidence)


@app.command("resume", help="恢复搁置的案件，回到搁置前的状态。")
def resume(
    number: Number,
    reason: Annotated[str | None, typer.Option(help="理由。")] = None,
    on: On = None,
    evidence: Evidence = None,
    as_json: Json = False,
) -> None:
    """Take a case up again."""
    _take(number, CASE_RESUMED, on, as_json=as_json, reason=reason, evidence=evidence)


def _take(number: int, state: str, on: str | None, *, as_json: bool, **words: Any) -> None:
    settings = Settings()
    case = record(
        Workspace(settings).register, number, state, author=settings.author,
        on=day(on, "--date"), today=day(None), **words,
    )  # fmt: skip
    _print(case, as_json=as_json)


def _print(case: Case, *, as_json: bool) -> None:
    if as_json:
        print_json(case.as_json())
        return
    now = case.progress
    where = f"{case.compound_name or case.compound} → {case.project_name or case.project}"
    out.print(f"案件 {case.number}：{where}，现为“{now.state}”", highlight=False, soft_wrap=True)
    table(
        "",
        ["日期", "状态", "依据", "理由", "数字", "经手", "变更"],
        [
            [one.at.isoformat(), one.state, one.evidence or "", one.reason or "",
             _figures(one.figures), one.author, str(one.change)]
            for one in case.steps
        ],
        left=6,
    )  # fmt: skip
    for words in case.warnings:
        out.print(f"注意：{words}", highlight=False, soft_wrap=True)
    if now.allowed:
        out.print(f"下一步：{'、'.join(now.allowed)}", highlight=False)
        _print_lead()


_NAMES = {
    "total_area_m2": "总面积", "taking_part_area_m2": "参与面积", "agreeing_area_m2": "同意面积",
    "total_heads": "总人数", "taking_part_heads": "参与人数", "agreeing_heads": "同意人数",
    "project": "项目", "contract_from": "起", "contract_to": "止", "mode": "模式",
    "result_published": "已公示",
}  # fmt: skip


def _figures(figures: dict[str, Any]) -> str:
    words = {True: "是", False: "否"}
    return " ".join(
        f"{_NAMES[name]} {words[value] if isinstance(value, bool) else value}"
        for name, value in figures.items()
    )


def _print_lead() -> None:
    """Say by when a case has to begin so that it is done by the plan's due date."""
    months, least = action_plan().lead_months, action_plan().lead_months_least
    begin = latest_start(months)
    mark = "（已过）" if day(None) > begin else ""
    out.print(
        f"要在 {due()} 前进场：按 {months} 个月办理，最迟 {begin} 启动{mark}；"
        f"最快 {least} 个月，最迟 {latest_start(least)}。",
        style="dim",
        highlight=False,
        soft_wrap=True,
    )
