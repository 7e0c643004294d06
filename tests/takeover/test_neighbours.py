"""The neighbourhood as a layer: pair by pair, against plain shapely, kept, shown, written."""

import random
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from geo.action_plan import Definition
from geo.errors import NotFound, UsageError
from geo.takeover.neighbours import file as neighbour_file
from geo.takeover.neighbours.edges import shared_edge_m
from geo.takeover.neighbours.hosts import host_parts
from geo.takeover.neighbours.layer import SCHEMA, Terms, neighbourhood
from geo.takeover.neighbours.metric import Plane
from geo.takeover.neighbours.pairs import meetings
from geo.takeover.neighbours.rows import as_json, compound_rows, project_rows, selected, summary
from geo.takeover.plan.candidates import CANDIDATE, gap_classes
from maps.neighbours import write_neighbours

LIMIT = Terms(Decimal(500), Decimal(500), Decimal(30))
FAR = 10_000
A_BOX, B_BOX = shapely.box(0, 0, 60, 60), shapely.box(100, 0, 160, 60)


def line(*points):
    return shapely.LineString(points)


def layer(snapshot, terms=LIMIT):
    return {(row["one"], row["other"]): row for row in neighbourhood(snapshot, terms).to_pylist()}


@pytest.fixture
def two(snapshot_of, rows):
    """A and B, with barriers between: their row."""

    def build(*barriers, a=A_BOX, b=B_BOX, terms=LIMIT, **facts):
        snapshot = snapshot_of(
            [rows.compound("A", a), rows.served("B", "P", b, **facts)],
            [rows.project("P")],
            [rows.barrier(*barrier) for barrier in barriers],
        )
        return layer(snapshot, terms).get(("A", "B"))

    return build


def test_forty_metres_apart(two):
    row = two()
    assert row["gap_mm"] == row["walk_mm"] == pytest.approx(40_000, abs=2)
    assert row["walk_basis"] == "boundary"
    assert (row["one_project"], row["other_project"]) == (None, "P")
    assert (row["same_county"], row["same_street"], row["same_community"]) == (2, 2, 2)
    for name in ("line_crossed", "barred_kind", "barred_name", "crossing", "arterial"):
        assert row[name] is None
    assert row["shared_edge_mm"] == 0
    assert row["west"] < row["east"]


@pytest.mark.parametrize(
    ("gap_m", "edge_m"),
    # The wall, and of the two walls at its ends what lies within 30 m of the other's corner.
    [(0, 60 + 2 * 30), (10, 60 + 2 * 20), (29.99, 60), (30.01, 0)],
)
def test_shared_edge_of_two_boxes(two, gap_m, edge_m):
    box = shapely.box(60 + gap_m, 0, 120 + gap_m, 60)
    assert two(b=box)["shared_edge_mm"] / 1000 == pytest.approx(edge_m, abs=0.2)


def test_a_short_wall_before_a_long_one_shares_the_short(two):
    row = two(a=shapely.box(0, -200, 60, 260), b=shapely.box(80, 25, 90, 35))
    # Ten metres and two flanks of ten each: all its boundary within 30 m, but for the far wall.
    assert row["shared_edge_mm"] / 1000 == pytest.approx(40, abs=0.2)


def test_shared_edge_against_sampling():
    chance = random.Random(5)

    def blob(x, y):
        spokes = [(k / 7 * 2 * np.pi, chance.uniform(20, 60)) for k in range(7)]
        return shapely.Polygon([(x + r * np.cos(a), y + r * np.sin(a)) for a, r in spokes])

    def sampled(one, other):
        points = shapely.line_interpolate_point(one.boundary, np.arange(0, one.length, 0.05))
        return 0.05 * shapely.dwithin(points, other, 30).sum()

    ones = np.array([blob(0, 0) for _ in range(40)], object)
    others = np.array([blob(chance.uniform(40, 110), 0) for _ in range(40)], object)
    mine = shared_edge_m(ones, others, np.arange(40), np.arange(40), 30.0)
    assert (mine > 0).sum() > 20
    for k in range(40):
        expected = min(sampled(ones[k], others[k]), sampled(others[k], ones[k]))
        assert mine[k] == pytest.approx(expected, abs=0.5)


