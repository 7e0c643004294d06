"""Polygons kept as bytes are the polygons that shapely builds, and what is said of them is too."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.datum.reference import Datum, Geometries, from_register, to_register
from geo.intake.lint.check import Judging, judged_in, lint, lint_outlines
from geo.intake.verdicts import Findings
from geo.rings.boxes import overlapping
from geo.rings.column import OutlineColumn
from geo.rings.loops import warm
from geo.rings.outlines import Outlines

WEST, SOUTH = 102.7, 25.0
DEGREES = Datum.named("EPSG:4490")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    warm()


def star(points: list[tuple[int, int]]) -> shapely.Polygon:
    """Corners on a grid of about ten metres: sides that touch, cross, repeat and run back."""
    ring = [(WEST + x * 1e-4, SOUTH + y * 1e-4) for x, y in points]
    return shapely.Polygon([*ring, ring[0]])


def lobed(corners: int, seed: int, east: float = 0.0) -> shapely.Polygon:
    """An outline as surveyors draw them."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.random(corners)) * 2 * math.pi
    reach = 0.001 * (0.5 + rng.random(corners))
    return shapely.Polygon(
        np.column_stack([WEST + east + reach * np.cos(angle), SOUTH + 0.01 + reach * np.sin(angle)])
    )


CORNER = st.tuples(st.integers(0, 12), st.integers(0, 12))
GRIDDED = st.lists(CORNER, min_size=3, max_size=9).map(star)
LOBED = st.builds(lobed, st.integers(3, 60), st.integers(0, 10**6))
HOLED = GRIDDED.map(lambda shape: shapely.Polygon(shapely.box(102, 24, 103, 26), [shape.exterior]))
with np.errstate(invalid="ignore"):
    NOWHERE = shapely.Polygon([(102, 25), (102.001, 25), (102.001, math.nan), (102, 25)])
ODD = st.sampled_from(
    [
        None,
        shapely.Polygon(),
        shapely.Point(WEST, SOUTH),
        shapely.LineString([(WEST, SOUTH), (WEST, SOUTH + 0.01), (WEST + 0.01, SOUTH)]),
        shapely.MultiPolygon([shapely.box(102, 25, 102.001, 25.001), shapely.box(103, 25, 103.001, 25.001)]),
        shapely.box(102, 25, 102.2, 25.2),
        shapely.box(25, 102, 25.001, 102.001),
        shapely.box(0, 0, 0.001, 0.001),
        shapely.box(102, 25, 102.00001, 25.00001),
        shapely.box(102, 25, 102.01, 25.000005),
        shapely.Polygon([(102, 25, 1), (102.001, 25, 1), (102.001, 25.001, 1), (102, 25, 1)]),
        NOWHERE,
        shapely.Polygon([(102, 25), (102.001, 25), (102.001, 25.001), (102.0015, 25.00151), (102.001, 25.001), (102, 25.001)]),
        shapely.multipolygons([lobed(12, 7)]),
        shapely.Polygon([(102, 25), (102, 25.001), (102.001, 25.001), (102.001, 25)]),
    ]
)  # fmt: skip
SHAPES = st.lists(st.one_of(GRIDDED, LOBED, HOLED, ODD), min_size=1, max_size=12)


def outlines(shapes: list[Any]) -> Outlines:
    with np.errstate(invalid="ignore"):
        return Outlines.read(pa.array(shapely.to_wkb(shapes), pa.binary()))


def both(shapes: list[Any], datum: Datum) -> Iterator[tuple[Geometries, Findings]]:
    """The same file by either way."""
    raw = np.array([*shapes, None], dtype=object)[:-1]
    for as_bytes in (False, True):
        findings = Findings(["图层"] * len(raw), list(range(1, len(raw) + 1)))
        if as_bytes:
            made = outlines(shapes)
            out = np.asarray(
                lint_outlines(made, datum, findings, "compounds", Judging(made, datum))
            )
        else:
            out = lint(raw, to_register(raw, datum), datum, findings, "compounds")
        yield out, findings


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@settings(max_examples=100, deadline=None)
@given(SHAPES, st.sampled_from(["EPSG:4490", "EPSG:4542", "gcj02", "EPSG:4490/yx"]))
@example([lobed(20, 1), lobed(20, 1)], "EPSG:4490")
@example([shapely.set_precision(lobed(9, 3), 1e-4)] * 3, "EPSG:4490")
def test_the_same_is_said_and_made_of_polygons_kept_as_bytes(shapes: list[Any], name: str) -> None:
    datum = Datum.named(name)
    if name == "EPSG:4542":
        there = np.array([*shapes, None], dtype=object)[:-1]
        shapes = list(from_register(there, datum))
    (plain, said), (quick, told) = both(shapes, datum)
    assert shapely.to_wkb(plain).tolist() == shapely.to_wkb(quick).tolist()
    assert sorted(map(repr, said.found)) == sorted(map(repr, told.found))
    assert said.notices == told.notices
    assert (said.held, said.skipped) == (told.held, told.skipped)


