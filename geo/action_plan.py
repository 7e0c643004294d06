"""The action plan's indicators, targets and definitions, read from `action_plan.toml`.

A *definition* (口径) says what a figure counts: band, basis, population, with or without interim
committees, under which version of the plan. It has an id of its own; a figure carries that id
beside the snapshot's.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from geo.errors import UsageError

Basis = Literal["floor", "land", "count"]
Population = Literal["urban", "all"]
By = Literal["company", "project"]
"""What I3 and I4 count."""

BASIS_NAMES = {"floor": "建筑面积", "land": "用地面积", "count": "小区数"}
POPULATION_NAMES = {"urban": "城镇小区", "all": "全部小区"}


@dataclass(frozen=True)
class Indicator:
    """One indicator of the plan. ``target`` is a share, exact."""

    id: str
    name: str
    short: str
    name_en: str
    subject: Literal["compound", "company"]
    unit: str
    target: Decimal
    due: str
    definition: str
    definition_en: str


@dataclass(frozen=True)
class Band:
    """Which service modes count; `evidenced` ones only with evidence by the date."""

    id: str
    name: str
    name_en: str
    modes: frozenset[str]
    evidenced: frozenset[str]


@dataclass(frozen=True)
class ActionPlan:
    """The plan as data.

    ``takeover`` is read by `geo.takeover.plan.conditions`.
    """

    version: str
    title: str
    title_en: str
    scope_note: str
    scope_note_en: str
    indicators: dict[str, Indicator]
    bands: dict[str, Band]
    plot_ratio_old_until: int
    plot_ratio: dict[str, Decimal]
    old_until: int
    reach_m: float
    walking_limit_m: float
    adjacent_m: float
    takeover: dict[str, Any]
    lead_months_least: int
    lead_months: int

    def indicator(self, key: str) -> Indicator:
        """Give an indicator by id, or say which there are."""
        try:
            return self.indicators[key.upper()]
        except KeyError:
            known = "、".join(self.indicators)
            raise UsageError(f"没有指标 {key}。", f"可用的指标：{known}") from None

    def band(self, key: str) -> Band:
        """Give a band by id, or say which there are."""
        try:
            return self.bands[key.upper()]
        except KeyError:
            raise UsageError(f"没有口径档 {key}。", f"可用：{'、'.join(self.bands)}") from None


@dataclass(frozen=True)
class Definition:
    """What a figure counts (口径)."""

    band: str = "A"
    basis: Basis = "floor"
    population: Population = "urban"
    with_interim: bool = False

    @property
    def id(self) -> str:
        """Identify the definition: readable words, then a hash that includes the plan's version."""
        words = f"{self.band}-{self.basis}-{self.population}"
        words += "-with_interim" if self.with_interim else ""
        digest = hashlib.sha256(f"{words}@{action_plan().version}".encode()).hexdigest()
        return f"{words}-{digest[:8]}"

    def describe(self) -> str:
        """Say the definition in Chinese, as a map's legend does."""
        return " · ".join(
            (
                f"{self.band}档",
                BASIS_NAMES[self.basis],
                POPULATION_NAMES[self.population],
                "含物管会" if self.with_interim else "不含物管会",
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Give the definition as CONTRACT's JSON holds it."""
        return {
            "id": self.id,
            "band": self.band,
            "basis": self.basis,
            "population": self.population,
            "with_interim": self.with_interim,
            "plan_version": action_plan().version,
            "text": self.describe(),
        }


@cache
def action_plan() -> ActionPlan:
    """Read the plan that comes with this version."""
    data = tomllib.loads(files("geo").joinpath("action_plan.toml").read_text("utf-8"))
    return ActionPlan(
        version=data["version"],
        title=data["title"],
        title_en=data["title_en"],
        scope_note=data["scope_note"],
        scope_note_en=data["scope_note_en"],
        indicators={
            key: Indicator(
                id=key,
                target=Decimal(item["target"]),
                due=item["due"].isoformat(),
                **{
                    name: item[name]
                    for name in (
                        "name",
                        "short",
                        "name_en",
                        "subject",
                        "unit",
                        "definition",
                        "definition_en",
                    )
                },
            )
            for key, item in data["indicators"].items()
        },
        bands={
            key: Band(
                key,
                item["name"],
                item["name_en"],
                frozenset(item["modes"]),
                frozenset(item["evidenced"]),
            )
            for key, item in data["bands"].items()
        },
        plot_ratio_old_until=data["plot_ratio"]["old_until"],
        plot_ratio={key: Decimal(data["plot_ratio"][key]) for key in ("old", "later", "unknown")},
        old_until=data["old"]["built_until"],
        reach_m=data["takeover"]["reach_m"],
        walking_limit_m=data["takeover"]["walking_limit_m"],
        adjacent_m=data["takeover"]["adjacent_m"],
        takeover=data["takeover"],
        lead_months_least=data["case"]["lead_months_least"],
        lead_months=data["case"]["lead_months"],
    )
