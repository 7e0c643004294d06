"""Boundaries of streets and communities, drawn so that they tile each county.

In town a community is a set of neighbouring blocks, so its borders are the arterials. Around and
between the towns communities are cells around scattered points, with borders that wander. All
lines of a county are noded together and polygonised, so neighbours share every vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geo.sample.draw import stream
from geo.sample.layout import Layout
from geo.sample.places import CAPITAL
from geo.sample.seeds import scatter, split, spread

SIDE_STEPS: Final = 8
"""A block's side is drawn in so many steps, to follow the bending."""

HALVED: Final = 0.07
"""How often a block is shared by two communities: compounds may then lie astride."""

_BLOCKS_A_STREET: Final = 5


@dataclass
class Blocks:
    """A town's blocks as parts of communities: outlines and middles, degrees."""

    outline: np.ndarray
    middle: np.ndarray  # (n, 2)


@dataclass
class County:
    """A county's divisions: polygons by code, and which cell each face belongs to."""

    communities: dict[str, shapely.Geometry]
    streets: dict[str, shapely.Geometry]


def divide_counties(tree: gpd.GeoDataFrame, layouts: list[Layout], seed: int) -> dict[str, County]:
    """Draw streets and communities of every county.

    Communities are drawn for all streets of the capital's counties, elsewhere for the streets
    that have a town.
    """
    names = dict(zip(tree["code"], tree["name"], strict=True))
    children: dict[str, list[str]] = {}
    for code in tree.loc[tree["level"].isin(["street", "community"]), "code"]:
        children.setdefault(code[: 6 if len(code) == 9 else 9], []).append(code)
    found = {}
    for layout in layouts:
        blocks = _blocks(layout, stream(seed, "halves", layout.town.key))
        for code, outline in zip(layout.town.counties, layout.town.outlines, strict=True):
            streets = sorted(children[code], key=lambda street: _urban_rank(names[street], street))
            members = {street: children.get(street, []) for street in streets}
            rng = stream(seed, "territory", code)
            found[code] = _county(outline, blocks, members, code.startswith(CAPITAL), rng)
    return found


def _urban_rank(name: str, code: str) -> tuple[int, str]:
    """Order streets by how likely the county's seat is there; ties by code."""
    kinds = ("街道", "镇", "乡")
    rank = next((place for place, kind in enumerate(kinds) if name.endswith(kind)), len(kinds))
    return rank, code


def _blocks(layout: Layout, rng: np.random.Generator) -> Blocks:
    """Outline the town's blocks, some of them in halves."""
    u, v = _fine(layout.grid.u.at), _fine(layout.grid.v.at)
    rings, middles = [], []
    for i, j in layout.cells:
        a, b, c, d = (SIDE_STEPS * k for k in (i, i + 1, j, j + 1))
        mid = (a + b) // 2
        spans = [(a, mid), (mid, b)] if rng.random() < HALVED else [(a, b)]
        for low, high in spans:
            rings.append(_outline(u, v, low, high, c, d))
            middles.append([(u[low] + u[high]) / 2, (v[c] + v[d]) / 2])
    outline = [shapely.Polygon(np.round(layout.plane.degrees(ring), 8)) for ring in rings]
    return Blocks(np.array(outline, dtype=object), layout.plane.degrees(np.array(middles)))


def _fine(at: np.ndarray) -> np.ndarray:
    steps = np.arange((len(at) - 1) * SIDE_STEPS + 1) / SIDE_STEPS
    fine: np.ndarray = np.interp(steps, np.arange(len(at)), at)
    return fine


def _outline(u: np.ndarray, v: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """Walk round a block from fine line to fine line; neighbours meet the same points."""
    across, along = np.arange(a, b), np.arange(c, d)
    walk_u = np.concatenate([across, np.full(d - c, b), across[::-1] + 1, np.full(d - c, a)])
    walk_v = np.concatenate([np.full(b - a, c), along, np.full(b - a, d), along[::-1] + 1])
    return np.stack([u[walk_u], v[walk_v]], axis=1)


def _county(
    outline: shapely.Geometry,
    blocks: Blocks,
    members: dict[str, list[str]],
    whole: bool,
    rng: np.random.Generator,
) -> County:
    """Draw one county's divisions.

    Parameters
    ----------
    members
        Street code to community codes, the likeliest seat first.
    whole
        Draw communities in every street, not only where the town is.
    """
    mine = np.flatnonzero(shapely.intersects(outline, blocks.outline))
    seats, of_block, left = _seats(blocks.middle[mine], members)
    points, of_point = _rural(outline, blocks, mine, seats, left, members, whole, rng)
    stretch = np.array([np.cos(np.radians(shapely.get_y(shapely.centroid(outline)))), 1.0])
    cells, edges = _wandering(points * stretch, stretch, outline, rng)
    lines = shapely.union_all([outline.boundary, *shapely.boundary(blocks.outline[mine]), edges])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    inner = shapely.point_on_surface(faces)
    inside = shapely.contains(outline, inner)
    faces, inner = faces[inside], inner[inside]
    place, cell = shapely.STRtree(cells).query(inner, predicate="within")
    labels = np.full(len(faces), "", dtype=object)
    labels[place] = np.array(of_point, dtype=object)[cell]
    place, block = shapely.STRtree(blocks.outline[mine]).query(inner, predicate="within")
    labels[place] = np.array(of_block, dtype=object)[block]
    # A face that warping left between two cells joins the nearest.
    for lost in np.flatnonzero(labels == ""):
        labels[lost] = of_point[int(np.argmin(shapely.distance(cells, inner[lost])))]
    return _joined(faces, labels)


def _joined(faces: np.ndarray, labels: np.ndarray) -> County:
    streets, communities = {}, {}
    of_street = np.array([label[:9] for label in labels], dtype=object)
    for code in sorted(set(of_street)):
        streets[code] = _union(faces[of_street == code])
    for code in sorted(set(labels)):
        if len(code) == 12:
            communities[code] = _union(faces[labels == code])
    return County(communities, streets)


def _union(faces: np.ndarray) -> shapely.Geometry:
    return shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(faces)))


