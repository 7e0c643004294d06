"""Compounds without a polygon stand somewhere inside their division, and say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot
from geo.takeover.plan.candidates import NO_POLYGON

DAY = dt.date(2024, 6, 1)
LEDGER = "小区编码,小区名称,区划代码,建成年份,服务模式"
Import = Callable[..., Outcome]

# A street like a horseshoe: the middle of its box lies outside it.
HORSESHOE = shapely.box(102.6, 25.0, 102.8, 25.2) - shapely.box(102.65, 25.05, 102.75, 25.2)
OUTLINES = {
    "530102": shapely.box(102.6, 25.0, 103.0, 25.2),
    "530102001": HORSESHOE,
    "530102001001": shapely.box(102.6, 25.0, 102.65, 25.2),
}


@pytest.fixture
def outlines(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "divisions.gpkg"
    columns = {
        "code": list(OUTLINES),
        "name": ["县", "街道", "社区"],
        "geometry": list(OUTLINES.values()),
    }
    gpd.GeoDataFrame(columns, crs="EPSG:4490").to_file(path)
    import_file(register, "divisions", path, Options(author="test"))


def points(snapshot: Snapshot) -> dict[str, shapely.Point | None]:
    codes, x, y = (snapshot.column("compounds", name).tolist() for name in ("code", "x", "y"))
    return {
        code: None if np.isnan(lon) else shapely.Point(lon, lat)
        for code, lon, lat in zip(codes, x, y, strict=True)
    }


def flagged(snapshot: Snapshot) -> set[str]:
    bit = 1 << FLAGS.index("placeholder")
    pairs = zip(
        snapshot.column("compounds", "code").tolist(),
        snapshot.column("compounds", "flags").tolist(),
        strict=True,
    )
    return {code for code, flags in pairs if flags & bit}


@pytest.mark.usefixtures("outlines")
def test_the_deepest_outline_holds_them(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv(
        "ledger", LEDGER, "A,甲,530102001001,1990,无物业", "B,乙,530102001,1990,无物业",
        "C,丙,530102002,1990,无物业", "D,丁,530103,1990,无物业", "E,戊,,1990,无物业",
    )  # fmt: skip
    found = points(snapshots.get(DAY))
    for code, division in (("A", "530102001001"), ("B", "530102001"), ("C", "530102")):
        assert OUTLINES[division].contains(found[code]), code
    assert found["D"] is found["E"] is None
    assert flagged(snapshots.get(DAY)) == {"A", "B", "C"}


@pytest.mark.usefixtures("outlines")
def test_many_in_one_street_keep_apart_and_inside(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", LEDGER, *(f"N{i},第{i}院子,530102001,1990,无物业" for i in range(200)))
    found = list(points(snapshots.get(DAY)).values())
    assert all(HORSESHOE.contains(point) for point in found)
    assert len({(point.x, point.y) for point in found if point}) == 200


@pytest.mark.usefixtures("outlines")
def test_a_point_stays_whatever_comes_beside_it(import_csv: Import, snapshots: Snapshots) -> None:
    import_csv("ledger", LEDGER, "A,甲,530102001,1990,无物业")
    before = points(snapshots.get(DAY))["A"]
    import_csv("ledger", LEDGER, "B,乙,530102001,1990,无物业", "0,零,530102001,1990,无物业")
    assert points(snapshots.get(DAY))["A"] == before


@pytest.mark.usefixtures("outlines")
def test_a_polygon_takes_the_placeholders_place(
    register: Register, import_csv: Import, snapshots: Snapshots, tmp_path: Path
) -> None:
    import_csv("ledger", LEDGER, "A,甲,530102001,1990,无物业")
    shape = shapely.box(102.61, 25.01, 102.612, 25.012)
    path = tmp_path / "polygons.gpkg"
    gpd.GeoDataFrame({"code": ["A"], "geometry": [shape]}, crs="EPSG:4490").to_file(path)
    import_file(register, "compounds", path, Options(author="test"))
    found = snapshots.get(DAY)
    assert flagged(found) == set()
    assert shape.contains(points(found)["A"])


@pytest.mark.usefixtures("outlines")
def test_takeover_measures_from_no_placeholder(import_csv: Import, snapshots: Snapshots) -> None:
    from geo.action_plan import Definition
    from geo.takeover.plan import candidates

    import_csv("ledger", LEDGER, "A,甲,530102001,1990,无物业")
    classes = candidates.gap_classes(snapshots.get(DAY), Definition(), None)
    assert classes[NO_POLYGON].tolist() == [0]
    assert classes[candidates.CANDIDATE].tolist() == []
