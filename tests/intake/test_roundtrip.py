from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import NotFound, UsageError
from geo.intake.lint.measure import area_m2
from geo.intake.load import Options, import_file
from geo.intake.roundtrip.displacement import displacements_m, is_moved
from geo.intake.roundtrip.export import export_boundaries
from geo.intake.verdicts import Outcome
from geo.register.store import Register

METRE = 1 / 111_000
COUNTIES = {"530102": (102.6, "五华区"), "530103": (102.8, "盘龙区")}


def circle(lon: float, lat: float, radius_m: float = 80, points: int = 40) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return shapely.Polygon(
        np.column_stack(
            [lon + radius_m * METRE * np.cos(angle), lat + radius_m * METRE * np.sin(angle)]
        )
    )


SHAPES = {"A": circle(102.7, 25.04), "B": circle(102.71, 25.05), "C": circle(102.85, 25.05)}


def write(path: Path, shapes: dict[str, Any], **columns: Any) -> Path:
    words = {"小区编码": list(shapes), "小区名称": [f"{code}小区" for code in shapes]} | columns
    gpd.GeoDataFrame(words, geometry=list(shapes.values()), crs=4490).to_file(path)
    return path


@pytest.fixture
def filled(register: Register, tmp_path: Path) -> Register:
    """Two counties, and three compounds in them."""
    frame = gpd.GeoDataFrame(
        {"code": list(COUNTIES), "name": [name for _, name in COUNTIES.values()]},
        geometry=[shapely.box(west, 25.0, west + 0.2, 25.2) for west, _ in COUNTIES.values()],
        crs=4490,
    )
    frame.to_file(tmp_path / "counties.gpkg")
    import_file(register, "divisions", tmp_path / "counties.gpkg")
    import_file(register, "compounds", write(tmp_path / "first.gpkg", SHAPES))
    return register


def edit(path: Path, shapes: dict[str, Any]) -> Path:
    """Put other shapes into an export, as a drawing program would."""
    frame = gpd.read_file(path)
    for code, shape in shapes.items():
        frame.loc[frame["小区编码"] == code, "geometry"] = gpd.GeoSeries([shape], crs=4490).to_crs(
            frame.crs
        )[0]
    frame.to_file(path, layer=pyogrio.list_layers(path)[0][0])
    return path


def states(outcome: Outcome) -> dict[str, str]:
    return {item.code: item.state for item in outcome.differences}


def current(register: Register, code: str) -> Any:
    with register.connect() as connection:
        row = connection.execute(
            "select st_asbinary(geom) as wkb from compound_shape"
            " where code = %s and upper_inf(known) and upper_inf(valid)",
            [code],
        ).fetchone()
    assert row is not None
    return shapely.from_wkb(row["wkb"])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4543", "EPSG:4522", "EPSG:4542", "EPSG:3857"])
def test_unedited_export_changes_nothing(filled: Register, tmp_path: Path, crs: str) -> None:
    path = tmp_path / "out.gpkg"
    written = export_boundaries(filled, "compounds", path, crs=crs)
    assert (written.rows, written.known, written.crs) == (3, 2, crs)
    outcome = import_file(filled, "compounds", path)
    assert outcome.change is None
    assert outcome.verdicts == ["unchanged"] * 3
    assert states(outcome) == dict.fromkeys("ABC", "unchanged")
    assert all(item.displacement_m == 0 and item.iou == 1 for item in outcome.differences)


@pytest.mark.parametrize("kind", ["areas", "divisions"])
def test_areas_and_divisions_go_round_too(filled: Register, tmp_path: Path, kind: str) -> None:
    frame = gpd.GeoDataFrame(
        {"管理区域编码": ["M1"], "备案号": ["K7"]}, geometry=[circle(102.7, 25.04, 300)], crs=4490
    )
    frame.to_file(tmp_path / "m.gpkg")
    import_file(filled, "areas", tmp_path / "m.gpkg")
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, kind, path, crs="EPSG:4543")
    outcome = import_file(filled, kind, path)
    assert outcome.change is None
    assert set(states(outcome).values()) == {"unchanged"}


