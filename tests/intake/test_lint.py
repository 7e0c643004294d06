from __future__ import annotations

import sqlite3
import struct
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.datum.reference import Datum, Geometries, from_register, to_register
from geo.intake.lint import limits
from geo.intake.lint.check import CHUNK, lint
from geo.intake.lint.measure import area_m2, mean_width_m, quick_area_m2
from geo.intake.load import import_file
from geo.intake.verdicts import Findings
from geo.register.store import Register

DEGREES = Datum.named("EPSG:4490")
GEOD = Geod(a=6378137.0, rf=298.257222101)
WEST, SOUTH = 102.70, 25.04
METRE = 1 / 110_773  # of latitude
SQUARE = shapely.box(WEST, SOUTH, WEST + 0.001, SOUTH + 0.001)


def linted(
    *shapes: Any, datum: Datum = DEGREES, kind: str = "compounds"
) -> tuple[Geometries, Findings]:
    raw = np.array(shapes, dtype=object)
    findings = Findings(["图层"] * len(raw), list(range(1, len(raw) + 1)))
    return lint(raw, to_register(shapely.force_2d(raw), datum), datum, findings, kind), findings


def rules(findings: Findings) -> list[str]:
    return [item.rule for item in findings.found]


def square(east: float, north: float, side: float) -> shapely.Polygon:
    """A square in metres from the corner of `SQUARE`."""
    west, south = WEST + east * METRE, SOUTH + north * METRE
    return shapely.box(west, south, west + side * METRE, south + side * METRE)


def geodesic_area_m2(shape: Any) -> float:
    return abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0])


# Measures


@settings(max_examples=100, deadline=None)
@given(
    lon=st.floats(75, 134), lat=st.floats(4, 53), size_m=st.floats(5, 3000), angle=st.floats(0, 90)
)
def test_areas_are_those_of_the_ellipsoid(
    lon: float, lat: float, size_m: float, angle: float
) -> None:
    shape = shapely.affinity.rotate(
        shapely.box(lon, lat, lon + size_m * METRE, lat + size_m * METRE / 2), angle
    )
    shapes = np.array([shape], dtype=object)
    expected = geodesic_area_m2(shape)
    assert area_m2(shapes)[0] == pytest.approx(expected, rel=1e-6, abs=1e-3)
    assert quick_area_m2(shapes)[0] == pytest.approx(expected, rel=5e-4, abs=1e-3)


def test_mean_width_is_a_strips_width() -> None:
    strip = shapely.LineString([(WEST, SOUTH), (WEST, SOUTH + 0.01)]).buffer(
        1.5 / 2 / 100_900, cap_style="flat"
    )
    assert mean_width_m(np.array([strip]))[0] == pytest.approx(1.5, rel=0.01)


# One shape by itself


def test_a_good_shape_is_left_as_it_is() -> None:
    out, findings = linted(SQUARE)
    assert rules(findings) == []
    assert findings.notices == []
    assert shapely.equals_identical(out[0], shapely.normalize(shapely.MultiPolygon([SQUARE])))


def test_a_bow_tie_is_repaired_and_measured() -> None:
    tie = shapely.Polygon(
        [(WEST, SOUTH), (WEST + 0.002, SOUTH + 0.001), (WEST + 0.002, SOUTH), (WEST, SOUTH + 0.001)]
    )
    out, findings = linted(tie)
    assert rules(findings) == ["bow_tie"]
    assert shapely.is_valid(out[0])
    assert out[0].equals(shapely.make_valid(tie))
    assert f"{geodesic_area_m2(out[0]):,.0f} ㎡" in findings.found[0].message
    assert "部分 1 → 2" in findings.found[0].message


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        ("ring_touches_itself", "POLYGON((0 0, 4 0, 4 4, 2 4, 2 2, 1 3, 2 4, 0 4, 0 0))"),
        ("hole_outside", "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (5 5, 6 5, 6 6, 5 6, 5 5))"),
        ("nested_holes", "POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 3 2, 3 3, 2 3, 2 2))"),
        ("interior_cut", "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (2 0, 3 2, 2 4, 1 2, 2 0))"),
        ("nested_parts", "MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0)), ((2 2, 3 2, 3 3, 2 3, 2 2)))"),
    ],
)  # fmt: skip
def test_each_fault_of_rings_has_its_name(rule: str, shape: str) -> None:
    small = shapely.transform(shapely.from_wkt(shape), lambda xy: xy * 1e-4 + [WEST, SOUTH])
    out, findings = linted(small)
    assert rules(findings) == [rule]
    assert shapely.is_valid(out[0])
    assert "㎡ → " in findings.found[0].message


