"""What is timed, and how: a warm-up, then the median of as many runs as a budget allows."""

from __future__ import annotations

import gc
import os
import resource
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

MOST_RUNS = 5
BUDGET_S = 45.0
"""A first run longer than this stands alone; else it is the warm-up for what fits in here."""


@dataclass(frozen=True)
class Job:
    """One side's work.

    Attributes
    ----------
    work
        What is timed. Takes what `before` gives.
    before
        Put in place before each run and cleared after it, untimed: a fresh database, say.
    collect
        Makes what the check compares from what `before` gave and `work` returned; untimed.
    """

    work: Callable[[Any], Any]
    before: Callable[[], AbstractContextManager[Any]] = nullcontext
    collect: Callable[[Any, Any], Any] = field(default=lambda _given, done: done)


@dataclass(frozen=True)
class Measured:
    """Times of one side, seconds, and its process' memory, MiB.

    ``setup_seconds`` is what came before the first run (files read into frames, say), not counted.
    ``start_mib`` is the peak before the first run (libraries, frames that the work begins with),
    ``peak_mib`` after it. ``load`` is the machine's one-minute load average at the end.
    """

    seconds: float
    runs: list[float]
    warmed_up: bool
    setup_seconds: float
    start_mib: float
    peak_mib: float
    load: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(make: Callable[[], Job], most_runs: int = MOST_RUNS) -> tuple[Measured, Any]:
    """Make a job and time it in this process; also give what its first run made.

    Parameters
    ----------
    most_runs
        After the warm-up, as the budget allows; 1 for one in any case.
    """
    started = time.perf_counter()
    job = make()
    setup_seconds = time.perf_counter() - started
    start_mib = peak_mib()
    runs: list[float] = []
    first: Any = None
    after_first = start_mib
    wanted = 1
    while len(runs) < wanted:
        with job.before() as given:
            gc.collect()
            started = time.perf_counter()
            done = job.work(given)
            runs.append(time.perf_counter() - started)
            if len(runs) == 1:
                after_first = peak_mib()
                first = job.collect(given, done)
                wanted = 1 + (1 if most_runs == 1 else min(most_runs, int(BUDGET_S / runs[0])))
            del done
    kept = runs[1:] or runs
    measured = Measured(
        seconds=median(kept),
        runs=kept,
        warmed_up=len(runs) > 1,
        setup_seconds=setup_seconds,
        start_mib=start_mib,
        peak_mib=after_first,
        load=os.getloadavg()[0],
    )
    return measured, first


def together(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Give one side's rounds, each of a process of its own, as one: the median of their times.

    Memory, set-up and load are those of the worst.
    """
    if len(rounds) == 1:
        return rounds[0]
    seconds = [measured["seconds"] for measured in rounds]
    worst = {
        name: max(measured[name] for measured in rounds)
        for name in ("setup_seconds", "start_mib", "peak_mib", "load")
    }
    warmed_up = all(measured["warmed_up"] for measured in rounds)
    return {"seconds": median(seconds), "runs": seconds, "warmed_up": warmed_up, **worst}


def peak_mib() -> float:
    """Give the most memory that this process has held so far (Linux counts it in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(frozen=True)
class Check:
    """A comparison of the two sides' results: `compared` things of which `different` differ.

    A check that only `tells` is reported; any other fails the run unless `different` is 0.
    """

    what: str
    compared: int
    different: int
    tells: bool = False

    @property
    def failed(self) -> bool:
        """Whether the run must fail; nothing compared is a failure too."""
        return not self.tells and (self.different > 0 or self.compared == 0)
