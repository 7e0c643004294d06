"""What the join gives, as the tables of `geo.snapshot.columns`, spatially sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from geo import terms
from geo.codes import WIDTHS
from geo.register.compose import Connection
from geo.snapshot.columns import FLAGS, TABLES
from geo.snapshot.file import Array, geometry_column
from geo.snapshot.sql import statement

Rows: TypeAlias = list[dict[str, Any]]
Given: TypeAlias = Mapping[str, Any]

# A fixed frame (China) for the order in space, so that it does not depend on what else is there.
HILBERT_FRAME = (70, 0, 140, 56)


def read_tables(connection: Connection, as_of: dt.date, known: int) -> dict[str, pa.Table]:
    """Read a snapshot's tables once ``joined`` and ``active_project`` are there.

    Parameters
    ----------
    known
        Number of the last change to see.

    Returns
    -------
    dict
        A `pyarrow.Table` for each name in `TABLES`.
    """
    moment = {"as_of": as_of, "known": known, "not_walked": sorted(terms.NOT_WALKED)}

    def rows(query: bytes) -> Rows:
        return connection.execute(query, moment).fetchall()

    compounds = rows(b'select *, st_asbinary(geom) as wkb from joined order by code collate "C"')
    return {
        "compounds": _compounds(_sorted_by_place(compounds)),
        "companies": _companies(rows(statement("companies.sql"))),
        "projects": _projects(rows(b'select * from active_project order by code collate "C"')),
        "areas": _table("areas", _sorted_by_place(rows(statement("areas.sql"))), {}),
        "divisions": _divisions(rows(statement("divisions.sql"))),
        "barriers": _barriers(_sorted_by_place(rows(statement("barriers.sql")))),
        "roads": _table("roads", _sorted_by_place(rows(statement("roads.sql"))), {}),
        "gates": _table("gates", _sorted_by_place(rows(statement("gates.sql"))), {}),
    }


def _shapes(rows: Rows) -> Array:
    found = np.empty(len(rows), object)
    found[:] = [row["wkb"] for row in rows]
    return np.asarray(shapely.from_wkb(found), dtype=object)


def _sorted_by_place(rows: Rows) -> Rows:
    """Order rows along a Hilbert curve; rows without a shape come last, in their old order."""
    shapes = _shapes(rows)
    where = np.flatnonzero(~shapely.is_missing(shapes))
    nowhere = np.flatnonzero(shapely.is_missing(shapes))
    if len(where):
        distance = gpd.GeoSeries(shapes[where]).hilbert_distance(total_bounds=HILBERT_FRAME)
        where = where[np.argsort(distance.to_numpy(), kind="stable")]
    return [rows[position] for position in (*where, *nowhere)]


def _table(name: str, rows: Rows, given: Given) -> pa.Table:
    """Make a table of a snapshot from rows; `given` columns replace the rows' own."""
    arrays = []
    for column in TABLES[name]:
        if column.name in given:
            arrays.append(pa.array(given[column.name], column.type))
        elif column.name == "geometry":
            arrays.append(geometry_column(_shapes(rows)))
        else:
            arrays.append(pa.array([row[column.name] for row in rows], column.type))
    return pa.Table.from_arrays(arrays, schema=TABLES[name])


def _divisions(rows: Rows) -> pa.Table:
    given = {
        "code": [int(row["code"]) for row in rows],
        "level": [WIDTHS.index(len(row["code"])) for row in rows],
    }
    return _table("divisions", rows, given)


def _barriers(rows: Rows) -> pa.Table:
    kinds = [terms.BARRIER_KINDS.index(row["kind"]) for row in rows]
    return _table("barriers", rows, {"kind": kinds})


def _division_columns(codes: Iterable[str | None]) -> dict[str, list[int]]:
    """Spread a division code over the five level columns; 0 where it does not reach."""
    listed = list(codes)
    return {
        level: [int(code[:width]) if code and len(code) >= width else 0 for code in listed]
        for level, width in zip(terms.LEVELS, WIDTHS, strict=True)
    }


def _yes_no(values: Iterable[bool | None]) -> list[int]:
    return [
        terms.UNKNOWN if value is None else terms.YES if value else terms.NO for value in values
    ]


def _party(forms: Iterable[str | None]) -> list[int]:
    return _yes_no(
        None if form in {None, "未核实"} else form in terms.PARTY_ORGANISED for form in forms
    )


def _filled(rows: Rows, name: str, blank: Any) -> list[Any]:
    return [blank if row[name] is None else row[name] for row in rows]


def _compounds(rows: Rows) -> pa.Table:
    flags = [sum(1 << bit for bit, name in enumerate(FLAGS) if row[f"flag_{name}"]) for row in rows]
    given = {
        **_division_columns(row["division"] for row in rows),
        "built_year": _filled(rows, "built_year", 0),
        "walled": _yes_no(row["walled"] for row in rows),
        "mode": [terms.MODES.index(row["mode"]) for row in rows],
        "area_share": [float(value) for value in _filled(rows, "area_share", np.nan)],
        "party": _party(row["party_form"] for row in rows),
        "flags": flags,
        "x": _filled(rows, "x", np.nan),
        "y": _filled(rows, "y", np.nan),
    }
    return _table("compounds", rows, given)


def _companies(rows: Rows) -> pa.Table:
    party = _party(row["party_form"] for row in rows)
    members = _filled(rows, "party_members", -1)
    given = {
        **_division_columns(row["division"] for row in rows),
        "kind": [terms.COMPANY_KINDS.index(row["kind"]) for row in rows],
        "party_form": [terms.PARTY_FORMS.index(row["party_form"]) for row in rows],
        "party": party,
        "instructor": _yes_no(row["instructor"] for row in rows),
        "party_members": members,
        "due": [
            count >= 3 and state == terms.NO for count, state in zip(members, party, strict=True)
        ],
        "stars": _filled(rows, "stars", 0),
    }
    return _table("companies", rows, given)


def _projects(rows: Rows) -> pa.Table:
    given = {
        **_division_columns(row["division"] for row in rows),
        "areas": [row["areas"] or [] for row in rows],
        "staff": _filled(rows, "staff", -1),
        "spare_floor_area_dm2": _filled(rows, "spare_floor_area_dm2", -1),
        "fee_fen": _filled(rows, "fee_fen", -1),
        "collection": [float(value) for value in _filled(rows, "collection", np.nan)],
    }
    return _table("projects", rows, given)
