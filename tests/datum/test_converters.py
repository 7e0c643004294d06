"""Datums: published numbers, and round trips over all China."""

import sqlite3
import time

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geo import divisions
from geo.datum import bd09, gcj02
from geo.datum.reference import Datum, from_register, to_register
from geo.datum.zones import zone_at
from geo.errors import InputError, UsageError

GEOD = Geod(ellps="GRS80")
KUNMING = (102.7123, 25.0406)

# Facts from the tests and read-me files of public libraries, longitude first.
GCJ02_OF_WGS84 = {
    # eviltransform: Shanghai, Shenzhen, Beijing
    (121.5272106, 31.1774276): (121.531541859215, 31.17530398364597),
    (113.912316, 22.543847): (113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954): (116.38404722455657, 39.91334545536069),
    # coordtransform (JavaScript)
    (116.404, 39.915): (116.41024449916938, 39.91640428150164),
    # coord-convert 0.2.1 (Python), run once: Kunming, Dehong, Ürümqi, Harbin, Sanya, and the
    # formula's own origin, where its square root has a corner
    KUNMING: (102.71374162516912, 25.03762735249865),
    (97.5, 24.0): (97.50036859884145, 23.997161386491015),
    (87.6168, 43.8256): (87.61964994946926, 43.82680539311119),
    (126.642, 45.757): (126.64796892269031, 45.75895038801842),
    (109.5, 18.25): (109.50411844404833, 18.248331520999667),
    (105.0, 35.0): (105.00328624145706, 34.99909863223526),
}
BD09_OF_WGS84 = {
    (116.404, 39.915): (116.41662724378733, 39.922699552216216),
    KUNMING: (102.72015501449599, 25.04391532021395),
    (87.6168, 43.8256): (87.62609977081571, 43.83294979479328),
    (109.5, 18.25): (109.51068025634335, 18.25401200619137),
}
BD09_OF_GCJ02 = {(116.404, 39.915): (116.41036949371029, 39.92133699351021)}

# China's land and claimed sea, with a margin.
in_china = st.tuples(st.floats(73.0, 136.0), st.floats(3.0, 54.0))
in_rectangle = st.tuples(
    st.floats(gcj02.WEST_DEG, gcj02.EAST_DEG), st.floats(gcj02.SOUTH_DEG, gcj02.NORTH_DEG)
)


def metres_between(left, right):
    return GEOD.inv(*np.asarray(left).T, *np.asarray(right).T)[2]


def spread(count, west=73.0, south=3.0, east=136.0, north=54.0):
    random = np.random.default_rng(4490)
    return np.column_stack([random.uniform(west, east, count), random.uniform(south, north, count)])


# --- GCJ-02 and BD-09 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("convert", "pairs"),
    [
        (gcj02.from_wgs84, GCJ02_OF_WGS84),
        (bd09.from_gcj02, BD09_OF_GCJ02),
        (Datum.named("bd09").from_cgcs2000, BD09_OF_WGS84),
    ],
    ids=["gcj02", "bd09_of_gcj02", "bd09"],
)
def test_published_vectors(convert, pairs):
    np.testing.assert_allclose(convert(list(pairs)), list(pairs.values()), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "pairs"), [("gcj02", GCJ02_OF_WGS84), ("bd09", BD09_OF_WGS84)])
def test_published_vectors_taken_back(name, pairs):
    back = Datum.named(name).to_cgcs2000(list(pairs.values()))
    np.testing.assert_allclose(back, list(pairs), rtol=0, atol=1e-9)


def test_agrees_with_coord_convert():
    theirs = pytest.importorskip("coord_convert.transform")
    points = spread(3_000)
    shifted = np.array([theirs.wgs2gcj(*point) for point in points])
    np.testing.assert_allclose(gcj02.from_wgs84(points), shifted, rtol=0, atol=1e-12)
    exact = [theirs.gcj2wgs(*point) for point in shifted]
    np.testing.assert_allclose(gcj02.to_wgs84(shifted), exact, rtol=0, atol=1e-7)
    baidu = np.array([theirs.gcj2bd(*point) for point in shifted])
    np.testing.assert_allclose(bd09.from_gcj02(shifted), baidu, rtol=0, atol=1e-12)
    # Their way back from BD-09 is the one-pass one: ours must undo their way there instead.
    np.testing.assert_allclose(bd09.to_gcj02(baidu), shifted, rtol=0, atol=1e-9)
    one_pass = np.array([theirs.bd2gcj(*point) for point in baidu])
    assert metres_between(bd09.to_gcj02(baidu), one_pass).max() < 0.5


