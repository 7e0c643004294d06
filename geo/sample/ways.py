"""Roads of a town and gates of its compounds: enough to walk from door to door.

Arterials run along the grid's lines and end before a river, railway or expressway that has no
crossing there; streets run between plots and end in another street or an arterial. Where two of
them meet, both have the same point.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.sample.barriers import Barriers
from geo.sample.draw import stream
from geo.sample.facts import Facts
from geo.sample.layout import Layout
from geo.sample.lines import HALF_WIDTH_M, Axis
from geo.sample.plots import Box

STEP_M: Final = 60.0
"""Points of a road follow the bending of the town's plane."""

CROSSED_M: Final = 130.0
"""A crossing this near to where an arterial meets a barrier is the arterial's."""

NO_GATE: Final = 0.08
"""Share of compounds whose gate nobody has mapped."""

SECOND_GATE_M2: Final = 25_000.0
APART_DEG: Final = 0.0008
REACH_DEG: Final = 0.0004

Joint = tuple[float, float]


@dataclass
class Roads:
    """Rows of the road file: arterials a grid line, streets a block; geometry in degrees."""

    kind: list[str]
    lines: list[shapely.MultiLineString]


@dataclass
class Gates:
    """Rows of the gate file."""

    compound: list[str]
    point: np.ndarray


def draw_roads(layout: Layout, barriers: Barriers) -> Roads:
    """Draw a town's roads."""
    found = Roads([], [])
    arterials = _arterials(layout, _crossings(layout, barriers))
    streets: dict[int, list[Box]] = defaultdict(list)
    for cell, street in layout.streets:
        streets[cell].append(street)
    joints = _joints([street for _, street in layout.streets])
    for line in arterials:
        _add(found, layout, "主干道", line, joints)
    for cell in sorted(streets):
        _add(found, layout, "支路", streets[cell], joints)
    return found


def _crossings(layout: Layout, barriers: Barriers) -> shapely.STRtree:
    at = [
        shape
        for kind, shape in zip(barriers.kind, barriers.geometry, strict=True)
        if kind == "通道"
    ]
    return shapely.STRtree(np.array([_in_metres(layout, shape) for shape in at], object))


def _in_metres(layout: Layout, point: shapely.Point) -> shapely.Point:
    return shapely.Point(shapely.get_coordinates(point)[0] * layout.plane.metres_per_degree)


def _arterials(layout: Layout, crossings: shapely.STRtree) -> list[list[Box]]:
    """Give the stretches of each arterial between its crossroads, beside what is built up."""
    grid = layout.grid
    used = np.zeros((len(grid.u.at) + 1, len(grid.v.at) + 1), bool)
    for i, j in layout.cells:
        used[i + 1, j + 1] = True  # cell (i, j) lies between lines i and i + 1
    found = []
    for axis, cross, filled, turned in (
        (grid.u, grid.v, used, False),
        (grid.v, grid.u, used.T, True),
    ):
        for line in np.flatnonzero([kind == "主干道" for kind in axis.kinds]).tolist():
            beside = (filled[line, 1:] | filled[line + 1, 1:])[: len(cross.at) - 1]
            stretches = []
            for step in np.flatnonzero(beside).tolist():
                low, high = (
                    _end(layout, crossings, (axis, line), (cross, place), side, turned=turned)
                    for place, side in ((step, 1), (step + 1, -1))
                )
                at = float(axis.at[line])
                stretches.append((low, at, high, at) if turned else (at, low, at, high))
            if stretches:
                found.append(stretches)
    return found


def _end(
    layout: Layout, crossings: shapely.STRtree, line: tuple[Axis, int], other: tuple[Axis, int],
    side: int, *, turned: bool,
) -> float:  # fmt: skip
    """Give where a stretch ends at another line: on it, or before it where one can't get across."""
    (axis, at), (cross, place) = line, other
    kind, there = cross.kinds[place], float(cross.at[place])
    if kind == "主干道":
        return there
    joint = (there, float(axis.at[at])) if turned else (float(axis.at[at]), there)
    spot = layout.plane.degrees(np.array([joint])) * layout.plane.metres_per_degree
    near = crossings.query(shapely.Point(spot[0]), predicate="dwithin", distance=CROSSED_M)
    return there if len(near) else there + side * HALF_WIDTH_M[kind]


def _joints(streets: list[Box]) -> dict[tuple[str, float], list[float]]:
    """Give where streets end: along each line of constant u and of constant v."""
    found: dict[tuple[str, float], list[float]] = defaultdict(list)
    for u0, v0, u1, v1 in streets:
        if u0 == u1:
            found["v", v0].append(u0)
            found["v", v1].append(u0)
        else:
            found["u", u0].append(v0)
            found["u", u1].append(v0)
    return found


def _add(
    found: Roads, layout: Layout, kind: str, lines: list[Box],
    joints: dict[tuple[str, float], list[float]],
) -> None:  # fmt: skip
    """Add straight lines, bent onto the ground, with a point wherever another road ends on them."""
    drawn = []
    for u0, v0, u1, v1 in lines:
        along, fixed, low, high = ("u", u0, v0, v1) if u0 == u1 else ("v", v0, u0, u1)
        steps = np.linspace(low, high, max(int((high - low) / STEP_M), 1) + 1)
        ends = [at for at in joints.get((along, fixed), []) if low < at < high]
        path = np.unique(np.concatenate([steps, ends]))
        across = np.full(len(path), fixed)
        grid = np.column_stack([across, path] if along == "u" else [path, across])
        drawn.append(shapely.LineString(np.round(layout.plane.degrees(grid), 8)))
    found.kind.append(kind)
    found.lines.append(shapely.MultiLineString(drawn))


def draw_gates(facts: Facts, roads: list[shapely.MultiLineString], seed: int) -> Gates:
    """Put a gate where a compound's boundary is nearest to a road; large ones have a second."""
    rng = stream(seed, "gates")
    mapped = facts.drawn & (rng.random(len(facts)) >= NO_GATE)
    rows = np.flatnonzero(mapped)
    streets = shapely.get_parts(np.array(roads, object))
    walls = shapely.boundary(facts.polygon[rows])
    wall, street = shapely.STRtree(streets).query(walls, predicate="dwithin", distance=REACH_DEG)
    way = shapely.shortest_line(walls[wall], streets[street])
    order = np.lexsort((street, shapely.length(way), wall))
    compound: list[str] = []
    points: list[shapely.Point] = []
    own: dict[int, list[shapely.Point]] = defaultdict(list)
    for at in order.tolist():
        row = int(rows[wall[at]])
        gate = shapely.Point(np.round(shapely.get_coordinates(way[at])[0], 8))
        most = 2 if facts.floor_m2[row] >= SECOND_GATE_M2 else 1
        if len(own[row]) < most and all(gate.distance(one) > APART_DEG for one in own[row]):
            own[row].append(gate)
            compound.append(facts.code[row])
            points.append(gate)
    return Gates(compound, np.array(points, dtype=object))
