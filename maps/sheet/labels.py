"""Where names stand, so that none lies on another.

Names go where they fit in their own shape, the tightest first; what fits nowhere gets a place
beside it with a line that leads there. What finds no place is given back, for the sheet to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from maps import style
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import MM_PER_PT, width_mm
from maps.sheet.paper import Box

LINE_HEIGHT: Final = 1.18
_CAP: Final = 0.86
"""From a line's top to its baseline, in sizes of the type."""

DIRECTIONS: Final = 24
_GAP_MM: Final = 0.5


@dataclass(frozen=True)
class Line:
    """A line of a label."""

    words: str
    size_pt: float
    bold: bool = False
    fill: str = style.INK


@dataclass(frozen=True)
class Wanted:
    """A label that is wanted: where it belongs, and how it may be written, the best way first.

    ``shape`` is what it names, on the paper; None for a point. ``reach_mm`` is how far it may
    stand off with a line leading to it; 0 is not at all.
    ``code`` is the division's that it names. ``off_point`` keeps the point itself free, for a mark.
    """

    at: tuple[float, float]
    ways: tuple[tuple[Line, ...], ...]
    shape: shapely.Geometry | None = None
    reach_mm: float = 0
    rank: float = 0
    code: int | None = None
    off_point: bool = False


@dataclass(frozen=True)
class Placed:
    """A label in its place; ``leader`` is where its line starts, None where it needs none."""

    wanted: Wanted
    lines: tuple[Line, ...]
    box: tuple[float, float, float, float]
    leader: tuple[float, float] | None


def size_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Give width and height of a label in mm."""
    width = max(width_mm(line.words, line.size_pt, bold=line.bold) for line in lines)
    return width, sum(line.size_pt * MM_PER_PT * LINE_HEIGHT for line in lines)


def place(
    wanted: Sequence[Wanted], frame: Box, taken: Sequence[Box] = ()
) -> tuple[list[Placed], list[Wanted]]:
    """Find a place for each label inside the frame, clear of what is taken and of each other.

    Returns
    -------
    placed, left_out
        In drawing order; those for which there is no place.
    """
    table = _Taken(frame, taken)
    placed: list[Placed] = []
    waiting: list[Wanted] = []
    for item in sorted(wanted, key=lambda item: (-item.rank, _room(item), item.at)):
        found = _inside(item, table)
        if found is None:
            waiting.append(item)
        else:
            table.take(found)
            placed.append(found)
    left_out = []
    for item in waiting:
        found = _beside(item, table) if item.reach_mm else None
        if found is None:
            left_out.append(item)
        else:
            table.take(found)
            placed.append(found)
    return placed, left_out


def draw(drawing: Drawing, placed: Sequence[Placed], k: float = 1.0) -> None:
    """Draw labels with white edges, the leading lines first."""
    for item in placed:
        if item.leader is not None:
            x, y = item.wanted.at
            drawing.line(item.leader, (x, y), stroke="#ffffff", stroke_width=0.6 * k)
            drawing.line(item.leader, (x, y), stroke=style.INK, stroke_width=0.14 * k)
            drawing.add("circle", cx=x, cy=y, r=0.32 * k, fill=style.INK)
    for item in placed:
        left, top, right, _ = item.box
        y = top
        for line in item.lines:
            size = line.size_pt * MM_PER_PT
            drawing.text(
                ((left + right) / 2, y + size * _CAP),
                line.words,
                line.size_pt,
                anchor="middle",
                bold=line.bold,
                fill=line.fill,
                halo=0.75 * k,
            )
            y += size * LINE_HEIGHT


class _Taken:
    """Boxes that are taken, and the lines that lead to labels."""

    def __init__(self, frame: Box, taken: Sequence[Box]) -> None:
        self.frame = frame
        self.boxes = np.array(
            [(box.x, box.y, box.right, box.bottom) for box in taken], np.float64
        ).reshape(-1, 4)
        self.leaders: list[shapely.Geometry] = []

    def free(self, box: tuple[float, float, float, float]) -> bool:
        """Tell whether a box lies in the frame, on no other and on no leading line."""
        left, top, right, bottom = box
        frame = self.frame
        if left < frame.x or top < frame.y or right > frame.right or bottom > frame.bottom:
            return False
        gap = _GAP_MM
        hits = (
            (self.boxes[:, 0] < right + gap)
            & (self.boxes[:, 2] > left - gap)
            & (self.boxes[:, 1] < bottom + gap / 2)
            & (self.boxes[:, 3] > top - gap / 2)
        )
        return not hits.any() and not any(
            line.intersects(shapely.box(*box)) for line in self.leaders
        )

    def clear(self, line: shapely.Geometry) -> bool:
        """Tell whether a leading line crosses no label and no other such line."""
        if any(line.intersects(other) for other in self.leaders):
            return False
        boxes = shapely.box(*self.boxes.T) if len(self.boxes) else np.zeros(0, object)
        return not shapely.intersects(boxes, line).any()

    def take(self, placed: Placed) -> None:
        """Mark a label's place."""
        self.boxes = np.vstack([self.boxes, placed.box])
        if placed.leader is not None:
            self.leaders.append(shapely.LineString([placed.leader, placed.wanted.at]))


def _room(item: Wanted) -> float:
    return 0.0 if item.shape is None else float(item.shape.area)


def _inside(item: Wanted, table: _Taken) -> Placed | None:
    """Find the place in its own shape nearest its middle, written in the best way that fits."""
    if item.shape is not None:
        shapely.prepare(item.shape)
    for lines in item.ways:
        width, height = size_of(lines)
        for x, y in _around(item, width, height):
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            inside = item.shape is None or item.shape.contains(shapely.box(*box))
            if inside and table.free(box):
                return Placed(item, lines, box, None)
    return None


def _around(item: Wanted, width: float, height: float) -> Iterator[tuple[float, float]]:
    """Give middles to try: the point itself, then a grid over the shape, nearest first."""
    x, y = item.at
    if not item.off_point:
        yield x, y
    if item.shape is None:
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            yield x + across * (width / 2 + 1.0), y + down * (height / 2 + 1.0)
        return
    left, top, right, bottom = item.shape.bounds
    step_x, step_y = max((right - left) / 24, 0.4), max((bottom - top) / 24, 0.4)
    grid = np.stack(
        np.meshgrid(np.arange(left, right, step_x), np.arange(top, bottom, step_y)), axis=-1
    ).reshape(-1, 2)
    distance: npt.NDArray[np.float64] = np.hypot(grid[:, 0] - x, grid[:, 1] - y)
    for i in np.argsort(distance, kind="stable").tolist():
        yield float(grid[i, 0]), float(grid[i, 1])


def _beside(item: Wanted, table: _Taken) -> Placed | None:
    """Find a place outside with a line that leads to the point: near ones first."""
    x, y = item.at
    lines = min(item.ways, key=lambda lines: size_of(lines)[0] * size_of(lines)[1])
    width, height = size_of(lines)
    for ring in np.arange(2.5, item.reach_mm, 1.5).tolist():
        for i in range(DIRECTIONS):
            angle = 2 * math.pi * i / DIRECTIONS
            across, down = math.cos(angle), math.sin(angle)
            middle_x = x + across * (ring + width / 2)
            middle_y = y + down * (ring + height / 2)
            box = (
                middle_x - width / 2,
                middle_y - height / 2,
                middle_x + width / 2,
                middle_y + height / 2,
            )
            if not table.free(box):
                continue
            start = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
            if table.clear(shapely.LineString([start, (x, y)])):
                return Placed(item, lines, box, start)
    return None
