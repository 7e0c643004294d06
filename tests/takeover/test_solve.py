"""The solver at its boundaries: exact integers, order of the input, limits, bad input."""

import itertools
import random

import numpy as np
import pytest

from geo.takeover.components import components
from geo.takeover.solver import integer, job, takes
from geo.takeover.solver.goals import cheapest, fewest, most
from geo.takeover.solver.highs import Programme, relax, search
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rows import RowMaker
from geo.takeover.solver.solve import solve


def problem_of(candidates, hosts, pairs):
    """Candidates {code: (gain, load)}, hosts {code: capacity}, pairs {(code, code): way}."""
    names, places = list(candidates), list(hosts)
    return Problem(
        candidates=tuple(names),
        gain=np.array([candidates[c][0] for c in names], np.int64),
        load=np.array([candidates[c][1] for c in names], np.int64),
        hosts=tuple(places),
        capacity=np.array([hosts[h] for h in places], np.int64),
        pair_candidate=np.array([names.index(c) for c, _ in pairs], np.int64),
        pair_host=np.array([places.index(h) for _, h in pairs], np.int64),
        way_mm=np.array(list(pairs.values()), np.int64),
    )


def taken(problem, found):
    return {
        (problem.candidates[i], problem.hosts[found.host[i]])
        for i in np.flatnonzero(found.host >= 0)
    }


def town(seed, candidates=60, hosts=25):
    """A larger instance with tight hosts, beyond brute force."""
    chance = random.Random(seed)
    loads = {f"c{i:02}": chance.randint(10, 300) * 100 for i in range(candidates)}
    capacity = {f"h{j:02}": chance.randint(0, 60_000) for j in range(hosts)}
    pairs = {
        (c, h): chance.choice([0, chance.randint(0, 500_000)])
        for c in loads
        for h in chance.sample(list(capacity), 4)
    }
    return {c: (load, load) for c, load in loads.items()}, capacity, pairs


