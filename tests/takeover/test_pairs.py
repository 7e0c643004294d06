"""Pairs of candidate and host: hazards one by one, then random layouts against plain shapely."""

import random
from decimal import Decimal

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.action_plan import Definition
from geo.takeover.neighbours.facing import facings
from geo.takeover.neighbours.hosts import host_parts
from geo.takeover.neighbours.metric import Plane
from geo.takeover.neighbours.pairs import meetings
from geo.takeover.plan.candidates import CANDIDATE, gap_classes

GEOD = Geod(a=6378137.0, rf=298.257222101)
CANDIDATE_BOX = shapely.box(0, 0, 60, 60)
HOST_BOX = shapely.box(100, 0, 160, 60)
FAR = 10_000


def found(snapshot, reach="500", walk="500"):
    rows = gap_classes(snapshot, Definition(), None)[CANDIDATE]
    return meetings(snapshot, rows, host_parts(snapshot), Decimal(reach), Decimal(walk))


@pytest.fixture
def meet(snapshot_of, rows):
    """One candidate, one host, some barriers: their meeting."""

    def build(candidate, host, *barriers, **facts):
        snapshot = snapshot_of(
            [rows.compound("old", candidate), rows.served("new", "P", host, **facts)],
            [rows.project("P")],
            [rows.barrier(*barrier) for barrier in barriers],
        )
        all_found = found(snapshot)
        assert len(all_found) <= 1
        return all_found[0] if all_found else None

    return build


def line(*points):
    return shapely.LineString(points)


def test_forty_metres_apart(meet):
    meeting = meet(CANDIDATE_BOX, HOST_BOX)
    assert meeting.stands
    assert meeting.gap_mm == pytest.approx(40_000, abs=2)
    west, south, east, north = meeting.segment
    assert GEOD.inv(west, south, east, north)[2] == pytest.approx(40, abs=0.02)
    assert meeting.via_code == "new"


@pytest.mark.parametrize(
    "east", [60, 59.995, 40, -30], ids=["touching", "1cm", "overlap", "inside"]
)
def test_touching_or_overlapping_has_no_barrier(meet, east):
    host = shapely.box(east, 0, east + 60, 60)
    meeting = meet(CANDIDATE_BOX, host, ("河流", shapely.box(-FAR, -FAR, FAR, FAR)))
    assert meeting.stands
    assert meeting.gap_mm == 0


def test_river_between(meet):
    meeting = meet(CANDIDATE_BOX, HOST_BOX, ("河流", shapely.box(75, -FAR, 85, FAR), "盘龙江"))
    assert not meeting.stands
    assert meeting.barred_by == ("河流", "盘龙江")


@pytest.mark.parametrize(
    "river",
    [
        shapely.box(-20, -FAR, 0, FAR),  # along the far wall
        shapely.box(0, 60, 60, 90),  # along a side wall, up to the corner
        shapely.box(62, 61, 98, 200),  # beside the strip, a metre off
        shapely.box(10, 10, 50, 50),  # a pond in the compound
    ],
    ids=["far_wall", "side_wall", "beside_strip", "pond"],
)
def test_river_beside(meet, river):
    assert meet(CANDIDATE_BOX, HOST_BOX, ("河流", river)).stands


def test_river_touching_a_corner_is_not_between(meet):
    diagonal = shapely.box(100, 100, 160, 160)
    beside = shapely.Polygon([(60, 60), (0, 60), (0, 90)])
    assert meet(CANDIDATE_BOX, diagonal, ("河流", beside)).stands
    assert not meet(CANDIDATE_BOX, diagonal, ("河流", shapely.box(59, 61, 90, 90))).stands


def test_compound_drawn_into_the_river(meet):
    # Half of the river lies in the candidate; the other half is still to be crossed.
    assert not meet(CANDIDATE_BOX, HOST_BOX, ("河流", shapely.box(50, -FAR, 70, FAR))).stands


