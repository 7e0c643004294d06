"""Options of ``wuye plan`` and ``wuye plan whatif``: limits, decisions, how they are read.

The limits are many and the two commands share them, so they stand here once: `limited` gives a
command one option for each and hands them over together.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, get_type_hints

import typer

from geo.errors import UsageError
from geo.takeover.plan.decided import Added, Decided, pair_of
from geo.takeover.plan.request import Aim
from geo.takeover.plan.words import AIM_WORDS
from service.options import share

_LIMITS: Final[dict[str, tuple[Any, str, str]]] = {
    "reach_m": (float, "--reach", "与在管项目的距离上限（米，含）。"),
    "walking_limit_m": (float, "--walk", "经通道步行的上限（米，含）。"),
    "adjacent_m": (float, "--adjacent", "小区之间算相邻的距离（米，含）；链式接管与连片用。"),
    "within": (str, "--within", "承接项目须在同一 community 社区、street 街道或 county 县区。"),
    "stars_least": (int, "--stars", "承接企业的信用星级下限；未评级的允许，另作标记。"),
    "contract_months": (int, "--contract-months", "承接项目合同剩余月数下限；未填的允许。"),
    "chain_depth": (int, "--chain", "链长上限：1 不允许链式，2 可经一个小区到达。"),
    "bundle_below": (float, "--bundle-below", "小于这个面积（㎡）的小区须连片；0 不要求。"),
    "bundle_floor": (float, "--bundle-floor", "连片面积下限（㎡）。"),
    "bundle_with_host": (
        bool, "--bundle-with-host/--bundle-alone", "连片是否计入承接项目的在管面积。",
    ),
    "spare_default": (str, "--spare-default", "可增管面积空白时，按在管面积的这个比例计。"),
    "households_per_staff": (int, "--households-per-staff", "每名服务人员可服务的户数。"),
    "company_cap": (float, "--company-cap", "同一企业新增面积的上限（㎡）。"),
    "fallback": (
        bool, "--fallback/--no-fallback", "没有项目可接的，是否按行动计划的次序由兜底方式服务。",
    ),
    "setup_yuan": (float, "--setup-cost", "每个小区的前期费用（元，假设）。"),
    "years": (int, "--years", "补贴年数（假设）。"),
    "unit_cost": (float, "--unit-cost", "服务成本（元/㎡·月，假设）。"),
    "old_fee": (float, "--old-fee", "老旧小区物业费（元/㎡·月，假设）。"),
    "collection": (str, "--collection", "老旧小区物业费收缴率（假设）。"),
}  # fmt: skip
"""Options for limits: type, name, help. What is not given is the action plan's setting."""

_DECISIONS: Final = {
    "lock": ("--lock", "锁定：小区编码:项目编码，或只写小区编码（由谁接管不限）；可多次。"),
    "forbid": ("--forbid", "排除：小区编码:项目编码，或只写小区编码（不接管）；可多次。"),
    "refuse": ("--refuse", "不愿承接的项目编码；可多次。"),
    "sanction": ("--sanction", "在惩戒期内的企业（统一社会信用代码）；可多次。"),
    "cross": ("--cross", "按已打通通道考虑：小区编码:项目编码；可多次。"),
    "capacity": ("--capacity", "改可增管面积：项目编码=㎡；可多次。"),
    "add": ("--add-project", "拟设项目：编码@驻点小区编码=㎡；可多次。"),
}
"""Options for decisions: name, help."""


