"""What stands on a sheet, put together: one drawing with all that makes a map one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from geo.action_plan import Definition, action_plan
from geo.codes import LEVEL_WIDTH, level_of
from geo.coverage import Coverage, require_division, within
from geo.coverage import coverage as coverage_of
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP
from maps import handout, style
from maps.sheet import foot, furniture, labels, listing, shares, states
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import fitted, width_mm
from maps.sheet.ground import Ground, around_names, draw_around, draw_barriers, parent_of
from maps.sheet.key import Key, Swatch, draw_key
from maps.sheet.names import short_name
from maps.sheet.paper import Box, Paper, paper
from maps.sheet.projection import Window, window_of
from maps.sheet.subject import LEVEL_WORDS, Frame, InAtlas, Link, Sheet, Subject, anchor_of
from maps.words import definition_text

CoverageOf = Callable[..., Coverage]


@dataclass(frozen=True)
class _Context:
    snapshot: Snapshot
    definition: Definition
    division: int
    ground: Ground
    window: Window
    sheet: Paper
    found: Coverage
    atlas: InAtlas

    @property
    def k(self) -> float:
        return self.sheet.scale


@dataclass(frozen=True)
class _Drawn:
    unnamed: int
    note: str = ""
    links: list[Link] = field(default_factory=list)


def draw_sheet(
    snapshot: Snapshot,
    subject: Subject,
    definition: Definition,
    frame: Frame | None = None,
    *,
    atlas: InAtlas | None = None,
    ground: Ground | None = None,
    coverage: CoverageOf = coverage_of,
) -> Sheet:
    """Draw a sheet.

    Parameters
    ----------
    atlas
        What it is in an atlas; None for a sheet of its own.
    ground
        The snapshot's ground, where several sheets share it.

    Raises
    ------
    UsageError
        For a level that is none of the division's, or a paper that there is not.
    NotFound
        For a division that is not known on the date, or of which nothing can be drawn.
    """
    frame, ground = frame or Frame(), ground or Ground(snapshot)
    sheet = paper(frame.paper, frame.orientation)
    require_division(snapshot, subject.division)
    name = snapshot.name_of(subject.division)
    level = subject.shown_level()
    window = window_of(_extent(snapshot, ground, subject.division), sheet.map)
    drawing = Drawing(sheet.width, sheet.height)
    found = coverage(
        snapshot,
        "I1" if level is None else subject.indicator,
        level or level_of(str(subject.division)),
        definition,
        subject.division,
    )
    at = _Context(
        snapshot, definition, subject.division, ground, window, sheet, found, atlas or InAtlas()
    )
    drawn = _draw_states(drawing, at) if level is None else _draw_shares(drawing, at)
    title = _title_of(snapshot, subject.division, name, None if level is None else found)
    _title(drawing, at, frame, title, "" if level is None else f"按{LEVEL_WORDS[level]}")
    source = frame.source or (handout.SOURCE_MADE_UP if snapshot.made_up else handout.SOURCE)[0]
    marks = foot.Marks(source, frame.publisher, bool(frame.review_number), drawn.note)
    foot.draw_foot(drawing, sheet, found, window, marks)
    mark = f"【{MADE_UP}】" if snapshot.made_up else ""
    words = f"{mark}截至 {snapshot.as_of} · 快照 {snapshot.id} · 口径 {definition.id}"
    links = (*drawn.links, *_page(drawing, at))
    return Sheet(
        drawing.svg(f"{title} · {snapshot.as_of}", words),
        title,
        sheet.width,
        sheet.height,
        drawn.unnamed,
        anchor_of(subject.division),
        links=links,
    )


def _title_of(snapshot: Snapshot, division: int, name: str, found: Coverage | None) -> str:
    """Name the sheet; a street says of which county it is."""
    parent = parent_of(division)
    above = ""
    if parent is not None and len(str(division)) > LEVEL_WIDTH["county"]:
        above = short_name(snapshot.division_names.get(parent, ""))
    words = f"{above}{short_name(name)}"
    return states.title_of(words) if found is None else f"{words}{found.indicator.name}图"


def _extent(snapshot: Snapshot, ground: Ground, division: int) -> np.ndarray:
    """Give the shapes that the map has to show: the division's outline, else its compounds."""
    own = ground.outlines([division])
    if own[0] is None:
        own = snapshot.geometry("compounds")[within(snapshot, division)]
        own = own[~(shapely.is_missing(own) | shapely.is_empty(own))]
    if not len(own):
        raise NotFound(
            f"区划 {division} 没有界线，其中的小区也没有图形，无法成图。",
            "请用 wuye import divisions 或 wuye import compounds 导入图形。",
        )
    return np.asarray(own)


