"""A quick plan to start from: the best of several simple rules, then bettered step by step."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.takeover.solver.filling import Filling
from geo.takeover.solver.goals import Goal
from geo.takeover.solver.improve import improved, measure, onto, worth
from geo.takeover.solver.rows import Ints
from geo.takeover.solver.units import Edges, Units

LARGE: Final = 5_000
"""Units beyond which only the best rule's plan is bettered."""

Floats = npt.NDArray[np.float64]


def greedy(units: Units, edges: Edges, goal: Goal) -> Ints:
    """Fill hosts by simple rules, better the plans (`improve.improved`), and keep the best.

    The rules: units by falling gain, each to the host that it fills most tightly, or to the
    nearest; pairs by rising distance; units by falling gain for the money. They stop when the
    need is met, or when nothing fits. Locked units go first. Chains, bundles that a host can't
    take a part of, and fallback modes are not used, so the plan need not reach what one could.

    `edges` are what the plan has to be made of: where `reduce.needed_edges` left one out, a unit
    that a rule sent there goes to the slack host that the edge lost to.

    Returns
    -------
    Shape (units,): place of the host; -1 for none.
    """
    plans = [rule(units, goal) for rule in RULES]
    if len(units.members) > LARGE:
        plans = [max(plans, key=lambda plan: worth(plan, goal))]
    started = {plan.host_of.tobytes(): plan for plan in plans}.values()
    better = [improved(plan, goal) for plan in started]
    best = max(better, key=lambda plan: worth(plan, goal))  # of equal ones the first
    return onto(edges, best)


def by_gain(units: Units, goal: Goal, *, by_way: bool = False) -> Filling:
    """Take units by falling gain, each where it fits most tightly, or the nearest host."""
    return _by_order(units, goal, measure(units, goal), by_way=by_way)


def by_gain_nearest(units: Units, goal: Goal) -> Filling:
    """Take units by falling gain, each to the nearest host with room."""
    return by_gain(units, goal, by_way=True)


def by_price(units: Units, goal: Goal) -> Filling:
    """Take units by falling gain for the money."""
    return _by_order(units, goal, measure(units, goal) / np.maximum(units.cost_fen, 1))


def by_distance(units: Units, goal: Goal) -> Filling:
    """Take pairs by rising distance; of equal ones the larger unit, then by code."""
    filling = Filling(units, units.edges, goal)
    edges, gain = units.edges, units.gain
    order = np.lexsort((edges.host, edges.unit, -gain[edges.unit], edges.way_mm))
    listed = {edge for options in filling.options.values() for edge in options}
    units_of = edges.unit.tolist()
    first = [edge for edge in order.tolist() if units_of[edge] in filling.locked]
    gained = 0
    for edge in [*first, *order.tolist()]:
        if _enough(goal, gained):
            break
        unit = units_of[edge]
        if edge in listed and filling.edge_of[unit] < 0 and filling.fits(unit, edge):
            filling.put(unit, edge)
            gained += int(gain[unit])
    return filling


RULES: Final = (by_gain, by_gain_nearest, by_distance, by_price)


def _by_order(units: Units, goal: Goal, value: Ints | Floats, *, by_way: bool = False) -> Filling:
    filling = Filling(units, units.edges, goal)
    falling = sorted(
        filling.options, key=lambda unit: (unit not in filling.locked, -value[unit], unit)
    )
    gained = 0
    for unit in falling:
        if _enough(goal, gained):
            break
        edge = filling.best_edge(unit, by_way=by_way)
        if edge >= 0:
            filling.put(unit, edge)
            gained += int(units.gain[unit])
    return filling


def _enough(goal: Goal, gained: int) -> bool:
    return goal.asks and not goal.child_need and gained >= goal.need