def _seats(
    middles: np.ndarray, members: dict[str, list[str]]
) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Share the town's blocks out among its streets, and in each among its communities.

    Returns
    -------
    tuple
        The seat's streets; the community of each block; communities left without a block.
    """
    streets = [street for street in members if members[street]]
    most = max(1, round(0.7 * len(streets)))
    seats = streets[: min(most, max(1, round(len(middles) / _BLOCKS_A_STREET)), len(middles))]
    of_block = [""] * len(middles)
    left: dict[str, list[str]] = {}
    shares = split(middles, [len(members[street]) for street in seats]) if seats else []
    for street, blocks in zip(seats, shares, strict=True):
        chosen = members[street][: len(blocks)]
        left[street] = members[street][len(blocks) :]
        for code, part in zip(chosen, split(middles[blocks], [1] * len(chosen)), strict=True):
            for block in blocks[part]:
                of_block[block] = code
    return seats, of_block, left


def _rural(
    outline: shapely.Geometry,
    blocks: Blocks,
    mine: np.ndarray,
    seats: list[str],
    left: dict[str, list[str]],
    members: dict[str, list[str]],
    whole: bool,
    rng: np.random.Generator,
) -> tuple[np.ndarray, list[str]]:
    """Place a point for every division without blocks: near the seat, or over the county."""
    points: list[np.ndarray] = []
    codes: list[str] = []
    town = shapely.union_all(blocks.outline[mine])
    size = np.sqrt(town.area) if len(mine) else 0.02
    middle = blocks.middle[mine]
    near = shapely.intersection(shapely.buffer(town, 0.9 * size), outline) if len(mine) else outline
    ring = shapely.difference(near, shapely.buffer(town, 0.15 * size))
    outside = [code for street in seats for code in left[street]]
    if outside and ring.area > 0:
        centres, _ = spread(scatter(ring, 40 * len(outside), rng), len(outside), rng)
        order = split(centres, [1] * len(centres))
        points += [centres[place[0]] for place in order]
        codes += outside[: len(order)]
    rest = [street for street in members if street not in seats]
    far = shapely.difference(outline, near)
    if rest:
        cloud = scatter(far if far.area > 0.3 * outline.area else outline, 90 * len(rest), rng)
        centres, owner = spread(cloud, len(rest), rng)
        for place, street in enumerate(rest[: len(centres)]):
            inner = members[street] if whole and members[street] else [street]
            chosen, _ = spread(cloud[owner == place], len(inner), rng)
            points += list(chosen)
            codes += inner[: len(chosen)]
    if not points:
        return np.array([middle.mean(axis=0)]), [seats[0]]
    return np.array(points), codes


def _wandering(
    points: np.ndarray, stretch: np.ndarray, outline: shapely.Geometry, rng: np.random.Generator
) -> tuple[np.ndarray, shapely.Geometry]:
    """Draw the cells around points, with borders that wander. Cells and their edges, degrees."""
    frame = shapely.box(*shapely.bounds(outline))
    size = float(np.sqrt(outline.area / max(len(points), 1)))
    around = shapely.buffer(frame, 3 * size)
    if len(points) == 1:
        return np.array([around], dtype=object), shapely.LineString()
    cloud = shapely.MultiPoint(points)
    extent = shapely.box(*(np.array(shapely.bounds(around)) * np.tile(stretch, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(cloud, extend_to=extent, ordered=True))
    edges = shapely.voronoi_polygons(cloud, extend_to=extent, only_edges=True)
    turns = rng.uniform(0, 2 * np.pi, (3, 4))
    scales = size * np.array([1.2, 0.55, 0.2])
    heights = size * np.array([0.05, 0.022, 0.006])

    def wander(grid: np.ndarray) -> np.ndarray:
        moved: np.ndarray = grid.copy()
        for scale, height, turn in zip(scales, heights, turns, strict=True):
            x, y = 2 * np.pi * grid.T / scale
            moved[:, 0] += height * np.sin(y + turn[0]) * np.cos(0.7 * x + turn[1])
            moved[:, 1] += height * np.sin(x + turn[2]) * np.cos(0.7 * y + turn[3])
        moved /= stretch
        return moved

    step = 0.06 * size
    bent = shapely.transform(shapely.segmentize(cells, step), wander)
    return bent, shapely.transform(shapely.segmentize(edges, step), wander)
