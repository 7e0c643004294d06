"""How much coverage a budget buys: the best plans at rising budgets."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from typing import NamedTuple

from geo.errors import UsageError
from geo.takeover.plan.aims import solver_of
from geo.takeover.plan.field import Field
from geo.takeover.plan.request import Request
from geo.takeover.plan.scene import Scene
from geo.takeover.solver.goals import most

MOST_POINTS = 100


class Point(NamedTuple):
    """The best plan within a budget.

    Attributes
    ----------
    gain
        In the definition's basis.
    proven
        Whether no plan within the budget gains more.
    """

    budget_fen: int
    cost_fen: int
    takeovers: int
    gain: int
    share: float
    proven: bool


def frontier(
    field: Field, request: Request, points: int, executor: Executor | None = None
) -> list[Point]:
    """Find the most coverage at `points` budgets, evenly up to what everything costs.

    Parameters
    ----------
    executor
        Solves independent parts at once, as in `plan_on`; the points are the same.

    Raises
    ------
    UsageError
        For fewer than two points, or more than `MOST_POINTS`.
    NotFound
        For a division in which no compound stands on the date.
    """
    if not 2 <= points <= MOST_POINTS:
        raise UsageError(f"点数 {points} 超出范围。", f"请给出 2 至 {MOST_POINTS}。")
    request.check()
    field.check()
    scene = Scene(field, replace(request, aim="area", budget_fen=None))
    solver = solver_of(scene, executor)
    whole = solver(most(None, "gain", ("way",)))
    highest = whole.tier("cost")
    if request.budget_fen is not None:
        highest = min(highest, request.budget_fen)
    numerator, denominator = field.figures
    found = []
    for step in range(points):
        budget = highest * step // (points - 1)
        solution = solver(most(budget, "gain", ("way",)))
        taken = int(((solution.host >= 0) | (solution.mode >= 0)).sum())
        found.append(
            Point(
                budget,
                solution.tier("cost"),
                taken,
                solution.gain,
                (numerator + solution.gain) / denominator,
                "-gain" not in solution.unproven and "reach" not in solution.unproven,
            )
        )
    return found