@pytest.mark.parametrize("end", [FAR, -FAR], ids=["north_blocked", "south_blocked"])
@pytest.mark.parametrize(("free_m", "stands"), [(30, True), (0.1, True), (-0.01, False)])
def test_parallel_faces_half_blocked(meet, rows, end, free_m, stands):
    stop = free_m if end > 0 else 60 - free_m
    meeting = meet(CANDIDATE_BOX, HOST_BOX, ("铁路", line((80, end), (80, stop))))
    assert meeting.stands is stands
    if stands:
        assert (meeting.segment[1] < rows.lonlat(80, stop)[1]) is (end > 0)


def test_parallel_faces_blocked_in_pieces(meet):
    gapless = [("铁路", line((70 + k, k * 10 - 1), (70 + k, k * 10 + 10))) for k in range(-1, 7)]
    assert not meet(CANDIDATE_BOX, HOST_BOX, *gapless).stands
    assert meet(CANDIDATE_BOX, HOST_BOX, *gapless[:4], *gapless[5:]).stands


def test_one_free_corner_of_two(meet):
    # Two teeth come equally near the host; rail stands before one of them.
    comb = shapely.Polygon([(0, 0), (60, 10), (40, 30), (60, 50), (0, 60)])
    assert meet(comb, HOST_BOX, ("铁路", line((80, 0), (80, 20)))).stands
    assert not meet(comb, HOST_BOX, ("铁路", line((80, 0), (80, 60)))).stands


def test_a_slanted_longer_segment_is_no_way_round(meet):
    # Corner to wall: one shortest segment. Rail of 10 cm stands on it.
    wedge = shapely.Polygon([(0, 0), (60, 30), (0, 60)])
    assert not meet(wedge, HOST_BOX, ("铁路", line((80, 29.95), (80, 30.05)))).stands


@pytest.mark.parametrize("kind", ["铁路", "高速路", "河流"])
def test_rail_along_wall(meet, kind):
    assert not meet(CANDIDATE_BOX, HOST_BOX, (kind, line((60, -FAR), (60, FAR)))).stands
    assert not meet(CANDIDATE_BOX, HOST_BOX, (kind, line((100, -5), (100, 65)))).stands
    assert meet(CANDIDATE_BOX, HOST_BOX, (kind, line((0, -FAR), (0, FAR)))).stands
    assert meet(CANDIDATE_BOX, HOST_BOX, (kind, line((-FAR, 60), (FAR, 60)))).stands


def test_arterial_is_noted_and_does_not_bar(meet):
    meeting = meet(CANDIDATE_BOX, HOST_BOX, ("主干道", line((80, -FAR), (80, FAR)), "北京路"))
    assert meeting.stands
    assert meeting.arterial == "北京路"
    assert meeting.way_mm == meeting.gap_mm + 200_000
    assert meet(CANDIDATE_BOX, HOST_BOX, ("主干道", line((-5, -FAR), (-5, FAR)))).arterial == ""


RAIL = ("铁路", line((80, -FAR), (80, FAR)), "成昆线")


@pytest.mark.parametrize(
    "crossing",
    [
        shapely.Point(80, 200),
        shapely.Point(97, 200),  # 17 m off the rail
        line((40, 200), (120, 200)),
        shapely.box(70, 195, 90, 205),
    ],
    ids=["point", "near_it", "line", "area"],
)
def test_crossing_opens(meet, crossing):
    meeting = meet(CANDIDATE_BOX, HOST_BOX, RAIL, ("通道", crossing, "跨线桥"))
    assert meeting.stands
    assert meeting.crossing == "跨线桥"
    assert 280_000 < meeting.walk_mm < 290_000
    assert meeting.way_mm == meeting.walk_mm


