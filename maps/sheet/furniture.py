"""What makes a picture a map: frame, degrees, scale bar, north arrow, locator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.snapshot.file import Snapshot
from maps import shapes, style
from maps.sheet.drawing import Drawing
from maps.sheet.fonts import MM_PER_PT, fitted, width_mm
from maps.sheet.ground import Ground, children_of, parent_of
from maps.sheet.names import short_name
from maps.sheet.paper import Box
from maps.sheet.projection import Window, window_of

DEGREE_STEPS: Final = (2, 1, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360)
"""Distances between lines of longitude and latitude, each a whole number of seconds."""

GRATICULE: Final = "#cfd6dc"


def nice_length_m(longest_m: float) -> float:
    """Give the longest of 1, 2 and 5 times a power of ten that is no longer.

    >>> nice_length_m(31_000), nice_length_m(850)
    (20000.0, 500.0)
    """
    power: float = 10.0 ** math.floor(math.log10(longest_m))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest_m)


def scale_bar(drawing: Drawing, window: Window, k: float) -> Box:
    """Draw scale and scale bar in the lower left of the frame; give the box it takes."""
    frame = window.box
    longest = min(56 * k, 0.36 * frame.width)
    length_m = nice_length_m(longest * window.ground_m_per_mm)
    length = length_m / window.ground_m_per_mm
    box = Box(frame.x + 2.5 * k, frame.bottom - 14 * k, length + 17 * k, 11.5 * k)
    drawing.rect(box, fill="#ffffff", fill_opacity="0.86")
    left, top, high = box.x + 4 * k, box.y + 7.2 * k, 1.3 * k
    drawing.text(
        (left, box.y + 3.4 * k),
        f"比例尺 1:{window.denominator:,.0f}".replace(",", " "),
        7 * k,
        bold=True,
    )
    parts = 4 if math.log10(length_m) % 1 < 0.5 else 5
    drawing.body.append(
        f'<g class="scale-bar" data-metres="{length_m:g}" data-mm="{length:.4f}"'
        f' data-denominator="{window.denominator:g}">'
    )
    for part in range(parts):
        cell = Box(left + length * part / parts, top, length / parts, high)
        fill = style.INK if part % 2 == 0 else "#ffffff"
        drawing.rect(cell, fill=fill, stroke=style.INK, stroke_width=0.15 * k)
    drawing.body.append("</g>")
    unit, per_unit = ("km", 1000) if length_m >= 1000 else ("m", 1)
    half = f"{length_m / 2 / per_unit:g}"
    for share, words in (
        (0, "0"),
        (0.5, half if parts == 4 else ""),
        (1, f"{length_m / per_unit:g}"),
    ):
        drawing.text((left + length * share, top - 0.7 * k), words, 6 * k, anchor="middle")
    drawing.text((left + length + 2.6 * k, top + high), unit, 6 * k)
    return box


def north_arrow(drawing: Drawing, window: Window, k: float) -> Box:
    """Draw an arrow to true north in the upper right of the frame; give the box it takes."""
    frame = window.box
    box = Box(frame.right - 14 * k, frame.y + 2.5 * k, 11.5 * k, 18 * k)
    x, middle = box.centre[0], box.y + 11 * k
    drawing.rect(box, fill="#ffffff", fill_opacity="0.86")
    high, half = 6 * k, 2.5 * k
    angle = f"rotate({window.north_deg:.3f} {x:.2f} {middle:.2f})"
    drawing.body.append(
        f'<g class="north" data-degrees="{window.north_deg:.4f}" transform="{angle}">'
    )
    point = f"{x:.2f},{middle - high:.2f}"
    notch = f"{x:.2f},{middle + 0.5 * high:.2f}"
    for side, fill in ((-1, style.INK), (1, "#ffffff")):
        foot = f"{x + side * half:.2f},{middle + high:.2f}"
        drawing.add(
            "path",
            d=f"M{point} {foot} {notch}Z",
            fill=fill,
            stroke=style.INK,
            stroke_width=0.2 * k,
            stroke_linejoin="round",
        )
    drawing.body.append("</g>")
    drawing.text((x, box.y + 3.9 * k), "北", 8 * k, anchor="middle", bold=True)
    return box


def graticule(drawing: Drawing, window: Window, k: float) -> list[Degree]:
    """Draw lines of longitude and latitude under the map, about four across.

    Their degrees are written by `degree_labels`, over the map, in the boxes given.
    """
    frame = window.box
    corners = np.array(
        [
            (x, y)
            for x in (frame.x, frame.centre[0], frame.right)
            for y in (frame.y, frame.centre[1], frame.bottom)
        ]
    )
    degrees = window.to_degrees(corners)
    (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
    step = next((s for s in DEGREE_STEPS if (east - west) / s >= 3), DEGREE_STEPS[-1])
    inner = shapely.box(frame.x, frame.y, frame.right, frame.bottom)
    found: list[Degree] = []
    for axis, low, high, start, end in (
        (0, west, east, south, north),
        (1, south, north, west, east),
    ):
        first = math.ceil(low / step)
        for i in range(first, math.floor(high / step) + 1):
            run = np.linspace(start - step, end + step, 60)
            fixed = np.full(60, i * step)
            line = np.column_stack([fixed, run] if axis == 0 else [run, fixed])
            seen = shapely.LineString(window.to_paper(line)).intersection(inner)
            if seen.is_empty:
                continue
            drawing.path([seen], fill="none", stroke=GRATICULE, stroke_width=0.12 * k)
            found += _degree(frame, seen, i * step, axis, k)
    return found


@dataclass(frozen=True)
class Degree:
    """The degrees of a line, where it meets the frame."""

    words: str
    box: Box


def degree_labels(drawing: Drawing, degrees: Sequence[Degree], k: float) -> None:
    """Write the degrees of lines over the map."""
    for item in degrees:
        drawing.text((item.box.x, item.box.bottom), item.words, 5 * k, fill=style.MUTED, halo=0.5)


def _degree(
    frame: Box, line: shapely.Geometry, degrees: float, axis: int, k: float
) -> list[Degree]:
    """Give a line's degrees at the upper or the left side of the frame."""
    words = angle_text(degrees) + ("E" if axis == 0 else "N")
    coords = shapely.get_coordinates(line)
    width, high = width_mm(words, 5 * k), 1.8 * k
    if axis == 0:
        x = float(coords[np.argmin(coords[:, 1]), 0]) + 0.5 * k
        fits = frame.x + 6 * k < x < frame.right - 24 * k
        return [Degree(words, Box(x, frame.y + 0.7 * k, width, high))] if fits else []
    y = float(coords[np.argmin(coords[:, 0]), 1]) - 0.5 * k
    fits = frame.y + 6 * k < y < frame.bottom - 16 * k
    return [Degree(words, Box(frame.x + 0.6 * k, y - high, width, high))] if fits else []


