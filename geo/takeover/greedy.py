"""A quick plan to start from: the largest first, each where it fits most tightly."""

from __future__ import annotations

import numpy as np

from geo.takeover.problem import Bools, Ints, TakeoverProblem


def greedy(problem: TakeoverProblem, pairs: Ints, need: int | None) -> Bools:
    """Take candidates by falling gain until `need` is met; None takes all that fit.

    A candidate goes to the host with the least spare area that still holds it.

    Returns
    -------
    Shape (all pairs of the problem,): a plan within capacity, not always one that meets `need`.
    """
    chosen = np.zeros(len(problem.way_mm), bool)
    spare = problem.capacity.tolist()
    host = problem.pair_host.tolist()
    options: dict[int, list[int]] = {}
    for pair in pairs.tolist():
        options.setdefault(int(problem.pair_candidate[pair]), []).append(pair)
    gained = 0
    for candidate in sorted(options, key=lambda i: (-int(problem.gain[i]), i)):
        if need is not None and gained >= need:
            break
        load = int(problem.load[candidate])
        fitting = [pair for pair in options[candidate] if spare[host[pair]] >= load]
        if fitting:
            pair = min(fitting, key=lambda e: (spare[host[e]], e))
            spare[host[pair]] -= load
            chosen[pair] = True
            gained += int(problem.gain[candidate])
    return chosen
