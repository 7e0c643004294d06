"""Shapes for a page: outlines simplified together, and a compact text for coordinates.

A shape's text is a sequence of non-negative integers, for each part (polygon or line): number of
rings, then for each ring its number of points and the steps from point to point, zigzag-coded,
in 1e-6 degrees. The first point steps from `ORIGIN`, a ring's closing point is left out. Integers
are written five bits a character, low bits first, bit 6 saying that more follow.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Safe in JSON, in HTML and in a template."""

PER_DEGREE: Final = 1_000_000
"""Coordinates are kept to 6 decimals, about 0.1 m."""

ORIGIN: Final = (100.0, 25.0)
"""Longitude and latitude that first points are counted from."""

OUTLINE_TOLERANCE_DEG: Final = 0.0005
"""Square root of the area of the triangles that divisions' outlines lose, about 50 m."""

BARRIER_TOLERANCE_DEG: Final = 0.0001


def simplified_divisions(outlines: Geometries) -> Geometries:
    """Simplify the outlines of one level so that shared borders stay shared.

    Parameters
    ----------
    outlines
        Polygons, multipolygons and None, shape (n,), EPSG:4490.
    """
    out = outlines.copy()
    drawn = ~(shapely.is_missing(out) | shapely.is_empty(out))
    if drawn.any():
        out[drawn] = shapely.coverage_simplify(out[drawn], OUTLINE_TOLERANCE_DEG)
    return out


def label_points(outlines: Geometries) -> npt.NDArray[np.float64]:
    """Give where each name stands: the centre of the largest circle inside, (n, 2), NaN for none.

    The largest part of a multipolygon is the one that is named.
    """
    points = np.full((len(outlines), 2), np.nan)
    for i, outline in enumerate(outlines):
        if outline is None or outline.is_empty:
            continue
        largest = max(shapely.get_parts(outline), key=lambda part: part.area)
        radius = shapely.maximum_inscribed_circle(largest, tolerance=0.02 * largest.length**0.5)
        points[i] = shapely.get_coordinates(radius)[0]
    return points


def polygon_texts(polygons: Geometries) -> list[str]:
    """Write polygons and multipolygons; None and empty ones become an empty text."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    return _texts(coords[~last], ring[~last], ring_part, owner, len(polygons))


def line_texts(lines: Geometries) -> list[str]:
    """Write lines and multilines; each line is a part of one ring."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    return _texts(coords, part, np.arange(len(parts)), owner, len(lines))


def _texts(
    coords: npt.NDArray[np.float64], ring: Any, ring_part: Any, part_owner: Any, shapes: int
) -> list[str]:
    """Write shapes from points, the ring of each, the part of each ring, the shape of each part."""
    if not len(coords):
        return [""] * shapes
    units = np.round((coords - ORIGIN) * PER_DEGREE).astype(np.int64)
    owner = np.asarray(part_owner)[np.asarray(ring_part)[ring]]
    starts_shape = np.r_[True, owner[1:] != owner[:-1]]
    steps = np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64))
    steps[starts_shape] = units[starts_shape]
    zigzag = ((steps << 1) ^ (steps >> 63)).ravel()
    ring_starts = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    ring_sizes = np.diff(np.r_[ring_starts, len(ring)])
    part_of_ring = np.asarray(ring_part)
    part_starts = np.r_[True, part_of_ring[1:] != part_of_ring[:-1]]
    rings_of_part = np.diff(np.r_[np.flatnonzero(part_starts), len(part_of_ring)])
    at = np.r_[2 * ring_starts[part_starts], 2 * ring_starts]
    head = np.r_[rings_of_part, ring_sizes]
    order = np.lexsort((np.r_[np.zeros(len(rings_of_part)), np.ones(len(ring_sizes))], at))
    values = np.insert(zigzag, at[order], head[order])
    first = 2 * np.flatnonzero(starts_shape)
    begins = first + np.searchsorted(at[order], first)
    text, ends = _varints(values)
    found = [""] * shapes
    bounds = np.r_[np.r_[0, ends][begins], len(text)]
    for i, shape in enumerate(owner[starts_shape]):
        found[int(shape)] = text[bounds[i] : bounds[i + 1]]
    return found


def _varints(values: Ints) -> tuple[str, Ints]:
    """Write non-negative integers; also give where each one's text ends."""
    widths = np.maximum(1, (np.frexp(values.astype(np.float64))[1] + 4) // 5)
    ends = np.cumsum(widths)
    place = np.arange(ends[-1]) - np.repeat(ends - widths, widths)
    digits = (np.repeat(values, widths) >> (5 * place)) & 31
    digits |= (place < np.repeat(widths, widths) - 1) << 5
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)[digits]
    return letters.tobytes().decode(), ends.astype(np.int64)
