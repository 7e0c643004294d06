"""Gates are told by the compounds that they name, roads by the compounds that they don't cut."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.datum.landmarks import METRES_A_DEGREE
from geo.datum.reference import Datum, from_register
from geo.datum.ways import detect_gates, detect_roads, ribbons

READINGS = [Datum.named(name) for name in ("EPSG:4490", "gcj02", "bd09")]
NOBODY = np.empty(0, int)


@pytest.mark.parametrize("name", ["EPSG:4490", "gcj02", "bd09"])
def test_gates_on_their_compounds_walls(town, name):
    random = np.random.default_rng(8)
    chosen = random.choice(len(town.compounds), 40, replace=False)
    walls = shapely.boundary(town.compounds[chosen])
    points = shapely.line_interpolate_point(walls, random.random(40), normalized=True)
    drawn = from_register(points, Datum.named(name))
    codes = [f"R{number}" for number in chosen]
    found = detect_gates(drawn, codes, town.around(NOBODY), READINGS)
    assert (found.decided.name, found.polygons) == (name, 40)
    assert found.fits[0].datum.name == name
    few = detect_gates(drawn[:4], codes[:4], town.around(NOBODY), READINGS)
    assert few.decided is None
    nobody = detect_gates(drawn, [None] * 40, town.around(NOBODY), READINGS)
    assert (nobody.decided, nobody.polygons) == (None, 0)


def test_gates_that_lie_elsewhere_in_every_reading_are_not_pressed_into_one(town):
    walls = shapely.boundary(town.compounds[:40])
    points = shapely.line_interpolate_point(walls, 0.3, normalized=True)
    moved = shapely.transform(points, lambda xy: xy + 160 / METRES_A_DEGREE)
    codes = [f"R{number}" for number in range(40)]
    found = detect_gates(moved, codes, town.around(NOBODY), READINGS)
    assert found.decided is None
    assert "没有一种坐标系吻合" in found.reason


@pytest.mark.parametrize("name", ["EPSG:4490", "gcj02"])
def test_roads_run_between_compounds(town, name):
    chosen = np.random.default_rng(9).choice(len(town.compounds), 120, replace=False)
    lanes = shapely.boundary(
        shapely.buffer(town.compounds[chosen], 9 / METRES_A_DEGREE, join_style="mitre")
    )
    drawn = ribbons(from_register(lanes, Datum.named(name)))
    found = detect_roads(drawn, town.around(NOBODY), READINGS)
    assert found.decided is not None
    assert found.decided.name == name


def test_roads_through_compounds_are_left_undecided(town):
    middles = shapely.get_coordinates(shapely.centroid(town.compounds[:60]))
    through = shapely.linestrings(np.stack([middles, middles + 0.002], axis=1))
    assert detect_roads(ribbons(through), town.around(NOBODY), READINGS).decided is None


def test_of_a_long_road_the_middle_is_looked_at():
    (wide,) = ribbons(np.array([shapely.LineString([(500_000, 0), (530_000, 0)])], object))
    assert shapely.bounds(wide).tolist() == [514_850, -6, 515_150, 6]
