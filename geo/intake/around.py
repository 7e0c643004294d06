"""The landmarks that the register holds around a file's polygons, under every reading of them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import numpy as np
import shapely

from geo.datum.landmarks import Landmarks
from geo.datum.reference import Datum, Geometries, to_register
from geo.register.store import Register
from geo.terms import BARRIER_KINDS

PAD_DEG: Final = 0.025
"""About 2.5 km: as far as detection moves polygons and looks around them."""

CELL_DEG: Final = 0.05
"""Boxes are rounded to squares, so that neighbours ask for the same one."""

MOST_CELLS: Final = 40
"""Squares to a side of one shape's box: 200 km, for shapes that lie round the globe."""

BARRIERS: Final = frozenset(BARRIER_KINDS) - {"", "通道"}
"""What no compound is cut by; a crossing may lie in one."""


def landmarks_around(
    register: Register,
    shapes: Geometries,
    candidates: Sequence[Datum],
    divisions: Sequence[str | None],
) -> Landmarks:
    """Read what stands in the register around polygons.

    Parameters
    ----------
    shapes
        Shape (n,), as they stand in the file.
    candidates
        The readings of them.
    divisions
        Division codes that the rows name.
    """
    boxes = _boxes(shapes, candidates)
    named = sorted({code for code in divisions if code is not None})
    words = dict(zip(("wests", "souths", "easts", "norths"), boxes.T.tolist(), strict=True))
    query = files("geo.intake").joinpath("around.sql").read_bytes()
    with register.connect() as connection:
        rows = connection.execute(query, {**words, "divisions": named}).fetchall()
    kinds = np.array([row["kind"] for row in rows], dtype=np.str_)
    names = np.array([row["word"] for row in rows], dtype=np.str_)
    geometry = np.asarray(shapely.from_wkb([bytes(row["geom"]) for row in rows]), dtype=object)
    flat = np.isin(shapely.get_type_id(geometry), (3, 6))
    barriers = (kinds == "barrier") & np.isin(names, sorted(BARRIERS))
    return Landmarks(
        compounds=geometry[kinds == "compound"],
        compound_codes=tuple(names[kinds == "compound"].tolist()),
        areas=geometry[kinds == "area"],
        water=geometry[barriers & flat],
        lines=geometry[barriers & ~flat],
        outlines=geometry[kinds == "division"],
        outline_codes=tuple(names[kinds == "division"].tolist()),
    )


def _boxes(shapes: Geometries, candidates: Sequence[Datum]) -> np.ndarray:
    """Give the squares around all placements; shape (boxes, 4), degrees."""
    cells: set[tuple[int, int]] = set()
    for datum in candidates:
        bounds = shapely.bounds(to_register(shapes, datum))
        west, south, east, north = bounds[np.isfinite(bounds).all(axis=1)].T
        corners = np.floor(
            np.column_stack([west - PAD_DEG, south - PAD_DEG, east + PAD_DEG, north + PAD_DEG])
            / CELL_DEG
        ).astype(np.int64)
        for left, low, right, high in np.unique(corners, axis=0).tolist():
            columns = range(left, min(right, left + MOST_CELLS) + 1)
            rows = range(low, min(high, low + MOST_CELLS) + 1)
            cells |= {(x, y) for x in columns for y in rows}
    squares = np.array(sorted(cells), dtype=np.float64).reshape(-1, 2) * CELL_DEG
    return np.hstack([squares, squares + CELL_DEG])
