"""Polygons of every format, reference system and fault, into one place."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from geo.datum.reference import Datum, from_register
from geo.errors import InputError, UsageError
from geo.intake import vector
from geo.intake.lint import overlaps
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register import fresh
from geo.register.store import Register

Import = Callable[..., Outcome]
Rows = Callable[[Register, str], list[dict[str, Any]]]
Polygons = Callable[..., Path]
Verdicts = Callable[[Outcome], dict[str, int]]
SQUARE = shapely.box(102.70, 25.04, 102.701, 25.041)
BOW_TIE = shapely.Polygon([(102.7, 25), (102.71, 25.01), (102.71, 25), (102.7, 25.01)])


def test_polygons_are_repaired_held_or_skipped(
    register: Register, tmp_path: Path, rows: Rows, polygons: Polygons
) -> None:
    path = polygons(
        tmp_path / "p.gpkg",
        ("square", SQUARE),
        ("bow_tie", BOW_TIE),
        ("line", shapely.LineString([(102, 25), (103, 25)])),
        ("nothing", None),
        ("swapped", shapely.box(25.04, 102.70, 25.041, 102.701)),
        ("null_island", shapely.box(0, 0, 0.001, 0.001)),
        ("sliver", shapely.box(102.7, 25, 102.700001, 25.000001)),
        ("square", SQUARE),
        ("bow_tie", SQUARE),
    )
    outcome = import_file(register, "compounds", path)
    assert outcome.verdicts == [
        "loaded", "warned", "quarantined", "quarantined", "quarantined", "quarantined",
        "quarantined", "skipped", "quarantined",
    ]  # fmt: skip
    assert [item.rule for item in sorted(outcome.findings.found, key=lambda item: item.position)] == [
        "bow_tie", "open_line", "no_geometry", "swapped_axes", "null_island", "sliver",
        "duplicate", "duplicate",
    ]  # fmt: skip
    found = rows(
        register, "select code, st_isvalid(geom) as ok, st_area(geom) as a from compound_shape"
    )
    assert {row["code"] for row in found} == {"square", "bow_tie"}
    assert all(row["ok"] for row in found)
    assert rows(register, "select geometrytype(geom) as t from compound_shape group by 1") == [
        {"t": "MULTIPOLYGON"}
    ]


@pytest.mark.parametrize("ending", ["gpkg", "shp", "shp.zip", "geojson", "fgb"])
def test_every_format_and_projected_system_lands_on_the_same_place(
    register: Register, tmp_path: Path, ending: str, rows: Rows, verdicts: Verdicts
) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"], "name": ["甲"]}, geometry=[SQUARE], crs=4490)
    crs = 4326 if ending == "geojson" else 4543
    path = tmp_path / f"p.{ending}"
    frame.to_crs(crs).to_file(path, driver="ESRI Shapefile" if "shp" in ending else None)
    outcome = import_file(register, "compounds", path)
    assert verdicts(outcome) == {"loaded": 1}
    (row,) = rows(register, "select st_asbinary(geom) as wkb from compound_shape")
    assert shapely.hausdorff_distance(shapely.from_wkb(row["wkb"]), SQUARE) < 1e-9


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_undeclared_reference_system_stops(
    register: Register, tmp_path: Path, polygons: Polygons
) -> None:
    path = polygons(tmp_path / "p.gpkg", ("A", SQUARE), crs=None)
    with pytest.raises(InputError, match="没有声明坐标系.*--crs"):
        import_file(register, "compounds", path)
    assert register.changes() == []
    assert import_file(register, "compounds", path, Options(crs="EPSG:4490")).change == 1
    with pytest.raises(UsageError, match="不认识坐标系"):
        import_file(register, "compounds", path, Options(crs="EPSG:nonsense"))


def test_whole_numbers_stay_whole_beside_a_missing_one(
    register: Register, tmp_path: Path, rows: Rows
) -> None:
    code = 530102001001000123
    beside = shapely.affinity.translate(SQUARE, 0.01)
    frame = gpd.GeoDataFrame({"code": [code, code + 1]}, geometry=[SQUARE, beside], crs=4490)
    frame["code"] = frame["code"].astype("Int64")
    frame.loc[2] = {"code": None, "geometry": SQUARE}
    frame.set_crs(4490).to_file(tmp_path / "p.gpkg")
    outcome = import_file(register, "compounds", tmp_path / "p.gpkg")
    assert outcome.verdicts == ["loaded", "loaded", "quarantined"]
    found = rows(register, "select code from compound_shape order by code")
    assert [row["code"] for row in found] == [str(code), str(code + 1)]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
@pytest.mark.parametrize("packed", [False, True])
def test_shapefile_that_does_not_say_its_encoding(
    register: Register, tmp_path: Path, encoding: str, packed: bool, rows: Rows
) -> None:
    folder = tmp_path / "图形"
    folder.mkdir()
    frame = gpd.GeoDataFrame({"code": ["A"], "name": ["翠湖小区"]}, geometry=[SQUARE], crs=4490)
    frame.to_file(folder / "p.shp", encoding=encoding)
    (folder / "p.cpg").unlink()
    path = folder / "p.shp"
    if packed:
        path = tmp_path / "p.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(folder.iterdir()):
                archive.write(part, f"shapes/{part.name}")
    import_file(register, "compounds", path)
    assert rows(register, "select name from compound") == [{"name": "翠湖小区"}]


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2343", "EPSG:4214", "EPSG:4555"])
def test_old_datums_are_refused(register: Register, tmp_path: Path, crs: str) -> None:
    frame = gpd.GeoDataFrame({"code": ["A"]}, geometry=[SQUARE], crs=crs)
    frame.to_file(tmp_path / "p.gpkg")
    with pytest.raises(InputError, match="没有公开的转换参数"):
        import_file(register, "compounds", tmp_path / "p.gpkg")


def test_divisions_without_shapes_or_dates_keep_what_is_known(
    import_csv: Import, register: Register, tmp_path: Path, rows: Rows
) -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["530112"], "起": ["2023-01-01"]}, geometry=[SQUARE], crs=4490
    )
    frame.to_file(tmp_path / "d.gpkg")
    import_file(register, "divisions", tmp_path / "d.gpkg")
    import_csv("divisions", "区划代码,名称", "530112,西山新名")
    found = rows(
        register,
        "select name, valid::text, geom is not null as drawn from division where upper_inf(known)",
    )
    assert [tuple(row.values()) for row in found] == [("西山新名", "[2023-01-01,)", True)]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_polygons_come_back_when_their_datum_is_declared(
    register: Register, tmp_path: Path, datum: str, rows: Rows, polygons: Polygons
) -> None:
    shifted = from_register(np.array([SQUARE], dtype=object), Datum.named(datum))
    path = polygons(tmp_path / "p.gpkg", ("A", shifted[0]))
    outcome = import_file(register, "compounds", path, Options(crs=datum))
    assert outcome.crs == datum
    (row,) = rows(register, "select st_asbinary(geom) as wkb from compound_shape")
    assert shapely.hausdorff_distance(shapely.from_wkb(row["wkb"]), SQUARE) < 1e-9
    assert register.changes()[0]["parameters"]["crs_applied"] == datum


def test_a_polygon_far_from_the_one_of_its_code_is_warned(
    register: Register, tmp_path: Path, polygons: Polygons
) -> None:
    near = shapely.affinity.translate(SQUARE, 0.0005)
    import_file(
        register, "compounds", polygons(tmp_path / "old.gpkg", ("A", SQUARE), ("B", SQUARE))
    )
    far = polygons(
        tmp_path / "new.gpkg",
        ("A", shapely.affinity.translate(SQUARE, 0.003)),
        ("B", near),
        ("C", shapely.affinity.translate(SQUARE, 0.01)),
    )
    found = import_file(register, "compounds", far).findings.found
    left = [item for item in found if item.rule == "left_its_place"]
    assert [item.value for item in left] == ["A"]
    assert "302." in left[0].message  # 0.003 degrees of longitude at 25.04 degrees north, in metres
    again = import_file(register, "compounds", far)
    assert "left_its_place" not in {item.rule for item in again.findings.found}


def test_a_large_layer_comes_in_as_a_small_one_does(
    new_register: Callable[[], Register],
    rows: Callable[[Register, str], list[dict[str, Any]]],
    polygons: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    square = shapely.box(102.7, 25.04, 102.701, 25.041)
    shapes = [
        *(shapely.affinity.translate(square, place / 500) for place in range(9)),
        shapely.affinity.translate(square, 0.0005),
        shapely.Polygon([(102.8, 25), (102.801, 25.001), (102.801, 25), (102.8, 25.001)]),
        shapely.affinity.translate(square, -102.7, -25.04),
        None,
        square,
    ]
    codes = [f"53010200{place:04d}" for place in [*range(9), 20, 21, 22, 23, 5]]
    path = polygons(tmp_path / "c.gpkg", *zip(codes, shapes, strict=True), 建筑面积=[1234.5] * 14)
    told, held = [], []
    for many in (10**9, 1):
        monkeypatch.setattr(vector, "MANY", many)
        monkeypatch.setattr(overlaps, "MANY", many)
        monkeypatch.setattr(fresh, "WORTH_IT_ROWS", many)
        register = new_register()
        outcome = import_file(register, "compounds", path)
        told.append(outcome.as_json())
        assert register.changes()[0]["counts"] == outcome.counts  # what came late is in it
        held.append(
            [
                rows(register, f"select to_jsonb(t) - 'id' as t from {table} t order by {order}")
                for table, order in (
                    ("compound", "code"),
                    ("compound_shape", "code"),
                    ("held_row", "digest"),
                )
            ]
        )
        again = import_file(register, "compounds", path)
        assert again.change is None
    assert told[0] == told[1]
    assert held[0] == held[1]
    assert told[0]["verdicts"]["quarantined"] == 3
    assert told[0]["verdicts"]["warned"] == 3
