"""What a report says: the indicators of two dates with what changed, lists, plan and cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from geo.action_plan import Definition, action_plan
from geo.codes import level_below
from geo.compare import Comparison, compare
from geo.coverage import Coverage, require_division
from geo.coverage import coverage as coverage_of
from geo.snapshot.file import Snapshot
from maps.handout import SOURCE, SOURCE_MADE_UP
from maps.report.gaps import GapList, gap_lists

CoverageOf = Callable[..., Coverage]


@dataclass(frozen=True)
class Chapter:
    """An indicator: its figures by child division, last year's, and what changed."""

    coverage: Coverage
    before: Coverage | None
    comparison: Comparison | None


@dataclass(frozen=True)
class Report:
    """A year's report of a division.

    ``plan`` and ``cases`` are as the command line shows them (JSON); ``before`` is None where
    nothing was counted at the end of the year before.
    """

    year: int
    division: int
    name: str
    snapshot: Snapshot
    before: Snapshot | None
    definition: Definition
    chapters: tuple[Chapter, ...]
    gaps: tuple[GapList, ...]
    plan: dict[str, Any] | None
    cases: tuple[dict[str, Any], ...]
    source: str
    publisher: str
    secrecy: str
    review_number: str

    @property
    def made_up(self) -> bool:
        """Tell whether any fact in it is made up."""
        return self.snapshot.made_up

    @property
    def title(self) -> str:
        """Name the report."""
        return f"{self.name}物业服务覆盖情况报告"

    @property
    def level(self) -> str:
        """Give the level of the children in its tables."""
        return self.chapters[0].coverage.level

    def stamp(self) -> str:
        """Say what its figures are made from."""
        mark = "【示例数据】" if self.made_up else ""
        return (
            f"{mark}截至 {self.snapshot.as_of} · 快照 {self.snapshot.id[:16]}"
            f" · 口径 {self.definition.id}"
        )


def make_report(
    snapshot: Snapshot,
    before: Snapshot,
    division: int,
    definition: Definition,
    *,
    plan: dict[str, Any] | None = None,
    cases: Sequence[dict[str, Any]] = (),
    publisher: str = "",
    secrecy: str = "内部使用",
    review_number: str = "",
    source: str = "",
    coverage: CoverageOf = coverage_of,
) -> Report:
    """Put a report together.

    Parameters
    ----------
    snapshot, before
        Of the year's last day and of the one before.

    Raises
    ------
    NotFound
        For a division that is not known on the date.
    """
    require_division(snapshot, division)
    name = snapshot.name_of(division)
    level = level_below(division)
    chapters = []
    for key in action_plan().indicators:
        found = coverage(snapshot, key, level, definition, division)
        last: Coverage | None = None
        change: Comparison | None = None
        if before.table("compounds").num_rows:
            last = coverage(before, key, level, definition, division)
            if last.total.denominator:
                change = compare(before, snapshot, key, definition, division)
            else:
                last = None
        chapters.append(Chapter(found, last, change))
    known_before = any(chapter.before is not None for chapter in chapters)
    return Report(
        year=snapshot.as_of.year,
        division=division,
        name=name,
        snapshot=snapshot,
        before=before if known_before else None,
        definition=definition,
        chapters=tuple(chapters),
        gaps=tuple(gap_lists(snapshot, definition, division)),
        plan=plan,
        cases=tuple(cases),
        source=source or (SOURCE_MADE_UP if snapshot.made_up else SOURCE)[0],
        publisher=publisher,
        secrecy=secrecy,
        review_number=review_number,
    )
