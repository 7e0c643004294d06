"""Ten takeovers of a plan, drawn one a panel: SVG, and PNG where a Chromium is installed.

Drawn are those whose nearest host a river bars, the largest compounds first: there the plan and
the straight line disagree.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo import terms
from geo.takeover.neighbours.metric import Plane
from geo.takeover.neighbours.pairs import Meeting
from geo.takeover.plan.make import Plan
from geo.takeover.plan.record import Suggestion
from geo.takeover.plan.scene import Scene
from maps import style

COLUMNS, ROWS = 5, 2
SIDE_PX: Final = 300
GAP_PX: Final = 12
TITLE_PX: Final = 40
HEAD_PX, FOOT_PX = 84, 62
WIDTH_PX: Final = COLUMNS * (SIDE_PX + GAP_PX) + GAP_PX
HEIGHT_PX: Final = HEAD_PX + ROWS * (SIDE_PX + TITLE_PX + GAP_PX) + FOOT_PX
SPAN_M: Final = 1_000.0
"""What a panel shows, each way."""

RIVER: Final = next(one.colour for one in style.BARRIERS if one.kind == "河流")
FILL: Final = {mode: (state.fill, state.line) for state in style.STATES for mode in state.modes}
WANTED, HOST = "无物业", "市场化物业"
"""Modes whose colours the two compounds of a takeover are drawn in, whatever their own."""

BARRED: Final = "#a3123a"
FONT: Final = "Noto Sans CJK SC, Source Han Sans SC, sans-serif"
SOURCE: Final = "底图与图形 © OpenStreetMap contributors，ODbL；服务状态、面积与项目均为程序虚构"
INTERNAL: Final = "内部使用；图未经地图审核。"
MARK: Final = f"{terms.MADE_UP}（虚构），不反映真实情况"

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Shown:
    """A takeover to draw: its compound's row, and the nearer meeting that a river bars."""

    suggestion: Suggestion
    row: int
    barred: Meeting | None


def chosen(plan: Plan, scene: Scene) -> list[Shown]:
    """Choose ten: a nearer host barred first, then the largest, then by code."""
    shown = []
    for one in plan.suggestions:
        row = scene.row_of_compound[one.compound]
        nearer = [
            meeting
            for meeting in scene.meetings[row]
            if meeting.barred_by is not None and meeting.gap_mm < one.gap_mm
        ]
        nearest = min(nearer, key=lambda m: (m.gap_mm, m.via_code), default=None)
        shown.append(Shown(one, row, nearest))
    shown.sort(
        key=lambda s: (s.barred is None, -s.suggestion.floor_area_dm2, s.suggestion.compound)
    )
    return shown[: COLUMNS * ROWS]


def draw(path: Path, plan: Plan, scene: Scene) -> list[str]:
    """Write an SVG beside `path` and the PNG; give a line about each panel."""
    shown = chosen(plan, scene)
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing = path.with_suffix(".svg")
    drawing.write_text(svg(shown, scene), "utf-8", newline="\n")
    lines = [f"{place}. {_words(one)}" for place, one in enumerate(shown, 1)]
    programs = ("chromium", "google-chrome", "chromium-headless-shell")
    browser = next(filter(None, map(shutil.which, programs)), None)
    if browser is None:
        return [*lines, f"{drawing} (no Chromium here to make a PNG)"]
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--disable-background-networking", "--disable-sync",
         f"--window-size={WIDTH_PX},{HEIGHT_PX}", f"--screenshot={path.resolve()}",
         drawing.resolve().as_uri()],
        check=True, capture_output=True,
    )  # fmt: skip
    drawing.unlink()
    return [*lines, str(path)]


def _words(shown: Shown) -> str:
    one, barred = shown.suggestion, shown.barred
    name = one.name or one.compound
    text = f"{name} -> {one.via_name or one.via}: {one.gap_mm / 1000:.0f} m"
    if barred is None or barred.barred_by is None:
        return text
    river = barred.barred_by[1] or barred.barred_by[0]
    return (
        f"{text}, not {barred.via_name or barred.via_code} ({barred.gap_mm / 1000:.0f} m, {river})"
    )


