"""Shapes beside others, held against PostGIS and brute force."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.lint import limits, overlaps
from geo.intake.lint.measure import area_m2, mean_width_m
from geo.intake.lint.neighbours import neighbours
from geo.intake.load import import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.rings.outlines import Outlines

WEST, SOUTH = 102.70, 25.04
METRE = 1 / 110_773


def square(east: float, north: float, side: float, height: float | None = None) -> Any:
    west, south = WEST + east * METRE, SOUTH + north * METRE
    top = south + (side if height is None else height) * METRE
    return shapely.box(west, south, west + side * METRE, top)


def bring(
    register: Register, folder: Path, kind: str, shapes: dict[str, Any], **columns: Any
) -> Outcome:
    header = {"compounds": "小区编码", "areas": "管理区域编码", "divisions": "区划代码"}[kind]
    path = folder / f"{kind}{len(register.changes())}.gpkg"
    frame = gpd.GeoDataFrame(
        {header: list(shapes)} | columns, geometry=list(shapes.values()), crs=4490
    )
    frame.to_file(path)
    return import_file(register, kind, path)


def said(outcome: Outcome) -> list[tuple[str, int]]:
    return sorted((item.rule, item.row) for item in outcome.findings.found)


def messages(outcome: Outcome) -> list[str]:
    return [item.message for item in outcome.findings.found]


def test_near_duplicates_within_the_file_are_told_of_both_rows(
    register: Register, tmp_path: Path
) -> None:
    outcome = bring(
        register, tmp_path, "compounds", {"A": square(0, 0, 100), "B": square(2, 0, 100)}
    )
    assert said(outcome) == [("near_duplicate", 1), ("near_duplicate", 2)]
    assert f"交并比 {100 * (98 / 102):.1f} %" in messages(outcome)[0]


@pytest.mark.parametrize(
    ("shift_m", "rule"), [(0.0, "near_duplicate"), (2.0, "near_duplicate"), (3.0, "overlap")]
)
def test_a_duplicate_is_ninety_five_hundredths_of_the_ground_of_both(
    register: Register, tmp_path: Path, shift_m: float, rule: str
) -> None:
    bring(register, tmp_path, "compounds", {"A": square(0, 0, 100)})
    outcome = bring(register, tmp_path, "compounds", {"B": square(shift_m, 0, 100)})
    iou = (100 - shift_m) / (100 + shift_m)
    assert (iou >= limits.NEAR_DUPLICATE_IOU) == (rule == "near_duplicate")
    assert said(outcome) == [(rule, 1)]
    assert "登记库中的 A" in messages(outcome)[0]
    assert outcome.verdicts == ["warned"]


def test_overlaps_tell_share_and_square_metres_and_slips_are_let_pass(
    register: Register, tmp_path: Path
) -> None:
    outcome = bring(
        register, tmp_path, "compounds",
        {
            "A": square(0, 0, 100), "B": square(80, 0, 50), "C": square(129.5, 0, 100),
            "D": square(0, 98, 4, 10), "E": square(300, 0, 100), "F": square(400, 0, 100),
        },
    )  # fmt: skip
    # B on A by 20 m; C on B by half a metre and D on A by 8 m²: slips; E and F touch.
    assert said(outcome) == [("overlap", 1), ("overlap", 2)]
    with register.connect() as connection:
        row = connection.execute(
            "select st_area(st_intersection(a.geom, b.geom)::geography) as shared,"
            " st_area(a.geom::geography) as a, st_area(b.geom::geography) as b"
            " from compound_shape a, compound_shape b where a.code = 'A' and b.code = 'B'"
        ).fetchone()
    assert row is not None
    assert messages(outcome)[0] == (
        f"与第 2 行（B）重叠 {row['shared']:,.0f} ㎡，占本图形 {100 * (row['shared'] / row['a']):.1f} %、"
        f"对方 {100 * (row['shared'] / row['b']):.1f} %"
    )


def test_the_worst_of_several_is_named_and_the_rest_counted(
    register: Register, tmp_path: Path
) -> None:
    outcome = bring(
        register, tmp_path, "compounds",
        {"A": square(0, 0, 300), "B": square(10, 10, 20), "C": square(100, 100, 50)},
    )  # fmt: skip
    assert said(outcome) == [("overlap", 1), ("overlap", 2), ("overlap", 3)]
    assert "（C）" in messages(outcome)[0]
    assert "另与 1 个图形重叠" in messages(outcome)[0]


def test_the_registers_own_code_demolished_and_undone_ones_do_not_count(
    register: Register, tmp_path: Path
) -> None:
    bring(
        register, tmp_path, "compounds",
        {"A": square(0, 0, 100), "B": square(200, 0, 100), "C": square(400, 0, 100)},
        拆除日期=[None, "2020-01-01", None],
    )  # fmt: skip
    again = bring(
        register, tmp_path, "compounds",
        {"A": square(1, 0, 100), "NEW": square(201, 0, 100), "OTHER": square(401, 0, 100)},
    )  # fmt: skip
    assert said(again) == [("near_duplicate", 3)]


def test_held_rows_are_nobodys_neighbours(register: Register, tmp_path: Path) -> None:
    outcome = bring(
        register, tmp_path, "compounds",
        {"A": square(0, 0, 100), "B": square(0, 0, 100)}, 建成年份=["2000", "1066"],
    )  # fmt: skip
    assert outcome.verdicts == ["loaded", "quarantined"]


def counties(register: Register, folder: Path) -> None:
    """Two counties that meet at 102.8, with a jagged border, and their prefecture around them."""
    jag = [(102.8 + 0.0001 * (step % 2), 25 + 0.001 * step) for step in range(201)]
    west = shapely.Polygon([(102.6, 25), *jag, (102.6, 25.2)])
    both = shapely.box(102.6, 25, 103.0, 25.2)
    bring(
        register, folder, "divisions",
        {"5301": both, "530102": west, "530103": both.difference(west)},
        名称=["昆明市", "五华区", "盘龙区"],
    )  # fmt: skip


@pytest.mark.parametrize(("share", "astride"), [(0.05, False), (0.2, True), (0.5, True)])
def test_compounds_astride_two_counties(
    register: Register, tmp_path: Path, share: float, astride: bool
) -> None:
    counties(register, tmp_path)
    side = 0.002
    east = 102.80005 + side * (share - 1)  # the jagged border runs through 102.80005 on average
    shape = shapely.box(east, 25.05, east + side, 25.052)
    outcome = bring(
        register,
        tmp_path,
        "compounds",
        {"A": shape, "B": shapely.box(102.7, 25.05, 102.701, 25.051)},
    )
    assert said(outcome) == ([("astride_counties", 1)] if astride else [])
    if astride:
        with register.connect() as connection:
            row = connection.execute(
                "select st_area(st_intersection(s.geom, d.geom)) / st_area(s.geom) as share"
                " from compound_shape s, division d where s.code = 'A' and d.code = '530103'"
            ).fetchone()
        assert row is not None
        assert row["share"] == pytest.approx(share, abs=0.01)
        assert f"530103 {100 * row['share']:.1f} %" in messages(outcome)[0]


@pytest.mark.parametrize(
    ("share", "split"), [(0.05, False), (0.3, True), (0.95, False), (1, False)]
)
def test_areas_and_compounds_split_either_way_round(
    register: Register, tmp_path: Path, share: float, split: bool
) -> None:
    compound, area = square(0, 0, 100), square(100 - 100 * share, -50, 400)
    bring(register, tmp_path, "compounds", {"A": compound})
    by_area = bring(register, tmp_path, "areas", {"M": area})
    assert said(by_area) == ([("splits_compound", 1)] if split else [])
    # The other way round: the same compound under another code, in an area registered before.
    moved = shapely.affinity.translate(compound, 0, 200 * METRE)
    outcome = bring(register, tmp_path, "compounds", {"B": moved})
    assert said(outcome) == ([("split_by_area", 1)] if split else [])
    if split:
        assert f"A（{100 * share:.1f} %）" in messages(by_area)[0]
        assert f"只有 {100 * share:.1f} % 在管理区域 M 之内" in messages(outcome)[0]


def test_management_areas_on_each_other(register: Register, tmp_path: Path) -> None:
    outcome = bring(register, tmp_path, "areas", {"M": square(0, 0, 100), "N": square(50, 0, 100)})
    assert said(outcome) == [("overlap", 1), ("overlap", 2)]


def test_divisions_lie_in_each_other_and_nothing_is_said(
    register: Register, tmp_path: Path
) -> None:
    counties(register, tmp_path)
    assert all(item["counts"]["warned"] == 0 for item in register.changes())


RECTANGLES = st.lists(
    st.tuples(st.integers(0, 120), st.integers(0, 120), st.integers(3, 60), st.integers(3, 60)),
    min_size=2, max_size=12,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(rectangles=RECTANGLES)
def test_overlaps_are_those_that_brute_force_finds(
    rectangles: list[tuple[int, int, int, int]],
) -> None:
    shapes = np.array([square(*rectangle) for rectangle in rectangles], dtype=object)
    expected = {}
    for left, right in itertools.combinations(range(len(shapes)), 2):
        shared = np.array([shapely.intersection(shapes[left], shapes[right])], dtype=object)
        size = area_m2(shared)[0]
        if size >= limits.LEAST_OVERLAP_M2 and mean_width_m(shared)[0] >= limits.LEAST_WIDTH_M:
            expected[left, right] = size
    found = overlaps.within(Outlines.of(shapes), shapely.bounds(shapes)).beyond_slips()
    pairs = dict(
        zip(
            zip(found.left.tolist(), found.right.tolist(), strict=True),
            found.shared_m2,
            strict=True,
        )
    )
    assert pairs == pytest.approx(expected)
    both = found.both_ways()
    assert (both.iou <= 1 + 1e-9).all()
    assert (both.of_left <= 1 + 1e-9).all()
    assert both.shared_m2.sum() == pytest.approx(2 * found.shared_m2.sum())


def test_neighbours_are_those_near_by(register: Register, tmp_path: Path) -> None:
    shapes = {
        f"C{step}": shapely.affinity.translate(square(0, 0, 50), 0.03 * step) for step in range(20)
    }
    bring(register, tmp_path, "compounds", shapes)
    asked = np.array([shapes["C10"], shapely.box(102.7, 25.0, 102.8, 25.2)], dtype=object)
    batches = list(neighbours(register, "compounds", asked, without=["C1"]))
    found = [code for batch in batches for code in batch.codes]
    assert found == sorted(found)
    assert "C1" not in found
    assert {"C0", "C2", "C3", "C10"} <= set(found)
    assert not {"C6", "C14", "C19"} & set(found)
    assert all(len(batch.codes) == len(batch.shapes) for batch in batches)


def test_a_pile_is_named_without_looking_into_every_pair(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_CANDIDATES", 500)
    equal = {f"C{step}": square(0, 0, 50) for step in range(60)}
    outcome = bring(register, tmp_path, "compounds", equal)
    assert said(outcome) == [("near_duplicate", row) for row in range(1, 61)]
    assert "另有 58 个" in messages(outcome)[0]
    near = {f"D{step}": square(500 + 0.01 * step, 0, 50) for step in range(60)}
    outcome = bring(register, tmp_path, "compounds", near)
    assert said(outcome) == []
    assert [item.rule for item in outcome.findings.notices if item.rule != "datum"] == [
        "too_many_overlaps"
    ]
