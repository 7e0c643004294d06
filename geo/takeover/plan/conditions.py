"""The limits that a plan is made under: the action plan's settings, each of which can be set.

Every limit includes its own number: 500 m is within a reach of 500 m, 3 stars meet 3 stars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final, Literal, Self

from geo.action_plan import action_plan
from geo.errors import UsageError

Within = Literal["community", "street", "county"]
WITHIN: Final = ("community", "street", "county")
WITHIN_NAMES: Final = {"community": "社区", "street": "街道", "county": "县区"}


@dataclass(frozen=True)
class Costs:
    """What a takeover costs; assumptions all (DOMAIN §4 [I]).

    cost = set-up + years * 12 * max(0, unit cost - fee * collection) * floor area

    Attributes
    ----------
    setup_yuan
        Once a compound.
    years
        How long a subsidy is reckoned for.
    unit_cost, old_fee
        Yuan a m² and month: what service costs, and an old compound's fee.
    collection
        Share of that fee that comes in.
    fee_ratio_least
        Below this share of the host's own fee the old compound's is flagged.
    """

    setup_yuan: Decimal
    years: int
    unit_cost: Decimal
    old_fee: Decimal
    collection: Decimal
    fee_ratio_least: Decimal

    @property
    def gap_yuan(self) -> Decimal:
        """What is short, yuan a m² and month."""
        return max(Decimal(0), self.unit_cost - self.old_fee * self.collection)

    def subsidy_fen(self, floor_area_dm2: int) -> int:
        """Give the subsidy over all years, in fen, rounded up."""
        whole = self.gap_yuan * 12 * self.years * floor_area_dm2  # yuan a m² * dm² = fen
        return int(whole.to_integral_value(ROUND_CEILING))

    @property
    def setup_fen(self) -> int:
        """Set-up, in fen."""
        return int(self.setup_yuan * 100)


@dataclass(frozen=True)
class Conditions:
    """Limits of a plan.

    Attributes
    ----------
    reach_m, walking_limit_m, adjacent_m
        Polygon to polygon; by a crossing; compounds next to each other, for chains and bundles.
    within
        A host lies in the same community, street or county. The county is hard.
    stars_least
        Of a host's company where it is rated; an unrated one is allowed and flagged.
    contract_months
        What a host's contract has left at least; negative: may be over so long. A blank end is
        allowed and flagged.
    chain_depth
        1: no chains.
    bundle_below_dm2, bundle_floor_dm2, bundle_with_host
        See `geo.takeover.solver.rules.Bundles`; 0 below: no bundles.
    spare_default
        Share of what a project manages that stands for a blank capacity; None: blank is 0.
    households_per_staff
        How many households one of a host's staff can look after; None: no limit by households.
    company_cap_dm2
        What the projects of a company take over together at most; None: no limit.
    fallback
        Whether the plan may use the fallback modes for compounds that no neighbour can take.
    """

    reach_m: Decimal
    walking_limit_m: Decimal
    adjacent_m: Decimal
    within: Within
    stars_least: int
    contract_months: int
    chain_depth: int
    bundle_below_dm2: int
    bundle_floor_dm2: int
    bundle_with_host: bool
    costs: Costs
    spare_default: Decimal | None = None
    households_per_staff: int | None = None
    company_cap_dm2: int | None = None
    fallback: bool = False

    @classmethod
    def default(cls) -> Conditions:
        """Give the action plan's settings."""
        data = action_plan().takeover
        cost = data["cost"]
        return cls(
            reach_m=Decimal(str(data["reach_m"])),
            walking_limit_m=Decimal(str(data["walking_limit_m"])),
            adjacent_m=Decimal(str(data["adjacent_m"])),
            within=data["within"],
            stars_least=data["stars_least"],
            contract_months=data["contract_months"],
            chain_depth=data["chain_depth"],
            bundle_below_dm2=data["bundle_below_m2"] * 100,
            bundle_floor_dm2=data["bundle_floor_m2"] * 100,
            bundle_with_host=data["bundle_with_host"],
            costs=Costs(
                setup_yuan=Decimal(str(cost["setup_yuan"])),
                years=cost["years"],
                unit_cost=Decimal(cost["unit_cost"]),
                old_fee=Decimal(cost["old_fee"]),
                collection=Decimal(cost["collection"]),
                fee_ratio_least=Decimal(cost["fee_ratio_least"]),
            ),
        )

    def changed(self, **limits: Any) -> Self:
        """Give other conditions; None leaves a limit as it is. Names of `Costs` are its own.

        Raises
        ------
        UsageError
            For a limit out of range.
        """
        given = {name: value for name, value in limits.items() if value is not None}
        own = {field.name for field in fields(Costs)}
        costs = replace(self.costs, **{name: given.pop(name) for name in own & set(given)})
        found = replace(self, costs=costs, **given)
        found.check()
        return found

    def check(self) -> None:
        """Refuse limits out of range."""
        limits: tuple[tuple[str, Any, Any, Any, str], ...] = (
            ("距离", self.reach_m, 0, 5000, "m"),
            ("步行距离", self.walking_limit_m, 0, 5000, "m"),
            ("相邻距离", self.adjacent_m, 0, 500, "m"),
            ("星级", self.stars_least, 0, 5, "星"),
            ("合同剩余", self.contract_months, -1200, 120, "个月"),
            ("链长", self.chain_depth, 1, 5, ""),
            ("连片下限", self.bundle_floor_dm2 / 100, 0, 10_000_000, "㎡"),
            ("小体量", self.bundle_below_dm2 / 100, 0, 10_000_000, "㎡"),
            ("缺省余量", self.spare_default or 0, 0, 1, ""),
            ("人均户数", self.households_per_staff or 1, 1, 1000, "户"),
            ("企业上限", (self.company_cap_dm2 or 0) / 100, 0, 10**9, "㎡"),
            ("年数", self.costs.years, 0, 30, "年"),
            ("收缴率", self.costs.collection, 0, 1, ""),
            ("前期费用", self.costs.setup_yuan, 0, 10**9, "元"),
            ("单位成本", self.costs.unit_cost, 0, 100, "元"),
            ("老旧小区物业费", self.costs.old_fee, 0, 100, "元"),
        )
        for name, value, least, most, unit in limits:
            if not least <= value <= most:
                raise UsageError(
                    f"{name} {value} {unit} 超出范围。".replace("  ", " "),
                    f"请给出 {least} 至 {most} {unit}".rstrip() + "。",
                )
        if self.within not in WITHIN:
            raise UsageError(f"没有区划范围 {self.within}。", f"可用：{'、'.join(WITHIN)}。")

    def as_json(self) -> dict[str, Any]:
        """Give the limits as a plan's parameters hold them: exact numbers as texts."""
        words: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "costs":
                words |= {
                    f"cost_{part.name}": _word(getattr(value, part.name)) for part in fields(Costs)
                }
            else:
                words[field.name] = _word(value)
        return words

    @classmethod
    def from_json(cls, words: Mapping[str, Any]) -> Conditions:
        """Read limits back; one that an older plan doesn't have is the setting of today."""
        found = cls.default()
        costs = {
            part.name: type(getattr(found.costs, part.name))(words[f"cost_{part.name}"])
            for part in fields(Costs)
            if f"cost_{part.name}" in words
        }
        own: dict[str, Any] = {}
        for field in fields(cls):
            if field.name in words and field.name != "costs":
                value = words[field.name]
                exact = field.name in {"reach_m", "walking_limit_m", "adjacent_m", "spare_default"}
                own[field.name] = Decimal(value) if exact and value is not None else value
        return replace(found, costs=replace(found.costs, **costs), **own)


def _word(value: Any) -> Any:
    """Write a number one way only: 0.90 is 0.9."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
