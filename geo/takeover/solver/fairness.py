"""The fairest plan: the least covered street first, then the rest."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np

from geo.takeover.solver.goals import TIES, Goal
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rows import Bools, Ints
from geo.takeover.solver.solve import Solution, solve
from geo.takeover.solver.units import units

NEAR: Final = Fraction(1, 1000)
"""How close the bounds of the least share come by halving, before it is raised step by step."""


@dataclass(frozen=True)
class Fair:
    """A fairest plan.

    Attributes
    ----------
    solution
        The plan.
    least
        The share of the least covered child that can be raised; None when none can.
    stuck
        Labels of the children that no plan can raise: they are left out of the least.
    proven
        Whether a higher least share is proven to be out of reach.
    """

    solution: Solution
    least: Fraction | None
    stuck: tuple[int, ...]
    proven: bool


def fairest(
    problem: Problem,
    served: Ints,
    whole: Ints,
    *,
    budget_fen: int | None = None,
    ties: tuple[str, ...] = TIES,
    time_limit_s: float = 60.0,
    executor: Executor | None = None,
) -> Fair:
    """Maximise the least share of any child; with that held, the gain, then as the ties say.

    Parameters
    ----------
    served, whole
        Shape (children,): numerator and denominator of each child's share before the plan, in
        the unit of the problem's `gain`, by label; ``whole`` positive.
    """
    task = _Task(problem, served, whole, budget_fen, time.time() + time_limit_s, executor)
    least, proven = task.least()
    needs = task.needs(least) if least is not None else ()
    goal = Goal(("-gain", "cost", "count", *ties), 0, needs, budget_fen)
    left = max(0.1, task.until - time.time())
    found = solve(problem, goal, time_limit_s=left, executor=executor)
    return Fair(found, least, tuple(np.flatnonzero(~task.able).tolist()), proven)


class _Task:
    """A search for the highest least share."""

    def __init__(
        self,
        problem: Problem,
        served: Ints,
        whole: Ints,
        budget_fen: int | None,
        until: float,
        executor: Executor | None,
    ) -> None:
        self.problem, self.budget_fen = problem, budget_fen
        self.served, self.whole = served.tolist(), whole.tolist()
        self.until, self.executor = until, executor
        self.room = _room(problem, len(whole)).tolist()
        self.able = np.array(self.room) > 0

    def needs(self, share: Fraction, *, above: bool = False) -> tuple[int, ...]:
        """Give what each child has to gain to come to a share, or above it."""
        return tuple(
            (floor(share * whole) + 1 if above else ceil(share * whole)) - served if able else 0
            for served, whole, able in zip(self.served, self.whole, self.able, strict=True)
        )

    def attained(self, found: Solution) -> Fraction:
        """Give the least share under a plan."""
        gain = _gains(self.problem, found, len(self.whole))
        return min(
            Fraction(self.served[k] + int(gain[k]), self.whole[k])
            for k in np.flatnonzero(self.able).tolist()
        )

    def attempt(self, needs: tuple[int, ...]) -> tuple[Fraction | None, bool]:
        """Give the least share of a plan that meets the needs, or None; and if that is proven."""
        goal = Goal(("count",), 0, needs, self.budget_fen)
        left = max(0.01, self.until - time.time())
        found = solve(self.problem, goal, time_limit_s=left, executor=self.executor)
        if found.reached:
            return self.attained(found), True
        return None, not found.time_limited

    def least(self) -> tuple[Fraction | None, bool]:
        """Give the highest least share that was found, and whether it is proven."""
        if not self.able.any():
            return None, True
        inside = np.flatnonzero(self.able).tolist()
        low = min(Fraction(self.served[k], self.whole[k]) for k in inside)
        high = min(Fraction(self.served[k] + self.room[k], self.whole[k]) for k in inside)
        better, _ = self.attempt(self.needs(high))
        if better is not None:
            return better, True
        while high - low > NEAR:
            middle = (low + high) / 2
            better, _ = self.attempt(self.needs(middle))
            low, high = (low, middle) if better is None else (better, high)
        while True:
            better, proven = self.attempt(self.needs(low, above=True))
            if better is None:
                return low, proven
            low = better


def _room(problem: Problem, children: int) -> Ints:
    """Give what each child could gain if nothing were in the way of anything."""
    ordered = units(problem)
    usable = np.zeros(len(ordered.members), bool)
    usable[ordered.edges.unit] = True
    within = usable[ordered.unit_of]
    if problem.fallback is not None:
        within |= (problem.fallback.open & problem.fallback.counts).any(axis=1)
    return _summed(problem, within, children)


def _gains(problem: Problem, found: Solution, children: int) -> Ints:
    counts = found.host >= 0
    if problem.fallback is not None:
        fallen = found.mode >= 0
        counts |= fallen & np.append(problem.fallback.counts, False)[found.mode]
    return _summed(problem, counts, children)


def _summed(problem: Problem, inside: Bools, children: int) -> Ints:
    out = np.zeros(children, np.int64)
    at = inside & (problem.child >= 0)
    np.add.at(out, problem.child[at], problem.gain[at])
    return out
