"""The columns of a user's files, by kind: CONTRACT's table as data.

A header is recognised by its Chinese or English name, whatever its width, case, spaces or unit in
brackets. Headers that nobody knows are kept as notes; headers of personal data are not kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from geo import terms

ValueKind = Literal[
    "code", "text", "division", "uscc", "date", "year", "area", "integer", "number", "share",
    "yes_no", "term", "state", "codes",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its name in the register, its Chinese header, what its values are.

    ``least`` and ``most`` bound numbers, both inclusive; ``terms`` lists what a term may be.
    ``last_day`` is set where a date is the last day on which something holds: a month then stands
    for its last day. ``ends`` is set where a date is an end at all, so that 至今 means none.
    ``informs`` is set where a cell that can be read in two ways is left out, its row loaded.
    """

    name: str
    header: str
    kind: ValueKind
    required: bool = False
    terms: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    last_day: bool = False
    ends: bool = False
    informs: bool = False


def _compound_columns() -> list[Column]:
    return [
        Column("code", "小区编码", "code", required=True),
        Column("name", "小区名称", "text"),
        Column("aliases", "别名", "text"),
        Column("division", "区划代码", "division"),
        Column("address", "地址", "text"),
        Column("built_year", "建成年份", "year", least=1840, most=2100),
        Column("delivered_on", "交付日期", "date"),
        Column("demolished_on", "拆除日期", "date", ends=True),
        Column("floor_area_m2", "建筑面积(㎡)", "area", least=0.01, most=20_000_000),
        Column("households", "户数", "integer", least=0, most=200_000),
        Column("urban", "是否城镇", "yes_no"),
        Column("walled", "有无围墙", "yes_no"),
    ]


KINDS: Final[dict[str, list[Column]]] = {
    "divisions": [
        Column("code", "区划代码", "division", required=True),
        Column("name", "名称", "text"),
        Column("valid_from", "起", "date"),
        Column("valid_to", "止", "date", ends=True),
    ],
    "compounds": _compound_columns(),
    "areas": [
        Column("code", "管理区域编码", "code", required=True),
        Column("name", "名称", "text"),
        Column("filing_no", "备案号", "text"),
        Column("filed_on", "备案日期", "date"),
    ],
    "ledger": [
        *_compound_columns(),
        Column("area", "管理区域编码", "code"),
        Column("mode", "服务模式", "term", terms=terms.MODES),
        Column("project", "物业项目编码", "code"),
        Column("service_from", "服务起始日期", "date"),
        Column("service_to", "服务终止日期", "date", ends=True),
        Column("evidence", "依据", "text"),
        Column("evidence_on", "依据日期", "date"),
        Column("reported_on", "填报日期", "date", informs=True),
        Column("committee_state", "业委会状态", "state"),
        Column("committee_filed_on", "备案日期", "date"),
        Column("committee_term_ends", "任期届满", "date", ends=True, last_day=True),
    ],
    "committees": [
        Column("compound", "小区编码", "code"),
        Column("area", "管理区域编码", "code"),
        Column("kind", "类型", "term", required=True, terms=terms.COMMITTEE_KINDS),
        Column("filed_on", "备案日期", "date"),
        Column("term_from", "任期起", "date"),
        Column("term_to", "任期止", "date", ends=True, last_day=True),
        Column("ended_on", "终止日期", "date", ends=True),
        Column("seats", "委员数", "integer", least=0, most=200),
        Column("party_seats", "党员委员数", "integer", least=0, most=200),
        Column("community_seats", "社区两委成员数", "integer", least=0, most=200),
    ],
    "companies": [
        Column("uscc", "统一社会信用代码", "uscc", required=True),
        Column("name", "企业名称", "text"),
        Column("kind", "企业类型", "term", terms=terms.COMPANY_KINDS),
        Column("division", "注册地区划", "division"),
        Column("party_members", "党员人数", "integer", least=0, most=100_000),
        Column("party_form", "党组织形式", "term", terms=terms.PARTY_FORMS),
        Column("party_from", "党组织成立日期", "date"),
        Column("party_to", "撤销日期", "date", ends=True),
        Column("party_instructor", "党建指导员", "yes_no"),
        Column("instructor_from", "指导员起", "date"),
        Column("instructor_to", "指导员止", "date", ends=True, last_day=True),
        Column("stars", "信用星级", "integer", least=0, most=5),
        Column("rated_on", "评定日期", "date", informs=True),
    ],
    "projects": [
        Column("code", "项目编码", "code", required=True),
        Column("name", "项目名称", "text"),
        Column("uscc", "统一社会信用代码", "uscc", required=True),
        Column("areas", "管理区域编码", "codes"),
        Column("contract_from", "合同起", "date"),
        Column("contract_to", "合同止", "date", ends=True, last_day=True),
        Column("staff", "服务人员", "integer", least=0, most=100_000),
        Column("spare_floor_area_m2", "可增管面积(㎡)", "area", least=0, most=20_000_000),
        Column("fee_yuan_m2_month", "物业费(元/㎡·月)", "number", least=0, most=100),
        Column("collection_share", "收缴率", "share", least=0, most=1),
    ],
    "barriers": [
        Column("kind", "类别", "term", required=True, terms=terms.BARRIER_KINDS[1:]),
        Column("name", "名称", "text"),
    ],
    "roads": [
        Column("kind", "类别", "text"),
        Column("name", "名称", "text"),
        Column("walked", "可否步行", "yes_no"),
    ],
    "gates": [
        Column("compound", "小区编码", "code", required=True),
        Column("name", "名称", "text"),
    ],
}
"""Kinds of file and their columns, in CONTRACT's order."""

TITLES: Final = {
    "divisions": "区划",
    "compounds": "小区图形",
    "areas": "管理区域",
    "ledger": "小区台账",
    "committees": "业委会台账",
    "companies": "企业台账",
    "projects": "项目台账",
    "barriers": "屏障",
    "roads": "道路",
    "gates": "出入口",
}
"""What users call a file of each kind."""

OUR_SHEET: Final = "检查说明"
"""The sheet that an annotated copy adds (`geo.intake.report`); it is never read back."""

OUR_VERDICT: Final = "导入结果"
OUR_ROW: Final = "原行号"
OUR_COLUMNS: Final = frozenset({OUR_VERDICT, OUR_ROW})
"""The columns that an annotated copy adds; they are never read back."""

NEEDS_SHAPES: Final = frozenset({"areas", "barriers", "roads", "gates"})
"""Kinds that are nothing without a geometry."""

SHAPED: Final = NEEDS_SHAPES | {"divisions", "compounds"}
"""Kinds that may carry a geometry."""

# English names in CONTRACT that differ from the register's.
_ENGLISH: Final = {
    ("ledger", "mode"): "service_mode",
    ("projects", "areas"): "area",
    ("projects", "fee_yuan_m2_month"): "fee",
    ("projects", "collection_share"): "collection",
    ("committees", "compound"): "code",
    ("gates", "compound"): "code",
}

STAND_IN: Final = {"ledger": ("name", "division"), "compounds": ("name",)}
"""What a row without a compound's code is matched by: columns that stand in for it."""


def lacking(kind: str, known: Collection[str]) -> list[Column]:
    """Give the required columns that are not among the known ones, nor stood in for."""
    if kind in STAND_IN and all(name in known for name in STAND_IN[kind]):
        known = {*known, "code"}
    return [column for column in KINDS[kind] if column.required and column.name not in known]


def english(kind: str, column: Column) -> str:
    """Give a column's English header as CONTRACT spells it."""
    return _ENGLISH.get((kind, column.name), column.name)
