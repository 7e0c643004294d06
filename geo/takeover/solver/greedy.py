"""A quick plan to start from: the largest first, each where it fits most tightly or is nearest."""

from __future__ import annotations

import numpy as np

from geo.takeover.solver.goals import Goal
from geo.takeover.solver.rows import Ints
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.units import Edges, Units


def greedy(units: Units, edges: Edges, goal: Goal) -> Ints:
    """Take units by falling gain until the need is met; without a need, all that fit.

    A unit goes to the host with the least spare area that still holds it, or to the nearest one:
    whichever of the two rules gains more, or needs fewer. Locked units go first. Chains, bundles
    and fallback modes are not used, so the plan need not reach what one could.

    Returns
    -------
    Shape (units,): place of the host; -1 for none.
    """
    tightest, nearest = (_filled(units, edges, goal, by_way=by_way) for by_way in (False, True))
    return nearest if _worth(units, goal, nearest) > _worth(units, goal, tightest) else tightest


def _worth(units: Units, goal: Goal, host_of: Ints) -> tuple[int, int]:
    """Say what a quick plan is worth: what it gains towards the need, and how few it takes."""
    taken = host_of >= 0
    first = goal.tiers[0]
    counted = units.gain
    if first in {"-weight", "-households"}:
        counted = getattr(units, first[1:])
    gained = int(counted[taken].sum())
    return (min(gained, goal.need) if goal.asks else gained, -int(taken.sum()))


def _filled(units: Units, edges: Edges, goal: Goal, *, by_way: bool) -> Ints:
    problem = units.problem
    host_of = np.full(len(units.members), -1)
    spare, homes = units.capacity.tolist(), units.capacity_households.tolist()
    company = np.full(len(units.host_index), ANY)
    left: list[int] = []
    if problem.companies is not None:
        company = problem.companies.of_host[units.host_index]
        left = problem.companies.capacity.tolist()
    budget = goal.budget_fen
    options: dict[int, list[int]] = {}
    near = edges.depth == 1
    for edge in np.flatnonzero(near & (units.bundle[edges.unit] < 0)).tolist():
        options.setdefault(int(edges.unit[edge]), []).append(edge)
    gained = 0
    opened: set[int] = set()
    for unit in _order(units, edges, goal, options):
        if goal.asks and not goal.child_need and gained >= goal.need:
            break
        families = int(units.households[unit])
        fitting = []
        for edge in options[unit]:
            host, load = int(edges.host[edge]), int(edges.load[edge])
            if spare[host] < load or (homes[host] != ANY and homes[host] < families):
                continue
            if company[host] != ANY and left[company[host]] < load:
                continue
            fee = int(units.cost_fen[unit] + edges.cost_fen[edge])
            fee += 0 if host in opened else int(units.setup_fen[host])
            if budget is None or fee <= budget:
                fitting.append((fee, int(edges.way_mm[edge]) if by_way else spare[host], edge))
        if not fitting:
            continue
        fee, _, edge = min(fitting) if budget is not None else min(fitting, key=lambda f: f[1:])
        host, load = int(edges.host[edge]), int(edges.load[edge])
        host_of[unit] = host
        opened.add(host)
        spare[host] -= load
        homes[host] -= families if homes[host] != ANY else 0
        if company[host] != ANY:
            left[company[host]] -= load
        if budget is not None:
            budget -= fee
        gained += int(units.gain[unit])
    return host_of


def _order(units: Units, edges: Edges, goal: Goal, options: dict[int, list[int]]) -> list[int]:
    """Give the units that have an option: locked ones first, then by falling gain."""
    decisions = units.problem.decisions
    locked: dict[int, int] = {}
    if decisions is not None:
        for candidate, host in decisions.locked.tolist():
            unit = int(units.unit_of[candidate])
            locked[unit] = host
            if host != ANY and unit in options:
                place = int(units.host_place[host])
                options[unit] = [e for e in options[unit] if edges.host[e] == place]
    gain = units.gain
    first = goal.tiers[0]
    if first in {"-weight", "-households"}:
        gain = getattr(units, first[1:])
    return sorted(options, key=lambda unit: (unit not in locked, -int(gain[unit]), unit))
