"""HiGHS against brute force, and the rules of a plan at their boundaries."""

import itertools
import random

import numpy as np
import pytest

from geo.takeover import integer
from geo.takeover import solve as solving
from geo.takeover.highs import Programme, Relaxation, Row, relax
from geo.takeover.problem import TakeoverProblem
from geo.takeover.solve import solve


def problem_of(candidates, hosts, pairs, need):
    """Candidates {code: (gain, load)}, hosts {code: capacity}, pairs {(code, code): way}."""
    names, places = list(candidates), list(hosts)
    return TakeoverProblem(
        candidates=tuple(names),
        gain=np.array([candidates[c][0] for c in names], np.int64),
        load=np.array([candidates[c][1] for c in names], np.int64),
        hosts=tuple(places),
        capacity=np.array([hosts[h] for h in places], np.int64),
        pair_candidate=np.array([names.index(c) for c, _ in pairs], np.int64),
        pair_host=np.array([places.index(h) for _, h in pairs], np.int64),
        way_mm=np.array(list(pairs.values()), np.int64),
        need=need,
    )


def taken(problem, solution):
    return {
        (problem.candidates[problem.pair_candidate[e]], problem.hosts[problem.pair_host[e]])
        for e in np.flatnonzero(solution.chosen)
    }


def brute_force(candidates, hosts, pairs, need):
    """All assignments, in plain Python: (reached, best key)."""
    rank = {pair: place for place, pair in enumerate(sorted(pairs))}
    options = [[None, *[h for c, h in pairs if c == code]] for code in candidates]
    fewest = most = None
    for choice in itertools.product(*options):
        used = dict.fromkeys(hosts, 0)
        picked = [(c, h) for c, h in zip(candidates, choice, strict=True) if h is not None]
        for c, h in picked:
            used[h] += candidates[c][1]
        if any(used[h] > hosts[h] for h in hosts):
            continue
        gain = sum(candidates[c][0] for c, _ in picked)
        key = (len(picked), sum(pairs[p] for p in picked), sum(rank[p] for p in picked))
        if gain >= need and (fewest is None or key < fewest):
            fewest = key
        if most is None or (-gain, *key) < most:
            most = (-gain, *key)
    return fewest, most


def random_case(seed):
    chance = random.Random(seed)
    n = chance.randint(1, 12)
    m = chance.randint(1, 4)
    scale = chance.choice([1, 100, 10**6 + 7])
    same = chance.random() < 0.5
    candidates = {}
    for i in chance.sample(range(100), n):
        load = chance.randint(1, 9) * scale + chance.choice([0, 0, 1])
        candidates[f"c{i:02}"] = (load if same else chance.randint(1, 9) * scale, load)
    hosts = {f"h{j}": chance.randint(0, 20) * scale for j in chance.sample(range(9), m)}
    # At most two hosts a candidate keeps 3^12 assignments in reach of plain Python.
    pairs = {
        (c, h): chance.choice([0, 0, chance.randint(1, 5) * 1000, chance.randint(0, 500_000)])
        for c in candidates
        for h in chance.sample(list(hosts), chance.randint(0, min(2, m)))
    }
    total = sum(gain for gain, _ in candidates.values())
    need = max(1, int(total * chance.choice([0.2, 0.4, 0.5, 0.7, 1.0])) + chance.choice([-1, 0, 1]))
    return candidates, hosts, pairs, need


@pytest.mark.parametrize("batch", range(10))
def test_highs_equals_brute_force(batch):
    for seed in range(batch * 20, batch * 20 + 20):
        case = random_case(seed)
        fewest, most = brute_force(*case)
        problem = problem_of(*case)
        found = solve(problem)
        assert found.unproven == (), seed
        if fewest is not None:
            assert found.reached, seed
            assert tuple(found.score) == fewest, seed
        else:
            assert not found.reached, seed
            assert (-found.gain, *found.score) == most, seed
            assert found.gain_bound == found.gain, seed


