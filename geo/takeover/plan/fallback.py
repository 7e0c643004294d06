"""What is left for a compound that no neighbour can take: the modes of the action plan's list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo import terms
from geo.action_plan import action_plan
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import Fallback
from geo.takeover.solver.units import units

if TYPE_CHECKING:
    from geo.takeover.plan.scene import Scene


def modes_open(mode: int) -> list[str]:
    """Give the modes that would better a compound's present one, the preferred first.

    The order is the plan's own list: 公益性物业, 国有物业, 社区托管, 社会组织, 居民自管.
    """
    listed: list[str] = list(action_plan().takeover["fallback"])
    name = terms.MODES[mode]
    return listed[: listed.index(name)] if name in listed else listed


def with_fallback(scene: Scene, problem: Problem) -> Problem:
    """Open the fallback modes to the candidates that no host can reach at all.

    A mode counts when the definition's band counts it. It costs what a takeover costs.
    """
    definition = scene.field.definition
    names = tuple(action_plan().takeover["fallback"])
    ordered = units(problem)
    reached = np.zeros(len(ordered.members), bool)
    reached[ordered.edges.unit] = True
    alone = ~reached[ordered.unit_of]
    mode = scene.snapshot.column("compounds", "mode")[scene.field.rows].tolist()
    open_ = np.array(
        [[own and name in modes_open(now) for name in names] for own, now in zip(alone, mode,
         strict=True)], bool
    ).reshape(len(mode), len(names))  # fmt: skip
    cost = np.repeat(problem.cost_fen[:, None], len(names), axis=1)
    band = action_plan().band(definition.band)
    counts = np.array([name in band.modes for name in names])
    return replace(problem, fallback=Fallback(names, counts, open_, cost))
