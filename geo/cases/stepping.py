"""A case taken a step further.

Every step is one change of kind ``case``. Gates are held against the steps as they stand under the
write lock. Only 进场 states a fact: from its day on the compound is served by the project of the
contract, so the figures of earlier days stay what they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo.action_plan import action_plan
from geo.cases import gates
from geo.cases.reading import get, read
from geo.cases.record import Case
from geo.cases.states import CONTRACT, ENTERED, Step
from geo.cases.subjects import check_open, compound_on, is_made_up, project_on
from geo.errors import StepRefused
from geo.register import cases
from geo.register.compose import Connection
from geo.register.store import Origin, Register, Staged


def record(
    register: Register,
    number: int,
    state: str,
    *,
    author: str,
    on: dt.date,
    today: dt.date,
    reason: str | None = None,
    evidence: str | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Case:
    """Take a case a step further, as one change; give the case as it stands then.

    Parameters
    ----------
    on
        The day on which the step came about; for 进场 the first day of service.
    today
        No step lies after it.
    figures
        What the state asks for (`geo.cases.gates.FIGURES`).

    Raises
    ------
    NotFound
        When there is no such case.
    StepRefused
        When a gate is closed; nothing is written.
    UsageError
        When a word or figure can't be read.
    """
    before = get(register, number)
    gates.check_order(before.progress, state)
    gates.check_day(before.steps[-1].at, on, today)
    step = Step(
        state, on, author,
        gates.checked_text(reason, "理由", required=gates.needs_reason(state)),
        gates.checked_text(evidence, "依据", required=gates.needs_evidence(state)),
        gates.checked_figures(state, figures or {}),
    )  # fmt: skip
    staged: list[Staged] = []
    with register.connect() as connection:
        made_up = is_made_up(connection, before.compound, on)
        if state == CONTRACT:
            _check_contract(connection, before, step)
        if state == ENTERED:
            _check_parent(connection, before, on)
            step, fact = _entry(connection, before, step)
            staged.append(fact)

    def write(connection: Connection, change: int, _changed: frozenset[int]) -> bool:
        found = read(connection, [number])
        if not found or found[0].steps != before.steps:
            raise StepRefused(f"案件 {number} 刚刚被他人改动。", "请用 wuye case show 查看后重试。")
        if state == ENTERED:
            _check_parent(connection, before, on)
        cases.add_step(connection, change, number, len(before.steps), step.as_row())
        return True

    origin = Origin(
        "case", author, made_up=made_up,
        parameters={"case": number, "state": state, "at": on.isoformat()},
    )  # fmt: skip
    register.write(origin, staged, lambda _: {"steps": 1}, also=write)
    return get(register, number)


def _check_contract(connection: Connection, case: Case, step: Step) -> None:
    """Refuse a contract with a company that is not the host's."""
    named = project_on(connection, step.figures["project"], step.at)
    host = project_on(connection, case.project, step.at)
    if named.uscc is None or named.uscc != host.uscc:
        raise StepRefused(
            f"合同项目 {named.code} 与承接项目 {host.code} 不属于同一家企业。",
            "换由别家承接请否决本案后另立；企业不详请先补登项目台账。",
        )


def _check_parent(connection: Connection, case: Case, on: dt.date) -> None:
    """Refuse entry where the host's chain leads through a compound that it doesn't serve yet.

    What counts is the register: that on the day a project of the host's company serves the parent
    in band A, by its case's 进场 or by a ledger.
    """
    if not case.parent:
        return
    host = project_on(connection, case.project, on)
    parent = compound_on(connection, case.parent, on)
    if parent.project is not None and parent.mode in action_plan().band("A").modes:
        serving = project_on(connection, parent.project, on)
        if serving.code == host.code or (serving.uscc and serving.uscc == host.uscc):
            return
    raise StepRefused(
        f"上一环小区 {case.parent} 在 {on} 尚未由项目 {case.project} 的企业承接，本案不能进场。",
        "连片承接须由近及远：请先办完上一环的进场；上一环已否决的，请另选承接项目。",
    )


def _entry(connection: Connection, case: Case, step: Step) -> tuple[Step, Staged]:
    """Give the step of 进场 with its mode, and the fact that it states."""
    contract = case.step(CONTRACT)
    assert contract is not None  # noqa: S101 - check_order lets nobody past it
    begins, ends = (
        dt.date.fromisoformat(contract.figures[name]) for name in ("contract_from", "contract_to")
    )
    if not begins <= step.at <= ends:
        raise StepRefused(
            f"进场日期 {step.at} 不在合同期 {begins} 至 {ends} 之内。", "请核对日期。"
        )
    project = project_on(connection, contract.figures["project"], step.at)
    # The register may have learnt since the case was opened that the compound is gone, or served
    # by somebody else; that it is served by this very project is no news.
    compound = compound_on(connection, case.compound, step.at)
    if compound.project != project.code:
        check_open(compound, step.at)
    mode = step.figures.get("mode") or project.mode
    if mode is None:
        raise StepRefused(
            f"项目 {project.code} 的企业类型不明，无法确定服务模式。",
            "请补登企业台账，或用 --mode 写明。",
        )
    told = {
        "code": [case.compound],
        "mode": [mode],
        "project": [project.code],
        "evidence": [f"案件 {case.number}：{step.evidence}"],
        "evidence_on": [step.at.isoformat()],
        "seq": [0],
        "valid": [f"[{step.at},)"],
        "sheet": [None],
        "row": [None],
        "access_division": [case.division],
    }
    figures = {"mode": mode, "project": project.code}
    done = Step(step.state, step.at, step.author, step.reason, step.evidence, figures)
    return done, Staged("service_status", pd.DataFrame(told, dtype=object))