def angle_text(degrees: float) -> str:
    """Write degrees with minutes and seconds where there are any.

    >>> angle_text(102.5), angle_text(25.0), angle_text(24 + 59.5 / 60)
    ('102°30′', '25°', '24°59′30″')
    """
    seconds = round(degrees * 3600)
    words = f"{seconds // 3600}°"
    if seconds % 3600:
        words += f"{seconds % 3600 // 60:02d}′"
    if seconds % 60:
        words += f"{seconds % 60:02d}″"
    return words


def locator(
    drawing: Drawing, snapshot: Snapshot, division: int, ground: Ground, box: Box, k: float
) -> bool:
    """Draw where the sheet's division lies in the one above it; tell whether there is one."""
    parent = parent_of(division)
    codes = [] if parent is None else children_of(snapshot, parent, len(str(division)))
    outlines = ground.outlines(codes)
    if parent is None or shapely.is_missing(outlines).all() or len(codes) < 2:
        return False
    words = f"{short_name(snapshot.name_of(parent))}中的位置"
    drawing.text(
        (box.x, box.y + 3 * k), fitted(words, 7 * k, box.width, bold=True), 7 * k, bold=True
    )
    frame = Box(box.x, box.y + 4.5 * k, box.width, box.height - 4.5 * k)
    drawing.rect(frame, fill="#f7f6f3", stroke=style.RULE, stroke_width=0.2 * k)
    window = window_of(outlines, frame.inset(1 * k), margin=0.02)
    small = shapes.simplified_divisions(outlines)
    drawn = window.shapes(small)
    own = codes.index(division) if division in codes else -1
    with drawing.clipped("locator", frame):
        drawing.path(drawn, fill="#ffffff", stroke="#a7afb7", stroke_width=0.15 * k)
        if own >= 0 and drawn[own] is not None:
            drawing.path([drawn[own]], fill=style.ACCENT, stroke=style.ACCENT, stroke_width=0.3 * k)
            bounds = drawn[own].bounds
            if max(bounds[2] - bounds[0], bounds[3] - bounds[1]) < 4 * k:
                x, y = drawn[own].centroid.coords[0]
                drawing.add(
                    "circle",
                    cx=x,
                    cy=y,
                    r=3.2 * k,
                    fill="none",
                    stroke=style.ACCENT,
                    stroke_width=0.4 * k,
                )
    return True


def tag(drawing: Drawing, right: float, y: float, words: str, k: float, *, strong: bool) -> float:
    """Draw a framed word that ends at `right`; give where it begins."""
    size = 8 * k
    width = width_mm(words, size, bold=True) + 3.2 * k
    box = Box(right - width, y, width, size * MM_PER_PT + 2.2 * k)
    fill = style.INK if strong else "#ffffff"
    drawing.rect(box, fill=fill, stroke=style.INK, stroke_width=0.25 * k)
    drawing.text(
        (box.centre[0], y + size * MM_PER_PT + 0.75 * k),
        words,
        size,
        anchor="middle",
        bold=True,
        fill="#ffffff" if strong else style.INK,
    )
    return box.x