@pytest.mark.parametrize("batch", range(5))
def test_a_tiny_core_comes_to_the_same(batch, monkeypatch):
    """With a core of two variables every instance goes through prices, settling and growth."""
    monkeypatch.setattr(integer, "CORE", 2)
    monkeypatch.setattr(integer, "CORE_A_ROW", 0)
    for seed in range(1000 + batch * 20, 1020 + batch * 20):
        case = random_case(seed)
        fewest, most = brute_force(*case)
        found = solve(problem_of(*case))
        assert found.unproven == (), seed
        assert (tuple(found.score) if found.reached else (-found.gain, *found.score)) == (
            most if fewest is None else fewest
        ), seed


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
def test_the_core_agrees_with_the_whole(share, size, monkeypatch):
    monkeypatch.setattr(solving, "WORK", None)
    monkeypatch.setattr(solving, "OPEN", 10**9)
    for seed in range(4):
        candidates, hosts, pairs = town(seed, size, size // 2)
        need = int(sum(gain for gain, _ in candidates.values()) * share)
        problem = problem_of(candidates, hosts, pairs, need)
        answers = []
        for core in (3, 10**9):
            monkeypatch.setattr(integer, "CORE", core)
            monkeypatch.setattr(integer, "CORE_A_ROW", 0)
            found = solve(problem)
            assert found.unproven == ()
            answers.append((found.reached, found.gain if share == 1 else None, found.score))
        assert answers[0] == answers[1], seed


def test_code_order_decides_between_equals():
    # Two candidates and two hosts, all alike: the first of each, whatever order they come in.
    for names in itertools.permutations(["c1", "c2"]):
        for places in itertools.permutations(["h1", "h2"]):
            problem = problem_of(
                dict.fromkeys(names, (5, 5)),
                dict.fromkeys(places, 5),
                {(c, h): 7 for c in names for h in places},
                need=5,
            )
            assert taken(problem, solve(problem)) == {("c1", "h1")}


def test_shuffled_problems_have_one_plan():
    chance = random.Random(1)
    candidates, hosts, pairs = town(9)
    need = sum(gain for gain, _ in candidates.values()) // 2
    seen = set()
    for _ in range(5):
        problem = problem_of(candidates, hosts, pairs, need)
        seen.add(frozenset(taken(problem, solve(problem))))
        candidates, hosts, pairs = (
            dict(chance.sample(list(table.items()), len(table)))
            for table in (candidates, hosts, pairs)
        )
    assert len(seen) == 1


@pytest.mark.parametrize(("need", "reached"), [(10**11, True), (10**11 + 1, False)])
def test_one_unit_in_a_hundred_thousand_million(need, reached):
    """Sums that floating point with a tolerance can't tell apart."""
    sizes = [10**11 // 7] * 6 + [10**11 - 6 * (10**11 // 7)]
    candidates = {f"c{k}": (size, size) for k, size in enumerate(sizes)}
    candidates["small"] = (1, 10**12)
    pairs = {(c, "h"): 0 for c in candidates}
    found = solve(problem_of(candidates, {"h": 10**11}, pairs, need))
    assert found.reached is reached
    assert found.gain == 10**11


def test_a_broken_row_is_cut_off_and_nothing_else():
    over = Row(np.array([0, 1, 2]), np.array([3, 4, 5]), 7)
    both = np.array([False, True, True])
    assert not over.holds(both)
    assert not over.cut(both).holds(both)
    assert over.cut(both).holds(np.array([True, True, False]))
    under = Row(np.array([0, 1, 2]), np.array([-3, -4, -5]), -9)
    two = np.array([True, True, False])
    assert not under.holds(two)
    assert not under.cut(two).holds(two)
    assert under.cut(two).holds(np.array([False, True, True]))


def test_nothing_needed_takes_nothing():
    for need in (0, -5):
        found = solve(problem_of({"c": (5, 5)}, {"h": 5}, {("c", "h"): 0}, need))
        assert found.reached
        assert not found.chosen.any()


def test_no_pairs_at_all():
    found = solve(problem_of({"c": (5, 5)}, {}, {}, 5))
    assert not found.reached
    assert found.gain == found.gain_bound == 0


def test_out_of_time_keeps_to_the_rules():
    candidates, hosts, pairs = town(3)
    need = sum(gain for gain, _ in candidates.values()) * 6 // 10
    problem = problem_of(candidates, hosts, pairs, need)
    found = solve(problem, time_limit_s=1e-9)
    assert problem.allowed(found.chosen)
    assert found.unproven
    assert found.gain <= found.gain_bound


@pytest.mark.parametrize(
    "change",
    [
        {"candidates": ("c", "c")},
        {"gain": np.array([1])},
        {"way_mm": np.array([-1, 0])},
        {"pair_candidate": np.array([0, 0]), "pair_host": np.array([0, 0])},
    ],
    ids=["code_twice", "lengths", "negative", "pair_twice"],
)
def test_a_problem_is_checked_at_the_door(change):
    problem = problem_of({"c": (5, 5), "d": (5, 5)}, {"h": 5}, {("c", "h"): 0, ("d", "h"): 0}, 5)
    with pytest.raises(ValueError, match="."):
        TakeoverProblem(**{**vars(problem), **change})


def random_programme(chance):
    """A little programme with some variables settled, as `Search` settles them."""
    size = chance.randint(2, 8)
    group = np.array(sorted(chance.randint(0, size // 2) for _ in range(size)), np.int64)
    group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    at = np.arange(size)
    weight = np.array([chance.randint(0, 9) for _ in at], np.int64)
    gain = np.array([chance.randint(0, 9) for _ in at], np.int64)
    rows = [
        Row(at, weight, chance.randint(5, 30)),
        Row(at, -gain, -chance.randint(0, 15)),
    ]
    low, high = np.zeros(size), np.ones(size)
    for k in chance.sample(range(size), chance.randint(0, size // 2)):
        if chance.random() < 0.5 and not low[group == group[k]].any():
            high[group == group[k]] = 0
            low[k] = high[k] = 1
        else:
            high[k] = low[k]
    cost = np.array([chance.randint(-5, 20) for _ in at], np.int64)
    return Programme(cost, group, rows, low, high)


def test_prices_hold_for_every_choice():
    """No choice that leaves the favoured side of a variable costs less than its price says."""
    chance = random.Random(0)
    checked = 0
    for _ in range(400):
        programme = random_programme(chance)
        eased = relax(programme, 10.0)
        if isinstance(eased, str):
            continue
        open_ = programme.low < programme.high
        for bits in itertools.product([False, True], repeat=len(programme.cost)):
            choice = np.array(bits)
            inside = (programme.low <= choice) & (choice <= programme.high)
            once = np.bincount(programme.group[choice], minlength=1).max() <= 1
            if not (inside.all() and once and all(row.holds(choice) for row in programme.rows)):
                continue
            moved = open_ & (choice != eased.favours)
            least = eased.value + eased.price[moved].max(initial=0)
            assert programme.cost[choice].sum() >= least - 1e-3
            checked += 1
    assert checked > 1000


def test_settling_one_settles_its_group():
    search = integer.Search(np.array([0, 0, 1]), [])
    eased = Relaxation(0.0, np.array([5.0, 0.0, 0.0]), np.array([True, False, False]))
    low, high = search._settle(eased, np.array([True, False, False]))
    assert low.tolist() == [1, 0, 0]
    assert high.tolist() == [1, 0, 1]
