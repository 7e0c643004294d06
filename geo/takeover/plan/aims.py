"""From what a plan is for to a goal of the solver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np

from geo.takeover.plan.request import REACHING
from geo.takeover.plan.scene import Scene
from geo.takeover.solver.goals import Goal, cheapest, fewest, most
from geo.takeover.solver.solve import Solution, solve

FINEST = Fraction(1, 10_000)
"""How finely the fair line is found: a hundredth of a percentage point."""

Solver = Callable[[Goal], Solution]


def needed(scene: Scene) -> int:
    """Give what is short of the target; 0 for aims without one."""
    if scene.request.aim not in REACHING:
        return 0
    numerator, denominator = scene.field.figures
    return max(0, ceil(Fraction(scene.request.target) * denominator) - numerator)


def child_needs(scene: Scene, line: Fraction | Decimal) -> tuple[int, ...]:
    """Give what each child division is short of a line, by label."""
    shares = scene.field.shares(scene.request.level)
    return tuple(
        max(0, ceil(Fraction(line) * shares[code][1]) - shares[code][0]) for code in scene.children
    )


def goal_of(scene: Scene, solver: Solver) -> Goal:
    """Give the goal of a scene's request.

    Parameters
    ----------
    solver
        Solves the scene's problem: the fair line is found by trying lines.
    """
    request = scene.request
    ties = ("mode", "way", "rank") if request.conditions.fallback else ("way", "rank")
    children = () if request.each_child is None else child_needs(scene, request.each_child)
    need = needed(scene)
    if request.aim == "fewest":
        return replace(fewest(need, children, ties), budget_fen=request.budget_fen)
    if request.aim == "cheapest":
        return replace(cheapest(need, children, ties), budget_fen=request.budget_fen)
    if request.aim == "fair":
        return _fair(scene, solver, ties)
    measure = {"area": "gain", "households": "households", "need": "weight"}[request.aim]
    goal = most(request.budget_fen, measure, ties)  # type: ignore[arg-type]
    return replace(goal, child_need=children)


def _fair(scene: Scene, solver: Solver, ties: tuple[str, ...]) -> Goal:
    """Find the highest line that every child reaches, or comes as near as it could by itself.

    Then the fewest takeovers that do it. A child that could not reach the line even if it had all
    hosts to itself does not hold the others down.
    """
    request = scene.request
    most_each = [_most_alone(scene, solver, label) for label in range(len(scene.children))]

    def goal(line: Fraction) -> Goal:
        needs = child_needs(scene, line)
        capped = tuple(min(pair) for pair in zip(needs, most_each, strict=True))
        return replace(fewest(0, capped, ties), budget_fen=request.budget_fen)

    low, high = 0, ceil(Fraction(request.target) / FINEST)
    if solver(goal(Fraction(request.target))).reached:
        return goal(Fraction(request.target))
    while high - low > 1:
        middle = (low + high) // 2
        if solver(goal(middle * FINEST)).reached:
            low = middle
        else:
            high = middle
    return goal(low * FINEST)


def _most_alone(scene: Scene, solver: Solver, label: int) -> int:
    """Give the most that one child could gain if the others asked for nothing."""
    inside = scene.problem.child == label
    whole = int(scene.problem.gain[inside].sum())
    if not whole:
        return 0
    needs = np.zeros(len(scene.children), np.int64)
    needs[label] = whole
    solution = solver(Goal(("-gain",), 0, tuple(needs.tolist()), scene.request.budget_fen))
    return int(
        scene.problem.gain[inside & ((solution.host >= 0) | _counting(scene, solution))].sum()
    )


def _counting(scene: Scene, solution: Solution) -> np.ndarray:
    fallback = scene.problem.fallback
    if fallback is None:
        return np.zeros(len(solution.mode), bool)
    return np.asarray((solution.mode >= 0) & np.append(fallback.counts, False)[solution.mode])


def solver_of(scene: Scene, executor: Executor | None = None) -> Solver:
    """Give what solves a scene's problem, within its time limit each time."""
    return lambda goal: solve(
        scene.problem, goal, time_limit_s=scene.request.time_limit_s, executor=executor
    )
