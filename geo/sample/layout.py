"""A town laid out: blocks between its grid's lines, plots in the blocks, compounds on the plots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.sample.lines import Grid, draw_grid
from geo.sample.places import Town
from geo.sample.plane import Plane
from geo.sample.plots import Box, Plots, divide
from geo.sample.shapes import rings
from geo.sample.stock import SHAPES, Stock, draw_stock

NARROWEST_M = 20.0
"""A plot narrower than this bears no compound."""

COUNTY_MARGIN_DEG = 0.0003
"""Compounds keep about 30 m from their county's border."""


@dataclass
class Compounds:
    """Compounds on the ground; arrays of shape (n,), from the town's centre outwards."""

    county: np.ndarray  # str
    cell: np.ndarray  # index into Layout.cells
    polygon: np.ndarray  # degrees
    plot: np.ndarray  # the whole plot, degrees
    land_m2: np.ndarray
    floor_m2: np.ndarray
    old: np.ndarray
    built_year: np.ndarray
    group: np.ndarray  # index into Layout.group_plots, -1 for none

    def __len__(self) -> int:
        return len(self.county)


@dataclass
class Layout:
    """A town: its plane and grid, its cells (i, j) in the order they were built up."""

    town: Town
    plane: Plane
    grid: Grid
    cells: list[tuple[int, int]]
    compounds: Compounds
    group_plots: np.ndarray  # polygons, degrees
    streets: list[tuple[int, Box]]  # within a cell (index into cells): middles, grid metres


@dataclass
class _Placed:
    """Plots of all cells before they are bent."""

    items: list[int]
    boxes: list[Box]
    cells: list[int]
    groups: list[tuple[list[int], Box]]
    streets: list[tuple[int, Box]]


def lay_out(town: Town, rng: np.random.Generator) -> Layout:
    """Lay out a town with (nearly always exactly) the compounds that it should have."""
    spare = 1.25 if len(town.counties) > 1 else 1.05
    stock = draw_stock(int(town.compounds * spare) + 2, rng)
    built_m2 = float((stock.land_m2 / stock.fill).sum()) / 0.45
    core_m = float(np.sqrt(built_m2 / np.pi))
    plane = Plane.of(town, rng)
    grid = draw_grid(2.2 * core_m + 2_000, core_m, rng)
    cells = _cells_outwards(town, plane, grid, rng)
    placed = _fill(stock, grid, cells, rng)
    compounds, group_plots = _on_the_ground(town, plane, stock, placed, rng)
    used = int(compounds.cell.max()) + 1
    streets = [(cell, street) for cell, street in placed.streets if cell < used]
    return Layout(town, plane, grid, cells[:used], compounds, group_plots, streets)


