"""How much of each polygon stands where it can't: the residual of one reading.

Compounds don't cut across each other, nor across management areas, divisions, water, railways
and main roads. A polygon at its right place has a residual near 0, one beside it lies half on its
neighbours. The residual is in shares of the polygon, 0 to 1, of five kinds:

same
    What it lacks of covering the registered polygon of the same code, and the reverse
    (1 − intersection / union).
compounds, areas
    The share of it that one of them cuts off. Nested ones cut nothing (a phase of a compound, the
    same compound under another code), nor do disjoint ones: of the intersection and the rest of
    the smaller polygon, the smaller counts.
water, lines
    The share on water; for lines, the length inside over the polygon's width.
outlines
    The share outside the division that its row names, or without one outside the division that
    holds most of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.datum.blocks import Floats
from geo.datum.landmarks import Landmarks, Layer
from geo.datum.reference import Geometries

KINDS: Final = ("same", "compounds", "areas", "water", "lines", "outlines")

EDGE_M: Final = 12.0
"""Lines run along a compound's edge, and half of a street is in many a polygon."""

OUTSKIRTS_M: Final = 2_000.0
"""A polygon this far from every landmark is not tested by them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file's polygons under one reading, in the landmarks' plane.

    Attributes
    ----------
    shapes
        Shape (n,), valid polygons, metres.
    codes, divisions
        What their rows say, aligned; None where they don't.
    """

    shapes: Geometries
    codes: tuple[str | None, ...]
    divisions: tuple[str | None, ...]

    def moved(self, east_m: float, north_m: float) -> Placed:
        """Move all of them together."""
        move_m = np.array([east_m, north_m])
        there = shapely.transform(self.shapes, lambda points_m: points_m + move_m)
        return Placed(np.asarray(there, object), self.codes, self.divisions)


def residuals(placed: Placed, landmarks: Landmarks) -> dict[str, Floats]:
    """Give the residual of each polygon by kind, shape (n,) each; NaN where nothing tests it."""
    shapes = placed.shapes
    area_m2 = np.maximum(shapely.area(shapes), 1.0)
    mine, theirs = _own_compounds(placed, landmarks)
    return {
        "same": _same(shapes, landmarks.laid_compounds, mine, theirs),
        "compounds": _cut(
            shapes, area_m2, landmarks.laid_compounds, landmarks.compound_codes, placed.codes
        ),
        "areas": _cut(shapes, area_m2, landmarks.laid_areas),
        "water": _wet(shapes, area_m2, landmarks.laid_water),
        "lines": _crossed(shapes, area_m2, landmarks.laid_lines),
        "outlines": _outside(shapes, area_m2, placed.divisions, *landmarks.laid_outlines),
    }


def total(parts: dict[str, Floats]) -> Floats:
    """Give each polygon's residual of all kinds together, at most 1; what is untested adds 0."""
    added = np.nansum(np.stack([parts[kind] for kind in KINDS]), axis=0)
    return np.asarray(np.minimum(added, 1.0))


def _own_compounds(
    placed: Placed, landmarks: Landmarks
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pair polygons with the registered ones of the same code."""
    places = landmarks.compound_places
    pairs = [
        (mine, places[code])
        for mine, code in enumerate(placed.codes)
        if code is not None and code in places
    ]
    mine, theirs = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return mine, theirs


def _same(
    shapes: Geometries, layer: Layer, mine: npt.NDArray[np.intp], theirs: npt.NDArray[np.intp]
) -> Floats:
    found = np.full(len(shapes), np.nan)
    shared = shapely.area(shapely.intersection(shapes[mine], layer.shapes[theirs]))
    union = shapely.area(shapes[mine]) + layer.areas_m2[theirs] - shared
    found[mine] = np.clip(1 - shared / np.maximum(union, 1.0), 0.0, 1.0)
    return found


def _cut(
    shapes: Geometries,
    area_m2: Floats,
    layer: Layer,
    their_codes: tuple[str, ...] = (),
    my_codes: tuple[str | None, ...] = (),
) -> Floats:
    found = np.where(_near(shapes, layer), 0.0, np.nan)
    mine, theirs = layer.tree.query(shapes, predicate="intersects")
    if my_codes and their_codes:
        other = np.array(
            [my_codes[i] != their_codes[j] for i, j in zip(mine, theirs, strict=True)], bool
        )
        mine, theirs = mine[other], theirs[other]
    shared = shapely.area(shapely.intersection(shapes[mine], layer.shapes[theirs]))
    smaller = np.minimum(area_m2[mine], layer.areas_m2[theirs])
    cut = np.minimum(shared, np.maximum(smaller - shared, 0.0))
    cut_m2 = np.bincount(mine, cut, len(shapes))
    return np.minimum(found + cut_m2 / area_m2, 1.0)


def _wet(shapes: Geometries, area_m2: Floats, layer: Layer) -> Floats:
    found = np.where(_near(shapes, layer), 0.0, np.nan)
    mine, theirs = layer.tree.query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[mine], layer.shapes[theirs]))
    return np.minimum(found + np.bincount(mine, shared, len(shapes)) / area_m2, 1.0)


def _crossed(shapes: Geometries, area_m2: Floats, layer: Layer) -> Floats:
    found = np.where(_near(shapes, layer), 0.0, np.nan)
    if not len(layer.shapes):
        return found
    inner = shapely.buffer(shapes, -EDGE_M, quad_segs=2)
    mine, theirs = layer.tree.query(inner, predicate="intersects")
    inside_m = shapely.length(shapely.intersection(inner[mine], layer.shapes[theirs]))
    return np.minimum(found + np.bincount(mine, inside_m, len(shapes)) / np.sqrt(area_m2), 1.0)


def _outside(
    shapes: Geometries,
    area_m2: Floats,
    divisions: tuple[str | None, ...],
    layer: Layer,
    codes: npt.NDArray[np.str_],
) -> Floats:
    found = np.full(len(shapes), np.nan)
    if not len(layer.shapes):
        return found
    mine, theirs = layer.tree.query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[mine], layer.shapes[theirs]))
    names, number = np.unique(codes, return_inverse=True)
    share = np.zeros((len(shapes), len(names)))
    np.add.at(share, (mine, number[theirs]), shared)
    share /= area_m2[:, None]
    widths = np.char.str_len(names)
    for place, division in enumerate(divisions):
        if division is not None:
            own = _own_division(names, division)
            if own.any():
                found[place] = 1 - share[place, own].sum()
            continue
        for width in np.unique(widths[share[place] > 0])[::-1]:
            level = share[place, widths == width]
            found[place] = 1 - level.max()
            if level.sum() > 0.5:
                break
    return np.asarray(np.clip(found, 0.0, 1.0))


def _own_division(names: npt.NDArray[np.str_], division: str) -> npt.NDArray[np.bool_]:
    """Pick the outlines of a division: its own, its nearest ancestor's, or its children's."""
    above = [str(name) for name in names if division.startswith(str(name))]
    if above:
        return np.asarray(names == max(above, key=len))
    below = [str(name) for name in names if name.startswith(division)]
    nearest = len(min(below, key=len, default=""))
    return np.isin(names, np.array([name for name in below if len(name) == nearest], np.str_))


def _near(shapes: Geometries, layer: Layer) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(shapes), dtype=bool)
    if len(layer.shapes):
        boxes = shapely.bounds(shapes) + np.array([-1, -1, 1, 1]) * OUTSKIRTS_M
        near[layer.tree.query(shapely.box(*boxes.T))[0]] = True
    return near
