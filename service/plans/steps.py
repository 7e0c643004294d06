"""A case's open steps and what each needs, for a form."""

from __future__ import annotations

from typing import Any, Final

from geo.cases import gates
from geo.cases.record import Case
from geo.cases.states import ENTERED
from geo.terms import CASE_STATES

Words = tuple[str, str]

ENGLISH: Final = dict(
    zip(
        CASE_STATES,
        ("suggested", "accepted by the street", "company willing", "owners asked", "voted",
         "contracted", "inspected on handover", "entered", "rejected", "on hold", "resumed"),
        strict=True,
    )
)  # fmt: skip

NEEDS: Final[dict[str, Words]] = {
    "街道受理": ("受理文号或登记编号", "the number under which the street took it up"),
    "企业意愿": ("企业意向书或函件编号", "the company's letter of intent"),
    "征求意见": ("征求意见的公示或纪要编号", "the notice or minutes of asking the owners"),
    "表决": (
        "民法典第二百七十八条：面积与人数均三分之二以上参与，参与者中面积与人数均过半数同意",
        "Civil Code article 278: two thirds of area and heads take part, more than half agree",
    ),
    "合同": (
        "同一企业的物业项目编码与合同起止日期",
        "a project of the same company, and the contract's first and last day",
    ),
    "承接查验": ("查验记录编号，结果是否已公示", "the record, and whether its result is public"),
    "进场": (
        "进场日期在合同期内；企业类型不明时写明服务模式。自该日起计入覆盖率",
        "a day within the contract, from which on it counts; the mode where it is unknown",
    ),
    "否决": ("理由；结案", "a reason; it closes the case"),
    "搁置": ("理由；可恢复", "a reason; it can be resumed"),
    "恢复": ("回到搁置前的状态", "back to where it was"),
}

FIGURES: Final[dict[str, tuple[str, Words]]] = {
    "total_area_m2": ("area", ("业主专有部分总面积（㎡）", "floor area of all owners, m²")),
    "taking_part_area_m2": ("area", ("参与表决的面积（㎡）", "area taking part, m²")),
    "agreeing_area_m2": ("area", ("同意的面积（㎡）", "area agreeing, m²")),
    "total_heads": ("count", ("业主总人数", "owners in all")),
    "taking_part_heads": ("count", ("参与表决的人数", "owners taking part")),
    "agreeing_heads": ("count", ("同意的人数", "owners agreeing")),
    "project": ("code", ("物业项目编码", "the project's code")),
    "contract_from": ("date", ("合同起始日期", "the contract's first day")),
    "contract_to": ("date", ("合同终止日期", "the contract's last day")),
    "result_published": ("yes_no", ("结果是否已公示", "whether the result is public")),
    "mode": ("mode", ("服务模式", "mode of service")),
}


def as_answer(case: Case) -> dict[str, Any]:
    """Give a case with its open steps."""
    return {**case.as_json(), "open": [open_step(state) for state in case.progress.allowed]}


def open_step(state: str) -> dict[str, Any]:
    """Say what a step needs."""
    wanted = [(name, True) for name in gates.FIGURES.get(state, ())]
    if state == ENTERED:
        wanted.append(("mode", False))
    return {
        "state": state,
        "words": _both((state, ENGLISH[state])),
        "needs": _both(NEEDS[state]),
        "reason": gates.needs_reason(state),
        "evidence": gates.needs_evidence(state),
        "figures": [
            {"id": name, "kind": FIGURES[name][0], "words": _both(FIGURES[name][1]),
             "required": must}
            for name, must in wanted
        ],
    }  # fmt: skip


def _both(words: Words) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}