def test_most_outlines_are_beyond_doubt() -> None:
    shapes = [lobed(20, seed) for seed in range(300)]
    judged = judged_in(outlines(shapes), DEGREES)
    assert judged.plain.mean() > 0.8
    assert judged.vertices == sum(
        shapely.get_num_coordinates(shape)
        for shape, plain in zip(shapes, judged.plain, strict=True)
        if plain
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(GRIDDED, min_size=1, max_size=20))
def test_what_is_judged_plain_is_valid_to_geos(shapes: list[shapely.Polygon]) -> None:
    plain = judged_in(outlines(shapes), DEGREES).plain
    assert shapely.is_valid(np.array(shapes, dtype=object)[plain]).all()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0, 0.02)] * 4), max_size=60), st.floats(0, 1000))
def test_boxes_overlap_as_every_pair_compared(
    drawn: list[tuple[float, float, float, float]], least_m2: float
) -> None:
    corners = np.array(drawn).reshape(-1, 4)
    low = corners[:, :2] + (102, 25)
    bounds = np.hstack([low, low + corners[:, 2:] ** 2])
    found = overlapping(bounds, least_m2, 10**6)
    assert found is not None
    expected = []
    for a in range(len(bounds)):
        for b in range(a + 1, len(bounds)):
            sides = np.minimum(bounds[a, 2:], bounds[b, 2:]) - np.maximum(
                bounds[a, :2], bounds[b, :2]
            )
            south = math.radians(max(bounds[a, 1], bounds[b, 1]))
            w2 = 1 - 0.00669438002290 * math.sin(south) ** 2
            east_m = math.radians(6378137 * math.cos(south) / math.sqrt(w2))
            north_m = math.radians(6378137 * (1 - 0.00669438002290) / w2**1.5)
            area = sides.prod() * east_m * north_m
            if (sides > 0).all() and abs(area - least_m2) < 1e-6 * least_m2:
                return  # on the limit, rounding decides
            if (sides > 0).all() and area >= least_m2:
                expected.append((a, b))
    assert list(zip(*(side.tolist() for side in found), strict=True)) == expected


def test_more_pairs_than_allowed_are_not_listed() -> None:
    bounds = np.tile([102, 25, 102.01, 25.01], (50, 1))
    assert overlapping(bounds, 1, 50 * 49 // 2 - 1) is None
    found = overlapping(bounds, 1, 50 * 49 // 2)
    assert found is not None
    assert len(found[0]) == 50 * 49 // 2


MIXED = [lobed(9, 1), None, shapely.box(102, 25, 103, 26), shapely.Point(1, 2), lobed(30, 2)]


def same(left: Any, right: Any) -> bool:
    return left is right or bool(shapely.equals_identical(left, right))


def test_outlines_are_read_like_an_array() -> None:
    kept, shapes = outlines(MIXED), np.array(MIXED, dtype=object)
    assert len(kept) == len(shapes)
    keys: list[Any] = [
        slice(None), slice(1, 4), np.array([4, 0, 0]), np.array([True, False, True, True, False]),
    ]  # fmt: skip
    for key in keys:
        assert all(map(same, kept[key], shapes[key]))
        assert len(kept[key]) == len(shapes[key])
    assert same(kept[4], MIXED[4])
    assert kept[1] is None
    assert all(map(same, np.asarray(kept), shapes))
    assert kept.absent.tolist() == [False, True, False, False, False]
    np.testing.assert_array_equal(kept.boxes(), shapely.bounds(shapes))
    known = shapely.to_wkb(shapes)
    assert kept.wkb(np.array([4, 0])).to_pylist() == [known[4], known[0]]
    assert kept.wkb(np.arange(5)).to_pylist() == known.tolist()
    taken = kept.take(np.array([3, 4]))
    assert all(map(same, np.asarray(taken), shapes[[3, 4]]))
    filled = kept.filled(np.array([1]), np.array([MIXED[0]], dtype=object))
    assert same(filled[1], MIXED[0])
    assert kept[1] is None


def test_outlines_are_a_column_of_a_frame() -> None:
    frame = pd.DataFrame({"code": list("abcde")})
    frame["geometry"] = pd.Series(OutlineColumn(outlines(MIXED)))
    assert frame["geometry"].isna().tolist() == [False, True, False, False, False]
    chosen = frame[frame["geometry"].notna()].iloc[::-1]
    assert [same(*pair) for pair in zip(chosen["geometry"], MIXED[4:1:-1], strict=False)] == [
        True
    ] * 3
    assert same(frame.at[4, "geometry"], MIXED[4])
    assert same(chosen["geometry"].tolist()[-1], MIXED[0])
    assert all(map(same, np.array(chosen["geometry"], dtype=object), chosen["geometry"].tolist()))
    assert isinstance(chosen["geometry"].array, OutlineColumn)
    put = pd.concat([chosen, frame])["geometry"]
    assert isinstance(put.array, OutlineColumn)
    assert len(put) == 9
    other = pd.Series(OutlineColumn(outlines([MIXED[2]])))
    assert same(pd.concat([frame["geometry"], other]).tolist()[-1], MIXED[2])
    assert same(frame["geometry"].astype(object)[4], MIXED[4])
    assert frame.reindex([0, 9])["geometry"].isna().tolist() == [False, True]
