"""Where an import's rows lie, for drawing them: by their shape, else by what they name.

A row without a shape of its own lies where the register has the compound that it speaks of; else
at a point in the smallest known division that its code names. That is a placeholder, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.codes import WIDTHS
from geo.intake.hold import SUBJECT
from geo.intake.prepared import Prepared
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Geometries = npt.NDArray[np.object_]

MOST_NAMED: Final = 50_000
"""Rows whose place is asked of the register; beyond it they are counted as not drawn."""

_OF_COMPOUNDS: Final = frozenset({"ledger", "committees"})
COUNTY_WIDTH: Final = 6


@dataclass(frozen=True)
class Drawn:
    """Where rows lie.

    Attributes
    ----------
    shapes
        By position in the file, EPSG:4490; None where nobody knows.
    placeholders
        Positions that lie at a point of their division.
    outlines
        Counties around: code, name, outline.
    """

    shapes: Geometries
    placeholders: frozenset[int] = frozenset()
    outlines: list[tuple[str, str, Any]] = field(default_factory=list)


def drawn(register: Register, outcome: Outcome) -> Drawn:
    """Find where an import's rows at fault lie, and with shapes of their own where all do."""
    prepared = outcome.prepared
    rows = len(outcome.verdicts)
    shapes = np.full(rows, None, dtype=object)
    if prepared is None:
        return Drawn(shapes)
    _take_own(shapes, prepared)
    without = sorted(
        {item.position for item in outcome.findings.found if shapes[item.position] is None}
    )
    named: set[int] = set()
    if without:
        _take_compounds(register, shapes, prepared, without[:MOST_NAMED])
        left = [position for position in without[:MOST_NAMED] if shapes[position] is None]
        named = _take_divisions(register, shapes, prepared, left)
    return Drawn(shapes, frozenset(named), _outlines(register, shapes))


def _take_own(shapes: Geometries, prepared: Prepared) -> None:
    """Take the shapes of the file: as they were checked, else as they came."""
    if prepared.raw.placed is not None:
        shapes[:] = prepared.raw.placed
    if "geometry" in prepared.frame:
        checked = prepared.frame["geometry"].to_numpy(dtype=object)
        there = np.array([shape is not None and shape == shape for shape in checked], bool)  # noqa: PLR0124
        shapes[there] = checked[there]
    shapes[shapely.is_missing(shapes) | shapely.is_empty(shapes)] = None


def _take_compounds(
    register: Register, shapes: Geometries, prepared: Prepared, positions: list[int]
) -> None:
    """Take the register's shapes of the compounds that rows speak of."""
    if prepared.kind not in _OF_COMPOUNDS:
        return
    name = SUBJECT[prepared.kind][0]
    if name not in prepared.frame:
        return
    codes = prepared.frame[name].tolist()
    wanted = {codes[position] for position in positions if isinstance(codes[position], str)}
    if not wanted:
        return
    with register.connect() as connection:
        found = connection.execute(
            "select distinct on (code) code, st_asbinary(geom) as wkb from compound_shape"
            " where upper_inf(known) and code = any(%s)"
            " order by code, lower(valid) desc nulls last",
            [sorted(wanted)],
        ).fetchall()
    known = {row["code"]: shapely.from_wkb(bytes(row["wkb"])) for row in found}
    for position in positions:
        shapes[position] = known.get(codes[position])


def _take_divisions(
    register: Register, shapes: Geometries, prepared: Prepared, positions: list[int]
) -> set[int]:
    """Put rows at a point of their division, or of the smallest above it that has an outline."""
    divisions = prepared.frame["access_division"].tolist()
    wanted = {code for position in positions if (code := _code(divisions[position]))}
    if not wanted:
        return set()
    known = _points(register, {code[:width] for code in wanted for width in WIDTHS})
    found = set()
    for position in positions:
        code = _code(divisions[position]) or ""
        above = [code[:width] for width in reversed(WIDTHS) if width <= len(code)]
        point = next((known[part] for part in above if part in known), None)
        if point is not None:
            shapes[position] = point
            found.add(position)
    return found


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _points(register: Register, codes: Iterable[str]) -> dict[str, Any]:
    with register.connect() as connection:
        found = connection.execute(
            "select distinct on (code) code, st_asbinary(st_pointonsurface(geom)) as wkb"
            " from division where upper_inf(known) and geom is not null and code = any(%s)"
            " order by code, lower(valid) desc nulls last",
            [sorted(set(codes))],
        ).fetchall()
    return {row["code"]: shapely.from_wkb(bytes(row["wkb"])) for row in found}


def _outlines(register: Register, shapes: Geometries) -> list[tuple[str, str, Any]]:
    """Give the outlines of the counties in which the rows lie."""
    there = shapes[~shapely.is_missing(shapes)]
    if not len(there):
        return []
    west, south, east, north = shapely.bounds(there).T
    here = (west > 70) & (east < 140) & (south > 0) & (north < 56)
    if not here.any():
        return []
    box = (west[here].min(), south[here].min(), east[here].max(), north[here].max())
    with register.connect() as connection:
        found = connection.execute(
            "select distinct on (code) code, name, st_asbinary(geom) as wkb from division"
            " where upper_inf(known) and geom is not null and length(code) = %s"
            " and geom && st_makeenvelope(%s, %s, %s, %s, 4490)"
            " order by code, lower(valid) desc nulls last",
            [COUNTY_WIDTH, *map(float, box)],
        ).fetchall()
    return [(row["code"], row["name"], shapely.from_wkb(bytes(row["wkb"]))) for row in found]
