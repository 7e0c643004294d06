"""A legend alone, as a small picture: for clients that show a layer without our page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from geo.action_plan import action_plan
from maps import style
from maps.raster.picture import STATE
from maps.sheet.drawing import Drawing, hatch
from maps.sheet.files import pdf_of, png_of
from maps.sheet.fonts import fitted
from maps.sheet.key import Key, Swatch, draw_key
from maps.sheet.paper import Box
from maps.sheet.subject import Sheet
from maps.words import target_text

WIDTH_MM: Final = 70.0
MARGIN_MM: Final = 2.0
ENTRY_MM: Final = 4.1
LINE_MM: Final = 3.4
DPI: Final = 144


def legend_picture(what: str, title: str, about: Sequence[str]) -> bytes:
    """Draw the classes of an indicator, or the states of compounds, as a PNG.

    Parameters
    ----------
    what
        An indicator's id, or ``state``.
    about
        Lines below: date, snapshot, definition.
    """
    patterns: list[str] = []
    swatches = tuple(_states(patterns) if what == STATE else _classes(what, patterns))
    head_mm = 5.5
    height = 2 * MARGIN_MM + head_mm + ENTRY_MM * len(swatches) + LINE_MM * len(about) + 1
    drawing = Drawing(WIDTH_MM, height)
    drawing.defs += patterns
    inner = Box(MARGIN_MM, MARGIN_MM, WIDTH_MM - 2 * MARGIN_MM, height - 2 * MARGIN_MM)
    draw_key(drawing, Key(fitted(title, 7.5, inner.width), swatches), inner, [], 1.0)
    for at, line in enumerate(about):
        y = inner.bottom - LINE_MM * (len(about) - 1 - at) - 0.5
        drawing.text((inner.x, y), fitted(line, 5.5, inner.width), 5.5)
    sheet = Sheet(drawing.svg(title, "；".join(about)), title, WIDTH_MM, height)
    return png_of(pdf_of([sheet], title), dpi=DPI)


def _classes(key: str, patterns: list[str]) -> Iterator[Swatch]:
    """Give classes from the highest down, the target between the halves, then no data."""
    target = action_plan().indicator(key).target
    classes = list(reversed(style.share_classes(target)))
    for item, after in zip(classes, [*classes[1:], None], strict=True):
        breaks = after is not None and item.side != after.side
        below = f"目标 {target_text(target)}" if breaks else ""
        yield Swatch(item.colour, item.label[0], below=below)
    patterns.append(hatch("nothing", style.NO_DATA, style.NO_DATA_LINE, "hatch", 1.0))
    yield Swatch("url(#nothing)", "没有数据")


def _states(patterns: list[str]) -> Iterator[Swatch]:
    for state in style.STATES:
        fill = state.fill
        if state.pattern != "solid":
            patterns.append(hatch(state.id, state.fill, state.line, state.pattern, 1.0))
            fill = f"url(#{state.id})"
        yield Swatch(fill, state.label[0], line=state.line)
