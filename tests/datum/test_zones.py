"""Gauss–Krüger zones, against PROJ's tables; the form that coordinates' size tells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from pyproj.database import query_crs_info

from geo.datum.magnitude import FORMS, common_form, forms
from geo.datum.reference import Datum
from geo.datum.zones import Zone, zone_at, zone_of_prefix, zones
from geo.errors import InputError

KUNMING = (102.7123, 25.0406)

# China's land and claimed sea, with a margin.
in_china = st.tuples(st.floats(73.0, 136.0), st.floats(3.0, 54.0))


@pytest.mark.parametrize(
    "zone", [*zones(3), *zones(6)], ids=lambda zone: f"{zone.width_deg}-{zone.number}"
)
def test_zones_agree_with_projs_tables(zone):
    for name, false_easting_m in (
        (zone.prefixed, zone.number * 1_000_000 + 500_000),
        (zone.truncated, 500_000),
    ):
        crs = CRS.from_user_input(name)
        values = {param.name: param.value for param in crs.coordinate_operation.params}
        assert values["Longitude of natural origin"] == zone.central_meridian_deg
        assert values["False easting"] == false_easting_m
        assert values["Scale factor at natural origin"] == 1
        assert crs.name.startswith(
            "CGCS2000 / 3-degree" if zone.width_deg == 3 else "CGCS2000 / Gauss"
        )
    assert zone_at(zone.central_meridian_deg, zone.width_deg) == zone
    assert zone_of_prefix(zone.number * 1_000_000 + 500_000) == zone


def test_every_zone_of_projs_database_is_known():
    listed = {
        f"EPSG:{info.code}"
        for info in query_crs_info("EPSG", "PROJECTED_CRS")
        if info.name.startswith("CGCS2000 /") and "Gauss-Kruger" in info.name
    }
    ours = {
        name
        for width in (3, 6)
        for zone in zones(width)
        for name in (zone.prefixed, zone.truncated)
    }
    assert ours == listed


def test_yunnans_zones():
    assert [zone_at(lon).prefixed for lon in (97.6, 102.7, 106.1)] == [
        "EPSG:4521",
        "EPSG:4522",
        "EPSG:4523",
    ]
    assert [zone_at(lon).truncated for lon in (97.6, 102.7, 106.1)] == [
        "EPSG:4542",
        "EPSG:4543",
        "EPSG:4544",
    ]
    assert zone_at(100.5) == Zone(34, 3)
    assert zone_at(102.0, 6) == Zone(18, 6)


@given(st.floats(73.5, 136.499), st.sampled_from([3, 6]))
def test_zone_is_the_one_with_the_nearest_meridian(longitude_deg, width_deg):
    zone = zone_at(longitude_deg, width_deg)
    nearest = min(abs(other.central_meridian_deg - longitude_deg) for other in zones(width_deg))
    assert abs(zone.central_meridian_deg - longitude_deg) == nearest <= width_deg / 2


@pytest.mark.parametrize("longitude_deg", [73.4, 136.5, 25.04, float("nan")])
def test_no_zone_outside_china(longitude_deg):
    with pytest.raises(InputError, match="经度.*3 度带"):
        zone_at(longitude_deg)


@pytest.mark.parametrize(
    "easting_m", [500_000, 12_999_999, 24_500_000, 46_000_000, -3, float("nan")]
)
def test_no_zone_in_other_eastings(easting_m):
    assert zone_of_prefix(easting_m) is None


# --- Magnitudes and axes ------------------------------------------------------------------------


@given(in_china, st.sampled_from([3, 6]))
def test_size_tells_the_form_and_the_order(point, width_deg):
    lon, lat = max(73.5, point[0]), max(8.5, point[1])
    zone = zone_at(lon, width_deg)
    made = {
        "degrees": (lon, lat),
        "truncated": tuple(Datum.named(zone.truncated).from_cgcs2000([(lon, lat)])[0]),
        "prefixed": tuple(Datum.named(zone.prefixed).from_cgcs2000([(lon, lat)])[0]),
    }
    for form, pair in made.items():
        assert common_form([pair]) == form
        assert common_form([pair[::-1]]) == f"{form}_swapped"


def test_ambiguous_foreign_and_mixed_are_unknown():
    nansha = Datum.named(zone_at(112.9).truncated).from_cgcs2000([(112.9, 7.4)])
    web_mercator = Datum.named("EPSG:3857").from_cgcs2000([KUNMING])
    utm = Datum.named("EPSG:32648").from_cgcs2000([KUNMING])
    assert common_form(nansha) == "unknown"
    assert common_form(web_mercator) == "unknown"
    assert common_form(utm) == "truncated"
    assert common_form([KUNMING, KUNMING[::-1]]) == "unknown"
    assert common_form([(2.35, 48.85)]) == "unknown"
    assert common_form(np.empty((0, 2))) == "unknown"
    assert common_form([(np.nan, np.nan), KUNMING]) == "degrees"
    kinds = forms([KUNMING, KUNMING[::-1], (0, 0), (np.nan, 1), (34_571_234, 2_770_000)])
    assert [FORMS[kind] for kind in kinds] == [
        "degrees",
        "degrees_swapped",
        "unknown",
        "unknown",
        "prefixed",
    ]
