"""Divisions as lists and maps name them."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from service.schemas.common import Answer, Bbox, Code, Dated, Next, Point, Total


class Division(Answer):
    """A division; box and point are null where there is no outline."""

    model_config = ConfigDict(from_attributes=True, coerce_numbers_to_str=True)

    code: Code
    name: str = Field(examples=["五华区"])
    level: str = Field(examples=["county"])
    parent: str | None = Field(description="上级区划代码。The division above.", examples=["5301"])
    bbox: Bbox
    point: Point


class DivisionList(Dated):
    """A page of divisions, by code."""

    items: list[Division]
    total: Total
    next: Next


class OneDivision(Dated):
    """A division with those above it, and the levels below it that there are."""

    division: Division
    path: list[Division] = Field(
        description="自省而下，含本级。From the province down, itself last."
    )
    levels: list[str] = Field(description="下面有哪几级。Levels below it.", examples=[["street"]])
