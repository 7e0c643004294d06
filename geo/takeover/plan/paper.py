"""A plan on paper: what is proposed, what is not and why, its figures; as JSON and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

from geo.action_plan import Definition
from geo.errors import InputError, NotFound
from geo.takeover.plan import words
from geo.takeover.plan.record import FallbackStep, GapPart, NotServed, Suggestion, shown, stored
from geo.whole import beside

Status = Literal["reached already", "reached", "unreachable", "infeasible", "most"]


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
        "unreachable": the suggestions are those that come nearest to the target; "infeasible":
        what is locked can't stand together; "most": there was no target to reach.
    numerator_bound
        No plan comes to more; more than `numerator_after` where a limit stopped the search, and
        all that lies within reach where the target is reached.
    fewest_bound
        No plan that comes as far has fewer takeovers.
    unproven
        Of "fair", "reach", "count", "way", "rank": what a limit stopped before it was proven.
    not_served, gap_parts
        The candidates that are not used, and the whole gap that stays, by reason.
    parameters
        What the plan was made with; part of its id.
    aim, cost_fen
        What it is for (`geo.takeover.plan.request.AIMS`); what it costs by its assumptions.
    fallbacks
        Compounds left to a fallback mode.
    children
        Each child division: code, name, share before and after, target and whether it is met.
    shortfalls
        Where it can't be done, the numbers that make it so.
    time_limited, gap
        Whether the time limit stopped the search, and how far the first aim may then be from the
        best, as a share.
    names
        Names of what its decisions name by code.
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
    aim: str = "fewest"
    cost_fen: int = 0
    fallbacks: tuple[FallbackStep, ...] = ()
    children: tuple[dict[str, Any], ...] = ()
    shortfalls: tuple[dict[str, Any], ...] = ()
    time_limited: bool = False
    gap: float = 0.0
    names: Mapping[str, str] = field(default_factory=dict)

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
            "aim": self.aim,
            "cost_yuan": self.cost_fen / 100,
            "time_limited": self.time_limited,
            "gap": self.gap,
            "assumptions": assumptions(self.parameters),
            "share": float(self.share),
            "share_after": float(self.share_after),
            "share_bound": float(self.share_bound),
            **{name: shown(getattr(self, name), unit) for name in _AMOUNTS},
            "fewest_bound": self.fewest_bound,
            "unproven": list(self.unproven),
            "suggestions": [entry.as_json() for entry in self.suggestions],
            "fallbacks": [entry.as_json() for entry in self.fallbacks],
            "children": list(self.children),
            "shortfalls": list(self.shortfalls),
            "not_served": [entry.as_json() for entry in self.not_served],
            "gap_parts": [
                {**part.as_json(), "amount": shown(part.amount, unit)} for part in self.gap_parts
            ],
            "parameters": self.parameters,
            "names": dict(self.names),
            "lines": self.lines(),
        }

    def save(self, path: Path) -> None:
        """Write the plan as JSON, whole or not at all."""
        text = json.dumps(self.as_json(), ensure_ascii=False, indent=1)
        with beside(path) as part:
            part.write_text(text + "\n", "utf-8")


def assumptions(parameters: dict[str, Any]) -> list[str]:
    """Say the assumptions that costs rest on; none is of the plan or of a published source."""
    if "cost_unit_cost" not in parameters:
        return []
    return [
        f"每个小区前期费用 {parameters['cost_setup_yuan']} 元（假设）",
        f"服务成本 {parameters['cost_unit_cost']} 元/㎡·月（假设）",
        f"老旧小区物业费 {parameters['cost_old_fee']} 元/㎡·月（假设）",
        f"老旧小区收缴率 {parameters['cost_collection']}（假设）",
        f"补贴按 {parameters['cost_years']} 年计（假设）",
    ]


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
            aim=data.get("aim", "fewest"),
            cost_fen=round(data.get("cost_yuan", 0) * 100),
            fallbacks=tuple(FallbackStep.from_json(entry) for entry in data.get("fallbacks", ())),
            children=tuple(data.get("children", ())),
            shortfalls=tuple(data.get("shortfalls", ())),
            time_limited=data.get("time_limited", False),
            gap=data.get("gap", 0.0),
            names=data.get("names", {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} 不是方案文件（{error}）。", "请运行 wuye plan 重新生成。"
        ) from None
