"""Which datum a file is in: told when it can be, never told wrongly."""

import numpy as np
import pytest
import shapely

from geo.datum.copies import without_copies
from geo.datum.detect import detect
from geo.datum.landmarks import METRES_A_DEGREE, Landmarks, pieces
from geo.datum.readings import readings
from geo.datum.reference import Datum, from_register
from geo.datum.zones import zone_at

NAMES = ("EPSG:4490", "gcj02", "bd09")
SHIFTS = [Datum.named(name) for name in NAMES]


def some(town, count, seed=0):
    return np.random.default_rng(seed).choice(len(town.compounds), count, replace=False)


def moved(shapes, east_m, north_m):
    step = np.array([east_m / np.cos(np.radians(25)), north_m]) / METRES_A_DEGREE
    return shapely.transform(shapes, lambda points: points + step)


@pytest.mark.parametrize("truth", SHIFTS, ids=NAMES)
@pytest.mark.parametrize("count", [40, 100])
def test_told_by_neighbours_and_water(town, truth, count):
    for seed in range(4):
        chosen = some(town, count, seed)
        file = from_register(town.compounds[chosen], truth)
        found = detect(file, town.around(chosen), SHIFTS)
        assert found.decided == truth, found.reason
        assert found.likeliest == truth
        assert found.polygons == count
        best, *others = found.fits
        assert best.datum == truth
        assert best.residual < 0.01
        assert best.chance < 1e-3
        assert all(fit.residual > 0.05 for fit in others)
        assert set(best.kinds) == {"compounds", "water"}


def test_few_polygons_are_not_enough(town):
    chosen = some(town, 5)
    found = detect(from_register(town.compounds[chosen], SHIFTS[1]), town.around(chosen), SHIFTS)
    assert found.decided is None
    assert "不够显著" in found.reason


@pytest.mark.parametrize("away_m", [60, 100, 200, 400, 900, 1_500])
def test_a_file_in_another_datum_is_not_pressed_into_one_of_the_three(town, away_m):
    for turn in range(6):
        chosen = some(town, 80, turn)
        angle = turn / 6 * 2 * np.pi + 0.3
        there = moved(town.compounds[chosen], away_m * np.cos(angle), away_m * np.sin(angle))
        found = detect(from_register(there, SHIFTS[turn % 3]), town.around(chosen), SHIFTS)
        assert found.decided is None
        assert found.reason


def test_a_small_shift_is_named_as_one(town):
    chosen = some(town, 80)
    there = moved(town.compounds[chosen], 50, 0)
    landmarks = Landmarks(
        compounds=town.compounds, compound_codes=tuple(map(str, range(len(town.compounds))))
    )
    found = detect(there, landmarks, SHIFTS, codes=[str(number) for number in chosen])
    assert found.decided is None


def test_county_outlines_alone_never_mislead(town):
    landmarks = Landmarks(outlines=town.counties, outline_codes=town.county_codes)
    for seed in range(6):
        chosen, truth = some(town, 60, seed), SHIFTS[seed % 3]
        file = from_register(town.compounds[chosen], truth)
        for divisions in ((), town.county_of(chosen)):
            found = detect(file, landmarks, SHIFTS, divisions=divisions)
            assert found.decided in {None, truth}


def test_the_same_compounds_under_other_codes_confirm_the_place(town):
    # A second survey of all compounds: right where the first ones are, a metre off.
    chosen = some(town, 60)
    landmarks = Landmarks(compounds=town.compounds, compound_codes=("",) * len(town.compounds))
    again = moved(town.compounds[chosen], 1, -1)
    for truth in SHIFTS:
        assert detect(from_register(again, truth), landmarks, SHIFTS).decided == truth


def test_phases_of_registered_compounds_do_not_conflict_with_them(town):
    chosen = some(town, 60)
    west, south, east, north = shapely.bounds(town.compounds[chosen]).T
    halves = shapely.box(west, south, (west + east) / 2, north)
    phases = shapely.intersection(town.compounds[chosen], halves)
    landmarks = Landmarks(compounds=town.compounds, compound_codes=("",) * len(town.compounds))
    for truth in SHIFTS:
        assert detect(from_register(phases, truth), landmarks, SHIFTS).decided == truth


