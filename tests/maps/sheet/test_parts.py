"""Parts of a sheet by themselves: labels, lines of text, scales, tables, names."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.snapshot.file import Snapshot
from maps.sheet import labels, listing, shares
from maps.sheet.fonts import MM_PER_PT, font_file, width_mm, wrapped
from maps.sheet.furniture import nice_length_m
from maps.sheet.names import short_name
from maps.sheet.paper import PAPERS, Box, paper
from maps.sheet.projection import projection_of, window_of

FRAME = Box(10, 10, 180, 120)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(12, 188), st.floats(12, 128), st.integers(1, 6)),
        min_size=1,
        max_size=40,
    )
)
def test_no_label_lies_on_another(points: list[tuple[float, float, int]]) -> None:
    wanted = [
        labels.Wanted(
            (x, y), ((labels.Line("区" * size, 7.0),),), shapely.Point(x, y).buffer(size), 25
        )
        for x, y, size in points
    ]
    taken = [Box(10, 110, 60, 20)]
    placed, left_out = labels.place(wanted, FRAME, taken)
    assert len(placed) + len(left_out) == len(wanted)
    boxes = [shapely.box(*item.box) for item in placed]
    for i, box in enumerate(boxes):
        assert shapely.box(10, 10, 190, 130).covers(box)
        assert not shapely.box(10, 110, 70, 130).intersects(box)
        assert not any(box.intersects(other) for other in boxes[i + 1 :])
    leaders = [
        shapely.LineString([item.leader, item.wanted.at])
        for item in placed
        if item.leader is not None
    ]
    for i, line in enumerate(leaders):
        assert not any(line.intersects(other) for other in leaders[i + 1 :])


def test_a_label_that_fits_stays_in_its_shape() -> None:
    shape = shapely.box(50, 50, 90, 70)
    wanted = labels.Wanted((70, 60), ((labels.Line("五华区", 7.0),),), shape, 25)
    (placed,), _ = labels.place([wanted], FRAME)
    assert placed.leader is None
    assert shape.covers(shapely.box(*placed.box))


def test_widths_are_the_fonts_own() -> None:
    """Against FreeType, which sets the line itself."""
    path, place = font_file()
    font = ImageFont.truetype(str(path), 1000, index=place)
    for words in ("五华区", "Abc 123.4 %", "89.96 %（A档）"):
        assert width_mm(words, 10) == pytest.approx(
            font.getlength(words, features=["-kern"]) / 1000 * 10 * MM_PER_PT, rel=0.01
        )


@given(st.text(alphabet="中文，。（） ab1%", max_size=60), st.floats(8, 40))
def test_lines_hold_all_words(text: str, width: float) -> None:
    lines = wrapped(text, 6, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="中文字 ", max_size=60), st.floats(8, 40))
def test_lines_are_no_wider(text: str, width: float) -> None:
    assert all(width_mm(line, 6) <= width for line in wrapped(text, 6, width))


def test_a_closing_mark_does_not_begin_a_line() -> None:
    text = "统计口径为建筑面积，" * 8
    for width in range(10, 40):
        lines = wrapped(text, 6, width)
        assert len(lines) > 1
        assert not [line for line in lines if line[0] == "，"]


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_parts_of_a_paper_do_not_overlap(name: str, orientation: str) -> None:
    sheet = paper(name, orientation)
    parts = [sheet.title, sheet.map, sheet.locator, sheet.key, sheet.list, sheet.foot]
    boxes = [shapely.box(p.x, p.y, p.right, p.bottom) for p in parts]
    page = shapely.box(0, 0, sheet.width, sheet.height)
    for i, box in enumerate(boxes):
        assert page.buffer(-5).covers(box)
        assert not any(box.buffer(-0.01).intersects(other) for other in boxes[i + 1 :])


def test_a_map_fits_its_frame_at_a_round_scale() -> None:
    shape = np.array([shapely.box(101.1, 24.3, 103.9, 26.4)], dtype=object)
    window = window_of(shape, FRAME)
    left, top, right, bottom = window.shapes(shape)[0].bounds
    assert (left, top) >= (10, 10)
    assert (right, bottom) <= (190, 130)
    assert (right - left) / 180 > 0.7 or (bottom - top) / 120 > 0.7
    assert window.denominator % 10_000 == 0
    back = window.to_degrees(window.to_paper(np.array([[102.0, 25.0]])))
    assert back == pytest.approx(np.array([[102.0, 25.0]]), abs=1e-9)


def test_a_province_is_drawn_equal_in_area() -> None:
    """Two degree cells of one parallel apart keep their ratio of areas on the ellipsoid."""
    from pyproj import Geod

    projection = projection_of((97.5, 21.1, 106.2, 29.3))
    assert "等积" in projection.words
    cells = [shapely.segmentize(shapely.box(98, lat, 99, lat + 1), 0.01) for lat in (21, 28)]
    drawn = [shapely.transform(cell, projection.forward).area for cell in cells]
    ground = [abs(Geod(ellps="GRS80").geometry_area_perimeter(cell)[0]) for cell in cells]
    assert drawn == pytest.approx(ground, rel=1e-4)


@given(st.floats(60, 9e5))
def test_scale_bars_are_round(longest_m: float) -> None:
    length = nice_length_m(longest_m)
    assert length <= longest_m < 2.5 * length * 1.001
    assert f"{length:.0e}"[0] in "125"


def test_rows_without_room_come_to_a_rest_that_sums(snapshot: Snapshot) -> None:
    found = coverage(snapshot, "I1", "street", Definition(), 53)
    room = 4
    rows = shares.table_rows(found, room, {})
    assert len(rows) == room
    assert rows[-2].cells[0] == f"其余 {len(found.rows) - room + 2} 个"
    amounts = [float(row.cells[2].replace(",", "")) for row in rows]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=0.3)
    box = Box(0, 0, 68, 60)
    assert listing.room_for(box, 1, 2) == 2 * listing.room_for(box, 1)


def test_the_table_says_what_the_headline_says(snapshot: Snapshot) -> None:
    found = coverage(snapshot, "I1", "county", Definition(), 53)
    total = shares.table_rows(found, 99, {})[-1].cells
    share, gap = shares.headline(found)[:2]
    assert share == f"{total[1]} %"
    assert gap.endswith(f"还需 {total[4]} 万㎡")


def test_short_names_are_each_once_in_their_prefecture() -> None:
    path = Path(__file__).parents[3] / "data" / "boundaries" / "53" / "outlines.geojson"
    features = json.loads(path.read_text("utf-8"))["features"]
    names = [(f["properties"]["code"][:4], short_name(f["properties"]["name"])) for f in features]
    assert len(set(names)) == len(names)
    assert not [name for _, name in names if "族" in name or "自治" in name]
    assert max(len(name) for _, name in names) <= 5


def test_font_is_there_for_poppler_too() -> None:
    listed = subprocess.run(["fc-list", "Noto Sans CJK SC"], check=True, capture_output=True)
    assert listed.stdout
