"""Compounds, their history, companies, and what a search finds."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import ConfigDict, Field

from service.schemas.common import Answer, Bbox, Both, Code, Dated, Figures, Next, Point, Total

State = Literal["professional", "trusteeship", "self", "none", "unknown"]


class Flag(Answer):
    """What a reader should know of a compound's facts."""

    id: str
    words: Both


class CompoundRow(Answer):
    """A compound as a list shows it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "code": "530102001-017", "name": "翠湖北路小区", "aliases": "地税局宿舍",
                "address": None, "division": "530102001", "place": ["昆明市", "五华区", "华山街道"],
                "state": "none", "mode": {"zh": "无物业", "en": "no service"}, "built_year": 1996,
                "old": True, "floor_area_m2": 18250.5, "floor_area_source": "given",
                "households": 240, "counted": False, "project": None, "company": None,
                "area": None, "committee": {"zh": "未成立", "en": "none"},
                "committee_term_ends": None, "interim": False, "party_due": False,
                "flags": [], "point": [102.7, 25.05], "placeholder": False,
            }
        },
    )  # fmt: skip

    code: str
    name: str | None
    aliases: str | None
    address: str | None
    division: Code | None
    place: list[str]
    state: str
    mode: Both
    built_year: int | None
    old: bool
    floor_area_m2: float | None
    floor_area_source: Literal["unknown", "given", "imputed"]
    households: int | None
    counted: bool = Field(description="是否计入所选口径的已覆盖。Covered under the definition.")
    project: str | None
    company: str | None
    area: str | None
    committee: Both
    committee_term_ends: dt.date | None = Field(description="任期最后一天。The term's last day.")
    interim: bool
    party_due: bool = Field(description="服务企业党组织应建未建。Its company's is due.")
    flags: list[Flag]
    point: Point
    placeholder: bool = Field(description="占位点，不是实际位置。Not where it lies.")


class StateSum(Answer):
    """The compounds of one state, of all that fit."""

    id: str
    name: Both
    compounds: int
    floor_area_m2: float


class CompoundList(Figures):
    """A page of compounds; sums are of all that fit."""

    items: list[CompoundRow]
    total: Total
    next: Next
    floor_area_m2: float
    households: int
    by_state: list[StateSum]


class CompoundPlaces(Figures):
    """Where all compounds of a list lie: one value a compound in each column."""

    total: Total
    unplaced: int = Field(description="没有位置、因此没有列出的。Without a place, not listed.")
    codes: list[str]
    names: list[str | None]
    lons: list[float] = Field(description="经度（CRS84，度）。Longitudes.")
    lats: list[float] = Field(description="纬度（CRS84，度）。Latitudes.")
    states: list[State]
    old: list[bool]
    placeholders: list[bool] = Field(description="占位点，不是实际位置。Not where it lies.")


class Reason(Answer):
    """Why it is or is not counted."""

    id: str
    words: Both


class ProjectCard(Answer):
    """The project that serves a compound."""

    code: str
    name: str | None
    contract_from: dt.date | None
    contract_to: dt.date | None
    active: bool | None


class CompanyCard(Answer):
    """The company of that project."""

    uscc: str
    name: str | None
    kind: str
    stars: int | None
    party: Literal["yes", "no", "unknown"]
    party_form: str
    instructor: Literal["yes", "no", "unknown"]


class AreaCard(Answer):
    """The management area that a compound belongs to."""

    code: str
    name: str | None
    share: float | None = Field(description="小区图形落在其中的比例。Of its polygon inside it.")


class SourceWords(Answer):
    """Where a fact was read."""

    model_config = ConfigDict(from_attributes=True)

    change: int
    file: str | None
    sheet: str | None
    row: int | None


class SourceOf(Answer):
    """A kind of fact, and where what holds on the date was read."""

    kind: str
    words: Both
    source: SourceWords


class Card(Figures):
    """Everything about a compound on the date."""

    compound: CompoundRow
    delivered_on: dt.date | None
    demolished_on: dt.date | None
    urban: bool
    land_area_m2: float | None
    evidence: str | None
    evidence_on: dt.date | None
    service_from: dt.date | None
    service_to: dt.date | None
    committee_filed_on: dt.date | None
    bbox: Bbox
    project: ProjectCard | None
    company: CompanyCard | None
    management_area: AreaCard | None
    in_denominator: bool
    counted: bool
    reason: Reason
    sources: list[SourceOf]


class FactWords(Answer):
    """One fact, dated twice."""

    kind: str
    words: Both
    subject: str
    facts: dict[str, Any]
    valid_from: dt.date | None
    valid_to: dt.date | None = Field(description="不再如此的第一天。First day no longer so.")
    known_from: int = Field(description="由哪次变更记入。The change that brought it.")
    known_to: int | None = Field(description="由哪次变更取代。The change that replaced it.")
    recorded_at: dt.datetime
    replaced_at: dt.datetime | None
    source: SourceWords
    inherited: dict[str, SourceWords] = Field(description="来自更早文件的值。From earlier files.")
    made_up: bool


class History(Answer):
    """Everything ever held about a compound."""

    code: str
    last_change: int
    made_up: bool
    facts: list[FactWords]


class CompanyRow(Answer):
    """A company; members only as three or more, or fewer."""

    uscc: str
    name: str | None
    kind: str
    division: Code | None
    place: list[str]
    active: bool = Field(description="有在管项目。Has an active project.")
    projects: int
    party: Literal["yes", "no", "unknown"]
    party_form: str
    instructor: Literal["yes", "no", "unknown"]
    members: Literal["three_or_more", "fewer"] | None
    due: bool = Field(description="党组织应建未建。Should have an organisation and has none.")
    stars: int | None


class CompanyList(Dated):
    """A page of companies, by name."""

    items: list[CompanyRow]
    total: Total
    next: Next


class Hit(Answer):
    """One thing found."""

    kind: Literal["division", "compound", "project"]
    code: str
    name: str
    path: list[str] = Field(examples=[["云南省", "昆明市", "五华区"]])
    point: Point
    bbox: Bbox
    placeholder: bool


class Hits(Dated):
    """What was found, the best first."""

    items: list[Hit]
    total: Total