def test_the_same_codes_tell_what_neighbours_cannot(town):
    chosen = some(town, 30)
    codes = tuple(f"R{number}" for number in chosen)
    landmarks = Landmarks(compounds=town.compounds[chosen], compound_codes=codes)
    resurveyed = moved(town.compounds[chosen], 2, 1)
    for truth in SHIFTS:
        found = detect(from_register(resurveyed, truth), landmarks, SHIFTS, codes=codes)
        assert found.decided == truth
        assert found.fits[0].kinds["same"] < 0.1


def test_landmarks_that_contradict_each_other_leave_it_undecided(town):
    # The same codes say GCJ-02 (somebody imported them unshifted), the neighbours say CGCS2000.
    chosen = some(town, 60)
    codes = tuple(f"R{number}" for number in chosen)
    wrong = from_register(moved(town.compounds[chosen], 2, 1), SHIFTS[1])
    right = town.around(chosen)
    landmarks = Landmarks(
        compounds=np.concatenate([wrong, right.compounds]),
        compound_codes=(*codes, *right.compound_codes),
        water=right.water,
    )
    found = detect(from_register(town.compounds[chosen], SHIFTS[1]), landmarks, SHIFTS, codes=codes)
    assert found.decided is None


def test_an_own_earlier_import_is_no_evidence(town):
    chosen = some(town, 60)
    codes = tuple(f"R{number}" for number in chosen)
    file = from_register(town.compounds[chosen], SHIFTS[1])
    # Imported once as if it were CGCS2000; only a few of its shapes are looked at now.
    landmarks = Landmarks(compounds=file, compound_codes=codes)
    left = without_copies(landmarks, file[:3], SHIFTS, set(codes))
    assert len(left) == 0
    assert detect(file, left, SHIFTS, codes=codes).decided is None
    others = town.around(chosen)
    assert without_copies(others, file, SHIFTS, set(codes)) is others


def test_management_areas_and_lines_are_landmarks_too(town):
    chosen = some(town, 70)
    areas = Landmarks(areas=town.compounds)
    roads = shapely.boundary(shapely.buffer(town.compounds, 4e-5, join_style="mitre"))
    for landmarks, kind in ((areas, "areas"), (Landmarks(lines=roads), "lines")):
        for truth in SHIFTS:
            found = detect(from_register(town.compounds[chosen], truth), landmarks, SHIFTS)
            assert found.decided == truth, found.reason
            assert set(found.fits[0].kinds) == {kind}


def test_nothing_around_and_nothing_to_read(town):
    chosen = some(town, 40)
    shapes = town.compounds[chosen]
    nothing = detect(shapes, Landmarks(), SHIFTS)
    assert (nothing.decided, nothing.likeliest) == (None, None)
    assert "没有可比较" in nothing.reason
    assert detect(shapes, town.around(chosen), []).decided is None
    far = detect(moved(shapes, 600_000, 0), town.around(chosen), SHIFTS)
    assert (far.decided, far.likeliest) == (None, None)


def test_a_shape_at_null_island_does_not_hide_the_rest(town):
    chosen = some(town, 60)
    shapes = np.append(
        from_register(town.compounds[chosen], SHIFTS[1]), shapely.box(0, 0, 0.01, 0.01)
    )
    found = detect(shapes, town.around(chosen), SHIFTS)
    assert (found.decided, found.polygons) == (SHIFTS[1], 60)


def test_is_deterministic(town):
    chosen = some(town, 50)
    file = from_register(town.compounds[chosen], SHIFTS[2])
    once, again = (detect(file, town.around(chosen), SHIFTS) for _ in range(2))
    assert once == again


# --- Zones --------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["EPSG:4543", "EPSG:4542"])
def test_truncated_zone_told_by_division_codes(town, zone):
    chosen = some(town, 40)
    file = from_register(town.compounds[chosen], Datum.named(zone))
    candidates = readings(shapely.get_coordinates(file))
    assert len(candidates) == 21
    landmarks = Landmarks(outlines=town.counties, outline_codes=town.county_codes)
    found = detect(file, landmarks, candidates, divisions=town.county_of(chosen))
    assert found.decided == Datum.named(zone)
    assert found.fits[0].datum == Datum.named(zone)


