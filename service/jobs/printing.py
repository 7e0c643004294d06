"""Printable files as jobs make them: sheets, atlases, the January report.

What draws and writes them is loaded when it is needed: the service knows only what can be asked.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo.cases import reading
from geo.errors import UsageError
from geo.takeover.plan import saved
from maps.sheet.subject import INTERNAL, Frame, Subject
from service.jobs.making import SnapshotAsk
from service.jobs.work import Work
from service.options import division_code
from service.plans.asked import Body, DefinitionAsk

if TYPE_CHECKING:
    from maps.report.content import Report

Word = Annotated[str, Field(max_length=60)]
Needed = Annotated[str, Field(pattern=r"^[1-9][0-9]{1,11}$")]
Indicator = Literal["I1", "I2", "I3", "I4"]


class FrameAsk(SnapshotAsk):
    """What all printed maps share: paper, marks, sources."""

    division: Needed
    indicator: Indicator = "I1"
    paper: Literal["A4", "A3"] = "A4"
    orientation: Literal["landscape", "portrait"] = "landscape"
    secrecy: Word = INTERNAL
    review_number: Word = ""
    source: Annotated[str, Field(max_length=200)] = ""
    publisher: Word = ""

    @property
    def frame(self) -> Frame:
        """Paper and marks."""
        return Frame(
            self.paper,
            self.orientation,
            self.secrecy,
            self.review_number,
            self.source,
            self.publisher,
        )


class SheetAsk(FrameAsk):
    """One map: an indicator by a level below the division, or its compounds by state."""

    level: Literal["prefecture", "county", "street", "community", "compounds"] | None = None


class AtlasAsk(FrameAsk):
    """A sheet for each county, or for each street behind its county."""

    by: Literal["county", "street"] = "county"


class ReportAsk(Body):
    """A year's report of a division."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    division: Needed
    definition: DefinitionAsk = DefinitionAsk()
    plan: Annotated[str | None, Field(pattern=r"^[0-9a-f]{6,64}$")] = None
    publisher: Word = ""
    secrecy: Word = INTERNAL
    review_number: Word = ""


def sheet(work: Work, path: Path, ask: SheetAsk) -> None:
    """Write one map; the path's ending says as what."""
    from maps.sheet.compose import draw_sheet
    from maps.sheet.files import write_sheet

    subject = Subject(_code(ask.division), ask.indicator, ask.level)
    drawn = draw_sheet(ask.opened(work), subject, ask.definition.definition(), ask.frame)
    work.pause()
    write_sheet(path, drawn)


def atlas(work: Work, path: Path, ask: AtlasAsk) -> None:
    """Write an atlas."""
    from maps.sheet.atlas import write_atlas

    def told(done: int, of: int, words: str) -> None:
        work.tell(done, of, f"绘制图集：{words}", f"Drawing the atlas: {words}")
        work.pause()

    write_atlas(
        path,
        ask.opened(work),
        _code(ask.division),
        ask.definition.definition(),
        ask.frame,
        by=ask.by,
        indicator=ask.indicator,
        progress=told,
    )


def report(work: Work, path: Path, ask: ReportAsk) -> None:
    """Write the report's text with its tables and maps."""
    from maps.report.document import write_document

    made = _report(work, ask)
    work.pause()
    write_document(path, made)


def report_book(work: Work, path: Path, ask: ReportAsk) -> None:
    """Write the report's workbook: figures, what changed, lists of gaps."""
    from maps.report.workbook import write_workbook

    write_workbook(path, _report(work, ask))


def _report(work: Work, ask: ReportAsk) -> Report:
    from maps.report.content import make_report

    snapshot, before = (
        work.snapshots.get(dt.date(year, 12, 31)) for year in (ask.year, ask.year - 1)
    )
    cases = reading.listed(work.register, division=ask.division)
    return make_report(
        snapshot,
        before,
        _code(ask.division),
        ask.definition.definition(),
        plan=None if ask.plan is None else saved.load(work.register, ask.plan),
        cases=[case.as_json() for case in cases],
        publisher=ask.publisher,
        secrecy=ask.secrecy,
        review_number=ask.review_number,
    )


def _code(division: str) -> int:
    code = division_code(division, "division")
    if code is None:
        raise UsageError("没有给出区划。", "请给出 division，如 5301。")
    return code
