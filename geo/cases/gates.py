"""What a step must bring along before a case may take it.

A vote follows 民法典 (Civil Code) article 278: owners who hold at least two thirds of the floor
area and are at least two thirds of the heads take part, and of those taking part more than half
by area and more than half by heads agree. Compared in whole numbers of 0.01 m² and of heads, so
that two thirds is exactly two thirds.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from geo.cases.states import CONTRACT, ENTERED, INSPECTION, VOTE, Progress
from geo.errors import StepRefused, UsageError
from geo.intake.personal import is_person_in
from geo.shares import share_text
from geo.terms import CASE_HELD, CASE_REJECTED, CASE_RESUMED, CASE_STAGES, CASE_STATES, MODES

TAKING_PART: Final = Fraction(2, 3)
"""At least so much of area and heads takes part."""

AGREEING: Final = Fraction(1, 2)
"""More than so much of what takes part agrees."""

LONGEST_TEXT: Final = 500
MOST_DM2: Final = 10**13
"""No compound comes near to 1,000 km² of floor."""
MOST_DIGITS: Final = 9

_ADDRESS: Final = re.compile(r"://|\bwww\.", re.IGNORECASE)

FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    VOTE: (
        "total_area_m2", "taking_part_area_m2", "agreeing_area_m2",
        "total_heads", "taking_part_heads", "agreeing_heads",
    ),
    CONTRACT: ("project", "contract_from", "contract_to"),
    INSPECTION: ("result_published",),
    ENTERED: (),
}  # fmt: skip
"""The figures that a state asks for. 进场 takes a ``mode`` where the register doesn't tell it."""


@dataclass(frozen=True)
class Vote:
    """An owners' vote: floor area in 0.01 m², and heads."""

    area_dm2: tuple[int, int, int]
    heads: tuple[int, int, int]

    def refusals(self) -> list[str]:
        """Say which of the four thresholds it misses."""
        missed = []
        for name, (total, part, agree) in (("面积", self.area_dm2), ("人数", self.heads)):
            if Fraction(part, total) < TAKING_PART:
                missed.append(
                    f"参与表决的{name}占 {share_text(part, total, TAKING_PART)}，不足三分之二"
                )
            if Fraction(agree, part or 1) <= AGREEING:
                missed.append(
                    f"同意的{name}占参与表决的 {share_text(agree, part or 1, AGREEING)}，未过半数"
                )
        return missed


def check_order(progress: Progress, state: str) -> None:
    """Refuse a step that may not follow.

    Raises
    ------
    UsageError
        For a word that is no state.
    StepRefused
        When another step has to come first, or the case is closed.
    """
    if state not in CASE_STATES:
        raise UsageError(f"没有“{state}”这一状态。", f"可用：{'、'.join(CASE_STATES)}")
    if state in progress.allowed:
        return
    if progress.closed:
        raise StepRefused(
            f"案件已{progress.state}，不能再办理“{state}”。", "需要重来请另立案件，或撤销相应变更。"
        )
    listed = "、".join(progress.allowed)
    raise StepRefused(
        f"案件现为“{progress.state}”，不能直接到“{state}”。", f"下一步可以是：{listed}。"
    )


def check_day(last: dt.date, on: dt.date, today: dt.date) -> None:
    """Refuse a day before the last step's, or one that is still to come."""
    if on < last:
        raise StepRefused(f"日期 {on} 早于上一步的 {last}。", "请核对日期；各步日期不得倒退。")
    if on > today:
        raise StepRefused(f"日期 {on} 尚未到来。", "请在事情办成之后再记。")


def checked_text(text: str | None, name: str, *, required: bool) -> str | None:
    """Give a reason or a piece of evidence as it is kept; None when there is none.

    Raises
    ------
    StepRefused
        When it is missing but required, or holds personal data or an internet address.
    UsageError
        When it is too long.
    """
    kept = (text or "").strip()
    if not kept:
        if required:
            raise StepRefused(
                f"没有写明{name}。", f"请写明{name}，如文号、会议纪要编号、公示编号。"
            )
        return None
    if len(kept) > LONGEST_TEXT:
        raise UsageError(f"{name}超过 {LONGEST_TEXT} 字。", "请只写文号或要点。")
    plain = unicodedata.normalize("NFKC", kept)
    if is_person_in(plain):
        raise StepRefused(
            f"{name}中有个人信息（姓名、电话或证件号），未记入。", "请去掉后重新填写。"
        )
    if _ADDRESS.search(plain):
        raise StepRefused(f"{name}中有网址，未记入。", "请写文号或存档编号；网址会失效。")
    return kept


