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
from geo.takeover.solver.fairness import fair
from geo.takeover.solver.goals import Goal, cheapest, fewest, most
from geo.takeover.solver.solve import Solution, solve

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


def goal_of(scene: Scene, executor: Executor | None = None) -> tuple[Goal, bool]:
    """Give the goal of a scene's request, and whether it is proven to be what was asked.

    What is fair is found by solving for lines, which a time limit may cut short.
    """
    request = scene.request
    ties = ("mode", "way", "rank") if request.conditions.fallback else ("way", "rank")
    children = () if request.each_child is None else child_needs(scene, request.each_child)
    need = needed(scene)
    if request.aim == "fewest":
        return replace(fewest(need, children, ties), budget_fen=request.budget_fen), True
    if request.aim == "cheapest":
        return replace(cheapest(need, children, ties), budget_fen=request.budget_fen), True
    if request.aim == "fair":
        return _fair(scene, ties, executor)
    measure = {"area": "gain", "households": "households", "need": "weight"}[request.aim]
    goal = most(request.budget_fen, measure, ties)  # type: ignore[arg-type]
    return replace(goal, child_need=children), True


def _fair(scene: Scene, ties: tuple[str, ...], executor: Executor | None) -> tuple[Goal, bool]:
    """Ask of each child what is fair (`geo.takeover.solver.fairness`), up to the target.

    Then the fewest takeovers that do it.
    """
    request = scene.request
    shares = [scene.field.shares(request.level)[code] for code in scene.children]
    found = fair(
        scene.problem,
        np.array([numerator for numerator, _ in shares], np.int64),
        np.array([max(1, denominator) for _, denominator in shares], np.int64),
        line=Fraction(request.target),
        budget_fen=request.budget_fen,
        time_limit_s=request.time_limit_s,
        executor=executor,
    )
    goal = replace(fewest(0, found.needs, ties), budget_fen=request.budget_fen)
    return goal, found.proven


def solver_of(scene: Scene, executor: Executor | None = None) -> Solver:
    """Give what solves a scene's problem, within its time limit each time."""
    return lambda goal: solve(
        scene.problem, goal, time_limit_s=scene.request.time_limit_s, executor=executor
    )
