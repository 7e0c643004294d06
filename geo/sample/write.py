"""Write a made-up province as the ten files a user would bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np

from geo.divisions import bundled
from geo.errors import UsageError
from geo.sample.areas import Managed, draw_areas
from geo.sample.barriers import Barriers, draw_barriers
from geo.sample.committees import Committee, draw_committees
from geo.sample.draw import START, stream
from geo.sample.facts import Facts, describe
from geo.sample.files import write_rows, write_shapes
from geo.sample.firms import Firm, draw_firms
from geo.sample.layout import lay_out
from geo.sample.ledger import ledger_rows
from geo.sample.names import short_county
from geo.sample.places import towns
from geo.sample.service import serve, units_of
from geo.sample.territory import County, divide_counties
from geo.sample.ways import Roads, draw_gates, draw_roads
from geo.terms import MADE_UP

Progress = Callable[[str, float], None]
"""Called with what is being made and the share done, 0 to 1."""

DEFAULT_COMPOUNDS: Final = 4_400
LEAST_COMPOUNDS: Final = 60

NAMES: Final = {
    "divisions": "区划.gpkg",
    "compounds": "小区.gpkg",
    "areas": "管理区域.gpkg",
    "barriers": "阻隔.gpkg",
    "roads": "道路.gpkg",
    "gates": "出入口.gpkg",
    "ledger": "小区台账.xlsx",
    "committees": "业委会台账.xlsx",
    "companies": "企业台账.xlsx",
    "projects": "项目台账.xlsx",
}
"""Kinds of file (CONTRACT) and what they are called, in the order of import."""

LEDGER_HEADERS: Final = (
    "小区编码", "小区名称", "别名", "区划代码", "地址", "建成年份", "交付日期", "拆除日期",
    "建筑面积(㎡)", "户数", "是否城镇", "有无围墙", "管理区域编码", "服务模式", "物业项目编码",
    "服务起始日期", "服务终止日期", "依据", "依据日期", "填报日期",
)  # fmt: skip
COMMITTEE_HEADERS: Final = (
    "小区编码", "管理区域编码", "类型", "备案日期", "任期起", "任期止", "终止日期", "委员数",
    "党员委员数", "社区两委成员数",
)  # fmt: skip
COMPANY_HEADERS: Final = (
    "统一社会信用代码", "企业名称", "企业类型", "注册地区划", "党员人数", "党组织形式",
    "党组织成立日期", "撤销日期", "党建指导员", "指导员起", "指导员止", "信用星级", "评定日期",
)  # fmt: skip
PROJECT_HEADERS: Final = (
    "项目编码", "项目名称", "统一社会信用代码", "管理区域编码", "合同起", "合同止", "服务人员",
    "可增管面积(㎡)", "物业费(元/㎡·月)", "收缴率",
)  # fmt: skip


def write_sample(
    folder: Path,
    *,
    compounds: int = DEFAULT_COMPOUNDS,
    seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, Path]:
    """Write a made-up Yunnan on the real county boundaries.

    Parameters
    ----------
    folder
        Where the files go; made if need be, files of the same name replaced.
    compounds
        How many Kunming's 14 counties have together; the 115 others have 30 to 60 each, fewer
        when this is below 2 000.
    seed
        Same seed and number, same bytes.

    Returns
    -------
    dict
        Path by kind of file, in the order of import.

    Raises
    ------
    UsageError
        If `compounds` is below 60 or `seed` below 0.
    """
    if compounds < LEAST_COMPOUNDS or seed < 0:
        raise UsageError(
            f"示例数据至少要 {LEAST_COMPOUNDS} 个小区，种子不能为负（得到 {compounds}、{seed}）。",
            "例如：wuye sample --compounds 4400 --seed 1",
        )
    tell = progress or (lambda _what, _share: None)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"{MADE_UP}_{name}" for kind, name in NAMES.items()}
    tell("布置街区与小区", 0.0)
    tree = bundled("53")
    layouts = [
        lay_out(town, stream(seed, "layout", town.key)) for town in towns(tree, compounds, seed)
    ]
    tell("划分街道与社区", 0.1)
    counties = divide_counties(tree, layouts, seed)
    tell("编写服务、企业与业委会", 0.3)
    facts = describe(tree, layouts, counties, seed)
    units = units_of(facts)
    per_town = np.bincount(units.town, minlength=len(layouts))
    label = {
        code: short_county(name) for code, name in zip(tree["code"], tree["name"], strict=True)
    }
    served = [(layout.town.counties, int(n)) for layout, n in zip(layouts, per_town, strict=True)]
    firms = draw_firms(served, label, seed)
    service = serve(units, firms, seed)
    managed = draw_areas(facts, units, service, seed)
    committees = draw_committees(facts, units, service, managed, seed)
    rows = ledger_rows(facts, service, managed, seed)
    barriers = [
        draw_barriers(layout, stream(seed, "barriers", layout.town.key)) for layout in layouts
    ]
    roads = [draw_roads(*pair) for pair in zip(layouts, barriers, strict=True)]
    gates = draw_gates(facts, [lines for town in roads for lines in town.lines], seed)
    tell("写出图形文件", 0.5)
    _write_divisions(paths["divisions"], tree, counties)
    _write_compounds(paths["compounds"], facts)
    _write_areas(paths["areas"], managed)
    _write_barriers(paths["barriers"], barriers)
    _write_roads(paths["roads"], roads)
    write_shapes(paths["gates"], {"小区编码": gates.compound}, gates.point)
    tell("写出台账", 0.7)
    write_rows(paths["ledger"], LEDGER_HEADERS, rows)
    write_rows(paths["committees"], COMMITTEE_HEADERS, [_committee(one) for one in committees])
    everyone = [_company(firm) for town in firms for firm in town]
    write_rows(paths["companies"], COMPANY_HEADERS, everyone)
    write_rows(paths["projects"], PROJECT_HEADERS, _projects(managed))
    tell("完成", 1.0)
    return paths


def _write_divisions(path: Path, tree: gpd.GeoDataFrame, counties: dict[str, County]) -> None:
    """Write the whole tree: real outlines, drawn streets and communities, bare rows for others."""
    drawn: dict[str, Any] = {}
    for county in counties.values():
        drawn |= county.streets | county.communities
    shapes = np.array(
        [drawn.get(code, shape) for code, shape in zip(tree["code"], tree.geometry, strict=True)],
        dtype=object,
    )
    columns = {
        "区划代码": tree["code"].tolist(),
        "名称": tree["name"].tolist(),
        "起": [START.isoformat()] * len(tree),
    }
    write_shapes(path, columns, shapes)


def _write_compounds(path: Path, facts: Facts) -> None:
    """Write polygons with code and name; everything else is the ledger's to say."""
    drawn = np.flatnonzero(facts.drawn).tolist()
    columns = {
        "小区编码": [facts.code[place] for place in drawn],
        "小区名称": [facts.name[place] for place in drawn],
    }
    write_shapes(path, columns, facts.polygon[drawn])


