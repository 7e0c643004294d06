"""A snapshot with every hazard of a tile's geometry: holes, islands, specks, giants, placeholders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from testkit.tables import table

from geo import terms
from geo.snapshot import file
from maps.tiles.tileset import TileSet

COUNT = 900
WEST, SOUTH, SIDE = 102.4, 24.8, 0.6
STEPS = 40  # vertices along a community's side


def star(rng: np.random.Generator, x: float, y: float, size: float) -> shapely.Polygon:
    """A star-shaped polygon of 5 to 24 vertices, sometimes with a hole."""
    n = int(rng.integers(5, 25))
    angle = np.sort(rng.uniform(0, 2 * np.pi, n)) + np.arange(n) * 1e-6
    reach = size * rng.uniform(0.4, 1.0, n)
    ring = np.column_stack([x + reach * np.cos(angle), y + reach * np.sin(angle)])
    found = shapely.Polygon(ring)
    if not found.is_valid:
        found = shapely.convex_hull(found)
    if rng.random() < 0.2:
        hole = shapely.Point(x, y).buffer(size * 0.15, quad_segs=3)
        found = shapely.difference(found, hole) if found.contains(hole) else found
    return found if found.geom_type == "Polygon" else max(found.geoms, key=lambda p: p.area)


def compound_shapes() -> np.ndarray:
    rng = np.random.default_rng(5)
    places = rng.uniform([WEST, SOUTH], [WEST + SIDE, SOUTH + SIDE], (COUNT, 2))
    sizes = 10 ** rng.uniform(-5.5, -2.3, COUNT)  # from half a metre to half a kilometre
    shapes = np.array(
        [star(rng, x, y, size) for (x, y), size in zip(places, sizes, strict=True)], object
    )
    shapes[:6] = None  # placeholders
    shapes[6] = shapely.box(WEST - 0.2, SOUTH - 0.2, WEST + SIDE + 0.2, SOUTH + SIDE + 0.2)
    shapes[7] = shapely.MultiPolygon(
        [star(rng, WEST + 0.1 + k * 0.05, SOUTH + 0.1, 0.02) for k in range(5)]
    )
    shapes[8] = shapely.box(102.6, 25.0, 102.9, 25.0000004)  # a thread, thinner than any grid
    return shapes


def _warped(xy: np.ndarray) -> np.ndarray:
    """Bend places so that borders are crooked, the same for all that share them."""
    x, y = xy[:, 0], xy[:, 1]
    return np.column_stack(
        [
            x + 0.006 * np.sin(97 * y) + 0.0015 * np.sin(611 * (x + y)),
            y + 0.006 * np.sin(89 * x) + 0.0015 * np.sin(577 * (x - y)),
        ]
    )


def division_rows() -> tuple[list[int], list[int], list[shapely.Geometry]]:
    """A province of 4 prefectures of 4 counties, one of which has 4 streets of 4 communities."""
    codes, levels, shapes = [], [], []

    def cell(code: int, level: int, i: float, j: float, side: float) -> None:
        n = max(1, round(side * STEPS))
        edge = np.linspace(0, side, n + 1)
        ring = np.concatenate(
            [
                np.column_stack([edge, np.zeros(n + 1)])[:-1],
                np.column_stack([np.full(n + 1, side), edge])[:-1],
                np.column_stack([edge[::-1], np.full(n + 1, side)])[:-1],
                np.column_stack([np.zeros(n + 1), edge[::-1]])[:-1],
            ]
        )
        unit = SIDE / 4
        places = np.column_stack([WEST + (i + ring[:, 0]) * unit, SOUTH + (j + ring[:, 1]) * unit])
        codes.append(code)
        levels.append(level)
        shapes.append(shapely.Polygon(_warped(np.round(places, 9))))

    cell(53, 0, 0, 0, 4)
    for p in range(4):
        pi, pj = 2 * (p % 2), 2 * (p // 2)
        cell(5301 + p, 1, pi, pj, 2)
        for c in range(4):
            ci, cj = pi + c % 2, pj + c // 2
            county = (5301 + p) * 100 + c + 2
            cell(county, 2, ci, cj, 1)
            if p or c:
                continue
            for s in range(4):
                si, sj = ci + 0.5 * (s % 2), cj + 0.5 * (s // 2)
                street = county * 1000 + s + 1
                cell(street, 3, si, sj, 0.5)
                for m in range(4):
                    cell(street * 1000 + m + 1, 4, si + 0.25 * (m % 2), sj + 0.25 * (m // 2), 0.25)
    order = sorted(range(len(codes)), key=lambda k: str(codes[k]))
    return [codes[k] for k in order], [levels[k] for k in order], [shapes[k] for k in order]


def write_snapshot(path: Path, **replaced: Any) -> file.Snapshot:
    rng = np.random.default_rng(11)
    shapes = compound_shapes()
    drawn = ~shapely.is_missing(shapes)
    inner = shapely.point_on_surface(shapes)
    xy = np.full((COUNT, 2), np.nan)
    xy[drawn] = shapely.get_coordinates(inner[drawn])
    xy[:5] = rng.uniform([WEST, SOUTH], [WEST + SIDE, SOUTH + SIDE], (5, 2))  # the sixth: nowhere
    standing = np.ones(COUNT, bool)
    standing[20:25] = False
    codes, levels, outlines = division_rows()
    compounds = {
        "code": [f"C{i:04d}" for i in range(COUNT)],
        "name": [f"第{i}小区" if i % 7 else None for i in range(COUNT)],
        "province": [53] * COUNT,
        "prefecture": [5301] * COUNT,
        "county": np.where(np.arange(COUNT) % 3, 530102, 0),
        "street": np.where(np.arange(COUNT) % 3 == 2, 530102001, 0),
        "built_year": rng.integers(1985, 2020, COUNT),
        "standing": standing,
        "urban": [True] * COUNT,
        "floor_area_dm2": rng.integers(500_000, 9_000_000, COUNT),
        "land_area_dm2": rng.integers(100_000, 900_000, COUNT),
        "mode": np.arange(COUNT) % len(terms.MODES),
        "x": xy[:, 0],
        "y": xy[:, 1],
        "geometry": file.geometry_column(shapes),
        **replaced,
    }
    areas = np.array(
        [shapely.box(102.5 + 0.02 * k, 24.9, 102.515 + 0.02 * k, 24.93) for k in range(20)]
    )
    river = shapely.LineString(
        np.column_stack(
            [np.linspace(102.3, 103.1, 400), 25 + 0.1 * np.sin(np.linspace(0, 30, 400))]
        )
    )
    tables = {
        "compounds": table("compounds", **compounds),
        "companies": table("companies"),
        "projects": table("projects"),
        "areas": table(
            "areas", code=[f"A{k}" for k in range(20)], name=[f"区域{k}" for k in range(20)],
            geometry=file.geometry_column(areas.astype(object)),
        ),
        "divisions": table(
            "divisions", code=codes, name=[f"区划{code}" for code in codes], level=levels,
            geometry=file.geometry_column(np.array(outlines, object)),
        ),
        "roads": table(
            "roads", kind=["支路"], name=["示例路"],
            wkb=[shapely.to_wkb(shapely.LineString([(102.6, 25.06), (102.8, 25.06)]))],
        ),
        "gates": table(
            "gates", compound=["C1"], name=["南门"],
            wkb=[shapely.to_wkb(shapely.Point(102.7, 25.0601))],
        ),
        "barriers": table(
            "barriers",
            kind=[3, 1, 5, 3],
            name=["河", "铁路", "桥", "湖"],
            wkb=[
                shapely.to_wkb(river),
                shapely.to_wkb(shapely.LineString([(102.3, 24.7), (103.1, 25.5)])),
                shapely.to_wkb(shapely.LineString([(102.7, 25.069), (102.7, 25.073)])),
                shapely.to_wkb(shapely.box(102.5, 25.07, 102.6, 25.1)),
            ],
        ),
    }  # fmt: skip
    head = {"id": "0123456789abcdef" * 4, "as_of": "2024-12-31", "made_up": True}
    file.write(path, tables, head)
    return file.Snapshot(path)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one snapshot."""
    folder = tmp_path_factory.mktemp("tiles-home")
    (folder / "snapshots").mkdir()
    write_snapshot(folder / "snapshots" / f"{'0123456789abcdef' * 4}.arrow")
    return folder


