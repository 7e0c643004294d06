"""Every figure of an explanation, worked out again from the snapshot by plain means."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

import pytest
import shapely
from pyproj import Geod

from geo.action_plan import Definition
from geo.takeover.plan.make import make_plan

GEOD = Geod(a=6378137.0, rf=298.257222101)
LEVELS = ("community", "street", "county", "prefecture", "province")
BAND_A = {"市场化物业", "国有物业", "公益性物业"}


def tables(snapshot):
    """Give compounds, projects and companies as dictionaries by code, geometry with them."""
    from geo import terms

    found = {}
    for table, key in (("compounds", "code"), ("projects", "code"), ("companies", "uscc")):
        rows = (
            snapshot.table(table).drop_columns(["geometry"])
            if table == "compounds"
            else (snapshot.table(table))
        )
        found[table] = {row[key]: row for row in rows.to_pylist()}
    shapes = dict(zip(found["compounds"], snapshot.geometry("compounds"), strict=True))
    for code, row in found["compounds"].items():
        row["shape"], row["mode"] = shapes[code], terms.MODES[row["mode"]]
    return found


def gap_m(one, other):
    """Measure on the ellipsoid between the nearest points, found in a local grid of degrees."""
    scale = math.cos(math.radians(one.centroid.y))
    stretched = [shapely.transform(shape, lambda xy: xy * [scale, 1.0]) for shape in (one, other)]
    line = shapely.get_coordinates(shapely.shortest_line(*stretched)) / [scale, 1.0]
    return GEOD.inv(*line[0], *line[1])[2]


def mates_of(taken, compounds, own):
    """Give the suggestions for one management area."""
    area = own["area"]
    return [one for one in taken.values() if area and compounds[one.compound]["area"] == area]


def months(start, end):
    count = (end.year - start.year) * 12 + end.month - start.month
    last = (end + dt.timedelta(days=1)).month != end.month
    return count - (end.day < start.day and not last)


@pytest.fixture(scope="module")
def seen():
    return set()


@pytest.mark.parametrize("seed", range(9))
def test_every_figure(town_of, seed, seen):
    snapshot = town_of(seed)
    limits = {"households_per_staff": 60, "company_cap_dm2": 100_000_00}
    plan = make_plan(snapshot, 530102, Decimal(1), contract_months=0, stars_least=0, **limits)
    check(snapshot, plan, seen)


def test_every_figure_of_a_chain(snapshot_of, rows, seen):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 50, 50)),
        rows.compound("a", shapely.box(70, 0, 120, 50)),
        rows.compound("b", shapely.box(140, 0, 190, 50), floor_area_dm2=12_000_00),
    ]
    snapshot = snapshot_of(compounds, [rows.project("P")])
    plan = make_plan(snapshot, 530102, Decimal(1), reach_m=50, company_cap_dm2=100_000_00)
    assert [(one.compound, one.parent) for one in plan.suggestions] == [("a", ""), ("b", "a")]
    check(snapshot, plan, seen)
    assert "chain" in seen


def check(snapshot, plan, seen):  # noqa: PLR0912, PLR0915 - one figure after the other
    """Work out every figure of a plan's suggestions again."""
    facts = tables(snapshot)
    compounds, projects, companies = (facts[k] for k in ("compounds", "projects", "companies"))
    spare = {code: max(0, row["spare_floor_area_dm2"]) for code, row in projects.items()}
    taken = {one.compound: one for one in plan.suggestions}
    firms = {}
    for one in plan.suggestions:
        firms[one.company] = firms.get(one.company, 0) + one.floor_area_dm2
    entered = set()
    for one in plan.suggestions:
        own, host = compounds[one.compound], projects[one.project]
        figures = {c["rule"]: c for c in one.criteria}
        assert len(figures) == len(one.criteria)
        unmet = [c for c in one.criteria if c["met"] is False and c["rule"] != "fee"]
        assert unmet == []
        # who and where
        assert one.company == host["uscc"]
        assert one.company_name == companies[host["uscc"]]["name"]
        via = compounds[one.via]
        assert one.gap_mm / 1000 == pytest.approx(gap_m(own["shape"], via["shape"]), abs=0.05)
        assert figures["distance"]["figure"] == one.gap_mm / 1000
        if one.depth == 1 and "whole_area" not in figures:
            assert via["project"] == one.project
        if one.parent:
            seen.add("chain")
            assert taken[one.parent].project == one.project
            assert one.parent in entered
            assert figures["chain"]["figure"] == taken[one.parent].depth + 1 == one.depth
            assert figures["distance"]["limit"] == 30
        entered.add(one.compound)
        # areas, room and households
        assert one.floor_area_dm2 == own["floor_area_dm2"]
        assert one.spare_before_dm2 == spare[one.project]
        spare[one.project] -= own["floor_area_dm2"]
        assert one.spare_after_dm2 == spare[one.project] >= 0
        assert figures["capacity"]["limit"] * 100 == pytest.approx(one.spare_before_dm2)
        assert figures["company_cap"]["figure"] * 100 == pytest.approx(firms[one.company])
        served = [c for c in compounds.values() if c["project"] == one.project]
        each = plan.parameters["households_per_staff"]
        if each and host["staff"] >= 0 and all(c["households"] for c in served):
            seen.add("households")
            limit = max(0, each * host["staff"] - sum(c["households"] for c in served))
            assert figures["households"]["limit"] == limit
            assert figures["households"]["figure"] == sum(
                s.households for s in plan.suggestions if s.project == one.project
            )
        else:
            assert "households" not in figures
        # points
        for entry in one.points:
            level, code = entry["level"], int(entry["division"])
            assert own[level] == code
            whole = sum(c["floor_area_dm2"] for c in compounds.values() if c[level] == code)
            assert entry["points"] == pytest.approx(100 * own["floor_area_dm2"] / whole)
        assert [entry["level"] for entry in one.points] == [x for x in LEVELS if own[x]]
        # the company
        stars = companies[host["uscc"]]["stars"]
        assert (one.stars, figures["stars"]["figure"]) == (stars, stars or None)
        assert ("企业未评信用星级" in one.warnings) is (stars == 0)
        ends = host["contract_to"]
        left = None if ends is None else months(snapshot.as_of, ends)
        assert figures["contract"]["figure"] == left
        assert ("承接项目的合同期限未填" in one.warnings) is (ends is None)
        if own["street"] == host["street"]:
            assert figures["street"]["figure"] is True
        else:  # only with an area that lies across the line
            assert (figures["street"]["met"], len(mates_of(taken, compounds, own)) > 1) == (
                None,
                True,
            )
        assert one.same_community == (own["community"] == host["community"])
        # money: 0.9 - 0.6 * 0.65 = 0.51 yuan a m² and month, three years, 50,000 yuan first
        subsidy = math.ceil(Fraction(own["floor_area_dm2"]) * Fraction(51, 100) * 36)
        assert one.subsidy_fen == subsidy
        assert one.cost_fen == subsidy + 50_000_00
        fee = host["fee_fen"]
        assert one.fee_ratio == (None if fee < 0 else round(60 / fee, 4))
        assert figures["fee"]["met"] == (None if fee < 0 else 60 / fee >= 0.5)
        # small ones
        mates = mates_of(taken, compounds, own)
        if len(mates) > 1:
            seen.add("whole_area")
            assert figures["whole_area"]["figure"] == len(mates)
            assert len({s.project for s in mates}) == 1
        if "bundle" in figures:
            seen.add("bundle")
            assert figures["bundle"]["figure"] >= figures["bundle"]["limit"] == 30_000
        homes = own["households"]
        assert ("户数不详" in one.warnings) is (homes == 0)
        if homes:
            assert f"至少 {math.ceil(homes * 2 / 3):,} 户参与" in one.next_step
        assert "民法典第278条" in one.next_step
        if one.runner_up is not None:
            seen.add(one.runner_up["rule"])
            assert one.runner_up["project"] != one.project
    gained = sum(one.floor_area_dm2 for one in plan.suggestions)
    assert plan.numerator_after == plan.numerator + gained
    assert plan.cost_fen == sum(one.cost_fen for one in plan.suggestions)
    whole = sum(c["floor_area_dm2"] for c in compounds.values())
    assert plan.denominator == whole
    assert plan.numerator == sum(
        c["floor_area_dm2"] for c in compounds.values() if c["mode"] in BAND_A
    )


