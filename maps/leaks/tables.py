"""csv and xlsx: cells as they are, and what a workbook hides."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any

import openpyxl

from maps.leaks.contents import Contents, Sheet


def read_csv(path: Path, contents: Contents) -> None:
    """Read a csv in UTF-8 or GB 18030."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
        contents.raw = text.encode()
    csv.field_size_limit(2**31 - 1)
    rows = list(csv.reader(text.splitlines()))
    contents.sheets.append(sheet_of(path.stem, [[_number(cell) for cell in row] for row in rows]))


def read_xlsx(path: Path, contents: Contents) -> None:
    """Read every sheet, also hidden ones, with comments, names and properties."""
    book = openpyxl.load_workbook(path, data_only=False)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            contents.hidden.append((sheet.title, "隐藏的工作表"))
        hidden = [key for key, row in sheet.row_dimensions.items() if row.hidden]
        hidden += [key for key, column in sheet.column_dimensions.items() if column.hidden]
        if hidden:
            contents.hidden.append((sheet.title, f"隐藏的行或列 {hidden[0]}"))
        cells = []
        for row in sheet.iter_rows():
            cells.append([cell.value for cell in row])
            contents.texts += [(f"{sheet.title} {cell.coordinate} 批注", cell.comment.text)
                               for cell in row if cell.comment]  # fmt: skip
        contents.sheets.append(sheet_of(sheet.title, cells))
    properties = book.properties
    for name in ("creator", "lastModifiedBy", "title", "subject", "description", "keywords"):
        if value := getattr(properties, name):
            contents.texts.append((f"属性 {name}", str(value)))
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")) and "sheet" not in name.rsplit("/", 1)[-1]:
                contents.raw += archive.read(name)
            if "externalLink" in name or name.endswith(("vbaProject.bin", "connections.xml")):
                contents.hidden.append((name, "外部链接、宏或数据连接"))


def sheet_of(name: str, cells: list[list[Any]]) -> Sheet:
    """Take the first row with two filled cells of text for the headers."""
    for at, row in enumerate(cells[:20]):
        texts = [cell for cell in row if isinstance(cell, str) and cell.strip()]
        if len(texts) >= 2 and len(texts) * 2 >= len([cell for cell in row if cell is not None]):
            # What stands above it is kept as rows: it may say things too.
            return Sheet(name, [str(cell or "") for cell in row], cells[:at] + cells[at + 1 :])
    width = max((len(row) for row in cells), default=0)
    return Sheet(name, [""] * width, cells)


def _number(cell: str) -> Any:
    """Read a csv's cell as the number that it looks like, unless it is a code."""
    text = cell.strip()
    if not text:
        return None
    try:
        if text.lstrip("-").isdecimal():
            return int(text) if len(text) < 6 else text
        return float(text) if text.replace(".", "", 1).lstrip("-").isdecimal() else cell
    except ValueError:
        return cell
