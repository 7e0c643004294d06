"""Chinese words for a plan's figures and reasons."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from geo.action_plan import Definition
from geo.areas import area_text, way_beside
from geo.shares import most_text, percent_text, points_text, setting_text
from geo.terms import MADE_UP

if TYPE_CHECKING:
    from geo.takeover.plan.paper import Plan

STARS: Final = ("", "一星", "二星", "三星", "四星", "五星")

REASONS: Final = {
    "unverified": "服务状态未核实",
    "year_unknown": "建成年份不详",
    "not_old": "不属于老旧小区",
    "no_polygon": "没有图斑",
    "out_of_reach": "范围内没有在管项目",
    "other_county": "邻近的在管项目都在外县区",
    "county_unknown": "所属县区不明",
    "barred": "与邻近的在管项目之间有阻隔",
    "area_unknown": "面积不详",
    "forbidden": "已排除",
    "refused": "邻近项目不愿或不得承接",
    "area_served": "所属管理区域已有物业企业",
    "other_division": "邻近的在管项目不在同一区划",
    "stars": "邻近项目的企业信用星级不足",
    "contract": "邻近项目的合同剩余时间不足",
    "bundle": "体量小，连片后仍不足",
    "bundle_left": "同片的小区已另作安排，连片不足",
    "chain": "须先接管中间的小区",
    "households": "邻近项目的人员服务户数不足",
    "company_cap": "邻近项目所属企业已达上限",
    "capacity": "邻近项目的可增管面积不足",
    "budget": "费用不足",
    "not_chosen": "有更合算的安排",
    "fallback": "由兜底方式服务，不计入本口径",
    "not_needed": "达到目标不需要",
}
"""Why a compound of the gap is not taken over, by code; the first four are no candidates."""

NOT_CANDIDATES_REMEDIES: Final = {
    "unverified": "核实服务状态后列入",
    "year_unknown": "补录建成年份后列入",
    "no_polygon": "补录图斑后列入",
}
"""What makes candidates of compounds that are none; those that are not old stay out."""


def percent(share: Fraction | None, target: Decimal | None = None) -> str:
    """Say a share in percent, on its own side of the target; 无 where there is none."""
    return "无" if share is None else percent_text(share, target)


def area(dm2: int, way: str = ROUND_HALF_UP) -> str:
    """Say an area of 0.01 m² units as `geo.areas` does."""
    return area_text(Fraction(dm2, 100), way)


def needed_area(dm2: int) -> str:
    """Say an area that something takes, rounded up: who provides it has provided enough."""
    return area_text(-(-dm2 // 100), ROUND_CEILING)  # in whole m² first, as coverage gives gaps


def amount(value: int, unit: str, way: str = ROUND_HALF_UP) -> str:
    """Say an amount of a definition's basis: areas, or a number of compounds."""
    return area(value, way) if unit == "m2" else f"{value:,} 个小区"


def needed_amount(value: int, unit: str) -> str:
    """Say an amount that is still needed, rounded up."""
    return needed_area(value) if unit == "m2" else amount(value, unit)


def amount_beside(value: int, need: int, unit: str) -> str:
    """Say an amount that stands beside a need, on its own side of it."""
    return amount(value, unit, way_beside(Fraction(value, 100), Fraction(need, 100)))


def total_taken(plan: Plan) -> str:
    """Say the floor area of a plan's takeovers, never below the need that it meets."""
    taken = sum(entry.floor_area_dm2 for entry in plan.suggestions)
    return area(taken, way_taken(plan, taken))


def way_taken(plan: Plan, taken_dm2: int) -> str:
    """Give how the floor area of a plan's takeovers is rounded: beside its need, if of one kind."""
    if plan.definition.basis != "floor" or not plan.needed:
        return ROUND_HALF_UP
    return way_beside(Fraction(taken_dm2, 100), Fraction(plan.needed, 100))


def figure(definition: Definition) -> str:
    """Name what the plan is about, with its definition."""
    return {
        "floor": "物业服务面积覆盖率",
        "land": "物业服务覆盖率（按用地面积）",
        "count": "物业服务覆盖率（按小区数）",
    }[definition.basis] + f"（{definition.describe()}）"


