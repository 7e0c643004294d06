"""Workbooks: xlsx (with or without macros) and xls by calamine, HTML tables that pose as xls."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import python_calamine

from geo.errors import InputError
from geo.intake.archive import inflate, open_archive
from geo.intake.limits import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_GRID_CELLS,
    MOST_WORKBOOK_BYTES,
    MiB,
)
from geo.intake.sheet_scan import (
    Scan,
    long_texts,
    refuse_characters,
    refuse_type_declaration,
    scan_sheet,
)

REMEDY: Final = "请用 Excel 或 WPS 打开后另存为 .xlsx。"
MACROS: Final = ("macros_not_run", "工作簿带有宏：只读取单元格的值，宏不运行")

Remark = tuple[str, str]
"""A rule and its words, said of a file as a whole."""


SHEETS: Final = "xl/worksheets/"

Range = tuple[tuple[int, int], tuple[int, int]]
"""The first and last cell of merged ones: row and column, from 0."""


@dataclass
class Sheets:
    """What a workbook or text file holds before anybody looks for a table in it.

    ``rows`` are raw cells by sheet, from A1; ``ignored`` names sheets that were not read, with
    the reason; ``remarks`` say what the user should know of the file as a whole.
    """

    rows: dict[str, list[list[Any]]]
    merged: dict[str, list[Range]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_workbook(path: Path) -> Sheets:
    """Read a workbook's visible sheets.

    Raises
    ------
    InputError
        When it is damaged, locked, or larger than `limits` allow.
    """
    size = path.stat().st_size
    if size > MOST_WORKBOOK_BYTES:
        raise InputError(
            f"{path.name} 有 {size // MiB} MB，超过工作簿的上限 {MOST_WORKBOOK_BYTES // MiB} MB。",
            "请按县区拆成几个文件，或另存为 CSV。",
        )
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    scans, remarks = _scan(path) if packed else ({}, [])
    try:
        with path.open("rb") as file:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        found = Sheets({}, remarks=remarks)
        for name in visible:
            sheet = book.get_sheet_by_name(name)
            found.rows[name] = _with_marks(
                sheet.to_python(skip_empty_area=False), scans.get(name, Scan()).marks
            )
            found.merged[name] = list(sheet.merged_cell_ranges or [])
    except python_calamine.PasswordError as error:
        raise InputError(f"{path.name} 有打开密码，无法读取。", UNLOCK) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise InputError(f"无法读取工作簿 {path.name}：{words}", REMEDY) from error
    found.ignored = [f"{name}（隐藏）" for name in book.sheet_names if name not in visible]
    return found


UNLOCK: Final = "请在 Excel 或 WPS 中打开，取消密码（文件—信息—保护工作簿）后另存，再导入。"


def _with_marks(rows: list[list[Any]], marks: dict[tuple[int, int], str]) -> list[list[Any]]:
    """Put words into cells that the reader gave as blank though they are not."""
    for (row, column), word in marks.items():
        if row < len(rows):
            line = rows[row]
            line.extend([""] * (column + 1 - len(line)))
            if line[column] in {None, ""}:
                line[column] = word
    return rows


def _scan(path: Path) -> tuple[dict[str, Scan], list[Remark]]:
    """Judge an xlsx before it is read: its archive, then each sheet's XML."""
    with open_archive(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        texts: dict[int, int] = {}
        for name, member in members.items():
            if name.lower().endswith((".xml", ".rels")):
                refuse_type_declaration(path.name, next(inflate(path, member), b""))
            if name.lower().endswith("sharedstrings.xml"):
                texts = long_texts(inflate(path, member), path.name)
            elif not name.startswith(SHEETS):
                for _ in inflate(path, member):  # raises where its size is not the one claimed
                    pass
        scans = {
            sheet: scan_sheet(inflate(path, members[part]), texts)
            for sheet, part in _sheet_parts(archive, path.name)
            if part in members
        }
        macros = any(name.lower().endswith("vbaproject.bin") for name in members)
    for sheet, scan in scans.items():
        _refuse_wide(path.name, sheet, scan)
    refuse_characters(path.name, sum(scan.characters for scan in scans.values()))
    cells = sum(scan.cells for scan in scans.values())
    if cells > MOST_CELLS:
        raise InputError(
            f"{path.name} 有 {cells:,} 个有内容的单元格，超过上限 {MOST_CELLS:,}。",
            "请按县区拆成几个文件。",
        )
    return scans, [MACROS] if macros else []


def _refuse_wide(file: str, sheet: str, scan: Scan) -> None:
    if scan.width > MOST_COLUMNS:
        raise InputError(
            f"{file} 的工作表“{sheet}”在第 {scan.width} 列还有内容，超过上限 {MOST_COLUMNS} 列。",
            "多为误填；请删去右侧多余的列后另存。",
        )
    if scan.grid > MOST_GRID_CELLS:
        raise InputError(
            f"{file} 的工作表“{sheet}”从第一格到最后有内容的一格共 {scan.grid:,} 格"
            f"（{scan.height:,} 行 × {scan.width} 列），超过上限 {MOST_GRID_CELLS:,}。",
            "请删去下方和右侧零散的内容后另存，或按县区拆成几个文件。",
        )


def _sheet_parts(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[str, str]]:
    """Give each sheet's name and the member that holds it.

    Raises
    ------
    InputError
        When the workbook's own list of sheets can't be read.
    """
    try:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - has no entities
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError, zipfile.BadZipFile) as error:
        raise InputError(f"无法读取工作簿 {file}：工作表目录已损坏。", REMEDY) from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for node in book.iter():
        if node.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in node.items() if key.endswith("}id")), None)
            target = targets.get(link, "")
            yield node.get("name", ""), posixpath.normpath(posixpath.join("/xl", target))[1:]