def test_barred_and_opened(two):
    rail = ("铁路", line((80, -FAR), (80, FAR)), "成昆线")
    row = two(rail)
    assert (row["barred_kind"], row["barred_name"], row["walk_mm"]) == ("铁路", "成昆线", -1)
    row = two(rail, ("通道", shapely.Point(80, 200), "跨线桥"))
    assert (row["barred_kind"], row["crossing"]) == (None, "跨线桥")
    assert 280_000 < row["walk_mm"] < 290_000
    row = two(("主干道", line((80, -FAR), (80, FAR))))
    assert (row["barred_kind"], row["arterial"]) == (None, "主干道")


@pytest.mark.parametrize(
    ("facts", "crossed", "same"),
    [
        ({}, None, (2, 2, 2)),
        ({"community": 530102001002}, "community", (2, 2, 1)),
        ({"street": 530102002, "community": 530102002001}, "street", (2, 1, 1)),
        ({"county": 530103, "street": 530103001, "community": 530103001001}, "county", (1, 1, 1)),
        ({"street": 0, "community": 0}, None, (2, 0, 0)),
    ],
    ids=["same", "community", "street", "county", "unknown"],
)
def test_division_lines(two, facts, crossed, same):
    row = two(("河流", line((80, -FAR), (80, FAR)), "江"), **facts)
    assert row["line_crossed"] == crossed
    assert (row["same_county"], row["same_street"], row["same_community"]) == same
    assert row["barred_kind"] == "河流"  # also where a plan would stop at the county's line


@pytest.mark.parametrize(("limit", "there"), [(40.01, True), (39.99, False)])
def test_the_limit_counts(two, limit, there):
    terms = Terms(Decimal(str(limit)), Decimal(500), Decimal(30))
    assert (two(terms=terms) is not None) is there
    with pytest.raises(UsageError):
        Terms.of(5001)


def test_only_what_stands_and_is_drawn(snapshot_of, rows):
    snapshot = snapshot_of(
        [
            rows.compound("A", A_BOX),
            rows.compound("gone", B_BOX, standing=False),
            rows.compound("undrawn", None),
            rows.served("area_served", "P", None),
        ],
        [rows.project("P", areas=["G"])],
        areas=[{"code": "G", "name": "一区", "shape": B_BOX}],
    )
    ((pair, row),) = layer(snapshot).items()
    assert pair == ("A", "G")
    assert (row["other_kind"], row["other_project"]) == (1, "P")
    (shown,) = as_json(project_rows(selected(neighbourhood(snapshot, LIMIT), snapshot), snapshot))
    assert (shown["one"], shown["project"], shown["other_name"]) == ("A", "P", "一区")


def town(chance, rows, many=60):
    """Boxes in three streets of two counties, some served, with rivers and a railway."""
    compounds = []
    for k in range(many):
        x, y = chance.uniform(0, 1800), chance.uniform(0, 1800)
        shape = shapely.box(x, y, x + chance.uniform(20, 90), y + chance.uniform(20, 90))
        county = 530102 if x < 1200 else 530103
        facts = {"county": county, "street": county * 1000 + 1 + (y > 900)}
        facts["community"] = facts["street"] * 1000 + 1
        if k % 3:
            compounds.append(rows.compound(f"o{k:02d}", shape, **facts))
        else:
            compounds.append(rows.served(f"n{k:02d}", f"P{k % 4}", shape, **facts))
    barriers = [
        rows.barrier("河流", shapely.box(600, -FAR, 615, FAR), "江"),
        rows.barrier("通道", shapely.Point(607, 500), "桥"),
        rows.barrier("铁路", line((-FAR, 1000), (FAR, 1010)), "线"),
        rows.barrier("主干道", line((-FAR, 300), (FAR, 320)), "路"),
    ]
    return compounds, [rows.project(f"P{k}") for k in range(4)], barriers