@pytest.mark.parametrize(("share", "size"), [(0.3, 60), (0.5, 60), (1.0, 22)])
def test_listed_sets_and_single_steps_agree_beyond_brute_force(share, size, monkeypatch):
    monkeypatch.setattr(job, "WORK", None)
    for seed in range(3):
        candidates, hosts, pairs = town(seed, size, size // 2)
        need = int(sum(gain for gain, _ in candidates.values()) * share)
        problem = problem_of(candidates, hosts, pairs)
        answers = []
        for listed, core in ((10_000, 10**9), (0, 10**9), (50, 30)):
            monkeypatch.setattr(takes, "MOST_TAKES", listed)
            monkeypatch.setattr(integer, "CORE", core)
            found = solve(problem, fewest(need), time_limit_s=600)
            assert found.unproven == ()
            answers.append((found.reached, found.score))
        assert answers[0] == answers[1] == answers[2], seed


def test_code_order_decides_between_equals():
    # Two candidates and two hosts, all alike: the first of each, whatever order they come in.
    for names in itertools.permutations(["c1", "c2"]):
        for places in itertools.permutations(["h1", "h2"]):
            problem = problem_of(
                dict.fromkeys(names, (5, 5)),
                dict.fromkeys(places, 5),
                {(c, h): 7 for c in names for h in places},
            )
            assert taken(problem, solve(problem, fewest(5))) == {("c1", "h1")}


def test_shuffled_problems_have_one_plan():
    chance = random.Random(1)
    candidates, hosts, pairs = town(9)
    need = sum(gain for gain, _ in candidates.values()) // 2
    seen = set()
    for _ in range(5):
        problem = problem_of(candidates, hosts, pairs)
        seen.add(frozenset(taken(problem, solve(problem, fewest(need)))))
        candidates, hosts, pairs = (
            dict(chance.sample(list(table.items()), len(table)))
            for table in (candidates, hosts, pairs)
        )
    assert len(seen) == 1


@pytest.mark.parametrize("listed", [100, 0])
@pytest.mark.parametrize(("need", "reached"), [(10**11, True), (10**11 + 1, False)])
def test_one_unit_in_a_hundred_thousand_million(need, reached, listed, monkeypatch):
    """Sums that floating point with a tolerance can't tell apart."""
    monkeypatch.setattr(takes, "MOST_TAKES", listed)
    sizes = [10**11 // 7] * 6 + [10**11 - 6 * (10**11 // 7)]
    candidates = {f"c{k}": (size, size) for k, size in enumerate(sizes)}
    candidates["small"] = (1, 10**12)
    pairs = {(c, "h"): 0 for c in candidates}
    found = solve(problem_of(candidates, {"h": 10**11}, pairs), fewest(need))
    assert found.reached is reached
    assert found.gain == 10**11


@pytest.mark.parametrize(("budget", "gained"), [(10**14, 7), (10**14 - 1, 6)])
def test_a_budget_is_kept_to_the_fen(budget, gained):
    """10^14 fen less one are one compound less."""
    problem = problem_of({f"c{k}": (1, 1) for k in range(7)}, {"h": 7}, {})
    problem = Problem(
        **{
            **vars(problem),
            "pair_candidate": np.arange(7),
            "pair_host": np.zeros(7, np.int64),
            "way_mm": np.zeros(7, np.int64),
            "pair_cost_fen": np.zeros(7, np.int64),
            "cost_fen": np.array([10**14 // 7] * 6 + [10**14 - 6 * (10**14 // 7)]),
        }
    )
    found = solve(problem, most(budget))
    assert found.gain == gained
    assert found.tier("cost") <= budget


def rows_of(*listed):
    maker = RowMaker()
    for at, weight, limit in listed:
        maker.add(np.array(at), np.array(weight), limit)
    return maker.rows()


def test_a_broken_row_is_cut_off_and_nothing_else():
    chance = random.Random(3)
    checked = 0
    for _ in range(200):
        size = chance.randint(1, 6)
        weights = [chance.choice([-1, 1]) * chance.randint(1, 9) for _ in range(size)]
        rows = rows_of((range(size), weights, chance.randint(-9, 9)))
        every = [np.array(bits) for bits in itertools.product([False, True], repeat=size)]
        for point in every:
            cuts = rows.cuts(point)
            assert len(cuts) == (0 if rows.hold(point) else 1)
            if len(cuts):
                assert not cuts.hold(point)
                assert all(cuts.hold(other) for other in every if rows.hold(other))
                checked += 1
    assert checked > 100


def test_prices_hold_for_every_choice():
    """No choice with a column in it costs less than the column's price says."""
    chance = random.Random(0)
    checked = 0
    for _ in range(300):
        size = chance.randint(2, 8)
        rows = rows_of(
            (range(size), [chance.randint(1, 9) for _ in range(size)], chance.randint(5, 30)),
            (range(size), [-chance.randint(1, 9) for _ in range(size)], -chance.randint(0, 15)),
        )
        cost = np.array([chance.randint(-5, 20) for _ in range(size)], np.int64)
        eased = relax(Programme(cost, rows), 10.0)
        if isinstance(eased, str):
            continue
        for bits in itertools.product([False, True], repeat=size):
            choice = np.array(bits)
            if rows.hold(choice):
                assert cost[choice].sum() >= eased.value + eased.price[choice].max(initial=0) - 1e-3
                checked += 1
    assert checked > 1000


def test_a_row_without_columns_that_asks_for_something_has_no_solution():
    rows = rows_of(([0, 1], [-1, -1], -1)).restricted(np.array([2]), 3)
    assert len(rows) == 1
    programme = Programme(np.array([1]), rows)
    assert relax(programme, 10.0) == "infeasible"
    assert search(programme, None, 10.0, None).status == "infeasible"


def test_nothing_needed_takes_nothing():
    for need in (0, -5):
        found = solve(problem_of({"c": (5, 5)}, {"h": 5}, {("c", "h"): 0}), fewest(need))
        assert found.reached
        assert (found.host == -1).all()


def test_no_pairs_at_all():
    found = solve(problem_of({"c": (5, 5)}, {}, {}), fewest(5))
    assert not found.reached
    assert found.short == (-1,)
    assert found.gain == found.gain_bound == 0


@pytest.mark.parametrize("goal", [fewest, cheapest])
def test_out_of_time_keeps_to_the_rules_and_says_so(goal):
    candidates, hosts, pairs = town(3)
    need = sum(gain for gain, _ in candidates.values()) * 6 // 10
    found = solve(problem_of(candidates, hosts, pairs), goal(need), time_limit_s=1e-9)
    assert found.time_limited
    assert found.unproven
    assert found.gain <= found.gain_bound
    for tier, bound in zip(found.tiers, found.bounds, strict=True):
        assert bound <= found.tier(tier)
        assert found.gap(tier) >= 0


def test_in_time_nothing_is_said_to_be_limited():
    found = solve(problem_of({"c": (5, 5)}, {"h": 5}, {("c", "h"): 3}), fewest(5))
    assert not found.time_limited
    assert found.gap("way") == 0


@pytest.mark.parametrize(
    "change",
    [
        {"candidates": ("c", "c")},
        {"gain": np.array([1])},
        {"way_mm": np.array([-1, 0])},
        {"pair_candidate": np.array([0, 0]), "pair_host": np.array([0, 0])},
        {"pair_host": np.array([0, 1])},
        {"area": np.array([0])},
        {"cost_fen": np.array([0, -1])},
    ],
    ids=["code_twice", "lengths", "negative", "pair_twice", "range", "area", "cost"],
)
def test_a_problem_is_checked_at_the_door(change):
    problem = problem_of({"c": (5, 5), "d": (5, 5)}, {"h": 5}, {("c", "h"): 0, ("d", "h"): 0})
    with pytest.raises(ValueError, match="."):
        Problem(**{**vars(problem), **change})


def test_components_of_random_graphs():
    chance = random.Random(4)
    for _ in range(50):
        size = chance.randint(1, 30)
        edges = [
            (chance.randrange(size), chance.randrange(size)) for _ in range(chance.randint(0, 40))
        ]
        near = {node: {node} for node in range(size)}
        for _ in range(size):
            for one, other in edges:
                near[one] = near[other] = near[one] | near[other]
        ends = np.array(edges, np.int64).reshape(-1, 2)
        label = components(size, ends[:, 0], ends[:, 1])
        for node in range(size):
            assert label[node] == min(k for k in range(size) if label[k] == label[node])
            assert all(label[k] == label[node] for k in near[node])
        groups = {frozenset(k for k in range(size) if label[k] == label[n]) for n in range(size)}
        assert all(not any((o in g) != (t in g) for o, t in edges) for g in groups)
