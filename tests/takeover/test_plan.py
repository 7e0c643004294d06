"""Plans end to end: the target's edge, capacity, reasons, and what is kept of a plan."""

import dataclasses
import datetime as dt
import json
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import shapely

from geo import terms
from geo.action_plan import Definition
from geo.coverage import coverage
from geo.errors import InputError, NotFound, UsageError
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.make import load, make_plan, requested
from geo.takeover.plan.request import Request
from maps.words import gap_text

FAR = 10_000


def box(x, y, size=50):
    return shapely.box(x, y, x + size, y + size)


def line(*points):
    return shapely.LineString(points)


def town(rows, sizes, spare_m2, served_m2=10_000):
    """Candidates c0, c1 ... of `sizes` m² in a row, 10 m from one host each; all one project."""
    compounds = [
        rows.served(
            "host", "P", shapely.box(0, 0, 100 * len(sizes), 50), floor_area_dm2=served_m2 * 100
        )
    ]
    compounds += [
        rows.compound(f"c{k}", box(100 * k, 60), floor_area_dm2=round(size * 100))
        for k, size in enumerate(sizes)
    ]
    return compounds, [rows.project("P", spare_m2)]


def named(plan):
    return {entry.compound for entry in plan.suggestions}


def why(plan):
    return {entry.compound: entry.reason for entry in plan.not_served}


@pytest.mark.parametrize(
    ("served_dm2", "status"),
    [(9_000_000, "reached already"), (8_999_999, "reached")],
    ids=["exactly_0.9", "a_hair_below"],
)
def test_exactly_the_target_is_reached(snapshot_of, rows, served_dm2, status):
    compounds, projects = town(rows, [10_000], 50_000)
    compounds[0]["floor_area_dm2"] = served_dm2
    compounds[1]["floor_area_dm2"] = 10_000_000 - served_dm2
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.9"))
    assert plan.status == status
    assert plan.needed == 9_000_000 - served_dm2
    assert len(plan.suggestions) == (status == "reached")


@pytest.mark.parametrize(("short", "status"), [(0, "reached"), (1, "unreachable")])
def test_the_plan_reaches_the_target_to_the_last_unit(snapshot_of, rows, short, status):
    compounds, projects = town(rows, [4_000, 1_000], 4_000, served_m2=5_000)
    compounds[1]["floor_area_dm2"] -= short
    compounds[2]["floor_area_dm2"] += short
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.9"))
    assert plan.status == status
    assert named(plan) == {"c0"}
    assert plan.share_after == Fraction(900_000 - short, 1_000_000)


def test_the_need_is_said_as_the_map_says_it_and_the_takeovers_not_below_it(snapshot_of, rows):
    # 981,021 m² are needed, and 981,321 taken: to the nearest both were 98.1, the map says 98.2.
    compounds, projects = town(rows, [981_321], 10**6, served_m2=10**7 - 10**6)
    compounds.append(rows.compound("new", box(0, 150), built_year=2015, floor_area_dm2=1_867_900))
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.9981021"))
    assert (plan.needed, plan.status) == (98_102_100, "reached")
    _, gap, answer, *_ = plan.lines()
    assert gap.endswith(f"还差 {gap_text(981_021, 'm2')[0]}。")
    assert gap.endswith("98.2 万㎡。")
    assert "接管 1 个老旧小区（98.2 万㎡）" in answer


def test_fewest_takeovers(snapshot_of, rows):
    compounds, projects = town(rows, [1_000, 1_000, 2_000, 6_000], 10_000)
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.8"))
    assert named(plan) == {"c3"}
    assert plan.share == Fraction(1, 2)
    assert plan.share_after == Fraction(4, 5)
    assert why(plan) == dict.fromkeys(["c0", "c1", "c2"], "not_needed")
    assert plan.unproven == ()
    assert plan.fewest_bound == 1


