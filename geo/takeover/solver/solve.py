"""Solve a takeover problem for a goal.

1. The problem is put into code order, each management area one unit
   (`geo.takeover.solver.units`), and becomes columns and rows (`geo.takeover.solver.columns`).
2. Parts that share no row are independent, and a sum of tiers is least when each part's is: they
   are packed into jobs for an executor (`geo.takeover.solver.job`). A target, a budget or a
   company's limit is a row too, so what it couples is solved as one model.
3. Tier by tier each job finds the least, proves it, and holds it for the tiers that follow.
4. A part whose target is out of reach gains the most it can instead, then as before.
5. The plan is checked against the problem in integers (`geo.takeover.solver.check`).

A time limit stops a search with the best plan so far and what is proven of it; the plan is then
marked. The tiers after the first stop at an amount of work instead, which is the same on every
machine: so one problem has one plan, whatever the number of workers.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.takeover.solver.check import broken_rules
from geo.takeover.solver.columns import Model, build_model
from geo.takeover.solver.goals import Goal
from geo.takeover.solver.greedy import greedy
from geo.takeover.solver.job import BATCH, FIRST, Job, Outcome, jobs, parts_of, run
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rows import Bools, Ints, Rows
from geo.takeover.solver.shared import Shared
from geo.takeover.solver.takes import depths
from geo.takeover.solver.units import Units, units

SMALL: Final = 3_000
"""Columns of a part up to which what it can gain at most is found before its target is tried."""


COMBINED: Final = 1_200
MANY: Final = 2
"""Columns, and parts beneath a target, from which on these are combined (`shared`)."""

NOTHING: Final = -(2**62)
"""What everything is above."""


@dataclass(frozen=True)
class Solution:
    """A plan for a problem, and what is proven of it.

    Attributes
    ----------
    host, mode, parent, depth
        Shape (candidates,): index of the host, of the fallback mode, and of the compound that
        the host is reached through, -1 without; depth in the chain, 0 without a host.
    tiers, score, bounds
        What was minimised, what the plan comes to, and what no plan is below. Where a target is
        out of reach, "-gain" stands in front.
    gain, gain_bound
        What the plan gains; and no plan gains more (all together where that was not asked).
    short
        Targets that no plan found reaches: labels of child divisions, -1 for the whole.
    unproven
        Names of the tiers that a limit stopped before they were proven; "reach" for "-gain".
    time_limited
        Whether it was the time limit, so that another run may find another plan.
    infeasible
        Whether what is locked can't stand together; the plan is then without those parts.
    """

    host: Ints
    mode: Ints
    parent: Ints
    depth: Ints
    tiers: tuple[str, ...]
    score: tuple[int, ...]
    bounds: tuple[int, ...]
    gain: int
    gain_bound: int
    short: tuple[int, ...]
    unproven: tuple[str, ...]
    time_limited: bool
    infeasible: bool

    @property
    def reached(self) -> bool:
        """Whether every target is reached."""
        return not self.short and not self.infeasible

    def tier(self, name: str) -> int:
        """Give what the plan comes to in one tier."""
        return self.score[self.tiers.index(name)]

    def bound(self, name: str) -> int:
        """Give what no plan is below in one tier."""
        return self.bounds[self.tiers.index(name)]

    def gap(self, name: str) -> float:
        """Give how far a tier may be from the best, as a share of what the plan comes to."""
        value = self.tier(name)
        return abs(value - self.bound(name)) / max(1, abs(value))


def solve(
    problem: Problem,
    goal: Goal,
    *,
    time_limit_s: float = 60.0,
    executor: Executor | None = None,
) -> Solution:
    """Find the plan of a problem for a goal.

    Parameters
    ----------
    time_limit_s
        Seconds for the whole task. Within it the plan is proven; at it, see `unproven`.
    executor
        Runs independent parts at once; the plan is the same without.
    """
    ordered = units(problem)
    task = _Task(build_model(ordered, goal), goal, time.time() + time_limit_s, executor)
    task.solve()
    return task.solution()


class _Task:
    """A model on its way to a plan: parts are settled one group after the other."""

    def __init__(self, model: Model, goal: Goal, until: float, executor: Executor | None) -> None:
        self.model, self.goal = model, goal
        self.until, self.executor = until, executor
        self.chosen = np.zeros(model.columns, bool)
        self.part = parts_of(model.rows, model.columns)
        empty = np.diff(model.rows.start) == 0
        asks = model.rows.limit < 0
        self.short = {model.asked[row] for row in model.asked if empty[row]}
        self.infeasible = any(
            row not in model.asked for row in np.flatnonzero(empty & asks).tolist()
        )
        self.best_reach = False
        self.late = False
        self.least: dict[int, int] = {}
        self.bounds = dict.fromkeys(("-gain", *goal.tiers), 0)
        self.proven = dict.fromkeys(("-gain", *goal.tiers), True)

    def solve(self) -> None:
        """Settle every part."""
        start = columns_of(self.model, greedy(self.model.units, self.model.edges, self.goal))
        targets = self._targets()
        doubtful = [part for part in targets if not self._holds(start, self.part == part)]
        small = [part for part in doubtful if (self.part == part).sum() <= SMALL]
        most = self._most_gain(small, start)
        hopeless = [
            part
            for part in small
            if len(targets[part]) == 1 and most[part] < -self.model.rows.limit[targets[part][0]]
        ]
        tiers = self.goal.tiers
        inside = ~np.isin(self.part, hopeless)
        floor = self._combined(
            {part: targets[part] for part in targets if inside[self.part == part].any()}, start
        )
        packed = self._jobs(inside, start, tiers)
        packed = [(columns, _told(columns, job, floor)) for columns, job in packed]
        hopeless += self._settle(packed, tiers)
        if hopeless or self.short:
            self._reach_most(targets, sorted(hopeless), start)

    def _combined(self, targets: dict[int, list[int]], start: Bools) -> dict[int, int]:
        """Combine the parts that only a target joins; the plans become `start`.

        Returns
        -------
        What the first tier is proven not to be below, by the first column of a part.
        """
        cost = self.model.costs[self.goal.tiers[0]]
        found: dict[int, int] = {}
        for part, asked in targets.items():
            columns = np.flatnonzero(self.part == part)
            if len(asked) > 1 or len(columns) < COMBINED or (cost[columns] < 0).any():
                continue
            rows = self.model.rows.restricted(columns, self.model.columns, cut=True)
            target = _place_of(self.model.rows, asked[0], columns)
            left = FIRST * (self.until - time.time())
            shared = Shared(rows, target, cost[columns], time.time() + left, self.executor)
            if shared.parts < MANY:
                continue
            plan = shared.combined(start[columns])
            self.late |= shared.late
            if plan is not None:
                found[int(columns[0])] = plan.bound
                better = not self._holds(start, self.part == part)
                if better or plan.value < cost[columns][start[columns]].sum():
                    start[columns] = plan.chosen
        return found

    def _targets(self) -> dict[int, list[int]]:
        """Give the rows that ask for a target, by part."""
        found: dict[int, list[int]] = {}
        rows = self.model.rows
        for row in self.model.asked:
            if rows.start[row] < rows.start[row + 1]:
                part = int(self.part[rows.column[rows.start[row]]])
                found.setdefault(part, []).append(row)
        return dict(sorted(found.items()))

    def _holds(self, chosen: Bools, inside: Bools) -> bool:
        rows = self.model.rows.restricted(np.flatnonzero(inside), self.model.columns, cut=True)
        return rows.hold(chosen[inside])

    def _jobs(
        self,
        inside: Bools,
        start: Bools,
        tiers: tuple[str, ...],
        *,
        relaxed: bool = False,
        exact: int = 1,
    ) -> list[tuple[Ints, Job]]:
        rows = self.model.rows
        if relaxed:
            rows = rows.take(~np.isin(np.arange(len(rows)), list(self.model.asked)))
        return jobs(
            rows,
            [self.model.costs[tier] for tier in tiers],
            np.flatnonzero(inside),
            start,
            self.until,
            exact,
            BATCH,
            serves=self.model.serves,
            by_unit=self.model.by_unit(tiers),
        )

    def _most_gain(self, parts: list[int], start: Bools) -> dict[int, int]:
        """Give what each part gains at most without its target; the plans become `start`."""
        bound = dict.fromkeys(parts, 0)
        inside = np.isin(self.part, parts)
        packed = self._jobs(inside, start, ("-gain",), relaxed=True, exact=0)
        for (columns, job), outcome in zip(packed, self._run(packed), strict=True):
            start[columns] = outcome.chosen
            firsts = columns[_firsts(job.part)]
            for column, least in zip(firsts.tolist(), outcome.bounds[0].tolist(), strict=True):
                bound[int(self.part[column])] -= least
                self.least[column] = least
        return bound

    def _run(self, packed: list[tuple[Ints, Job]]) -> list[Outcome]:
        outcomes = run([job for _, job in packed], self.executor)
        self.late |= any(outcome.late for outcome in outcomes)
        return outcomes

    def _settle(self, packed: list[tuple[Ints, Job]], tiers: tuple[str, ...]) -> list[int]:
        """Run jobs and keep what they choose; give the parts that have no plan."""
        failed: list[int] = []
        for (columns, job), outcome in zip(packed, self._run(packed), strict=True):
            of = self.part[columns[_firsts(job.part)]]
            failed += of[list(outcome.failed)].tolist()
            self.chosen[columns] = outcome.chosen
            if tiers[0] != "-gain":
                gain = self.model.costs["-gain"][columns]
                self.bounds["-gain"] += int(gain[outcome.chosen].sum())
            for tier, bound, proven in zip(tiers, outcome.bounds, outcome.proven, strict=True):
                self.bounds[tier] += int(bound.sum())
                self.proven[tier] &= proven
        return failed

    def _reach_most(self, targets: dict[int, list[int]], hopeless: list[int], start: Bools) -> None:
        """Gain the most where a target is out of reach; then as the goal says."""
        self.best_reach = True
        for part in hopeless:
            self.short |= {self.model.asked[row] for row in targets.get(part, ())}
        tiers = self.goal.best_reach().tiers
        packed = self._jobs(np.isin(self.part, hopeless), start, tiers, relaxed=True)
        if self._settle([(columns, self._knowing(columns, job)) for columns, job in packed], tiers):
            self.infeasible = True

    def _knowing(self, columns: Ints, job: Job) -> Job:
        """Tell a job what was proven of its parts when their target was doubted."""
        firsts = columns[_firsts(job.part)].tolist()
        if not all(column in self.least for column in firsts):
            return job
        return replace(job, known=np.array([self.least[column] for column in firsts], np.int64))

    def solution(self) -> Solution:
        """Turn columns into a plan, checked."""
        model, problem = self.model, self.model.units.problem
        host, mode, depth, parent = plan_of(model, self.chosen)
        broken = broken_rules(problem, host, mode, depth)
        if broken and not self.infeasible:
            raise AssertionError("; ".join(broken[:3]))
        tiers = self.goal.best_reach().tiers if self.best_reach else self.goal.tiers
        score = tuple(int(model.costs[tier][self.chosen].sum()) for tier in tiers)
        gain = -int(model.costs["-gain"][self.chosen].sum())
        return Solution(
            host=host,
            mode=mode,
            parent=parent,
            depth=depth,
            tiers=tiers,
            score=score,
            bounds=tuple(self.bounds[tier] for tier in tiers),
            gain=gain,
            gain_bound=self._gain_bound(),
            short=tuple(sorted(self.short)),
            unproven=tuple(
                "reach" if tier == "-gain" else tier for tier in tiers if not self.proven[tier]
            ),
            time_limited=self.late,
            infeasible=self.infeasible,
        )

    def _gain_bound(self) -> int:
        everything = int(self.model.units.gain[np.unique(self.model.unit)].sum())
        if self.best_reach or "-gain" in self.goal.tiers:
            return min(-self.bounds["-gain"], everything)  # no plan gains more than all there is
        return everything


def _place_of(rows: Rows, row: int, columns: Ints) -> int:
    """Give the place of a row among those of its part's columns."""
    mine = np.isin(rows.column, columns)
    size = np.bincount(rows.row[mine], minlength=len(rows))
    return int((size[:row] > 0).sum())


