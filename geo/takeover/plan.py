"""A plan: who takes over what so that a division reaches its target, or how near it can come."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from geo.action_plan import Definition, action_plan
from geo.errors import InputError, NotFound, UsageError
from geo.snapshot.file import Snapshot
from geo.takeover import explain, words
from geo.takeover.barriers import CROSSING_ON_M
from geo.takeover.goals import fewest
from geo.takeover.pairs import ARTERIAL_PENALTY_M, Meeting
from geo.takeover.record import GapPart, NotServed, Suggestion, shown, stored
from geo.takeover.scene import Scene
from geo.takeover.solve import Solution, solve

RULES: Final = "takeover-1"
"""Version of the rules a plan is made by; part of a plan's id."""

Status = Literal["reached already", "reached", "unreachable"]


@dataclass(frozen=True)
class Plan:
    """A plan of takeovers for one division, with its reasons.

    Amounts are in the definition's basis: 0.01 m², or compounds.

    Attributes
    ----------
    numerator, denominator, numerator_after
        Of the share, before and after the plan.
    needed
        ceil(target * denominator) - numerator, never negative.
    status
        "unreachable": the suggestions are those that come nearest to the target.
    numerator_bound
        No plan comes to more; more than `numerator_after` where a limit stopped the search, and
        all that lies within reach where the target is reached.
    fewest_bound
        No plan that comes as far has fewer takeovers.
    unproven
        Of "reach", "count", "way", "rank": what a limit stopped before it was proven.
    not_served, gap_parts
        The candidates that are not used, and the whole gap that stays, by reason.
    parameters
        What the plan was made with; part of its id.
    """

    snapshot: str
    as_of: str
    made_up: bool
    definition: Definition
    division: int | None
    division_name: str
    target: Decimal
    status: Status
    numerator: int
    denominator: int
    numerator_after: int
    needed: int
    numerator_bound: int
    fewest_bound: int
    unproven: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    not_served: tuple[NotServed, ...]
    gap_parts: tuple[GapPart, ...]
    parameters: dict[str, Any]

    @property
    def id(self) -> str:
        """Identify the plan by what it is made from: facts, definition and parameters."""
        made_from = [self.snapshot, self.definition.id, self.parameters]
        return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()

    @property
    def unit(self) -> Literal["m2", "compounds"]:
        """What amounts are in, as JSON shows them."""
        return "compounds" if self.definition.basis == "count" else "m2"

    @property
    def share(self) -> Fraction:
        """The share before the plan, exact."""
        return Fraction(self.numerator, self.denominator)

    @property
    def share_after(self) -> Fraction:
        """The share after the plan, exact."""
        return Fraction(self.numerator_after, self.denominator)

    @property
    def share_bound(self) -> Fraction:
        """The share that no plan exceeds, exact."""
        return Fraction(self.numerator_bound, self.denominator)

    def lines(self) -> list[str]:
        """Say the plan in five lines of Chinese."""
        return words.five_lines(self)

    def as_json(self) -> dict[str, Any]:
        """Give the plan as JSON: amounts in m² (two decimals) or compounds, shares 0-1."""
        unit = self.unit
        return {
            "plan": self.id,
            "snapshot": self.snapshot,
            "as_of": self.as_of,
            "made_up": self.made_up,
            "definition": self.definition.as_json(),
            "division": None if self.division is None else str(self.division),
            "name": self.division_name,
            "unit": unit,
            "target": float(self.target),
            "status": self.status,
            "share": float(self.share),
            "share_after": float(self.share_after),
            "share_bound": float(self.share_bound),
            **{name: shown(getattr(self, name), unit) for name in _AMOUNTS},
            "fewest_bound": self.fewest_bound,
            "unproven": list(self.unproven),
            "suggestions": [entry.as_json() for entry in self.suggestions],
            "not_served": [entry.as_json() for entry in self.not_served],
            "gap_parts": [
                {**part.as_json(), "amount": shown(part.amount, unit)} for part in self.gap_parts
            ],
            "parameters": self.parameters,
            "lines": self.lines(),
        }

    def save(self, path: Path) -> None:
        """Write the plan as JSON, whole or not at all."""
        text = json.dumps(self.as_json(), ensure_ascii=False, indent=1)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            beside.write_text(text + "\n", "utf-8")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


_AMOUNTS: Final = ("numerator", "denominator", "numerator_after", "needed", "numerator_bound")


