"""Independent parts of a programme, packed into jobs that an executor can run anywhere."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.takeover.components import components
from geo.takeover.integer import Limits, Search
from geo.takeover.rows import Bools, Ints, Rows

BATCH: Final = 1_200
"""Columns at least in a job of several parts: building models costs more than solving them."""

WORK: Final = 300_000
"""Work at most (`Limits.work`) for a tier after the first."""


@dataclass(frozen=True)
class Job:
    """Tiers to minimise one after the other over some columns.

    ``part`` labels the columns of parts that share no row; what is held is held by part.
    ``exact`` is how many of the tiers have no limit of work.
    """

    rows: Rows
    costs: tuple[Ints, ...]
    part: Ints
    start: Bools | None
    until: float
    exact: int


@dataclass(frozen=True)
class Outcome:
    """What a job found: a choice or none, a bound of each tier, and which tiers are proven.

    ``infeasible`` tells a proof that there is no choice from a search that ran out of time.
    """

    chosen: Bools | None
    bounds: tuple[int, ...]
    proven: tuple[bool, ...]
    infeasible: bool = False


def run_job(job: Job) -> Outcome:
    """Minimise the tiers of a job."""
    space = Search(job.rows, len(job.part))
    chosen = job.start
    bounds, proven = [], []
    for place, cost in enumerate(job.costs):
        limits = Limits(job.until, None if place < job.exact else WORK)
        answer = space.minimise(cost, limits, chosen)
        if answer.status == "infeasible" or answer.chosen is None:
            return Outcome(None, (), (), answer.status == "infeasible")
        chosen = answer.chosen
        floor = int(np.minimum(cost, 0).sum())
        bounds.append(floor if answer.bound is None else answer.bound)
        proven.append(answer.status == "optimal")
        space.hold(cost, chosen, job.part)
    return Outcome(chosen, tuple(bounds), tuple(proven))


def parts_of(rows: Rows, columns: int) -> Ints:
    """Label columns that rows join, by their least column."""
    filled = np.flatnonzero(np.diff(rows.start))
    first = np.zeros(len(rows), np.int64)
    first[filled] = rows.column[rows.start[filled]]
    return components(columns, rows.column, first[rows.row])


def jobs(
    rows: Rows,
    costs: list[Ints],
    columns: Ints,
    start: Bools | None,
    until: float,
    exact: int,
    least: int = BATCH,
) -> list[tuple[Ints, Job]]:
    """Pack the parts of some columns into jobs of `least` columns or more.

    Returns
    -------
    The columns of each job, ascending, and the job.
    """
    inner = rows.restricted(columns, len(costs[0]), cut=True)
    label = parts_of(inner, len(columns))
    _, size = np.unique(label, return_counts=True)
    turn = np.unique(label, return_inverse=True)[1]
    # A new batch begins where the sum of sizes before a part passes a multiple of `least`.
    before = np.concatenate([[0], np.cumsum(size)[:-1]])
    batch = (before // least)[turn]
    packed = []
    for number in np.unique(batch).tolist():
        at = np.flatnonzero(batch == number)
        packed.append(
            (
                columns[at],
                Job(
                    rows=inner.restricted(at, len(columns), cut=True),
                    costs=tuple(cost[columns[at]] for cost in costs),
                    part=label[at],
                    start=None if start is None else start[columns[at]],
                    until=until,
                    exact=exact,
                ),
            )
        )
    return packed


def run(packed: list[Job], executor: Executor | None) -> list[Outcome]:
    """Run jobs, here or by an executor; outcomes in the order of the jobs."""
    if executor is None or len(packed) < 2:
        return [run_job(job) for job in packed]
    return list(executor.map(run_job, packed))