@given(in_china)
@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_round_trip_in_china_is_under_a_centimetre(name, point):
    datum = Datum.named(name)
    there = datum.from_cgcs2000([point])
    assert metres_between(there, [point])[0] > 10
    assert metres_between(datum.to_cgcs2000(there), [point])[0] < 0.01


@given(in_china)
@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_round_trip_from_the_shifted_side(name, point):
    datum = Datum.named(name)
    again = datum.from_cgcs2000(datum.to_cgcs2000([point]))
    assert metres_between(again, [point])[0] < 0.01


@given(in_rectangle)
@example((73.0, gcj02.NORTH_DEG))
@example((gcj02.EAST_DEG, 20.0))
@example((gcj02.WEST_DEG, gcj02.SOUTH_DEG))
def test_every_shifted_point_of_the_rectangle_returns(point):
    back = gcj02.to_wgs84(gcj02.from_wgs84([point]))
    np.testing.assert_allclose(back, [point], rtol=0, atol=1e-9)


def test_inverse_has_converged_everywhere():
    lon, lat = np.meshgrid(np.arange(72.05, 137.8, 0.0937), np.arange(0.85, 55.8, 0.0851))
    points = np.column_stack([lon.ravel(), lat.ravel()])
    corner = np.column_stack([105 + np.geomspace(1e-15, 1e-2, 400), np.linspace(20, 45, 400)])
    points = np.concatenate([points, corner, corner * (-1, 1) + (210, 0)])
    for name in ("gcj02", "bd09"):
        datum = Datum.named(name)
        back = datum.to_cgcs2000(datum.from_cgcs2000(points))
        np.testing.assert_allclose(back, points, rtol=0, atol=1e-9)


OUTSIDE = [
    (139.7671, 35.6812),
    (2.35, 48.85),
    (-43.17, -22.9),
    (0.0, 0.0),
    (103.85, 0.8),
    (100, 60),
]


def test_outside_the_rectangle_nothing_moves():
    np.testing.assert_array_equal(gcj02.from_wgs84(OUTSIDE), OUTSIDE)
    np.testing.assert_array_equal(gcj02.to_wgs84(OUTSIDE), OUTSIDE)


def test_rectangle_includes_its_edges_and_no_more():
    corners = np.array(
        [(72.004, 0.8293), (137.8347, 55.8271), (72.004, 55.8271), (137.8347, 0.8293)]
    )
    assert (metres_between(gcj02.from_wgs84(corners), corners) > 10).all()
    beyond = corners + 1e-9 * np.sign(corners - (105, 30))
    np.testing.assert_array_equal(gcj02.from_wgs84(beyond), beyond)


def test_shifted_out_of_the_rectangle_returns_and_far_points_stay():
    edge = np.array([(137.8347, 40.0), (137.83469, 20.0), (137.8325, 30.0)])
    there = gcj02.from_wgs84(edge)
    assert (there[:, 0] > gcj02.EAST_DEG).all()
    np.testing.assert_allclose(gcj02.to_wgs84(there), edge, rtol=0, atol=1e-9)
    beyond = np.array([(137.86, 40.0), (71.98, 40.0), (110.0, 0.80), (110.0, 55.85)])
    np.testing.assert_array_equal(gcj02.to_wgs84(beyond), beyond)


