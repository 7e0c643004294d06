"""The frontier and the fairest plan, against trying every plan."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from geo.takeover.solver.fairness import fairest
from geo.takeover.solver.goals import most
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.solve import solve
from geo.takeover.solver.sweep import frontier


def small(seed):
    chance = random.Random(seed)
    n, m = chance.randint(1, 7), chance.randint(1, 3)
    pairs = [(i, j) for i in range(n) for j in range(m) if chance.random() < 0.6]
    load = np.array([chance.randint(1, 9) for _ in range(n)])
    return Problem(
        candidates=tuple(f"c{i}" for i in range(n)),
        gain=load,
        load=load,
        hosts=tuple(f"h{j}" for j in range(m)),
        capacity=np.array([chance.randint(0, 20) for _ in range(m)]),
        pair_candidate=np.array([i for i, _ in pairs], np.int64),
        pair_host=np.array([j for _, j in pairs], np.int64),
        way_mm=np.array([chance.randint(0, 9) for _ in pairs], np.int64),
        cost_fen=np.array([chance.randint(0, 50) for _ in range(n)]),
        setup_fen=np.array([chance.choice([0, 20]) for _ in range(m)]),
        child=np.array([chance.randint(0, 2) for _ in range(n)]),
    )


def counted_plans(problem):
    """(cost, gain, gain by child) of every plan, in plain Python."""
    options = [
        [
            None,
            *[
                int(j)
                for i, j in zip(problem.pair_candidate, problem.pair_host, strict=True)
                if i == k
            ],
        ]
        for k in range(len(problem.candidates))
    ]
    for plan in itertools.product(*options):
        taken = [(i, j) for i, j in enumerate(plan) if j is not None]
        used = [sum(problem.load[i] for i, j in taken if j == h) for h in range(len(problem.hosts))]
        if all(u <= c for u, c in zip(used, problem.capacity, strict=True)):
            cost = sum(problem.cost_fen[i] for i, _ in taken)
            cost += sum(problem.setup_fen[h] for h in {j for _, j in taken})
            by_child = [
                sum(problem.gain[i] for i, _ in taken if problem.child[i] == c) for c in range(3)
            ]
            yield int(cost), int(sum(by_child)), by_child, [j is not None for j in plan]


def every_plan(problem):
    """Give cost, gain and gain by child of every plan."""
    for cost, gain, by_child, _ in counted_plans(problem):
        yield cost, gain, by_child


@pytest.mark.parametrize("batch", range(4))
def test_the_whole_frontier(batch):
    for seed in range(batch * 10, batch * 10 + 10):
        problem = small(seed)
        plans = {(cost, gain) for cost, gain, _ in every_plan(problem)}
        best = sorted(
            (cost, gain)
            for cost, gain in plans
            if not any((c <= cost and g > gain) or (c < cost and g >= gain) for c, g in plans)
        )
        found = frontier(problem, points=None)
        assert [(point.cost_fen, point.amount) for point in found] == best, seed


def test_a_sweep_gives_points_of_the_whole_frontier():
    for seed in range(20):
        problem = small(seed)
        whole = {(p.cost_fen, p.amount) for p in frontier(problem, points=None)}
        found = [(p.cost_fen, p.amount) for p in frontier(problem, points=4)]
        assert set(found) <= whole
        assert found == sorted(found)
        assert max(whole) == found[-1]


def filled(plans, served, whole, able, line):
    """Fill up by trying every plan: the share at which each child stays, by label."""
    share = lambda by, c: Fraction(int(served[c] + by[c]), int(whole[c]))  # noqa: E731
    stays = {}
    while len(stays) < len(able):
        going = [c for c in able if c not in stays]
        kept = [by for by in plans if all(share(by, c) >= at for c, at in stays.items())]
        level = min(line, max(min(share(by, c) for c in going) for by in kept))
        if level == line:
            stays.update(dict.fromkeys(going, line))
            break
        kept = [by for by in kept if all(share(by, c) >= level for c in going)]
        stuck = [c for c in going if all(share(by, c) <= level for by in kept)]
        stays.update(dict.fromkeys(stuck or going[:1], level))
    return stays


@pytest.mark.parametrize("batch", range(4))
def test_the_fairest_plan(batch):
    """The lines of all children, and the fewest takeovers and least cost that come to them."""
    levels = 0
    for seed in range(batch * 15, batch * 15 + 15):
        problem = small(seed)
        chance = random.Random(seed)
        served = np.array([chance.randint(0, 20) for _ in range(3)])
        whole = served + np.array([int(problem.gain[problem.child == c].sum()) for c in range(3)])
        whole += chance.randint(1, 9)
        budget = chance.choice([None, chance.randint(0, 150)])
        line = chance.choice([Fraction(1), Fraction(1), Fraction(chance.randint(2, 9), 10)])
        found, solution = fairest(problem, served, whole, line=line, budget_fen=budget)
        assert found.proven
        plans = [
            (cost, sum(taken), by, taken)
            for cost, _, by, taken in counted_plans(problem)
            if budget is None or cost <= budget
        ]
        able = [c for c in range(3) if found.lines[c] is not None]
        hosted = set(problem.pair_candidate.tolist())
        fits = [
            i
            for i in hosted
            if any(
                problem.load[i] <= problem.capacity[j]
                for k, j in zip(problem.pair_candidate, problem.pair_host, strict=True)
                if k == i
            )
        ]
        assert able == [
            c for c in range(3) if any(problem.child[i] == c and problem.gain[i] for i in fits)
        ]
        stays = filled([by for _, _, by, _ in plans], served, whole, able, line)
        assert {c: found.lines[c] for c in able} == stays, seed
        assert found.least == min(stays.values(), default=None)
        levels = max(levels, len(set(stays.values())))
        fewest_ = min(
            (count, cost)
            for cost, count, by, _ in plans
            if all(Fraction(int(served[c] + by[c]), int(whole[c])) >= at for c, at in stays.items())
        )
        assert (solution.tier("count"), solution.tier("cost")) == fewest_, seed
    assert levels > 1


def test_a_street_without_neighbours_does_not_hold_the_others_back():
    problem = Problem(
        candidates=("far", "near"),
        gain=np.array([5, 5]),
        load=np.array([5, 5]),
        hosts=("h",),
        capacity=np.array([9]),
        pair_candidate=np.array([1]),
        pair_host=np.array([0]),
        way_mm=np.array([0]),
        child=np.array([0, 1]),
    )
    found, solution = fairest(problem, np.array([0, 0]), np.array([10, 10]))
    assert found.lines == (None, Fraction(1, 2))
    assert found.least == Fraction(1, 2)
    assert solution.gain == 5


def test_who_can_not_rise_does_not_hold_down_who_can():
    """Streets at 1/10, 2/10 and 3/10: the first stays, the second ends at 7/10 though not asked."""
    problem = Problem(
        candidates=("a", "b", "c"),
        gain=np.array([1, 5, 6]),
        load=np.array([1, 5, 6]),
        hosts=("h", "g"),
        capacity=np.array([1, 6]),
        pair_candidate=np.array([0, 1, 2]),
        pair_host=np.array([0, 1, 1]),
        way_mm=np.array([0, 0, 0]),
        child=np.array([0, 1, 2]),
    )
    found, solution = fairest(problem, np.array([0, 2, 3]), np.array([10, 10, 10]))
    # b and c don't fit together: b is the lower, so it is b that rises, and c stays.
    assert found.lines == (Fraction(1, 10), Fraction(7, 10), Fraction(3, 10))
    assert (solution.host >= 0).tolist() == [True, True, False]


def test_the_most_under_no_budget_is_the_frontiers_end():
    problem = small(3)
    assert frontier(problem)[-1].amount == solve(problem, most(None)).gain
