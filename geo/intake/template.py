"""An empty workbook to fill in: canonical headers with notes, drop-downs, codes as text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.errors import UsageError
from geo.intake.columns import KINDS, NEEDS_SHAPES, Column, english, lacking

ROWS: Final = 5000
"""Rows that the drop-downs and formats reach."""

EXPLAINED: Final = "填表说明"
"""The sheet with the examples; an import leaves it alone."""

_HOW: Final[dict[str, str]] = {
    "code": "编码，按文本填写，不要让表格软件改成数字",
    "text": "文字",
    "state": "文字，可选：已备案、已成立、未成立、届满、换届中、筹备中",
    "division": "区划代码，2、4、6、9 或 12 位数字；也可写全名称，如 云南省昆明市五华区华山街道",
    "uscc": "18 位统一社会信用代码，按文本填写，最后一位是校验位",
    "date": "完整日期，如 2024-05-31；只知道年月的写 2024年5月",
    "year": "四位年份，如 1998",
    "area": "面积，只写数字，单位为平方米",
    "integer": "整数",
    "number": "数字",
    "share": "比率，如 85%",
    "yes_no": "是 或 否；不清楚请留空",
    "term": "从下拉列表中选一个",
    "codes": "编码；多个用、分开",
}

_EXAMPLES: Final[dict[str, str]] = {
    "code": "530102001-0001", "text": "翠湖小区", "state": "已备案", "division": "530102001",
    "uscc": "91350100M000100Y43", "date": "2024-05-31", "year": "1998", "area": "12345.60",
    "integer": "320", "number": "1.20", "share": "85%", "yes_no": "是", "term": "",
    "codes": "QY001、QY002",
}  # fmt: skip

_FORMATS: Final = {
    "code": "@", "text": "@", "state": "@", "division": "@", "uscc": "@", "codes": "@",
    "date": "yyyy-mm-dd", "area": "0.00", "integer": "0", "year": "0", "share": "0%",
}  # fmt: skip


def write_template(path: Path, kind: str) -> Path:
    """Write the empty workbook of a kind; the same kind gives the same cells.

    Raises
    ------
    UsageError
        For a kind that needs shapes, another ending than .xlsx, or a folder that can't be written.
    """
    if kind in NEEDS_SHAPES:
        raise UsageError(
            f"{kind} 须有图形，不能用工作簿填写。", "请用 GeoPackage 或 Shapefile 导入。"
        )
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"--write-template {path}：文件应为 .xlsx。", "请改文件名。")
    if not path.parent.is_dir() or path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UsageError(
            f"--write-template {path}：无法写入。", "请核对文件夹是否存在、是否有写权限。"
        )
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(_title(kind))
        must = {column.name for column in lacking(kind, set())}
        for place, column in enumerate(KINDS[kind]):
            _write_column(book, sheet, place, column, required=column.name in must)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 30)
        _explain(book, kind, must)
    return path


def _title(kind: str) -> str:
    return {
        "divisions": "区划",
        "compounds": "小区",
        "ledger": "小区台账",
        "committees": "业委会台账",
        "companies": "企业台账",
        "projects": "项目台账",
    }[kind]


def _write_column(book: Any, sheet: Any, place: int, column: Column, *, required: bool) -> None:
    colour = "#f6d9c4" if required else "#e8eeee"
    head = book.add_format(
        {"bold": True, "bg_color": colour, "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    body = book.add_format({"num_format": _FORMATS.get(column.kind, "General")})
    sheet.set_column(place, place, max(12, 2 * len(column.header) + 2), body)
    sheet.write_string(0, place, column.header, head)
    sheet.write_comment(0, place, _how(column, required=required), {"x_scale": 2, "y_scale": 1.2})
    choices = _choices(column)
    if choices:
        sheet.data_validation(
            1, place, ROWS, place,
            {
                "validate": "list", "source": list(choices), "ignore_blank": True,
                "error_title": column.header, "error_message": f"可选：{'、'.join(choices)}"[:250],
            },
        )  # fmt: skip


def _choices(column: Column) -> tuple[str, ...]:
    if column.kind == "yes_no":
        return ("是", "否")
    return column.terms


def _how(column: Column, *, required: bool) -> str:
    words = [("必填。" if required else "") + _HOW[column.kind]]
    choices = _choices(column)
    if choices:
        words.append(f"可选：{'、'.join(choices)}")
    if column.most is not None and column.kind in {"area", "integer", "number", "year"}:
        words.append(f"范围：{column.least:g} 到 {column.most:g}")
    if column.last_day:
        words.append("写最后一天（当日仍有效）")
    elif column.ends:
        words.append("写不再有效的第一天；仍有效的请留空")
    return "\n".join(words)


def _explain(book: Any, kind: str, must: set[str]) -> None:
    """Write the sheet that explains every column, with an example."""
    sheet = book.add_worksheet(EXPLAINED)
    bold = book.add_format({"bold": True, "bg_color": "#e8eeee", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for place, (header, width) in enumerate(
        (("列", 22), ("英文名", 22), ("是否必填", 10), ("填法", 60), ("示例", 26))
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, bold)
    for row, column in enumerate(KINDS[kind], start=1):
        required = column.name in must
        choices = _choices(column)
        cells = (
            column.header,
            english(kind, column),
            "必填" if required else "",
            _how(column, required=False),
            choices[-1] if choices else _EXAMPLES[column.kind],
        )
        for place, text in enumerate(cells):
            sheet.write_string(row, place, text, wrap)
    notes = (
        "橙色表头为必填。不要改动表头；可以增加列，增加的列作为备注保存。",
        "不要填写姓名、电话、证件号、住址：这些列不保存。",
        "一个小区有几段服务期的，一段一行，编码相同。" if kind == "ledger" else "一个对象一行。",
        "导入后逐行给出结果；不能确定的行暂存，改好后再导入或放行。",
    )
    for row, text in enumerate(notes, start=len(KINDS[kind]) + 2):
        sheet.write_string(row, 0, text)
