"""The files that `service.jobs.exporting` offers: what can be asked of each, and what writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import xlsxwriter
from pydantic import Field

from geo import terms
from geo.action_plan import action_plan
from geo.coverage import Row, coverage, within
from geo.intake.report.book import WRITING, WRITTEN
from geo.intake.roundtrip.export import export_boundaries
from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP
from maps.handout import write_handout
from service.jobs.work import Work, today
from service.options import division_code
from service.plans.asked import Body, DefinitionAsk, Text
from service.schemas.common import Day

Division = Annotated[str | None, Field(pattern=r"^[1-9][0-9]{1,11}$")]
Level = Literal["province", "prefecture", "county", "street", "community"]


class SnapshotAsk(Body):
    """What is made from a snapshot: by id, or of a date (the newest by default)."""

    snapshot: Annotated[str | None, Field(pattern=r"^[0-9a-f]{6,64}$")] = None
    as_of: Day | None = None
    division: Division = None
    definition: DefinitionAsk = DefinitionAsk()

    def opened(self, work: Work) -> Snapshot:
        """Give the snapshot; it is built when it is missing."""
        if self.snapshot is not None:
            return work.snapshots.open(self.snapshot)
        known = work.register.known_change()
        return work.snapshots.get(self.as_of or work.snapshots.newest_day(known, today()))

    @property
    def code(self) -> int | None:
        """The division's code."""
        return division_code(self.division, "division")


class HandoutAsk(SnapshotAsk):
    """A map in one file."""

    review_number: Annotated[Text, Field(max_length=60)] = ""


class FiguresAsk(SnapshotAsk):
    """Figures by division, a sheet an indicator."""

    level: Level = "county"


class CompoundsAsk(SnapshotAsk):
    """Every compound of a division with its state."""


class BoundariesAsk(Body):
    """Registered polygons to be edited and imported again."""

    of: Literal["divisions", "compounds", "areas"] = "compounds"
    division: Division = None
    crs: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9:]+$")] = "EPSG:4490"


def handout(work: Work, path: Path, ask: HandoutAsk) -> None:
    """Write the map that opens offline."""
    write_handout(
        path,
        ask.opened(work),
        definition=ask.definition.definition(),
        division=ask.code,
        review_number=ask.review_number,
    )


def boundaries(work: Work, path: Path, ask: BoundariesAsk) -> None:
    """Write registered polygons as a GeoPackage."""
    export_boundaries(work.register, ask.of, path, division=ask.division, crs=ask.crs)


_FIGURES: Final = (
    ("区划代码", 14), ("名称", 20), ("分子", 16), ("分母", 16), ("未核实", 16), ("比率", 10),
    ("下界", 10), ("上界", 10), ("目标", 8), ("达标", 8), ("差（百分点）", 12), ("还需", 16),
    ("推算面积占比", 12),
)  # fmt: skip
UNITS: Final = {"m2": "㎡", "compounds": "个小区", "companies": "家企业", "projects": "个项目"}
_MET: Final = {"yes": "是", "no": "否", "undetermined": "未定", None: ""}


def figures(work: Work, path: Path, ask: FiguresAsk) -> None:
    """Write every indicator by division, each sheet headed by what its figures are made from."""
    snapshot, definition = ask.opened(work), ask.definition.definition()
    with xlsxwriter.Workbook(str(path), WRITING) as book:
        book.set_properties({"created": WRITTEN})
        for indicator in ("I1", "I2", "I3", "I4"):
            work.pause()
            found = coverage(snapshot, indicator, ask.level, definition, ask.code)
            sheet = book.add_worksheet(indicator)
            line = _head(sheet, snapshot, [
                ("指标", f"{indicator} {found.indicator.name}"),
                ("口径", f"{definition.describe()}（{definition.id}）"),
                ("单位", UNITS[found.unit]),
            ])  # fmt: skip
            rows = [_figure(row, found.per_unit) for row in [*found.rows, found.total]]
            _table(sheet, line, _FIGURES, rows)


def _figure(row: Row, per_unit: int) -> list[Any]:
    words = row.as_json(per_unit)
    return [
        words["division"] or "", words["name"], words["numerator"], words["denominator"],
        words["unknown"], words["share"], words["low"], words["high"], words["target"],
        _MET[words["met"]], words["gap_points"], words["gap_amount"], words["imputed_share"],
    ]  # fmt: skip


_COMPOUNDS: Final = (
    ("小区编码", 18), ("小区名称", 24), ("区划代码", 16), ("建成年份", 10), ("老旧小区", 10),
    ("服务模式", 14), ("项目编码", 16), ("建筑面积（㎡）", 16), ("面积为推算", 12), ("户数", 10),
)  # fmt: skip


def compounds(work: Work, path: Path, ask: CompoundsAsk) -> None:
    """Write every compound that stands on the date, with its state."""
    snapshot = ask.opened(work)
    column = snapshot.column
    inside = column("compounds", "standing") & within(snapshot, ask.code)
    old_until = action_plan().old_until
    rows = []
    for at in inside.nonzero()[0].tolist():
        source = int(column("compounds", "floor_area_source")[at])
        year = int(column("compounds", "built_year")[at])
        known = source != terms.AREA_UNKNOWN
        rows.append([
            column("compounds", "code")[at], column("compounds", "name")[at] or "",
            _division(snapshot, at), year or None, "是" if 0 < year <= old_until else "",
            terms.MODES[int(column("compounds", "mode")[at])],
            column("compounds", "project")[at] or "",
            int(column("compounds", "floor_area_dm2")[at]) / 100 if known else None,
            "是" if source == 2 else "", int(column("compounds", "households")[at]) or None,
        ])  # fmt: skip
    with xlsxwriter.Workbook(str(path), WRITING) as book:
        book.set_properties({"created": WRITTEN})
        sheet = book.add_worksheet("小区清单")
        line = _head(sheet, snapshot, [("小区数", str(len(rows)))])
        _table(sheet, line, _COMPOUNDS, rows)


def _division(snapshot: Snapshot, at: int) -> str:
    """Give the smallest division that a compound lies in."""
    codes = (int(snapshot.column("compounds", level)[at]) for level in reversed(terms.LEVELS))
    return next((str(code) for code in codes if code > 0), "")


def _head(sheet: Any, snapshot: Snapshot, more: list[tuple[str, str]]) -> int:
    """Say what a sheet is made from; give the line after."""
    said = [
        ("数据", f"{MADE_UP}（虚构）" if snapshot.made_up else "登记数据"),
        ("快照", snapshot.id),
        ("截至", snapshot.as_of.isoformat()),
        *more,
    ]
    for line, (name, value) in enumerate(said):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, value)
    return len(said) + 1


def _table(
    sheet: Any, line: int, columns: tuple[tuple[str, int], ...], rows: list[list[Any]]
) -> None:
    for place, (header, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(line, place, header)
    for down, row in enumerate(rows, start=line + 1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(down, place, value)
            elif value is not None:
                sheet.write_number(down, place, value)
