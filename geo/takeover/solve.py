"""Solve a takeover problem: fewest takeovers, or else the highest reach.

1. Pairs that no plan needs go (`reduce.needed_pairs`).
2. A greedy plan is made. If it reaches the target, the target can be reached.
3. Otherwise the most that can be gained is found part by part (`reduce.parts`).
4. P1, or best reach, by tiers: each objective is minimised with those before it held.

A time limit stops a search with the best plan so far and what is proven of it. The tie-breaking
tiers stop at a number of nodes instead, so that they end at the same plan on every machine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.takeover.greedy import greedy
from geo.takeover.highs import Row
from geo.takeover.integer import Limits, Search
from geo.takeover.problem import Bools, Ints, Score, TakeoverProblem
from geo.takeover.reduce import needed_pairs, parts

WORK: Final = 300_000
"""Work at most (`Limits.work`) for a tie-breaking tier, and for a part's highest reach."""

OPEN: Final = 300
"""Pairs that may still be open for the last tie to be broken by rank."""

TIERS: Final = ("count", "way", "rank")


@dataclass(frozen=True)
class Solution:
    """A plan for a problem, and what is proven of it.

    Attributes
    ----------
    chosen
        Shape (pairs,), in the problem's order: which pairs are taken.
    reached
        Whether the chosen ones gain what is needed.
    gain
        What they gain.
    gain_bound
        No plan gains more (all candidates' together where that was not asked).
    count_bound
        No plan that gains as much has fewer takeovers.
    score
        (count, way, rank) of the chosen ones.
    unproven
        Of "reach", "count", "way", "rank": what was stopped by a limit before it was proven.
    """

    chosen: Bools
    reached: bool
    gain: int
    gain_bound: int
    count_bound: int
    score: Score
    unproven: tuple[str, ...]


@dataclass
class _Task:
    """A problem in code order, the pairs that matter, and the time there is."""

    problem: TakeoverProblem
    pairs: Ints
    until: float

    @property
    def gain(self) -> Ints:
        return self.problem.gain[self.problem.pair_candidate]


def solve(problem: TakeoverProblem, time_limit_s: float = 60.0) -> Solution:
    """Find the plan of a problem.

    Parameters
    ----------
    time_limit_s
        Seconds for the whole task. Within it the plan is proven; at it, see `unproven`.
    """
    ordered, order = problem.in_code_order()
    task = _Task(ordered, needed_pairs(ordered), time.monotonic() + time_limit_s)
    found = _search(task)
    chosen = np.zeros(len(order), bool)
    chosen[order] = found.chosen
    return Solution(chosen, *(getattr(found, name) for name in _AFTER_CHOSEN))


_AFTER_CHOSEN: Final = ("reached", "gain", "gain_bound", "count_bound", "score", "unproven")


def _search(task: _Task) -> Solution:
    problem = task.problem
    most = _everything(task)
    nothing = np.zeros(len(problem.way_mm), bool)
    if problem.need <= 0 or not len(task.pairs):
        return _solution(task, nothing, most, 0, ())
    if most < problem.need:
        return _best_reach(task)
    start = greedy(problem, task.pairs, problem.need)
    if problem.gained(start) < problem.need:
        most, start, _ = _most_gain(task)
        if most < problem.need:
            return _best_reach(task)
    plan = _fewest(task, most, start)
    return plan if plan is not None else _best_reach(task)


def _everything(task: _Task) -> int:
    """Give what all candidates that have a pair gain together."""
    with_pair = np.unique(task.problem.pair_candidate[task.pairs])
    return int(task.problem.gain[with_pair].sum())


def _fewest(task: _Task, most: int, start: Bools) -> Solution | None:
    """Solve P1. None when it has no solution, or the time ran out before one was found."""
    problem, pairs = task.problem, task.pairs
    gain = task.gain[pairs]
    rows = [*_rows(problem, pairs), Row(np.arange(len(pairs)), -gain, -problem.need)]
    chosen, bounds, unproven = _tiers(
        Search(_group(problem, pairs), rows),
        _costs(problem, pairs),
        task.until,
        start[pairs],
        exact=1,
    )
    if chosen is None:
        return None
    return _solution(task, _spread(task, chosen), most, bounds[0], unproven)


