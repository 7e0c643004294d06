"""Nearest-neighbour assignment: the closest pairs first, as long as the host has room."""

from __future__ import annotations

import numpy as np

from geo.takeover.solver.problem import Ints, Problem


def choose(problem: Problem, need: int | None, _seconds: float) -> Ints:
    """Walk over pairs by rising distance; ties by the larger compound, then by code."""
    load, gain = problem.load.tolist(), problem.gain.tolist()
    room, gained = problem.capacity.tolist(), 0
    host_of = np.full(len(load), -1)
    order = np.lexsort(
        (
            problem.pair_host,
            problem.pair_candidate,
            -problem.gain[problem.pair_candidate],
            problem.way_mm,
        )
    )
    for pair in order.tolist():
        if need is not None and gained >= need:
            break
        candidate, host = int(problem.pair_candidate[pair]), int(problem.pair_host[pair])
        if host_of[candidate] < 0 and load[candidate] <= room[host]:
            host_of[candidate] = host
            room[host] -= load[candidate]
            gained += gain[candidate]
    return host_of