def test_parts_that_run_against_the_one_around_them_are_its_holes() -> None:
    outer, hole, island = square(0, 0, 300), square(50, 50, 100), square(80, 80, 20)
    turned = shapely.Polygon(list(hole.exterior.coords)[::-1])
    out, findings = linted(shapely.MultiPolygon([outer, turned, island]))
    assert rules(findings) == ["hole_as_part"]
    expected = outer.difference(hole).union(island)
    assert out[0].equals(expected)
    assert area_m2(out)[0] == pytest.approx(geodesic_area_m2(expected), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    turns=st.lists(st.booleans(), min_size=2, max_size=2),
    side=st.floats(30, 500),
    hole=st.floats(5, 20),
)
def test_windings_are_normalised_without_changing_the_area(
    turns: list[bool], side: float, hole: float
) -> None:
    rings = [square(0, 0, side).exterior.coords, square(5, 5, hole).exterior.coords]
    shell, inner = (
        list(ring)[:: -1 if turn else 1] for ring, turn in zip(rings, turns, strict=True)
    )
    shape = shapely.Polygon(shell, [inner])
    out, findings = linted(shape)
    assert rules(findings) == []
    assert shapely.is_ccw(shapely.get_exterior_ring(out[0].geoms[0])) == np.False_
    assert area_m2(out)[0] == pytest.approx(geodesic_area_m2(shape), rel=1e-6)


def test_tiny_holes_are_filled_and_tiny_parts_left_out() -> None:
    outer = square(0, 0, 100)
    holes = [square(10, 10, 0.5), square(30, 30, 10)]
    shape = shapely.Polygon(outer.exterior, [hole.exterior for hole in holes])
    out, findings = linted(shape, shapely.MultiPolygon([outer, square(200, 0, 0.5)]), SQUARE)
    assert rules(findings) == ["tiny_hole", "tiny_part"]
    assert out[0].equals(outer.difference(holes[1]))
    assert out[1].equals(outer)


def test_slivers_by_area_and_by_width() -> None:
    thin = shapely.box(WEST, SOUTH, WEST + 0.01, SOUTH + 0.8 * METRE)
    out, findings = linted(square(0, 0, 0.5), square(0, 0, 4), thin, square(0, 0, 6))
    assert rules(findings) == ["sliver", "small", "thin"]
    assert [shape is None for shape in out] == [True, False, False, False]
    assert "均宽 0.80 米" in findings.found[2].value


def test_a_spike_is_named_with_its_tip_and_kept() -> None:
    tip = (WEST + 0.0005, SOUTH + 0.003)
    corners = list(SQUARE.exterior.coords)[:-1]
    at = max(place for place, point in enumerate(corners) if point[1] > SQUARE.centroid.y)
    spiked = shapely.Polygon(
        [
            *corners[:at],
            (tip[0] + 1e-6, SOUTH + 0.001),
            tip,
            (tip[0] - 1e-6, SOUTH + 0.001),
            *corners[at:],
        ]
    )
    assert spiked.is_valid
    out, findings = linted(spiked)
    assert rules(findings) == ["spike"]
    assert findings.found[0].value == f"{tip[0]:.6f}, {tip[1]:.6f}"
    assert f"{0.002 / METRE:,.1f} 米" in findings.found[0].message
    assert out[0].equals(spiked)


