"""Integer programmes in zeros and ones: solved by HiGHS, checked in integers.

An answer of HiGHS that breaks a row (see `geo.takeover.solver.highs`) is cut off by an inequality
that no true solution breaks, and the programme is solved again. What comes out is feasible
exactly, and no worse than the proven bound.

Most columns are settled by the linear relaxation: taking one costs more than the best plan
known. The search goes through the few others, the *core* (Balas and Zemel 1980): small ones for
a good plan, until that plan proves the core to be enough.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from geo.takeover.solver.highs import Found, Programme, Relaxation, relax, search
from geo.takeover.solver.polish import Polish
from geo.takeover.solver.rows import Bools, Ints, Rows

CORE: Final = 1_200
GROWTH: Final = 3
"""Columns of the first core, and how it grows."""

LIMITED_CORE: Final = 2_500
"""Columns of the only core under a limit of work."""

WHOLE: Final = 1e-6
"""How near to 0 or 1 a relaxation's point has to be to be taken for it."""

POLISHING: Final = 0.6
"""Share of the time that a large programme's choice is bettered by neighbourhoods in."""

ALONE: Final = 300
"""Columns up to which a later cost is asked for other units than those that are known."""

MOST_CUTS: Final = 50
"""Answers cut off at most under a limit of work."""

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
    """When to stop: a `time.time` value, and work as nodes times columns.

    Work, unlike time, stops a search at the same answer on every machine.
    """

    until: float
    work: int | None = None

    @property
    def seconds(self) -> float:
        """Seconds left, none below 0."""
        return max(0.0, self.until - time.time())

    def nodes(self, columns: int) -> int | None:
        """Branch-and-bound nodes for a search through so many columns."""
        if self.work is None:
            return None
        return min(max(20, self.work // max(1, columns)), MOST_NODES)


class Search:
    """Costs to minimise one after the other over one set of choices.

    Parameters
    ----------
    rows
        Constraints.
    columns
        How many columns there are.
    serves
        Which columns serve each unit, a row of ones a unit; see `minimise`.

    Attributes
    ----------
    hurried
        Whether time stopped the bettering of a choice, so that another run may start elsewhere.
    """

    def __init__(self, rows: Rows, columns: int, serves: Rows | None = None) -> None:
        self.rows = rows
        self.serves = serves
        self.columns = columns
        self._alive = np.arange(columns)
        self._eased: Relaxation | None = None
        self._was_polished = False
        self._held: list[int] = []
        self.hurried = False

    @property
    def open(self) -> int:
        """How many columns are not settled by what is held."""
        return len(self._alive)

    def minimise(
        self,
        cost: Ints,
        limits: Limits,
        start: Bools | None = None,
        least: int | None = None,
        *,
        alone: bool = False,
    ) -> Answer:
        """Search for the least cost.

        Parameters
        ----------
        cost
            Shape (columns,), integers.
        start
            A solution to begin with; it is returned if nothing better is found.
        least
            What is proven that no solution is below, if that is known.
        alone
            All costs so far are about which units are served, not how. If no others than those of
            `start` come to as little, they are settled, and the costs held so far need not be
            minded any more: equations of areas are what takes long in the costs that follow.
        """
        proven = least
        best = start if start is not None and self.rows.hold(start) else None
        self._eased = None
        self._was_polished = False
        if not len(self._alive):
            return self._nothing()
        step = int(np.gcd.reduce(cost[self._alive])) or 1
        known: int | None = None
        size, cuts = CORE if limits.work is None else LIMITED_CORE, 0
        while limits.seconds > 0:
            eased = relax(self._programme(cost, self._alive), limits.seconds)
            if eased == "infeasible" and best is None:
                return Answer("infeasible", None, None, None)
            if isinstance(eased, str):
                break
            self._eased = eased
            known = least = max(_up(eased.value, step), -(2**62) if proven is None else proven)
            if best is not None and _value(cost, best) <= least:
                return _answer(cost, best, least)
            if best is not None and not cuts:
                best, answer = self._bettered(cost, best, eased, limits, least, alone=alone)
                if answer is not None:
                    return answer
            # Taking a column that costs more than this can't better the best plan.
            useful = np.inf if best is None else _value(cost, best) - step / 2 - eased.value
            near, width = _core(eased, useful, size)
            if best is not None:
                near |= best[self._alive]
            core = self._alive[near]
            found = self._search_core(cost, core, best, limits)
            broken = None if found.point is None else self.rows.cuts(found.point)
            if broken is not None and len(broken):
                self.rows = self.rows.joined(broken)
                cuts += 1
                if limits.work is None or cuts < MOST_CUTS:
                    continue
                return _answer(cost, best, least)
            best = _better(cost, best, found.point)
            # What is left out can't better the best plan, or costs at least so much.
            outside = None if width is None else _up(eased.value + width, step)
            ended = _ended(cost, best, found, least, outside)
            if ended is not None:
                return ended
            if limits.work is not None and best is not None:
                return _answer(cost, best, least)
            size *= GROWTH
        return _answer(cost, best, known)

    def _polished(
        self, cost: Ints, best: Bools, eased: Relaxation, limits: Limits, least: int
    ) -> Bools:
        """Better a large programme's choice by neighbourhoods first, in a part of the time."""
        useful = _value(cost, best) - eased.value
        if _within(eased, useful).sum() <= CORE or self._was_polished:
            return best
        self._was_polished = True
        until = time.time() + POLISHING * limits.seconds
        polish = Polish(self._programme(cost, self._alive), eased, useful)
        found = best.copy()
        found[self._alive] = polish.better(best[self._alive], Limits(until), least)
        self.hurried |= time.time() >= until
        return found

    def _bettered(
        self,
        cost: Ints,
        best: Bools,
        eased: Relaxation,
        limits: Limits,
        least: int,
        *,
        alone: bool,
    ) -> tuple[Bools, Answer | None]:
        """Better a choice before the search; give the answer too where that needs no search."""
        if limits.work is None:
            best = self._polished(cost, best, eased, limits, least)
            if _value(cost, best) <= least:
                return best, _answer(cost, best, least)
        if alone and self.serves is not None:
            return best, self._others(cost, best, eased, limits, least, self.serves)
        return best, None

    def _others(
        self,
        cost: Ints,
        best: Bools,
        eased: Relaxation,
        limits: Limits,
        least: int,
        serves: Rows,
    ) -> Answer | None:
        """Search for other units that cost no more; None when there is too much to search.

        It is the search for a better choice with these units cut off, and its failure says more.
        """
        value = _value(cost, best)
        core = self._alive[_within(eased, value - eased.value) | best[self._alive]]
        if len(core) > ALONE:
            return None
        served = serves.sums(best) > 0
        sign = np.where(served, 1, -1)[serves.row]
        apart = np.bincount(serves.column, sign, self.columns)[core].astype(np.int64)
        listed = np.flatnonzero(cost[core]), np.flatnonzero(apart)
        other = Rows(
            np.cumsum([0, *map(len, listed)]),
            np.concatenate(listed),
            np.concatenate([cost[core][listed[0]], apart[listed[1]]]),
            np.array([value, int(served.sum()) - 1]),
        )
        rows = self.rows.restricted(core, self.columns).joined(other)
        found = search(Programme(cost[core], rows), None, limits.seconds, limits.nodes(len(core)))
        if found.status == "infeasible":
            self._settle(serves, served)
            return _answer(cost, best, value)
        if found.point is None:
            return _answer(cost, best, least)
        point = np.zeros(self.columns, bool)
        point[core] = found.point
        if not self.rows.hold(point) or _value(cost, point) > value:
            return None  # let through by floating point: the usual search cuts it off
        inside = least if found.bound is None else max(least, found.bound)
        return _answer(cost, _better(cost, best, point), inside)

    def _settle(self, serves: Rows, served: Bools) -> None:
        """Serve exactly these units from now on, instead of what was held of their sums."""
        keep = ~np.isin(np.arange(len(self.rows)), self._held)
        needed = serves.take(served)
        must = Rows(needed.start, needed.column, -needed.weight, np.full(len(needed), -1))
        self.rows = self.rows.take(keep).joined(must)
        self._held = []
        out = serves.column[~served[serves.row]]
        self._alive = self._alive[~np.isin(self._alive, out)]
        self._eased = None
        self.serves = None

    def _nothing(self) -> Answer:
        """Answer when no column is left: nothing is chosen, if that is a choice."""
        nothing = np.zeros(self.columns, bool)
        if self.rows.hold(nothing):
            return Answer("optimal", nothing, 0, 0)
        return Answer("infeasible", None, None, None)

    def programme(self, cost: Ints) -> Programme:
        """Give what is left of the programme for a cost: the columns that are not settled."""
        return self._programme(cost, self._alive)

    def accept(self, cost: Ints, eased: Relaxation) -> Answer | None:
        """Take a relaxation of `programme` that is a choice; None when it is none.

        That is a point in zeros and ones that keeps every row exactly.
        """
        ones = eased.point > 0.5
        if np.abs(eased.point - ones).max(initial=0) > WHOLE:
            return None
        chosen = np.zeros(self.columns, bool)
        chosen[self._alive] = ones
        if not self.rows.hold(chosen):
            return None
        self._eased = eased
        return _answer(cost, chosen, _value(cost, chosen))

    def hold(self, cost: Ints, value: int) -> None:
        """Keep ``cost @ x <= value`` from now on; the cost just minimised, at what was reached.

        Columns that the relaxation prices above `value` are settled with it.
        """
        at = np.flatnonzero(cost)
        if not len(at):
            return
        row = Rows(np.array([0, len(at)]), at, cost[at], np.array([value], np.int64))
        if self.serves is not None:
            self._held.append(len(self.rows))
        self.rows = self.rows.joined(row)
        if self._eased is not None:
            self._alive = self._alive[_within(self._eased, value - self._eased.value)]

    def _search_core(self, cost: Ints, core: Ints, best: Bools | None, limits: Limits) -> Found:
        """Search with every column left out that is not in the core."""
        found = search(
            self._programme(cost, core),
            None if best is None else best[core],
            limits.seconds,
            limits.nodes(len(core)),
        )
        if found.point is None:
            return found
        point = np.zeros(self.columns, bool)
        point[core] = found.point
        return Found(found.status, point, found.bound)

    def _programme(self, cost: Ints, columns: Ints) -> Programme:
        return Programme(cost[columns], self.rows.restricted(columns, self.columns))


def _core(eased: Relaxation, useful: float, size: int) -> tuple[Bools, float | None]:
    """Choose the `size` cheapest columns of those that could better the best plan.

    Returns
    -------
    Which columns, and the least price of a useful one left out; None when all are in.
    """
    near = _within(eased, useful)
    if near.sum() <= size:
        return near, None
    order = np.argsort(np.where(near, eased.price, np.inf), kind="stable")
    near[order[size:]] = False
    return near, float(eased.price[order[size]])


def _within(eased: Relaxation, width: float) -> Bools:
    """Tell which columns cost at most `width` to take, with room for rounding."""
    return np.asarray(eased.price <= width + 1e-6 * max(1.0, abs(eased.value)))


def _ended(
    cost: Ints, best: Bools | None, found: Found, least: int, outside: int | None
) -> Answer | None:
    """Conclude from a core's search; None when columns left out could still be better."""
    if found.status == "stopped":
        inside = least if found.bound is None else max(least, found.bound)
        return _answer(cost, best, inside if outside is None else min(inside, outside))
    if best is None:
        return Answer("infeasible", None, None, None) if outside is None else None
    if outside is None or _value(cost, best) <= outside:
        return _answer(cost, best, _value(cost, best))
    return None


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
