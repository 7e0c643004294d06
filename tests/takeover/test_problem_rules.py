"""Rules that have a boundary or a meaning of their own, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from geo.takeover.solver.goals import Goal, fewest, most
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import (
    Bundles,
    Companies,
    Fallback,
    Links,
    small_bundles,
    whole_areas,
)
from geo.takeover.solver.solve import solve


def row(loads, capacity, *, near=None, **more):
    """Compounds in a row before one host; `near` are those next to it (all of them by default)."""
    load = np.array(loads, np.int64)
    at = np.arange(len(load)) if near is None else np.array(near, np.int64)
    return Problem(
        candidates=tuple("abcdefgh"[: len(load)]),
        gain=load,
        load=load,
        hosts=("h",),
        capacity=np.array([capacity]),
        pair_candidate=at,
        pair_host=np.zeros(len(at), np.int64),
        way_mm=np.zeros(len(at), np.int64),
        **more,
    )


def served(problem, goal=None):
    found = solve(problem, goal or most(None))
    return "".join(problem.candidates[i] for i in np.flatnonzero(found.host >= 0))


def line(number, depth=2):
    """Links from each compound to the next."""
    return Links(np.arange(number - 1), np.arange(1, number), np.full(number - 1, 5), depth)


def test_capacity_to_the_unit():
    assert served(row([5, 4], 9)) == "ab"
    assert served(row([5, 4], 8)) == "a"


def test_households_to_the_household():
    problem = row([5, 4], 9, households=np.array([30, 20]))
    assert served(replace(problem, capacity_households=np.array([50]))) == "ab"
    assert served(replace(problem, capacity_households=np.array([49]))) == "a"
    assert served(replace(problem, capacity_households=np.array([-1]))) == "ab"


def test_a_company_is_limited_over_its_projects():
    problem = Problem(
        candidates=("a", "b"), gain=np.array([5, 4]), load=np.array([5, 4]),
        hosts=("h", "k"), capacity=np.array([9, 9]),
        pair_candidate=np.array([0, 1]), pair_host=np.array([0, 1]), way_mm=np.array([0, 0]),
    )  # fmt: skip
    for limit, who in ((9, "ab"), (8, "a")):
        companies = Companies(np.array([0, 0]), np.array([limit]))
        assert served(replace(problem, companies=companies)) == who
    other = Companies(np.array([0, -1]), np.array([5]))
    assert served(replace(problem, companies=other)) == "ab"


def test_an_area_moves_whole_or_not_at_all():
    problem = row([5, 4, 3], 9, area=np.array([7, 7, -1]))
    assert served(problem) == "ab"
    assert served(replace(problem, capacity=np.array([8]))) == "c"
    # One of the two has no pair: a barrier stands between, and no link leads around it.
    barred = row([5, 4, 3], 12, near=[0, 2], area=np.array([7, 7, -1]))
    assert served(barred) == "c"
    assert served(replace(barred, links=line(3, depth=1))) == "abc"


@pytest.mark.parametrize(("depth", "who"), [(1, "a"), (2, "ab"), (3, "abc"), (4, "abcd")])
def test_a_chain_is_as_long_as_allowed(depth, who):
    assert served(row([1, 1, 1, 1], 9, near=[0], links=line(4, depth))) == who


def test_a_chain_can_not_carry_itself():
    """b and c are next to each other, and neither to anything else."""
    ring = Links(np.array([1]), np.array([2]), np.array([0]), depth=3)
    assert served(row([1, 1, 1], 9, near=[0], links=ring)) == "a"


def test_a_parent_is_taken_for_its_child():
    """The child is what the target needs: the parent comes with it."""
    problem = row([1, 50], 60, near=[0], links=line(2))
    found = solve(problem, fewest(50))
    assert found.tier("count") == 2
    assert found.parent.tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("floor", "base", "who"), [(30, 0, "abc"), (31, 0, "c"), (31, 1, "abc"), (9, 0, "abc")]
)
def test_small_ones_come_in_a_bundle_of_the_least_size(floor, base, who):
    problem = row([12, 18, 40], 100)
    bundles = Bundles(np.array([0, 0, -1]), floor, np.array([base]))
    assert served(replace(problem, bundles=bundles)) == who


def test_bundles_are_small_neighbours():
    load = np.array([9_999, 10_000, 5_000, 5_000, 4_000])
    links = Links(np.array([0, 0, 3]), np.array([1, 2, 4]), np.zeros(3, np.int64))
    area = np.array([-1, -1, -1, -1, -1])
    assert small_bundles(load, area, links, 10_000).tolist() == [0, -1, 0, 3, 3]
    assert small_bundles(load, area, None, 10_000).tolist() == [0, -1, 2, 3, 4]
    # An area of 5,000 and 5,000 is not small.
    area = np.array([-1, -1, 8, 8, -1])
    assert small_bundles(load, area, links, 10_000).tolist() == [0, -1, -1, -1, 4]
    assert whole_areas(area).tolist() == [0, 1, 2, 2, 4]


def test_fallback_in_the_plans_order_and_only_where_open():
    fallback = Fallback(
        ("社区托管", "居民自管"),
        np.array([True, True]),
        np.array([[True, True], [False, True]]),
        np.zeros((2, 2), np.int64),
    )
    problem = row([5, 4], 0, near=[], fallback=fallback)
    found = solve(problem, fewest(9))
    assert found.mode.tolist() == [0, 1]
    assert found.tier("mode") == 3
    not_counted = replace(fallback, counts=np.array([True, False]))
    short = solve(replace(problem, fallback=not_counted), fewest(9))
    assert short.short == (-1,)
    assert short.mode.tolist() == [0, -1]


def test_a_child_out_of_reach_leaves_the_others_their_target():
    problem = Problem(
        candidates=("a", "b", "c", "d"), gain=np.array([5, 4, 3, 2]), load=np.array([5, 4, 3, 2]),
        hosts=("h", "k"), capacity=np.array([20, 3]),
        pair_candidate=np.array([0, 1, 2, 3]), pair_host=np.array([0, 0, 1, 1]),
        way_mm=np.zeros(4, np.int64), child=np.array([0, 0, 1, 1]),
    )  # fmt: skip
    found = solve(problem, fewest(0, (5, 4)))
    assert found.short == (1,)
    assert served(problem, fewest(0, (5, 4))) == "ac"


def test_need_weights_choose_who_is_covered():
    problem = row([5, 4], 5, weight=np.array([1, 3]))
    assert served(problem, most(None, "weight")) == "b"
    assert served(problem, most(None, "gain")) == "a"


def test_a_tier_is_named_once():
    assert most(None, "households").tiers == ("-households", "cost", "count", "mode", "way", "rank")
    assert Goal(("count", "count")).tiers == ("count",)
