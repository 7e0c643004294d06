"""What can be left out of a takeover problem without changing its plan.

A host is *slack* when all that could go to it fits together: its capacity can never bind.
"""

from __future__ import annotations

import numpy as np

from geo.takeover.solver.goals import Goal
from geo.takeover.solver.rows import Bools
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.units import Edges, Units


def needed_edges(units: Units, goal: Goal) -> Edges:
    """Give the edges that some best plan needs.

    Left out is, for a unit with a slack host, every edge that neither costs less nor has a
    shorter way than the one to the slack host (nor, both being equal, comes earlier by code):
    moving the unit there keeps every row and betters the score. Leaving edges out can make
    further hosts slack, so it is done until nothing changes.

    Where a move could break something else (a chain, a bundle, a company's limit, a lock), or
    a host costs a set-up, nothing is left out.
    """
    problem, edges = units.problem, units.edges
    decisions = problem.decisions
    tangled = (
        problem.links is not None
        or problem.bundles is not None
        or problem.companies is not None
        or (decisions is not None and len(decisions.locked) > 0)
        or bool(problem.setup_fen.any())
    )
    while not tangled and len(edges.unit):
        free = slack_hosts(units, edges)[edges.host]
        worse = _worse_than_slack(edges, free, len(units.members), goal)
        if not worse.any():
            break
        edges = edges.take(~worse)
    return edges


def _worse_than_slack(edges: Edges, free: Bools, number: int, goal: Goal) -> Bools:
    """Tell which edges lose to the best one of their unit to a slack host."""
    place = np.arange(len(free))
    best = np.full(number, -1)
    order = np.lexsort((place[free], edges.way_mm[free], edges.cost_fen[free]))[::-1]
    best[edges.unit[free][order]] = place[free][order]
    rival = best[edges.unit]
    cost, way = edges.cost_fen - edges.cost_fen[rival], edges.way_mm - edges.way_mm[rival]
    worse = ((cost > 0) & ("cost" in goal.tiers)) | ((way > 0) & ("way" in goal.tiers))
    # Places ascend by host: of two equal edges of one unit the later is the later by code.
    worse |= place > rival
    return np.asarray((rival >= 0) & (place != rival) & (cost >= 0) & (way >= 0) & worse)


def slack_hosts(units: Units, edges: Edges) -> Bools:
    """Tell which hosts could take everything that edges offer them, shape (hosts,)."""
    area = np.zeros(len(units.host_index), np.int64)
    homes = area.copy()
    np.add.at(area, edges.host, edges.load)
    np.add.at(homes, edges.host, units.households[edges.unit])
    limit = units.capacity_households
    return np.asarray((area <= units.capacity) & ((limit == ANY) | (homes <= limit)))