@pytest.mark.parametrize(
    "convert", [gcj02.from_wgs84, gcj02.to_wgs84, bd09.from_gcj02, bd09.to_gcj02]
)
def test_not_finite_points_stay_and_disturb_nobody(convert):
    points = np.array([(np.nan, 25.0), KUNMING, (np.inf, 25.0), (102.0, -np.inf)])
    found = convert(points)
    np.testing.assert_array_equal(found[[0, 2, 3]], points[[0, 2, 3]])
    np.testing.assert_array_equal(found[[1]], convert([KUNMING]))
    assert convert(np.empty((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("name", ["gcj02", "bd09", "EPSG:4543"])
def test_a_vertex_depends_on_nothing_but_itself(name):
    datum = Datum.named(name)
    points = datum.from_cgcs2000(spread(20_011, 98.0, 21.0, 106.0, 29.0))
    given_points = points.copy()
    together = datum.to_cgcs2000(points)
    order = np.random.default_rng(7).permutation(len(points))
    np.testing.assert_array_equal(datum.to_cgcs2000(points[order]), together[order])
    few = [datum.to_cgcs2000(points[start : start + 3]) for start in range(0, 999, 3)]
    np.testing.assert_array_equal(np.concatenate(few), together[:999])
    np.testing.assert_array_equal(points, given_points)


def test_offsets_in_yunnan():
    there = gcj02.from_wgs84([KUNMING])
    azimuth, _, distance_m = GEOD.inv(*KUNMING, *there[0])
    assert distance_m == pytest.approx(361, abs=2)
    assert distance_m * np.sin(np.radians(azimuth)) == pytest.approx(145, abs=2)
    assert distance_m * np.cos(np.radians(azimuth)) == pytest.approx(-330, abs=2)

    province = divisions.bundled("53").set_index("level").loc["province", "geometry"]
    points = spread(100_000, *province.bounds)
    points = points[shapely.contains_xy(province, points)]
    shifted_m = metres_between(gcj02.from_wgs84(points), points)
    # 332 to 434 m is what towns see; the whole province is wider.
    assert 290 < shifted_m.min() < 332 < np.median(shifted_m) < 434 < shifted_m.max() < 500
    baidu_m = metres_between(Datum.named("bd09").from_cgcs2000(points), points)
    assert 690 < baidu_m.min() < 750 < np.median(baidu_m) < 950 < baidu_m.max() < 1_120


@pytest.mark.parametrize("name", ["gcj02", "bd09", "EPSG:4543"])
def test_speed_is_told(name, capsys):
    datum = Datum.named(name)
    points = datum.from_cgcs2000(spread(500_000, 98.0, 21.0, 106.0, 29.0))
    started = time.perf_counter()
    found = datum.to_cgcs2000(points)
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f" [{name} → EPSG:4490: {len(points) / seconds / 1e6:.2f} M vertices/s]", end="")  # noqa: T201
    assert np.isfinite(found).all()


# --- Names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "null"),
    [
        ("EPSG:4490", "EPSG:4490", True),
        ("epsg:4326", "EPSG:4326", True),
        ("4490", "EPSG:4490", True),
        ("CRS84", "OGC:CRS84", True),
        ("OGC:CRS84", "OGC:CRS84", True),
        ("WGS 84", "EPSG:4326", True),
        ("2000国家大地坐标系", "EPSG:4490", True),
        ("EPSG:4480", "EPSG:4480", True),
        ("4543", "EPSG:4543", False),
        ("EPSG:32648", "EPSG:32648", False),
        ("GCJ-02", "gcj02", False),
        ("ｇｃｊ０２", "gcj02", False),
        ("bd_09", "bd09", False),
        ("BD09LL", "bd09", False),
    ],
)
def test_names(text, name, null):
    datum = Datum.named(text)
    assert (datum.name, datum.is_null) == (name, null)
    assert datum == Datum.named(text)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "bd09mc", "EPSG:99999", "99999999999", "EPSG:5737"]
)
def test_unknown_names_are_refused(text):
    with pytest.raises(UsageError, match="不认识坐标系.*EPSG:4490"):
        Datum.named(text)


@pytest.mark.parametrize("epsg", [4214, 4610, 4555, 2342, 2414])
def test_old_datums_without_public_parameters_are_refused(epsg):
    with pytest.raises(InputError, match=f"小区.shp.*EPSG:{epsg}.*CGCS2000"):
        Datum.declared(CRS.from_epsg(epsg), "小区.shp")


def test_old_datum_with_parameters_is_shifted_by_them():
    datum = Datum.named("+proj=longlat +ellps=krass +towgs84=100,50,20")
    moved_m = metres_between(datum.to_cgcs2000([KUNMING]), [KUNMING])[0]
    assert 90 < moved_m < 130
    np.testing.assert_allclose(
        datum.to_cgcs2000(datum.from_cgcs2000([KUNMING])), [KUNMING], rtol=0, atol=1e-7
    )  # height is dropped between the two ellipsoids: 3 mm


def test_degrees_from_paris_or_in_gons_are_not_degrees():
    from_paris = Datum.named("+proj=longlat +ellps=GRS80 +pm=paris")
    assert not from_paris.is_null
    assert from_paris.to_cgcs2000([(100.0, 25.0)])[0, 0] == pytest.approx(102.33722917)


