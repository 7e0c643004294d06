"""The neighbourhood: which compounds lie within reach of which, and what is between them.

A layer of its own, made from a snapshot: each two standing compounds with polygons no farther
apart than the limit, once, and each with the management areas of projects none of whose compounds
is drawn. Measured as plans measure (`geo.takeover.neighbours.ground`): on the ellipsoid, by a
segment that nothing bars where there is one. Unlike a plan's pairs it doesn't stop at a county's
line but says which line is crossed.

How far one walks depends on what is at hand, and `walk_basis` says what it was
(`geo.takeover.neighbours.walks`; docs/decisions/0009): without roads and gates it is the way
between the nearest points of the two boundaries, a lower bound.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from geo.action_plan import action_plan
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.barriers import CROSSING_ON_M, Barriers, barriers_near
from geo.takeover.neighbours.edges import shared_edge_m
from geo.takeover.neighbours.ground import Found, Ground, Seen
from geo.takeover.neighbours.hosts import host_parts
from geo.takeover.neighbours.metric import Plane, whole_mm
from geo.takeover.neighbours.walks import BOUNDARY, Ways, walks, ways_of
from geo.terms import LEVELS, NO, UNKNOWN, YES

Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

RULES: Final = "neighbours-2"
"""Version of how the layer is made; part of its key."""

COMPOUND: Final = 0
AREA: Final = 1

SCHEMA: Final = pa.schema(
    [
        ("one", pa.string()),
        ("other", pa.string()),
        ("other_kind", pa.int8()),  # COMPOUND or AREA
        ("one_project", pa.string()),  # the managed project that serves it; null without
        ("other_project", pa.string()),
        ("gap_mm", pa.int64()),  # 0: they touch or overlap
        ("shared_edge_mm", pa.int64()),  # 0 beyond `adjacent_m`
        ("barred_kind", pa.string()),  # of the hard barrier between; null where none bars
        ("barred_name", pa.string()),
        ("crossing", pa.string()),  # that opens one; null where none is needed
        ("walk_mm", pa.int64()),  # -1: barred, or no way along the roads
        ("walk_basis", pa.string()),  # walks.BASES
        ("arterial", pa.string()),  # crossed on the way; null without
        ("same_county", pa.int8()),  # UNKNOWN, NO, YES
        ("same_street", pa.int8()),
        ("same_community", pa.int8()),
        ("line_crossed", pa.string()),  # the highest division line between; null without
        ("west", pa.float64()),  # the segment: at `one`
        ("south", pa.float64()),
        ("east", pa.float64()),  # and at `other`
        ("north", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Terms:
    """What a neighbourhood is made under; all inclusive.

    Attributes
    ----------
    limit_m
        How far apart two polygons are at most.
    walking_limit_m
        How far one walks at most by a crossing.
    adjacent_m
        Up to here boundaries are a shared edge.
    """

    limit_m: Decimal
    walking_limit_m: Decimal
    adjacent_m: Decimal

    @classmethod
    def of(cls, limit_m: float | None = None) -> Terms:
        """Take the action plan's settings, and another limit where one is given.

        Raises
        ------
        UsageError
            For a limit below 0 or above 5000 m.
        """
        settings = action_plan()
        limit = Decimal(str(settings.reach_m if limit_m is None else limit_m))
        if not (limit.is_finite() and 0 <= limit <= 5000):
            raise UsageError(f"距离 {limit} m 超出范围。", "请给出 0 至 5000 m。")
        walk, adjacent = settings.walking_limit_m, settings.adjacent_m
        return cls(limit, Decimal(str(walk)), Decimal(str(adjacent)))

    def as_json(self) -> dict[str, Any]:
        """Give all that a layer depends on beside the snapshot."""
        return {
            "rules": RULES,
            "limit_m": f"{self.limit_m.normalize():f}",
            "walking_limit_m": f"{self.walking_limit_m.normalize():f}",
            "adjacent_m": f"{self.adjacent_m.normalize():f}",
            "crossing_on_m": CROSSING_ON_M,
        }


@dataclass(frozen=True)
class _Places:
    """What may be a neighbour.

    First the standing compounds with polygons, `compounds` of them, then the management areas of
    projects that have no drawn compound. `rank` is their order by code.
    """

    compounds: int
    rank: Ints
    code: npt.NDArray[np.object_]
    kind: Ints
    project: npt.NDArray[np.object_]
    divisions: Ints
    geometry: npt.NDArray[np.object_]


def _places(snapshot: Snapshot) -> _Places:
    drawn = ~shapely.is_missing(snapshot.geometry("compounds"))
    rows = np.flatnonzero(drawn & snapshot.column("compounds", "standing"))
    parts = host_parts(snapshot)
    names = snapshot.column("projects", "code")
    project = np.full(snapshot.table("compounds").num_rows, None, object)
    own = parts.compound >= 0
    project[parts.compound[own]] = names[parts.project[own]]
    areas = parts.take(np.flatnonzero(~own))
    divisions = np.column_stack([snapshot.column("compounds", name)[rows] for name in LEVELS])
    of_areas = [snapshot.column("projects", name)[areas.project] for name in LEVELS]
    codes = snapshot.column("compounds", "code")[rows]
    rank = np.arange(len(rows) + len(areas.code))
    rank[np.argsort(codes)] = np.arange(len(rows))
    return _Places(
        len(rows),
        rank,
        np.concatenate([codes, areas.code]),
        np.concatenate([np.full(len(rows), COMPOUND), np.full(len(areas.code), AREA)]),
        np.concatenate([project[rows], names[areas.project]]),
        np.concatenate([divisions, np.column_stack(of_areas)]).astype(np.int64),
        np.concatenate([snapshot.geometry("compounds")[rows], areas.geometry]),
    )


def neighbourhood(
    snapshot: Snapshot, terms: Terms | None = None, executor: Executor | None = None
) -> pa.Table:
    """Make the layer: a table of `SCHEMA`, by code of `one`, then of `other`.

    Parameters
    ----------
    executor
        Takes the counties; without one they are done here, one after another. The table is the
        same, whoever makes it.
    """
    terms = terms or Terms.of()
    places = _places(snapshot)
    counties = np.unique(places.divisions[: places.compounds, 2]).tolist()
    if executor is None:
        tables = [_in_county(snapshot, places, county, terms) for county in counties]
    else:
        many = len(counties)
        tables = list(executor.map(_county, [snapshot.path] * many, counties, [terms] * many))
    table = pa.concat_tables([SCHEMA.empty_table(), *tables])
    order = [(name, "ascending") for name in ("one", "other", "other_kind")]
    return table.sort_by(order).combine_chunks()


def _county(path: Path, county: int, terms: Terms) -> pa.Table:
    """Do a county in another process."""
    return _in_county(*_opened(path), county, terms)


@lru_cache(maxsize=1)
def _opened(path: Path) -> tuple[Snapshot, _Places]:
    """Keep the snapshot whose counties a process does, one after the other."""
    snapshot = Snapshot(path)
    return snapshot, _places(snapshot)


def _in_county(snapshot: Snapshot, places: _Places, county: int, terms: Terms) -> pa.Table:
    """Find the pairs whose first compound, by code, is of a county."""
    rows = np.flatnonzero(places.divisions[: places.compounds, 2] == county)
    shapes = places.geometry[rows]
    plane = Plane.around(shapes)
    # A degree of longitude is at least 55 km up to 60° north: the box is ample.
    margin = float(terms.limit_m + terms.walking_limit_m) / 50_000
    bounds = shapely.total_bounds(shapes) + np.array([-margin, -margin, margin, margin])
    near = np.flatnonzero(shapely.intersects(places.geometry, shapely.box(*bounds)))
    ground = Ground(plane, plane.project(shapes), plane.project(places.geometry[near]))
    found = ground.within(terms.limit_m)
    # Each pair once, from the lesser code.
    found = found.take(places.rank[near[found.other]] > places.rank[rows[found.one]])
    barriers = barriers_near(snapshot, bounds, plane)
    everywhere = np.ones(len(found.one), bool)
    seen = ground.look(found, everywhere, barriers, terms.walking_limit_m)
    one, other = rows[found.one], near[found.other]
    columns = {
        **_names(places, one, other),
        **_measures(ground, found, terms),
        **_between(found, seen, barriers),
        **_walks(ground, (places.code[one], places.code[other]), found, seen, ways_of(snapshot)),
        **_lines(places.divisions[one], places.divisions[other]),
    }
    arrays = [pa.array(columns[field.name], field.type) for field in SCHEMA]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _names(places: _Places, one: Ints, other: Ints) -> Columns:
    return {
        "one": places.code[one],
        "other": places.code[other],
        "other_kind": places.kind[other],
        "one_project": places.project[one],
        "other_project": places.project[other],
    }


def _measures(ground: Ground, found: Found, terms: Terms) -> Columns:
    edge_mm = np.zeros(len(found.one), np.int64)
    near = np.flatnonzero(found.gap_mm <= int(terms.adjacent_m * 1000))
    one, other = found.one[near], found.other[near]
    # The plane is too long by its scale where the segment lies.
    scale = ground.plane.scale(found.segment[near, 0])
    edge_mm[near] = whole_mm(
        shared_edge_m(ground.ones, ground.others, one, other, float(terms.adjacent_m)) / scale
    )
    return {"gap_mm": found.gap_mm, "shared_edge_mm": edge_mm}


def _between(found: Found, seen: Seen, barriers: Barriers) -> Columns:
    barred, arterial = seen.barred >= 0, seen.arterial >= 0
    road = np.where(barriers.name == "", barriers.kind, barriers.name)
    west, south, east, north = seen.lonlat.T
    return {
        "barred_kind": _where(barred, barriers.kind, seen.barred),
        "barred_name": _where(barred, barriers.name, seen.barred),
        "crossing": np.array([word or None for word in seen.crossing], object),
        "arterial": _where(arterial, road, seen.arterial),
        "west": west, "south": south, "east": east, "north": north,
    }  # fmt: skip


def _walks(
    ground: Ground,
    codes: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]],
    found: Found,
    seen: Seen,
    ways: Ways | None,
) -> Columns:
    walk_mm = np.where(seen.barred >= 0, -1, np.maximum(found.gap_mm, seen.walk_mm))
    basis = np.full(len(walk_mm), BOUNDARY, object)
    if ways is not None:
        walk_mm, basis = walks(ways, ground.plane, codes, found.segment, walk_mm)
    return {"walk_mm": walk_mm, "walk_basis": basis}


def _where(
    told: npt.NDArray[np.bool_], words: npt.NDArray[np.object_], at: Ints
) -> npt.NDArray[np.object_]:
    found = np.full(len(told), None, object)
    found[told] = words[at[told]]
    return found


def _lines(one: Ints, other: Ints) -> Columns:
    """Tell which divisions two places share; shape (n, levels) of codes, 0 for none."""
    known = (one != 0) & (other != 0)
    state = np.where(known, np.where(one == other, YES, NO), UNKNOWN)
    crossed = np.full(len(one), None, object)
    for place in range(len(LEVELS) - 1, -1, -1):
        crossed[state[:, place] == NO] = LEVELS[place]
    return {
        "same_county": state[:, 2],
        "same_street": state[:, 3],
        "same_community": state[:, 4],
        "line_crossed": crossed,
    }