@pytest.mark.parametrize(
    ("y", "opens"),
    # From (60, 60) and from (100, 60) to (80, 60 + s): 2 * hypot(20, s) <= 500, s <= 249.1987.
    [(60 + 249.197, True), (60 + 249.201, False)],
    ids=["just_in_reach", "crossing_too_far"],
)
def test_crossing_at_the_walking_limit(meet, y, opens):
    assert meet(CANDIDATE_BOX, HOST_BOX, RAIL, ("通道", shapely.Point(80, y))).stands is opens


def test_crossing_beside_the_rail_does_not_open(meet):
    assert not meet(CANDIDATE_BOX, HOST_BOX, RAIL, ("通道", shapely.Point(58, 100))).stands


def test_crossing_of_one_does_not_open_the_other(meet):
    river = ("河流", shapely.box(85, -FAR, 90, FAR), "河")
    bridge = ("通道", shapely.Point(62, 200))
    rail = ("铁路", line((62, -FAR), (62, FAR)))
    assert not meet(CANDIDATE_BOX, HOST_BOX, rail, river, bridge).stands
    both = ("通道", shapely.Point(87, 100), "桥")
    assert meet(CANDIDATE_BOX, HOST_BOX, rail, river, bridge, both).crossing


def test_rail_in_pieces_shares_its_crossing(meet):
    pieces = [("铁路", line((80, y), (80, y + 100)), "成昆线") for y in range(-300, 300, 100)]
    assert meet(CANDIDATE_BOX, HOST_BOX, *pieces, ("通道", shapely.Point(80, 250))).stands
    other = [(kind, shape, f"{k}") for k, (kind, shape, _) in enumerate(pieces)]
    assert not meet(CANDIDATE_BOX, HOST_BOX, *other, ("通道", shapely.Point(80, 250))).stands


def test_other_county(meet):
    meeting = meet(CANDIDATE_BOX, HOST_BOX, county=530103)
    assert not meeting.stands
    assert not meeting.same_county


def test_unknown_county_is_nobodys(snapshot_of, rows):
    snapshot = snapshot_of(
        [
            rows.compound("old", CANDIDATE_BOX, county=0),
            rows.served("new", "P", HOST_BOX, county=0),
        ],
        [rows.project("P")],
    )
    assert not found(snapshot)[0].stands


@pytest.mark.parametrize(("gap_m", "reached"), [(500.0, True), (500.0004, True), (500.001, False)])
def test_exactly_500_m(snapshot_of, rows, gap_m, reached):
    # Corner to corner along a meridian, where the geodesic is known to a nanometre.
    lon, lat = 102.7, 25.04
    _, north, _ = GEOD.fwd(lon, lat, 0.0, gap_m)
    old = shapely.Polygon([(lon, lat), (lon - 3e-4, lat - 3e-4), (lon + 3e-4, lat - 3e-4)])
    new = shapely.Polygon([(lon, north), (lon + 3e-4, north + 3e-4), (lon - 3e-4, north + 3e-4)])
    snapshot = snapshot_of(
        [rows.compound("old", None), rows.served("new", "P", None)], [rows.project("P")]
    )
    shapes = np.array([old, new], object)
    snapshot._arrays[("compounds", "geometry")] = shapes
    assert bool(found(snapshot)) is reached


def test_the_free_part_of_a_host_stands(snapshot_of, rows):
    snapshot = snapshot_of(
        [
            rows.compound("old", CANDIDATE_BOX),
            rows.served("near", "P", HOST_BOX),
            rows.served("south", "P", shapely.box(0, -200, 60, -100)),
        ],
        [rows.project("P")],
        [rows.barrier("铁路", line((80, -FAR), (80, FAR)))],
    )
    (meeting,) = found(snapshot)
    assert meeting.stands
    assert meeting.via_code == "south"


def test_a_host_without_compound_polygons_is_near_by_its_area(snapshot_of, rows):
    area = {"code": "A1", "name": "一区", "shape": HOST_BOX}
    snapshot = snapshot_of(
        [rows.compound("old", CANDIDATE_BOX), rows.served("new", "P", None)],
        [rows.project("P", areas=["A1"])],
        areas=[area],
    )
    (meeting,) = found(snapshot)
    assert meeting.via_code == "A1"
    assert meeting.gap_mm == pytest.approx(40_000, abs=2)


