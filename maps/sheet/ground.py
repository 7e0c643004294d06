"""The ground of a sheet: outlines of divisions, what lies around them, rivers, railways, roads."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.codes import WIDTHS
from geo.snapshot.file import Snapshot
from geo.terms import BARRIER_KINDS
from maps import style
from maps.sheet import labels
from maps.sheet.drawing import Drawing
from maps.sheet.names import short_name
from maps.sheet.projection import Window

Shapes = npt.NDArray[np.object_]

AROUND: Final = "#efede8"
AROUND_LINE: Final = "#b9b4aa"

BARRIERS_TO: Final = {
    "河流": 1_500_000,
    "铁路": 500_000,
    "高速路": 500_000,
    "主干道": 90_000,
    "通道": 25_000,
}
"""The smallest scale (largest denominator) at which a kind of barrier is drawn."""

ROADS_TO: Final = 40_000
"""The same for roads that people walk along."""

MM_PER_PX: Final = 25.4 / 96


class Ground:
    """Outlines of a snapshot's divisions, by code."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def _known(self) -> dict[int, shapely.Geometry]:
        codes = self.snapshot.column("divisions", "code").tolist()
        return dict(zip(codes, self.snapshot.geometry("divisions"), strict=True))

    def outlines(self, codes: list[int]) -> Shapes:
        """Give the outline of each division, None where there is none."""
        out = np.full(len(codes), None, dtype=object)
        out[:] = [self._known.get(code) for code in codes]
        out[shapely.is_empty(out)] = None
        return out

    def around(self, division: int) -> list[int]:
        """Give the divisions of the same level that have an outline, without the one itself."""
        width = len(str(division))
        return [
            code
            for code, shape in self._known.items()
            if len(str(code)) == width and code != division and shape is not None
        ]


def parent_of(division: int) -> int | None:
    """Give the code of the division above, None above a province."""
    text = str(division)
    at = WIDTHS.index(len(text))
    return None if at == 0 else int(text[: WIDTHS[at - 1]])


def children_of(snapshot: Snapshot, division: int, width: int) -> list[int]:
    """Give the divisions with codes of so many digits that lie in one, ascending."""
    head = str(division)
    return sorted(
        code
        for code in snapshot.division_names
        if len(str(code)) == width and str(code).startswith(head)
    )


def simplified(shapes: Shapes, window: Window) -> Shapes:
    """Simplify outlines (degrees) of one level to what the scale shows, borders staying shared."""
    out = shapes.copy()
    have = ~shapely.is_missing(out)
    if have.any():
        seen_deg = 0.12 / window.mm_per_m / 111_000
        out[have] = shapely.coverage_simplify(out[have], seen_deg)
    return out


def draw_around(drawing: Drawing, ground: Ground, division: int, window: Window, k: float) -> None:
    """Draw the divisions around the sheet's own, so that it doesn't float."""
    shapes = window.shapes(simplified(ground.outlines(ground.around(division)), window))
    drawing.path(shapes, fill=AROUND, stroke=AROUND_LINE, stroke_width=0.15 * k)


def around_names(ground: Ground, division: int, window: Window, k: float) -> list[labels.Wanted]:
    """Give the names of divisions around, for the parts of them that the frame shows."""
    frame = window.box
    inner = shapely.box(frame.x, frame.y, frame.right, frame.bottom)
    codes = ground.around(division)
    found = []
    for code, shape in zip(codes, window.shapes(ground.outlines(codes)), strict=True):
        seen = (
            []
            if shape is None
            else shapely.get_parts(shapely.make_valid(shape).intersection(inner))
        )
        parts = [part for part in seen if part.geom_type == "Polygon" and part.area > 60 * k * k]
        if parts:
            largest = max(parts, key=lambda part: part.area)
            at = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 0.5))[0]
            words = short_name(ground.snapshot.division_names.get(code, ""))
            line = labels.Line(words, 6.5 * k, fill=style.MUTED)
            found.append(labels.Wanted((float(at[0]), float(at[1])), ((line,),), largest))
    return found


def draw_barriers(
    drawing: Drawing, snapshot: Snapshot, window: Window, k: float
) -> list[style.BarrierStyle]:
    """Draw water, railways and roads that the scale has room for; give the kinds drawn."""
    shapes = snapshot.geometry("barriers")
    kinds = snapshot.column("barriers", "kind")
    seen = _seen(window)
    near = shapely.intersects(shapes, seen)
    drawn = []
    if window.denominator <= ROADS_TO:
        roads = snapshot.geometry("roads")
        lines = shapely.simplify(window.shapes(roads[shapely.intersects(roads, seen)]), 0.05)
        if len(lines):
            drawing.path(
                lines, fill="none", stroke=style.ROAD.colour,
                stroke_width=style.ROAD.width_px * MM_PER_PX * 0.7 * k, stroke_linejoin="round",
            )  # fmt: skip
            drawn.append(style.ROAD)
    for kind in style.BARRIERS:
        if window.denominator > BARRIERS_TO[kind.kind]:
            continue
        own = shapely.get_parts(shapes[near & (kinds == BARRIER_KINDS.index(kind.kind))])
        if not len(own):
            continue
        paper = shapely.simplify(window.shapes(own), 0.05)
        areas = np.isin(shapely.get_type_id(paper), (3, 6))
        width = kind.width_px * MM_PER_PX * 0.7 * k
        dash = (
            " ".join(f"{float(part) * MM_PER_PX * 0.5:.2f}" for part in kind.dash.split()) or None
        )
        drawing.path(paper[areas], fill=kind.colour, fill_opacity="0.55")
        drawing.path(
            paper[~areas],
            fill="none",
            stroke=kind.colour,
            stroke_width=width,
            stroke_dasharray=dash,
            stroke_linejoin="round",
        )
        drawn.append(kind)
    return drawn


def _seen(window: Window) -> shapely.Polygon:
    """Give the box in degrees that holds what the frame shows."""
    frame = window.box
    corners = window.to_degrees(
        np.array([(x, y) for x in (frame.x, frame.right) for y in (frame.y, frame.bottom)])
    )
    return shapely.box(*corners.min(axis=0), *corners.max(axis=0))