def test_every_pair_within_the_limit_is_there_once(snapshot_of, rows):
    snapshot = snapshot_of(*town(random.Random(1), rows))
    mine = layer(snapshot)
    shapes = Plane(102.7, 25.04).project(snapshot.geometry("compounds"))
    codes = snapshot.column("compounds", "code").tolist()
    expected = {}
    for i, one in enumerate(codes):
        for j, other in enumerate(codes):
            if one < other:
                gap = shapes[i].distance(shapes[j])
                assert abs(gap - 500) > 0.05
                if gap <= 500:
                    expected[one, other] = gap
    assert set(mine) == set(expected)
    assert {row["same_county"] for row in mine.values()} == {1, 2}
    for pair, row in mine.items():
        assert row["gap_mm"] / 1000 == pytest.approx(
            expected[pair], abs=0.03 + expected[pair] / 1000
        )
        assert row["other_kind"] == 0


def test_it_agrees_with_what_plans_are_made_from(snapshot_of, rows):
    snapshot = snapshot_of(*town(random.Random(2), rows))
    candidates = gap_classes(snapshot, Definition(), None)[CANDIDATE]
    projects = snapshot.column("projects", "code")
    codes = snapshot.column("compounds", "code")
    listed = project_rows(selected(neighbourhood(snapshot, LIMIT), snapshot), snapshot)
    mine = {(row["one"], row["project"]): row for row in as_json(listed)}
    compared = 0
    for meeting in meetings(snapshot, candidates, host_parts(snapshot), Decimal(500), Decimal(500)):
        row = mine[codes[meeting.candidate], projects[meeting.project]]
        if not meeting.same_county:
            continue
        compared += 1
        if row["other"] != meeting.via_code:  # a part of another county may be nearer
            continue
        assert row["gap_m"] == pytest.approx(meeting.gap_mm / 1000, abs=0.002)
        assert (row["barred_kind"] is None) == meeting.stands
        assert (row["crossing"] or "") == meeting.crossing
        assert (row["arterial"] or "") == meeting.arterial
    assert compared > 50


def test_a_project_is_no_neighbour_of_its_own(snapshot_of, rows):
    snapshot = snapshot_of(
        [
            rows.served("N1", "P", A_BOX),
            rows.served("N2", "P", B_BOX),
            rows.compound("O", shapely.box(0, 100, 60, 160)),
        ],
        [rows.project("P")],
    )
    listed = as_json(project_rows(selected(neighbourhood(snapshot, LIMIT), snapshot), snapshot))
    assert [(row["one"], row["project"], row["other"]) for row in listed] == [("O", "P", "N1")]


def test_of_one_compound_and_of_a_division(snapshot_of, rows):
    snapshot = snapshot_of(*town(random.Random(3), rows))
    table = neighbourhood(snapshot, LIMIT)
    everything = layer(snapshot)
    code = "o01"
    pairs = selected(table, snapshot, compound=code)
    shown = compound_rows(pairs, snapshot, code)
    assert set(shown["one"]) == {code}
    assert set(shown["other"]) == {
        other if one == code else one for one, other in everything if code in {one, other}
    }
    assert shown["gap_m"].is_monotonic_increasing
    for row in as_json(shown):
        source = everything[min(code, row["other"]), max(code, row["other"])]
        assert row["gap_m"] == source["gap_mm"] / 1000
        at_code = ("west", "south") if code < row["other"] else ("east", "north")
        assert row["segment"][:2] == [source[side] for side in at_code]
    inside = selected(table, snapshot, division=530103)
    county = dict(
        zip(*(snapshot.column("compounds", n).tolist() for n in ("code", "county")), strict=True)
    )
    assert len(inside) == sum(530103 in {county[one], county[other]} for one, other in everything)
    assert set(project_rows(inside, snapshot, 530103)["one"].map(county)) == {530103}
    with pytest.raises(NotFound):
        selected(table, snapshot, compound="X")


