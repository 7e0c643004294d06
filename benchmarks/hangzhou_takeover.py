"""Takeovers among real polygons and real rivers: what barriers remove, and ten plans on a map.

``python -m benchmarks.hangzhou_takeover FOLDER [--png docs/takeover-hangzhou.png]`` reads
``residential.geojson`` and ``water.gpkg`` (OpenStreetMap extracts; columns osm_id, fclass, name)
from a folder. States of service, floor areas and projects are made up from a seed and marked so.

Counts the pairs within 300 m that water removes: by our layer and by one shortest segment a pair
in shapely, with rivers only and with all water. Then makes a plan and draws ten of its takeovers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.runner import running_place
from benchmarks.takeover_map import draw
from geo.action_plan import Definition
from geo.codes import uscc_check_character
from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.layer import Terms, neighbourhood
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import plan_on
from geo.takeover.plan.request import Request
from geo.takeover.plan.scene import Scene
from geo.terms import MADE_UP

SEED: Final = 33
AS_OF: Final = dt.date(2025, 12, 31)
COUNTY: Final = 330102
"""All compounds are put into one county, so that its line removes nothing."""

LIMIT_M: Final = 300
TARGET: Final = Decimal("0.75")
ZONE: Final = 4549
"""CGCS2000, 3° zone at 120° E."""

MODES: Final = ("市场化物业", "国有物业", "社区托管", "居民自管", "无物业", "未核实")
SHARES: Final = (0.45, 0.1, 0.05, 0.05, 0.3, 0.05)
MANAGED: Final = MODES[:2]


def main() -> None:
    """Count, plan, draw."""
    parser = argparse.ArgumentParser(prog="benchmarks.hangzhou_takeover", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--png", type=Path, default=Path("out/takeover-hangzhou.png"))
    words = parser.parse_args()
    compounds = gpd.read_file(words.folder / "residential.geojson")
    water = gpd.read_file(words.folder / "water.gpkg")
    rivers = water[water["fclass"] == "river"]
    print(f"{len(compounds):,} compounds, {len(water):,} water polygons, {len(rivers):,} rivers")
    for name, barriers in (("rivers and canals", rivers), ("all water", water)):
        pairs, barred, touching = by_one_segment(compounds, barriers)
        _tell(name, pairs, barred, who="one segment")
        print(f"  of these {touching} touch each other in the water")
    with _snapshot(words.folder, compounds, water) as snapshot:
        _tell("all water", *by_layer(snapshot), who="our layer")
    with _snapshot(words.folder, compounds, rivers) as snapshot:
        _tell("rivers and canals", *by_layer(snapshot), who="our layer")
        field = Field(snapshot, Definition(), COUNTY)
        request = Request(COUNTY, TARGET)
        plan = plan_on(field, request)
        print(
            f"plan: {len(plan.suggestions)} takeovers, {plan.status}, {len(plan.not_served)} left"
        )
        for line in draw(words.png, plan, Scene(field, request)):
            print(line)


def _tell(name: str, pairs: int, barred: int, *, who: str) -> None:
    share = barred / pairs
    print(f"within {LIMIT_M} m, {who:12} {name:18} {barred:5,} of {pairs:,} pairs, {share:.1%}")


def by_one_segment(compounds: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> tuple[int, int, int]:
    """Give the pairs within the limit, those whose one shortest segment meets water, and of these
    the ones that touch.
    """
    shapes = compounds.geometry.to_crs(ZONE).make_valid().to_numpy()
    wet = water.geometry.to_crs(ZONE).make_valid().to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, "dwithin", LIMIT_M)
    one, other = one[one < other], other[one < other]
    segments = shapely.shortest_line(shapes[one], shapes[other])
    crossed = np.unique(shapely.STRtree(wet).query(segments, "intersects")[0])
    return len(one), len(crossed), int((shapely.length(segments[crossed]) == 0).sum())


def by_layer(snapshot: Snapshot) -> tuple[int, int]:
    """Give the pairs of our neighbourhood layer, and those that a hard barrier bars."""
    table = neighbourhood(snapshot, Terms.of(LIMIT_M))
    return table.num_rows, table.num_rows - table["barred_kind"].null_count


@contextmanager
def _snapshot(
    folder: Path, compounds: gpd.GeoDataFrame, water: gpd.GeoDataFrame
) -> Iterator[Snapshot]:
    """Give the snapshot of a register with the polygons, made-up states, and water as rivers."""
    with running_place(0) as place, tempfile.TemporaryDirectory() as made:
        place.administer("create database hangzhou")
        register = Register(place.cluster.url("hangzhou"))
        register.migrate()
        renamed = Options(renames={"code": "osm_id"})
        import_file(register, "compounds", folder / "residential.geojson", renamed)
        for kind, path in _files(Path(made), compounds, water).items():
            import_file(register, kind, path)
        yield Snapshots(register, Path(made)).get(AS_OF)


def _files(folder: Path, compounds: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> dict[str, Path]:
    """Write what is made up, marked so by its names, and the water as barriers."""
    paths = {
        "ledger": folder / f"{MADE_UP}_台账.csv",
        "projects": folder / f"{MADE_UP}_项目.csv",
        "barriers": folder / "water.gpkg",
    }
    ledger = _ledger(compounds)
    ledger.to_csv(paths["ledger"], index=False)
    head = "91330102MA2K00001"
    projects = ledger.loc[ledger["物业项目编码"] != "", ["物业项目编码"]]
    projects = projects.rename(columns={"物业项目编码": "项目编码"})
    projects = projects.assign(
        统一社会信用代码=head + uscc_check_character(head), **{"可增管面积(㎡)": 40_000}
    )
    projects.to_csv(paths["projects"], index=False)
    water[["name", "geometry"]].assign(kind="河流").to_file(paths["barriers"])
    return paths


def _ledger(compounds: gpd.GeoDataFrame) -> pd.DataFrame:
    """Make up who serves what."""
    rng = np.random.default_rng(SEED)
    count, code = len(compounds), compounds["osm_id"].astype(str)
    mode = rng.choice(MODES, count, p=SHARES)
    return pd.DataFrame(
        {
            "小区编码": code,
            "区划代码": str(COUNTY),
            "建成年份": rng.integers(1975, 2022, count),
            "建筑面积(㎡)": np.round(rng.lognormal(10.5, 1, count), 2),
            "服务模式": mode,
            "物业项目编码": np.where(np.isin(mode, MANAGED), "P" + code, ""),
            "服务起始日期": "2019-05-01",
        }
    )


if __name__ == "__main__":
    main()
