"""Walking between neighbours: along roads, gate to gate, and what is said where there are none."""

import itertools
import random
from decimal import Decimal

import numpy as np
import pytest
import shapely

from geo.takeover.neighbours.layer import Terms, neighbourhood
from geo.takeover.neighbours.network import JOINED_M, Network

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
def walk(snapshot_of, rows):
    """Roads and gates in metres beside A and B: the pair's walk in m and its basis."""

    def build(roads=(), gates=(), barriers=()):
        snapshot = snapshot_of(
            [rows.compound("A", A_BOX), rows.served("B", "P", B_BOX)],
            [rows.project("P")],
            [rows.barrier(*barrier) for barrier in barriers],
            roads=[rows.road(shape) for shape in roads],
            gates=[rows.gate(code, *at) for code, at in gates],
        )
        terms = Terms(Decimal(500), Decimal(500), Decimal(30))
        (row,) = neighbourhood(snapshot, terms).to_pylist()
        return row["walk_mm"] / 1000, row["walk_basis"]

    return build


GATES = [("A", (0, 30)), ("B", (160, 30))]
# A road around the south of both, at 20 m.
AROUND = line((-20, 30), (-20, -20), (180, -20), (180, 30))


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


def test_roads_that_do_not_lead_there(walk):
    apart = [line((-20, 0), (-20, 60)), line((180, 0), (180, 60))]
    assert walk(apart, GATES) == (-0.001, "roads_gates")


def test_barred_stays_barred_and_a_crossing_counts(walk):
    rail = ("铁路", line((80, -FAR), (80, FAR)), "线")
    assert walk([AROUND], GATES, [rail])[0] == -0.001
    metres, basis = walk(gates=GATES, barriers=[rail, ("通道", shapely.Point(80, 200), "桥")])
    assert (basis, 280 < metres < 290) == ("gates", True)