def _write_areas(path: Path, managed: Managed) -> None:
    areas = managed.areas
    columns: dict[str, list[Any]] = {
        "管理区域编码": [area.code for area in areas],
        "名称": [area.name for area in areas],
        "备案号": [area.filing_no for area in areas],
        "备案日期": [_text(area.filed_on) for area in areas],
    }
    write_shapes(path, columns, np.array([area.polygon for area in areas], dtype=object))


def _write_barriers(path: Path, towns: Sequence[Barriers]) -> None:
    columns = {
        "类别": [kind for town in towns for kind in town.kind],
        "名称": [name for town in towns for name in town.name],
    }
    shapes = [shape for town in towns for shape in town.geometry]
    write_shapes(path, columns, np.array(shapes, dtype=object))


def _write_roads(path: Path, towns: Sequence[Roads]) -> None:
    kinds = [kind for town in towns for kind in town.kind]
    lines = [line for town in towns for line in town.lines]
    write_shapes(path, {"类别": kinds}, np.array(lines, dtype=object))


def _text(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None


def _committee(one: Committee) -> list[Any]:
    return [
        one.compound, one.area, one.kind, one.filed_on, one.filed_on, one.term_to, one.ended_on,
        one.seats, one.party_seats, one.community_seats,
    ]  # fmt: skip


def _company(firm: Firm) -> list[Any]:
    return [
        firm.uscc, firm.name, firm.kind, firm.division, firm.members, firm.form, firm.party_from,
        firm.party_to, firm.instructor, firm.instructor_from, firm.instructor_to, firm.stars,
        firm.rated_on,
    ]  # fmt: skip


def _projects(managed: Managed) -> list[list[Any]]:
    return [
        [
            one.code, one.name, one.firm.uscc, "、".join(one.areas), one.contract_from,
            one.contract_to, one.staff, one.spare_m2, one.fee, one.collection,
        ]
        for one in managed.projects
    ]  # fmt: skip