def test_unreachable_says_how_far_and_why(snapshot_of, rows):
    compounds, projects = town(rows, [3_000, 3_000, 2_500], 6_000, served_m2=10_000)
    compounds += [
        rows.compound("far", box(5_000, 0)),
        rows.compound("cut", box(-100, 0)),
        rows.compound("new", box(0, 150), built_year=2015),
        rows.compound("ageless", box(0, 250), built_year=0),
        rows.compound("unknown", box(0, 350), mode="未核实"),
        rows.compound("undrawn"),
    ]
    river = rows.barrier("河流", line((-20, -FAR), (-20, FAR)), "盘龙江")
    plan = make_plan(snapshot_of(compounds, projects, [river]), 530102, Decimal("0.9"))
    assert plan.status == "unreachable"
    assert named(plan) == {"c0", "c1"}
    assert why(plan) == {"c2": "capacity", "far": "out_of_reach", "cut": "barred"}
    (cut,) = (entry for entry in plan.not_served if entry.compound == "cut")
    assert cut.text == "被河流盘龙江阻隔；可增管 6,000 ㎡，需 1.00 万㎡，缺 4,000 ㎡"
    parts = {part.reason: part.compounds for part in plan.gap_parts}
    assert parts == {
        "unverified": 1,
        "year_unknown": 1,
        "not_old": 1,
        "no_polygon": 1,
        "out_of_reach": 1,
        "barred": 1,
        "capacity": 1,
    }
    listed = {part.reason: [one["compound"] for one in part.members] for part in plan.gap_parts}
    assert {reason: codes for reason, codes in listed.items() if codes} == {
        "unverified": ["unknown"],
        "year_unknown": ["ageless"],
        "not_old": ["new"],
        "no_polygon": ["undrawn"],
    }
    assert sum(map(len, listed.values())) + len(plan.not_served) == sum(parts.values())
    assert sum(p.amount for p in plan.gap_parts) == plan.denominator - plan.numerator_after
    assert plan.numerator_bound == plan.numerator_after


def test_capacity_short_of_one_dm2(snapshot_of, rows):
    for spare, taken in ((5_000, True), (4_999.99, False)):
        compounds, projects = town(rows, [5_000], spare)
        plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal(1))
        assert (plan.status == "reached") is taken
        assert why(plan) == ({} if taken else {"c0": "capacity"})


def test_blank_capacity_is_zero_unless_a_share_stands_for_it(snapshot_of, rows):
    compounds, projects = town(rows, [5_000], None)
    snapshot = snapshot_of(compounds, projects)
    plan = make_plan(snapshot, 530102, Decimal(1))
    assert plan.not_served[0].text == "可增管面积未填，按 0 计"
    # 10 % of the 50,000 m² that it manages is just enough.
    plan = make_plan(snapshot, 530102, Decimal(1), spare_default=Decimal("0.1"))
    assert plan.status == "reached"
    assert "可增管面积未填，按在管面积的 10 % 估算" in plan.suggestions[0].warnings
    less = make_plan(snapshot, 530102, Decimal(1), spare_default=Decimal("0.0999"))
    assert less.status == "unreachable"


def test_spare_runs_down_by_suggestion(snapshot_of, rows):
    compounds, projects = town(rows, [3_000, 2_000], 9_000)
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal(1))
    spare = [(s.compound, s.spare_before_dm2, s.spare_after_dm2) for s in plan.suggestions]
    assert spare == [("c0", 900_000, 600_000), ("c1", 600_000, 400_000)]


def test_other_county_only(snapshot_of, rows):
    compounds, projects = town(rows, [5_000], 9_000)
    compounds[0]["county"] = 530103
    compounds.append(rows.served("own", "Q", box(FAR, 0)))
    plan = make_plan(snapshot_of(compounds, [*projects, rows.project("Q")]), 530102, Decimal(1))
    assert why(plan) == {"c0": "other_county"}


def test_hosts_outside_the_division_serve_it(snapshot_of, rows):
    compounds, projects = town(rows, [5_000], 9_000)
    for row in (compounds[0], projects[0]):
        row.update(street=530102002, community=530102002001)
    snapshot = snapshot_of(compounds, projects)
    assert why(make_plan(snapshot, 530102001, Decimal(1))) == {"c0": "other_division"}
    plan = make_plan(snapshot, 530102001, Decimal(1), within="county")
    assert plan.status == "reached"
    assert not plan.suggestions[0].same_street
    assert "同县区" in plan.suggestions[0].reasons


def test_a_suggestion_says_why(snapshot_of, rows):
    compounds, projects = town(rows, [5_000], 32_000)
    compounds[1]["floor_area_source"] = terms.AREA_IMPUTED
    projects[0]["contract_to"] = dt.date(2025, 6, 30)
    snapshot = snapshot_of(compounds, projects)
    assert why(make_plan(snapshot, 530102, Decimal(1))) == {"c0": "contract"}
    road = rows.barrier("主干道", line((-FAR, 55), (FAR, 55)), "北京路")
    snapshot = snapshot_of(compounds, projects, [road])
    plan = make_plan(snapshot, 530102, Decimal(1), contract_months=5)
    (suggestion,) = plan.suggestions
    assert suggestion.reasons == ("距离 10 m", "同社区", "隔北京路", "四星", "余量 3.20 万㎡")
    assert suggestion.warnings == ("建筑面积按用地面积推算", "承接项目的合同将于 2025-06-30 到期")
    assert suggestion.via == "host"
    assert suggestion.gap_mm == pytest.approx(10_000, abs=3)
    assert suggestion.gain_points == pytest.approx(100 / 3)
    assert suggestion.company_name == "UP公司"


