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
from geo.takeover.integer import Programme, Row
from geo.takeover.problem import Bools, Ints, Score, TakeoverProblem
from geo.takeover.reduce import needed_pairs, parts

MAX_NODES: Final = 5_000
"""Branch-and-bound nodes at most for a tie-breaking tier, and for a part's highest reach."""

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
class _Search:
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
        Seconds for the whole search. Within it the plan is proven; at it, see `unproven`.
    """
    ordered, order = problem.in_code_order()
    search = _Search(ordered, needed_pairs(ordered), time.monotonic() + time_limit_s)
    found = _search(search)
    chosen = np.zeros(len(order), bool)
    chosen[order] = found.chosen
    return Solution(chosen, *(getattr(found, name) for name in _AFTER_CHOSEN))


_AFTER_CHOSEN: Final = ("reached", "gain", "gain_bound", "count_bound", "score", "unproven")


def _search(search: _Search) -> Solution:
    problem = search.problem
    most = _everything(search)
    nothing = np.zeros(len(problem.way_mm), bool)
    if problem.need <= 0 or not len(search.pairs):
        return _solution(search, nothing, most, 0, ())
    if most < problem.need:
        return _best_reach(search)
    start = greedy(problem, search.pairs, problem.need)
    if problem.gained(start) < problem.need:
        most, start, _ = _most_gain(search)
        if most < problem.need:
            return _best_reach(search)
    plan = _fewest(search, most, start)
    return plan if plan is not None else _best_reach(search)


def _everything(search: _Search) -> int:
    """Give what all candidates that have a pair gain together."""
    with_pair = np.unique(search.problem.pair_candidate[search.pairs])
    return int(search.problem.gain[with_pair].sum())


def _fewest(search: _Search, most: int, start: Bools) -> Solution | None:
    """Solve P1. None when it has no solution, or the time ran out before one was found."""
    problem, pairs = search.problem, search.pairs
    gain = search.gain[pairs]
    rows = [*_rows(problem, pairs), Row(np.arange(len(pairs)), -gain, -problem.need)]
    chosen, bounds, unproven = _tiers(
        Programme(len(pairs), rows), _costs(problem, pairs), search.until, start[pairs], exact=1
    )
    if chosen is None:
        return None
    return _solution(search, _spread(search, chosen), most, bounds[0], unproven)


def _best_reach(search: _Search) -> Solution:
    """Gain the most; then fewest, then shortest, then first by code: part by part."""
    problem = search.problem
    taken = np.zeros(len(problem.way_mm), bool)
    bound = count_bound = 0
    unproven: set[str] = set()
    for part in parts(problem, search.pairs):
        costs = [-search.gain[part], *_costs(problem, part)]
        programme = Programme(len(part), _rows(problem, part))
        start = greedy(problem, part, None)[part]
        chosen, bounds, missing = _tiers(programme, costs, search.until, start, exact=0)
        if chosen is not None:
            taken[part] = chosen
        bound -= bounds[0]
        count_bound += bounds[1]
        unproven.update(missing)
    names = ("reach", *TIERS)
    return _solution(
        search, taken, bound, count_bound, tuple(name for name in names if name in unproven)
    )


def _most_gain(search: _Search) -> tuple[int, Bools, bool]:
    """Give an upper bound of what can be gained, the best plan found, and if that is proven."""
    problem = search.problem
    taken = np.zeros(len(problem.way_mm), bool)
    bound = 0
    for part in parts(problem, search.pairs):
        programme = Programme(len(part), _rows(problem, part))
        start = greedy(problem, part, None)[part]
        answer = programme.minimise(
            -search.gain[part], until=search.until, start=start, max_nodes=MAX_NODES
        )
        if answer.chosen is not None:
            taken[part] = answer.chosen
        bound += _all_of(problem, part) if answer.bound is None else -answer.bound
    return bound, taken, problem.gained(taken) == bound


def _tiers(
    programme: Programme, costs: list[Ints], until: float, start: Bools, *, exact: int
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
        answer = programme.minimise(
            cost, until=until, start=chosen, max_nodes=None if place < exact else MAX_NODES
        )
        if answer.status == "infeasible" or answer.chosen is None:
            return None, [], ()
        chosen = answer.chosen
        floor = int(np.minimum(cost, 0).sum())
        bounds.append(floor if answer.bound is None else answer.bound)
        if answer.status != "optimal":
            unproven.append(name)
        at = np.flatnonzero(cost)
        if len(at):
            programme.rows.append(Row(at, cost[at], int(answer.value or 0)))
    return chosen, bounds, tuple(unproven)


def _costs(problem: TakeoverProblem, pairs: Ints) -> list[Ints]:
    """Give the three costs of some pairs; the problem is in code order, so rank is place."""
    return [np.ones(len(pairs), np.int64), problem.way_mm[pairs], pairs.astype(np.int64)]


def _rows(problem: TakeoverProblem, pairs: Ints) -> list[Row]:
    """One host for each candidate, and each host's capacity where it can be exceeded."""
    rows = []
    for at in _groups(problem.pair_candidate[pairs]):
        if len(at) > 1:
            rows.append(Row(at, np.ones(len(at), np.int64), 1))
    load = problem.load[problem.pair_candidate[pairs]]
    for at in _groups(problem.pair_host[pairs]):
        capacity = int(problem.capacity[problem.pair_host[pairs[at[0]]]])
        if int(load[at].sum()) > capacity:
            rows.append(Row(at, load[at], capacity))
    return rows


def _groups(key: Ints) -> list[Ints]:
    """Give the places of each value, by value ascending."""
    if not len(key):
        return []
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1)


def _all_of(problem: TakeoverProblem, pairs: Ints) -> int:
    return int(problem.gain[np.unique(problem.pair_candidate[pairs])].sum())


def _spread(search: _Search, chosen: Bools) -> Bools:
    whole = np.zeros(len(search.problem.way_mm), bool)
    whole[search.pairs] = chosen
    return whole


def _solution(
    search: _Search, chosen: Bools, gain_bound: int, count_bound: int, unproven: tuple[str, ...]
) -> Solution:
    problem = search.problem
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
