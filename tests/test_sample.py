"""The made-up province: marked, valid, tiling, calibrated, and the same bytes for the same seed."""

import datetime as dt
import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pyogrio
import pytest
import python_calamine
import shapely

from geo.codes import normal_division, uscc_problem
from geo.divisions import bundled
from geo.errors import UsageError
from geo.intake.columns import KINDS
from geo.intake.headers import recognise
from geo.intake.personal import is_personal
from geo.sample import write_sample
from geo.terms import COMMITTEE_KINDS, HARD_BARRIERS, MADE_UP, MODES, PARTY_ORGANISED

START, END = pd.Timestamp("2022-01-01"), pd.Timestamp("2025-12-31")
PROFESSIONAL = {"市场化物业", "国有物业", "公益性物业"}


@pytest.fixture(scope="module")
def told(province_files):
    return json.loads((province_files["ledger"].parent / "progress.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def files(province_files):
    return province_files


@pytest.fixture(scope="module")
def sheets(files):
    """Ledgers as frames of text, numbers and dates."""
    dates = {
        kind: [column.header for column in KINDS[kind] if column.kind == "date"] for kind in files
    }
    frames = {}
    for kind, path in files.items():
        if path.suffix == ".xlsx":
            frame = pd.read_excel(path, engine="calamine", dtype={"区划代码": str})
            for header in set(dates[kind]) & set(frame.columns):
                frame[header] = pd.to_datetime(frame[header])
            frames[kind] = frame
    return frames


@pytest.fixture(scope="module")
def shapes(files):
    return {
        kind: pyogrio.read_dataframe(path) for kind, path in files.items() if path.suffix == ".gpkg"
    }


@pytest.fixture(scope="module")
def tree():
    return bundled("53").set_index("code")


def test_same_seed_same_bytes_even_over_an_older_sample(small_sample, tmp_path):
    other = write_sample(tmp_path, compounds=60, seed=6)
    for kind, path in small_sample.items():
        assert path.read_bytes() != other[kind].read_bytes(), kind
    again = write_sample(tmp_path, compounds=60, seed=7)
    for kind, path in small_sample.items():
        assert path.read_bytes() == again[kind].read_bytes(), kind


def test_every_file_sheet_and_row_says_that_it_is_made_up(files, sheets, shapes):
    for kind, path in files.items():
        assert path.name.startswith(MADE_UP)
        if kind in shapes:
            assert [name for name, _ in pyogrio.list_layers(path)] == [path.stem]
        else:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            assert book.sheet_names == [path.stem]
        frame = shapes.get(kind, sheets.get(kind))
        assert len(frame)
        assert frame["备注"].str.contains(MADE_UP).all()


def test_headers_are_the_contract_s_and_none_is_of_a_person(sheets, shapes):
    for kind, frame in {**sheets, **shapes}.items():
        headers = [name for name in frame.columns if name not in {"备注", "geometry"}]
        assert set(recognise(kind, headers, {})) == set(headers), kind
        assert not [name for name in headers if is_personal(name, frame[name].tolist())]


def test_the_ledger_leaves_committees_to_the_committees_file(sheets):
    assert not {"业委会状态", "任期届满"} & set(sheets["ledger"].columns)


def test_divisions_are_the_bundled_tree_whole(shapes, tree):
    divisions = shapes["divisions"]
    assert set(divisions["区划代码"]) == set(tree.index)
    assert (divisions["起"] == "2022-01-01").all()
    real = divisions[divisions["区划代码"].str.len() <= 6].set_index("区划代码").geometry
    assert len(real) == 146
    assert all(shape.equals(tree.geometry[code]) for code, shape in real.items())


def test_streets_tile_every_county(shapes, tree):
    divisions = shapes["divisions"].set_index("区划代码").geometry
    streets = divisions[divisions.index.str.len() == 9]
    assert streets.notna().all()
    assert shapely.is_valid(np.asarray(streets.array)).all()
    for code in tree.index[tree["level"] == "county"]:
        inside = np.asarray(streets[streets.index.str.startswith(code)].array)
        assert shapely.coverage_is_valid(inside), code
        left = shapely.symmetric_difference(shapely.union_all(inside), tree.geometry[code])
        assert left.area < 1e-12, code


def test_communities_tile_the_streets_of_the_capital_and_of_every_seat(shapes, sheets):
    divisions = shapes["divisions"].set_index("区划代码").geometry
    drawn = divisions[(divisions.index.str.len() == 12) & divisions.notna()]
    streets = set(drawn.index.str[:9])
    capital = divisions.index[divisions.index.str.match(r"5301\d{5}$")]
    children = set(divisions.index[divisions.index.str.len() == 12].str[:9])
    assert set(capital) & children <= streets
    assert set(sheets["ledger"]["区划代码"].str[:9]) - {""} <= streets | set(
        divisions.index[divisions.index.str.len() == 6]
    )
    for street in sorted(streets):
        inside = np.asarray(drawn[drawn.index.str.startswith(street)].array)
        assert shapely.coverage_is_valid(inside), street
        left = shapely.symmetric_difference(shapely.union_all(inside), divisions[street])
        assert left.area < 1e-12, street


def test_compounds_are_valid_apart_and_in_their_county(shapes, tree):
    compounds = shapes["compounds"]
    polygons = np.asarray(compounds.geometry.array)
    assert shapely.is_valid(polygons).all()
    assert compounds["小区编码"].is_unique
    for code, mine in compounds.groupby(compounds["小区编码"].str[:6]):
        assert shapely.contains_properly(tree.geometry[code], np.asarray(mine.geometry.array)).all()
    index = shapely.STRtree(polygons)
    one, two = index.query(polygons, predicate="intersects")
    touched = set(one[one != two])
    assert len(touched) <= 0.02 * len(polygons)
    areas = compounds.to_crs(4543).area
    assert areas.min() > 300
    assert areas.max() < 300_000


def test_compounds_lie_in_the_community_of_their_ledger_but_for_a_few(shapes, sheets):
    divisions = shapes["divisions"].set_index("区划代码").geometry
    ledger = sheets["ledger"].drop_duplicates("小区编码").set_index("小区编码")["区划代码"]
    compounds = shapes["compounds"].set_index("小区编码").geometry
    both = compounds.index.intersection(ledger.index)
    homes = np.asarray(divisions[ledger[both]].array)
    polygons = np.asarray(compounds[both].array)
    held = shapely.contains(homes, shapely.point_on_surface(polygons))
    assert 0.96 <= held.mean() < 1
    astride = held & ~shapely.contains(homes, polygons)
    assert 0 < astride.mean() < 0.03
    coarse = (ledger.str.len() < 12).mean()
    assert 0.005 < coarse < 0.04


def test_barriers_run_between_compounds(shapes):
    barriers = shapes["barriers"]
    hard = np.asarray(barriers[barriers["类别"].isin(HARD_BARRIERS | {"主干道"})].geometry.array)
    index = shapely.STRtree(np.asarray(shapes["compounds"].geometry.array))
    hits, _ = index.query(hard, predicate="intersects")
    assert len(hits) == 0
    kinds = barriers.groupby("类别").geometry.agg(lambda shape: set(shape.geom_type))
    assert set(kinds.index) == {"铁路", "高速路", "河流", "主干道", "通道"}
    assert kinds["河流"] <= {"Polygon", "MultiPolygon"}
    assert kinds["通道"] == {"Point"}
    assert barriers.is_valid.all()


def test_one_walks_from_gates_along_roads_and_over_bridges_only(shapes):
    roads, gates = shapes["roads"], shapes["gates"]
    lines = shapely.get_parts(np.asarray(roads.geometry.array))
    barriers = shapes["barriers"]
    hard = np.asarray(barriers[barriers["类别"].isin(HARD_BARRIERS)].geometry.array)
    crossings = np.asarray(barriers[barriers["类别"] == "通道"].geometry.array)
    line, _ = shapely.STRtree(hard).query(lines, predicate="intersects")
    over = np.unique(line)
    assert 0 < len(over) < len(lines) / 20
    nearest = shapely.STRtree(crossings)
    assert shapely.distance(lines[over], crossings[nearest.nearest(lines[over])]).max() < 0.0015
    compounds = shapes["compounds"].set_index("小区编码").geometry
    cut, _ = shapely.STRtree(np.asarray(compounds.array)).query(lines, predicate="crosses")
    assert len(np.unique(cut)) < len(lines) / 50  # but for the polygons that are drawn too wide
    walls = shapely.boundary(np.asarray(compounds[gates["小区编码"]].array))
    points = np.asarray(gates.geometry.array)
    assert shapely.distance(points, walls).max() < 1e-7
    assert shapely.distance(points, lines[shapely.STRtree(lines).nearest(points)]).max() < 0.0004
    assert gates["小区编码"].nunique() > 0.85 * len(compounds)


def test_codes_are_right_and_point_to_rows_that_are_there(sheets, shapes, tree):
    ledger, projects, companies = (sheets[kind] for kind in ("ledger", "projects", "companies"))
    assert [code for code in companies["统一社会信用代码"] if uscc_problem(code)] == []
    assert companies["统一社会信用代码"].is_unique
    assert projects["项目编码"].is_unique
    assert set(projects["统一社会信用代码"]) <= set(companies["统一社会信用代码"])
    areas = set(shapes["areas"]["管理区域编码"])
    named = projects["管理区域编码"].str.split("、").explode()
    assert set(named) <= areas
    assert len(named) > len(projects)
    assert set(ledger["管理区域编码"].dropna()) <= areas
    assert set(ledger["物业项目编码"].dropna()) == set(projects["项目编码"])
    assert all(normal_division(code) in tree.index for code in ledger["区划代码"])
    registered = companies["注册地区划"].astype(str)
    outside = ~registered.str.startswith("53")
    assert set(registered[~outside]) <= set(tree.index)
    assert 0 < outside.mean() < 0.1


def test_some_compounds_lack_a_polygon_and_some_a_ledger_row(sheets, shapes):
    drawn, told = set(shapes["compounds"]["小区编码"]), set(sheets["ledger"]["小区编码"])
    assert 0.005 < len(told - drawn) / len(told) < 0.03
    assert 0.005 < len(drawn - told) / len(drawn) < 0.04


def test_periods_of_a_compound_follow_one_another(sheets):
    for _, rows in sheets["ledger"].groupby("小区编码"):
        ends = rows["服务终止日期"].tolist()
        starts = rows["服务起始日期"].tolist()
        for (_, before), (after, _) in pairwise(zip(starts, ends, strict=True)):
            assert before <= after
        assert all(not a >= b for a, b in zip(starts, ends, strict=True))
        facts = rows[["小区名称", "区划代码", "建筑面积(㎡)", "建成年份"]]
        assert len(facts.drop_duplicates()) == 1


def test_terms_of_one_committee_never_overlap(sheets):
    committees = sheets["committees"]
    assert set(committees["类型"]) == set(COMMITTEE_KINDS)
    subject = committees["小区编码"].fillna("") + committees["管理区域编码"].fillna("")
    assert (committees["小区编码"].isna() != committees["管理区域编码"].isna()).all()
    for _, rows in committees.groupby([subject, committees["类型"]]):
        terms = rows.sort_values("任期起")
        for (end, _), (_, begin) in pairwise(zip(terms["任期止"], terms["任期起"], strict=True)):
            assert end < begin


def _share(mask, weight):
    return float(weight[mask].sum() / weight.sum())


def _on(frame, day, first, last):
    """Rows in force on a day; `last` is the first day no longer so."""
    return frame[~(frame[first] > day) & ~(frame[last] <= day)]


@pytest.mark.parametrize(
    ("day", "covered", "committees", "organised", "reached"),
    [
        (START, (0.70, 0.80), (0.10, 0.24), (0.18, 0.35), (0.35, 0.62)),
        (END, (0.82, 0.89), (0.28, 0.41), (0.37, 0.52), (0.80, 0.97)),
    ],
)
def test_indicators_are_near_the_brief_s(sheets, day, covered, committees, organised, reached):
    ledger = sheets["ledger"]
    one = ledger.drop_duplicates("小区编码").set_index("小区编码")
    floor = one["建筑面积(㎡)"].fillna(one["建筑面积(㎡)"].median())
    standing = ~(one["交付日期"] > day) & ~(one["拆除日期"] <= day)
    now = _on(ledger, day, "服务起始日期", "服务终止日期").set_index("小区编码")
    assert now.index.is_unique
    served = now["服务模式"].isin(PROFESSIONAL) | now["物业项目编码"].notna()
    mask = served.reindex(one.index, fill_value=False)
    assert covered[0] <= _share(mask[standing], floor[standing]) <= covered[1]
    valid = _on(sheets["committees"], day, "备案日期", "终止日期")
    valid = valid[(valid["任期止"] >= day) & (valid["类型"] == "业主委员会")]
    subjects = len(valid) / len(one)
    assert committees[0] - 0.05 <= subjects <= committees[1]
    active = sheets["projects"].set_index("项目编码").loc[now["物业项目编码"].dropna()]
    firms = sheets["companies"].set_index("统一社会信用代码")
    firms = firms.loc[sorted(set(active["统一社会信用代码"]))]
    party = firms["党组织形式"].isin(PARTY_ORGANISED) & (firms["党组织成立日期"] <= day)
    party &= ~(firms["撤销日期"] <= day)
    instructed = (firms["党建指导员"] == "是") & (firms["指导员起"] <= day)
    instructed &= ~(firms["指导员止"] <= day)
    assert organised[0] <= party.mean() <= organised[1]
    assert reached[0] <= (party | instructed).mean() <= reached[1]


def test_stock_is_like_the_published_figures(sheets):
    ledger = sheets["ledger"].drop_duplicates("小区编码")
    floor, old = ledger["建筑面积(㎡)"], ledger["建成年份"] <= 2000
    assert 0.35 <= old.mean() <= 0.5
    assert 0.11 <= floor[old].sum() / floor.sum() <= 0.21
    assert 10_000 <= floor[old].median() <= 18_000
    assert 55_000 <= floor[~old].median() <= 85_000
    assert 0.8 <= np.log(floor[old]).std() <= 1.2
    assert (floor / ledger["户数"]).median() == pytest.approx(95, abs=15)
    assert 0.02 <= floor.isna().mean() <= 0.06
    assert 0.01 <= ledger["建成年份"].isna().mean() <= 0.04
    assert (ledger["交付日期"] > START).any()
    assert 0.005 <= (ledger["是否城镇"] == "否").mean() <= 0.08


def test_all_modes_and_a_share_of_unverified(sheets, shapes):
    ledger = sheets["ledger"]
    assert set(ledger["服务模式"].dropna()) == set(MODES)
    told = set(ledger["小区编码"])
    unledgered = sum(code not in told for code in shapes["compounds"]["小区编码"])
    unverified = ledger.loc[ledger["服务模式"] == "未核实", "小区编码"].nunique()
    assert 0.03 <= (unledgered + unverified) / (len(told) + unledgered) <= 0.06
    assert sheets["projects"]["可增管面积(㎡)"].isna().mean() == pytest.approx(0.2, abs=0.06)


def test_old_unserved_compounds_lie_near_served_ones(sheets, shapes):
    ledger = sheets["ledger"]
    now = _on(ledger, END, "服务起始日期", "服务终止日期").set_index("小区编码")
    drawn = shapes["compounds"].to_crs(4543).set_index("小区编码").geometry
    now = now.loc[now.index.intersection(drawn.index)]
    hosts = now.index[now["物业项目编码"].notna()]
    waiting = now.index[now["物业项目编码"].isna() & (now["建成年份"] <= 2000)]
    index = shapely.STRtree(np.asarray(drawn[hosts].array))
    near, _ = index.query(np.asarray(drawn[waiting].array), predicate="dwithin", distance=500)
    assert len(set(near)) >= 0.8 * len(waiting) > 0


def test_progress_runs_from_nothing_to_whole(told, files):
    assert len(files) == 10
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(what for what, _ in told)


@pytest.mark.parametrize(("compounds", "seed"), [(59, 1), (300, -1)])
def test_impossible_wishes_are_refused(tmp_path, compounds, seed):
    with pytest.raises(UsageError, match="至少"):
        write_sample(tmp_path, compounds=compounds, seed=seed)


def test_no_day_is_later_than_the_year_end_report(sheets):
    last = dt.date(2026, 1, 31)
    for header in ("服务起始日期", "服务终止日期", "依据日期", "填报日期"):
        assert sheets["ledger"][header].max().date() <= last
