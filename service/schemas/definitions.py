"""What figures mean."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from service.schemas.common import Answer, Both


class PlanWords(Answer):
    """The action plan that targets come from."""

    version: str
    title: Both
    scope_note: Both


class ShareClassWords(Answer):
    """A class of shares: from `low`, included, to `high`, excluded."""

    low: float
    high: float | None
    label: Both
    colour: str
    side: Literal["below", "above"]


class IndicatorWords(Answer):
    """An indicator with its target, meaning and classes."""

    id: str = Field(examples=["I1"])
    name: Both
    short: str
    meaning: Both
    subject: str
    unit: str
    target: float = Field(examples=[0.9])
    target_text: str = Field(examples=["90 %"])
    due: dt.date
    classes: list[ShareClassWords]


class Choice(Answer):
    """A choice, and what choosing it changes."""

    id: str
    name: Both
    effect: Both


class BandWords(Choice):
    """A band, and the service modes that count in it."""

    modes: list[str]


class InterimWords(Answer):
    """With or without interim committees."""

    value: bool
    name: Both
    effect: Both


class LevelWords(Answer):
    """A level of divisions."""

    id: str
    name: Both


class StateWords(Answer):
    """A state of service: its modes and how it is drawn."""

    id: str
    name: Both
    modes: list[str]
    fill: str
    line: str
    pattern: str


class FilterWords(Answer):
    """A filter of the list of compounds."""

    id: str
    name: Both
    meaning: Both


class FileColumn(Answer):
    """A column that a file of a kind may have."""

    id: str = Field(examples=["floor_area_m2"])
    header: str = Field(examples=["建筑面积(㎡)"])
    words: Both = Field(description="表头及其英文。The header, and what it is in English.")
    required: bool


class FileKindWords(Answer):
    """A kind of file that can be imported, with its columns."""

    id: str = Field(examples=["ledger"])
    columns: list[FileColumn]


class Definitions(Answer):
    """Everything that gives figures their meaning."""

    plan: PlanWords
    indicators: list[IndicatorWords]
    bands: list[BandWords]
    bases: list[Choice]
    populations: list[Choice]
    with_interim: list[InterimWords]
    levels: list[LevelWords]
    states: list[StateWords]
    filters: list[FilterWords]
    case_states: list[str]
    file_kinds: list[FileKindWords]
