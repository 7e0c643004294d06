"""Figures by division."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from service.schemas.common import Answer, Bbox, Both, Figures, Share

Met = Literal["yes", "no", "undetermined"]
Unit = Literal["m2", "compounds", "companies", "projects"]


class FigureText(Answer):
    """A figure as a reader sees it; null where there is nothing to say."""

    share: str | None = Field(examples=["81.9 %"])
    bounds: str | None = Field(description="有未核实的才有。Only with unknowns.")
    high: str | None
    gap: Both | None = Field(description="还需多少。What is still needed.")
    points: str | None = Field(description="差几个百分点。Percentage points missing.")
    numerator: Both | None
    denominator: Both | None
    unknown: Both | None
    unknown_share: str | None
    imputed: str | None = Field(description="推算面积所占比例。Share of estimated area.")


class CoverageRow(Answer):
    """One division's figure; areas in m² with two decimals."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "division": "530102", "name": "五华区", "kind": "division",
                "numerator": 819000.0, "denominator": 1000000.0, "unknown": 20000.0,
                "imputed_share": 0.02, "share": 0.819, "low": 0.819, "high": 0.839,
                "target": 0.9, "met": "no", "gap_points": 8.1, "gap_amount": 81000,
                "contribution": 1.2, "unmeasured": 0, "class": 2,
                "text": {
                    "share": "81.9 %", "bounds": "81.9–83.9 %", "high": "83.9 %",
                    "gap": {"zh": "8.10 万㎡", "en": "81,000 m²"}, "points": "8.1",
                    "numerator": {"zh": "81.9 万㎡", "en": "819,000 m²"},
                    "denominator": {"zh": "100.0 万㎡", "en": "1 million m²"},
                    "unknown": {"zh": "2.00 万㎡", "en": "20,000 m²"},
                    "unknown_share": "2.0 %", "imputed": "2.0 %",
                },
            }
        },
    )  # fmt: skip

    division: str | None = Field(
        description="未落入下级区划的一行为空。Null for what lies outside."
    )
    name: str
    kind: Literal["division", "outside"]
    numerator: float
    denominator: float
    unknown: float
    imputed_share: Share
    share: Share
    low: Share
    high: Share
    target: float
    met: Met | None
    gap_points: float | None
    gap_amount: int = Field(description="整㎡或整数，向上取整。Whole m² or a count, rounded up.")
    contribution: float | None = Field(
        description="对总缺口的贡献（百分点）。Points of the whole's gap."
    )
    unmeasured: int = Field(description="面积不明、只计个数的小区。Compounds of unknown area.")
    place: int | None = Field(
        alias="class", description="在指标分级中的序号；无数据为空。Index into the classes."
    )
    text: FigureText


class CoverageAnswer(Figures):
    """An indicator by division: the same as ``wuye coverage --json``, with class and text."""

    indicator: str
    name: str
    unit: Unit
    level: str
    counts: Both = Field(description="数的是什么，口径的文字。What is counted, in words.")
    target_note: str
    rows: list[CoverageRow]
    total: CoverageRow
    bbox: Bbox
    tile_tags: dict[str, str] = Field(
        description="各图层瓦片内容的指纹：两个快照某图层指纹相同，则该图层瓦片相同。"
        "By layer: equal in two snapshots means equal tiles.",
        examples=[{"divisions": "08feb0d65c1b9f3a"}],
    )
