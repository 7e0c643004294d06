"""Independent parts of a programme, packed into jobs that an executor can run anywhere."""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.takeover.components import components
from geo.takeover.solver.highs import Programme, Relaxation, relax
from geo.takeover.solver.integer import Answer, Limits, Search
from geo.takeover.solver.rows import Bools, Ints, Rows, grouped, side_by_side

BATCH: Final = 1_200
"""Columns at least in a job of several parts: building models costs more than solving them."""

WORK: Final = 300_000
"""Work at most (`Limits.work`) for a tier after the first."""


FIRST: Final = 0.7
"""Share of the time that is left which the first tier may use up."""


@dataclass(frozen=True)
class Job:
    """Tiers to minimise one after the other over some columns.

    ``part`` labels the columns of parts that share no row, from 0. ``exact`` is how many of the
    tiers have no limit of work. ``known``, by part, is what the first tier is proven not to be
    below; None when nothing is. ``serves`` has a row of ones a unit: the columns that serve it;
    the first ``by_unit`` tiers are about which units are served alone.
    """

    rows: Rows
    costs: tuple[Ints, ...]
    part: Ints
    start: Bools | None
    until: float
    exact: int
    known: Ints | None = None
    serves: Rows | None = None
    by_unit: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a job found.

    Attributes
    ----------
    chosen
        Shape (columns,).
    bounds
        By tier, shape (parts,): what no choice of a part is below; 0 for a part without one.
    proven
        By tier: whether all that have a choice come to their bounds.
    failed
        Parts without a choice; and of those, the ones that are proven to have none.
    late
        Whether time, not work, stopped anything.
    """

    chosen: Bools
    bounds: tuple[Ints, ...]
    proven: tuple[bool, ...]
    failed: tuple[int, ...]
    infeasible: tuple[int, ...]
    late: bool


def run_job(job: Job) -> Outcome:
    """Minimise the tiers of a job: all relaxations as one, then what is left part by part."""
    work = _Work(job)
    bounds, proven, late = [], [], False
    for place, cost in enumerate(job.costs):
        # The first tier leaves time for those after it.
        share = FIRST if place == 0 and len(job.costs) > 1 else 1.0
        until = time.time() + share * max(0.0, job.until - time.time())
        limits = Limits(until, None if place < job.exact else WORK)
        known = job.known if place == 0 else None
        answers = work.minimise(
            [cost[at] for at in work.columns], limits, known,
            alone=0 < place < job.by_unit,
        )  # fmt: skip
        bound = np.zeros(len(work.spaces), np.int64)
        for part, answer in answers.items():
            bound[part] = _bound(cost[work.columns[part]], answer)
        bounds.append(bound)
        proven.append(all(answer.status == "optimal" for answer in answers.values()))
        late |= time.time() >= until or any(space.hurried for space in work.spaces)
    return Outcome(
        work.whole(), tuple(bounds), tuple(proven), tuple(work.failed), tuple(work.infeasible), late
    )


class _Work:
    """The parts of a job on their way through the tiers."""

    def __init__(self, job: Job) -> None:
        parts = int(job.part.max(initial=-1)) + 1
        self.columns = grouped(job.part, np.arange(len(job.part)), parts)
        none = [None] * parts
        units = none if job.serves is None else job.serves.split(job.part, parts)
        self.spaces = [
            Search(rows, len(at), serves)
            for rows, at, serves in zip(
                job.rows.split(job.part, parts), self.columns, units, strict=True
            )
        ]
        self.chosen = [None if job.start is None else job.start[at] for at in self.columns]
        self.failed: list[int] = []
        self.infeasible: list[int] = []
        self.size = len(job.part)

    def minimise(
        self,
        costs: list[Ints],
        limits: Limits,
        known: Ints | None = None,
        *,
        alone: bool = False,
    ) -> dict[int, Answer]:
        """Minimise one tier in every part, and hold it; give the answer of each part."""
        going = [part for part in range(len(self.spaces)) if part not in set(self.failed)]
        eased = self._relaxed(going, costs, limits)
        answers: dict[int, Answer] = {}
        for part in sorted(going, key=lambda part: len(self.columns[part])):
            # The small ones first: a hard one may take all the time that there is.
            space, cost = self.spaces[part], costs[part]
            answer = space.accept(cost, eased[part]) if part in eased else None
            if answer is None:
                least = None if known is None else int(known[part])
                answer = space.minimise(cost, limits, self.chosen[part], least, alone=alone)
            if answer.chosen is None or answer.value is None:
                self.failed.append(part)
                if answer.status == "infeasible":
                    self.infeasible.append(part)
                continue
            self.chosen[part] = answer.chosen
            space.hold(cost, answer.value)
            answers[part] = answer
        return answers

    def _relaxed(
        self, going: list[int], costs: list[Ints], limits: Limits
    ) -> dict[int, Relaxation]:
        """Relax the parts as one programme; nothing when that fails, or there is only one part."""
        if len(going) < 2:
            return {}
        programmes = [self.spaces[part].programme(costs[part]) for part in going]
        sizes = [len(programme.cost) for programme in programmes]
        if not sum(sizes):
            return {}
        joint = Programme(
            np.concatenate([programme.cost for programme in programmes]),
            side_by_side([programme.rows for programme in programmes], sizes),
        )
        eased = relax(joint, limits.seconds)
        if isinstance(eased, str):
            return {}
        ends = np.cumsum(sizes)[:-1]
        found = {}
        for part, programme, price, point in zip(
            going, programmes, np.split(eased.price, ends), np.split(eased.point, ends), strict=True
        ):
            found[part] = Relaxation(
                float(programme.cost @ point), price, point, np.zeros(len(programme.rows))
            )
        return found

    def whole(self) -> Bools:
        """Give the choice of all parts that have one."""
        out = np.zeros(self.size, bool)
        for part, (at, chosen) in enumerate(zip(self.columns, self.chosen, strict=True)):
            if chosen is not None and part not in self.failed:
                out[at] = chosen
        return out


def _bound(cost: Ints, answer: Answer) -> int:
    return int(np.minimum(cost, 0).sum()) if answer.bound is None else answer.bound


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
    *,
    serves: Rows | None = None,
    by_unit: int = 0,
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
                    part=np.unique(label[at], return_inverse=True)[1],
                    start=None if start is None else start[columns[at]],
                    until=until,
                    exact=exact,
                    serves=None
                    if serves is None or by_unit < 2
                    else serves.restricted(columns[at], len(costs[0]), cut=True),
                    by_unit=by_unit,
                ),
            )
        )
    return packed


def run(packed: list[Job], executor: Executor | None) -> list[Outcome]:
    """Run jobs, here or by an executor; outcomes in the order of the jobs.

    Here they share the time that is left by their columns, the small ones first, so that a hard
    one does not leave the others with the plan they started from.
    """
    if executor is None or len(packed) < 2:
        outcomes: dict[int, Outcome] = {}
        order = sorted(range(len(packed)), key=lambda place: (len(packed[place].part), place))
        ahead = sum(len(job.part) for job in packed)
        for place in order:
            job = packed[place]
            left = max(0.0, job.until - time.time())
            until = time.time() + left * len(job.part) / max(1, ahead)
            ahead -= len(job.part)
            outcomes[place] = run_job(replace(job, until=until))
        return [outcomes[place] for place in range(len(packed))]
    return list(executor.map(run_job, packed))