def _told(columns: Ints, job: Job, floor: dict[int, int]) -> Job:
    """Tell a job what its parts are proven not to be below."""
    firsts = columns[_firsts(job.part)].tolist()
    if not any(column in floor for column in firsts):
        return job
    return replace(job, known=np.array([floor.get(column, NOTHING) for column in firsts]))


def _firsts(part: Ints) -> Ints:
    """Give the first column of each part, by label."""
    return np.unique(part, return_index=True)[1]


def columns_of(model: Model, host_of: Ints) -> Bools:
    """Choose the columns of a plan without chains: shape (units,) of places of hosts, or -1.

    What no column expresses is left out.
    """
    by_host: dict[int, list[int]] = {}
    for unit in np.flatnonzero(host_of >= 0).tolist():
        by_host.setdefault(int(host_of[unit]), []).append(unit)
    chosen = np.zeros(model.columns, bool)
    whole = {host: tuple(found) for host, found in by_host.items()}
    single: dict[tuple[int, int], int] = {}
    for column in range(model.columns):
        host = int(model.host[column])
        taken = tuple(sorted(model.unit[model.start[column] : model.start[column + 1]].tolist()))
        if host in whole and taken == whole[host]:
            chosen[column] = True
            del whole[host]
        elif len(taken) == 1 and host >= 0:
            single.setdefault((host, taken[0]), column)
        elif not taken and host in by_host:
            chosen[column] = True
    for host, found in whole.items():
        for unit in found:
            if (host, unit) in single:
                chosen[single[host, unit]] = True
    return chosen


