"""A plan asked for: where, by which definition, to what end, under which limits and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, Literal

from geo.action_plan import Definition, action_plan
from geo.errors import InputError, UsageError
from geo.takeover.neighbours.barriers import CROSSING_ON_M
from geo.takeover.neighbours.pairs import ARTERIAL_PENALTY_M
from geo.takeover.plan.conditions import Conditions
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.words import AIM_WORDS
from geo.terms import LEVELS

RULES: Final = "takeover-2"
"""Version of the rules a plan is made by; part of a plan's id."""

Aim = Literal["fewest", "cheapest", "area", "households", "need", "fair"]

REACHING: Final = frozenset({"fewest", "cheapest"})
"""Aims that a target belongs to. "need" weighs what a compound adds by its age in years [I]."""


@dataclass(frozen=True)
class Request:
    """What a plan is to do.

    Attributes
    ----------
    division
        None is the whole snapshot.
    target
        Share, above 0 and at most 1; "以上" includes it.
    each_child
        A share that every child division reaches too; None asks nothing.
    child_level
        Which children; None: the level below the division.
    budget_fen
        What the plan may cost; None: no limit.
    time_limit_s
        For the solver; a plan that it cuts short says what is not proven.
    """

    division: int | None
    target: Decimal
    definition: Definition = field(default_factory=Definition)
    aim: Aim = "fewest"
    each_child: Decimal | None = None
    child_level: str | None = None
    budget_fen: int | None = None
    conditions: Conditions = field(default_factory=Conditions.default)
    decided: Decided = field(default_factory=Decided)
    time_limit_s: float = 60.0

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises
        ------
        UsageError
            Naming the number and what to give instead.
        """
        for name, share in (("目标", self.target), ("下级目标", self.each_child)):
            if share is not None and not 0 < share <= 1:
                raise UsageError(
                    f"{name} {share} 超出范围。", "请给出大于 0、不超过 1 的份额，如 0.9。"
                )
        if self.aim not in AIM_WORDS:
            raise UsageError(f"没有目的 {self.aim}。", f"可用：{'、'.join(AIM_WORDS)}。")
        if self.budget_fen is not None and self.budget_fen < 0:
            raise UsageError("费用不能为负。", "请以元给出，如 --budget 2000000。")
        if not self.time_limit_s > 0:
            raise UsageError(f"限时 {self.time_limit_s} 秒不可用。", "请给出大于 0 的秒数。")
        if self.child_level is not None and self.child_level not in LEVELS:
            raise UsageError(f"没有层级 {self.child_level}。", f"可用：{'、'.join(LEVELS)}。")
        self.conditions.check()

    @property
    def level(self) -> str:
        """The level of the children."""
        if self.child_level is not None:
            return self.child_level
        digits = 0 if self.division is None else len(str(self.division))
        below = {0: "prefecture", 2: "prefecture", 4: "county", 6: "street", 9: "community"}
        return below.get(digits, "community")

    def parameters(self) -> dict[str, Any]:
        """Give all that a plan depends on beside snapshot and definition."""
        words = {
            "rules": RULES,
            "division": None if self.division is None else str(self.division),
            "target": f"{self.target.normalize():f}",
            "aim": self.aim,
            "each_child": None if self.each_child is None else f"{self.each_child.normalize():f}",
            "child_level": self.child_level,
            "budget_fen": self.budget_fen,
            **self.conditions.as_json(),
            "crossing_on_m": CROSSING_ON_M,
            "arterial_penalty_m": ARTERIAL_PENALTY_M,
            "old_until": action_plan().old_until,
            "time_limit_s": self.time_limit_s,
        }
        decided = self.decided.as_json()
        return {**words, "decided": decided} if decided else words

    @classmethod
    def from_json(cls, plan: Mapping[str, Any]) -> Request:
        """Read what a plan's JSON was asked for.

        Raises
        ------
        InputError
            When its parameters can't be read.
        """
        try:
            return cls._read(plan)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise InputError(
                f"方案的参数无法读取（{type(error).__name__}）。", "请用 wuye plan --out 重新生成。"
            ) from error

    @classmethod
    def _read(cls, plan: Mapping[str, Any]) -> Request:
        words, definition = plan["parameters"], plan["definition"]
        division, each = words.get("division"), words.get("each_child")
        return cls(
            division=None if division is None else int(division),
            target=Decimal(words["target"]),
            definition=Definition(
                *(definition[name] for name in ("band", "basis", "population", "with_interim"))
            ),
            aim=words.get("aim", "fewest"),
            each_child=None if each is None else Decimal(each),
            child_level=words.get("child_level"),
            budget_fen=words.get("budget_fen"),
            conditions=Conditions.from_json(words),
            decided=Decided.from_json(words.get("decided", {})),
            time_limit_s=words.get("time_limit_s", 60.0),
        )

    def deciding(self, more: Decided) -> Request:
        """Ask the same with more decisions."""
        return replace(self, decided=self.decided.more(more))

    def under(self, **limits: Any) -> Request:
        """Ask the same under other limits; None leaves one as it is."""
        return replace(self, conditions=self.conditions.changed(**limits))
