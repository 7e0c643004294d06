"""An import's report as a workbook: how many rows got which verdict, and every finding."""

from __future__ import annotations

import os
from pathlib import Path

import xlsxwriter

from geo.errors import UsageError
from geo.intake.verdicts import VERDICT_NAMES, Outcome

HEADERS = ("结果", "工作表/图层", "行", "列", "值", "问题", "办法", "规则")
WIDTHS = (12, 18, 8, 18, 24, 40, 40, 18)


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
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True, "bg_color": "#e8eeee"})
        sheet = book.add_worksheet("汇总")
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 60)
        facts = [
            ("文件", outcome.file),
            ("类型", outcome.kind),
            ("坐标系", outcome.datum.words() if outcome.datum else "—"),
            ("变更编号", "试运行，未写入" if outcome.dry_run else outcome.change or "无变化"),
            ("读取行数", len(outcome.verdicts)),
            *((VERDICT_NAMES[name], count) for name, count in outcome.counts.items()),
            ("不再有效", outcome.retracted),
            ("作为备注保存的列", "、".join(outcome.extra_columns) or "—"),
            ("未保存的个人信息列", "、".join(outcome.personal_columns) or "—"),
            ("未保存的其他列", "、".join(outcome.unsaved_columns) or "—"),
            ("未读取的工作表", "、".join(outcome.ignored_sheets) or "—"),
        ]
        for row, (name, value) in enumerate(facts):
            sheet.write_string(row, 0, name, bold)
            sheet.write(row, 1, value)
        sheet = book.add_worksheet("逐条")
        for column, (header, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, header, bold)
        for row, item in enumerate(outcome.findings.found, start=1):
            words: tuple[str | int, ...] = (
                VERDICT_NAMES[item.severity], item.sheet, item.row, item.column, item.value,
                item.message, item.remedy, item.rule,
            )  # fmt: skip
            for column, cell in enumerate(words):
                sheet.write(row, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(outcome.findings.found)), len(HEADERS) - 1)
        sheet = book.add_worksheet("逐行")
        for column, header in enumerate(("工作表/图层", "行", "结果")):
            sheet.write_string(0, column, header, bold)
        lines = zip(outcome.findings.sheets, outcome.findings.rows, outcome.verdicts, strict=True)
        for row, (name, number, verdict) in enumerate(lines, start=1):
            sheet.write_string(row, 0, name)
            sheet.write_number(row, 1, number)
            sheet.write_string(row, 2, VERDICT_NAMES[verdict])
    return path