@settings(max_examples=100, deadline=None)
@given(angle=st.floats(0, 360), half_m=st.floats(0.05, 4), start=st.integers(0, 5))
def test_spikes_are_told_by_their_angle_whichever_way_they_point(
    angle: float, half_m: float, start: int
) -> None:
    """An isosceles spike of 100 m on a square; its angle is known."""
    opening = np.degrees(2 * np.arctan(half_m / 100))
    if abs(opening - limits.SPIKE_ANGLE_DEG) < 0.02:
        return
    points = [
        (0, 0),
        (100, 0),
        (100, 100),
        (50 + half_m, 100),
        (50, 200),
        (50 - half_m, 100),
        (0, 100),
    ]
    points = points[start:] + points[:start]
    planar = shapely.affinity.rotate(shapely.Polygon(points), angle, origin=(0, 0))
    scale = [1 / (111_320 * np.cos(np.radians(SOUTH)) * 1.0006), METRE]
    shape = shapely.transform(planar, lambda xy: xy * scale + [WEST, SOUTH])
    _, findings = linted(shape)
    assert ("spike" in rules(findings)) == (opening < limits.SPIKE_ANGLE_DEG)


def test_far_flung_compounds_are_warned_and_divisions_are_not() -> None:
    far = shapely.MultiPolygon([SQUARE, shapely.affinity.translate(SQUARE, 1, 1)])
    assert rules(linted(far)[1]) == ["too_long"]
    assert rules(linted(far, kind="divisions")[1]) == []


def test_repeated_points_go_with_a_notice() -> None:
    corners = list(SQUARE.exterior.coords)
    out, findings = linted(shapely.Polygon([*corners[:2], *corners[1:3], *corners[2:]]))
    assert rules(findings) == []
    assert [item.message for item in findings.notices] == [
        "1 个图形中的 2 个重复顶点已去除，图形不变"
    ]
    assert shapely.get_num_coordinates(out[0]) == 5


def test_heights_and_measures_go_with_a_notice() -> None:
    solid = shapely.force_3d(SQUARE, 1890.0)
    measured = shapely.from_wkt(
        SQUARE.wkt.replace("POLYGON ((", "POLYGON ZM ((")
        .replace(", ", " 1 2, ")
        .replace("))", " 1 2))")
    )
    out, findings = linted(solid, measured, SQUARE)
    assert [(item.rule, item.message) for item in findings.notices] == [
        ("z_dropped", "Z 值已去除：2 个图形"),
        ("m_dropped", "M 值已去除：1 个图形"),
    ]
    assert not shapely.has_z(out).any()
    assert out[0].equals(out[1])


def test_coordinates_of_few_decimals_are_noted_for_the_file_alone() -> None:
    rough = [shapely.affinity.translate(SQUARE, 0.01 * step) for step in range(5)]
    findings = linted(*rough)[1]
    assert [item.rule for item in findings.notices] == ["coarse_coordinates"]
    assert linted(*rough, square(1.5, 1.5, 50))[1].notices == []


# Wrong kinds


def test_lines_become_polygons_when_they_close() -> None:
    ring = list(SQUARE.exterior.coords)
    nearly = shapely.LineString([*ring[:-1], (ring[-1][0], ring[-1][1] + 1.5 * METRE)])
    open_line = shapely.LineString([*ring[:-1], (ring[-1][0], ring[-1][1] + 40 * METRE)])
    pieces = shapely.MultiLineString([ring[:3], ring[2:]])
    out, findings = linted(shapely.LineString(ring), nearly, open_line, pieces)
    assert rules(findings) == ["line_closed", "line_closed", "open_line", "line_closed"]
    assert "1.50 米" in findings.found[1].message
    assert "40.0 米" in findings.found[2].message
    assert out[2] is None
    assert all(out[place].equals(SQUARE) for place in (0, 3))


def test_a_ring_within_a_ring_of_lines_is_a_hole() -> None:
    outer, inner = square(0, 0, 100), square(20, 20, 30)
    out, _ = linted(shapely.MultiLineString([outer.exterior, inner.exterior]))
    assert out[0].equals(outer.difference(inner))


def test_lines_that_cross_are_closed_to_valid_shapes() -> None:
    tie = shapely.LineString([(WEST, SOUTH), (WEST + 0.001, SOUTH + 0.001), (WEST + 0.001, SOUTH), (WEST, SOUTH + 0.001), (WEST, SOUTH)])  # fmt: skip
    out, _ = linted(tie)
    assert shapely.is_valid(out[0])


