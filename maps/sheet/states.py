"""The compounds of a street or community on a sheet, by state of service."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import shapely

from geo.action_plan import Definition, action_plan
from geo.coverage import counted, standing, within
from geo.snapshot.file import Snapshot
from maps import style, words
from maps.sheet import labels, listing
from maps.sheet.drawing import Drawing, hatch
from maps.sheet.ground import Ground, Shapes, children_of
from maps.sheet.key import Key, Swatch
from maps.sheet.paper import Box
from maps.sheet.projection import Window

MM_PER_PX: Final = 25.4 / 96

COLUMNS: Final = (
    listing.Column("号", 5, number=False),
    listing.Column("小区", 27, number=False),
    listing.Column("状态", 14, number=False),
    listing.Column("万㎡", 9),
    listing.Column("户", 9),
)


@dataclass(frozen=True)
class Compound:
    """A compound on the sheet; ``number`` stands on the map and in the list, 0 for none."""

    name: str
    state: int
    old: bool
    floor_area_dm2: int
    households: int
    counts: bool
    shape: shapely.Geometry | None
    point: tuple[float, float] | None
    number: int


@dataclass(frozen=True)
class States:
    """The compounds of a division, those that don't count first by floor area."""

    compounds: tuple[Compound, ...]

    @property
    def missing(self) -> tuple[Compound, ...]:
        """Give those that don't count under the definition, numbered."""
        return tuple(item for item in self.compounds if not item.counts)


def states_of(snapshot: Snapshot, definition: Definition, division: int, window: Window) -> States:
    """Take the compounds in the denominator that lie in a division."""
    rows = np.flatnonzero(standing(snapshot, definition) & within(snapshot, division))

    def take(name: str) -> Any:
        return snapshot.column("compounds", name)[rows]

    shapes = window.shapes(snapshot.geometry("compounds")[rows])
    built = take("built_year")
    old = (built > 0) & (built <= action_plan().old_until)
    counts: Any = counted(snapshot, definition)[rows]
    points = np.column_stack([take("x"), take("y")]).astype(np.float64)
    seen = ~np.isnan(points).any(axis=1)
    paper = np.full_like(points, np.nan)
    if seen.any():
        paper[seen] = window.to_paper(points[seen])
    area = take("floor_area_dm2")
    order = np.lexsort((take("code").astype(str), -area.astype(np.int64), counts))
    numbers = {int(i): n for n, i in enumerate(order[: int((~counts).sum())].tolist(), start=1)}
    names, codes = take("name"), take("code")
    modes, households = take("mode"), take("households")
    return States(
        tuple(
            Compound(
                name=str(names[i] or codes[i]),
                state=style.state_of_mode(int(modes[i])),
                old=bool(old[i]),
                floor_area_dm2=int(area[i]),
                households=int(households[i]),
                counts=bool(counts[i]),
                shape=shapes[i],
                point=None if np.isnan(paper[i, 0]) else (float(paper[i, 0]), float(paper[i, 1])),
                number=numbers.get(int(i), 0),
            )
            for i in order.tolist()
        )
    )


def draw_division(
    drawing: Drawing, ground: Ground, division: int, window: Window, k: float
) -> None:
    """Draw the division's own ground with the lines of what it is divided into."""
    own = window.shapes(ground.outlines([division]))
    drawing.path(own, fill="#ffffff", stroke="none")
    below = children_of(ground.snapshot, division, 12) if len(str(division)) == 9 else []
    parts: Shapes = window.shapes(ground.outlines(below))
    drawing.path(
        parts,
        fill="none",
        stroke="#a7afb7",
        stroke_width=0.15 * k,
        stroke_dasharray=f"{1.2 * k:g} {0.8 * k:g}",
    )


def draw_outline(drawing: Drawing, ground: Ground, division: int, window: Window, k: float) -> None:
    """Draw the division's line over everything in it."""
    own = window.shapes(ground.outlines([division]))
    drawing.path(own, fill="none", stroke=style.INK, stroke_width=0.45 * k, stroke_linejoin="round")


