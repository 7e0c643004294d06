"""The lists behind the figures: compounds and companies that a target still lacks.

No personal data: of a company's members nothing is said but that it has three or more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import counted, standing, within
from geo.snapshot.file import Snapshot
from maps.compounds import COMMITTEES

Bools = npt.NDArray[np.bool_]

MONTHS_AHEAD: Final = 6
"""A term that ends within so many months is listed, so that the next election is prepared."""

AREA_SOURCES: Final = ("不明", "台账", "推算")


@dataclass(frozen=True)
class Column:
    """A column of a list; ``kind`` says how its cells are written."""

    header: str
    kind: str = "text"
    width: int = 14


@dataclass(frozen=True)
class GapList:
    """A list with its columns and rows; cells are str, int, float, date or None."""

    id: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: list[list[Any]]


_PLACE: Final = (Column("县（市、区）"), Column("街道（乡镇）"), Column("社区", width=20))
_COMPOUND: Final = (
    *_PLACE,
    Column("小区编码", width=16),
    Column("小区名称", width=24),
    Column("建筑面积(㎡)", "area"),
    Column("面积来源", width=10),
    Column("户数", "count", 8),
    Column("建成年份", "year", 10),
)


def gap_lists(snapshot: Snapshot, definition: Definition, division: int | None) -> list[GapList]:
    """Give all lists of a division; each is there though it may be empty."""
    inside = standing(snapshot, definition) & within(snapshot, division)
    committee = snapshot.column("compounds", "committee")
    expired = committee == terms.COMMITTEE_EXPIRED
    valid = committee == terms.COMMITTEE_VALID
    if definition.with_interim:
        valid = valid | snapshot.column("compounds", "interim")
    ends = snapshot.column("compounds", "committee_term_to")
    start = np.datetime64(snapshot.as_of)
    soon = (
        (committee == terms.COMMITTEE_VALID)
        & (ends >= start)
        & (ends <= np.datetime64(_later(snapshot.as_of, MONTHS_AHEAD)))
    )
    band = action_plan().band(definition.band).id
    return [
        _compounds(
            snapshot,
            "uncovered",
            "未覆盖小区",
            f"当日在册、未计入 {band} 档的小区；未核实的列在其中。",
            inside & ~counted(snapshot, definition),
            ("服务状态", lambda row: terms.MODES[int(snapshot.column("compounds", "mode")[row])]),
        ),
        _compounds(
            snapshot,
            "no_committee",
            "未组建业委会小区",
            "当日没有在任期内业主委员会的小区，含届满与未核实。",
            inside & ~valid,
            ("业委会状态", lambda row: COMMITTEES[int(committee[row])][0]),
        ),
        _compounds(
            snapshot,
            "expired",
            "届满未换届",
            "业主委员会任期已满、未见换届备案的小区。",
            inside & expired,
            ("任期届满", lambda row: _date(ends[row])),
        ),
        _compounds(
            snapshot,
            "expiring",
            "六个月内届满",
            f"{MONTHS_AHEAD} 个月内任期届满的小区，宜提前筹备换届。",
            inside & soon,
            ("任期届满", lambda row: _date(ends[row])),
        ),
        _due(snapshot, division),
    ]


def _compounds(
    snapshot: Snapshot,
    key: str,
    title: str,
    note: str,
    chosen: Bools,
    last: tuple[str, Callable[[int], Any]],
) -> GapList:
    """List compounds by place, the largest first in each community."""

    def take(name: str) -> Any:
        return snapshot.column("compounds", name)

    rows = np.flatnonzero(chosen)
    area = take("floor_area_dm2")
    places = [take(level) for level in ("county", "street", "community")]
    order = sorted(
        rows.tolist(),
        key=lambda row: (
            *(int(place[row]) for place in places),
            -int(area[row]),
            take("code")[row],
        ),
    )
    names = snapshot.division_names
    header, cell = last
    dated = header == "任期届满"
    return GapList(
        key,
        title,
        note,
        (*_COMPOUND, Column(header, "date" if dated else "text")),
        [
            [
                *(names.get(int(place[row]), "") for place in places),
                take("code")[row],
                take("name")[row] or "",
                int(area[row]) / 100 if area[row] else None,
                AREA_SOURCES[int(take("floor_area_source")[row])],
                int(take("households")[row]) or None,
                int(take("built_year")[row]) or None,
                cell(row),
            ]
            for row in order
        ],
    )


def _due(snapshot: Snapshot, division: int | None) -> GapList:
    """List companies that should have an organisation and have none (应建未建)."""

    def take(name: str) -> Any:
        return snapshot.column("companies", name)

    chosen = take("active") & take("due") & within(snapshot, division, "companies")
    order = sorted(
        np.flatnonzero(chosen).tolist(),
        key=lambda row: (int(take("county")[row]), take("uscc")[row]),
    )
    names = snapshot.division_names
    words = {terms.YES: "有", terms.NO: "无", terms.UNKNOWN: "未核实"}
    return GapList(
        "due",
        "应建未建党组织企业",
        "正式党员三人及以上而没有党组织的在管企业；不列人数与姓名。",
        (
            Column("注册地", width=18),
            Column("统一社会信用代码", width=22),
            Column("企业名称", width=34),
            Column("企业类型"),
            Column("党建指导员"),
        ),
        [
            [
                names.get(int(take("county")[row]), ""),
                take("uscc")[row],
                take("name")[row] or "",
                terms.COMPANY_KINDS[int(take("kind")[row])],
                words[int(take("instructor")[row])],
            ]
            for row in order
        ],
    )


def _later(day: dt.date, months: int) -> dt.date:
    """Give the date so many months later; a month's end stays one."""
    year, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + year + (month == 11), (month + 1) % 12 + 1, 1)
    last = first - dt.timedelta(days=1)
    return last.replace(day=min(day.day, last.day)) if day.day < last.day else last


def _date(value: Any) -> dt.date | None:
    return None if np.isnat(value) else value.astype(object)