def limited(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each limit and decision.

    The command takes them as ``limits`` (names of `Conditions.changed`) and ``decided``.
    """
    hints = get_type_hints(command, include_extras=True)
    own = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(command).parameters.items()
        if name not in {"limits", "decided"}
    ]
    shared = [
        _option(name, Annotated[kind | None, typer.Option(option, help=words)])
        for name, (kind, option, words) in _LIMITS.items()
    ]
    shared += [
        _option(name, Annotated[list[str] | None, typer.Option(option, help=words)])
        for name, (option, words) in _DECISIONS.items()
    ]

    @functools.wraps(command)
    def run(**given: Any) -> None:
        limits = {name: given.pop(name) for name in _LIMITS}
        chosen = {name: given.pop(name) or [] for name in _DECISIONS}
        command(**given, limits=read_limits(limits), decided=read_decisions(chosen))

    parameters = sorted([*own, *shared], key=lambda one: one.default is not inspect.Parameter.empty)
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _option(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=annotation
    )


def read_limits(given: dict[str, Any]) -> dict[str, Any]:
    """Bring limits into the units of `geo.takeover.plan.conditions.Conditions`.

    Raises
    ------
    UsageError
        For what is no number.
    """
    limits = dict(given)
    for name, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"{_LIMITS[name][1]} {value} 不是数。", "请给出一个数，如 300。")
    for name in ("bundle_below", "bundle_floor", "company_cap"):
        area = limits.pop(name)
        limits[f"{name}_dm2"] = None if area is None else round(area * 100)
    for name in ("spare_default", "collection"):
        if limits[name] is not None:
            limits[name] = share(limits[name], _LIMITS[name][1])
    for name in (
        "reach_m", "walking_limit_m", "adjacent_m", "setup_yuan", "unit_cost", "old_fee",
    ):  # fmt: skip
        if limits[name] is not None:
            limits[name] = Decimal(str(limits[name]))
    return limits


def read_decisions(given: dict[str, list[str]]) -> Decided:
    """Read what people decided.

    Raises
    ------
    UsageError
        Naming the option and the text that makes no sense.
    """
    crossed = [pair_of(text, "--cross") for text in given["cross"]]
    for code, host in crossed:
        if host is None:
            raise UsageError(f"--cross {code} 没有写项目。", "请写成 小区编码:项目编码。")
    return Decided(
        locked=tuple(pair_of(text, "--lock") for text in given["lock"]),
        forbidden=tuple(pair_of(text, "--forbid") for text in given["forbid"]),
        refused=tuple(text.strip() for text in given["refuse"]),
        sanctioned=tuple(text.strip() for text in given["sanction"]),
        crossed=tuple((code, host) for code, host in crossed if host is not None),
        capacity_dm2=dict(_amount(text, "--capacity") for text in given["capacity"]),
        added=tuple(_added(text) for text in given["add"]),
    )


def _amount(text: str, option: str) -> tuple[str, int]:
    """Read ``code=m²``."""
    code, _, number = text.partition("=")
    try:
        area = Decimal(number)
    except InvalidOperation:
        area = Decimal(-1)
    if not code.strip() or not area.is_finite() or not 0 <= area <= 10**9:
        raise UsageError(f"{option} {text} 看不懂。", "请写成 编码=面积（㎡），如 P001=32000。")
    return code.strip(), int(area * 100)


def _added(text: str) -> Added:
    code, area = _amount(text, "--add-project")
    name, at, compound = code.partition("@")
    if not (name.strip() and at and compound.strip()):
        raise UsageError(
            f"--add-project {text} 看不懂。", "请写成 编码@驻点小区编码=面积，如 新设1@C001=30000。"
        )
    return Added(name.strip(), compound.strip(), area)


def aim_of(text: str) -> Aim:
    """Read what a plan is for."""
    for aim in AIM_WORDS:
        if text.lower() == aim:
            found: Any = aim
            return found  # type: ignore[no-any-return]
    listed = "、".join(f"{name} {words}" for name, words in AIM_WORDS.items())
    raise UsageError(f"--goal {text}：没有这一目的。", f"可用：{listed}。")


def fen(yuan: float | None) -> int | None:
    """Bring yuan to fen.

    Raises
    ------
    UsageError
        For what is no number.
    """
    if yuan is not None and not math.isfinite(yuan):
        raise UsageError(f"费用 {yuan} 不是数。", "请以元给出，如 --budget 2000000。")
    return None if yuan is None else round(yuan * 100)
