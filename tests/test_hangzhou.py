"""Real polygons (OpenStreetMap, Hangzhou) with a ledger of our making, against plain geopandas.

The data is not part of the project; the tests run where it lies beside the checkout.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geo.action_plan import Definition
from geo.codes import uscc_check_character
from geo.coverage import coverage
from geo.intake.load import Options, import_file
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.takeover.plan.make import Plan, make_plan

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "hangzhou"
YEAR_END = dt.date(2025, 12, 31)
MODES = ["市场化物业", "国有物业", "社区托管", "居民自管", "无物业", "未核实"]
WEIGHTS = [0.45, 0.1, 0.05, 0.05, 0.3, 0.05]

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real polygons are not at hand")


@pytest.fixture(scope="module")
def polygons() -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "residential.geojson")


@pytest.fixture(scope="module")
def ledger(polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(33)
    count = len(polygons)
    mode = rng.choice(MODES, count, p=WEIGHTS)
    area = np.round(rng.lognormal(10.5, 1, count), 2)
    managed = np.isin(mode, MODES[:2])
    return pd.DataFrame(
        {
            "小区编码": polygons["osm_id"].astype(str),
            "区划代码": "330102",
            "建成年份": rng.integers(1975, 2022, count),
            "建筑面积(㎡)": np.where(rng.random(count) < 0.1, np.nan, area),
            "服务模式": mode,
            "物业项目编码": np.where(managed, "P" + polygons["osm_id"].astype(str), ""),
            "服务起始日期": rng.choice(["2019-05-01", "2025-12-31", "2026-01-01"], count, p=[0.9, 0.05, 0.05]),
            "依据日期": rng.choice(["", "2024-05-01", "2026-02-01"], count),
        }
    )  # fmt: skip


def rows_overlapping(polygons: gpd.GeoDataFrame) -> list[int]:
    """Give the rows, counted from 1, that share 20 m² and a metre's width with another."""
    metric = polygons.geometry.to_crs(32650).to_numpy()
    left, right = shapely.STRtree(metric).query(metric, "intersects")
    shared = shapely.intersection(metric[left], metric[right])
    wide = shapely.area(shared) > np.maximum(20, shapely.length(shared) / 2)
    return sorted({int(row) + 1 for row in left[wide & (left != right)]})


@pytest.fixture(scope="module")
def snapshot(
    brief_register: Callable[[], AbstractContextManager[Register]],
    tmp_path_factory: pytest.TempPathFactory,
    polygons: gpd.GeoDataFrame,
    ledger: pd.DataFrame,
) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("hangzhou")
    with brief_register() as register:
        _fill(register, folder, polygons, ledger)
        yield Snapshots(register, folder).get(YEAR_END)


def _fill(
    register: Register, folder: Path, polygons: gpd.GeoDataFrame, ledger: pd.DataFrame
) -> None:
    outcome = import_file(
        register, "compounds", DATA / "residential.geojson", Options(renames={"code": "osm_id"})
    )
    assert outcome.counts["loaded"] + outcome.counts["warned"] == len(polygons) == 2112
    found = [(item.rule, item.row) for item in outcome.findings.found]
    assert found == [("overlap", row) for row in rows_overlapping(polygons)]
    ledger.to_excel(folder / "台账.xlsx", index=False, sheet_name="台账")
    assert import_file(register, "ledger", folder / "台账.xlsx").exit_code == 0
    rivers = gpd.read_file(DATA / "water.gpkg")
    rivers = rivers[rivers["fclass"] == "river"][["name", "geometry"]].assign(kind="河流")
    rivers.to_file(folder / "rivers.gpkg")
    import_file(register, "barriers", folder / "rivers.gpkg")
    head = "91330102MA2K00001"
    uscc = head + uscc_check_character(head)
    projects = ledger.loc[ledger["物业项目编码"] != "", ["物业项目编码"]]
    projects = projects.rename(columns={"物业项目编码": "项目编码"}).assign(
        统一社会信用代码=uscc, **{"可增管面积(㎡)": 40000}
    )
    projects.to_csv(folder / "projects.csv", index=False)
    import_file(register, "projects", folder / "projects.csv")


def expected(polygons: gpd.GeoDataFrame, ledger: pd.DataFrame, snapshot: Snapshot) -> pd.DataFrame:
    """Work the join out again in pandas; imputed areas from the register's own land areas."""
    frame = ledger.assign(code=ledger["小区编码"])
    frame = frame[frame["建成年份"] <= 2025].copy()
    started = frame["服务起始日期"] <= "2025-12-31"
    frame["mode"] = frame["服务模式"].where(started, "未核实")
    evidence = frame["依据日期"]
    frame["evidenced"] = (evidence != "") & (evidence <= "2025-12-31")
    land = dict(
        zip(
            snapshot.column("compounds", "code").tolist(),
            snapshot.column("compounds", "land_area_dm2").tolist(),
            strict=True,
        )
    )
    ratio = np.where(frame["建成年份"] <= 2000, 18, 25)
    imputed = [
        int((Decimal(land[code]) * int(r) / 10).to_integral_value("ROUND_HALF_UP"))
        for code, r in zip(frame["code"], ratio, strict=True)
    ]
    given = [
        None if pd.isna(value) else int((Decimal(str(value)) * 100).to_integral_value())
        for value in frame["建筑面积(㎡)"]
    ]
    frame["area"] = [mine if own is None else own for own, mine in zip(given, imputed, strict=True)]
    return frame


