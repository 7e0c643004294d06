"""The fairest plan: the least covered street first, then the next, then the fewest takeovers.

The line is raised for all child divisions together as far as any plan can (max-min). Who is held
at that line, because no plan lifts it above while nobody falls below, stays there; the line is
raised further for the others, and so on, up to where nobody is asked for more (progressive filling;
Bertsekas and Gallager, Data Networks, 1992, 6.5). Takeovers are not divisible: where each
could be lifted but not all, the first by label stays. Every line is exact: it is a share that a
plan comes to, and more is proven impossible, or `Fair.proven` says that it isn't.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np

from geo.takeover.solver.goals import TIES, Goal, fewest
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rows import Bools, Ints
from geo.takeover.solver.solve import Solution, solve
from geo.takeover.solver.units import units

NEAR: Final = Fraction(1, 1000)
"""How close the bounds of a line come by halving, before it is raised step by step."""

ALL: Final = Fraction(1)


@dataclass(frozen=True)
class Fair:
    """What is fair to ask of each child division.

    Attributes
    ----------
    needs
        By label: what each has to gain; for `geo.takeover.solver.goals.Goal.child_need`.
    least
        The share of the least covered child that can be raised; None when none can.
    lines
        By label: the share at which a child stays; None for one that can't be raised.
    proven
        Whether every higher line is proven to be out of reach.
    """

    needs: tuple[int, ...]
    least: Fraction | None
    lines: tuple[Fraction | None, ...]
    proven: bool


def fair(
    problem: Problem,
    served: Ints,
    whole: Ints,
    *,
    line: Fraction = ALL,
    budget_fen: int | None = None,
    time_limit_s: float = 60.0,
    executor: Executor | None = None,
) -> Fair:
    """Find what is fair to ask of each child.

    Parameters
    ----------
    served, whole
        Shape (children,): numerator and denominator of each child's share before the plan, in
        the unit of the problem's `gain`, by label; ``whole`` positive.
    line
        What nobody is asked for more than.
    """
    task = _Task(problem, served, whole, budget_fen, time.time() + time_limit_s, executor)
    return task.filled(line)


def fairest(
    problem: Problem,
    served: Ints,
    whole: Ints,
    *,
    line: Fraction = ALL,
    budget_fen: int | None = None,
    ties: tuple[str, ...] = TIES,
    time_limit_s: float = 60.0,
    executor: Executor | None = None,
) -> tuple[Fair, Solution]:
    """Find what is fair to ask of each child, and the fewest takeovers that come to it."""
    until = time.time() + time_limit_s
    found = fair(
        problem, served, whole, line=line, budget_fen=budget_fen, time_limit_s=time_limit_s,
        executor=executor,
    )  # fmt: skip
    goal = Goal(fewest(0, ties=ties).tiers, 0, found.needs, budget_fen)
    left = max(0.1, until - time.time())
    return found, solve(problem, goal, time_limit_s=left, executor=executor)


class _Task:
    """Lines on their way up."""

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
        self.held: dict[int, Fraction] = {}
        self.proven = True

    def filled(self, line: Fraction) -> Fair:
        """Raise the line until everyone stays somewhere."""
        going = [k for k, room in enumerate(self.room) if room > 0]
        low = min((self._share(k) for k in going), default=line)
        while going:
            low = self._highest(going, low, line)
            if low >= line:
                self.held.update(dict.fromkeys(going, line))
                break
            stay = self._stuck(going, low) or going[:1]
            self.held.update(dict.fromkeys(stay, low))
            going = [k for k in going if k not in self.held]
        lines = tuple(self.held.get(k) for k in range(len(self.whole)))
        least = min(self.held.values(), default=None)
        return Fair(self._needs([], line), least, lines, self.proven)

    def _share(self, child: int, gain: int = 0) -> Fraction:
        return Fraction(self.served[child] + gain, self.whole[child])

    def _needs(
        self, going: list[int], share: Fraction, above: int | None = None
    ) -> tuple[int, ...]:
        """Give what each has to gain: those held their line, others a share; one of them more."""
        lines = {**self.held, **dict.fromkeys(going, share)}
        needs = []
        for child, (served, whole) in enumerate(zip(self.served, self.whole, strict=True)):
            if child not in lines:
                needs.append(0)
            elif child == above:
                needs.append(self._above(child, share))
            else:
                needs.append(ceil(lines[child] * whole) - served)
        return tuple(max(0, need) for need in needs)

    def _attempt(self, needs: tuple[int, ...]) -> Ints | None:
        """Give what each gains under a plan that meets the needs; None when there is none."""
        goal = Goal(("count",), 0, needs, self.budget_fen)
        left = max(0.01, self.until - time.time())
        found = solve(self.problem, goal, time_limit_s=left, executor=self.executor)
        if found.reached:
            return _gains(self.problem, found, len(self.whole))
        self.proven &= not found.time_limited
        return None

    def _least(self, going: list[int], gains: Ints) -> Fraction:
        return min(self._share(k, int(gains[k])) for k in going)

    def _highest(self, going: list[int], low: Fraction, line: Fraction) -> Fraction:
        """Give the highest share, `line` at most, that all of some children can come to."""
        high = min(line, *(self._share(k, self.room[k]) for k in going))
        gains = self._attempt(self._needs(going, high)) if high > low else None
        if gains is not None:
            return min(line, self._least(going, gains))
        while high - low > NEAR:
            middle = (low + high) / 2
            gains = self._attempt(self._needs(going, middle))
            if gains is None:
                high = middle
            else:
                low = self._least(going, gains)
        while low < line:
            needs = tuple(
                max(one, other)
                for one, other in zip(
                    self._needs(going, low), self._all_above(going, low), strict=True
                )
            )
            gains = self._attempt(needs)
            if gains is None:
                break
            low = self._least(going, gains)
        return min(low, line)

    def _all_above(self, going: list[int], share: Fraction) -> tuple[int, ...]:
        return tuple(
            self._above(child, share) if child in going else 0 for child in range(len(self.whole))
        )

    def _above(self, child: int, share: Fraction) -> int:
        """Give the least that a child has to gain to pass a share."""
        return int(floor(share * self.whole[child]) + 1 - self.served[child])

    def _stuck(self, going: list[int], line: Fraction) -> list[int]:
        """Give those that no plan lifts above the line while nobody falls below."""
        unknown, free = list(going), set()
        while unknown:
            child = unknown.pop(0)
            gains = self._attempt(self._needs(going, line, above=child))
            if gains is None:
                continue
            risen = {k for k in going if self._share(k, int(gains[k])) > line}
            free |= risen
            unknown = [k for k in unknown if k not in risen]
        return [k for k in going if k not in free]


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
