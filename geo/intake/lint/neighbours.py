"""The register's polygons around a file's, some at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from psycopg import sql
from psycopg.rows import tuple_row

from geo.intake.lint.measure import Floats, Geometries
from geo.register.compose import text_array
from geo.register.fresh import is_empty
from geo.register.store import Register
from geo.register.tables import FACTS, SRID
from geo.rings.outlines import Outlines

CELL_DEG: Final = 0.05
MOST_CELLS: Final = 2_000
"""Beyond so many cells of ground we ask for all that lies within the file's bounds."""

BATCH: Final = 20_000


@dataclass(frozen=True)
class Neighbours:
    """Some polygons of the register: codes and shapes, both of shape (n,)."""

    codes: Geometries
    shapes: Geometries


LAYERS: Final = {
    "compounds": "compound_shape",
    "areas": "management_area",
    "counties": "division",
}
"""What can be asked for, and its table."""

_STANDING: Final = {
    "compounds": (
        " and not exists (select from compound c where c.code = f.code and upper_inf(c.known)"
        " and {day_of_c} and c.demolished_on is not null)"
    ),
    "areas": "",
    "counties": " and length(f.code) = 6",
}


def neighbours(
    register: Register,
    layer: str,
    shapes: Geometries | Outlines,
    *,
    without: list[str],
    on: dt.date | None = None,
) -> Iterator[Neighbours]:
    """Give the register's current polygons near some shapes, in batches, by code.

    Parameters
    ----------
    layer
        One of `LAYERS`. Compounds that were demolished are left out.
    shapes
        Shape (n,), EPSG:4490, none missing.
    without
        Codes to leave out: those that the file itself speaks of.
    on
        The day on which they stand; None: with no end in sight.
    """
    if not len(shapes) or _is_empty(register, layer):
        return
    bounds = shapes.boxes() if isinstance(shapes, Outlines) else shapely.bounds(shapes)
    boxes = _boxes(bounds)
    standing = sql.SQL(_STANDING[layer]).format(day_of_c=_standing_on("c", on))
    query = sql.SQL(
        "select f.code, st_asbinary(f.geom) from {table} f"
        " left join unnest(%(without)s::text[]) as w (code) on w.code = f.code"
        " where w.code is null and upper_inf(f.known) and {day} and f.id in ("
        "select g.id from unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[],"
        " %(north)s::float8[]) as b (west, south, east, north) join {table} g"
        " on g.geom && st_makeenvelope(b.west, b.south, b.east, b.north, %(srid)s)){standing}"
        ' order by f.code collate "C", f.id'
    ).format(table=sql.Identifier(LAYERS[layer]), day=_standing_on("f", on), standing=standing)
    values = {
        **dict(zip(("west", "south", "east", "north"), boxes.T.tolist(), strict=True)),
        "without": text_array(without),
        "srid": SRID,
        "on": on,
    }
    with (
        register.connect() as connection,
        connection.cursor("neighbours", row_factory=tuple_row) as cursor,
    ):
        cursor.execute(query, values)
        while rows := cursor.fetchmany(BATCH):
            codes, wkb = zip(*rows, strict=True)
            yield Neighbours(np.array(codes, dtype=object), shapely.from_wkb(np.array(wkb, object)))


def _is_empty(register: Register, layer: str) -> bool:
    """Tell whether the register has nothing of a layer: then nobody need look for neighbours."""
    with register.connect() as connection:
        return is_empty(connection, FACTS[LAYERS[layer]])


def _standing_on(table: str, on: dt.date | None) -> sql.Composable:
    valid = sql.Identifier(table, "valid")
    if on is None:
        return sql.SQL("upper_inf({})").format(valid)
    return sql.SQL("{} @> %(on)s::date").format(valid)


ROWS: Final = 100_000
"""More rows of cells than there are from pole to pole."""


def _boxes(bounds: Floats) -> np.ndarray:
    """Cover bounds (n, 4) with boxes of the same form: cells of ground, or for many one for all.

    A shape larger than a cell is covered by its own bounds.
    """
    large = (bounds[:, 2:] - bounds[:, :2]).max(axis=1) > CELL_DEG
    corners = bounds[~large].reshape(-1, 2, 2)
    # A small shape lies in the cells of its four corners.
    xs, ys = corners[:, :, 0], corners[:, :, 1]
    points = np.concatenate([np.column_stack([xs[:, i], ys[:, j]]) for i in (0, 1) for j in (0, 1)])
    column, row = np.floor(points / CELL_DEG).astype(np.int64).T
    key = np.unique(column * ROWS + row + ROWS // 2)  # of whole numbers: rows sort slowly
    cells = np.column_stack([key // ROWS, key % ROWS - ROWS // 2]) * CELL_DEG
    boxes = np.vstack([np.hstack([cells, cells + CELL_DEG]), bounds[large]])
    if len(boxes) <= MOST_CELLS:
        return boxes
    return np.concatenate([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])[None, :]