def draw_states(drawing: Drawing, states: States, k: float) -> None:
    """Draw the compounds; one without a polygon is a dashed ring where it may lie."""
    for state in style.STATES:
        if state.pattern != "solid":
            drawing.defs.append(hatch(f"state-{state.id}", None, state.line, state.pattern, k))
    for index, state in enumerate(style.STATES):
        for old in (False, True):
            own = [c for c in states.compounds if c.state == index and c.old == old]
            shapes = [c.shape for c in own if c.shape is not None]
            drawing.path(shapes, fill=state.fill, fill_rule="evenodd")
            drawing.path(
                shapes,
                fill=_marks(state) or "none",
                fill_rule="evenodd",
                stroke=state.line,
                stroke_width=(style.OLD_LINE_PX if old else style.LINE_PX) * MM_PER_PX * 0.62 * k,
                stroke_linejoin="round",
            )
    for item in states.compounds:
        if item.shape is None and item.point is not None:
            state = style.STATES[item.state]
            drawing.add(
                "circle",
                cx=item.point[0],
                cy=item.point[1],
                r=1.1 * k,
                fill=state.fill,
                stroke=state.line,
                stroke_width=0.3 * k,
                stroke_dasharray=f"{0.6 * k:g} {0.4 * k:g}",
            )


def _marks(state: style.State) -> str | None:
    """Give the pattern over a state's colour, so that it isn't told by colour alone."""
    return None if state.pattern == "solid" else f"url(#state-{state.id})"


def place_names(
    states: States, window: Window, taken: list[Box], k: float
) -> tuple[list[labels.Placed], int]:
    """Place numbers of those that don't count, then names where there is room."""
    wanted = []
    for item in states.compounds:
        if item.shape is None or item.shape.is_empty:
            at, shape = item.point, None
        else:
            middle = item.shape.representative_point()
            at, shape = (middle.x, middle.y), item.shape
        if at is None:
            continue
        ways = tuple(
            (labels.Line(name, size * k, bold=bool(item.number)),)
            for name in _texts(item)
            for size in (6.0, 5.0)
        )
        wanted.append(
            labels.Wanted(
                at,
                ways,
                None if item.number else shape,
                7 * k if item.number else 0,
                rank=1.0 if item.number else 0.0,
                off_point=item.shape is None,
            )
        )
    placed, left_out = labels.place(wanted, window.box.inset(1), taken)
    return placed, sum(bool(item.rank) for item in left_out)


def _texts(item: Compound) -> list[str]:
    return [str(item.number)] if item.number else [item.name]


def key_of(states: States) -> Key:
    """Give the legend: states with number and floor area."""
    swatches = []
    for index, state in enumerate(style.STATES):
        own = [c for c in states.compounds if c.state == index]
        area = words.area_text(Fraction(sum(c.floor_area_dm2 for c in own), 100))[0]
        swatches.append(
            Swatch(
                state.fill,
                state.label[0],
                f"{len(own)} 个 · {area}",
                line=state.line,
                over=_marks(state),
            )
        )
    old = [c for c in states.compounds if c.old]
    swatches.append(
        Swatch(
            "#ffffff",
            f"{action_plan().old_until} 年及以前建成（粗线）",
            f"{len(old)} 个",
            width=0.55,
        )
    )
    shapeless = [c for c in states.compounds if c.shape is None]
    if shapeless:
        swatches.append(
            Swatch("#ffffff", "没有图形，位置为示意", f"{len(shapeless)} 个", dash="0.6 0.4")
        )
    return Key("图例", tuple(swatches))


def table_rows(states: States, room: int) -> list[list[str]]:
    """Give the compounds that don't count, the largest first, and their total."""
    missing = states.missing
    if not missing:
        return []
    fits = len(missing) + 1 <= room
    shown = missing if fits else missing[: max(room - 2, 0)]
    rows = [
        [
            str(c.number),
            c.name,
            style.STATES[c.state].label[0],
            _area(c.floor_area_dm2),
            f"{c.households:,}" if c.households else "—",
        ]
        for c in shown
    ]
    if not fits:
        rest = missing[len(shown) :]
        rows.append(["", f"其余 {len(rest)} 个", "", *_sums(rest)])
    rows.append(["", f"合计 {len(missing)} 个", "", *_sums(missing)])
    return rows


def _sums(compounds: tuple[Compound, ...]) -> list[str]:
    return [
        _area(sum(c.floor_area_dm2 for c in compounds)),
        f"{sum(c.households for c in compounds):,}",
    ]


def _area(area_dm2: int) -> str:
    return f"{area_dm2 / 1_000_000:,.2f}" if area_dm2 else "不明"


def title_of(name: str) -> str:
    """Name the sheet."""
    return f"{name}住宅小区物业服务状态图"
