"""Divisions' outlines as the zooms draw them, made once for each set of outlines.

Each level is simplified as a whole (`shapely.coverage_simplify`), so that what two neighbours
share stays shared; from `EXACT_FROM` on the outlines are drawn as they are. Both that and the
places of the names are kept in a file named by the outlines' content: most snapshots have the
same divisions.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.snapshot.file import Snapshot
from maps.tiles.kernels.types import Bytes, Floats
from maps.tiles.mercator import EXTENT, world
from maps.tiles.shapes import Shapes, gather, of_column, shapes_of_arrays

Geometries = npt.NDArray[np.object_]

FROM_ZOOM: Final = (3, 3, 3, 6, 8)
"""The first zoom that draws a level, from province to community."""

LABELS_FROM_ZOOM: Final = (3, 4, 6, 10, 12)
"""The first zoom that holds the names of a level."""

SIMPLIFIED: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11)
EXACT_FROM: Final = 12

TOLERANCE_UNITS: Final = 4.0
"""Square root of the area of the triangles that outlines lose: half a pixel of a tile 512 wide."""

FORMAT: Final = 1
"""Counts up when files made by an older version are to be made again."""


@dataclass(frozen=True)
class Outlines:
    """Outlines by zoom, and where names stand: (n, 2), unit square, NaN without an outline."""

    by_zoom: dict[int, Shapes]
    exact: Shapes
    labels: Floats

    def at(self, zoom: int) -> Shapes:
        """Give the outlines that a zoom draws."""
        return self.by_zoom.get(zoom, self.exact)


def outlines(snapshot: Snapshot, folder: Path | None = None) -> Outlines:
    """Give the outlines of a snapshot's divisions, made or read from the folder."""
    level = snapshot.column("divisions", "level")
    exact = of_column(snapshot.table("divisions").column("geometry"))
    path = None if folder is None else folder / f"divisions-{content_key(exact, level)[:24]}.npz"
    if path is not None and path.exists():
        with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile):
            return _read(path, exact)
    made = _make(exact, snapshot.geometry("divisions"), level)
    if path is not None:
        _write(path, made)
    return made


def content_key(exact: Shapes, level: npt.NDArray[np.int8]) -> str:
    """Give a hash of everything that outlines are made from, and of how."""
    found = hashlib.sha256(f"{FORMAT} {SIMPLIFIED} {FROM_ZOOM} {TOLERANCE_UNITS}".encode())
    for array in (exact.features, exact.parts, exact.rings, exact.coords, level):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _make(exact: Shapes, geometries: Geometries, level: npt.NDArray[np.int8]) -> Outlines:
    squared = _in_square(geometries)
    by_zoom = {zoom: gather(_simplified(squared, level, zoom)) for zoom in SIMPLIFIED}
    return Outlines(by_zoom, exact, label_places(squared))


def _in_square(geometries: Geometries) -> Geometries:
    moved = geometries.copy()
    drawn = ~(shapely.is_missing(moved) | shapely.is_empty(moved))
    moved[~drawn] = None
    moved[drawn] = shapely.transform(moved[drawn], world)
    return moved


def _simplified(squared: Geometries, level: npt.NDArray[np.int8], zoom: int) -> Geometries:
    """Simplify the levels that a zoom draws, each as a whole; others are left out."""
    out = np.full(len(squared), None, object)
    tolerance = TOLERANCE_UNITS / (EXTENT * 2.0**zoom)
    for place, from_zoom in enumerate(FROM_ZOOM):
        rows = np.flatnonzero((level == place) & ~shapely.is_missing(squared))
        if from_zoom <= zoom and len(rows):
            out[rows] = shapely.coverage_simplify(squared[rows], tolerance)
    return out


def label_places(squared: Geometries) -> Floats:
    """Give where each name stands: the middle of about the largest circle in the largest part."""
    places = np.full((len(squared), 2), np.nan)
    for row, outline in enumerate(squared):
        if outline is None or outline.is_empty:
            continue
        parts = shapely.get_parts(outline)
        largest = parts[int(np.argmax(shapely.area(parts)))]
        west, north, east, south = shapely.bounds(largest).tolist()
        # A name is far wider than this; the circle of a detailed outline takes a hundred times
        # longer than that of its simplified one.
        rough = shapely.simplify(largest, 0.005 * max(east - west, south - north))
        if not shapely.is_valid(rough) or rough.is_empty:
            rough = largest
        radius = shapely.maximum_inscribed_circle(
            rough, tolerance=0.02 * max(east - west, south - north)
        )
        place = shapely.get_point(radius, 0)
        if not shapely.contains(largest, place):
            place = shapely.point_on_surface(largest)
        places[row] = shapely.get_coordinates(place)[0]
    return places


def _write(path: Path, made: Outlines) -> None:
    arrays: dict[str, np.ndarray] = {"labels": made.labels}
    for zoom, shapes in made.by_zoom.items():
        for name in ("features", "parts", "rings", "coords"):
            arrays[f"{name}{zoom}"] = getattr(shapes, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as sink:
            np.savez(sink, allow_pickle=False, **arrays)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _read(path: Path, exact: Shapes) -> Outlines:
    with path.open("rb") as source, np.load(source, allow_pickle=False) as kept:
        by_zoom = {
            zoom: shapes_of_arrays(
                *(kept[f"{name}{zoom}"] for name in ("features", "parts", "rings", "coords"))
            )
            for zoom in SIMPLIFIED
        }
        return Outlines(by_zoom, exact, kept["labels"])


def from_zooms(level: npt.NDArray[np.int8], zooms: tuple[int, ...]) -> Bytes:
    """Give the first zoom of each row by its level."""
    return np.asarray(zooms, np.uint8)[level]