def load(path: Path) -> Plan:
    """Read a plan that `Plan.save` wrote.

    Raises
    ------
    NotFound
        If there is no such file.
    InputError
        If it holds no plan.
    """
    if not path.exists():
        raise NotFound(f"没有方案文件 {path}。", "请运行 wuye plan 生成。")
    try:
        data = json.loads(path.read_text("utf-8"))
        unit, definition = data["unit"], data["definition"]
        return Plan(
            snapshot=data["snapshot"],
            as_of=data["as_of"],
            made_up=data["made_up"],
            definition=Definition(
                *(definition[name] for name in ("band", "basis", "population", "with_interim"))
            ),
            division=None if data["division"] is None else int(data["division"]),
            division_name=data["name"],
            target=Decimal(data["parameters"]["target"]),
            status=data["status"],
            **{name: stored(data[name], unit) for name in _AMOUNTS},
            fewest_bound=data["fewest_bound"],
            unproven=tuple(data["unproven"]),
            suggestions=tuple(Suggestion.from_json(entry) for entry in data["suggestions"]),
            not_served=tuple(NotServed.from_json(entry) for entry in data["not_served"]),
            gap_parts=tuple(
                GapPart.from_json({**part, "amount": stored(part["amount"], unit)})
                for part in data["gap_parts"]
            ),
            parameters=data["parameters"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} 不是方案文件（{error}）。", "请运行 wuye plan 重新生成。"
        ) from None


def make_plan(
    snapshot: Snapshot,
    division: int | None,
    target: Decimal,
    definition: Definition | None = None,
    *,
    reach_m: float | None = None,
    spare_default: Decimal | None = None,
    time_limit_s: float = 60.0,
) -> Plan:
    """Find the fewest takeovers that bring a division to its target.

    Parameters
    ----------
    division
        Division code; None is the whole snapshot.
    target
        Share, above 0 and at most 1; "以上" includes it.
    reach_m
        Polygon to polygon, inclusive; by default the action plan's.
    spare_default
        Share of what a project manages that stands for a blank capacity; by default blank is 0.
    time_limit_s
        For the solver; a plan that it cuts short says what is not proven.

    Raises
    ------
    UsageError
        For a target, reach or share out of range.
    NotFound
        For a division in which no compound stands on the date.
    """
    settings = action_plan()
    reach = Decimal(str(settings.reach_m if reach_m is None else reach_m))
    walk = Decimal(str(settings.walking_limit_m))
    _check(target, reach, spare_default, time_limit_s)
    definition = definition or Definition()
    scene = Scene(snapshot, definition, division, reach, walk, spare_default)
    numerator, denominator = scene.figures
    name = "全部" if division is None else snapshot.division_names.get(division, str(division))
    if not denominator:
        raise NotFound(
            f"{snapshot.as_of} 区划 {name} 没有可计入的小区。", "请核对区划代码、日期与口径。"
        )
    needed = max(0, ceil(Fraction(target) * denominator) - numerator)
    goal = fewest(needed, ties=("way", "rank"))
    solution = solve(scene.problem(), goal, time_limit_s=time_limit_s) if needed else None
    chosen = [] if solution is None else _chosen(scene, solution)
    reached = solution is None or solution.reached
    suggestions = explain.suggestions(scene, chosen)
    left = explain.not_served(scene, {m.candidate for m in chosen}, reached=reached)
    after = numerator + sum(int(scene.amount[m.candidate]) for m in chosen)
    return Plan(
        snapshot=snapshot.id,
        as_of=snapshot.as_of.isoformat(),
        made_up=snapshot.made_up,
        definition=definition,
        division=division,
        division_name=name,
        target=target,
        status="reached already" if not needed else "reached" if reached else "unreachable",
        numerator=numerator,
        denominator=denominator,
        numerator_after=after,
        needed=needed,
        numerator_bound=numerator + (0 if solution is None else solution.gain_bound),
        fewest_bound=0 if solution is None else solution.bound("count"),
        unproven=() if solution is None else solution.unproven,
        suggestions=suggestions,
        not_served=left,
        gap_parts=explain.gap_parts(scene, left),
        parameters={
            "rules": RULES,
            "division": None if division is None else str(division),
            "target": _plain(target),
            "reach_m": _plain(reach),
            "walking_limit_m": _plain(walk),
            "crossing_on_m": CROSSING_ON_M,
            "arterial_penalty_m": ARTERIAL_PENALTY_M,
            "old_until": settings.old_until,
            "spare_default": None if spare_default is None else _plain(spare_default),
            "time_limit_s": time_limit_s,
        },
    )


def _plain(number: Decimal) -> str:
    """Write a number one way only: 0.90 is 0.9."""
    return f"{number.normalize():f}"


def _chosen(scene: Scene, solution: Solution) -> list[Meeting]:
    problem = scene.problem()
    chosen = solution.host[problem.pair_candidate] == problem.pair_host
    return [scene.pairs[k] for k in np.flatnonzero(chosen).tolist()]


def _check(
    target: Decimal, reach_m: Decimal, spare_default: Decimal | None, time_limit_s: float
) -> None:
    if not 0 < target <= 1:
        raise UsageError(f"目标 {target} 超出范围。", "请给出大于 0、不超过 1 的份额，如 0.9。")
    if not 0 <= reach_m <= 5000:
        raise UsageError(f"距离 {reach_m} m 超出范围。", "请给出 0 至 5000 m。")
    if spare_default is not None and not 0 <= spare_default <= 1:
        raise UsageError(f"缺省余量 {spare_default} 超出范围。", "请给出 0 至 1 的份额，如 0.3。")
    if not time_limit_s > 0:
        raise UsageError(f"限时 {time_limit_s} 秒不可用。", "请给出大于 0 的秒数。")
