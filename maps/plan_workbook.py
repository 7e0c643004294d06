"""A takeover plan as a workbook: an index with links, and a sheet of reasons for each compound."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.takeover.plan.paper import Plan, assumptions
from geo.takeover.plan.record import NotServed, Suggestion
from geo.takeover.plan.words import cut_short
from geo.terms import MADE_UP

INDEX: Final = "目录"
LEFT: Final = "未安排"
ABOUT: Final = "说明"

MOST_SHEETS: Final = 500
"""Compounds with a sheet of their own; the index lists all. Excel opens no more in comfort."""

LEVEL_NAMES: Final = {
    "community": "社区", "street": "街道", "county": "县区", "prefecture": "州市", "province": "省",
}  # fmt: skip

_MET: Final = {True: "符合", False: "注意", None: "待核实"}


def sheet_names(entries: tuple[Suggestion, ...]) -> list[str]:
    r"""Name a sheet for each compound: its place and name, safe for Excel and each once.

    At most 31 characters, none of ``[]:*?/\``, no apostrophe at an end; Excel takes upper and
    lower case for the same, and the place in front keeps equal names apart.
    """
    names = []
    for place, entry in enumerate(entries, start=1):
        plain = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", " ", entry.name or entry.compound)
        names.append(f"{place} {plain}"[:31].rstrip())
    return names


class _Book:
    """The workbook while it is written."""

    def __init__(self, book: Any, plan: Plan) -> None:
        self.book, self.plan = book, plan
        self.bold = book.add_format({"bold": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#e8eef2"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.area = book.add_format({"num_format": "#,##0.00"})
        self.link = book.get_default_url_format()
        self.mark = f"【{MADE_UP}】" if plan.made_up else ""

    def sheet(self, name: str, widths: tuple[int, ...]) -> Any:
        """Add a sheet that says what the plan is made from in every print-out."""
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        plan = self.plan
        source = (
            f"{self.mark}截至 {plan.as_of} · 快照 {plan.snapshot[:12]} · 口径 {plan.definition.id}"
        )
        sheet.set_footer(f"&L{source} · 方案 {plan.id[:12]}&R&P/&N")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def source(self, sheet: Any, row: int) -> None:
        """Write what the plan is made from on the sheet itself."""
        plan = self.plan
        words = f"{self.mark}截至 {plan.as_of} · {plan.definition.describe()}"
        sheet.write_string(row, 0, f"{words} · 快照 {plan.snapshot[:12]} · 方案 {plan.id[:12]}")


def write_workbook(path: Path, plan: Plan) -> None:
    """Write a plan's workbook: index, a sheet a compound, what is not served, what it rests on."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        # The file's own date would make other bytes each time.
        book.set_properties({"created": dt.datetime.fromisoformat(plan.as_of)})
        kit = _Book(book, plan)
        shown = plan.suggestions[:MOST_SHEETS]
        names = sheet_names(shown)
        _index(kit, names)
        _left(kit)
        _about(kit)
        for entry, name in zip(shown, names, strict=True):
            _reasons(kit, entry, name)


def _index(kit: _Book, names: list[str]) -> None:
    plan = kit.plan
    sheet = kit.sheet(INDEX, (6, 26, 30, 14, 10, 12, 12, 50))
    for row, line in enumerate(plan.lines()):
        sheet.write_string(row, 0, line, kit.title if row == 0 else None)
    kit.source(sheet, 5)
    top = 7
    heads = ["序号", "老旧小区", "承接项目", "面积(㎡)", "户数", "增加(百分点)", "费用(元)", "理由"]
    sheet.write_row(top, 0, heads, kit.head)
    for place, entry in enumerate(plan.suggestions):
        row = top + 1 + place
        sheet.write_number(row, 0, place + 1)
        if place < len(names):
            sheet.write_url(row, 1, f"internal:'{names[place]}'!A1", kit.link,
                            entry.name or entry.compound)  # fmt: skip
        else:
            sheet.write_string(row, 1, entry.name or entry.compound)
        sheet.write_string(row, 2, entry.project_name or entry.project)
        sheet.write_number(row, 3, entry.floor_area_dm2 / 100, kit.area)
        sheet.write_number(row, 4, entry.households)
        sheet.write_number(row, 5, round(entry.gain_points, 4))
        sheet.write_number(row, 6, entry.cost_fen / 100, kit.area)
        sheet.write_string(row, 7, " · ".join(entry.reasons))
    sheet.freeze_panes(top + 1, 2)


def _left(kit: _Book) -> None:
    """Write what is not taken over, candidates first, with the way out of each."""
    sheet = kit.sheet(LEFT, (26, 18, 14, 16, 50, 50, 14))
    kit.source(sheet, 0)
    heads = ["小区", "编码", "面积(㎡)", "所指项目", "原因", "怎样可以", "兜底方式"]
    sheet.write_row(2, 0, heads, kit.head)
    row = 3
    for entry in kit.plan.not_served:
        _left_row(kit, sheet, row, entry)
        row += 1
    for step in kit.plan.fallbacks:
        sheet.write_row(row, 0, [step.name, step.compound])
        sheet.write_number(row, 2, step.floor_area_dm2 / 100, kit.area)
        sheet.write_row(row, 4, [step.text, "", step.mode])
        row += 1
    for part in kit.plan.gap_parts:
        for one in part.members:
            sheet.write_string(row, 0, one["name"])
            sheet.write_string(row, 1, one["compound"])
            sheet.write_number(row, 2, one["floor_area_m2"], kit.area)
            sheet.write_row(row, 4, [part.text, part.remedy])
            row += 1
    row += 1
    sheet.write_row(row, 0, ["未覆盖的原因", "小区数", "数量"], kit.head)
    for place, part in enumerate(kit.plan.gap_parts, start=row + 1):
        sheet.write_string(place, 0, part.text)
        sheet.write_number(place, 1, part.compounds)
        unit = 100 if kit.plan.unit == "m2" else 1
        sheet.write_number(place, 2, part.amount / unit, kit.area)
    sheet.freeze_panes(3, 1)