def test_only_what_was_edited_changes_and_the_differences_come_first(
    filled: Register, tmp_path: Path
) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path, crs="EPSG:4543")
    wider = circle(102.7, 25.04, 100)
    edit(path, {"A": wider, "B": shapely.affinity.translate(SHAPES["B"], 0, 50 * METRE)})
    before = {code: current(filled, code).wkb for code in SHAPES}
    tried = import_file(filled, "compounds", path, Options(dry_run=True))
    assert {code: current(filled, code).wkb for code in SHAPES} == before
    assert states(tried) == {"A": "reshaped", "B": "moved", "C": "unchanged"}
    reshaped, moved, _ = tried.differences
    old_m2, new_m2 = area_m2(np.array([SHAPES["A"], wider], dtype=object))
    assert reshaped.area_before_m2 == pytest.approx(old_m2, abs=0.01)
    assert reshaped.area_after_m2 == pytest.approx(new_m2, rel=1e-6)
    assert reshaped.iou == pytest.approx(0.64, abs=1e-3)  # (80 / 100)²
    assert reshaped.displacement_m == pytest.approx(20 * METRE * 110_773, abs=0.1)
    assert moved.displacement_m == pytest.approx(50 * METRE * 110_773, abs=0.1)
    assert moved.area_after_m2 == pytest.approx(moved.area_before_m2, rel=1e-4)
    outcome = import_file(filled, "compounds", path)
    assert outcome.differences == tried.differences
    assert outcome.verdicts == ["loaded", "loaded", "unchanged"]
    assert current(filled, "C").wkb == before["C"]
    assert displacements_m(np.array([current(filled, "A")]), np.array([wider]))[0] < 0.01
    with filled.connect() as connection:
        found = connection.execute("select notes from compound where notes is not null").fetchall()
    assert found == []  # the tags are nobody's remarks


def test_an_edit_over_anothers_edit_is_a_conflict(filled: Register, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path)
    theirs = {"A": circle(102.7, 25.04, 120), "B": circle(102.71, 25.05, 120)}
    import_file(filled, "compounds", write(tmp_path / "theirs.gpkg", theirs))
    edit(path, {"A": circle(102.7, 25.04, 60)})
    outcome = import_file(filled, "compounds", path, Options(dry_run=True))
    # B was not edited here: their newer polygon stays.
    assert states(outcome) == {"A": "reshaped", "B": "kept", "C": "unchanged"}
    assert [item.edited_since_export for item in outcome.differences] == [True, True, False]
    assert [item.rule for item in outcome.findings.found] == ["edited_since_export"]
    assert outcome.verdicts == ["warned", "unchanged", "unchanged"]
    assert [item.rule for item in outcome.findings.notices] == ["kept_newer"]
    import_file(filled, "compounds", path)
    assert displacements_m(np.array([current(filled, "B")]), np.array([theirs["B"]]))[0] < 1e-6


def test_rows_drawn_in_the_export_are_new(filled: Register, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path)
    frame = gpd.read_file(path)
    frame.loc[3, ["小区编码", "geometry"]] = ["D", circle(102.72, 25.03)]
    frame.to_file(path, layer="compounds")
    outcome = import_file(filled, "compounds", path)
    assert states(outcome) == {**dict.fromkeys("ABC", "unchanged"), "D": "new"}
    assert outcome.verdicts == ["unchanged"] * 3 + ["loaded"]


def test_a_polygon_that_left_its_place_is_warned(filled: Register, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path)
    edit(path, {"A": circle(102.73, 25.04)})
    outcome = import_file(filled, "compounds", path, Options(dry_run=True))
    assert [item.rule for item in outcome.findings.found] == ["left_its_place"]


