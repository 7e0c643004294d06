"""Ways to choose takeovers, each a function of a problem and a need.

``choose(problem, need, seconds)`` gives the host of each candidate, shape (candidates,), -1 for
none. With a need (0.01 m²) it stops as soon as that is gained; with None it takes all it can. A
side that searches stops after `seconds`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.takeover_rivals import by_area, nearest, ours, p_median
from geo.takeover.solver.problem import Ints, Problem

OURS: Final = "ours"
P_MEDIAN: Final = "p-median"


@dataclass(frozen=True)
class Side:
    """A way to choose; `aims` says whether it can be given a need."""

    name: str
    choose: Callable[[Problem, int | None, float], Ints]
    aims: bool = True


def sides() -> list[Side]:
    """Give all that can run here, ours first; p-median only where spopt is installed."""
    found = [
        Side(OURS, ours.choose),
        Side("nearest", nearest.choose),
        Side("by area", by_area.choose),
    ]
    if p_median.installed():
        p_median.ready()
        found.append(Side(P_MEDIAN, p_median.choose, aims=False))
    return found


def cut(problem: Problem, host_of: Ints, need: int) -> Ints:
    """Keep the largest takeovers of a plan until a need is met."""
    taken = np.flatnonzero(host_of >= 0)
    taken = taken[np.argsort(-problem.gain[taken], kind="stable")]
    before = np.cumsum(problem.gain[taken]) - problem.gain[taken]
    kept = np.full(len(host_of), -1)
    kept[taken[before < need]] = host_of[taken[before < need]]
    return kept
