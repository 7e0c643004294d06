"""Greedy by area: the largest compound first, each to a host that has room."""

from __future__ import annotations

import numpy as np

from geo.takeover.solver.problem import Ints, Problem


def choose(problem: Problem, need: int | None, _seconds: float) -> Ints:
    """Try both hosts that one would choose, the nearest and the tightest; give the better plan."""
    plans = [_filled(problem, need, tightest=tightest) for tightest in (False, True)]
    return min(plans, key=lambda plan: _loss(problem, plan, need))


def _loss(problem: Problem, plan: Ints, need: int | None) -> tuple[int, int]:
    """Weigh a plan: what it leaves of the need, then how many takeovers it makes."""
    gained = int(problem.gain[plan >= 0].sum())
    return (-gained if need is None else max(0, need - gained)), int((plan >= 0).sum())


def _filled(problem: Problem, need: int | None, *, tightest: bool) -> Ints:
    load, gain = problem.load.tolist(), problem.gain.tolist()
    room, gained = problem.capacity.tolist(), 0
    options: list[list[tuple[int, int]]] = [[] for _ in load]
    for candidate, host, way in zip(
        problem.pair_candidate.tolist(),
        problem.pair_host.tolist(),
        problem.way_mm.tolist(),
        strict=True,
    ):
        options[candidate].append((way, host))
    host_of = np.full(len(load), -1)
    for candidate in np.argsort(-problem.gain, kind="stable").tolist():
        if need is not None and gained >= need:
            break
        fitting = [(way, host) for way, host in options[candidate] if load[candidate] <= room[host]]
        if fitting:
            key = (lambda one: (room[one[1]], one)) if tightest else None
            _, host = min(fitting, key=key)
            host_of[candidate] = host
            room[host] -= load[candidate]
            gained += gain[candidate]
    return host_of