def test_only_a_division_is_exported(filled: Register, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    assert export_boundaries(filled, "compounds", path, division="530103").rows == 1
    assert list(gpd.read_file(path)["小区编码"]) == ["C"]
    assert export_boundaries(filled, "divisions", path, division="530102").rows == 1
    with pytest.raises(NotFound, match="530199"):
        export_boundaries(filled, "compounds", path, division="530199")


def test_the_ledgers_division_counts_before_the_place(filled: Register, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("小区编码,区划代码\nC,530102\n", "utf-8")
    import_file(filled, "ledger", tmp_path / "l.csv")
    path = tmp_path / "out.gpkg"
    assert export_boundaries(filled, "compounds", path, division="530102").rows == 3
    with pytest.raises(NotFound, match="没有可导出"):
        export_boundaries(filled, "compounds", path, division="530103")


def test_same_register_same_bytes_and_the_layer_says_when(filled: Register, tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "out.gpkg", tmp_path / "b" / "out.gpkg"
    for path in (one, two):
        path.parent.mkdir()
        export_boundaries(filled, "compounds", path)
    assert one.read_bytes() == two.read_bytes()
    info = pyogrio.read_info(one)
    assert "第 2 号变更" in info["layer_metadata"]["DESCRIPTION"]
    frame = gpd.read_file(one)
    assert list(frame["wuye_from"]) == [2, 2, 2]
    assert frame["wuye_print"].str.fullmatch("[0-9a-f]{16}").all()


def test_made_up_boundaries_stay_made_up(register: Register, tmp_path: Path) -> None:
    import_file(register, "compounds", write(tmp_path / "示例数据.gpkg", SHAPES))
    path = tmp_path / "out.gpkg"
    export_boundaries(register, "compounds", path)
    edit(path, {"A": circle(102.7, 25.04, 100)})
    import_file(register, "compounds", path)
    assert [row["made_up"] for row in register.changes()] == [True, True]


def test_a_real_change_of_shape_keeps_the_past(filled: Register, tmp_path: Path) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path)
    edit(path, {"A": circle(102.7, 25.04, 100)})
    outcome = import_file(filled, "compounds", path, Options(effective=dt.date(2025, 1, 1)))
    assert states(outcome)["A"] == "reshaped"
    with filled.connect() as connection:
        found = connection.execute(
            "select valid::text as v from compound_shape where code = 'A' and upper_inf(known)"
            " order by valid"
        ).fetchall()
    assert [row["v"] for row in found] == ["(,2025-01-01)", "[2025-01-01,)"]


@pytest.mark.parametrize(
    ("kind", "name", "crs", "words"),
    [
        ("ledger", "o.gpkg", "EPSG:4490", "没有可导出的类型"),
        ("compounds", "o.shp", "EPSG:4490", "应为 .gpkg"),
        ("compounds", "nowhere/o.gpkg", "EPSG:4490", "无法写入"),
        ("compounds", "o.gpkg", "gcj02", "没有这种坐标系"),
        ("compounds", "o.gpkg", "EPSG:nonsense", "不认识坐标系"),
    ],
)
def test_what_cannot_be_exported_is_said(
    register: Register, tmp_path: Path, kind: str, name: str, crs: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        export_boundaries(register, kind, tmp_path / name, crs=crs)


@settings(max_examples=60, deadline=None)
@given(east_m=st.floats(-500, 500), north_m=st.floats(-500, 500), radius_m=st.floats(20, 400))
def test_a_moved_shape_is_told_from_a_reshaped_one(
    east_m: float, north_m: float, radius_m: float
) -> None:
    before = circle(102.7, 25.04, radius_m)
    step = (east_m * METRE, north_m * METRE)
    moved = shapely.affinity.translate(before, *step)
    grown = shapely.affinity.translate(circle(102.7, 25.04, radius_m + 1), *step)
    left, right = np.array([before, before]), np.array([moved, grown])
    assert is_moved(left, right).tolist() == [True, False]
    # Against an independent measure: each vertex moved by just the step.
    expected = np.hypot(east_m * METRE * 100_950, north_m * METRE * 110_773)
    assert displacements_m(left[:1], right[:1])[0] <= expected * 1.001 + 0.01


def test_displacement_of_many_vertices_is_quick_and_the_same() -> None:
    few, many = circle(102.7, 25.04), circle(102.7, 25.04, points=20_000)
    moved = shapely.affinity.translate(many, 10 * METRE, 0)
    shapes = np.array([many, few, None], dtype=object)
    found = displacements_m(shapes, np.array([moved, few, few], dtype=object))
    assert found[0] == pytest.approx(10 * METRE * 100_950, abs=0.1)
    assert found[1:].tolist() == [0.0, np.inf]


def test_a_copy_under_a_new_code_is_not_taken_for_an_edit_of_another(
    filled: Register, tmp_path: Path
) -> None:
    path = tmp_path / "out.gpkg"
    export_boundaries(filled, "compounds", path)
    frame = gpd.read_file(path)
    frame.loc[3] = frame.loc[0]
    frame.loc[3, ["小区编码", "geometry"]] = ["D", circle(102.72, 25.03)]
    frame.to_file(path, layer="compounds")
    outcome = import_file(filled, "compounds", path)
    said = [item.message for item in outcome.findings.found if item.rule == "edited_since_export"]
    assert len(said) == 1
    assert "登记库中却没有这个编码的图形" in said[0]
