"""SVG written by hand: a few shapes and texts in millimetres, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt
import shapely

from maps import style
from maps.sheet.fonts import FAMILIES, MM_PER_PT
from maps.sheet.paper import Box

Point = tuple[float, float]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def number(value: float) -> str:
    """Write a length to 0.01 mm, a third of a dot at 600 dpi.

    >>> number(12.0), number(0.005), number(-0.001)
    ('12', '0.01', '0')
    """
    text = f"{value + 1e-9:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def path_of(shapes: npt.NDArray[np.object_] | Sequence[shapely.Geometry]) -> str:
    """Write lines and polygons as one path."""
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    kind = shapely.get_type_id(parts)
    pieces = []
    for ring in shapely.get_rings(parts[kind == 3]):
        points = _points(shapely.get_coordinates(ring)[:-1])
        if points:
            pieces.append(f"M{points}Z")
    for line in parts[np.isin(kind, (1, 2))]:
        points = _points(shapely.get_coordinates(line))
        if points:
            pieces.append(f"M{points}")
    return "".join(pieces)


def _points(coords: npt.NDArray[np.float64]) -> str:
    """Write points, leaving out those that fall on the one before."""
    rounded = np.round(coords, 2)
    keep = np.r_[True, (rounded[1:] != rounded[:-1]).any(axis=1)]
    kept = rounded[keep]
    if len(kept) < 2:
        return ""
    return " ".join(f"{number(x)},{number(y)}" for x, y in kept.tolist())


class Drawing:
    """What is drawn so far. Colours are `maps.style`'s; sizes of type are in points."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.defs: list[str] = []
        self.body: list[str] = []

    def add(self, tag: str, **attributes: str | float | None) -> None:
        """Add an element without content."""
        self.body.append(f"<{tag}{_attributes(attributes)}/>")

    def path(self, shapes: Iterable[shapely.Geometry], **attributes: str | float | None) -> None:
        """Draw lines and polygons as one path."""
        d = path_of([shape for shape in shapes if shape is not None])
        if d:
            self.body.append(f'<path d="{d}"{_attributes(attributes)}/>')

    def rect(self, box: Box, **attributes: str | float | None) -> None:
        """Draw a rectangle."""
        self.add("rect", x=box.x, y=box.y, width=box.width, height=box.height, **attributes)

    def line(self, start: Point, end: Point, **attributes: str | float | None) -> None:
        """Draw a straight line."""
        self.add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], **attributes)

    def text(
        self,
        at: Point,
        words: str,
        size_pt: float,
        *,
        anchor: str = "start",
        bold: bool = False,
        fill: str = style.INK,
        halo: float = 0,
        opacity: float | None = None,
    ) -> None:
        """Set a text on its baseline; `halo` is the width in mm of a white edge around it."""
        common: dict[str, str | float | None] = {
            "x": at[0],
            "y": at[1],
            "font_size": size_pt * MM_PER_PT,
            "text_anchor": None if anchor == "start" else anchor,
            "font_weight": "bold" if bold else None,
            "opacity": opacity,
        }
        clean = escape(_CONTROL.sub("", words))
        if halo:
            edge: dict[str, str | float | None] = {
                "fill": "#ffffff",
                "stroke": "#ffffff",
                "stroke_width": halo,
                "stroke_linejoin": "round",
                "aria_hidden": "true",
            }
            self.body.append(f"<text{_attributes({**common, **edge})}>{clean}</text>")
        self.body.append(f"<text{_attributes({**common, 'fill': fill})}>{clean}</text>")

    @contextmanager
    def clipped(self, name: str, box: Box) -> Iterator[None]:
        """Draw only inside a rectangle."""
        self.defs.append(
            f'<clipPath id="{name}"><rect x="{number(box.x)}" y="{number(box.y)}"'
            f' width="{number(box.width)}" height="{number(box.height)}"/></clipPath>'
        )
        self.body.append(f'<g clip-path="url(#{name})">')
        yield
        self.body.append("</g>")

    def svg(self, title: str, description: str) -> str:
        """Give the whole drawing."""
        width, height = number(self.width), number(self.height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
            f' viewBox="0 0 {width} {height}" lang="zh-CN" role="img"'
            f" font-family={quoteattr(FAMILIES)}>"
            f"<title>{escape(_CONTROL.sub('', title))}</title>"
            f"<desc>{escape(_CONTROL.sub('', description))}</desc>"
            f"<defs>{''.join(self.defs)}</defs>"
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(self.body)}</svg>\n'
        )


def _attributes(attributes: dict[str, str | float | None]) -> str:
    words = []
    for name, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else number(value)
        words.append(f" {name.replace('_', '-')}={quoteattr(_CONTROL.sub('', text))}")
    return "".join(words)


def hatch(name: str, fill: str | None, line: str, kind: style.Pattern, k: float) -> str:
    """Give a pattern `name`; without a fill what lies below shows through."""
    step = number(1.3 * k)
    ground = "" if fill is None else f'<rect width="{step}" height="{step}" fill="{fill}"/>'
    angle = {"hatch": 45, "lines": 90}.get(kind, 0)
    if kind == "dots":
        radius, middle = number(0.22 * k), number(0.65 * k)
        mark = f'<circle cx="{middle}" cy="{middle}" r="{radius}" fill="{line}"/>'
    else:
        width = number(0.28 * k if kind == "hatch" else 0.22 * k)
        mark = f'<line x1="0" y1="0" x2="0" y2="{step}" stroke="{line}" stroke-width="{width}"/>'
    return (
        f'<pattern id="{name}" width="{step}" height="{step}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({angle})">{ground}{mark}</pattern>'
    )
