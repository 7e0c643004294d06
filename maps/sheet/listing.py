"""A table on a sheet: as many rows as there is room for, and what the others come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from maps import style
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import fitted
from maps.sheet.paper import Box

ROW_MM: Final = 3.45
HEAD_MM: Final = 4.0
TITLE_MM: Final = 5.0
SIZE_PT: Final = 6.4
GUTTER_MM: Final = 4.0


@dataclass(frozen=True)
class Column:
    """A column: its header, its share of the width, numbers to the right."""

    header: str
    share: float
    number: bool = True


def room_for(box: Box, k: float, blocks: int = 1) -> int:
    """Give how many rows a box holds, the total's included."""
    return blocks * max(int((box.height - (TITLE_MM + HEAD_MM) * k) / (ROW_MM * k)), 1)


def blocks_of(box: Box, k: float, rows: int) -> int:
    """Give how many columns of rows stand side by side: two where one would leave rows out."""
    return 2 if box.width > 110 * k and rows > room_for(box, k) else 1


def draw_listing(
    drawing: Drawing,
    box: Box,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    k: float,
    *,
    bold_last: bool = True,
) -> list[Box]:
    """Draw a table of no more rows than `room_for` says; give the box of each row."""
    drawing.text(
        (box.x, box.y + 3.2 * k), fitted(title, 7.5 * k, box.width, bold=True), 7.5 * k, bold=True
    )
    blocks = blocks_of(box, k, len(rows))
    each = -(-len(rows) // blocks) if rows else 0
    width = (box.width - (blocks - 1) * GUTTER_MM * k) / blocks
    boxes: list[Box] = []
    for block in range(blocks):
        left = box.x + block * (width + GUTTER_MM * k)
        part = rows[block * each : (block + 1) * each]
        last = len(rows) - 1 - block * each if bold_last else -1
        own = Box(left, box.y + TITLE_MM * k, width, box.height)
        _block(drawing, own, columns, part, last, k)
        boxes += [
            Box(left, own.y + (HEAD_MM + i * ROW_MM) * k, width, ROW_MM * k)
            for i in range(len(part))
        ]
    return boxes


def _block(
    drawing: Drawing,
    box: Box,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    bold_row: int,
    k: float,
) -> None:
    whole = sum(column.share for column in columns)
    edges, x = [], box.x
    for column in columns:
        width = box.width * column.share / whole
        edges.append((x, width))
        x += width
    baseline = box.y + 2.7 * k
    for column, (left, width) in zip(columns, edges, strict=True):
        _cell(drawing, column.header, left, width, baseline, k, number=column.number, bold=True)
    rule = box.y + HEAD_MM * k - 0.2 * k
    drawing.line((box.x, rule), (box.right, rule), stroke=style.INK, stroke_width=0.2 * k)
    for i, row in enumerate(rows):
        top = box.y + (HEAD_MM + i * ROW_MM) * k
        if i % 2 == 0:
            stripe = Box(box.x, top, box.width, ROW_MM * k)
            drawing.rect(stripe, fill="#f6f5f2")
        baseline = top + 2.55 * k
        for column, (left, width), words in zip(columns, edges, row, strict=True):
            _cell(
                drawing, words, left, width, baseline, k, number=column.number, bold=i == bold_row
            )
    if 0 <= bold_row < len(rows):
        rule = box.y + (HEAD_MM + bold_row * ROW_MM) * k
        drawing.line((box.x, rule), (box.right, rule), stroke=style.INK, stroke_width=0.12 * k)


def _cell(
    drawing: Drawing,
    words: str,
    left: float,
    width: float,
    baseline: float,
    k: float,
    *,
    number: bool,
    bold: bool,
) -> None:
    shown = fitted(words, SIZE_PT * k, width - 0.8 * k, bold=bold)
    if not shown:
        return
    at = left + width - 0.4 * k if number else left + 0.4 * k
    drawing.text((at, baseline), shown, SIZE_PT * k, anchor="end" if number else "start", bold=bold)