@pytest.mark.parametrize(
    "facts",
    [{"active": False}, {"code": "other"}],
    ids=["inactive_project", "project_without_compounds"],
)
def test_no_host(snapshot_of, rows, facts):
    snapshot = snapshot_of(
        [rows.compound("old", CANDIDATE_BOX), rows.served("new", "P", HOST_BOX)],
        [rows.project("P") | facts],
    )
    assert found(snapshot) == []


def test_trusteeship_is_no_host(snapshot_of, rows):
    snapshot = snapshot_of(
        [rows.compound("old", CANDIDATE_BOX), rows.served("t", "P", HOST_BOX, mode="社区托管")],
        [rows.project("P")],
    )
    assert found(snapshot) == []


def random_layout(chance, rows):
    """Convex and concave shapes, some turned, on a grid with rivers and rails between."""

    def blob(x, y):
        size = chance.uniform(20, 80)
        if chance.random() < 0.4:
            shape = shapely.box(x, y, x + size, y + chance.uniform(20, 80))
        else:
            corners = chance.randint(3, 9)
            spokes = [
                (a / corners * 2 * np.pi, chance.uniform(0.3, 1) * size) for a in range(corners)
            ]
            shape = shapely.Polygon([(x + r * np.cos(a), y + r * np.sin(a)) for a, r in spokes])
        return shape if shape.is_valid else shape.convex_hull

    compounds = []
    for k in range(24):
        shape = blob(chance.uniform(0, 1500), chance.uniform(0, 1500))
        if k % 2:
            compounds.append(rows.served(f"n{k}", f"P{k % 5}", shape))
        else:
            compounds.append(rows.compound(f"o{k}", shape))
    barriers = []
    for k in range(8):
        points = [(chance.uniform(0, 1500), chance.uniform(0, 1500)) for _ in range(3)]
        kind = chance.choice(["铁路", "河流", "高速路", "主干道"])
        shape = shapely.LineString(points)
        barriers.append(rows.barrier(kind, shape.buffer(8) if k % 3 == 0 else shape, f"b{k}"))
        if chance.random() < 0.5:
            middle = shape.interpolate(chance.random(), normalized=True)
            barriers.append(rows.barrier("通道", middle, f"x{k}"))
    return compounds, [rows.project(f"P{k}") for k in range(5)], barriers


def oracle(snapshot):
    """The same by plain shapely, written apart: pair by pair, one shortest line.

    Random shapes have one shortest segment, so a line's crossing is all there is to ask. A
    pair that is within 5 cm of a decision is left out.
    """
    compounds = snapshot.geometry("compounds")
    plane = Plane(102.7, 25.04)
    codes = snapshot.column("compounds", "code")
    projects = snapshot.column("compounds", "project")
    shapes = plane.project(compounds)
    fences = plane.project(snapshot.geometry("barriers"))
    kinds = snapshot.column("barriers", "kind").tolist()
    bridges = [f for f, k in zip(fences, kinds, strict=True) if k == 5]
    answer, unsure = {}, set()
    for i in range(len(codes)):
        for j in range(len(codes)):
            if projects[i] is not None or projects[j] is None:
                continue
            key = (codes[i], projects[j])
            gap = shapes[i].distance(shapes[j])
            if abs(gap - 500) < 0.1:
                unsure.add(key)
            if gap > 500:
                continue
            free = True
            segment = shapely.shortest_line(shapes[i], shapes[j])
            for fence, kind in zip(fences, kinds, strict=True):
                if kind not in (1, 2, 3) or gap == 0:
                    continue
                if 0 < fence.distance(segment) < 0.05:
                    unsure.add(key)
                if not fence.intersects(segment):
                    continue
                opened = False
                for bridge in bridges:
                    walk = shapes[i].distance(bridge) + bridge.distance(shapes[j])
                    on = fence.distance(bridge)
                    if abs(walk - 500) < 0.1 or abs(on - 20) < 0.1:
                        unsure.add(key)
                    opened = opened or (walk <= 500 and on <= 20)
                free = free and opened
            best = answer.get(key, (False, 0.0))
            candidates = [best] if key in answer else []
            answer[key] = max([*candidates, (free, -gap)], key=lambda b: b[0])
    return answer, unsure


