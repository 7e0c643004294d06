"""The columns of a user's files, by kind: CONTRACT's table as data.

A header is recognised by its Chinese or English name, whatever its width, case, spaces or unit in
brackets. Headers that nobody knows are kept as notes; headers of personal data are not kept.
"""

from __future__ import annotations

import re
import unicodedata
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
}
"""Kinds of file and their columns, in CONTRACT's order."""

OUR_SHEET: Final = "检查说明"
"""The sheet that an annotated copy adds (`geo.intake.report`); it is never read back."""

OUR_VERDICT: Final = "导入结果"
OUR_ROW: Final = "原行号"
OUR_COLUMNS: Final = frozenset({OUR_VERDICT, OUR_ROW})
"""The columns that an annotated copy adds; they are never read back."""

SHAPED: Final = frozenset({"divisions", "compounds", "areas", "barriers"})
"""Kinds that may carry a geometry."""

# English names in CONTRACT that differ from the register's.
_ENGLISH: Final = {
    ("ledger", "mode"): "service_mode",
    ("projects", "areas"): "area",
    ("projects", "fee_yuan_m2_month"): "fee",
    ("projects", "collection_share"): "collection",
    ("committees", "compound"): "code",
}

_PERSONAL_HEADER: Final = re.compile(
    r"姓名|联系人|电话|手机|座机|身份证|证件号|微信|住址|邮箱|户主|业主名|主任$|负责人|经理$"
    r"|phone|mobile|id_?card|e-?mail|contact|person",
    re.IGNORECASE,
)
_PERSONAL_VALUE: Final = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{6}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?!\d)"
)


def english(kind: str, column: Column) -> str:
    """Give a column's English header as CONTRACT spells it."""
    return _ENGLISH.get((kind, column.name), column.name)


def plain(header: object) -> str:
    """Reduce a header to what is compared: half width, lower case, no spaces, units or stars."""
    text = unicodedata.normalize("NFKC", str(header)).lower()
    text = re.sub(r"[\s*_＊]+", "", text)
    return re.sub(r"[(\[（【].*?[)\]）】]$", "", text)


def recognise(kind: str, headers: list[str], renames: dict[str, str]) -> dict[str, str]:
    """Map a file's headers to column names: ``{header: name}``.

    Parameters
    ----------
    renames
        ``--map name=header``: taken first, and only for that column.
    """
    known: dict[str, str] = {}
    for column in KINDS[kind]:
        for word in (column.header, english(kind, column), column.name):
            known.setdefault(plain(word), column.name)
    found = {header: name for name, header in renames.items() if header in headers}
    taken = set(found.values())
    for header in headers:
        name = known.get(plain(header))
        if header not in found and name is not None and name not in taken:
            found[header] = name
            taken.add(name)
    return found


_AREA_UNITS: Final = {
    "㎡": "", "m2": "", "m²": "", "平方米": "", "平米": "", "平方": "",
    "万㎡": "万㎡", "万m2": "万㎡", "万m²": "万㎡", "万平方米": "万㎡", "万平": "万㎡",
}  # fmt: skip
_FEE_UNIT: Final = re.compile(r"元/(㎡|m2|平方米|平米|平方)[·./]?(每)?月")
_BRACKETS: Final = re.compile(r"[(\[【](.*?)[)\]】]")


def unit_of(header: str, column: Column) -> str | None:
    """Give what a header's unit adds to bare numbers ("" or "万㎡"), or None for a unit unknown.

    Only areas and fees have units; what stands in brackets behind another header is no unit.
    """
    text = unicodedata.normalize("NFKC", header).replace(" ", "").lower()
    found = _BRACKETS.search(text)
    if found is None:
        return ""
    unit = unicodedata.normalize("NFKC", found[1]).lower()
    if column.kind == "area":
        known = {
            unicodedata.normalize("NFKC", name).lower(): add for name, add in _AREA_UNITS.items()
        }
        return known.get(unit)
    if column.name == "fee_yuan_m2_month":
        return "" if _FEE_UNIT.fullmatch(unit) else None
    return ""


def is_personal(header: str, values: list[object]) -> bool:
    """Tell whether an extra column looks like personal data, by its header or its values."""
    if _PERSONAL_HEADER.search(plain(header)):
        return True
    texts = [str(value) for value in values[:2000] if value is not None and str(value).strip()]
    hits = sum(1 for text in texts if _PERSONAL_VALUE.search(text))
    return hits > 0 and hits * 5 >= len(texts)