def svg(shown: list[Shown], scene: Scene) -> str:
    """Give the whole drawing."""
    barred = sum(one.barred is not None for one in shown)
    size = f'width="{WIDTH_PX}" height="{HEIGHT_PX}" font-family="{FONT}" fill="{style.INK}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="100%" height="100%" fill="{style.PAPER}"/>',
        _text(
            GAP_PX, 32, f"接管建议 {len(shown)} 例（{barred} 例另有更近的项目，但隔河）", 22, "bold"
        ),
        _text(WIDTH_PX - GAP_PX, 32, f"【{MARK}】", 18, "bold", "end"),
        *_legend(),
    ]
    for place, one in enumerate(shown):
        left = GAP_PX + place % COLUMNS * (SIDE_PX + GAP_PX)
        top = HEAD_PX + place // COLUMNS * (SIDE_PX + TITLE_PX + GAP_PX)
        parts += _panel(place + 1, one, scene, left, top)
    parts += [
        _text(GAP_PX, HEIGHT_PX - 34, SOURCE, 15),
        _text(
            GAP_PX,
            HEIGHT_PX - 12,
            f"每幅 {SPAN_M:.0f} m 见方，上北。浅色：其他小区，按服务状态着色。{INTERNAL}",
            13,
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(number: int, one: Shown, scene: Scene, left: int, top: int) -> list[str]:
    """Draw a takeover's surroundings, north up, to the same scale in every panel."""
    snapshot = scene.snapshot
    geometry = snapshot.geometry("compounds")
    via = _row(scene, one.suggestion.via)
    plane = Plane.around(geometry[[one.row]])
    x, y = _middle(plane, one)
    window = shapely.box(x - SPAN_M / 2, y - SPAN_M / 2, x + SPAN_M / 2, y + SPAN_M / 2)

    def path(shapes: Objects, extra: str) -> str:
        return f'<path d="{_outline(shapes, window)}" {extra}/>'

    mode = np.array(terms.MODES, object)[snapshot.column("compounds", "mode")]
    near = _near(geometry, geometry[one.row])
    size = f'width="{SIDE_PX}" height="{SIDE_PX}" viewBox="0 0 {SPAN_M:.0f} {SPAN_M:.0f}"'
    name = _short(one.suggestion.name) or f"小区 {one.suggestion.compound}"
    parts = [
        _text(left, top + 15, f"{number}. {name}",
              14, "bold"),
        _text(left, top + 33, _caption(one), 12, colour=style.MUTED),
        f'<svg x="{left}" y="{top + TITLE_PX}" {size}>',
        '<rect width="100%" height="100%" fill="white"/>',
        path(plane.project(_rivers(scene, geometry[one.row])), f'fill="{RIVER}"'),
    ]  # fmt: skip
    for row in near.tolist():
        role = {one.row: WANTED, via: HOST}.get(row, str(mode[row]))
        fill, line = FILL.get(role, (style.NO_DATA, style.NO_DATA_LINE))
        strong = row in {one.row, via}
        look = f'fill="{fill}" fill-opacity="{0.95 if strong else 0.35}" stroke="{line}"'
        look += f' stroke-width="{7 if strong else 1.5}" fill-rule="evenodd"'
        parts.append(path(plane.project(geometry[[row]]), look))
    if one.barred is not None:
        parts += _line(plane, one.barred.segment, window, BARRED, "14 9")
    parts += _line(plane, one.suggestion.segment, window, style.SUGGESTION, "")
    edge = f'<rect width="100%" height="100%" fill="none" stroke="{style.RULE}" stroke-width="3"/>'
    return [*parts, *_scale_bar(), edge, "</svg>"]


def _middle(plane: Plane, one: Shown) -> tuple[float, float]:
    """Give the middle of the segments that a panel shows."""
    segments = [one.suggestion.segment, *([one.barred.segment] if one.barred else [])]
    points = plane.project(shapely.points(np.array(segments).reshape(-1, 2)))
    west, south, east, north = shapely.total_bounds(points)
    return (west + east) / 2, (south + north) / 2


def _row(scene: Scene, code: str) -> int:
    found = np.flatnonzero(scene.snapshot.column("compounds", "code") == code)
    return int(found[0]) if len(found) else -1


def _near(geometry: Objects, around: shapely.Geometry) -> npt.NDArray[np.int64]:
    """Give the rows of the polygons near one, the largest first so that small ones show."""
    rows = np.flatnonzero(shapely.intersects(geometry, _surroundings(around)))
    return np.asarray(rows[np.argsort(-shapely.area(geometry[rows]), kind="stable")])


def _rivers(scene: Scene, around: shapely.Geometry) -> Objects:
    shapes = scene.snapshot.geometry("barriers")
    box = _surroundings(around)
    return np.asarray(shapely.intersection(shapes[shapely.intersects(shapes, box)], box))


def _surroundings(around: shapely.Geometry) -> shapely.Geometry:
    """Give a box in degrees that is ample for a panel."""
    west, south, east, north = shapely.bounds(around)
    return shapely.box(west - 0.012, south - 0.012, east + 0.012, north + 0.012)


def _outline(shapes: Objects, window: shapely.Geometry) -> str:
    """Write polygons as a path in metres from the window's upper left corner."""
    west, _, _, north = shapely.bounds(window)
    steps = []
    clipped = shapely.intersection(shapely.make_valid(shapes), window)
    # Twice: a collection may hold a multipolygon.
    for part in shapely.get_parts(shapely.get_parts(clipped)):
        if part.is_empty or part.geom_type != "Polygon":
            continue
        for ring in (part.exterior, *part.interiors):
            points = (shapely.get_coordinates(ring) - (west, north)) * (1, -1)
            steps.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    return "".join(steps)


def _line(
    plane: Plane,
    segment: tuple[float, float, float, float],
    window: shapely.Geometry,
    colour: str,
    dash: str,
) -> list[str]:
    """Draw a segment with a pale casing; a short one gets a ring, so that it can be found."""
    points = shapely.points(np.array(segment).reshape(2, 2))
    west, _, _, north = shapely.bounds(window)
    (x1, y1), (x2, y2) = (shapely.get_coordinates(plane.project(points)) - (west, north)) * (1, -1)
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke-linecap="round"'
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    ring = f'<circle cx="{(x1 + x2) / 2:.1f}" cy="{(y1 + y2) / 2:.1f}" r="22" fill="none"'
    found = [
        f'<line {ends} stroke="{style.SUGGESTION_CASING}" stroke-width="13"/>',
        f'<line {ends} stroke="{colour}" stroke-width="7"{dashed}/>',
    ]
    short = bool(np.hypot(x2 - x1, y2 - y1) < 30)
    return [*found, f'{ring} stroke="{colour}" stroke-width="5"/>'] if short else found


def _scale_bar() -> list[str]:
    low = SPAN_M - 24
    return [
        f'<rect x="14" y="{low - 42}" width="232" height="58" fill="white" fill-opacity="0.85"/>',
        f'<path d="M24 {low - 12}v12h200v-12" fill="none" stroke="{style.INK}" stroke-width="5"/>',
        f'<text x="124" y="{low - 12}" font-size="30" text-anchor="middle">200 m</text>',
    ]


def _legend() -> list[str]:
    none, served = FILL[WANTED], FILL[HOST]
    items: list[tuple[str, str]] = [
        (f'<rect width="22" height="14" fill="{none[0]}" stroke="{none[1]}"/>', "待接管小区"),
        (f'<rect width="22" height="14" fill="{served[0]}" stroke="{served[1]}"/>', "在管项目"),
        (f'<rect width="22" height="14" fill="{RIVER}"/>', "河流"),
        (f'<path d="M0 7h34" stroke="{style.SUGGESTION}" stroke-width="3"/>', "建议接管（间距）"),
        (f'<path d="M0 7h34" stroke="{BARRED}" stroke-width="3" stroke-dasharray="6 4"/>',
         "更近，但隔河，不采用"),
    ]  # fmt: skip
    parts, x = [], GAP_PX
    for mark, words in items:
        parts.append(f'<g transform="translate({x} 52)">{mark}</g>')
        parts.append(_text(x + 42, 65, words, 15))
        x += 62 + 16 * len(words)
    return parts


def _caption(one: Shown) -> str:
    found = one.suggestion
    mine = f"{found.floor_area_dm2 / 1e6:.1f} 万㎡ → {_short(found.via_name) or found.via}"
    mine += f" {found.gap_mm / 1000:.0f} m"
    if one.barred is None:
        return mine
    return f"{mine}；隔河 {one.barred.gap_mm / 1000:.0f} m"


def _short(name: str) -> str:
    return name if len(name) <= 10 else name[:9] + "…"


def _text(
    x: float, y: float, words: str, size: int, weight: str = "normal", anchor: str = "start",
    colour: str = style.INK,
) -> str:  # fmt: skip
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
        f' fill="{colour}">{escape(words)}</text>'
    )
