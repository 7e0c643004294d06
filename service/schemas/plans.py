"""Takeover plans and cases."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.schemas.common import SNAPSHOT_EXAMPLE, Answer, Both, DefinitionWords, Words

PlanId = Annotated[
    str, Field(description="方案编号。The plan's id.", examples=["a5421f1b0951" + "0" * 52])
]
PlanStatus = Literal["reached already", "reached", "unreachable", "infeasible", "most"]


class AimWords(Answer):
    """What a plan can be for."""

    id: str = Field(examples=["fewest"])
    meaning: Words


class LimitWords(Answer):
    """A limit that a plan keeps to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "id": "reach_m", "unit": "m", "default": 500.0, "least": 0, "most": 5000,
                "choices": None,
                "meaning": {"zh": "与在管项目的距离上限（含）", "en": "farthest from a project"},
            }
        },
    )  # fmt: skip

    id: str
    unit: str | None = Field(description="m m2 months households share yuan years …")
    meaning: Words
    default: int | float | bool | str | None
    least: float | None
    most: float | None
    choices: list[str] | None


class DecisionWords(Answer):
    """A kind of decision that people can make about a plan."""

    id: str = Field(examples=["locked"])
    meaning: Words


class PlanOptions(Answer):
    """What a plan can be asked for."""

    target: float
    aims: list[AimWords]
    limits: list[LimitWords]
    decisions: list[DecisionWords]
    time_limit_s: dict[str, float] = Field(description="default, most, most_of_job")


class PlanWords(BaseModel):
    """A plan as ``wuye plan --json`` gives it: what is proposed, what is not and why, figures."""

    model_config = ConfigDict(extra="allow")

    plan: PlanId
    snapshot: str = Field(examples=[SNAPSHOT_EXAMPLE])
    as_of: dt.date
    made_up: bool
    definition: DefinitionWords | dict[str, Any]
    division: str | None = Field(examples=["530102"])
    name: str = Field(examples=["五华区"])
    status: PlanStatus
    share: float
    share_after: float
    share_bound: float = Field(description="任何方案都达不到更高。No plan comes to more.")
    suggestions: list[dict[str, Any]] = Field(description="接管建议，按次序。In order.")
    not_served: list[dict[str, Any]] = Field(description="未安排的小区与原因。Not used, and why.")
    unproven: list[str] = Field(description="空则为已证明最优。Empty: proven to be the best.")
    parameters: dict[str, Any]


class Figure(Answer):
    """A figure of two plans."""

    before: Any
    after: Any
    more: float | None = Field(default=None, description="不可比则为空。Null if not of one kind.")


class Pair(Answer):
    """What a plan was made under, where two differ."""

    before: Any
    after: Any


class Moved(Answer):
    """A compound that both plans take over, by another host."""

    compound: str
    before: dict[str, Any]
    after: dict[str, Any]


class DifferenceAnswer(Answer):
    """What one plan does otherwise than another."""

    added: list[dict[str, Any]]
    dropped: list[dict[str, Any]]
    moved: list[Moved]
    kept: int
    figures: dict[str, Figure]
    conditions: dict[str, Pair]


class LineGeometry(Answer):
    """A line, lon lat (CRS84): from the host to the compound."""

    type: Literal["LineString"]
    coordinates: list[list[float]]


class LineWords(Answer):
    """What a line stands for."""

    rank: int
    compound: str
    name: str
    project: str
    project_name: str
    via: str
    parent: str | None
    gap_m: float
    floor_area_m2: float
    gain_points: float
    proven: bool


class Line(Answer):
    """A suggestion as a line."""

    type: Literal["Feature"]
    geometry: LineGeometry
    properties: LineWords


class Lines(Answer):
    """A plan's suggestions as lines (GeoJSON)."""

    type: Literal["FeatureCollection"]
    features: list[Line]


class Solved(Answer):
    """A plan that was made now and is not kept."""

    plan: PlanWords
    digest: str = Field(description="可作下一次的 base。May be the next request's base.")
    difference: DifferenceAnswer | None
    lines: Lines
    counts: Both = Field(description="口径。What the shares count.")


class KeptPlan(Answer):
    """A kept plan, in a list."""

    id: PlanId
    digest: str
    snapshot: str
    division: str | None
    name: str | None
    as_of: str | None
    status: str | None
    takeovers: int
    author: str
    at: dt.datetime


class PlanList(Answer):
    """A page of kept plans, newest first."""

    items: list[KeptPlan]
    total: int
    next: str | None


class StepAnswer(Answer):
    """A step that a case took."""

    state: str = Field(examples=["街道受理"])
    at: dt.date
    author: str
    reason: str | None
    evidence: str | None
    figures: dict[str, Any]
    change: int


class FigureWanted(Answer):
    """A figure that a step needs."""

    id: str = Field(examples=["total_area_m2"])
    kind: Literal["area", "count", "date", "yes_no", "code", "mode"]
    words: Words
    required: bool


class OpenStep(Answer):
    """A step that a case may take now, and what it needs."""

    state: str = Field(examples=["表决"])
    words: Words
    needs: Words = Field(description="需要什么。What it needs, in words.")
    reason: bool = Field(description="必须写明理由。Whether a reason is a must.")
    evidence: bool = Field(description="必须写明依据。Whether evidence is a must.")
    figures: list[FigureWanted]


class CaseAnswer(Answer):
    """A case, its steps, and those that are open."""

    case: int
    compound: str
    compound_name: str
    project: str
    project_name: str
    division: str | None
    plan: str | None
    parent: str | None = Field(description="连片承接的上一环小区，须先进场。To be entered first.")
    parent_state: str | None = Field(description="上一环的案件状态。State of the parent's case.")
    warnings: list[str] = Field(description="需要注意的情况。What stands in the way.")
    state: str = Field(examples=["企业意愿"])
    stage: str
    closed: bool
    next: list[str]
    opened_on: dt.date | None
    latest_start: dt.date = Field(description="按期进场的最迟启动日。The last day to begin.")
    latest_start_at_best: dt.date
    due: dt.date
    steps: list[StepAnswer]
    open: list[OpenStep]


class CaseList(Answer):
    """A page of cases, by number."""

    items: list[CaseAnswer]
    total: int
    next: str | None
