"""A county's contest: every side on the same arrays, for the most area and for the same needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from benchmarks.apart import Apart, apart
from benchmarks.takeover_case import Case, target
from benchmarks.takeover_journal import Journal, key_of
from benchmarks.takeover_rivals import OURS, Side, cut
from geo.takeover.solver.check import broken_rules
from geo.takeover.solver.problem import Ints, Problem

MOST: Final = "most area"
HALF, ALL, PLAN = "half", "all", "plan's target"


@dataclass(frozen=True)
class Entry:
    """What one side made of one task.

    Attributes
    ----------
    task
        `MOST`, or the name of a need.
    need
        Floor area to gain at least, 0.01 m²; 0 for `MOST`.
    reached
        Whether the need is met.
    takeovers, gain, way_mm
        Of the plan: compounds, 0.01 m², and the sum of the ways.
    broken
        Rules that the plan breaks, counted with exact numbers; it is then no plan.
    """

    side: str
    task: str
    need: int
    reached: bool
    takeovers: int
    gain: int
    way_mm: int
    broken: int
    seconds: float
    processor_seconds: float
    more_mib: float

    def rank(self) -> tuple[int, int]:
        """Order plans by what the task asks for: who falls short less, then fewer takeovers."""
        if self.task == MOST:
            return -self.gain, 0
        return max(0, self.need - self.gain), self.takeovers if self.reached else 0


@dataclass(frozen=True)
class Contest:
    """A county's entries, by task and side."""

    county: str
    name: str
    candidates: int
    hosts: int
    pairs: int
    entries: list[Entry]

    def tasks(self) -> list[str]:
        """Name the tasks in the order that they were set."""
        return list(dict.fromkeys(entry.task for entry in self.entries))

    def entry(self, task: str, side: str) -> Entry:
        """Give what a side made of a task."""
        return next(e for e in self.entries if (e.task, e.side) == (task, side))

    def rivals(self, task: str) -> list[Entry]:
        """Give the others' plans for a task, without those that break a rule."""
        return [e for e in self.entries if e.task == task and e.side != OURS and not e.broken]

    def worse(self) -> list[str]:
        """Say where ours is worse than a rival on what the task asks for, or is no plan."""
        found = []
        for task in self.tasks():
            mine = self.entry(task, OURS)
            if mine.broken:
                found.append(f"{self.name}, {task}: ours breaks {mine.broken} rules")
            found += [
                f"{self.name}, {task}: {other.side} is better than ours"
                for other in self.rivals(task)
                if other.rank() < mine.rank()
            ]
        return found

    def as_json(self) -> dict[str, Any]:
        """Give all of it."""
        return asdict(self)


def contest(case: Case, sides: list[Side], seconds: float, journal: Journal) -> Contest:
    """Let every side try the most area, then the needs, for so long each time.

    What the journal knows of a side is taken from there.
    """
    problem = case.problem
    simple = [side for side in sides if side.aims and side.name != OURS]
    asked = needs(case, [side.choose(problem, None, seconds) for side in simple])
    entries: list[Entry] = []
    for side in sides:
        key = key_of(problem, side, asked, seconds)
        known = journal.get(key)
        if known is None:
            known = [asdict(entry) for entry in _made(problem, side, asked, seconds)]
            about = {"county": case.county, "name": case.name, "side": side.name}
            journal.put(key, about, known)
        entries += [Entry(**words) for words in known]
    return Contest(
        case.county, case.name, len(problem.candidates), len(problem.hosts),
        len(problem.way_mm), entries,
    )  # fmt: skip


def _made(problem: Problem, side: Side, asked: dict[str, int], seconds: float) -> Iterator[Entry]:
    """Let a side do the tasks; one that knows no need has its plan for the most area cut down."""
    whole = apart(side.choose, problem, None, seconds)
    yield _entry(problem, side.name, MOST, 0, whole)
    for task, need in asked.items():
        if side.aims:
            done = apart(side.choose, problem, need, seconds)
        else:
            done = replace(whole, result=cut(problem, whole.result, need))
        yield _entry(problem, side.name, task, need, done)


def needs(case: Case, most: list[Ints]) -> dict[str, int]:
    """Set the needs: half and all of what simple plans for the most area gain, and the target.

    Half and all are set by the plan that gains the least, so that each of those sides can reach
    both. The action plan's target may be out of everyone's reach.
    """
    reachable = min(int(case.problem.gain[host >= 0].sum()) for host in most)
    found = {HALF: -(-reachable // 2), ALL: reachable, PLAN: case.short_of(target())}
    return {task: need for task, need in found.items() if need > 0}


def _entry(problem: Problem, side: str, task: str, need: int, done: Apart) -> Entry:
    host: Ints = done.result
    taken = host >= 0
    gain = int(problem.gain[taken].sum())
    none = np.full(len(host), -1)
    used = host[problem.pair_candidate] == problem.pair_host
    return Entry(
        side=side,
        task=task,
        need=need,
        reached=gain >= need,
        takeovers=int(taken.sum()),
        gain=gain,
        way_mm=int(problem.way_mm[used].sum()),
        broken=len(broken_rules(problem, host, none, np.where(taken, 1, 0))),
        seconds=done.seconds,
        processor_seconds=done.processor_seconds,
        more_mib=done.more_mib,
    )
