"""What is known to lie right, for telling where a file's polygons fit: the landmarks.

Everything here is in one plane, metres of a cylinder around the landmarks' own latitude
(`Plane`). Its scale is off by a few percent over a province, which shares and ratios don't feel;
nothing is measured in it that leaves this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.blocks import Floats
from geo.datum.reference import Geometries

METRES_A_DEGREE: Final = 111_320.0

PIECE_VERTICES: Final = 128
"""Outlines and rivers are cut up until no piece has more: overlaying them is then quick."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north, true at one latitude.

    Attributes
    ----------
    latitude_deg
        Where a metre is a metre both ways.
    """

    latitude_deg: float

    def lay(self, geometry: npt.ArrayLike) -> Geometries:
        """Lay geometries of EPSG:4490, shape (n,), into the plane; None stays None."""
        return np.asarray(shapely.transform(np.asarray(geometry, object), self.points), object)

    def points(self, degrees: npt.ArrayLike) -> Floats:
        """Lay points, shape (n, 2), longitude first; shape (n, 2), metres."""
        east = METRES_A_DEGREE * np.cos(np.radians(self.latitude_deg))
        return np.asarray(degrees, np.float64) * (east, METRES_A_DEGREE)


def _nothing() -> Geometries:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class Landmarks:
    """Features of EPSG:4490 that a file's polygons can be held against.

    Attributes
    ----------
    compounds, compound_codes
        Polygons in the register and their codes, aligned.
    areas
        Management areas: a compound lies in one or beside it.
    water
        Polygons that nothing is built on.
    lines
        Railways, expressways, rivers and main roads drawn as lines.
    outlines, outline_codes
        Divisions of any level and their codes without trailing zeros, aligned.
    """

    compounds: Geometries = field(default_factory=_nothing)
    compound_codes: tuple[str, ...] = ()
    areas: Geometries = field(default_factory=_nothing)
    water: Geometries = field(default_factory=_nothing)
    lines: Geometries = field(default_factory=_nothing)
    outlines: Geometries = field(default_factory=_nothing)
    outline_codes: tuple[str, ...] = ()

    def __len__(self) -> int:
        groups = (self.compounds, self.areas, self.water, self.lines, self.outlines)
        return sum(map(len, groups))

    def without(self, compounds: npt.NDArray[np.bool_], areas: npt.NDArray[np.bool_]) -> Landmarks:
        """Leave some compounds and areas out; shapes as theirs, true for those to leave out."""
        codes = np.array(self.compound_codes, dtype=np.str_)[~compounds]
        return replace(
            self,
            compounds=self.compounds[~compounds],
            compound_codes=tuple(codes.tolist()),
            areas=self.areas[~areas],
        )

    @cached_property
    def plane(self) -> Plane:
        """The plane that they are laid in."""
        groups = (self.compounds, self.areas, self.water, self.lines, self.outlines)
        south, north = np.nanpercentile(
            np.concatenate([shapely.bounds(group)[:, [1, 3]] for group in groups if len(group)]),
            [0, 100],
        )
        return Plane(float(south + north) / 2)

    @cached_property
    def compound_places(self) -> dict[str, int]:
        """Where the compound of a code stands."""
        return {code: place for place, code in enumerate(self.compound_codes)}

    @cached_property
    def laid_compounds(self) -> Layer:
        """The compounds, in the plane."""
        return Layer.of(self.plane.lay(self.compounds))

    @cached_property
    def laid_areas(self) -> Layer:
        """The management areas, in the plane."""
        return Layer.of(self.plane.lay(self.areas))

    @cached_property
    def laid_water(self) -> Layer:
        """The water, in pieces, in the plane."""
        return Layer.of(pieces(self.plane.lay(self.water))[0])

    @cached_property
    def laid_lines(self) -> Layer:
        """The lines, in the plane, cut where they have many vertices."""
        return Layer.of(pieces(self.plane.lay(self.lines))[0])

    @cached_property
    def laid_outlines(self) -> tuple[Layer, npt.NDArray[np.str_]]:
        """The divisions, in pieces, in the plane; and each piece's code."""
        cut, source = pieces(self.plane.lay(self.outlines))
        return Layer.of(cut), np.array(self.outline_codes, dtype=np.str_)[source]


@dataclass(frozen=True, slots=True)
class Layer:
    """Geometries of the plane with their index and areas (m²)."""

    shapes: Geometries
    tree: shapely.STRtree
    areas_m2: Floats

    @classmethod
    def of(cls, shapes: Geometries) -> Layer:
        """Index geometries; invalid ones are repaired, since overlays choke on them."""
        bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
        if bad.any():
            shapes = shapes.copy()
            shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        return cls(shapes, shapely.STRtree(shapes), shapely.area(shapes))


def pieces(shapes: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Halve geometries across their longer side until none has over `PIECE_VERTICES`.

    Returns
    -------
    tuple
        The pieces, and for each the place of the geometry that it is of.
    """
    source = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    todo = shapes[source]
    done: list[Geometries] = []
    of: list[npt.NDArray[np.intp]] = []
    while len(todo):
        small = shapely.get_num_coordinates(todo) <= PIECE_VERTICES
        done.append(todo[small])
        of.append(source[small])
        todo, source = _halves(todo[~small], source[~small])
    return (np.concatenate(done) if done else _nothing()), np.concatenate([*of, np.empty(0, int)])


def _halves(
    shapes: Geometries, source: npt.NDArray[np.intp]
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    out, of = [], []
    for shape, place in zip(shapes, source, strict=True):
        west, south, east, north = shapely.bounds(shape)
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        boxes = (
            [(west, south, middle_x, north), (middle_x, south, east, north)]
            if east - west >= north - south
            else [(west, south, east, middle_y), (west, middle_y, east, north)]
        )
        for box in boxes:
            half = shapely.clip_by_rect(shape, *box)
            # Many vertices in a spot no larger than a hand can't be halved for ever.
            if not shapely.is_empty(half) and max(east - west, north - south) > 0.1:
                out.append(half)
                of.append(place)
    found = np.empty(len(out), dtype=object)
    found[:] = out
    return found, np.array(of, dtype=np.intp)
