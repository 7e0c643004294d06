"""What a plan can be asked for: aims, limits and decisions, each with what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from geo.takeover.plan.conditions import WITHIN, Conditions
from geo.takeover.plan.words import AIM_WORDS
from service.plans.asked import LimitsAsk

Words = tuple[str, str]

AIM_ENGLISH: Final[Mapping[str, str]] = {
    "fewest": "fewest takeovers that reach the target",
    "cheapest": "least cost that reaches the target",
    "area": "most floor area within the budget",
    "households": "most households within the budget",
    "need": "old and large compounds first",
    "fair": "the lowest share among the children as high as can be",
}

LIMITS: Final[Mapping[str, tuple[str | None, Words]]] = {
    "reach_m": ("m", ("与在管项目的距离上限（含）", "farthest from a managed project, inclusive")),
    "walking_limit_m": ("m", ("经通道步行的上限（含）", "farthest on foot by a crossing")),
    "adjacent_m": ("m", (
        "小区之间算相邻的距离（含）；链式接管与连片用",
        "compounds no farther apart are next to each other, for chains and bundles",
    )),
    "within": (None, ("承接项目须在同一社区、街道或县区", "where the host must lie")),
    "stars_least": (None, (
        "承接企业的信用星级下限；未评级的允许，另作标记",
        "credit stars of the host's company at least; an unrated one is allowed and flagged",
    )),
    "contract_months": ("months", (
        "承接项目合同剩余月数下限；未填的允许",
        "months that the host's contract has left at least; a blank one is allowed",
    )),
    "chain_depth": (None, (
        "链长上限：1 不允许链式，2 可经一个小区到达", "how long a chain may be; 1: no chains",
    )),
    "bundle_below_m2": ("m2", (
        "小于这个面积的小区须连片；0 不要求", "smaller compounds go in bundles; 0: no bundles",
    )),
    "bundle_floor_m2": ("m2", ("连片面积下限", "what a bundle comes to at least")),
    "bundle_with_host": (None, (
        "连片是否计入承接项目的在管面积", "whether a bundle counts what its host manages",
    )),
    "spare_default": ("share", (
        "可增管面积空白时，按在管面积的这个比例计",
        "share of what a project manages that stands for a blank capacity",
    )),
    "households_per_staff": ("households", (
        "每名服务人员可服务的户数", "households that one of a host's staff can look after",
    )),
    "company_cap_m2": ("m2", (
        "同一企业新增面积的上限", "what one company takes over at most",
    )),
    "fallback": (None, (
        "没有项目可接的，是否按行动计划的次序由兜底方式服务",
        "whether what no neighbour can take is left to a fallback mode",
    )),
    "setup_yuan": ("yuan", ("每个小区的前期费用（假设）", "set-up a compound (assumed)")),
    "years": ("years", ("补贴年数（假设）", "years of subsidy (assumed)")),
    "unit_cost": ("yuan/m2/month", ("服务成本（假设）", "what service costs (assumed)")),
    "old_fee": ("yuan/m2/month", ("老旧小区物业费（假设）", "an old compound's fee (assumed)")),
    "collection": ("share", (
        "老旧小区物业费收缴率（假设）", "share of that fee that comes in (assumed)",
    )),
}  # fmt: skip
"""Limits: unit and meaning, in the order of the form."""

DECISIONS: Final[Mapping[str, Words]] = {
    "locked": ("锁定：[小区, 项目]，项目为空则由谁接管不限",
               "locked: [compound, project], project null for any"),
    "forbidden": ("排除：[小区, 项目]，项目为空则不接管该小区",
                  "forbidden: [compound, project], project null leaves the compound out"),
    "refused": ("不愿承接的项目", "projects that take nothing"),
    "sanctioned": ("在惩戒期内的企业（统一社会信用代码）", "companies under sanction"),
    "crossed": ("按已打通通道考虑的 [小区, 项目]", "pairs with a crossing taken for granted"),
    "capacity": ("改可增管面积（㎡），按项目", "spare area of projects, m²"),
    "added": ("拟设项目：编码、驻点小区、可增管面积", "supposed projects"),
}  # fmt: skip

TIME: Final = {"default": 5.0, "most": 20.0, "most_of_job": 3600.0}


def options() -> dict[str, Any]:
    """Give the options with defaults of the action plan and the range of each limit."""
    return {
        "target": 0.9,
        "aims": [
            {"id": aim, "meaning": _both((words, AIM_ENGLISH[aim]))}
            for aim, words in AIM_WORDS.items()
        ],
        "limits": [_limit(name) for name in LIMITS],
        "decisions": [{"id": name, "meaning": _both(words)} for name, words in DECISIONS.items()],
        "time_limit_s": TIME,
    }


def _limit(name: str) -> dict[str, Any]:
    unit, meaning = LIMITS[name]
    least, most = _range(name)
    return {
        "id": name,
        "unit": unit,
        "meaning": _both(meaning),
        "default": _default(name),
        "least": least,
        "most": most,
        "choices": list(WITHIN) if name == "within" else None,
    }


def _range(name: str) -> tuple[float | None, float | None]:
    """Give the least and most of a limit as its schema says them; its first form is the number."""
    schema = LimitsAsk.model_json_schema()["properties"][name]
    number = schema.get("anyOf", [schema])[0]
    return number.get("minimum"), number.get("maximum")


def _default(name: str) -> Any:
    conditions = Conditions.default()
    if name.endswith("_m2"):
        area = getattr(conditions, f"{name[:-3]}_dm2")
        return None if area is None else area / 100
    whole = conditions if hasattr(conditions, name) else conditions.costs
    value = getattr(whole, name)
    return float(value) if value is not None and not isinstance(value, bool | int | str) else value


def _both(words: Words) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}