def test_all_kinds_were_seen(seen):
    assert {"households", "whole_area", "bundle", "capacity"} <= seen


def test_the_runner_up_and_why_it_lost(snapshot_of, rows):
    compounds = [
        rows.served("near", "P1", shapely.box(0, 0, 50, 50)),
        rows.served("next", "P2", shapely.box(160, 0, 210, 50)),
        rows.compound("c", shapely.box(90, 0, 120, 50)),
    ]
    snapshot = snapshot_of(compounds, [rows.project("P1"), rows.project("P2")])
    (one,) = make_plan(snapshot, 530102, Decimal(1)).suggestions
    assert one.project == "P1" or one.gap_mm <= 40_000
    assert one.runner_up is not None
    assert one.runner_up["rule"] in {"way", "rank"}
    snapshot = snapshot_of(compounds, [rows.project("P1"), rows.project("P2", 9_999)])
    (one,) = make_plan(snapshot, 530102, Decimal(1)).suggestions
    assert one.project == "P1"
    assert one.runner_up["project"] == "P2"
    assert one.runner_up["rule"] == "capacity"


def test_shortfalls_are_the_register_s(snapshot_of, rows):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 400, 50)),
        rows.compound("a", shapely.box(0, 60, 50, 110), floor_area_dm2=12_000_00),
        rows.compound("b", shapely.box(100, 60, 150, 110), floor_area_dm2=15_000_00),
        rows.compound("far", shapely.box(5_000, 0, 5_050, 50), floor_area_dm2=20_000_00),
    ]
    plan = make_plan(snapshot_of(compounds, [rows.project("P", 20_000)]), 530102, Decimal(1))
    assert plan.status == "unreachable"
    found = {entry["name"]: (entry["figure"], entry["limit"]) for entry in plan.shortfalls}
    assert found == {
        "最多可增加": (15_000, 47_000),
        "全部候选": (47_000, 47_000),
        "有项目可接的候选": (27_000, 47_000),
        "可接项目的余量": (20_000, 27_000),
    }


def test_by_number_points_are_counted(snapshot_of, rows):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 400, 50)),
        rows.compound("a", shapely.box(0, 60, 50, 110)),
    ]
    snapshot = snapshot_of(compounds, [rows.project("P")])
    (one,) = make_plan(snapshot, 530102, Decimal(1), Definition(basis="count")).suggestions
    assert {entry["points"] for entry in one.points} == {50}


def test_what_nothing_is_required_of_is_told_for_information(town_of):
    plan = make_plan(town_of(0), 530102, Decimal(1), within="county")
    told = {
        one["rule"]: (one["name"], one["required"])
        for entry in plan.suggestions
        for one in entry.criteria
    }
    assert told["community"] == ("社区", False)
    assert told["shared_edge"] == ("共界长", False)
    assert told["county"] == ("县区", True)
    assert told["barrier"] == ("阻隔", True)
    assert told["capacity"] == ("可增管面积", True)
