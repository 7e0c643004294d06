"""A plan as it is asked for over HTTP: areas in m², money in yuan, codes as texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from geo.action_plan import Basis, Definition, Population
from geo.errors import UsageError
from geo.takeover.plan.conditions import Conditions, Within
from geo.takeover.plan.decided import Added, Decided
from geo.takeover.plan.request import Aim, Request
from service.options import definition_of, division_code
from service.schemas.common import Day

LONGEST_CODE: Final = 64


def _plain(text: str) -> str:
    """Refuse what no text of PostgreSQL can hold."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError("has characters that are no text")
    return text


Text = Annotated[str, AfterValidator(_plain)]
Code = Annotated[str, Field(min_length=1, max_length=LONGEST_CODE), AfterValidator(_plain)]
Share = Annotated[float, Field(strict=True, gt=0, le=1)]
Area = Annotated[float, Field(strict=True, ge=0, le=10**9)]


class Body(BaseModel):
    """A body of a request: nothing in it that nobody reads."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class DefinitionAsk(Body):
    """By which definition (口径) shares are counted."""

    band: Literal["A", "B", "C"] = "A"
    basis: Basis = "floor"
    population: Population = "urban"
    with_interim: StrictBool = False

    def definition(self) -> Definition:
        """Give the definition."""
        return definition_of(self.band, self.basis, self.population, with_interim=self.with_interim)


class LimitsAsk(Body):
    """Limits; those not given are the action plan's (``GET /plans/options``)."""

    reach_m: Annotated[float, Field(strict=True, ge=0, le=5000)] | None = None
    walking_limit_m: Annotated[float, Field(strict=True, ge=0, le=5000)] | None = None
    adjacent_m: Annotated[float, Field(strict=True, ge=0, le=500)] | None = None
    within: Within | None = None
    stars_least: Annotated[int, Field(strict=True, ge=0, le=5)] | None = None
    contract_months: Annotated[int, Field(strict=True, ge=-1200, le=120)] | None = None
    chain_depth: Annotated[int, Field(strict=True, ge=1, le=5)] | None = None
    bundle_below_m2: Annotated[float, Field(strict=True, ge=0, le=10_000_000)] | None = None
    bundle_floor_m2: Annotated[float, Field(strict=True, ge=0, le=10_000_000)] | None = None
    bundle_with_host: StrictBool | None = None
    spare_default: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None
    households_per_staff: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    company_cap_m2: Annotated[float, Field(strict=True, ge=0, le=10**9)] | None = None
    fallback: StrictBool | None = None
    setup_yuan: Annotated[float, Field(strict=True, ge=0, le=10**9)] | None = None
    years: Annotated[int, Field(strict=True, ge=0, le=30)] | None = None
    unit_cost: Annotated[float, Field(strict=True, ge=0, le=100)] | None = None
    old_fee: Annotated[float, Field(strict=True, ge=0, le=100)] | None = None
    collection: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None

    def conditions(self) -> Conditions:
        """Give the conditions: what is not said is the action plan's setting."""
        given: dict[str, Any] = {}
        for name, value in self.model_dump(exclude_none=True).items():
            if name.endswith("_m2"):
                given[f"{name[:-3]}_dm2"] = round(value * 100)
            else:
                given[name] = Decimal(str(value)) if isinstance(value, float) else value
        return Conditions.default().changed(**given)


class AddedAsk(Body):
    """A project that there isn't yet."""

    code: Code
    compound: Code = Field(description="驻点小区。The compound that it works from.")
    spare_m2: Area


Pair = Annotated[tuple[Code, Code | None], Field(examples=[["C001", "P001"], ["C002", None]])]
Most = Field(default=(), max_length=5000)


class DecidedAsk(Body):
    """What people decided: pairs are ``[compound, project]``, project null for any."""

    locked: Annotated[tuple[Pair, ...], Most] = ()
    forbidden: Annotated[tuple[Pair, ...], Most] = ()
    refused: Annotated[tuple[Code, ...], Most] = ()
    sanctioned: Annotated[tuple[Code, ...], Most] = ()
    crossed: Annotated[tuple[tuple[Code, Code], ...], Most] = ()
    capacity: dict[Code, Area] = Field(
        default_factory=dict, description="可增管面积（㎡），按项目。Spare area by project."
    )
    added: Annotated[tuple[AddedAsk, ...], Most] = ()

    def decided(self) -> Decided:
        """Give the decisions."""
        return Decided(
            locked=self.locked,
            forbidden=self.forbidden,
            refused=self.refused,
            sanctioned=self.sanctioned,
            crossed=self.crossed,
            capacity_dm2={code: round(area * 100) for code, area in self.capacity.items()},
            added=tuple(
                Added(one.code, one.compound, round(one.spare_m2 * 100)) for one in self.added
            ),
        )


class PlanAsk(Body):
    """A plan to be made at once."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [
                {"division": "530102", "target": 0.9, "aim": "fewest", "limits": {"reach_m": 300},
                 "decided": {"forbidden": [["C001", None]]}}
            ]
        },
    )  # fmt: skip

    snapshot: Annotated[str | None, Field(pattern=r"^[0-9a-f]{6,64}$")] = Field(
        default=None, description="快照；不写则按 as_of。Without it, the one of as_of."
    )
    as_of: Day | None = Field(
        default=None, description="截止日期；默认最近一日。Default: the newest."
    )
    division: Annotated[str | None, Field(pattern=r"^[1-9][0-9]{1,11}$")] = None
    target: Share = 0.9
    aim: Aim = "fewest"
    budget_yuan: Annotated[float, Field(strict=True, ge=0, le=10**12)] | None = None
    each_child: Share | None = Field(
        default=None, description="每个下级区划也要达到的比率。A share for each child too."
    )
    child_level: Literal["prefecture", "county", "street", "community"] | None = None
    definition: DefinitionAsk = DefinitionAsk()
    limits: LimitsAsk = LimitsAsk()
    decided: DecidedAsk = DecidedAsk()
    time_limit_s: Annotated[float, Field(strict=True, gt=0, le=20)] = 5.0
    base: Annotated[str | None, Field(min_length=6, max_length=64, pattern="^[0-9a-f]+$")] = Field(
        default=None,
        description="与之比较的方案：已存的编号，或本服务刚求过的 plan 或 digest。"
        "What to compare with: a kept plan's id, or the plan or digest of one solved before.",
    )

    def request(self) -> Request:
        """Give the request.

        Raises
        ------
        UsageError
            For a code that is none, or a limit out of range.
        """
        each, budget = self.each_child, self.budget_yuan
        return Request(
            division=division_code(self.division, "division"),
            target=_share(self.target),
            definition=self.definition.definition(),
            aim=self.aim,
            each_child=None if each is None else _share(each),
            child_level=self.child_level,
            budget_fen=None if budget is None else round(budget * 100),
            conditions=self.limits.conditions(),
            decided=self.decided.decided(),
            time_limit_s=self.time_limit_s,
        )


class JobAsk(PlanAsk):
    """A plan to be made by a job and kept."""

    time_limit_s: Annotated[float, Field(strict=True, gt=0, le=3600)] = 60.0


def _share(value: float) -> Decimal:
    found = Decimal(str(value))
    if not 0 < found <= 1:
        raise UsageError(f"比率 {value} 超出范围。", "请给出大于 0、不超过 1 的份额，如 0.9。")
    return found
