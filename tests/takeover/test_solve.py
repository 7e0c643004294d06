"""HiGHS against brute force, and the rules of a plan at their boundaries."""

import itertools
import random

import numpy as np
import pytest

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