def test_counts(snapshot_of, rows):
    snapshot = snapshot_of(*town(random.Random(4), rows))
    table = neighbourhood(snapshot, LIMIT)
    found = summary(selected(table, snapshot))
    listed = table.to_pylist()
    assert found["pairs"] == len(listed)
    assert found["barred"].keys() == {"河流", "铁路"}
    assert sum(found["barred"].values()) == sum(row["walk_mm"] < 0 for row in listed) > 0
    assert found["by_crossing"] == sum(row["crossing"] is not None for row in listed) > 0
    assert found["walk_basis"] == {"boundary": len(listed)}
    assert found["adjacent"] == sum(row["gap_mm"] <= 30_000 for row in listed) > 0


def test_kept_beside_the_snapshot_with_the_same_bytes(snapshot_of, rows, tmp_path):
    compounds, projects, barriers = town(random.Random(6), rows)
    snapshot = snapshot_of(compounds, projects, barriers)
    path = neighbour_file.path_of(snapshot, LIMIT)
    table = neighbour_file.get(snapshot, LIMIT)
    assert table.schema.names == SCHEMA.names
    first = path.read_bytes()
    before = path.stat().st_mtime_ns
    assert neighbour_file.get(snapshot, LIMIT).equals(table)
    assert path.stat().st_mtime_ns == before
    path.unlink()
    with ProcessPoolExecutor(2) as pool:
        neighbour_file.get(snapshot, LIMIT, pool)
    assert path.read_bytes() == first
    # Another order of rows in the snapshot is the same layer; another setting is another file.
    random.Random(0).shuffle(compounds)
    random.Random(1).shuffle(barriers)
    assert neighbourhood(snapshot_of(compounds, projects, barriers), LIMIT).equals(
        neighbourhood(snapshot, LIMIT)
    )
    other = Terms(Decimal(500), Decimal(400), Decimal(30))
    assert neighbour_file.path_of(snapshot, other) != path
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".xlsx"])
def test_written_as_files(snapshot_of, rows, tmp_path, suffix):
    snapshot = snapshot_of(*town(random.Random(7), rows))
    pairs = selected(neighbourhood(snapshot, LIMIT), snapshot)
    compounds, projects = compound_rows(pairs, snapshot), project_rows(pairs, snapshot)
    head = {"as_of": "2024-12-31", **LIMIT.as_json()}
    path = tmp_path / f"邻接{suffix}"
    write_neighbours(path, compounds, projects, head)
    if suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        assert book["小区与小区"].max_row == len(compounds) + 1
        assert book["小区与项目"].max_row == len(projects) + 1
    elif suffix == ".gpkg":
        read = gpd.read_file(path, layer="小区与小区")
        assert read["gap_m"].tolist() == compounds["gap_m"].tolist()
        assert len(gpd.read_file(path, layer="小区与项目")) == len(projects)
        assert read.crs.to_epsg() == 4490
        assert read.geometry.iloc[0].coords[0] == (compounds["west"][0], compounds["south"][0])
    else:
        assert len(gpd.read_file(path)) == len(compounds) + len(projects)
    first = path.read_bytes()
    write_neighbours(path, compounds, projects, head)
    assert path.read_bytes() == first
    with pytest.raises(UsageError):
        write_neighbours(tmp_path / "a.pdf", compounds, projects, head)


def test_nothing_near_anything(snapshot_of, rows):
    table = neighbourhood(snapshot_of([rows.compound("A", A_BOX)]), LIMIT)
    assert table.num_rows == 0
    assert table.schema.equals(SCHEMA)
    assert neighbourhood(snapshot_of([rows.compound("A", None)]), LIMIT).num_rows == 0
