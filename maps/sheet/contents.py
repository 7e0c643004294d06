"""The pages of contents of an atlas: every sheet with its share and page, each a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP
from maps import style
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import fitted, width_mm
from maps.sheet.paper import Box, paper
from maps.sheet.subject import Frame, Link, Sheet

LINE_MM: Final = 5.0
COLUMN_MM: Final = 86.0
GUTTER_MM: Final = 7.0
TITLE: Final = "图幅目录"


@dataclass(frozen=True)
class Entry:
    """A sheet in the contents; ``depth`` 2 stands under the one of depth 1 before it."""

    title: str
    note: str
    page: int
    anchor: str
    depth: int


def per_page(frame: Frame) -> int:
    """Give how many entries a page of contents holds."""
    columns, lines, _ = _grid(frame)
    return columns * lines


def draw_contents(
    snapshot: Snapshot, entries: Sequence[Entry], frame: Frame, definition_id: str
) -> list[Sheet]:
    """Draw the contents on as many pages as they need."""
    size = per_page(frame)
    parts = [entries[i : i + size] for i in range(0, len(entries), size)]
    return [
        _page(snapshot, part, frame, definition_id, first=i == 0) for i, part in enumerate(parts)
    ]


def _grid(frame: Frame) -> tuple[int, int, Box]:
    sheet = paper(frame.paper, frame.orientation)
    k = sheet.scale
    edge = sheet.title.x
    area = Box(
        edge, sheet.map.y + 2 * k, sheet.width - 2 * edge, sheet.height - sheet.map.y - edge - 8 * k
    )
    columns = max(int((area.width + GUTTER_MM * k) / ((COLUMN_MM + GUTTER_MM) * k)), 1)
    return columns, int(area.height / (LINE_MM * k)), area


def _page(
    snapshot: Snapshot, entries: Sequence[Entry], frame: Frame, definition_id: str, *, first: bool
) -> Sheet:
    sheet = paper(frame.paper, frame.orientation)
    k = sheet.scale
    columns, lines, area = _grid(frame)
    drawing = Drawing(sheet.width, sheet.height)
    title = TITLE if first else f"{TITLE}（续）"
    drawing.text((area.x, sheet.title.y + 6.2 * k), title, 18 * k, bold=True)
    width = (area.width - (columns - 1) * GUTTER_MM * k) / columns
    links = []
    for i, entry in enumerate(entries):
        column, line = divmod(i, lines)
        row = Box(
            area.x + column * (width + GUTTER_MM * k),
            area.y + line * LINE_MM * k,
            width,
            LINE_MM * k,
        )
        _entry(drawing, entry, row, k)
        links.append(Link(row, entry.anchor))
    mark = f"【{MADE_UP}】" if snapshot.made_up else ""
    words = f"{mark}截至 {snapshot.as_of} · 快照 {snapshot.id[:16]} · 口径 {definition_id}"
    words += f" · {frame.secrecy}" if frame.secrecy else ""
    drawing.text((area.x, sheet.height - sheet.title.x), words, 6 * k, fill=style.MUTED)
    anchor = "contents" if first else f"contents-{entries[0].page}"
    return Sheet(
        drawing.svg(title, words),
        title,
        sheet.width,
        sheet.height,
        anchor=anchor,
        links=tuple(links),
    )


def _entry(drawing: Drawing, entry: Entry, row: Box, k: float) -> None:
    """Draw a line: title, dots, the share, the page."""
    size = (8.5 if entry.depth == 1 else 8) * k
    bold = entry.depth == 1
    left = row.x + (0 if bold else 4 * k)
    baseline = row.y + 3.6 * k
    shown = fitted(entry.title, size, row.width - 30 * k - (left - row.x), bold=bold)
    drawing.text((left, baseline), shown, size, bold=bold)
    drawing.text((row.right, baseline), str(entry.page), size, anchor="end", bold=bold)
    drawing.text((row.right - 9 * k, baseline), entry.note, size, anchor="end", fill=style.MUTED)
    start = left + width_mm(shown, size, bold=bold) + 1.5 * k
    drawing.line(
        (start, baseline - 0.3 * k),
        (row.right - 25 * k, baseline - 0.3 * k),
        stroke=style.RULE,
        stroke_width=0.25 * k,
        stroke_dasharray=f"{0.25 * k:.2f} {0.9 * k:.2f}",
    )
