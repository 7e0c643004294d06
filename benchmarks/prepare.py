"""Makes what benchmarks begin with: the sample's files, the full register, its snapshot."""

from __future__ import annotations

import datetime as dt
import json

import geopandas as gpd
import numpy as np
import psycopg
import shapely

from benchmarks.place import EMPTY, FULL, POSTGIS, Place
from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.sample import write_sample
from geo.snapshot.build import Snapshots

AS_OF = dt.date(2025, 12, 31)
SEED = 1

ELSEWHERE = 5_060
"""Compounds of the sample outside Kunming, from 2,000 in Kunming on; fewer below."""


def kunming_of(total: int) -> int:
    """Give the number of compounds to ask the sample for, so that there are `total` in all."""
    many = total - ELSEWHERE
    return many if many >= 2_000 else round(total / (1 + ELSEWHERE / 2_000))


def prepare(place: Place, need: str) -> None:
    """Make what a benchmark needs and everything before it, unless it is there already."""
    for name, make in MAKERS.items():
        done = place.folder / f"{name}.done"
        if not done.exists():
            make(place)
            done.touch()
        if name == need:
            return


def _databases(place: Place) -> None:
    for name in (EMPTY, POSTGIS):
        place.administer(f"create database {name}")
    Register(place.cluster.url(EMPTY)).migrate()
    with psycopg.connect(place.cluster.url(POSTGIS)) as connection:
        connection.execute("create extension postgis")


def _polygons(place: Place) -> None:
    """Write lobed polygons of 8 to 24 corners on a grid of 500 m, at 17 points on average."""
    rng = np.random.default_rng(SEED)
    number = np.arange(place.compounds)
    side = int(np.ceil(np.sqrt(place.compounds)))
    corners = rng.integers(8, 25, len(number))
    owner = np.repeat(number, corners)
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(corners) - corners, corners)
    angle = 2 * np.pi * turn / corners[owner]
    radius = 0.0015 * (0.7 + 0.3 * np.sin(3 * angle + 6 * rng.random(len(number))[owner]))
    x = 99 + 0.0045 * (owner % side) + radius * np.cos(angle)
    y = 22 + 0.0045 * (owner // side) + radius * np.sin(angle)
    rings = shapely.linearrings(np.column_stack([x, y]), indices=owner)
    frame = gpd.GeoDataFrame(
        {
            "小区编码": [f"5301{place_:08d}" for place_ in number],
            "小区名称": [f"测试小区{place_}号" for place_ in number],
            "建成年份": rng.integers(1980, 2024, len(number)),
            "建筑面积": np.round(rng.lognormal(10, 1, len(number)), 2),
        },
        geometry=shapely.polygons(rings),
        crs=4490,
    )
    frame.to_file(place.polygons, engine="pyogrio")


def _files(place: Place) -> None:
    files = write_sample(place.folder / "sample", compounds=kunming_of(place.compounds), seed=SEED)
    words = {kind: str(path) for kind, path in files.items()}
    (place.folder / "files.json").write_text(json.dumps(words), "utf-8")


def _register(place: Place) -> None:
    place.administer(f"create database {FULL} template {EMPTY}")
    for kind, path in place.files.items():
        import_file(Register(place.cluster.url(FULL)), kind, path, Options(author="benchmark"))


def _snapshot(place: Place) -> None:
    with place.database(FULL) as url:
        Snapshots(Register(url), place.folder / "snapshots").get(AS_OF)


MAKERS = {
    "databases": _databases,
    "polygons": _polygons,
    "files": _files,
    "register": _register,
    "snapshot": _snapshot,
}
"""What a benchmark may need, each after those before it."""