def test_collections_give_their_polygons_and_name_the_rest() -> None:
    line, point = shapely.LineString([(102, 25), (103, 25)]), shapely.Point(102, 25)
    nested = shapely.GeometryCollection([line, shapely.GeometryCollection([SQUARE, point])])
    out, findings = linted(nested, shapely.GeometryCollection([line, point]), point)
    assert rules(findings) == ["mixed_collection", "wrong_kind", "wrong_kind"]
    assert "舍去点、线" in findings.found[0].message
    assert out[0].equals(SQUARE)


def test_barriers_may_be_lines_but_not_mixed() -> None:
    line = shapely.LineString([(102, 25), (103, 25)])
    out, findings = linted(
        line, shapely.GeometryCollection([line, SQUARE]), SQUARE, kind="barriers"
    )
    assert rules(findings) == ["wrong_kind"]
    assert [shape is None for shape in out] == [False, True, False]


def test_nothing_drawn_is_held_but_for_divisions() -> None:
    empty = shapely.Polygon()
    assert rules(linted(None, empty)[1]) == ["no_geometry", "no_geometry"]
    assert rules(linted(None, empty, kind="divisions")[1]) == []


def test_curves_come_in_as_chords(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "curved.gpkg"
    gpd.GeoDataFrame({"小区编码": [530102001001000123]}, geometry=[SQUARE], crs=4490).to_file(
        path, layer="c"
    )
    angle = np.array([np.pi, np.pi / 2, 0, -np.pi / 2, np.pi])
    arc = np.column_stack([WEST + 0.001 * np.cos(angle), SOUTH + 0.001 * np.sin(angle)])
    blob = b"GP\x00\x01" + struct.pack("<i", 4490) + struct.pack("<BII", 1, 10, 1)
    blob += struct.pack("<BII", 1, 8, len(arc)) + arc.tobytes()
    with sqlite3.connect(path) as database:
        triggers = "select name from sqlite_master where type = 'trigger' and tbl_name = 'c'"
        for (name,) in database.execute(triggers).fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("update c set geom = ?", [blob])
        database.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
    database.close()
    with pytest.warns(RuntimeWarning, match="CURVEPOLYGON"):
        outcome = import_file(register, "compounds", path)
    assert outcome.verdicts == ["loaded"]
    assert "curves" in {item.rule for item in outcome.findings.notices}
    with register.connect() as connection:
        row = connection.execute("select code, st_area(geom) as a from compound_shape").fetchone()
    assert row is not None
    assert row["code"] == "530102001001000123"
    assert row["a"] == pytest.approx(np.pi * 0.001**2, rel=0.002)


# Nowhere


@pytest.mark.parametrize(
    ("rule", "shape"),
    [
        ("swapped_axes", shapely.box(SOUTH, WEST, SOUTH + 0.001, WEST + 0.001)),
        ("null_island", shapely.box(0, 0, 0.001, 0.001)),
        ("null_island", shapely.Polygon([(WEST, SOUTH), (WEST + 0.001, SOUTH), (0, 0)])),
        ("antimeridian", shapely.box(-179, 25, 179, 26)),
        ("antimeridian", shapely.affinity.translate(SQUARE, 360)),
        ("antimeridian", shapely.affinity.translate(SQUARE, -360)),
        ("far_away", shapely.box(-77, 38, -76.9, 38.1)),
        ("far_away", shapely.box(500_000, 2_770_000, 500_100, 2_770_100)),
        ("bad_coordinates", shapely.Polygon([(WEST, SOUTH), (np.inf, SOUTH), (WEST, 26)])),
    ],
)
def test_what_lies_nowhere_is_held_for_its_reason(rule: str, shape: Any) -> None:
    out, findings = linted(shape, SQUARE)
    assert rules(findings) == [rule]
    assert out[0] is None
    assert out[1] is not None


@pytest.mark.parametrize("crs", ["EPSG:4522", "EPSG:4543", "EPSG:4542"])
def test_swapped_metres_are_told_from_their_projection(crs: str) -> None:
    datum = Datum.named(crs)
    good = from_register(np.array([SQUARE]), datum)[0]
    swapped = shapely.transform(good, lambda xy: xy[:, ::-1])
    out, findings = linted(good, swapped, SQUARE, datum=datum)
    assert rules(findings) == ["swapped_axes", "far_away"]
    assert "横坐标与纵坐标颠倒" in findings.found[0].message
    assert f"--crs {datum.name}/yx" in findings.found[0].remedy
    assert "经纬度" in findings.found[1].message
    assert shapely.hausdorff_distance(out[0], SQUARE) < 1e-9


def test_shapes_at_the_bounds_of_china_are_placed() -> None:
    corners = [(73.6, 39.4), (134.7, 48.3), (123.3, 53.5), (112.0, 4.0), (109.5, 18.2)]
    shapes = [shapely.Point(*corner).buffer(0.001) for corner in corners]
    assert rules(linted(*shapes)[1]) == []


# All of it


SHAPES = st.one_of(
    st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(0.3, 300)).map(
        lambda corner: square(*corner)
    ),
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=9, unique=True
    ).map(lambda xy: shapely.Polygon([(WEST + x * 1e-5, SOUTH + y * 1e-5) for x, y in xy])),
)  # fmt: skip
REPAIRS = {
    "bow_tie", "ring_touches_itself", "hole_outside", "nested_parts", "nested_holes",
    "duplicate_rings", "interior_cut", "too_few_points", "repaired", "hole_as_part",
    "tiny_hole", "tiny_part", "line_closed", "mixed_collection",
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(SHAPES, min_size=1, max_size=4))
def test_what_comes_out_comes_out_of_a_second_pass_the_same(parts: list[Any]) -> None:
    once, findings = linted(shapely.MultiPolygon(parts))
    if once[0] is None:
        assert findings.held == {0}
        return
    twice, again = linted(once[0])
    assert shapely.equals_identical(once[0], twice[0])
    assert again.held == set()
    assert not REPAIRS & set(rules(again))
    assert {item.rule for item in again.notices} <= {"coarse_coordinates"}


