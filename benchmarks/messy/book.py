"""The sheet around the rows: titles, headers of one or two rows, sums, notes, merged cells."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from benchmarks.messy.cells import Cell
from benchmarks.messy.ledger import Plan

Row = dict[str, Cell]

ONE_ROW = {
    "code": ["小区编码", "小区代码", "小区编号", "小區編碼", "code", "1. 小区编码（必填）"],
    "name": ["小区名称", "项目名称", "住宅小区名称", "小区（院落）名称", "小區名稱", "小区\n名称"],
    "address": ["地址", "小区地址", "详细地址", "坐落位置", "address"],
    "built_year": ["建成年份", "建成时间", "竣工年份", "建成年代", "建築年代", "built_year"],
    "delivered_on": ["交付日期", "交付使用时间", "交房时间", "delivered_on"],
    "households": ["户数", "总户数", "居民户数", "總戶數", "户数（户）", "households"],
    "urban": ["是否城镇", "是否城镇小区", "是否城鎮", "urban"],
    "walled": ["有无围墙", "是否封闭", "是否有围墙", "有無圍牆"],
    "mode": ["服务模式", "物业管理模式", "物业服务模式", "物業管理模式", "service_mode"],
    "service_from": ["服务起始日期", "进场时间", "物业服务起始时间", "service_from"],
    "service_to": ["服务终止日期", "撤场时间", "service_to"],
    "evidence": ["依据", "佐证材料", "evidence"],
    "evidence_on": ["依据日期", "依据时间", "evidence_on"],
    "reported_on": ["填报日期", "填报时间", "上报日期", "reported_on"],
    "committee_state": ["业委会状态", "是否成立业委会", "业主委员会成立情况", "是否成立業委會"],
    "committee_filed_on": ["业委会备案时间", "备案日期", "业主委员会备案时间"],
    "committee_term_ends": ["任期届满", "业委会届满时间", "业委会任期届满时间", "任期屆滿"],
    "contact": ["联系人", "负责人", "楼栋长", "联系人姓名"],
    "phone": ["联系电话", "电话", "手机号"],
    "company": ["物业服务企业", "物业公司", "物业企业名称"],
    "remark": ["备注", "备注说明"],
    "county": ["县（市、区）", "所属区县", "县区"],
    "street": ["所属街道", "街道（乡镇）", "街道"],
    "community": ["所属社区", "社区"],
}
AREA = ["建筑面积", "总建筑面积", "建築面積", "小区总建筑面积"]
GROUPS = {
    "小区基本情况": {
        "code": "小区编码", "name": "小区名称", "address": "地址", "built_year": "建成年份",
        "delivered_on": "交付日期", "floor_area_m2": "", "households": "总户数",
        "urban": "是否城镇", "walled": "是否封闭",
    },
    "物业": {
        "company": "企业名称", "mode": "服务模式", "service_from": "起始日期",
        "service_to": "终止日期", "evidence": "依据", "evidence_on": "依据日期",
    },
    "业委会": {
        "committee_state": "是否成立", "committee_filed_on": "备案日期",
        "committee_term_ends": "任期届满",
    },
    "联系方式": {"contact": "姓名", "phone": "电话"},
}  # fmt: skip
NOTES = [
    "填表说明：1. 面积按房产证填写。",
    "注：本表由街道填报。",
    "填报人：张三          审核人：李小红        联系电话：13888888888",
    "单位（盖章）",
]


@dataclass
class Sheet:
    """A sheet's cells, its merged ranges (rows and columns from 1) and the rows of its data."""

    title: str
    lines: list[list[Any]]
    merged: list[tuple[int, int, int, int]]
    data_rows: list[int]


def write(folder: Path, plan: Plan, rows: list[Row]) -> tuple[Path, dict[tuple[str, int], Row]]:
    """Write a file.

    Returns
    -------
    pathlib.Path
        The file: an xlsx where the plan's cells are typed, else a csv.
    dict
        Sheet name and row number, as users see them, to the row that stands there.
    """
    rng = random.Random(plan.seed + 1)
    count = 1 if not plan.typed else rng.randint(1, 3)
    parts = [rows[start::count] for start in range(count)]
    headers = _headers(rng, plan)
    grouped = rng.random() < 0.5
    sheets = [
        _sheet(rng, plan, f"表{number + 1}" if plan.typed else "台账", part, headers, grouped)
        for number, part in enumerate(parts)
    ]
    path = folder / ("台账.xlsx" if plan.typed else "台账.csv")
    if plan.typed:
        _write_book(path, sheets)
    else:
        with path.open(
            "w", encoding="utf-8-sig" if plan.seed % 3 else "gb18030", newline=""
        ) as file:
            csv.writer(file).writerows([[_text(cell) for cell in line] for line in sheets[0].lines])
    where = {
        (sheet.title, number): row
        for sheet, part in zip(sheets, parts, strict=True)
        for number, row in zip(sheet.data_rows, _in_order(plan, part), strict=True)
    }
    return path, where


