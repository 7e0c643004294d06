"""Walking between neighbours: along roads, gate to gate, and what is said where there are none."""

import itertools
import random
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import InputError
from geo.takeover.neighbours.file import path_of
from geo.takeover.neighbours.layer import Terms, neighbourhood
from geo.takeover.neighbours.network import JOINED_M, Network
from geo.takeover.neighbours.walks import read_ways

FAR = 10_000
A_BOX, B_BOX = shapely.box(0, 0, 60, 60), shapely.box(100, 0, 160, 60)


def line(*points):
    return shapely.LineString(points)


def objects(shapes):
    found = np.empty(len(shapes), object)
    found[:] = shapes
    return found


def test_ways_against_all_pairs_of_a_random_network():
    """Floyd and Warshall's algorithm over every node, from points that lie on nodes."""
    chance = random.Random(2)
    compared = cut_off = 0
    for _ in range(6):
        spots = [(x * 90.0 + chance.uniform(0, 20), y * 90.0) for x in range(6) for y in range(6)]
        links = [
            (i, j) for i, j in itertools.combinations(range(36), 2)
            if np.hypot(*np.subtract(spots[i], spots[j])) < 140 and chance.random() < 0.45
        ]  # fmt: skip
        lengths = np.full((36, 36), np.inf)
        np.fill_diagonal(lengths, 0)
        for i, j in links:
            lengths[i, j] = lengths[j, i] = np.hypot(*np.subtract(spots[i], spots[j]))
        for k in range(36):
            lengths = np.minimum(lengths, lengths[:, [k]] + lengths[[k], :])
        network = Network(objects([line(spots[i], spots[j]) for i, j in links]), 700.0)
        at = network.accesses(shapely.points(spots))
        joined = [k for k in range(36) if any(k in link for link in links)]
        assert all(at.straight_m[k] < 1e-9 for k in joined)
        for i, j in itertools.product(joined, joined):
            way = network.way_m(at, i, j)
            if lengths[i, j] > 700 + 1e-6:
                assert way is None
                cut_off += 1
            elif lengths[i, j] < 700 - 1e-6:
                assert way == pytest.approx(lengths[i, j], abs=1e-6)
                compared += 1
    assert compared > 500
    assert cut_off > 50


def test_lines_that_cross_without_a_common_point_are_not_joined():
    street, bridge = line((0, 0), (100, 0)), line((50, -50), (50, 50))
    ends = shapely.points([(0, 0), (50, 50)])
    assert (apart := Network(objects([street, bridge]), FAR)).way_m(
        apart.accesses(ends), 0, 1
    ) is None
    street = line((0, 0), (50, JOINED_M / 4), (100, 0))
    bridge = line((50, -50), (50, 0), (50, 50))
    joined = Network(objects([street, bridge]), FAR)
    assert joined.way_m(joined.accesses(ends), 0, 1) == pytest.approx(100, abs=0.1)


def test_points_on_one_edge_and_points_far_from_any():
    network = Network(objects([line((0, 0), (1000, 0))]), FAR)
    at = network.accesses(shapely.points([(100, 30), (700, -40), (0, 101), (0, 100)]))
    assert network.way_m(at, 0, 1) == pytest.approx(600 + 30 + 40)
    assert network.way_m(at, 1, 0) == network.way_m(at, 0, 1)
    assert network.way_m(at, 0, 2) is None
    assert network.way_m(at, 0, 3) == pytest.approx(100 + 30 + 100)
    empty = Network(objects([]), FAR)
    assert empty.way_m(empty.accesses(shapely.points([(0, 0), (1, 1)])), 0, 1) is None


