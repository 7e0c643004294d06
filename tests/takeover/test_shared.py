"""One target over many parts: combined as exactly as by trying every plan of every part."""

from itertools import product

import numpy as np
import pytest

from geo.takeover.solver import shared
from geo.takeover.solver import solve as solving
from geo.takeover.solver.goals import cheapest, fewest
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import Decisions
from geo.takeover.solver.solve import solve

BLOCKS = 12


def town(seed: int) -> tuple[Problem, list[list[tuple[int, int, int]]]]:
    """Give blocks that only a target joins, and every (count, cost, gain) of each block's plans."""
    chance = np.random.default_rng(seed)
    load, capacity, pairs, fee, every = [], [], [], [], []
    for _ in range(BLOCKS):
        size = int(chance.integers(1, 6))
        own = chance.integers(1_000, 90_000, size).tolist()
        rooms = [int(chance.integers(20_000, 120_000)) for _ in range(2)]
        fees = chance.integers(0, 5_000, size).tolist()
        first, host = len(load), len(capacity)
        options = [[-1, *(k for k in range(2) if chance.random() < 0.7)] for _ in own]
        plans = set()
        for plan in product(*options):
            used = [sum(own[i] for i, k in enumerate(plan) if k == j) for j in range(2)]
            if all(use <= room for use, room in zip(used, rooms, strict=True)):
                taken = [i for i, k in enumerate(plan) if k >= 0]
                plans.add((len(taken), sum(fees[i] for i in taken), sum(own[i] for i in taken)))
        pairs += [(first + i, host + k) for i, of in enumerate(options) for k in of if k >= 0]
        load += own
        capacity += rooms
        fee += fees
        every.append(sorted(plans))
    problem = Problem(
        candidates=tuple(f"c{k:03d}" for k in range(len(load))),
        gain=np.array(load),
        load=np.array(load),
        hosts=tuple(f"h{k:03d}" for k in range(len(capacity))),
        capacity=np.array(capacity),
        pair_candidate=np.array([i for i, _ in pairs], np.int64),
        pair_host=np.array([j for _, j in pairs], np.int64),
        way_mm=chance.integers(0, 500_000, len(pairs)),
        cost_fen=np.array(fee),
    )
    return problem, every


def least(every: list[list[tuple[int, int, int]]], need: int, figure: int) -> int | None:
    """Give the least sum of a figure that reaches a need: plans of blocks put together one by one."""
    front = {0: 0}  # what is gained at most, by what it takes
    for plans in every:
        more: dict[int, int] = {}
        for (spent, gained), plan in product(front.items(), plans):
            key = spent + plan[figure]
            more[key] = max(more.get(key, -1), gained + plan[2])
        best, front = -1, {}
        for key in sorted(more):
            if more[key] > best:
                front[key] = best = more[key]
    return min((key for key, gained in front.items() if gained >= need), default=None)


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "COMBINED", 1)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.97, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_the_fewest_and_the_cheapest(seed: int, share: float) -> None:
    problem, every = town(seed)
    need = int(share * sum(max(gain for *_, gain in plans) for plans in every))
    for goal, figure in ((fewest(need), 0), (cheapest(need), 1)):
        found = solve(problem, goal)
        wanted = least(every, need, figure)
        assert found.reached
        assert found.unproven == ()
        assert found.score[0] == found.bounds[0] == wanted


@pytest.mark.parametrize("seed", range(6))
def test_bounds_hold_and_meet_before_any_other_search(seed: int) -> None:
    """What comes out of the combination itself, without the search that follows it."""
    problem, every = town(seed)
    need = int(0.6 * sum(max(gain for *_, gain in plans) for plans in every))
    seen = []
    plain = shared.Shared.combined

    def kept(self: shared.Shared, start: np.ndarray) -> shared.Combined | None:
        seen.append(plain(self, start))
        return seen[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared.Shared, "combined", kept)
        solve(problem, fewest(need))
    wanted = least(every, need, 0)
    assert [(one.value, one.bound) for one in seen] == [(wanted, wanted)]


def test_out_of_reach_is_left_to_the_most() -> None:
    problem, every = town(1)
    most = sum(max(gain for *_, gain in plans) for plans in every)
    found = solve(problem, fewest(most + 1))
    assert not found.reached
    assert found.gain == most


def test_a_lock_of_one_block_is_kept() -> None:
    problem, every = town(2)
    need = int(0.5 * sum(max(gain for *_, gain in plans) for plans in every))
    first = np.array([[int(problem.pair_candidate[0]), int(problem.pair_host[0])]])
    if problem.load[first[0, 0]] > problem.capacity[first[0, 1]]:
        pytest.skip("the first pair does not fit")
    none = np.zeros((0, 2), np.int64)
    locked = Problem(**{**vars(problem), "decisions": Decisions(first, none)})
    found, free = solve(locked, fewest(need)), solve(problem, fewest(need))
    assert found.host[first[0, 0]] == first[0, 1]
    assert free.score[0] <= found.score[0] <= free.score[0] + 1
