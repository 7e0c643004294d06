"""What more money buys: the cost-coverage frontier, point by point (P3)."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

from geo.takeover.solver.goals import TIES, Measure, most
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.solve import Solution, solve


@dataclass(frozen=True)
class Point:
    """A plan that no other beats both in cost and in what it covers.

    Attributes
    ----------
    cost_fen, amount
        What it costs, and what it covers, in the measure's unit.
    solution
        The plan; what a limit left unproven of it is said there.
    """

    cost_fen: int
    amount: int
    solution: Solution


def frontier(
    problem: Problem,
    measure: Measure = "gain",
    *,
    points: int | None = 12,
    ties: tuple[str, ...] = TIES,
    time_limit_s: float = 60.0,
    executor: Executor | None = None,
) -> list[Point]:
    """Sweep the budget.

    Each point is exact: the most that its cost can cover, at the least cost for that much. No
    point is interpolated.

    Parameters
    ----------
    points
        Budgets to try, evenly spread from nothing to what the most costs; equal answers are one
        point. None tries all: from the top, each budget a fen below the cost of the last point.
    time_limit_s
        For each point.

    Returns
    -------
    Points by rising cost and amount; empty when what is locked can't stand together.
    """

    def under(budget_fen: int | None) -> Point | None:
        found = solve(
            problem, most(budget_fen, measure, ties), time_limit_s=time_limit_s, executor=executor
        )
        if found.infeasible:
            return None
        return Point(found.tier("cost"), -found.tier(f"-{measure}"), found)

    top = under(None)
    if top is None:
        return []
    found = [top]
    if points is None:
        while (
            point := under(found[-1].cost_fen - 1) if found[-1].cost_fen > 0 else None
        ) is not None:
            found.append(point)
    else:
        budgets = [top.cost_fen * step // max(1, points - 1) for step in range(points - 1)]
        found += [point for point in map(under, budgets) if point is not None]
    # A point stands when it covers more than every cheaper one.
    listed: list[Point] = []
    for point in sorted(found, key=lambda point: (point.cost_fen, -point.amount)):
        if not listed or point.amount > listed[-1].amount:
            listed.append(point)
    return listed