def needs_reason(state: str) -> bool:
    """Tell whether a step has to say why."""
    return state in {CASE_REJECTED, CASE_HELD}


def needs_evidence(state: str) -> bool:
    """Tell whether a step has to name its evidence: every stage after the suggestion."""
    return state in CASE_STAGES[1:]


def checked_figures(state: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Give a step's figures as they are kept.

    Parameters
    ----------
    figures
        Areas as numbers or text in m², dates or their ISO text; those not given are None.

    Raises
    ------
    UsageError
        For a figure that the state does not take, or that can't be read.
    StepRefused
        When one is missing, or a vote misses a threshold.
    """
    given = {name: value for name, value in figures.items() if value is not None}
    wanted = FIGURES.get(state, ())
    extra = sorted(set(given) - set(wanted) - ({"mode"} if state == ENTERED else set()))
    if extra:
        raise UsageError(f"“{state}”不需要 {'、'.join(extra)}。", "请去掉后重试。")
    missing = [name for name in wanted if name not in given]
    if missing:
        raise StepRefused(f"“{state}”还缺少 {'、'.join(missing)}。", _HELP[state])
    if state == VOTE:
        return _vote(given)
    if state == CONTRACT:
        return _contract(given)
    if state == INSPECTION and not isinstance(given["result_published"], bool):
        raise UsageError("查验结果是否公示只能填是或否。")
    if state == ENTERED and given.get("mode", MODES[1]) not in MODES:
        raise UsageError(f"没有“{given['mode']}”这一服务模式。", f"可用：{'、'.join(MODES)}")
    if state == CASE_RESUMED:
        return {}
    return given


_HELP: Final = {
    VOTE: "请给出专有部分总面积与业主总人数、参与的与同意的面积和人数（民法典第二百七十八条）。",
    CONTRACT: "请给出物业项目编码与合同起止日期。",
    INSPECTION: "请说明承接查验结果是否已公示。",
}


def _vote(given: Mapping[str, Any]) -> dict[str, Any]:
    names = FIGURES[VOTE]
    areas = [_area_dm2(given[name], name) for name in names[:3]]
    heads = [_whole(given[name], name) for name in names[3:]]
    for total, part, agree in (areas, heads):
        if not total or not agree <= part <= total:
            raise UsageError(
                "表决数字不合理：应有 同意 ≤ 参与 ≤ 总数，且总数大于 0。", "请核对面积与人数。"
            )
    vote = Vote((areas[0], areas[1], areas[2]), (heads[0], heads[1], heads[2]))
    missed = vote.refusals()
    if missed:
        raise StepRefused(
            f"表决未达到民法典第二百七十八条的要求：{'；'.join(missed)}。",
            "请补充征求意见后重新表决，或以 wuye case reject 结案。",
        )
    kept: dict[str, Any] = {name: dm2 / 100 for name, dm2 in zip(names[:3], areas, strict=True)}
    return kept | dict(zip(names[3:], heads, strict=True))


def _contract(given: Mapping[str, Any]) -> dict[str, Any]:
    begins, ends = (_day(given[name], name) for name in ("contract_from", "contract_to"))
    if ends < begins:
        raise UsageError(f"合同止 {ends} 早于合同起 {begins}。", "请核对合同日期。")
    return {
        "project": str(given["project"]).strip(),
        "contract_from": begins.isoformat(),
        "contract_to": ends.isoformat(),
    }


def _area_dm2(value: object, name: str) -> int:
    try:
        dm2 = Decimal(str(value)) * 100
    except InvalidOperation:
        dm2 = Decimal(-1)
    if not dm2.is_finite() or not 0 <= dm2 <= MOST_DM2 or dm2 != dm2.to_integral_value():
        raise UsageError(f"{name} {value} 不是面积。", "请写平方米数，最多两位小数。")
    return int(dm2)


def _whole(value: object, name: str) -> int:
    text = str(value)
    known = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    if isinstance(value, bool) or not known:
        raise UsageError(f"{name} {value} 不是人数。", "请写整数。")
    return int(text)


def _day(value: object, name: str) -> dt.date:
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{name} {value} 不是日期。", "请写成 2025-12-31。") from None
