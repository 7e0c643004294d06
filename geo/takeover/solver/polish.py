"""A choice bettered neighbourhood by neighbourhood: the rest held, a small programme solved.

Columns that narrow rows join to a seed are let go, all others stay as they are, and HiGHS
searches among those let go: large neighbourhood search (Shaw 1998), with neighbourhoods grown
along rows. What it finds keeps every row exactly and is taken only if it costs less, so a choice
never gets worse. Seeds and node limits are fixed: unless time runs out, the same choice comes out
on every machine.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

import numpy as np

from geo.takeover.solver.highs import Programme, Relaxation, search
from geo.takeover.solver.rows import Bools, Ints, Rows

SIZE: Final = 800
"""Columns let go at once; twice as many in the second round, and so on."""

WIDE: Final = 400
"""Entries of a row beyond which it joins too much to grow along: a target, a budget."""

NODES: Final = 30
"""Branch-and-bound nodes for one neighbourhood."""

FINE: Final = 1e6
"""Largest entry of what neighbourhoods minimise where it is not the cost itself."""

ROUNDS: Final = 3
"""Rounds at most over all neighbourhoods."""


class Clock(Protocol):
    """What tells how much time is left."""

    @property
    def seconds(self) -> float:
        """Seconds left."""


class Polish:
    """Neighbourhoods of one programme.

    Parameters
    ----------
    eased
        Its linear relaxation: columns with a low price are let go first.
    useful
        Price above which a column can't better the choice.
    """

    def __init__(self, programme: Programme, eased: Relaxation, useful: float) -> None:
        self.rows, self.cost, self.price = programme.rows, programme.cost, eased.price
        self.usable = eased.price <= useful
        self.of_column = _by_column(self.rows, len(self.cost))
        narrow = self.rows.take(np.diff(self.rows.start) <= WIDE)
        self.by_row = _Lines(narrow.start, narrow.column, narrow.weight)
        self.by_column = _by_column(narrow, len(self.cost))
        lightest = np.zeros(len(self.rows), np.int64)
        np.minimum.at(lightest, self.rows.row, self.rows.weight)
        self.packing = lightest >= 0
        self.aim = self._aim(eased)

    def _aim(self, eased: Relaxation) -> Ints:
        """Give what neighbourhoods minimise: the cost less what going beyond a target is worth.

        A need of a whole division can't be bettered by few columns; by its price in the
        relaxation each neighbourhood puts something by, until a column can be spared.
        """
        heaviest = np.full(len(self.rows), -1, np.int64)
        np.maximum.at(heaviest, self.rows.row, self.rows.weight)
        asking = (np.diff(self.rows.start) > WIDE) & (heaviest < 0) & (eased.dual > 0)
        if not asking.any():
            return self.cost
        worth = np.where(asking, eased.dual, 0.0)[self.rows.row] * self.rows.weight
        aim = self.cost + np.bincount(self.rows.column, worth, len(self.cost))
        whole: Ints = np.rint(aim * (FINE / max(1e-9, float(np.abs(aim).max())))).astype(np.int64)
        return whole

    def better(self, chosen: Bools, clock: Clock, least: int) -> Bools:
        """Give a choice that costs no more.

        Stops at `least`, when a round betters nothing, or when time is up.
        """
        best = chosen
        for turn in range(ROUNDS):
            before = int(self.aim[chosen].sum())
            seen = np.zeros(len(self.cost), bool)
            for seed in self._seeds(chosen):
                if clock.seconds <= 0:
                    break
                if seen[seed]:
                    continue
                free = self._around(seed, SIZE * (1 + turn), chosen)
                seen[free[: len(free) // 2]] = True
                chosen = self._searched(chosen, free, clock)
                if self.aim is self.cost and int(self.cost[chosen].sum()) <= least:
                    return chosen
            chosen = self._spared(chosen)
            if self.cost[chosen].sum() < self.cost[best].sum():
                best = chosen
            if int(self.aim[chosen].sum()) >= before or clock.seconds <= 0:
                break
        return best

    def _spared(self, chosen: Bools) -> Bools:
        """Leave out what every row holds without: what the aim would miss least first."""
        if self.aim is self.cost:
            return chosen
        out, sums = chosen.copy(), self.rows.sums(chosen)
        listed = np.flatnonzero(chosen & (self.cost > 0))
        for column in listed[np.argsort(-self.aim[listed], kind="stable")].tolist():
            at = slice(self.of_column.start[column], self.of_column.start[column + 1])
            rows, weight = self.of_column.entry[at], self.of_column.weight[at]
            if (sums[rows] - weight <= self.rows.limit[rows]).all():
                sums[rows] -= weight
                out[column] = False
        return out

    def _seeds(self, chosen: Bools) -> list[int]:
        """Give what is chosen; then what the relaxation would like to choose."""
        wanted = ~chosen & self.usable & (self.price <= 0)
        listed: list[int] = np.concatenate(
            [np.flatnonzero(chosen), np.flatnonzero(wanted)]
        ).tolist()
        return listed

    def _around(self, seed: int, size: int, chosen: Bools) -> Ints:
        """Give the columns near a seed, ring by ring; of the last the chosen and the cheap."""
        inside = np.zeros(len(self.cost), bool)
        inside[seed] = True
        ring = np.array([seed])
        listed, count = [ring], 1
        while len(ring) and count < size:
            rows = np.unique(self.by_column.entry[self.by_column.at(ring)])
            near = np.unique(self.by_row.entry[self.by_row.at(rows)])
            near = near[~inside[near] & (self.usable[near] | chosen[near])]
            if count + len(near) > size:
                order = np.lexsort((near, self.price[near], ~chosen[near]))
                near = near[order[: size - count]]
            inside[near] = True
            listed.append(near)
            count += len(near)
            ring = near
        return np.concatenate(listed)

    def _searched(self, chosen: Bools, free: Ints, clock: Clock) -> Bools:
        """Search among free columns with the others held; the same choice if none is better."""
        held = chosen.copy()
        held[free] = False
        free = np.sort(free)
        rows, packing = self._left(free, held)
        # What is too heavy for the room that is left can't be taken.
        heavy = packing[rows.row] & (rows.weight > rows.limit[rows.row])
        blocked = np.zeros(len(free), bool)
        blocked[rows.column[heavy]] = True
        keep = np.flatnonzero(~blocked)
        core = free[keep]
        programme = Programme(self.aim[core], rows.restricted(keep, len(free)))
        start = chosen[core]
        found = search(programme, start, clock.seconds, NODES, quick=True)
        if found.point is None or self.aim[core[found.point]].sum() >= self.aim[core[start]].sum():
            return chosen
        held[core] = found.point
        return held if self.rows.hold(held) else chosen

    def _left(self, free: Ints, held: Bools) -> tuple[Rows, Bools]:
        """Give the rows of free columns, their limits less what is held; and which only pack."""
        at = self.of_column.at(free)
        local = np.repeat(np.arange(len(free)), np.diff(self.of_column.start)[free])
        row, weight = self.of_column.entry[at], self.of_column.weight[at]
        order = np.argsort(row, kind="stable")
        touched, size = np.unique(row, return_counts=True)
        limit = self.rows.limit - self.rows.sums(held)
        start = np.concatenate([[0], np.cumsum(size)])
        return Rows(start, local[order], weight[order], limit[touched]), self.packing[touched]


class _Lines(NamedTuple):
    """Entries of lines, one line after the other."""

    start: Ints
    entry: Ints
    weight: Ints

    def at(self, lines: Ints) -> Ints:
        """Give where the entries of some lines are, line by line."""
        size = np.diff(self.start)[lines]
        first = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
        return np.asarray(np.repeat(self.start[lines] - first, size) + np.arange(size.sum()))


def _by_column(rows: Rows, columns: int) -> _Lines:
    order = np.argsort(rows.column, kind="stable")
    size = np.bincount(rows.column, minlength=columns)
    start = np.concatenate([[0], np.cumsum(size)])
    return _Lines(start, rows.row[order], rows.weight[order])
