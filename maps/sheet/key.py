"""The legend: swatches with words and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from maps import style
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import fitted
from maps.sheet.paper import Box


@dataclass(frozen=True)
class Swatch:
    """An entry: its colour or pattern, what it stands for, how many there are.

    ``below`` is written on a line under it: the target, where the classes break at it.
    """

    fill: str
    label: str
    count: str = ""
    line: str = style.BOUNDARY
    kind: Literal["area", "line"] = "area"
    width: float = 0.2
    dash: str | None = None
    over: str | None = None
    boundary: bool = True
    below: str = ""


@dataclass(frozen=True)
class Key:
    """A legend: its title and entries, those of the base map last."""

    title: str
    swatches: tuple[Swatch, ...]
    base: tuple[Swatch, ...] = ()


def draw_key(drawing: Drawing, key: Key, box: Box, lines: Sequence[str], k: float) -> None:
    """Draw the headline (first line large), then the legend."""
    y = box.y
    if lines:
        drawing.text((box.x, y + 7 * k), lines[0], 19 * k, bold=True, fill=style.ACCENT)
        y += 8.5 * k
        for line in lines[1:]:
            drawing.text((box.x, y + 2.5 * k), fitted(line, 6.4 * k, box.width), 6.4 * k)
            y += 3.3 * k
        y += 1.5 * k
    drawing.text((box.x, y + 3 * k), key.title, 7.5 * k, bold=True)
    y += 4.8 * k
    for swatch in key.swatches:
        _entry(drawing, swatch, Box(box.x, y, box.width, 3.6 * k), k)
        y += 3.95 * k
        if swatch.below:
            drawing.line((box.x, y), (box.x + 20 * k, y), stroke=style.INK, stroke_width=0.35 * k)
            drawing.text((box.x + 21 * k, y + 0.9 * k), swatch.below, 6 * k, bold=True)
            y += 0.5 * k
    _base(drawing, key.base, Box(box.x, y + 0.5 * k, box.width, 0), k)


def _base(drawing: Drawing, swatches: Sequence[Swatch], box: Box, k: float) -> None:
    """Draw the entries of the base map, four in a row."""
    quarter = box.width / 4
    for i, swatch in enumerate(swatches):
        at = Box(box.x + quarter * (i % 4), box.y + 3.8 * k * (i // 4), quarter, 3.4 * k)
        _entry(drawing, swatch, at, k)


def _entry(drawing: Drawing, swatch: Swatch, box: Box, k: float) -> None:
    wide = 5 * k if swatch.kind == "line" else 7 * k
    mark = Box(box.x, box.y + 0.2 * k, wide, 3 * k)
    if swatch.kind == "line":
        middle = mark.centre[1]
        drawing.line(
            (mark.x, middle),
            (mark.right, middle),
            stroke=swatch.line,
            stroke_width=swatch.width,
            stroke_dasharray=swatch.dash,
        )
    else:
        drawing.rect(
            mark,
            fill=swatch.fill,
            stroke=swatch.line,
            stroke_width=swatch.width * k,
            stroke_dasharray=swatch.dash,
        )
        if swatch.over:
            drawing.rect(mark, fill=swatch.over)
    drawing.text((mark.right + 1.5 * k, box.y + 2.6 * k), swatch.label, 6.4 * k)
    if swatch.count:
        drawing.text((box.right, box.y + 2.6 * k), swatch.count, 6.4 * k, anchor="end")