def _cells_outwards(
    town: Town, plane: Plane, grid: Grid, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """List the grid's cells whose middle is in the town's counties, nearest first.

    Distance is measured with lobes, so that a town is no circle.
    """
    middle_u = (grid.u.at[:-1] + grid.u.at[1:]) / 2
    middle_v = (grid.v.at[:-1] + grid.v.at[1:]) / 2
    i, j = np.meshgrid(np.arange(len(middle_u)), np.arange(len(middle_v)), indexing="ij")
    middle = np.stack([middle_u[i.ravel()], middle_v[j.ravel()]], axis=1)
    angle = np.arctan2(middle[:, 1], middle[:, 0])
    turns = rng.uniform(0, 2 * np.pi, 2)
    lobes = 1 + 0.22 * np.cos(2 * angle + turns[0]) + 0.15 * np.cos(3 * angle + turns[1])
    far = np.hypot(*middle.T) / lobes + rng.normal(0, 120, len(middle))
    points = shapely.points(plane.degrees(middle))
    inside = np.zeros(len(points), bool)
    for outline in town.outlines:
        shapely.prepare(outline)
        inside |= shapely.contains(outline, points)
    order = np.argsort(far, kind="stable")
    pairs = np.stack([i.ravel(), j.ravel()], axis=1)
    return [(int(a), int(b)) for a, b in pairs[order][inside[order]]]


def _fill(
    stock: Stock, grid: Grid, cells: list[tuple[int, int]], rng: np.random.Generator
) -> _Placed:
    """Put the stock into cells, one after the other, until there is no more of either."""
    wanted = stock.land_m2 / stock.fill
    placed = _Placed([], [], [], [], [])
    half_u, half_v = grid.u.half_m, grid.v.half_m
    head = 0
    for number, (i, j) in enumerate(cells):
        if head >= len(stock):
            break
        box = (
            float(grid.u.at[i] + half_u[i]),
            float(grid.v.at[j] + half_v[j]),
            float(grid.u.at[i + 1] - half_u[i + 1]),
            float(grid.v.at[j + 1] - half_v[j + 1]),
        )
        room_m2 = (box[2] - box[0]) * (box[3] - box[1]) * 0.84
        share = 0.0 if number > 3 and rng.random() < 0.06 else rng.uniform(0.45, 0.8)
        tail = head
        taken = 0.0
        while tail < len(stock) and taken < share * room_m2:
            taken += min(float(wanted[tail]), 0.8 * room_m2)
            tail += 1
        if tail > head:
            sizes = np.minimum(wanted[head:tail], 0.8 * room_m2)
            found = _divided(box, _roads_around(grid, i, j, box), sizes, room_m2, rng)
            placed.streets += [(number, street) for street in found.streets]
            placed.groups += [([head + k for k in items], at) for items, at in found.groups]
            for k in range(tail - head):
                placed.items.append(head + k)
                placed.boxes.append(found.boxes[k])
                placed.cells.append(number)
            head = tail
    return placed


def _roads_around(grid: Grid, i: int, j: int, box: Box) -> Box:
    """Give the middles of the arterials around a cell; its own edge where there is none."""
    lines = ((grid.u, i), (grid.v, j), (grid.u, i + 1), (grid.v, j + 1))
    sides = [
        float(axis.at[line]) if axis.kinds[line] == "主干道" else edge
        for (axis, line), edge in zip(lines, box, strict=True)
    ]
    return sides[0], sides[1], sides[2], sides[3]


def _divided(
    box: Box, around: Box, sizes: np.ndarray, room_m2: float, rng: np.random.Generator
) -> Plots:
    """Divide a cell among compounds and, for what is left of it, shops, schools and parks."""
    left = room_m2 - float(sizes.sum())
    if left < 0.04 * room_m2:
        sizes = sizes * min(1.0, room_m2 / float(sizes.sum()))
        return divide(box, around, sizes, len(sizes), rng)
    others = rng.dirichlet(np.full(1 + int(rng.integers(1, 6)), 1.5)) * left
    return divide(box, around, np.concatenate([sizes, others]), len(sizes), rng)


def _on_the_ground(
    town: Town, plane: Plane, stock: Stock, placed: _Placed, rng: np.random.Generator
) -> tuple[Compounds, np.ndarray]:
    """Bend plots and compounds onto the ground and keep those well inside one county."""
    items = np.array(placed.items)
    boxes = np.array(placed.boxes)
    setback = rng.uniform(1.5, 6.0, boxes.shape) * np.array([1, 1, -1, -1])
    setback *= np.minimum(1, np.repeat(boxes[:, 2:] - boxes[:, :2], 2, axis=0).reshape(-1, 4) / 60)
    inner = boxes + setback
    flips = rng.random((len(items), 2)) < 0.5
    polygon = _polygons(plane, inner, stock.shape[items], stock.cut[items], flips)
    plot = _polygons(plane, boxes, np.zeros(len(items), int), stock.cut[items], flips)
    narrow = np.minimum(inner[:, 2] - inner[:, 0], inner[:, 3] - inner[:, 1]) < NARROWEST_M
    county = _county_of(town, polygon)
    keep = np.flatnonzero(~narrow & (county != ""))[: town.compounds]
    land = shapely.area(_scaled(polygon[keep], plane.metres_per_degree))
    group = np.full(len(stock), -1)
    plots: list[Box] = []
    kept = set(items[keep].tolist())
    for members, box in placed.groups:
        if kept.issuperset(members):
            group[members] = len(plots)
            plots.append(box)
    square = np.zeros(len(plots), int)
    group_boxes = np.array(plots).reshape(-1, 4)
    none = np.zeros((len(plots), 2))
    group_plots = _polygons(plane, group_boxes, square, none, none.astype(bool))
    chosen = items[keep]
    return (
        Compounds(
            county=county[keep],
            cell=np.array(placed.cells)[keep],
            polygon=polygon[keep],
            plot=plot[keep],
            land_m2=land,
            floor_m2=np.round(land * stock.plot_ratio[chosen], 1),
            old=stock.old[chosen],
            built_year=stock.built_year[chosen],
            group=group[chosen],
        ),
        group_plots,
    )


def _polygons(
    plane: Plane, boxes: np.ndarray, shape: np.ndarray, cut: np.ndarray, flips: np.ndarray
) -> np.ndarray:
    """Draw shapes into boxes and bend them. Object array of polygons, degrees, 8 decimals."""
    out = np.empty(len(boxes), dtype=object)
    for kind in range(len(SHAPES)):
        mine = np.flatnonzero(shape == kind)
        if len(mine):
            grid = rings(boxes[mine], kind, cut[mine], flips[mine])
            degrees = np.round(plane.degrees(grid.reshape(-1, 2)), 8).reshape(grid.shape)
            out[mine] = shapely.polygons(degrees)
    return np.asarray(shapely.orient_polygons(out)) if len(out) else out


def _scaled(polygons: np.ndarray, factors: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = shapely.transform(polygons, lambda degrees: degrees * factors)
    return scaled


def _county_of(town: Town, polygons: np.ndarray) -> np.ndarray:
    """Give the county that holds each polygon with room to spare, '' for none."""
    found = np.full(len(polygons), "", dtype=object)
    for code, outline in zip(town.counties, town.outlines, strict=True):
        inner = shapely.buffer(outline, -COUNTY_MARGIN_DEG)
        shapely.prepare(inner)
        found[shapely.contains(inner, polygons)] = code
    return found
