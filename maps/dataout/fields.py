"""The columns of data files: each named once in English, in Chinese, and in ten characters.

Geo formats carry the English names, tables the Chinese headers, Shapefiles the short ones. What is
internal (party organisations, people's affairs of companies) is marked here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from geo.action_plan import action_plan

Kind = Literal["text", "integer", "number", "flag", "date"]

ARROW: Final[dict[Kind, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}

PARTY_INDICATORS: Final = frozenset({"I3", "I4"})
"""Indicators of party organisations: internal."""


@dataclass(frozen=True)
class Field:
    """A column.

    Attributes
    ----------
    name
        English, as in GeoPackage, GeoJSON, FlatGeobuf and GeoParquet.
    header
        Chinese, with its unit, as in csv and xlsx.
    short
        At most ten ASCII characters, as in a Shapefile.
    internal
        Never leaves in a public edition.
    """

    name: str
    header: str
    short: str
    kind: Kind = "text"
    internal: bool = False


COMPOUNDS: Final = (
    Field("code", "小区编码", "code"),
    Field("name", "小区名称", "name"),
    Field("aliases", "别名", "aliases"),
    Field("address", "地址", "address"),
    Field("division", "区划代码", "division"),
    Field("county", "县区代码", "county"),
    Field("county_name", "县区", "county_nm"),
    Field("street", "街道代码", "street"),
    Field("street_name", "街道", "street_nm"),
    Field("community", "社区代码", "community"),
    Field("community_name", "社区", "commun_nm"),
    Field("built_year", "建成年份", "built_year", "integer"),
    Field("old", "是否老旧", "old", "flag"),
    Field("delivered_on", "交付日期", "delivered", "date"),
    Field("demolished_on", "拆除日期", "demolished", "date"),
    Field("standing", "截止日是否存在", "standing", "flag"),
    Field("urban", "是否城镇", "urban", "flag"),
    Field("floor_area_m2", "建筑面积(㎡)", "floor_m2", "number"),
    Field("floor_area_source", "建筑面积来源", "floor_src"),
    Field("land_area_m2", "用地面积(㎡)", "land_m2", "number"),
    Field("households", "户数", "households", "integer"),
    Field("walled", "有无围墙", "walled"),
    Field("mode", "服务模式", "mode"),
    Field("state", "服务状态代号", "state"),
    Field("state_name", "服务状态", "state_nm"),
    Field("counted", "按口径计入覆盖", "counted", "flag"),
    Field("service_from", "服务起始日期", "serv_from", "date"),
    Field("service_to", "服务终止日期", "serv_to", "date"),
    Field("evidence", "依据", "evidence"),
    Field("evidence_on", "依据日期", "evid_on", "date"),
    Field("project", "物业项目编码", "project"),
    Field("project_name", "物业项目", "project_nm"),
    Field("company", "统一社会信用代码", "company"),
    Field("company_name", "物业企业", "company_nm"),
    Field("area", "管理区域编码", "area"),
    Field("committee", "业委会状态", "committee"),
    Field("committee_filed_on", "备案日期", "comm_filed", "date"),
    Field("committee_term_to", "任期届满", "comm_to", "date"),
    Field("interim", "有物业管理委员会", "interim", "flag"),
    Field("party", "企业有无党组织", "party", internal=True),
    Field("flags", "数据提示", "flags"),
    Field("x", "点位经度", "x", "number"),
    Field("y", "点位纬度", "y", "number"),
)

AREAS: Final = (
    Field("code", "管理区域编码", "code"),
    Field("name", "名称", "name"),
    Field("filing_no", "备案号", "filing_no"),
    Field("filed_on", "备案日期", "filed_on", "date"),
)

PROJECTS: Final = (
    Field("code", "物业项目编码", "code"),
    Field("name", "项目名称", "name"),
    Field("company", "统一社会信用代码", "company"),
    Field("company_name", "物业企业", "company_nm"),
    Field("company_kind", "企业类型", "comp_kind"),
    Field("areas", "管理区域编码", "areas"),
    Field("division", "区划代码", "division"),
    Field("active", "截止日在管", "active", "flag"),
    Field("contract_from", "合同起", "contr_from", "date"),
    Field("contract_to", "合同止", "contr_to", "date"),
    Field("staff", "服务人员", "staff", "integer"),
    Field("spare_floor_area_m2", "可增管面积(㎡)", "spare_m2", "number"),
    Field("managed_floor_area_m2", "在管面积(㎡)", "managed_m2", "number"),
    Field("fee", "物业费(元/㎡·月)", "fee", "number"),
    Field("collection", "收缴率", "collection", "number"),
    Field("compounds", "在管小区数", "compounds", "integer"),
)

BARRIERS: Final = (Field("kind", "类别", "kind"), Field("name", "名称", "name"))

ROADS: Final = (Field("kind", "类别", "kind"), Field("name", "名称", "name"))

GATES: Final = (Field("compound", "小区编码", "compound"), Field("name", "名称", "name"))

PLACE: Final = (
    Field("code", "区划代码", "code"),
    Field("name", "名称", "name"),
    Field("level", "层级", "level"),
    Field("parent", "上级代码", "parent"),
    Field("kind", "类别", "kind"),
)
"""What a division's row says before its figures; kind is `division` or `outside`."""


def share_fields(key: str, words: str, *, internal: bool = False) -> tuple[Field, ...]:
    """Give the columns of a share: itself, its upper bound, as text, its target, its class."""
    parts: tuple[tuple[str, str, str, Kind], ...] = (
        ("share", f"{words}(0–1)", "share", "number"),
        ("high", f"{words}上界(0–1)", "high", "number"),
        ("text", f"{words}(%)", "text", "text"),
        ("target", f"{words}目标(0–1)", "target", "number"),
        ("class", f"{words}分级", "class", "integer"),
    )
    return _of(key, parts, internal)


def figure_fields() -> tuple[Field, ...]:
    """Give the figures of a division's row: each indicator's, in the plan's order."""
    found: list[Field] = []
    for indicator in action_plan().indicators.values():
        key, words = indicator.id.lower(), indicator.short
        inside = indicator.id in PARTY_INDICATORS
        unit = {"m2": "(㎡)"}.get(indicator.unit, "(个)")
        amounts: tuple[tuple[str, str, str, Kind], ...] = (
            ("numerator", f"{words}分子{unit}", "num", "number"),
            ("denominator", f"{words}分母{unit}", "den", "number"),
            ("unknown", f"{words}未核实{unit}", "unk", "number"),
        )
        gaps: tuple[tuple[str, str, str, Kind], ...] = (
            ("met", f"{words}是否达标", "met", "text"),
            ("gap_points", f"{words}差(百分点)", "gap_pt", "number"),
            ("gap_amount", f"{words}还需{unit}", "gap_amt", "number"),
        )
        *shares, class_ = share_fields(key, words, internal=inside)
        found += [*_of(key, amounts, inside), *shares, *_of(key, gaps, inside), class_]
    return tuple(found)


def _of(
    key: str, parts: tuple[tuple[str, str, str, Kind], ...], internal: bool
) -> tuple[Field, ...]:
    return tuple(
        Field(f"{key}_{name}", header, f"{key}_{brief}", kind, internal)
        for name, header, brief, kind in parts
    )