def _draw_shares(drawing: Drawing, at: _Context) -> _Drawn:
    k, window, pages = at.k, at.window, at.atlas.pages
    shown = shares.shares_of(at.found, at.ground, window)
    if shapely.is_missing(shown.outlines).all():
        raise NotFound(
            f"区划 {at.division} 的下级（{LEVEL_WORDS[at.found.level]}）都没有界线，无法成图。",
            "请导入其界线，或用 --level compounds 画小区。",
        )
    with drawing.clipped("map", window.box):
        draw_around(drawing, at.ground, at.division, window, k)
        degrees = furniture.graticule(drawing, window, k)
        shares.draw_shares(drawing, shown, k)
        base = draw_barriers(drawing, at.snapshot, window, k)
        states.draw_outline(drawing, at.ground, at.division, window, k)
        taken = _furniture(drawing, window, degrees, k)
        placed, unnamed = shares.place_names(shown, window, taken, k, pages)
        _names_around(drawing, at, placed, taken)
        labels.draw(drawing, placed, k)
    _neatline(drawing, window, k)
    key = _with_base(shares.key_of(shown), base, k)
    draw_key(drawing, key, at.sheet.key, shares.headline(at.found), k)
    furniture.locator(drawing, at.snapshot, at.division, at.ground, at.sheet.locator, k)
    links = _linked([(item.wanted.code, item.box) for item in placed], pages)
    room = _room(at.sheet.list, k, len(at.found.rows) + 1)
    rows = shares.table_rows(at.found, room, pages)
    boxes = listing.draw_listing(
        drawing,
        at.sheet.list,
        f"各{LEVEL_WORDS[at.found.level]}（比率 %，{shares.UNITS[at.found.unit]}）",
        shares.INDEX_COLUMNS if pages else shares.COLUMNS,
        [row.cells for row in rows],
        k,
    )
    links += _linked(
        [
            (row.division, (box.x, box.y, box.right, box.bottom))
            for row, box in zip(rows, boxes, strict=True)
        ],
        pages,
    )
    hidden = sum(shape is None for shape in shown.outlines)
    note = f"另有 {hidden} 个没有界线，只列在表中。" if hidden else ""
    note += f"另有 {unnamed} 个名称图中容不下。" if unnamed else ""
    return _Drawn(unnamed, note, links)


def _linked(
    places: Sequence[tuple[int | None, tuple[float, float, float, float]]], pages: dict[int, int]
) -> list[Link]:
    return [
        Link(Box(left, top, right - left, bottom - top), anchor_of(code))
        for code, (left, top, right, bottom) in places
        if code is not None and code in pages
    ]


