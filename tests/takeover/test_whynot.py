"""Every "why not" is confirmed: the named relaxation is done, and the compound is served."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
import shapely

from geo.action_plan import Definition
from geo.errors import UsageError
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.field import Field
from geo.takeover.plan.make import plan_on
from geo.takeover.plan.relaxation import Relaxation, applied
from geo.takeover.plan.request import Request

UNKNOWN = {"area_unknown", "county_unknown"}
"""Reasons that only data can lift."""

STRUCTURAL = {
    "out_of_reach", "other_division", "barred", "stars", "contract", "bundle",
}  # fmt: skip
"""Reasons that hold for every plan: without the relaxation the host can't be locked in."""


def ways(entry):
    return [Relaxation(**way) for way in entry.relaxations]


def lock(entry):
    """Lock a compound to the host that its reason names; to anything where a mode serves it."""
    falls_back = any(way["kind"] == "fallback" for way in entry.relaxations)
    return Decided(locked=((entry.compound, None if falls_back else entry.project or None),))


def smaller(way):
    """Give the same relaxation by one step less, where it has steps."""
    kind, value = way.kind, way.value
    if kind == "reach_m":
        return way._replace(value=str(Decimal(value) - Decimal("0.001")))
    if kind in {"stars_least", "contract_months", "bundle_floor_dm2"}:
        return way._replace(value=value + 1)
    if kind in {"company_cap_dm2", "households_per_staff", "budget_fen"}:
        return way._replace(value=value - 1)
    if kind == "capacity_dm2":
        return way._replace(value=[value[0], value[1] - 1])
    return None


def served_by(plan, compound):
    hosts = {one.compound: one.project for one in plan.suggestions}
    return hosts.get(compound) or next(
        (step.mode for step in plan.fallbacks if step.compound == compound), None
    )


def confirm(field, request, plan, *, least=True):
    """Do what each reason names; give the reasons that were seen."""
    seen = Counter()
    for entry in plan.not_served:
        seen[entry.reason] += 1
        if entry.reason in UNKNOWN:
            assert entry.relaxations == ()
            assert entry.remedy
            continue
        assert entry.relaxations, entry
        locked = request.deciding(lock(entry))
        after = plan_on(field, applied(locked, ways(entry)))
        assert after.status != "infeasible", entry
        host = served_by(after, entry.compound)
        assert host is not None, entry
        if lock(entry).locked[0][1] is not None:
            assert host == entry.project, entry
        if entry.reason in STRUCTURAL and not after.fallbacks:
            assert plan_on(field, locked).status == "infeasible", entry
        if least and len(entry.relaxations) == 1 and entry.reason in STRUCTURAL:
            less = smaller(ways(entry)[0])
            if less is not None:
                again = plan_on(field, applied(locked, [less]))
                assert again.status == "infeasible", entry
    return seen


@pytest.mark.parametrize("target", ["1", pytest.param("0.7", marks=pytest.mark.long)])
def test_every_reason_is_confirmed(town_of, target):
    seen = Counter()
    for seed in range(7):
        field = Field(town_of(seed), Definition(), 530102)
        request = Request(530102, Decimal(target))
        seen += confirm(field, request, plan_on(field, request))
    assert {"capacity", "out_of_reach", "other_division", "bundle"} <= set(seen)
    assert {"stars", "contract", "barred"} & set(seen)


def test_reasons_under_other_conditions(town_of):
    """Town 4 has a bundle that a budget lets nobody fill, whatever its floor."""
    seen = Counter()
    for seed in range(6):
        field = Field(town_of(seed, 16), Definition(), 530102)
        for request in (
            Request(530102, Decimal(1)).under(
                within="county", contract_months=0, stars_least=0, company_cap_dm2=15_000_00
            ),
            Request(530102, Decimal(1)).under(
                within="county", contract_months=0, stars_least=0, households_per_staff=5
            ),
            replace(Request(530102, Decimal(1)), aim="area", budget_fen=30_000_000).under(
                within="county", contract_months=0
            ),
            Request(530102, Decimal(1)).under(reach_m=Decimal(20), within="community"),
            Request(530102, Decimal(1)).under(fallback=True),
        ):
            seen += confirm(field, request, plan_on(field, request), least=False)
    assert {"company_cap", "households", "budget", "out_of_reach"} <= set(seen)


