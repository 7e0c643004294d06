"""An import's report as a workbook: verdicts, what each rule found, every finding, every row."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.errors import UsageError
from geo.intake.report.rules import count_rules
from geo.intake.verdicts import VERDICT_NAMES, Outcome

FINDINGS: Final = (
    ("结果", 14), ("工作表/图层", 18), ("行", 8), ("列", 18), ("值", 24), ("问题", 44),
    ("办法", 40), ("规则", 18),
)  # fmt: skip
RULES: Final = (
    ("结果", 14), ("规则", 20), ("说明", 56), ("条数", 8), ("行数", 8), ("列", 32),
    ("最先出现在", 32), ("规则编号", 22),
)  # fmt: skip
ROWS: Final = (("工作表/图层", 18), ("行", 8), ("结果", 16))

FILLS: Final = {"quarantined": "#f8cbad", "warned": "#fff2cc", "skipped": "#e4e5e7"}
"""Colours of cells at fault, by severity."""

WRITTEN: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""When our workbooks say they were made: the clock would change their bytes."""

MOST_LINES: Final = 1_048_000
"""Lines of a sheet, the header apart; what is beyond is counted, not written."""


def check_target(option: str, path: Path, endings: tuple[str, ...]) -> None:
    """Make sure that a file can be written, before anything else is.

    Raises
    ------
    UsageError
        When its ending is another, the folder is not there or the file can't be written.
    """
    if path.suffix.lower() not in endings:
        raise UsageError(f"{option} {path}：结果文件应为 {' 或 '.join(endings)}。", "请改文件名。")
    target = path if path.exists() else path.parent
    if not path.parent.is_dir() or not os.access(target, os.W_OK) or path.is_dir():
        raise UsageError(f"{option} {path}：无法写入。", "请核对文件夹是否存在、是否有写权限。")


def write_report(path: Path, outcome: Outcome) -> Path:
    """Write the report; cells are texts, so nothing in them is taken for a formula."""
    with xlsxwriter.Workbook(str(path), WRITING) as book:
        book.set_properties({"created": WRITTEN})
        head = book.add_format({"bold": True, "bg_color": "#e8eeee", "valign": "top"})
        fills = {
            name: book.add_format({"bg_color": colour, "valign": "top"})
            for name, colour in FILLS.items()
        }
        _write_summary(book, outcome, head)
        _write_rules(book, outcome, head, fills)
        _write_findings(book, outcome, head, fills)
        _write_rows(book, outcome, head, fills)
    return path


WRITING: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}
"""Options under which no text becomes a live formula or link."""


def _write_summary(book: Any, outcome: Outcome, head: Any) -> None:
    sheet = book.add_worksheet("汇总")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
    facts: list[tuple[str, str | int]] = [
        ("文件", outcome.file),
        ("类型", outcome.kind),
        ("坐标系", outcome.crs or "—"),
        ("变更编号", "试运行，未写入" if outcome.dry_run else outcome.change or "无变化"),
        ("读取行数", len(outcome.verdicts)),
        *((VERDICT_NAMES[name], count) for name, count in outcome.counts.items()),
        ("不再有效", outcome.retracted),
        ("作为备注保存的列", "、".join(outcome.extra_columns) or "—"),
        ("未保存的个人信息列", "、".join(outcome.personal_columns) or "—"),
        ("未保存的其他列", "、".join(outcome.unsaved_columns) or "—"),
        ("未读取的工作表", "、".join(outcome.ignored_sheets) or "—"),
        *(("说明", notice.message) for notice in outcome.findings.notices),
    ]
    for line, (name, value) in enumerate(facts):
        sheet.write_string(line, 0, name, head)
        sheet.write(line, 1, value)


def _write_rules(book: Any, outcome: Outcome, head: Any, fills: dict[str, Any]) -> None:
    sheet = _sheet(book, "按规则汇总", RULES, head)
    for line, item in enumerate(count_rules(outcome.findings.found), start=1):
        several = len({name for name, _ in item.first}) > 1
        first = "、".join(
            f"{name} 第 {row} 行" if several else str(row) for name, row in item.first
        )
        sheet.write_string(line, 0, VERDICT_NAMES[item.severity], fills[item.severity])
        sheet.write_string(line, 1, item.rule.name[0])
        sheet.write_string(line, 2, item.rule.meaning[0])
        sheet.write_number(line, 3, item.findings)
        sheet.write_number(line, 4, item.rows)
        more = " 等" if item.rows > len(item.first) else ""
        columns = "、".join(f"{name} {count}" for name, count in item.columns if name)
        sheet.write_string(line, 5, columns)
        sheet.write_string(line, 6, first + more if several else f"第 {first} 行{more}")
        sheet.write_string(line, 7, item.rule.id)


def _write_findings(book: Any, outcome: Outcome, head: Any, fills: dict[str, Any]) -> None:
    found = outcome.findings.found
    sheet = _sheet(book, "逐条", FINDINGS, head)
    for line, item in enumerate(found[:MOST_LINES], start=1):
        sheet.write_string(line, 0, VERDICT_NAMES[item.severity], fills[item.severity])
        sheet.write_string(line, 1, item.sheet)
        sheet.write_number(line, 2, item.row)
        words = (item.column, item.value, item.message, item.remedy, item.rule)
        for place, text in enumerate(words, start=3):
            sheet.write_string(line, place, text)
    _say_left_out(sheet, len(found))
    sheet.autofilter(0, 0, max(1, min(len(found), MOST_LINES)), len(FINDINGS) - 1)


def _write_rows(book: Any, outcome: Outcome, head: Any, fills: dict[str, Any]) -> None:
    sheet = _sheet(book, "逐行", ROWS, head)
    lines = zip(
        outcome.findings.sheets[:MOST_LINES],
        outcome.findings.rows[:MOST_LINES],
        outcome.verdicts[:MOST_LINES],
        strict=True,
    )
    for line, (name, number, verdict) in enumerate(lines, start=1):
        sheet.write_string(line, 0, name)
        sheet.write_number(line, 1, number)
        sheet.write_string(line, 2, VERDICT_NAMES[verdict], fills.get(verdict))
    _say_left_out(sheet, len(outcome.verdicts))


def _sheet(book: Any, name: str, columns: tuple[tuple[str, int], ...], head: Any) -> Any:
    sheet = book.add_worksheet(name)
    for place, (header, width) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, head)
    sheet.freeze_panes(1, 0)
    return sheet


def _say_left_out(sheet: Any, lines: int) -> None:
    if lines > MOST_LINES:
        sheet.write_string(
            MOST_LINES + 1, 0, f"另有 {lines - MOST_LINES:,} 行未列出：超过一张工作表的上限。"
        )