def plan_of(model: Model, chosen: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """Give host, mode, depth and parent of each candidate, shape (candidates,)."""
    ordered = model.units
    host_of = np.full(len(ordered.members), -1)
    mode_of = host_of.copy()
    for column in np.flatnonzero(chosen).tolist():
        at = model.unit[model.start[column] : model.start[column + 1]]
        if model.mode[column] >= 0:
            mode_of[at] = model.mode[column]
        else:
            host_of[at] = model.host[column]
    depth_of, parent_of = _chains(ordered, host_of)
    host = np.where(host_of < 0, -1, np.append(ordered.host_index, -1)[host_of])
    of = ordered.unit_of
    return host[of], mode_of[of], depth_of[of], parent_of[of]


def _chains(ordered: Units, host_of: Ints) -> tuple[Ints, Ints]:
    """Give each unit's depth, and the first member of the one that it is reached through.

    Of several, the one with the shortest link, then the first by code.
    """
    depth_of = np.where(host_of >= 0, 1, 0)
    parent_of = np.full(len(host_of), -1)
    if ordered.depth < 2:
        return depth_of, parent_of
    near = set(
        zip(ordered.edges.unit.tolist(), ordered.edges.host.tolist(), ordered.edges.depth.tolist(),
            strict=True)
    )  # fmt: skip
    for host in np.unique(host_of[host_of >= 0]).tolist():
        inside = set(np.flatnonzero(host_of == host).tolist())
        reached = depths(ordered, inside, {unit for unit in inside if (unit, host, 1) in near})
        for unit, depth in reached.items():
            depth_of[unit] = depth
            if depth > 1:
                way = {
                    k: ordered.linked[unit][k]
                    for k in ordered.linked[unit]
                    if reached.get(k) == depth - 1
                }
                parent = min(way, key=lambda k: (way[k], k))
                parent_of[unit] = ordered.members[parent][0]
    return depth_of, parent_of