def test_by_number_a_compound_counts_one_but_fills_its_area(snapshot_of, rows):
    compounds, projects = town(rows, [9_000, 1_000, 1_000], 2_000)
    definition = Definition(basis="count")
    plan = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.75"), definition)
    assert plan.unit == "compounds"
    assert named(plan) == {"c1", "c2"}
    assert plan.as_json()["numerator_after"] == 3


def test_band_b_counts_trusteeship(snapshot_of, rows):
    compounds, projects = town(rows, [5_000], 9_000)
    compounds[1]["mode"] = terms.MODES.index("社区托管")
    snapshot = snapshot_of(compounds, projects)
    assert make_plan(snapshot, 530102, Decimal(1)).status == "reached"
    banded = make_plan(snapshot, 530102, Decimal(1), Definition(band="B"))
    assert banded.status == "reached already"


def test_rural_compounds_are_not_proposed_for_the_urban_share(snapshot_of, rows):
    compounds, projects = town(rows, [5_000, 5_000], 20_000)
    compounds[1]["urban"] = False
    snapshot = snapshot_of(compounds, projects)
    assert named(make_plan(snapshot, 530102, Decimal(1))) == {"c1"}
    everyone = make_plan(snapshot, 530102, Decimal(1), Definition(population="all"))
    assert named(everyone) == {"c0", "c1"}


def test_raising_the_target_never_shrinks_the_plan(snapshot_of, rows):
    chance = random.Random(5)
    sizes = [chance.randint(500, 20_000) for _ in range(30)]
    snapshot = snapshot_of(*town(rows, sizes, sum(sizes) * 0.8))
    plans = [make_plan(snapshot, None, Decimal(t) / 20) for t in range(1, 20)]
    counts = [len(plan.suggestions) for plan in plans if plan.status != "unreachable"]
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def random_town(chance, rows):
    projects = [rows.project(f"P{k}", chance.choice([None, 0, 8_000, 30_000])) for k in range(6)]
    compounds = []
    for k in range(40):
        shape = box(chance.randint(0, 15) * 80, chance.randint(0, 15) * 80, 70)
        facts = {"floor_area_dm2": chance.randint(1_000, 20_000) * 100}
        if k % 3:
            compounds.append(rows.compound(f"c{k}", shape, **facts))
        else:
            compounds.append(rows.served(f"h{k}", f"P{k % 6}", shape, **facts))
    barriers = [
        rows.barrier(kind, line((x, -FAR), (x, FAR)), f"{kind}{x}")
        for kind, x in (("铁路", 315), ("河流", 715), ("主干道", 1035))
    ]
    return compounds, projects, barriers


@pytest.mark.parametrize("target", ["0.6", "1"])
def test_input_order_does_not_matter(snapshot_of, rows, target):
    chance = random.Random(11)
    tables = random_town(chance, rows)
    seen = set()
    for _ in range(5):
        plan = make_plan(snapshot_of(*tables), 530102, Decimal(target))
        seen.add(json.dumps(plan.as_json(), sort_keys=True, ensure_ascii=False))
        for table in tables:
            chance.shuffle(table)
    assert len(seen) == 1


def test_a_plan_keeps_every_rule(snapshot_of, rows):
    for seed in range(12):
        snapshot = snapshot_of(*random_town(random.Random(seed), rows))
        plan = make_plan(snapshot, 530102, Decimal("0.9"))
        used = {}
        for entry in plan.suggestions:
            used[entry.project] = used.get(entry.project, 0) + entry.floor_area_dm2
            assert entry.gap_mm <= 500_000
        codes = snapshot.column("projects", "code").tolist()
        spare = snapshot.column("projects", "spare_floor_area_dm2")
        assert all(area <= max(0, spare[codes.index(p)]) for p, area in used.items())
        assert len(named(plan)) == len(plan.suggestions)
        assert not named(plan) & set(why(plan))
        gained = sum(entry.floor_area_dm2 for entry in plan.suggestions)
        assert plan.numerator_after == plan.numerator + gained
        assert sum(p.amount for p in plan.gap_parts) == plan.denominator - plan.numerator_after
        assert (plan.status == "reached") == (plan.share_after >= Fraction(9, 10))


def test_a_plan_comes_back_from_its_file(snapshot_of, rows, tmp_path):
    for definition in (Definition(), Definition(basis="count", band="B"), Definition("A", "land")):
        snapshot = snapshot_of(*random_town(random.Random(2), rows))
        plan = make_plan(snapshot, None, Decimal("0.90"), definition, spare_default=Decimal("0.30"))
        plan.save(tmp_path / "plan.json")
        again = load(tmp_path / "plan.json")
        assert again == plan
        assert again.id == plan.id
        assert json.loads((tmp_path / "plan.json").read_text("utf-8"))["plan"] == plan.id


