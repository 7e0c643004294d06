"""The solver of this project, with the goals and ties that its plans have."""

from __future__ import annotations

from geo.takeover.solver.goals import fewest, most
from geo.takeover.solver.problem import Ints, Problem
from geo.takeover.solver.solve import solve

TIES = ("way", "rank")


def choose(problem: Problem, need: int | None, seconds: float) -> Ints:
    """Find the fewest takeovers for the need, or the most area."""
    goal = most(None, "gain", TIES) if need is None else fewest(need, ties=TIES)
    return solve(problem, goal, time_limit_s=seconds).host