def test_truncated_zone_told_by_neighbours(town):
    chosen = some(town, 100)
    file = from_register(town.compounds[chosen], Datum.named("EPSG:4543"))
    found = detect(file, town.around(chosen), readings(shapely.get_coordinates(file)))
    assert found.decided == Datum.named("EPSG:4543")


def test_truncated_zone_without_codes_or_neighbours_is_undecided(town):
    chosen = some(town, 40)
    file = from_register(town.compounds[chosen], Datum.named("EPSG:4542"))
    landmarks = Landmarks(outlines=town.counties, outline_codes=town.county_codes)
    found = detect(file, landmarks, readings(shapely.get_coordinates(file)))
    assert found.decided is None
    assert "投影带" in found.reason


def test_a_town_of_another_zone_is_not_taken_for_this_one(town):
    # 3° west in a truncated zone: the wrong zone puts it right onto the town, at other places.
    chosen = some(town, 100)
    there = moved(town.compounds[chosen], -302_000, 450)
    file = from_register(there, Datum.named("EPSG:4542"))
    found = detect(file, town.around(chosen), readings(shapely.get_coordinates(file)))
    assert found.decided is None
    assert found.likeliest is None


def test_prefixed_zone_is_named_by_its_number_and_confirmed(town):
    chosen = some(town, 60)
    file = from_register(town.compounds[chosen], Datum.named("EPSG:4522"))
    candidates = readings(shapely.get_coordinates(file))
    assert candidates == [Datum.named("EPSG:4522")]
    assert detect(file, town.around(chosen), candidates).decided == Datum.named("EPSG:4522")


# --- Readings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("longitude", [75.0, 87.6, 91.1, 99.2, 102.7, 113.3, 116.4, 126.6, 134.5])
@pytest.mark.parametrize("width", [3, 6])
def test_readings_of_every_province_hold_the_true_zone(longitude, width):
    zone = zone_at(longitude, width)
    spot = np.array([shapely.Point(longitude, 30).buffer(0.01)])
    for name in (zone.prefixed, zone.truncated):
        datum = Datum.named(name)
        points = shapely.get_coordinates(from_register(spot, datum))
        # A truncated zone of 6° is the one of 3° on the same meridian, by another name.
        places = [reading.to_cgcs2000(points) for reading in readings(points)]
        assert any(np.abs(place - datum.to_cgcs2000(points)).max() < 1e-9 for place in places)


@pytest.mark.parametrize("name", ["EPSG:4490", "EPSG:4522", "EPSG:4543"])
def test_swapped_axes_are_read_as_such(town, name):
    chosen = some(town, 60)
    file = from_register(town.compounds[chosen], Datum.named(name).with_axes_swapped())
    candidates = readings(shapely.get_coordinates(file))
    assert all(candidate.swapped for candidate in candidates)
    found = detect(file, town.around(chosen), candidates)
    assert found.decided == Datum.named(f"{name}/yx")


def test_readings_ignore_a_few_strays_but_not_many():
    points = np.tile([102.7, 25.0], (100, 1))
    points[:5] = 0
    assert [datum.name for datum in readings(points)] == list(NAMES)
    points[:30] = 0
    assert readings(points) == []
    assert readings(np.empty((0, 2))) == []


def test_swapped_names_are_read_and_written():
    datum = Datum.named("gcj02/YX")
    assert datum.name == "gcj02/yx"
    assert datum.swapped
    assert datum.with_axes_swapped() == datum
    points = np.array([(102.7, 25.0)])
    np.testing.assert_allclose(
        datum.from_cgcs2000(points), SHIFTS[1].from_cgcs2000(points)[:, ::-1]
    )
    np.testing.assert_allclose(datum.to_cgcs2000(datum.from_cgcs2000(points)), points, atol=1e-9)


# --- Landmarks ----------------------------------------------------------------------------------


def test_pieces_make_up_the_whole():
    disc = shapely.Point(0, 0).buffer(5_000, quad_segs=2_000)
    cut, source = pieces(np.array([None, disc, shapely.box(0, 0, 1, 1)]))
    assert set(source) == {1, 2}
    assert shapely.get_num_coordinates(cut).max() <= 128
    assert shapely.area(cut[source == 1]).sum() == pytest.approx(disc.area, rel=1e-9)