def test_findings_keep_to_their_rows_over_many_chunks() -> None:
    count = CHUNK * 2 + 10
    shapes = np.repeat(np.array([SQUARE], dtype=object), count)
    bad = [0, CHUNK - 1, CHUNK, count - 1]
    shapes[bad] = None
    out, findings = linted(*shapes)
    assert [item.position for item in findings.found] == bad
    assert np.flatnonzero(shapely.is_missing(out)).tolist() == bad


def test_a_million_vertices_pass_in_bounded_time() -> None:
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    wave = 0.01 + 0.001 * np.sin(angle * 997)
    coast = shapely.Polygon(
        np.column_stack([WEST + wave * np.cos(angle), SOUTH + wave * np.sin(angle)])
    )
    began = time.perf_counter()
    out, findings = linted(coast)
    assert rules(findings) == ["many_vertices"]
    assert shapely.get_num_coordinates(out[0]) == 1_000_001  # never simplified
    assert time.perf_counter() - began < 60


@pytest.mark.parametrize("vertices", [500, 200_000])
def test_a_tangle_is_refused_in_bounded_time(vertices: int) -> None:
    rng = np.random.default_rng(1)
    east, north = rng.uniform(0, 0.01, (2, vertices))
    tangle = shapely.Polygon(np.column_stack([WEST + east, SOUTH + north]))
    began = time.perf_counter()
    out, findings = linted(tangle)
    assert "too_tangled" in rules(findings)
    assert out[0] is None
    assert time.perf_counter() - began < 60


def test_an_outline_of_many_vertices_that_crosses_itself_once_is_repaired() -> None:
    angle = np.linspace(0, 2 * np.pi, 90_000, endpoint=False)
    ring = np.column_stack([WEST + 0.01 * np.cos(angle), SOUTH + 0.01 * np.sin(angle)])
    ring[[40_000, 41_000]] = ring[[41_000, 40_000]]
    out, findings = linted(shapely.Polygon(ring))
    assert "bow_tie" in rules(findings)
    assert shapely.is_valid(out[0])
