"""Published assignment and location problems, fed to the takeover solver as arrays.

``python -m benchmarks.assignment FILE [FILE ...]`` reads files named ``gap*`` in OR-Library's
layout, others in Holmberg's for location, solves each problem and prints what it comes to, whether
that is proven, and the time. No file is fetched: they are whatever the reader has.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from geo.takeover.solver.goals import cheapest
from geo.takeover.solver.problem import Ints, Problem
from geo.takeover.solver.solve import Solution, solve


@dataclass(frozen=True)
class Gap:
    """A generalised assignment problem: every job to one agent, within the agents' capacities.

    ``value`` and ``used`` have shape (agents, jobs), ``capacity`` (agents,).
    """

    value: Ints
    used: Ints
    capacity: Ints

    def problem(self, *, maximise: bool = True) -> Problem:
        """Feed it as arrays: a job is a candidate, an agent a host."""
        agents, jobs = self.value.shape
        # What is maximised becomes a cost by its distance from the largest value.
        cost = self.value.max() - self.value if maximise else self.value
        host, candidate = np.indices((agents, jobs)).reshape(2, -1)
        return Problem(
            candidates=tuple(f"job{k:05}" for k in range(jobs)),
            gain=np.ones(jobs, np.int64),
            load=np.zeros(jobs, np.int64),
            hosts=tuple(f"agent{k:05}" for k in range(agents)),
            capacity=self.capacity,
            pair_candidate=candidate,
            pair_host=host,
            way_mm=np.zeros(agents * jobs, np.int64),
            pair_load=self.used.reshape(-1),
            pair_cost_fen=cost.reshape(-1),
        )

    def best(self, found: Solution, *, maximise: bool = True) -> int:
        """Give what a solution comes to, in the file's own terms."""
        cost = found.tier("cost")
        return int(self.value.max()) * self.value.shape[1] - cost if maximise else cost


def read_gap(text: str) -> list[Gap]:
    """Read OR-Library's layout: number of problems; agents, jobs; values; uses; capacities."""
    numbers = np.array(text.split(), np.int64)
    found, at = [], 1
    for _ in range(int(numbers[0])):
        agents, jobs = numbers[at : at + 2].tolist()
        size = agents * jobs
        ends = np.cumsum([at + 2, size, size, agents])
        value, used, capacity = (numbers[a:b] for a, b in pairwise(ends))
        found.append(Gap(value.reshape(agents, jobs), used.reshape(agents, jobs), capacity))
        at = int(ends[-1])
    if at != len(numbers):
        raise ValueError(f"{len(numbers) - at} numbers follow the last problem")
    return found


def read_location(text: str) -> Problem:
    """Read Holmberg's layout: facilities, customers; capacity and cost of each; demands; costs.

    A facility is a host with a set-up cost, a customer a candidate with a demand.
    """
    numbers = np.array(text.split(), np.int64)
    facilities, customers = numbers[:2].tolist()
    ends = np.cumsum([2, 2 * facilities, customers, facilities * customers])
    if ends[-1] != len(numbers):
        raise ValueError(f"{len(numbers)} numbers, {ends[-1]} expected")
    each, demand, cost = (numbers[a:b] for a, b in pairwise(ends))
    host, candidate = np.indices((facilities, customers)).reshape(2, -1)
    return Problem(
        candidates=tuple(f"customer{k:05}" for k in range(customers)),
        gain=np.ones(customers, np.int64),
        load=demand,
        hosts=tuple(f"facility{k:05}" for k in range(facilities)),
        capacity=each[::2],
        setup_fen=each[1::2],
        pair_candidate=candidate,
        pair_host=host,
        way_mm=np.zeros(len(cost), np.int64),
        pair_cost_fen=cost,
    )


def everyone(problem: Problem, *, time_limit_s: float = 60.0) -> Solution:
    """Serve every candidate at the least cost; ties don't matter here."""
    return solve(problem, cheapest(len(problem.candidates), ties=()), time_limit_s=time_limit_s)


def main(paths: list[Path]) -> None:
    """Solve the files' problems and print a line each."""
    for path in paths:
        text = path.read_text("utf-8")
        if path.stem.startswith("gap"):
            for number, gap in enumerate(read_gap(text), 1):
                _tell(f"{path.name} {number}", gap.problem(), gap)
        else:
            _tell(path.name, read_location(text), None)


def _tell(name: str, problem: Problem, gap: Gap | None) -> None:
    began = time.perf_counter()
    found = everyone(problem)
    value = found.tier("cost") if gap is None else gap.best(found)
    proven = "proven" if found.reached and "cost" not in found.unproven else "not proven"
    print(f"{name:<24}{value:>8}  {proven}  {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])
