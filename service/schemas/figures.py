"""Figures over dates, taken apart, and set against each other."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from service.schemas.common import Answer, Both, Code, DefinitionWords, Figures, Share
from service.schemas.coverage import CoverageRow, Unit


class SeriesPoint(Answer):
    """The whole's figure on one date."""

    as_of: dt.date
    snapshot: str
    made_up: bool
    row: CoverageRow


class RequiredPoint(Answer):
    """Where the straight path stands on a date."""

    as_of: dt.date
    share: float


class RequiredPath(Answer):
    """The straight path from the first point to the target on its due date; a planning line."""

    note: Both
    due: dt.date
    points: list[RequiredPoint]


class Series(Answer):
    """An indicator over dates."""

    indicator: str
    name: str
    unit: Unit
    target: float
    definition: DefinitionWords
    known_change: int = Field(description="按到哪次变更为止所知。Known up to this change.")
    made_up: bool
    step: Literal["month", "quarter", "year"]
    points: list[SeriesPoint]
    missing: list[dt.date] = Field(description="还没有快照的日期。Dates without a snapshot.")
    required: RequiredPath | None


class GapPart(Answer):
    """Compounds that are not covered and have something in common."""

    id: str
    name: Both
    compounds: int
    amount: float = Field(description="按口径的数量（㎡或个数）。In the definition's unit.")
    amount_text: Both
    floor_area_m2: float
    points: float | None = Field(description="占分母的百分点。Points of the denominator.")


class Gap(Figures):
    """What is not covered, cut three ways; the parts of each cut sum to `uncovered`."""

    indicator: str
    unit: Unit
    target_note: str
    total: CoverageRow
    uncovered: GapPart
    by_state: list[GapPart]
    by_age: list[GapPart]
    by_area: list[GapPart]


class ContributorWords(Answer):
    """One compound or company that moved the share."""

    subject: str
    name: str
    division: str | None
    reason: Literal["entered", "left", "gained", "lost", "amount"]
    numerator_change: float
    denominator_change: float
    points: float
    kind: Literal["real", "reclassified", "denominator"]
    denominator_points: float = Field(
        description="其中由统计范围变化引起的。Of these, what a change of the denominator moved."
    )


class Compare(Answer):
    """What moved a share between two snapshots; contributors sum to the change."""

    before: str
    after: str
    as_of_before: dt.date
    as_of_after: dt.date
    made_up: bool
    indicator: str
    unit: Unit
    definition: DefinitionWords
    counts: Both = Field(description="数的是什么，口径的文字。What is counted, in words.")
    share_before: Share
    share_after: Share
    change_points: float | None
    by_reason: dict[str, float]
    by_kind: dict[str, float] = Field(
        description="实际变化、核实与更正、统计范围变化，三者之和为变化。The parts of the change."
    )
    kinds: dict[str, Both] = Field(description="三部分的名称。The names of the three parts.")
    reasons: dict[str, Both] = Field(description="各种原因的名称。The reasons' names.")
    contributors: list[ContributorWords] = Field(description="影响大的在前。The largest first.")
    contributors_total: int


class ChangeRow(Answer):
    """One division before and after."""

    division: Code | None
    name: str
    share_before: Share
    share_after: Share
    text_before: str | None
    text_after: str | None
    change_points: float | None
    rank_before: int | None
    rank_after: int | None


class ChangesAnswer(Answer):
    """Who moved; those that fell most come first."""

    before: str
    after: str
    as_of_before: dt.date
    as_of_after: dt.date
    made_up: bool
    indicator: str
    unit: Unit
    level: str
    definition: DefinitionWords
    counts: Both = Field(description="数的是什么，口径的文字。What is counted, in words.")
    target_note: str
    rows: list[ChangeRow]
    total: ChangeRow
