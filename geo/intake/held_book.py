"""Held rows as a workbook to correct, and the corrected workbook read back.

A sheet a kind: the register's number of each row, what is wrong with it, where it came from, and
every column of its kind to be corrected in place. Reading it back gives what was altered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.errors import InputError, NotFound, UsageError
from geo.intake.clean import text_of
from geo.intake.columns import KINDS, TITLES
from geo.intake.report.book import WRITING, WRITTEN
from geo.intake.sniff import sniff
from geo.intake.workbook import read_workbook
from geo.register import held
from geo.register.held import HeldRow
from geo.register.store import Register

ID, ACT, PROBLEM = "编号", "处理", "问题"
FRAME: Final = (
    (ID, 8), (ACT, 8), (PROBLEM, 44), ("办法", 36), ("候选", 30), ("来源文件", 22), ("工作表", 16),
    ("行号", 8), ("图形", 8),
)  # fmt: skip
"""What stands before a kind's own columns, with widths."""

RELEASE: Final = "放行"
GUIDE: Final = (
    "每行是一条暂存待改的记录，尚未入库。",
    "请直接在黄色底的单元格中改正；改好后执行：wuye import release 本文件.xlsx",
    "只有改动过的行，或“处理”列填“放行”的行，会重新检查并入库；其余各行原样留存。",
    "全部通过才会入库；只要有一行仍有问题，就一行也不写入，并逐行说明原因。",
    "因与别的行重复或时段重叠而暂存的行，确认以该行为准的，在“处理”列填“放行”。",
    "请勿改动“编号”列；不处理的行可以删去。图形须在原文件中修改后重新导入。",
)


def write_held(path: Path, rows: Sequence[HeldRow], wording: Callable[[str], str] = str) -> Path:
    """Write held rows to correct; nothing in them is taken for a formula.

    Parameters
    ----------
    wording
        Puts what is advised into the reader's words, who may not type commands.
    """
    with xlsxwriter.Workbook(str(path), {**WRITING, "constant_memory": False}) as book:
        book.set_properties({"created": WRITTEN})
        head = book.add_format({"bold": True, "bg_color": "#e8eeee", "text_wrap": True})
        kinds = [kind for kind in KINDS if any(row.kind == kind for row in rows)]
        for kind in kinds:
            own = [row for row in rows if row.kind == kind]
            _write_kind(book, kind, own, head, wording)
        guide = book.add_worksheet("填写说明")
        guide.set_column(0, 0, 100)
        for line, text in enumerate(GUIDE if rows else ("没有暂存待改的行。",)):
            guide.write_string(line, 0, wording(text))
    return path


def _write_kind(
    book: Any, kind: str, rows: list[HeldRow], head: Any, wording: Callable[[str], str]
) -> None:
    sheet = book.add_worksheet(TITLES[kind])
    text = book.add_format({"num_format": "@", "valign": "top"})
    still = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#52606d"})
    fault = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#ffe8a3"})
    columns = KINDS[kind]
    for place, (header, width) in enumerate(FRAME):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, header, head)
    first = len(FRAME)
    sheet.set_column(first, first + len(columns) - 1, 16, text)
    for place, column in enumerate(columns, start=first):
        sheet.write_string(0, place, column.header + ("*" if column.required else ""), head)
    for line, row in enumerate(rows, start=1):
        findings = row.problems.get("findings", [])
        sheet.write_number(line, 0, row.id, still)
        sheet.write_blank(line, 1, None, text)
        for place, words in enumerate(_about(row, findings, wording), start=2):
            sheet.write_string(line, place, words, still)
        at_fault = {item.get("name") for item in findings}
        for place, column in enumerate(columns, start=first):
            cell = row.cells.get(column.name)
            _write_cell(sheet, line, place, cell, fault if column.name in at_fault else text)
    sheet.data_validation(1, 1, max(1, len(rows)), 1, {"validate": "list", "source": [RELEASE]})
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(1, len(rows)), first + len(columns) - 1)


def _about(
    row: HeldRow, findings: Sequence[Mapping[str, str]], wording: Callable[[str], str]
) -> list[str]:
    """Say what is wrong, what to do, what it may be, and where the row came from."""
    problems = [f"{item['column']}：{item['message']}".strip("：") for item in findings]
    remedies = list(dict.fromkeys(wording(item["remedy"]) for item in findings))
    candidates = [
        " ".join(str(value) for value in item.values())
        for item in row.problems.get("candidates", [])
    ]
    return [
        "\n".join(problems), "\n".join(remedies), "\n".join(candidates), row.file, row.sheet,
        str(row.row), "有" if row.shape is not None else "",
    ]  # fmt: skip