def test_counts_and_coverage_equal_plain_pandas(
    snapshot: Snapshot, polygons: gpd.GeoDataFrame, ledger: pd.DataFrame
) -> None:
    frame = expected(polygons, ledger, snapshot)
    bands = {"A": {"市场化物业", "国有物业"}, "B": {"市场化物业", "国有物业", "社区托管"}}
    bands["C"] = bands["B"]
    for band, modes in bands.items():
        yes = frame["mode"].isin(modes)
        if band == "C":
            yes |= (frame["mode"] == "居民自管") & frame["evidenced"]
        for basis, weight in (("floor", frame["area"]), ("count", pd.Series(1, frame.index))):
            total = coverage(snapshot, "I1", "county", Definition(band, basis)).total  # type: ignore[arg-type]
            assert total.denominator == weight.sum()
            assert total.numerator == weight[yes].sum()
            assert total.unknown == weight[frame["mode"] == "未核实"].sum()


def test_land_areas_agree_with_pyproj(snapshot: Snapshot, polygons: gpd.GeoDataFrame) -> None:
    geod = Geod(ellps="GRS80")
    true = {
        str(code): abs(geod.geometry_area_perimeter(shape)[0])
        for code, shape in zip(polygons["osm_id"], polygons.geometry, strict=True)
    }
    codes = snapshot.column("compounds", "code").tolist()
    ours = snapshot.column("compounds", "land_area_dm2") / 100
    worst = max(
        abs(area - true[code]) / true[code] for code, area in zip(codes, ours, strict=True) if true[code] > 100
    )  # fmt: skip
    assert worst < 1e-4


@pytest.fixture(scope="module")
def plan(snapshot: Snapshot) -> Plan:
    return make_plan(snapshot, 330102, Decimal("0.75"), Definition())


def test_no_suggested_pair_is_cut_by_a_river(plan: Plan, polygons: gpd.GeoDataFrame) -> None:
    assert len(plan.suggestions) > 20
    local = polygons.to_crs("EPSG:4549").set_index(polygons["osm_id"].astype(str)).geometry
    water = gpd.read_file(DATA / "water.gpkg").to_crs(local.crs)
    rivers = water[water["fclass"] == "river"].geometry.make_valid().to_numpy()
    index = shapely.STRtree(rivers)
    for item in plan.suggestions:
        old, host = local[item.compound], local[item.via]
        assert old.distance(host) == pytest.approx(item.gap_mm / 1000, rel=2e-3, abs=0.05)
        assert item.gap_mm <= 500_000
        if old.distance(host) == 0:
            continue
        assert _free_segment(old, host, rivers, index), (item.compound, item.via)


def _free_segment(old: Any, host: Any, rivers: Any, index: shapely.STRtree) -> bool:
    """Tell whether some shortest segment between two polygons meets no river outside both.

    Shortest segments are sought from every vertex of both outlines, densified to a metre.
    """
    gap = old.distance(host)
    segments = [shapely.shortest_line(old, host)]
    for one, other in ((old, host), (host, old)):
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(one.boundary, 1.0)))
        near = points[shapely.distance(points, other) <= gap + 0.01]
        segments += list(shapely.shortest_line(near, other))
    for segment in segments:
        outside = segment.difference(old).difference(host)
        if not len(index.query(outside, predicate="intersects")):
            return True
        hits = rivers[index.query(outside)]
        if max(shapely.length(shapely.intersection(outside, hits)), default=0) < 0.01:
            return True
    return False


def test_plan_reaches_what_it_says(plan: Plan, snapshot: Snapshot) -> None:
    areas = dict(
        zip(
            snapshot.column("compounds", "code").tolist(),
            snapshot.column("compounds", "floor_area_dm2").tolist(),
            strict=True,
        )
    )
    total = coverage(snapshot, "I1", "county", division=330102).total
    gained = sum(areas[item.compound] for item in plan.suggestions)
    if plan.status == "reached":
        assert total.numerator + gained >= Decimal("0.75") * total.denominator
    loads: dict[str, int] = {}
    for item in plan.suggestions:
        loads[item.project] = loads.get(item.project, 0) + areas[item.compound]
    assert max(loads.values()) <= 4_000_000
