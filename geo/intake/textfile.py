"""Text files: their encoding told by content, and csv read within bounds."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError
from geo.intake.limits import (
    MOST_CELL_CHARACTERS,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_TEXT_BYTES,
    MiB,
)
from geo.intake.workbook import Remark, Sheets

DELIMITERS: Final = ",;\t"
SAMPLE_LINES: Final = 30
BIG5: Final = ("encoding_guessed", "文字按繁体编码（Big5）读取，请核对名称是否正确")
UTF16: Final = ("encoding_guessed", "文字按没有标记的 UTF-16 读取，请核对名称是否正确")


def read_text(path: Path) -> tuple[str, list[Remark]]:
    """Read a text file whole; give its text and remarks on how it was decoded.

    UTF-8 and UTF-16 with a mark are taken at their word, then UTF-8, UTF-16 told by where its
    zero bytes stand, and of GB18030 and Big5 the one whose characters are the more common.

    Raises
    ------
    InputError
        When the file is too large, or in none of these.
    """
    size = path.stat().st_size
    if size > MOST_TEXT_BYTES:
        raise InputError(
            f"{path.name} 有 {size // MiB} MB，超过文本文件的上限 {MOST_TEXT_BYTES // MiB} MB。",
            "请按县区拆成几个文件。",
        )
    data = path.read_bytes()
    for encoding, remarks in _encodings(data):
        try:
            return data.decode(encoding), remarks
        except UnicodeDecodeError:
            continue
    raise InputError(f"无法判断 {path.name} 的编码。", "请另存为 UTF-8 的 CSV。")


def _encodings(data: bytes) -> list[tuple[str, list[Remark]]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [("utf-16", [])]
    unmarked = _utf16_without_mark(data)
    if unmarked is not None:
        return [(unmarked, [UTF16])]
    chinese: list[tuple[str, list[Remark]]] = [("gb18030", [])]
    if _looks_like_big5(data):
        chinese.insert(0, ("big5", [BIG5]))
    return [("utf-8-sig", []), *chinese]


def _utf16_without_mark(data: bytes) -> str | None:
    """Tell UTF-16 by its zeros: the delimiters' upper bytes, all on one side."""
    head = data[:65536]
    upper, lower = head[1::2].count(0), head[::2].count(0)
    most, least = max(upper, lower), min(upper, lower)
    if most * 20 < len(head) or least * 4 > most:
        return None
    return "utf-16-le" if upper > lower else "utf-16-be"


def _looks_like_big5(data: bytes) -> bool:
    """Compare how common the characters are that two readings of the same bytes give.

    Both sets list their common characters first: level 1 of GB 2312 leads with B0 to D7, of Big5
    with A4 to C6. Text of the one read as the other is full of rare ones.
    """
    head = data[:65536]
    head = head[: head.rfind(b"\n") + 1] or head
    return _common(head, "big5", 0xA4, 0xC6) > _common(head, "gb18030", 0xB0, 0xD7) + 0.1


def _common(data: bytes, encoding: str, first: int, last: int) -> float:
    """Give the share of common characters among the Chinese ones; 0 when it can't be decoded."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    leads = [
        char.encode(encoding) for char in text if "\u2e80" < char < "\uff00" or char > "\uffff"
    ]
    good = sum(1 for lead in leads if len(lead) == 2 and first <= lead[0] <= last)
    return good / len(leads) if leads else 0.0


def read_csv(path: Path) -> Sheets:
    """Read a csv as one sheet named after the file.

    Raises
    ------
    InputError
        When it can't be decoded, is no csv, or has a row or cell out of all bounds.
    """
    text, remarks = read_text(path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", SAMPLE_LINES)[:SAMPLE_LINES]
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))
    csv.field_size_limit(MOST_CELL_CHARACTERS)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[list[Any]] = []
    cells = line = 0
    try:
        for row in reader:
            if reader.line_num > line + 1:
                _refuse_open_quote(path.name, text, line, reader.line_num, delimiter)
            line = reader.line_num
            cells += len(row)
            _refuse_large(path.name, len(rows) + 1, len(row), cells)
            rows.append([cell if cell != "" else None for cell in row])
    except csv.Error as error:
        raise InputError(
            f"{path.name} 第 {reader.line_num} 行不是规范的 CSV：{_csv_words(error)}",
            "请检查该行的引号与长度，或另存为 xlsx 后重试。",
        ) from error
    return Sheets({path.stem: rows}, remarks=remarks)


def _refuse_open_quote(file: str, text: str, first: int, last: int, delimiter: str) -> None:
    """Refuse a row of several lines whose quotes don't pair: it swallowed the rows after it."""
    lines = itertools.islice(io.StringIO(text), first, last)
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(
            f"{file} 第 {first + 1} 行的引号没有成对，后面的行被并进了同一格（到第 {last} 行）。",
            "请补上或删去多余的引号，或另存为 xlsx 后重试。",
        ) from error


def _csv_words(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"一格超过 {MOST_CELL_CHARACTERS:,} 个字符"
    return str(error)


def _refuse_large(file: str, row: int, width: int, cells: int) -> None:
    if width > MOST_COLUMNS:
        raise InputError(
            f"{file} 第 {row} 行有 {width:,} 列，超过上限 {MOST_COLUMNS} 列。",
            "多为换行丢失或分隔符有误，请重新导出。",
        )
    if cells > MOST_CELLS:
        raise InputError(
            f"{file} 到第 {row} 行已有 {cells:,} 格，超过上限 {MOST_CELLS:,}。",
            "请按县区拆成几个文件。",
        )
