"""Integer programmes in zeros and ones: solved by HiGHS, checked in integers.

An answer of HiGHS that breaks a row (see `geo.takeover.highs`) is cut off by an inequality that
no true solution breaks, and the programme is solved again. What comes out is feasible exactly,
and no worse than the proven bound.

Most variables are settled by the linear relaxation: moving one off its bound costs more than
the best plan known. The search goes through the few others, the *core* (Balas and Zemel 1980):
small ones for a good plan, until that plan proves the core to be enough.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from geo.takeover.highs import (
    Bools,
    Floats,
    Found,
    Ints,
    Programme,
    Relaxation,
    Row,
    relax,
    search,
)

CORE: Final = 300
CORE_A_ROW: Final = 3
GROWTH: Final = 4
"""Variables of the first core: so many, and so many more for each row; and how it grows."""

MOST_NODES: Final = 1_500
"""Nodes at most under a limit of work: a small part that fits to no end is left at that."""

Status = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What is known of a programme after a search.

    ``value`` and ``bound`` are in the objective's own integers: no solution is below ``bound``.
    """

    status: Status
    chosen: Bools | None
    value: int | None
    bound: int | None


@dataclass(frozen=True)
class Limits:
    """When to stop: a `time.monotonic` value, and work as nodes times variables.

    Work, unlike time, stops a search at the same answer on every machine.
    """

    until: float
    work: int | None = None

    @property
    def seconds(self) -> float:
        """Seconds left, none below 0."""
        return max(0.0, self.until - time.monotonic())

    def nodes(self, variables: int) -> int | None:
        """Branch-and-bound nodes for a search through so many variables."""
        if self.work is None:
            return None
        return min(max(20, self.work // max(1, variables)), MOST_NODES)


class Search:
    """Costs to minimise one after the other over one set of choices.

    Parameters
    ----------
    group
        Shape (n,): at most one variable of each group is 1. Labels from 0, ascending.
    rows
        Further constraints.
    """

    def __init__(self, group: Ints, rows: list[Row]) -> None:
        self.group = group
        self.rows = list(rows)
        self._cuts: list[Row] = []
        self._low = np.zeros(len(group))
        self._high = np.ones(len(group))
        self._eased: Relaxation | None = None

    @property
    def open(self) -> int:
        """How many variables are not settled by what is held."""
        return int((self._low < self._high).sum())

    def feasible(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps every row, exactly."""
        once = np.bincount(self.group[chosen], minlength=1).max() <= 1
        return bool(once) and all(row.holds(chosen) for row in self.rows)

    def minimise(self, cost: Ints, limits: Limits, start: Bools | None = None) -> Answer:
        """Search for the least cost.

        Parameters
        ----------
        cost
            Shape (n,), integers.
        start
            A solution to begin with; it is returned if nothing better is found.
        """
        best = start if start is not None and self.feasible(start) else None
        step = int(np.gcd.reduce(cost)) or 1
        size = CORE + CORE_A_ROW * len(self.rows)
        while limits.seconds > 0:
            eased = relax(self._programme(cost, self._low, self._high), limits.seconds)
            if eased == "infeasible" and best is None:
                return Answer("infeasible", None, None, None)
            if isinstance(eased, str):
                break
            self._eased = eased
            least = _up(eased.value, step)
            if best is not None and _value(cost, best) <= least:
                return _answer(cost, best, least)
            # Moving a variable that costs more than this can't better the best plan.
            useful = np.inf if best is None else _value(cost, best) - step / 2 - eased.value
            width = min(useful, _width(eased, size))
            found = self._search_core(cost, eased, width, best, limits)
            broken = [] if found.point is None else self._broken(found.point)
            if broken:
                self._cuts += broken
                continue
            best = _better(cost, best, found.point)
            outside = None if width == np.inf else _up(eased.value + width, step)
            if found.status == "stopped":
                inside = least if found.bound is None else max(least, found.bound)
                return _answer(cost, best, inside if outside is None else min(inside, outside))
            if best is None and outside is None:
                return Answer("infeasible", None, None, None)
            if best is not None and (outside is None or _value(cost, best) <= outside):
                return _answer(cost, best, _value(cost, best))
            size *= GROWTH
        return _answer(cost, best, None)

    def hold(self, cost: Ints, value: int) -> None:
        """Keep ``cost @ x <= value`` from now on; the cost just minimised, at what was reached.

        Variables whose move the relaxation prices above `value` are settled with it.
        """
        at = np.flatnonzero(cost)
        if not len(at):
            return
        self.rows.append(Row(at, cost[at], value))
        if self._eased is not None:
            settled = ~_within(self._eased, value - self._eased.value)
            self._low, self._high = self._settle(self._eased, settled)

    def _search_core(
        self, cost: Ints, eased: Relaxation, width: float, best: Bools | None, limits: Limits
    ) -> Found:
        """Search with every variable settled that costs more than `width` to move."""
        free = _within(eased, width)
        low, high = self._settle(eased, ~free)
        start = best
        if best is not None and not ((low <= best) & (best <= high)).all():
            start = None
        nodes = limits.nodes(int(free.sum()))
        return search(self._programme(cost, low, high), start, limits.seconds, nodes)

    def _programme(self, cost: Ints, low: Floats, high: Floats) -> Programme:
        return Programme(cost, self.group, self.rows + self._cuts, low, high)

    def _settle(self, eased: Relaxation, settled: Bools) -> tuple[Floats, Floats]:
        """Give the bounds with some variables at the side that the relaxation favours.

        A variable settled at 1 settles the others of its group at 0.
        """
        low = np.where(settled & eased.favours, self._high, self._low)
        high = np.where(settled & ~eased.favours, self._low, self._high)
        full = np.zeros(int(self.group[-1]) + 1, bool)
        full[self.group[low == 1]] = True
        return low, np.where(full[self.group], low, high)

    def _broken(self, point: Bools) -> list[Row]:
        return [row.cut(point) for row in self.rows if not row.holds(point)]


def _width(eased: Relaxation, size: int) -> float:
    """Give the price below which lie `size` variables; infinite when there are no more."""
    if size >= len(eased.price):
        return float(np.inf)
    return float(np.partition(eased.price, size)[size])


def _within(eased: Relaxation, width: float) -> Bools:
    """Tell which variables cost at most `width` to move, with room for rounding."""
    return np.asarray(eased.price <= width + 1e-6 * max(1.0, abs(eased.value)))


def _value(cost: Ints, chosen: Bools) -> int:
    return int(cost[chosen].sum())


def _up(value: float, step: int) -> int:
    """Round a lower bound up to the next whole step, with room for rounding."""
    room = 0.05 + 1e-9 * abs(value) / step
    return step * math.ceil(value / step - room)


def _better(cost: Ints, one: Bools | None, other: Bools | None) -> Bools | None:
    """Give the cheaper of two choices; the first when they cost the same."""
    if one is None or other is None:
        return other if one is None else one
    return other if _value(cost, other) < _value(cost, one) else one


def _answer(cost: Ints, chosen: Bools | None, bound: int | None) -> Answer:
    if chosen is None:
        return Answer("unknown", None, None, bound)
    value = _value(cost, chosen)
    if bound is None:
        return Answer("feasible", chosen, value, None)
    bound = min(bound, value)
    return Answer("optimal" if bound == value else "feasible", chosen, value, bound)