def distance(gap_mm: int) -> str:
    """Say a gap."""
    return "相邻" if gap_mm == 0 else f"距离 {gap_mm / 1000:.0f} m"


AIM_WORDS: Final = {
    "fewest": "达到目标的最少接管数",
    "cheapest": "达到目标的最少费用",
    "area": "费用以内覆盖最多",
    "households": "费用以内户数最多",
    "need": "费用以内优先老、大的小区",
    "fair": "各下级区划中最低的比率尽量高",
}
"""What a plan can be for, by aim."""


def five_lines(plan: Plan) -> list[str]:
    """Say a plan in five lines: where it stands, the gap, the answer, what is left, the first."""
    mark = f"【{MADE_UP}】" if plan.made_up else ""
    return [
        f"{mark}{plan.division_name} {plan.as_of}：{_standing(plan)}",
        _gap(plan),
        _answer(plan),
        _left(plan),
        _first(plan),
    ]


def _standing(plan: Plan) -> str:
    share, target = percent(plan.share, plan.target), setting_text(plan.target)
    return f"{figure(plan.definition)} {share}，目标 {target}。"


def _gap(plan: Plan) -> str:
    if plan.status == "most":
        return f"目的：{AIM_WORDS[plan.aim]}。"
    if not plan.needed:
        return "已达到目标，不需要接管。"
    points = points_text(Fraction(100 * plan.needed, plan.denominator))
    return f"距目标 {points} 个百分点，还差 {needed_amount(plan.needed, plan.unit)}。"


def cut_short(plan: Plan) -> str:
    """Say what a plan that the time limit stopped may be short of."""
    if "fair" in plan.unproven:
        return "限时求解，未证明最低的份额不能再抬高"
    return f"限时求解，距最优至多 {most_text(plan.gap)}"


def _answer(plan: Plan) -> str:
    if plan.status == "reached already":
        return f"老旧小区中尚有 {len(plan.not_served)} 个未覆盖，可另行安排。"
    taken = len(plan.suggestions)
    hosts = len({entry.project for entry in plan.suggestions})
    what = f"{taken} 个老旧小区（{total_taken(plan)}），由 {hosts} 个在管项目承接"
    if plan.fallbacks:
        what += f"，另有 {len(plan.fallbacks)} 个由兜底方式服务"
    limited = f"（{cut_short(plan)}）" if plan.time_limited else ""
    if plan.status == "infeasible":
        why = "；".join(entry["text"] for entry in plan.shortfalls) or "锁定之间互相冲突"
        return f"锁定无法同时成立：{why}。其余可接管 {what}。"
    if plan.status == "most" or plan.aim == "cheapest":
        cost = f"费用 {plan.cost_fen / 1e6:,.2f} 万元（按假设测算）"
        return (
            f"接管 {what}，{cost}，覆盖率升至 {percent(plan.share_after, plan.target)}{limited}。"
        )
    if plan.status == "reached":
        proof = (
            "" if "count" not in plan.unproven else f"（至少 {plan.fewest_bound} 个，未证明最少）"
        )
        proof = proof or limited
        return f"最少接管 {what}，覆盖率升至 {percent(plan.share_after, plan.target)}{proof}。"
    proof = (
        "" if "reach" not in plan.unproven else f"（上界 {percent(plan.share_bound, plan.target)}）"
    )
    return f"达不到目标：接管 {what}，最高可达 {percent(plan.share_after, plan.target)}{proof}。"


def _left(plan: Plan) -> str:
    parts = sorted(plan.gap_parts, key=lambda part: -part.amount)
    if not parts:
        return "未覆盖的小区都已安排。"
    named = "；".join(
        f"{part.text} {part.compounds} 个（{area(part.amount)}）"
        if plan.unit == "m2"
        else f"{part.text} {part.compounds} 个"
        for part in parts
    )
    return f"未安排：{named}。"


def _first(plan: Plan) -> str:
    source = f"方案 {plan.id[:8]}，快照 {plan.snapshot[:8]}"
    if not plan.suggestions:
        return f"没有接管建议。{source}。"
    first = plan.suggestions[0]
    target = first.project_name or first.project
    pair = f"{first.name or first.compound} → {target}"
    return f"首推：{pair}（{' · '.join(first.reasons)}）。{source}。"