def test_what_people_decided_is_a_reason(town_of):
    field = Field(town_of(1), Definition(), 530102)
    request = Request(530102, Decimal(1))
    first = plan_on(field, request).suggestions
    decided = Decided(forbidden=((first[0].compound, None),), refused=(first[-1].project,))
    asked = request.deciding(decided)
    plan = plan_on(field, asked)
    seen = confirm(field, asked, plan)
    assert seen["forbidden"] == 1
    (entry,) = (one for one in plan.not_served if one.compound == first[0].compound)
    assert entry.remedy == f"取消对 {first[0].name} 的排除"
    sanctioned = request.deciding(Decided(sanctioned=tuple({one.company for one in first})))
    assert not plan_on(field, sanctioned).suggestions


def test_the_nearest_host_beyond_reach_is_named(snapshot_of, rows):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 50, 50)),
        rows.compound("c", shapely.box(662, 0, 700, 50)),
    ]
    field = Field(snapshot_of(compounds, [rows.project("P")]), Definition(), 530102)
    request = Request(530102, Decimal(1))
    plan = plan_on(field, request)
    (entry,) = plan.not_served
    assert entry.reason == "out_of_reach"
    assert entry.text == "最近的在管项目距离 612 m，超过 500 m"
    assert Decimal(entry.relaxations[0]["value"]) == pytest.approx(
        Decimal(612), abs=Decimal("0.01")
    )
    assert confirm(field, request, plan) == {"out_of_reach": 1}


def test_nothing_within_five_kilometres_falls_back(snapshot_of, rows):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 50, 50)),
        rows.compound("c", shapely.box(9_000, 0, 9_050, 50)),
        rows.compound("t", shapely.box(9_000, 100, 9_050, 150), mode="公益性物业", project=None),
        rows.compound("s", shapely.box(9_000, 200, 9_050, 250), mode="社区托管"),
    ]
    field = Field(snapshot_of(compounds, [rows.project("P")]), Definition(), 530102)
    request = Request(530102, Decimal(1))
    plan = plan_on(field, request)
    assert {one.compound: one.fallback for one in plan.not_served} == {
        "c": "公益性物业",
        "s": "公益性物业",
    }
    confirm(field, request, plan)
    used = plan_on(field, request.under(fallback=True))
    assert [(step.compound, step.mode, step.counts) for step in used.fallbacks] == [
        ("c", "公益性物业", True),
        ("s", "公益性物业", True),
    ]
    assert used.status == "reached"
    assert used.numerator_after == used.denominator


def test_the_other_county_is_no_matter_of_degree(snapshot_of, rows):
    compounds = [
        rows.served("h", "P", shapely.box(0, 0, 50, 50), county=530103),
        rows.compound("c", shapely.box(60, 0, 100, 50)),
    ]
    field = Field(snapshot_of(compounds, [rows.project("P", county=530103)]), Definition(), 530102)
    plan = plan_on(field, Request(530102, Decimal(1)))
    (entry,) = plan.not_served
    assert entry.reason == "other_county"
    assert [way["kind"] for way in entry.relaxations] == ["fallback"]


def test_a_lock_of_nobody_is_refused(town_of):
    field = Field(town_of(2), Definition(), 530102)
    request = Request(530102, Decimal(1))
    for decided in (
        Decided(locked=(("nobody", None),)),
        Decided(locked=(("far", "nobody"),)),
        Decided(refused=("nobody",)),
        Decided(capacity_dm2={"nobody": 1}),
    ):
        with pytest.raises(UsageError):
            plan_on(field, request.deciding(decided))