def test_esri_names_are_known():
    prj = CRS.from_epsg(4543).to_wkt("WKT1_ESRI")
    assert Datum.declared(CRS.from_wkt(prj), "a.shp").name == "EPSG:4543"
    misnamed = CRS.from_wkt(prj.replace('"Central_Meridian",102.0', '"Central_Meridian",99.0'))
    datum = Datum.declared(misnamed, "a.shp")
    assert datum.name != "EPSG:4543"
    assert datum.to_cgcs2000([(500_000.0, 2_700_000.0)])[0, 0] == pytest.approx(99)


@pytest.mark.parametrize("srs_id", [0, -1])
def test_geopackage_with_undefined_system_declares_nothing(srs_id, tmp_path):
    path = tmp_path / "undefined.gpkg"
    gpd.GeoSeries([shapely.box(102, 25, 103, 26)], crs=4490).to_file(path, engine="pyogrio")
    with sqlite3.connect(path) as file:
        file.execute("update gpkg_geometry_columns set srs_id = ?", (srs_id,))
        file.execute("update gpkg_contents set srs_id = ?", (srs_id,))
    file.close()
    crs = CRS.from_user_input(pyogrio.read_info(path)["crs"])
    assert Datum.declared(crs, path.name) is None
    assert Datum.declared(None, path.name) is None


# --- Geometries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["EPSG:4490", "EPSG:4326", "CRS84"])
def test_degrees_pass_untouched(name):
    shapes = np.array([shapely.Point(102.1234567890123, 25.1), None, shapely.box(1, 2, 3, 4)])
    found = to_register(shapes, Datum.named(name))
    assert shapely.to_wkb(found).tolist() == shapely.to_wkb(shapes).tolist()


@pytest.mark.parametrize(
    "name", ["gcj02", "bd09", "EPSG:4543", "EPSG:4522", "EPSG:4508", "EPSG:4497"]
)
def test_shapes_return_with_closed_rings_shared_edges_and_holes(name):
    datum = Datum.named(name)
    middle = (datum.crs or CRS.from_epsg(4543)).area_of_use
    lon, lat = (middle.west + middle.east) / 2, 25.0
    disc = shapely.Point(lon, lat).buffer(0.02, quad_segs=5_000)
    holed = disc.difference(shapely.Point(lon, lat).buffer(0.01))
    left, right = (
        shapely.box(lon - 0.1, lat, lon, lat + 0.1),
        shapely.box(lon, lat, lon + 0.1, lat + 0.1),
    )
    shapes = np.array([holed, left, right, None, shapely.Point(), shapely.MultiPolygon([disc])])
    there = from_register(shapes, datum)
    assert shapely.is_valid(there[shapely.is_valid(shapes)]).all()
    assert shapely.touches(there[1], there[2])
    back = to_register(there, datum)
    assert back[3] is None
    assert back[4].is_empty
    np.testing.assert_allclose(
        shapely.get_coordinates(back), shapely.get_coordinates(shapes), rtol=0, atol=1e-9
    )
    assert shapely.get_num_interior_rings(back[0]) == 1
    assert shapely.touches(back[1], back[2])


def test_z_and_m_are_dropped():
    deep = np.array([shapely.Point(102, 25, 1890), shapely.from_wkt("POINT ZM (102 25 1 2)")])
    for name in ("EPSG:4490", "gcj02"):
        assert not shapely.has_z(to_register(deep, Datum.named(name))).any()
        assert not shapely.has_m(to_register(deep, Datum.named(name))).any()


def test_projected_shapes_come_easting_first():
    zone = zone_at(KUNMING[0])
    arc_m = GEOD.inv(zone.central_meridian_deg, 0, zone.central_meridian_deg, 25)[2]
    for name, easting_m in ((zone.truncated, 500_000), (zone.prefixed, 34_500_000)):
        found = to_register(np.array([shapely.Point(easting_m, arc_m)]), Datum.named(name))
        assert shapely.get_coordinates(found) == pytest.approx(np.array([[102, 25]]), abs=1e-9)


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("EPSG:4543", (34_571_234.0, 2_770_000.0)),
        ("EPSG:4522", (571_234.0, 2_770_000.0)),
        ("EPSG:4522", (2_770_000.0, 34_571_234.0)),
    ],
    ids=["prefixed_read_as_truncated", "truncated_read_as_prefixed", "swapped"],
)
def test_misread_eastings_become_infinite_not_wrong(name, point):
    assert np.isinf(Datum.named(name).to_cgcs2000([point])).all()
