"""Roads and gates: facts like any others, in the snapshot's id, and what walks are measured by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.errors import InputError, UsageError
from geo.intake.load import Options, import_file
from geo.intake.template import write_template
from geo.intake.which_kind import which_kind
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.takeover.neighbours.layer import Terms, neighbourhood

Rows = Callable[[Register, str], list[dict[str, object]]]
GEOD = Geod(a=6378137.0, rf=298.257222101)
DAY = dt.date(2024, 12, 31)
STEP = 0.001


def cell(x: float, y: float, size: float = 0.0006) -> shapely.Polygon:
    """Square `size` degrees wide in the middle of a block of the street grid."""
    west, south = 102.7 + x * STEP + 0.0002, 25.0 + y * STEP + 0.0002
    return shapely.box(west, south, west + size, south + size)


def street(x0: float, y0: float, x1: float, y1: float) -> shapely.LineString:
    """Straight street between two crossroads of the grid, with every crossroads a vertex."""
    steps = np.linspace(0, 1, round(max(abs(x1 - x0), abs(y1 - y0))) + 1)[:, None]
    ends = np.array([[x0, y0], [x1, y1]])
    return shapely.LineString(
        np.array([102.7, 25.0]) + STEP * (ends[0] + steps * (ends[1] - ends[0]))
    )


def written(path: Path, shapes: list[shapely.Geometry], **columns: list[object]) -> Path:
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_file(path)
    return path


@pytest.fixture
def blocks(register: Register, tmp_path: Path) -> list[str]:
    """Twelve compounds, one in each block of a grid of four by three."""
    at = [(x, y) for x in range(4) for y in range(3)]
    codes = [f"XQ{x}{y}" for x, y in at]
    path = written(tmp_path / "xq.gpkg", [cell(*xy) for xy in at], 小区编码=codes)
    import_file(register, "compounds", path)
    return codes


def test_verdicts_of_roads_and_gates(register: Register, blocks: list[str], tmp_path: Path) -> None:
    line, point = street(0, 0, 4, 0), shapely.Point(102.7005, 25.0002)
    roads = written(
        tmp_path / "roads.gpkg", [line, point, line, street(0, 1, 4, 1)],
        类别=["支路", "支路", "支路", None], 可否步行=[None, None, None, "否"],
    )  # fmt: skip
    outcome = import_file(register, "roads", roads)
    assert outcome.verdicts == ["loaded", "quarantined", "skipped", "loaded"]
    gates = written(
        tmp_path / "gates.gpkg",
        [point, shapely.Point(102.702, 25.002), point, line, point, shapely.Point(102.7004, 25.0002)],
        小区编码=["XQ00", "XQ00", "没有的小区", "XQ00", None, "XQ00"],
    )  # fmt: skip
    outcome = import_file(register, "gates", gates)
    assert outcome.verdicts == [
        "loaded", "warned", "warned", "quarantined", "quarantined", "loaded",
    ]  # fmt: skip
    assert {item.position: item.rule for item in outcome.findings.found} == {
        1: "gate_far_off", 2: "gate_of_nobody", 3: "wrong_kind", 4: "required",
    }  # fmt: skip
    again = import_file(register, "gates", gates)
    assert set(again.verdicts) == {"unchanged", "quarantined"}
    assert not again.change


def test_they_need_shapes_and_are_told_by_their_columns(
    register: Register, blocks: list[str], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="须有图形"):
        write_template(tmp_path / "t.xlsx", "gates")
    (tmp_path / "g.csv").write_text("小区编码,名称\nXQ00,东门\n", "utf-8")
    with pytest.raises(InputError, match="没有图形列"):
        import_file(register, "gates", tmp_path / "g.csv")
    point = shapely.Point(102.7005, 25.0002)
    path = written(tmp_path / "g.gpkg", [point], 所属小区编码=["XQ00"], 出入口名称=["东门"])
    assert which_kind(path).kind == "gates"
    path = written(tmp_path / "r.gpkg", [street(0, 0, 1, 0)], 道路等级=["支路"], 路名=["学府路"])
    assert which_kind(path).kind == "roads"


def test_a_snapshot_has_the_roads_of_its_day(
    register: Register, blocks: list[str], snapshots: Snapshots, tmp_path: Path
) -> None:
    before = snapshots.get(DAY).id
    roads = written(
        tmp_path / "roads.gpkg", [street(0, 0, 4, 0), street(0, 1, 4, 1), street(0, 2, 4, 2)],
        类别=["支路", "Motorway", "motorway"], 可否步行=[None, None, "是"],
    )  # fmt: skip
    change = import_file(register, "roads", roads).change
    point = shapely.Point(102.7005, 25.0002)
    gates = written(tmp_path / "gates.gpkg", [point], 小区编码=["XQ00"])
    import_file(register, "gates", gates, Options(effective=dt.date(2024, 6, 1)))
    snapshot = snapshots.get(DAY)
    assert sorted(snapshot.column("roads", "kind")) == ["motorway", "支路"]
    assert snapshot.column("gates", "compound").tolist() == ["XQ00"]
    early = snapshots.get(dt.date(2024, 5, 31))
    assert (early.table("roads").num_rows, early.table("gates").num_rows) == (2, 0)
    assert len({before, snapshot.id}) == 2
    assert change is not None
    register.undo(change + 1, author="test")
    only_roads = snapshots.get(DAY).id
    register.undo(change, author="test")
    assert only_roads not in {before, snapshot.id}
    assert snapshots.get(DAY).id == before


def test_files_in_either_order_give_one_snapshot(
    new_register: Callable[[], Register], tmp_path: Path
) -> None:
    point = shapely.Point(102.7005, 25.0002)
    files = {
        "compounds": written(tmp_path / "xq.gpkg", [cell(0, 0)], 小区编码=["XQ00"]),
        "gates": written(tmp_path / "gates.gpkg", [point], 小区编码=["XQ00"]),
        "roads": written(tmp_path / "roads.gpkg", [street(0, 0, 1, 0)], 类别=["支路"]),
    }
    found = set()
    for order in (list(files), list(reversed(files))):
        register = new_register()
        for kind in order:
            import_file(register, kind, files[kind])
        found.add(Snapshots(register, tmp_path / order[0]).get(DAY).id)
    assert len(found) == 1


def test_walks_from_gate_to_gate_against_all_pairs_by_floyd_and_warshall(
    register: Register, blocks: list[str], snapshots: Snapshots, tmp_path: Path
) -> None:
    """A grid of streets with gaps; gates stand on crossroads, so that ways are sums of edges."""
    chance = np.random.default_rng(4)
    nodes = [(x, y) for x in range(5) for y in range(4)]
    edges = [
        (one, other)
        for one in nodes
        for other in [(one[0] + 1, one[1]), (one[0], one[1] + 1)]
        if other in nodes and chance.random() < 0.75
    ]
    lines = [street(*one, *other) for one, other in edges]
    import_file(register, "roads", written(tmp_path / "r.gpkg", lines, 类别=["支路"] * len(lines)))
    joined = sorted({node for edge in edges for node in edge})
    at = {code: joined[k] for code, k in zip(blocks, chance.permutation(len(joined)), strict=False)}
    points = [shapely.Point(102.7 + STEP * x, 25.0 + STEP * y) for x, y in at.values()]
    import_file(register, "gates", written(tmp_path / "g.gpkg", points, 小区编码=list(at)))

    place = {node: k for k, node in enumerate(joined)}
    way_m = np.full((len(joined), len(joined)), np.inf)
    np.fill_diagonal(way_m, 0)
    for (one, other), line in zip(edges, lines, strict=True):
        length = GEOD.geometry_length(line)
        way_m[place[one], place[other]] = way_m[place[other], place[one]] = length
    for k in range(len(joined)):
        way_m = np.minimum(way_m, way_m[:, [k]] + way_m[[k], :])

    pairs = neighbourhood(snapshots.get(DAY), Terms.of(500)).to_pylist()
    assert len(pairs) == 66
    assert {pair["walk_basis"] for pair in pairs} == {"roads_gates"}
    for pair in pairs:
        expected = way_m[place[at[pair["one"]]], place[at[pair["other"]]]]
        if np.isinf(expected):
            assert pair["walk_mm"] == -1
        else:
            assert pair["walk_mm"] / 1000 == pytest.approx(expected, rel=1e-4, abs=0.05)