def _write_cell(sheet: Any, line: int, place: int, cell: Any, style: Any) -> None:
    """Write a cell as it is; texts stay texts, and whole numbers of codes too."""
    if cell is None:
        sheet.write_blank(line, place, None, style)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, place, cell, style)
    elif isinstance(cell, int | float):
        sheet.write_number(line, place, cell, style)
    else:
        sheet.write_string(line, place, str(cell), style)


def read_held(path: Path) -> list[tuple[str, int, dict[str, Any], bool]]:
    """Read a corrected workbook: of each row its kind, number, cells by name, and whether marked.

    Raises
    ------
    InputError
        When the file is no workbook of held rows, or names a row twice or without a number.
    """
    if not path.is_file() or sniff(path) != "xlsx":
        raise InputError(
            f"无法读取 {path.name}：没有这个文件，或它不是 xlsx 工作簿。",
            "请用 wuye import held --out 写出的 .xlsx，改好后原样保存。",
        )
    sheets = read_workbook(path).rows
    kinds = {title: kind for kind, title in TITLES.items()}
    found: list[tuple[str, int, dict[str, Any], bool]] = []
    for title, lines in sheets.items():
        if title in kinds:
            found += _read_kind(path.name, kinds[title], title, lines)
    times = Counter(number for _, number, _, _ in found)
    twice = sorted(number for number, count in times.items() if count > 1)
    if twice:
        raise InputError(f"{path.name} 中编号 {twice[0]} 出现了不止一次。", "请只保留一行。")
    if not found:
        raise InputError(
            f"{path.name} 中没有暂存行。", "请用 wuye import held --out 写出后改正的工作簿。"
        )
    return found


def _read_kind(
    file: str, kind: str, title: str, lines: list[list[Any]]
) -> list[tuple[str, int, dict[str, Any], bool]]:
    headers = [text_of(cell).rstrip("*") for cell in lines[0]] if lines else []
    if ID not in headers:
        raise InputError(f"{file}【{title}】没有“{ID}”列。", "请保留写出时的表头。")
    places = {
        column.name: headers.index(column.header)
        for column in KINDS[kind]
        if column.header in headers
    }
    found = []
    for line, cells in enumerate(lines[1:], start=2):
        if not any(text_of(cell) for cell in cells):
            continue
        number = text_of(cells[headers.index(ID)])
        if not number.isdecimal():
            raise InputError(
                f"{file}【{title}】第 {line} 行的编号“{number}”不是数字。",
                "请保留写出时的编号；新的行请放进台账另行导入。",
            )
        words = {name: cells[place] for name, place in places.items() if place < len(cells)}
        marked = ACT in headers and text_of(cells[headers.index(ACT)]) == RELEASE
        found.append((kind, int(number), words, marked))
    return found


def corrections_in(register: Register, path: Path) -> tuple[dict[int, dict[str, Any]], int]:
    """Give what a corrected workbook alters, by row, and how many rows it leaves as they are.

    Raises
    ------
    InputError
        When it is no such workbook, or a number in it is off.
    NotFound
        When a row of it was never held.
    UsageError
        When nothing in it was altered.
    """
    lines = read_held(path)
    with register.connect() as connection:
        found = held.by_id(connection, [number for _, number, _, _ in lines])
    corrections: dict[int, dict[str, Any]] = {}
    for kind, number, cells, marked in lines:
        row = found.get(number)
        if row is None or row.kind != kind:
            raise NotFound(
                f"{path.name}：登记库中没有第 {number} 号暂存行（{kind}）。",
                "请重新用 wuye import held --out 写出。",
            )
        changes = altered(row, cells)
        if changes or marked:
            corrections[number] = changes
    if not corrections:
        raise UsageError(f"{path.name} 中没有改动过的行。", "请改正后保存，或在“处理”列填 放行。")
    return corrections, len(lines) - len(corrections)


def altered(row: HeldRow, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Give the cells that differ from how the row is held; a blank one blanks."""
    return {
        name: value if text_of(value) else None
        for name, value in cells.items()
        if text_of(value) != text_of(row.cells.get(name))
    }