def test_the_id_follows_facts_definition_and_parameters(snapshot_of, rows):
    snapshot = snapshot_of(*town(rows, [5_000], 9_000))
    plan = make_plan(snapshot, 530102, Decimal("0.9"))
    assert make_plan(snapshot, 530102, Decimal("0.900")).id == plan.id
    others = [
        make_plan(snapshot, 530102, Decimal("0.91")),
        make_plan(snapshot, 530102, Decimal("0.9"), reach_m=300),
        make_plan(snapshot, 530102, Decimal("0.9"), spare_default=Decimal("0.3")),
        make_plan(snapshot, 530102, Decimal("0.9"), Definition(basis="land")),
        make_plan(snapshot, None, Decimal("0.9")),
        dataclasses.replace(plan, snapshot="1" * 64),
    ]
    assert len({plan.id, *(other.id for other in others)}) == 7


@pytest.mark.parametrize("target", ["0.3", "0.9", "1"])
def test_five_lines(snapshot_of, rows, target):
    compounds, projects = town(rows, [3_000, 3_000], 3_000)
    lines = make_plan(snapshot_of(compounds, projects), 530102, Decimal(target)).lines()
    assert len(lines) == 5
    assert lines[0].startswith("【示例数据】五华区 2024-12-31：物业服务面积覆盖率")
    assert "62.5 %" in lines[0]
    assert ("81.3 %" in lines[2]) is (target != "0.3")


def test_a_share_is_never_rounded_up_to_the_target(snapshot_of, rows):
    compounds, projects = town(rows, [10_000], 0, served_m2=89_999)
    compounds[1]["floor_area_dm2"] = 1_000_100
    lines = make_plan(snapshot_of(compounds, projects), 530102, Decimal("0.9")).lines()
    assert "89.999 %" in lines[0]
    assert "达不到目标" in lines[2]


def test_calls_that_make_no_sense(snapshot_of, rows, tmp_path):
    snapshot = snapshot_of(*town(rows, [5_000], 9_000))
    for target in ("0", "1.01", "-1"):
        with pytest.raises(UsageError):
            make_plan(snapshot, 530102, Decimal(target))
    with pytest.raises(UsageError):
        make_plan(snapshot, 530102, Decimal("0.9"), reach_m=-1)
    with pytest.raises(UsageError):
        make_plan(snapshot, 530102, Decimal("0.9"), spare_default=Decimal(2))
    with pytest.raises(NotFound):
        make_plan(snapshot, 530103, Decimal("0.9"))
    with pytest.raises(NotFound):
        load(tmp_path / "none.json")
    (tmp_path / "odd.json").write_text("{}", "utf-8")
    with pytest.raises(InputError):
        load(tmp_path / "odd.json")


def test_figures_are_coverages(snapshot_of, rows):
    """The plan's share is the one that `geo.coverage` gives for the same division."""
    snapshot = snapshot_of(*random_town(random.Random(4), rows))
    row = coverage(snapshot, "I1", "county", division=530102).total
    plan = make_plan(snapshot, 530102, Decimal("0.9"))
    assert (row.numerator, row.denominator) == (plan.numerator, plan.denominator)
    assert np.ceil(plan.needed / 100) == row.gap_amount


def test_people_read_names_not_codes(snapshot_of, rows, tmp_path):
    compounds, projects = town(rows, [20_000, 10_000], 15_000)
    for row in compounds:
        row["name"] = f"{row['code']}小区"
    snapshot = snapshot_of(compounds, projects)
    asked = Request(division=530102, target=Decimal(1))
    refused = requested(snapshot, asked.deciding(Decided(refused=("P",))))
    assert refused.names == {"P": "P项目"}
    assert {one.remedy for one in refused.not_served} >= {"P项目 愿意承接"}
    refused.save(tmp_path / "plan.json")
    assert load(tmp_path / "plan.json").names == refused.names
    decided = Decided(locked=(("c0", "P"),), forbidden=(("c1", None),))
    locked = requested(snapshot, asked.deciding(decided))
    assert locked.names == {"P": "P项目", "c0": "c0小区", "c1": "c1小区"}
    (lacking,) = (one for one in locked.not_served if one.compound == "c1")
    assert "取消对 c1小区 的排除" in lacking.remedy
    assert any(one["text"].startswith("c0小区 不能锁定由 P项目 接管") for one in locked.shortfalls)