def _best_reach(task: _Task) -> Solution:
    """Gain the most; then fewest, then shortest, then first by code: part by part."""
    problem = task.problem
    taken = np.zeros(len(problem.way_mm), bool)
    bound = count_bound = 0
    unproven: set[str] = set()
    for part in parts(problem, task.pairs):
        costs = [-task.gain[part], *_costs(problem, part)]
        space = Search(_group(problem, part), _rows(problem, part))
        start = greedy(problem, part, None)[part]
        chosen, bounds, missing = _tiers(space, costs, task.until, start, exact=0)
        if chosen is not None:
            taken[part] = chosen
        bound -= bounds[0]
        count_bound += bounds[1]
        unproven.update(missing)
    names = ("reach", *TIERS)
    return _solution(
        task, taken, bound, count_bound, tuple(name for name in names if name in unproven)
    )


def _most_gain(task: _Task) -> tuple[int, Bools, bool]:
    """Give an upper bound of what can be gained, the best plan found, and if that is proven."""
    problem = task.problem
    taken = np.zeros(len(problem.way_mm), bool)
    bound = 0
    for part in parts(problem, task.pairs):
        space = Search(_group(problem, part), _rows(problem, part))
        start = greedy(problem, part, None)[part]
        answer = space.minimise(-task.gain[part], Limits(task.until, WORK), start)
        if answer.chosen is not None:
            taken[part] = answer.chosen
        bound += _all_of(problem, part) if answer.bound is None else -answer.bound
    return bound, taken, problem.gained(taken) == bound


def _tiers(
    space: Search, costs: list[Ints], until: float, start: Bools, *, exact: int
) -> tuple[Bools | None, list[int], tuple[str, ...]]:
    """Minimise one cost after the other, each held at its value for those that follow.

    The first `exact` of them have no limit of nodes.

    Returns
    -------
    The choice, the lower bound of each cost, and the names of those that are not proven.
    """
    names = ("reach", *TIERS)[-len(costs) :]
    chosen: Bools | None = start
    bounds, unproven = [], []
    for place, (name, cost) in enumerate(zip(names, costs, strict=True)):
        if name == "rank" and space.open > OPEN:
            unproven.append(name)
            bounds.append(0)
            break
        limits = Limits(until, None if place < exact else WORK)
        answer = space.minimise(cost, limits, chosen)
        if answer.status == "infeasible" or answer.chosen is None:
            return None, [], ()
        chosen = answer.chosen
        floor = int(np.minimum(cost, 0).sum())
        bounds.append(floor if answer.bound is None else answer.bound)
        if answer.status != "optimal":
            unproven.append(name)
        space.hold(cost, int(cost[chosen].sum()))
    return chosen, bounds, tuple(unproven)


def _costs(problem: TakeoverProblem, pairs: Ints) -> list[Ints]:
    """Give the three costs of some pairs; the problem is in code order, so rank is place."""
    return [np.ones(len(pairs), np.int64), problem.way_mm[pairs], pairs.astype(np.int64)]


def _group(problem: TakeoverProblem, pairs: Ints) -> Ints:
    """Label pairs by their candidate: one host for each."""
    return np.unique(problem.pair_candidate[pairs], return_inverse=True)[1].astype(np.int64)


def _rows(problem: TakeoverProblem, pairs: Ints) -> list[Row]:
    """Give each host's capacity where it can be exceeded."""
    load = problem.load[problem.pair_candidate[pairs]]
    host = problem.pair_host[pairs]
    offered = np.zeros(len(problem.hosts), np.int64)
    np.add.at(offered, host, load)
    rows = []
    for tight in np.flatnonzero(offered > problem.capacity):
        at = np.flatnonzero(host == tight)
        rows.append(Row(at, load[at], int(problem.capacity[tight])))
    return rows


def _all_of(problem: TakeoverProblem, pairs: Ints) -> int:
    return int(problem.gain[np.unique(problem.pair_candidate[pairs])].sum())


def _spread(task: _Task, chosen: Bools) -> Bools:
    whole = np.zeros(len(task.problem.way_mm), bool)
    whole[task.pairs] = chosen
    return whole


def _solution(
    task: _Task, chosen: Bools, gain_bound: int, count_bound: int, unproven: tuple[str, ...]
) -> Solution:
    problem = task.problem
    if not problem.allowed(chosen):
        raise AssertionError("the plan breaks a host's capacity or takes a compound twice")
    gain = problem.gained(chosen)
    return Solution(
        chosen=chosen,
        reached=gain >= problem.need,
        gain=gain,
        gain_bound=gain_bound,
        count_bound=count_bound,
        score=problem.score(chosen),
        unproven=unproven,
    )