@pytest.fixture(scope="session")
def snapshot(home: Path) -> file.Snapshot:
    return file.Snapshot(next((home / "snapshots").glob("*.arrow")))


@pytest.fixture(scope="session")
def tiles(snapshot: file.Snapshot, home: Path) -> TileSet:
    return TileSet(snapshot, home / "tiles")


@pytest.fixture(scope="session")
def spread(tmp_path_factory: pytest.TempPathFactory) -> file.Snapshot:
    """The same with compounds in all counties but one, so that classes differ."""
    at = np.arange(COUNT)
    county = (5301 + at % 4) * 100 + 2 + at // 4 % 4
    county[county == 530405] = 530404
    mode = np.where((at * 7919) % 97 < 30 + 60 * (at % 4 + at // 4 % 4) // 6, 1, 7)
    return write_snapshot(
        tmp_path_factory.mktemp("spread") / "snapshot.arrow",
        county=county,
        prefecture=county // 100,
        street=np.zeros(COUNT, int),
        mode=mode,
    )


@pytest.fixture(autouse=True)
def all_drivers() -> None:
    """Have GDAL read every format again: an import in this process leaves it only its own."""
    pyogrio.set_gdal_config_options({"GDAL_SKIP": None})
    pyogrio._ogr._register_drivers()