def test_random_layouts_agree_with_plain_shapely(snapshot_of, rows):
    compared = barred = opened = 0
    for seed in range(25):
        snapshot = snapshot_of(*random_layout(random.Random(seed), rows))
        codes = snapshot.column("compounds", "code")
        projects = snapshot.column("projects", "code")
        mine = {(codes[m.candidate], projects[m.project]): m for m in found(snapshot)}
        expected, unsure = oracle(snapshot)
        for key in sorted(set(mine) | set(expected)):
            if key in unsure:
                continue
            assert key in mine, (seed, key)
            assert key in expected, (seed, key)
            assert mine[key].stands == expected[key][0], (seed, key)
            compared += 1
            barred += not mine[key].stands
            opened += bool(mine[key].crossing)
    assert compared > 500
    assert barred > 50
    assert opened > 5


def test_gaps_are_geodesic(snapshot_of, rows):
    """Against the least of many geodesics between points on the two outlines."""
    chance = random.Random(7)
    snapshot = snapshot_of(*random_layout(chance, rows))
    shapes = snapshot.geometry("compounds")
    codes = snapshot.column("compounds", "code").tolist()
    checked = 0
    for meeting in found(snapshot):
        one, other = shapes[meeting.candidate], shapes[codes.index(meeting.via_code)]
        if meeting.gap_mm == 0:
            assert one.distance(other) < 2e-7
            continue
        a = shapely.get_coordinates(shapely.segmentize(one, 5e-6))
        b = shapely.get_coordinates(shapely.segmentize(other, 5e-6))
        pairs = np.array([(p, q) for p in range(len(a)) for q in range(len(b))])
        p, q = a[pairs[:, 0]], b[pairs[:, 1]]
        rough = np.hypot((p[:, 0] - q[:, 0]) * 0.906, p[:, 1] - q[:, 1])
        nearest = np.argsort(rough)[:200]
        least = GEOD.inv(p[nearest, 0], p[nearest, 1], q[nearest, 0], q[nearest, 1])[2].min()
        assert meeting.gap_mm / 1000 <= least + 0.05
        assert meeting.gap_mm / 1000 >= least - 0.6
        checked += 1
    assert checked > 10


def test_shuffled_rows_give_the_same_pairs(snapshot_of, rows):
    chance = random.Random(3)
    tables = random_layout(chance, rows)
    seen = set()
    for _ in range(4):
        snapshot = snapshot_of(*tables)
        codes = snapshot.column("compounds", "code")
        projects = snapshot.column("projects", "code")
        seen.add(
            tuple(
                sorted(
                    (
                        codes[m.candidate],
                        projects[m.project],
                        m.via_code,
                        m.gap_mm,
                        m.segment,
                        m.barred_by,
                        m.crossing,
                        m.walk_mm,
                        m.arterial,
                    )
                    for m in found(snapshot)
                )
                .__repr__()
                .split("\n")
            )
        )
        for table in tables:
            chance.shuffle(table)
    assert len(seen) == 1


def test_facing_finds_the_whole_strip():
    ones, others = (
        np.array([box], object) for box in (shapely.box(0, 0, 10, 10), shapely.box(20, 4, 30, 30))
    )
    strips = facings(ones, others).strips
    assert strips.pair.tolist() == [0]
    ends = np.concatenate([strips.segments(strips.low), strips.segments(strips.high)])
    assert {round(y, 9) for y in ends[:, 1].tolist()} == {4.0, 10.0}