def _left_row(kit: _Book, sheet: Any, row: int, entry: NotServed) -> None:
    sheet.write_string(row, 0, entry.name)
    sheet.write_string(row, 1, entry.compound)
    sheet.write_number(row, 2, entry.floor_area_dm2 / 100, kit.area)
    for column, text in enumerate((entry.project, entry.text, entry.remedy, entry.fallback), 3):
        sheet.write_string(row, column, text)


def _proof(plan: Plan) -> str:
    if plan.time_limited:
        return f"是，{cut_short(plan)}"
    return "否，部分未证明" if plan.unproven else "否，已证明最优"


def _about(kit: _Book) -> None:
    plan = kit.plan
    sheet = kit.sheet(ABOUT, (26, 90))
    rows: list[tuple[str, str]] = [
        ("数据", MADE_UP if plan.made_up else "登记数据"),
        ("方案", plan.id),
        ("快照", plan.snapshot),
        ("截至", plan.as_of),
        ("口径", f"{plan.definition.describe()}（{plan.definition.id}）"),
        ("区划", f"{plan.division_name} {plan.division or ''}".strip()),
        ("目标", f"{plan.target.normalize():f}"),
        ("限时求解", _proof(plan)),
        ("费用", f"{plan.cost_fen / 100:,.2f} 元（按下列假设）"),
        *(("假设", text) for text in assumptions(plan.parameters)),
        *((f"参数 {name}", str(value)) for name, value in plan.parameters.items()),
    ]  # fmt: skip
    for row, (name, value) in enumerate(rows):
        sheet.write_string(row, 0, name, kit.bold)
        sheet.write_string(row, 1, value, kit.wrap)


def _reasons(kit: _Book, entry: Suggestion, name: str) -> None:
    """Write the sheet of one compound."""
    sheet = kit.sheet(name, (18, 16, 16, 10, 70))
    sheet.write_string(0, 0, f"{entry.name or entry.compound} → {entry.project_name}", kit.title)
    kit.source(sheet, 1)
    sheet.write_url(2, 0, f"internal:'{INDEX}'!A1", kit.link, "返回目录")
    rows: list[tuple[str, Any]] = [
        ("小区编码", entry.compound),
        ("承接项目", entry.project),
        ("承接企业", f"{entry.company_name} {entry.company}".strip()),
        ("面积(㎡)", entry.floor_area_dm2 / 100),
        ("户数", entry.households or "不详"),
        ("余量前(㎡)", entry.spare_before_dm2 / 100),
        ("余量后(㎡)", entry.spare_after_dm2 / 100),
        ("费用(元)", entry.cost_fen / 100),
        ("其中补贴(元)", entry.subsidy_fen / 100),
    ]
    if entry.parent:
        rows.append(("经由小区", f"{entry.parent_name} {entry.parent}（须先进场）"))
    row = 4
    for label, value in rows:
        sheet.write_string(row, 0, label, kit.bold)
        if isinstance(value, int | float):
            sheet.write_number(row, 1, value, kit.area if isinstance(value, float) else None)
        else:
            sheet.write_string(row, 1, value)
        row += 1
    row = _criteria(kit, sheet, entry, row + 1)
    row = _points(kit, sheet, entry, row + 1)
    _rest(kit, sheet, entry, row + 1)


def _criteria(kit: _Book, sheet: Any, entry: Suggestion, row: int) -> int:
    sheet.write_row(row, 0, ["条件", "数值", "限值", "结论", "说明"], kit.head)
    for one in entry.criteria:
        row += 1
        sheet.write_string(row, 0, one["name"])
        _figure(kit, sheet, row, 1, one["figure"], one["unit"])
        _figure(kit, sheet, row, 2, one["limit"], one["unit"])
        told = one["met"] and not one.get("required", True)
        sheet.write_string(row, 3, "—" if told else _MET[one["met"]])
        sheet.write_string(row, 4, one["text"])
    return row + 1


def _figure(kit: _Book, sheet: Any, row: int, column: int, value: Any, unit: str) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, int | float):
        shape = "#,##0.##" if isinstance(value, float) and value % 1 else "#,##0"
        style = kit.book.add_format({"num_format": f'{shape}" {unit}"' if unit else "0.####"})
        sheet.write_number(row, column, value, style)
    elif value is not None:
        sheet.write_string(row, column, str(value))


def _points(kit: _Book, sheet: Any, entry: Suggestion, row: int) -> int:
    sheet.write_row(row, 0, ["层级", "区划", "增加(百分点)"], kit.head)
    for one in entry.points:
        row += 1
        sheet.write_string(row, 0, LEVEL_NAMES[one["level"]])
        sheet.write_string(row, 1, one["name"])
        sheet.write_number(row, 2, round(one["points"], 6))
    return row + 1


def _rest(kit: _Book, sheet: Any, entry: Suggestion, row: int) -> None:
    """Write the runner-up, warnings and the next legal step."""
    if entry.runner_up is not None:
        other = entry.runner_up
        sheet.write_string(row, 0, "次选项目", kit.bold)
        sheet.write_string(row, 1, f"{other['project_name']}：{other['why']}")
        row += 1
    for text in entry.warnings:
        sheet.write_string(row, 0, "数据提示", kit.bold)
        sheet.write_string(row, 1, text)
        row += 1
    sheet.write_string(row, 0, "下一步", kit.bold)
    sheet.merge_range(row, 1, row, 4, entry.next_step, kit.wrap)
    sheet.set_row(row, 62)
