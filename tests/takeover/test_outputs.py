"""What a plan is written as: read back, complete, marked, the same bytes each time."""

import dataclasses
import json
import sqlite3
import zipfile
from decimal import Decimal

import geopandas as gpd
import openpyxl
import pytest
import shapely

from geo.errors import UsageError
from geo.takeover.plan.make import make_plan
from geo.takeover.plan.paper import load
from geo.takeover.plan.record import GapPart
from maps.plan_files import LAYERS, check_suffix, write_plan
from maps.plan_workbook import sheet_names
from maps.suggestions import suggestions


@pytest.fixture
def made(town_of):
    snapshot = town_of(0)
    plan = make_plan(snapshot, 530102, Decimal(1), fallback=True, within="county")
    assert plan.suggestions
    assert plan.fallbacks
    assert plan.not_served
    return snapshot, plan


def cells(sheet):
    return [
        value for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    ]


def test_the_workbook(made, tmp_path):
    snapshot, plan = made
    ageless = {"compound": "ageless", "name": "某小区", "floor_area_m2": 12.5}
    other = GapPart("year_unknown", "建成年份不详", 1, 1250, "补录建成年份后列入", (ageless,))
    plan = dataclasses.replace(plan, gap_parts=(other, *plan.gap_parts))
    write_plan(tmp_path / "plan.xlsx", snapshot, plan)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    names = sheet_names(plan.suggestions)
    assert book.sheetnames == ["目录", "未安排", "说明", *names]
    index = book["目录"]
    links = {cell.hyperlink.location for row in index.iter_rows() for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in names}
    for sheet in book:
        text = " ".join(str(value) for value in cells(sheet))
        assert "示例数据" in text
        assert plan.snapshot[:12] in text
        assert "示例数据" in sheet.oddFooter.left.text
        assert plan.as_of in text
    for entry, name in zip(plan.suggestions, names, strict=True):
        found = cells(book[name])
        assert entry.floor_area_dm2 / 100 in found
        assert {one["text"] for one in entry.criteria} <= set(found)
        assert entry.next_step in found
        assert all(warning in found for warning in entry.warnings)
    left = cells(book["未安排"])
    assert {one.remedy for one in plan.not_served if one.remedy} <= set(left)
    assert {step.mode for step in plan.fallbacks} <= set(left)
    assert {"某小区", "ageless", "建成年份不详", "补录建成年份后列入"} <= set(left)
    about = cells(book["说明"])
    assert any("假设" in str(value) for value in about)
    assert plan.definition.id in " ".join(map(str, about))


def test_sheet_names_are_safe(made):
    _, plan = made
    one = plan.suggestions[0]
    odd = ["a/b\\c[d]e*f?g:h", "'引号'", "长" * 60, "", "同名", "同名", "=1+1"]
    entries = tuple(dataclasses.replace(one, name=name) for name in odd)
    names = sheet_names(entries)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\'")


def test_a_name_is_no_formula(made, tmp_path):
    snapshot, plan = made
    odd = dataclasses.replace(plan.suggestions[0], name="=1+1", project_name="=cmd|' /C calc'!A0")
    write_plan(tmp_path / "odd.xlsx", snapshot, dataclasses.replace(plan, suggestions=(odd,)))
    book = openpyxl.load_workbook(tmp_path / "odd.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_the_geopackage(made, tmp_path):
    snapshot, plan = made
    path = tmp_path / "plan.gpkg"
    write_plan(path, snapshot, plan)
    layers = {name: gpd.read_file(path, layer=name) for name in LAYERS[:4]}
    for frame in layers.values():
        assert frame.crs.to_epsg() == 4490
        assert set(frame["data"]) <= {"示例数据"}
        assert set(frame["snapshot"]) == {plan.snapshot[:12]}
    lines = layers["接管建议"].set_index("compound")
    assert list(lines.index) == [one.compound for one in plan.suggestions]
    for one in plan.suggestions:
        assert lines.loc[one.compound, "project"] == one.project
        assert shapely.get_coordinates(
            lines.loc[one.compound, "geometry"]
        ).ravel().tolist() == list(one.segment)
    assert len(layers["接管小区"]) == len(plan.suggestions) + len(plan.fallbacks)
    assert set(layers["承接项目"]["project"]) == {one.project for one in plan.suggestions}
    assert list(layers["未安排"]["compound"]) == [one.compound for one in plan.not_served]
    with sqlite3.connect(path) as base:
        about = dict(base.execute('select "项", "值" from "说明"').fetchall())
    assert about["快照"] == plan.snapshot
    assert about["reach_m"] == "500"


def test_same_plan_same_bytes(made, tmp_path):
    snapshot, plan = made
    for suffix in (".json", ".xlsx", ".gpkg"):
        both = [tmp_path / f"{name}{suffix}" for name in ("a", "b")]
        for path in both:
            write_plan(path, snapshot, plan)
        if suffix == ".xlsx":
            with zipfile.ZipFile(both[0]) as one, zipfile.ZipFile(both[1]) as other:
                assert all(one.read(n) == other.read(n) for n in one.namelist())
        else:
            assert both[0].read_bytes() == both[1].read_bytes()
    assert list(tmp_path.glob("*.part*")) == list(tmp_path.glob(".*.part*")) == []


def test_json_comes_back_whole(made, tmp_path):
    snapshot, plan = made
    write_plan(tmp_path / "plan.json", snapshot, plan)
    assert load(tmp_path / "plan.json") == plan
    words = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert words["made_up"] is True
    assert len(words["assumptions"]) == 5
    # A plan of an older version has less, and is read all the same.
    for entry in words["suggestions"]:
        for name in ("criteria", "points", "runner_up", "cost_yuan", "depth", "next_step"):
            del entry[name]
    for name in ("aim", "fallbacks", "children", "cost_yuan", "shortfalls"):
        del words[name]
    (tmp_path / "old.json").write_text(json.dumps(words), "utf-8")
    assert load(tmp_path / "old.json").suggestions[0].criteria == ()


def test_an_empty_plan_is_written_too(snapshot_of, rows, tmp_path):
    snapshot = snapshot_of([rows.served("h", "P", shapely.box(0, 0, 50, 50))], [rows.project("P")])
    plan = make_plan(snapshot, 530102, Decimal("0.9"))
    assert plan.status == "reached already"
    for suffix in (".json", ".xlsx", ".gpkg"):
        write_plan(tmp_path / f"plan{suffix}", snapshot, plan)
    assert len(gpd.read_file(tmp_path / "plan.gpkg", layer="接管建议")) == 0


def test_no_other_kind_of_file(tmp_path):
    with pytest.raises(UsageError, match="不支持"):
        check_suffix([tmp_path / "plan.docx"])


def test_the_page_takes_it(made):
    _, plan = made
    drawn = [one.compound for one in plan.suggestions]
    found = suggestions(plan, drawn)
    assert [item["compound"] for item in found["items"]] == list(range(len(drawn)))
