"""Paper and where things stand on it, in millimetres from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from geo.errors import UsageError

Orientation = Literal["portrait", "landscape"]

PAPERS: Final = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
"""Width and height upright (ISO 216)."""

TYPE_SCALE: Final = {"A4": 1.0, "A3": 1.3}
"""A larger sheet is read from farther: its words and margins grow, less than the paper does."""


@dataclass(frozen=True)
class Box:
    """A rectangle on the paper, in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Give the x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Give the y of the lower side."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Give the middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    def inset(self, mm: float) -> Box:
        """Give the box that is smaller by so much on each side."""
        return Box(self.x + mm, self.y + mm, self.width - 2 * mm, self.height - 2 * mm)


@dataclass(frozen=True)
class Paper:
    """A sheet of paper and its parts: title, map, locator, key (legend), list (table), foot."""

    name: str
    orientation: Orientation
    width: float
    height: float
    scale: float
    title: Box
    map: Box
    locator: Box
    key: Box
    list: Box
    foot: Box


def paper(name: str = "A4", orientation: str = "landscape") -> Paper:
    """Lay a sheet out.

    Raises
    ------
    UsageError
        For a paper or an orientation that there is not.
    """
    size = PAPERS.get(name.upper())
    if size is None:
        raise UsageError(f"没有纸张 {name}。", f"可用：{'、'.join(PAPERS)}")
    k = TYPE_SCALE[name.upper()]
    short, long = size
    if orientation == "landscape":
        return _landscape(name.upper(), long, short, k)
    if orientation == "portrait":
        return _portrait(name.upper(), short, long, k)
    raise UsageError(f"没有方向 {orientation}。", "可用：portrait 纵向、landscape 横向。")


def _landscape(name: str, width: float, height: float, k: float) -> Paper:
    """Map on the left; beside it a column of locator, key and list."""
    edge, title, foot, side = 9 * k, 15 * k, 14 * k, 68 * k
    top = edge + title
    middle = height - edge - foot - top
    left = width - edge - side
    key, locator = 58 * k, 36 * k
    return Paper(
        name,
        "landscape",
        width,
        height,
        k,
        title=Box(edge, edge, width - 2 * edge, title),
        map=Box(edge, top, left - edge - 3 * k, middle),
        locator=Box(left, top, side, locator),
        key=Box(left, top + locator + 2.5 * k, side, key),
        list=Box(left, top + locator + key + 4 * k, side, middle - locator - key - 4 * k),
        foot=Box(edge, height - edge - foot, width - 2 * edge, foot),
    )


def _portrait(name: str, width: float, height: float, k: float) -> Paper:
    """Map across the sheet; below it key and locator on the left, the list on the right."""
    edge, title, foot, side = 9 * k, 15 * k, 20 * k, 62 * k
    top = edge + title
    below = 92 * k
    middle = height - edge - foot - top - below - 2 * k
    under = top + middle + 3 * k
    key = 54 * k
    right = edge + side + 4 * k
    return Paper(
        name,
        "portrait",
        width,
        height,
        k,
        title=Box(edge, edge, width - 2 * edge, title),
        map=Box(edge, top, width - 2 * edge, middle),
        locator=Box(edge, under + key + 1 * k, side, below - key - 3 * k),
        key=Box(edge, under, side, key),
        list=Box(right, under, width - edge - right, below - 2 * k),
        foot=Box(edge, height - edge - foot, width - 2 * edge, foot),
    )