def _draw_states(drawing: Drawing, at: _Context) -> _Drawn:
    k, window = at.k, at.window
    shown = states.states_of(at.snapshot, at.definition, at.division, window)
    with drawing.clipped("map", window.box):
        drawing.rect(window.box, fill="#f7f6f3")
        draw_around(drawing, at.ground, at.division, window, k)
        degrees = furniture.graticule(drawing, window, k)
        states.draw_division(drawing, at.ground, at.division, window, k)
        base = draw_barriers(drawing, at.snapshot, window, k)
        states.draw_states(drawing, shown, k)
        states.draw_outline(drawing, at.ground, at.division, window, k)
        taken = _furniture(drawing, window, degrees, k)
        placed, unnamed = states.place_names(shown, window, taken, k)
        _names_around(drawing, at, placed, taken)
        labels.draw(drawing, placed, k)
    _neatline(drawing, window, k)
    key = _with_base(states.key_of(shown), base, k)
    draw_key(drawing, key, at.sheet.key, shares.headline(at.found), k)
    furniture.locator(drawing, at.snapshot, at.division, at.ground, at.sheet.locator, k)
    room = _room(at.sheet.list, k, len(shown.missing) + 1)
    band = action_plan().band(at.definition.band).id
    rows = states.table_rows(shown, room)
    title = f"未计入 {band} 档的小区" if rows else f"全部小区都计入 {band} 档"
    listing.draw_listing(drawing, at.sheet.list, title, states.COLUMNS if rows else (), rows, k)
    undrawn = sum(c.shape is None and c.point is None for c in shown.compounds)
    note = f"另有 {undrawn} 个小区没有位置，只计入数值。" if undrawn else ""
    note += f"另有 {unnamed} 个编号图中容不下。" if unnamed else ""
    return _Drawn(unnamed, note)


def _room(box: Box, k: float, rows: int) -> int:
    return listing.room_for(box, k, listing.blocks_of(box, k, rows))


def _furniture(
    drawing: Drawing, window: Window, degrees: list[furniture.Degree], k: float
) -> list[Box]:
    furniture.degree_labels(drawing, degrees, k)
    bar, arrow = furniture.scale_bar(drawing, window, k), furniture.north_arrow(drawing, window, k)
    return [bar, arrow, *(item.box for item in degrees)]


def _names_around(
    drawing: Drawing, at: _Context, placed: list[labels.Placed], taken: list[Box]
) -> None:
    """Name the divisions around where there is room beside what is there already."""
    own = [Box(x, y, right - x, bottom - y) for x, y, right, bottom in (p.box for p in placed)]
    wanted = around_names(at.ground, at.division, at.window, at.k)
    found, _ = labels.place(wanted, at.window.box.inset(1), [*taken, *own])
    labels.draw(drawing, found, at.k)


def _neatline(drawing: Drawing, window: Window, k: float) -> None:
    drawing.rect(window.box, fill="none", stroke=style.INK, stroke_width=0.35 * k)


def _with_base(key: Key, base: list[style.BarrierStyle], k: float) -> Key:
    swatches = tuple(
        Swatch(
            "none",
            item.label[0],
            line=item.colour,
            kind="line",
            width=max(item.width_px * states.MM_PER_PX * 0.7 * k, 0.3),
        )
        for item in base
    )
    return Key(key.title, key.swatches, swatches)


def _title(drawing: Drawing, at: _Context, frame: Frame, title: str, under: str) -> None:
    box, k = at.sheet.title, at.k
    right = box.right
    if at.snapshot.made_up:
        right = furniture.tag(drawing, right, box.y, MADE_UP, k, strong=True) - 2 * k
    review = f"审图号：{frame.review_number}" if frame.review_number else ""
    for words in (frame.secrecy, review):
        if words:
            right = furniture.tag(drawing, right, box.y, words, k, strong=False) - 2 * k
    shown = fitted(title, 18 * k, right - box.x, bold=True)
    drawing.text((box.x, box.y + 6.2 * k), shown, 18 * k, bold=True)
    date = dt.date.fromisoformat(at.found.as_of)
    parts = [
        f"截至 {date.year} 年 {date.month} 月 {date.day} 日",
        under,
        definition_text(at.definition, at.found.indicator)[0],
    ]
    words = " · ".join(part for part in parts if part)
    drawing.text((box.x, box.y + 11.4 * k), words, 8.5 * k, fill=style.MUTED)


def _page(drawing: Drawing, at: _Context) -> list[Link]:
    """Write the sheet's place in its atlas, which leads back to the index."""
    if not at.atlas.page:
        return []
    box, size = at.sheet.foot, 7 * at.k
    width = width_mm(at.atlas.page, size)
    drawing.text((box.right - width, box.bottom), at.atlas.page, size)
    spot = Box(box.right - width, box.bottom - 4 * at.k, width, 5 * at.k)
    return [Link(spot, at.atlas.back)] if at.atlas.back else []
