"""spopt's p-median with capacities, put to the takeover problem as far as it can express it.

What it can express is the most area within capacities. Hosts are facilities, all of them open; one
more, with room for everything, stands for not being served. To be served costs nothing, not to be
served 1 for each unit of area, and a pair that is not allowed 2, which is never worth it. So the
least cost is the least area left. Capacities and loads are the same numbers, assignments are whole.

What it can't express is a target. For a need its plan for the most area is cut down by
`benchmarks.takeover_rivals.cut`. MCLP is not asked: it knows no capacity.

Its matrices are dense, so each connected part of a problem is put to it alone. The solver beneath
is the same as ours (HiGHS), with no gap allowed and the same time for a county, the small parts
first; a part that it has no answer to by then counts as not served.
"""

from __future__ import annotations

import importlib.util
import time
from typing import Any, Final

import numpy as np

from geo.takeover.components import components
from geo.takeover.solver.problem import Ints, Problem

LEAST_S: Final = 1.0
"""What a part gets when the time for the county is used up."""

ALLOWED, LEFT, NOT_ALLOWED = 0, 1, 2


def installed() -> bool:
    """Tell whether spopt is here; it is not among this project's dependencies."""
    return importlib.util.find_spec("spopt") is not None


def ready() -> None:
    """Import it: that takes seconds and is not to be counted as its work."""
    importlib.import_module("spopt.locate")


def choose(problem: Problem, need: int | None, seconds: float) -> Ints:
    """Put the most area to it, part by part; a need is not for it."""
    assert need is None
    count = len(problem.candidates)
    part = components(count + len(problem.hosts), problem.pair_candidate, problem.pair_host + count)
    host_of = np.full(count, -1)
    until = time.monotonic() + seconds
    labels, size = np.unique(part[:count], return_counts=True)
    for label in labels[np.argsort(size, kind="stable")].tolist():
        candidates = np.flatnonzero(part[:count] == label)
        hosts = np.flatnonzero(part[count:] == label)
        host_of[candidates] = _part(problem, candidates, hosts, until)
    return host_of


def _part(problem: Problem, candidates: Ints, hosts: Ints, until: float) -> Ints:
    """Give the hosts of a connected part's candidates; -1 for those left."""
    from pulp import (  # type: ignore[import-not-found]  # noqa: PLC0415
        HiGHS,
        LpSolutionIntegerFeasible,
        LpSolutionOptimal,
    )
    from spopt.locate import PMedian  # type: ignore[import-not-found]  # noqa: PLC0415

    cost = np.full((len(candidates), len(hosts) + 1), NOT_ALLOWED)
    cost[:, -1] = LEFT
    inside = np.isin(problem.pair_candidate, candidates)
    cost[
        np.searchsorted(candidates, problem.pair_candidate[inside]),
        np.searchsorted(hosts, problem.pair_host[inside]),
    ] = ALLOWED
    load = problem.load[candidates]
    model = PMedian.from_cost_matrix(
        cost,
        load,
        p_facilities=len(hosts) + 1,
        facility_capacities=np.append(problem.capacity[hosts], load.sum()),
    )
    left_s = max(LEAST_S, until - time.monotonic())
    solver = HiGHS(msg=False, gapRel=0.0, timeLimit=left_s)
    model.problem.solve(solver)
    if model.problem.sol_status not in {LpSolutionOptimal, LpSolutionIntegerFeasible}:
        return np.full(len(candidates), -1)
    return _read(model.cli_assgn_vars, cost, hosts)


def _read(variables: Any, cost: Ints, hosts: Ints) -> Ints:
    """Read which facility each client is assigned to."""
    value = np.array([[one.value() for one in row] for row in variables], float)
    at = value.argmax(axis=1)
    served = cost[np.arange(len(cost)), at] == ALLOWED
    return np.where(served, np.append(hosts, -1)[at], -1)