def _text(cell: Any) -> str:
    if isinstance(cell, dt.date):
        return f"{cell.year}/{cell.month}/{cell.day}"
    return "" if cell is None else str(cell)


def _in_order(plan: Plan, part: list[Row]) -> list[Row]:
    if plan.places == "columns" and plan.typed:
        return sorted(part, key=lambda row: row["county"].raw)
    return part


def _headers(rng: random.Random, plan: Plan) -> dict[str, str]:
    said = {name: rng.choice(words) for name, words in ONE_ROW.items()}
    unit = rng.choice(
        ["（万㎡）", "(万平方米)", "（万m²）"] if plan.wan else ["（㎡）", "(平方米)"]
    )
    said["floor_area_m2"] = rng.choice(AREA) + (unit if plan.unit_said else "")
    path = "所属区域" if plan.places == "path" and plan.seed % 2 else "区划代码"
    said["division"] = path if plan.places == "path" else rng.choice(["区划代码", "行政区划代码"])
    return said


def _columns(plan: Plan, row: Row) -> list[str]:
    return [name for name in row if name != "division" or plan.places in {"code", "path"}]


def _sheet(
    rng: random.Random, plan: Plan, title: str, part: list[Row], headers: dict[str, str],
    grouped: bool,
) -> Sheet:  # fmt: skip
    rows = _in_order(plan, part)
    names = _columns(plan, rows[0]) if rows else []
    if grouped:  # columns of one group stand together
        order = [name for group in GROUPS.values() for name in group]
        names = [n for n in order if n in names] + [n for n in names if n not in order]
    sheet = Sheet(title, [], [], [])
    sheet.lines.append([f"五华区住宅小区物业服务台账（{title}）"])
    if rng.random() < 0.5:
        sheet.lines.append(["填报单位：某街道", None, None, "填报日期：2024-05-31"])
    head = _header_lines(sheet, names, headers, grouped)
    for place, row in enumerate(rows):
        if place and place % 97 == 0:
            sheet.lines.extend([line[:] for line in head])
        if place and place % 61 == 0:
            sheet.lines.append([])
        sheet.lines.append([place + 1, *(row[name].raw for name in names)])
        sheet.data_rows.append(len(sheet.lines))
        if place % 41 == 40:
            word = rng.choice(["小计", "华山街道小计", "合 计", "本页小计："])
            sheet.lines.append(
                [word, *(f"{place + 1}" if n == "households" else None for n in names)]
            )
    sheet.lines.append(["总计", *(9999 if name == "households" else None for name in names)])
    sheet.lines.extend([note] for note in rng.sample(NOTES, 3))
    if plan.places == "columns" and plan.typed:
        _merge_counties(sheet, names.index("county") + 2)
    return sheet


def _header_lines(
    sheet: Sheet, names: list[str], headers: dict[str, str], grouped: bool
) -> list[list[Any]]:
    if not grouped:
        line = ["序号", *(headers[name] for name in names)]
        sheet.lines.append(line)
        return [line]
    top: list[Any] = ["序号"]
    low: list[Any] = [None]
    first = len(sheet.lines) + 1
    group_of = {name: group for group, members in GROUPS.items() for name in members}
    for place, name in enumerate(names):
        group = group_of.get(name)
        if group is None:
            top.append(headers[name])
            low.append(None)
            sheet.merged.append((first, place + 2, first + 1, place + 2))
        else:
            begins = place == 0 or group_of.get(names[place - 1]) != group
            top.append(group if begins else None)
            low.append(GROUPS[group][name] or headers[name])
            if begins:
                span = sum(1 for other in names[place:] if group_of.get(other) == group)
                sheet.merged.append((first, place + 2, first, place + 1 + span))
    sheet.merged.append((first, 1, first + 1, 1))
    sheet.lines.extend([top, low])
    return [top, low]


def _merge_counties(sheet: Sheet, column: int) -> None:
    """Merge the county's cells over rows that follow each other."""
    rows = sheet.data_rows
    start = 0
    for place in range(1, len(rows) + 1):
        cut = place == len(rows) or rows[place] != rows[place - 1] + 1 or (
            sheet.lines[rows[place] - 1][column - 1] != sheet.lines[rows[start] - 1][column - 1]
        )  # fmt: skip
        if cut:
            if place - start > 1:
                sheet.merged.append((rows[start], column, rows[place - 1], column))
                for number in rows[start + 1 : place]:
                    sheet.lines[number - 1][column - 1] = None
            start = place


def _write_book(path: Path, sheets: list[Sheet]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        out = book.create_sheet(sheet.title)
        for line in sheet.lines:
            out.append(line)
        for top, left, bottom, right in sheet.merged:
            out.merge_cells(f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")
    other = book.create_sheet("填表说明")
    other.append(["小区编码", "按统一编码填写"])
    book.save(path)