@pytest.fixture
def walk(snapshot_of, rows, tmp_path):
    """Roads and gates in metres beside A and B: the pair's walk in m and its basis."""

    def write(name, frame):
        frame.to_file(tmp_path / name)
        return tmp_path / name

    def build(roads=(), gates=(), barriers=()):
        snapshot = snapshot_of(
            [rows.compound("A", A_BOX), rows.served("B", "P", B_BOX)],
            [rows.project("P")],
            [rows.barrier(*barrier) for barrier in barriers],
        )
        files = [None, None]
        if roads:
            kinds, shapes = zip(*roads, strict=True)
            frame = gpd.GeoDataFrame(
                {"类别": kinds}, geometry=[rows.place(s) for s in shapes], crs=4490
            )
            files[0] = write("roads.gpkg", frame)
        if gates:
            codes, shapes = zip(*gates, strict=True)
            points = [rows.place(shapely.Point(s)) for s in shapes]
            files[1] = write(
                "gates.gpkg", gpd.GeoDataFrame({"小区编码": codes}, geometry=points, crs=4490)
            )
        terms = Terms(Decimal(500), Decimal(500), Decimal(30), read_ways(*files))
        (row,) = neighbourhood(snapshot, terms).to_pylist()
        return row["walk_mm"] / 1000, row["walk_basis"]

    return build


GATES = [("A", (0, 30)), ("B", (160, 30))]
# A road around the south of both, at 20 m.
AROUND = ("支路", line((-20, 30), (-20, -20), (180, -20), (180, 30)))


def test_the_best_that_is_at_hand(walk):
    assert walk() == (pytest.approx(40, abs=0.01), "boundary")
    assert walk(gates=GATES) == (pytest.approx(160, abs=0.02), "gates")
    # From one gate only nothing is measured.
    assert walk(gates=GATES[:1]) == (pytest.approx(40, abs=0.01), "boundary")
    assert walk([AROUND], GATES) == (
        pytest.approx(20 + 50 + 200 + 50 + 20, abs=0.05),
        "roads_gates",
    )
    metres, basis = walk([AROUND], GATES[:1])
    assert basis == "roads_boundary"
    assert 200 < metres < 340


def test_the_nearest_of_several_gates(walk):
    more = [*GATES, ("A", (60, 10)), ("B", (100, 10)), ("C", (80, 10))]
    assert walk(gates=more) == (pytest.approx(40, abs=0.01), "gates")


def test_nobody_walks_on_an_expressway(walk):
    assert walk([("高速路", AROUND[1])], GATES)[1] == "gates"


def test_roads_that_do_not_lead_there(walk):
    apart = [("支路", line((-20, 0), (-20, 60))), ("支路", line((180, 0), (180, 60)))]
    assert walk(apart, GATES) == (-0.001, "roads_gates")


def test_barred_stays_barred_and_a_crossing_counts(walk):
    rail = ("铁路", line((80, -FAR), (80, FAR)), "线")
    assert walk([AROUND], GATES, [rail])[0] == -0.001
    metres, basis = walk(gates=GATES, barriers=[rail, ("通道", shapely.Point(80, 200), "桥")])
    assert (basis, 280 < metres < 290) == ("gates", True)


def test_another_file_is_another_layer(snapshot_of, rows, tmp_path):
    snapshot = snapshot_of([rows.compound("A", A_BOX)])
    paths = set()
    for east in (0, 1):
        gates = gpd.GeoDataFrame(
            {"code": ["A"]}, geometry=[shapely.Point(102.7 + east, 25)], crs=4490
        )
        gates.to_file(tmp_path / f"{east}.gpkg")
        paths.add(path_of(snapshot, Terms.of(ways=read_ways(None, tmp_path / f"{east}.gpkg"))))
    assert len({*paths, path_of(snapshot, Terms.of())}) == 3


def test_files_that_are_something_else(tmp_path):
    points = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(102.7, 25)], crs=4490)
    points.to_file(tmp_path / "p.gpkg")
    with pytest.raises(InputError, match="只含线"):
        read_ways(tmp_path / "p.gpkg", None)
    with pytest.raises(InputError, match="小区编码"):
        read_ways(None, tmp_path / "p.gpkg")
    with pytest.raises(InputError, match="无法读取"):
        read_ways(None, tmp_path / "none.gpkg")
    assert read_ways(None, None) is None
