"""Parts that many answers have."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

SNAPSHOT_EXAMPLE = "3f6c0b7d9e21" + "0" * 52


class Answer(BaseModel):
    """A part of an answer: nothing in it that its type doesn't name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Answer):
    """What people read, in Chinese and in English."""

    model_config = ConfigDict(json_schema_extra={"example": {"zh": "五华区", "en": "Wuhua"}})

    zh: str
    en: str


def _pair(value: Any) -> Any:
    return {"zh": value[0], "en": value[1]} if isinstance(value, tuple) else value


Both = Annotated[Words, BeforeValidator(_pair)]
"""Words that the rooms below give as a pair."""


def _written(value: Any) -> Any:
    """Take dates as they are written; a bare number would be read as seconds since 1970."""
    if value is not None and not isinstance(value, str | dt.date):
        raise ValueError("应写成文字，如 2025-12-31")
    return value


Day = Annotated[dt.date, BeforeValidator(_written)]
"""A date in the body of a request."""

Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""A moment in the body of a request, with its zone."""

Code = Annotated[str, Field(description="区划代码。A division's code.", examples=["530102"])]
Share = Annotated[float | None, Field(ge=0, le=1, description="0–1；没有分母时为空。")]


class DefinitionWords(Answer):
    """What a figure counts (口径)."""

    id: str = Field(examples=["A-floor-urban-1f2e3d4c"])
    band: str
    basis: str
    population: str
    with_interim: bool
    plan_version: str
    text: str = Field(examples=["A档 · 建筑面积 · 城镇小区 · 不含物管会"])


class Dated(Answer):
    """The head of every answer that is made from one snapshot."""

    snapshot: str = Field(
        description="快照编号。The snapshot's id.",
        examples=[SNAPSHOT_EXAMPLE],
        pattern="^[0-9a-f]{64}$",
    )
    as_of: dt.date = Field(description="截止日期。As of this date.", examples=["2025-12-31"])
    made_up: bool = Field(description="含有示例数据。Holds made-up data.")


class Figures(Dated):
    """The head of every answer that holds figures."""

    definition: DefinitionWords


Bbox = Annotated[
    tuple[float, float, float, float] | None,
    Field(description="西、南、东、北（CRS84，度）；没有边界时为空。West, south, east, north.",
          examples=[[102.6, 25.0, 102.8, 25.4]]),
]  # fmt: skip
Point = Annotated[
    tuple[float, float] | None,
    Field(description="经度、纬度（CRS84，度）。Longitude, latitude.", examples=[[102.7, 25.04]]),
]
Next = Annotated[str | None, Field(description="下一页的 cursor；末页为空。Null at the end.")]
Total = Annotated[int, Field(ge=0, description="各页合计条数。How many in all pages.")]
