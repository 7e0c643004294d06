"""What a raster shows: shapes with a class each, and the legend of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.action_plan import Definition, action_plan
from geo.coverage import coverage, within
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps.style import NO_DATA, NO_DATA_LINE, STATES, Words, class_of, share_classes, state_of_mode
from maps.words import definition_text

Geometries = npt.NDArray[np.object_]
Codes = npt.NDArray[np.uint8]

NOTHING: Final = 0
"""The code of a pixel where nothing is."""

STATE: Final = "state"
"""The name of the picture of compounds by state of service."""


@dataclass(frozen=True)
class Class:
    """A class of a raster; ``hatch`` is the colour of the lines that pictures draw over it."""

    code: int
    label: Words
    colour: str
    hatch: str | None = None


@dataclass(frozen=True)
class Picture:
    """Shapes with a class each.

    Attributes
    ----------
    name
        For files: ``I1-county``, ``state``.
    title
        In two languages, without date.
    geometries, codes
        Shape (n,): polygons in EPSG:4490, the code of each one's class.
    every_touched
        A pixel that a shape only touches is its own, so that none vanishes; else a pixel is that
        of the shape its middle lies in, so that borders don't move.
    definition
        Its id and words, where a figure stands behind the classes.
    """

    name: str
    title: Words
    geometries: Geometries
    codes: Codes
    classes: tuple[Class, ...]
    every_touched: bool
    definition: tuple[str, Words] | None = None

    @property
    def counts(self) -> dict[int, int]:
        """How many shapes each class has."""
        found = np.bincount(self.codes, minlength=256)
        return {item.code: int(found[item.code]) for item in self.classes}

    def bounds(self) -> tuple[float, float, float, float]:
        """Give west, south, east, north in degrees."""
        west, south, east, north = shapely.total_bounds(self.geometries).tolist()
        return west, south, east, north


def picture(
    snapshot: Snapshot, what: str, level: str, definition: Definition, division: int | None
) -> Picture:
    """Give a picture by name: ``state``, or an indicator by divisions of a level.

    Raises
    ------
    UsageError
        If there is nothing of it to draw.
    """
    if what == STATE:
        found = _states(snapshot, division)
    else:
        found = _choropleth(snapshot, what, level, definition, division)
    if not len(found.geometries):
        raise UsageError("所选范围内没有可画的图形。", "请换一个区划或级别。")
    return found


def _choropleth(
    snapshot: Snapshot, key: str, level: str, definition: Definition, division: int | None
) -> Picture:
    indicator = action_plan().indicator(key)
    found = coverage(snapshot, key, level, definition, division)
    classes = share_classes(indicator.target)
    no_data = len(classes) + 1
    code_of = {
        row.division: no_data
        if (place := class_of(row.numerator, row.denominator, classes)) is None
        else place + 1
        for row in found.rows
        if row.division is not None
    }
    own = snapshot.column("divisions", "code")
    shapes = snapshot.geometry("divisions")
    inside = np.isin(own, list(code_of)) & _filled(shapes)
    inside &= snapshot.column("divisions", "level") == LEVELS.index(level)
    legend = [Class(i + 1, item.label, item.colour) for i, item in enumerate(classes)]
    legend.append(Class(no_data, ("无数据", "no data"), NO_DATA, NO_DATA_LINE))
    return Picture(
        name=f"{indicator.id}-{level}",
        title=(indicator.name, indicator.name_en),
        geometries=shapes[inside],
        codes=np.array([code_of[int(code)] for code in own[inside]], np.uint8),
        classes=tuple(legend),
        every_touched=False,
        definition=(definition.id, definition_text(definition, indicator)),
    )


def _states(snapshot: Snapshot, division: int | None) -> Picture:
    shapes = snapshot.geometry("compounds")
    drawn = snapshot.column("compounds", "standing") & within(snapshot, division) & _filled(shapes)
    modes = snapshot.column("compounds", "mode")[drawn]
    return Picture(
        name=STATE,
        title=("小区服务状态", "compounds by state of service"),
        geometries=shapes[drawn],
        codes=np.array([state_of_mode(int(mode)) + 1 for mode in modes], np.uint8),
        classes=tuple(
            Class(i + 1, item.label, item.fill, item.line if item.pattern == "hatch" else None)
            for i, item in enumerate(STATES)
        ),
        every_touched=True,
    )


def _filled(shapes: Any) -> npt.NDArray[np.bool_]:
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def rgb(colour: str) -> tuple[int, int, int]:
    """Give a colour's parts, 0-255."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def palette(classes: Sequence[Class]) -> dict[int, tuple[int, int, int, int]]:
    """Give the colour of each code, RGBA; where nothing is, nothing is seen."""
    return {NOTHING: (0, 0, 0, 0), **{item.code: (*rgb(item.colour), 255) for item in classes}}
