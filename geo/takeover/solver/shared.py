"""One target over many parts: what each part gives at a price, combined exactly.

A target joins parts that have nothing else in common. With a price on what it asks for, each part
is a small programme of its own (Lagrangian relaxation; Geoffrion 1974), and the sum of what they
come to is a bound that no plan is below. Each answer is a *point* of its part: a cost, what it
gains, the columns. The master programme takes one point a part so that the target is met; its
relaxation gives the next price (Dantzig and Wolfe 1960), until bound and relaxation meet.

What is then left between the best combination and the bound lies between points. Where the cost
is a count it is closed: each part's *frontier*, the most it gains with k takeovers, is bounded
from above by the prices; the combination of these bounds that costs least is asked for where it is
not known exactly, until it is a plan (`Shared._closed`). A limit leaves what is known by then.
"""

from __future__ import annotations

import time
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from geo.takeover.solver.highs import Programme, relax
from geo.takeover.solver.integer import Limits, Search
from geo.takeover.solver.job import WORK, jobs, parts_of, run
from geo.takeover.solver.rows import Bools, Ints, RowMaker, Rows, grouped

TURNS: Final = 12
"""Prices at most."""

ROUNDS: Final = 30
"""Combinations of bounds at most."""

LARGEST: Final = 10**10
"""Largest entry of what parts minimise at a price."""

COUNTED: Final = 64
"""Cost of a part at most up to which its frontier is looked at step by step."""


class Price(NamedTuple):
    """Parts minimise ``of_cost * cost - of_gain * gain``; both whole, `of_cost` positive."""

    of_cost: int
    of_gain: int


class Point(NamedTuple):
    """What a part can do: a cost, a gain, and the columns that are chosen of it."""

    cost: int
    gain: int
    columns: Ints


@dataclass(frozen=True)
class Combined:
    """The cheapest combination found, and what none is below."""

    chosen: Bools
    value: int
    bound: int
    late: bool


class Shared:
    """Parts that one row joins.

    Parameters
    ----------
    rows
        Of all the parts.
    target
        Place of the row that joins them: it asks for a gain.
    cost
        Shape (columns,), not negative.
    """

    def __init__(
        self, rows: Rows, target: int, cost: Ints, until: float, executor: Executor | None
    ) -> None:
        at = slice(rows.start[target], rows.start[target + 1])
        self.gain = np.zeros(len(cost), np.int64)
        self.gain[rows.column[at]] = -rows.weight[at]
        self.need = -int(rows.limit[target])
        self.rows = rows.take(np.arange(len(rows)) != target)
        self.cost, self.until, self.executor = cost, until, executor
        label = parts_of(self.rows, len(cost))
        self.part: Ints = np.unique(label, return_inverse=True)[1]
        self.parts = int(self.part.max(initial=-1)) + 1
        self.points: list[dict[tuple[int, int], Point]] = [{} for _ in range(self.parts)]
        self.late = False
        self._prices: dict[Price, Ints] = {}
        self._most: list[dict[int, int]] = [{} for _ in range(self.parts)]
        self._cap = np.zeros(self.parts, np.int64)
        self._add_nothing()

    @property
    def seconds(self) -> float:
        """Seconds left."""
        return max(0.0, self.until - time.time())

    def combined(self, start: Bools) -> Combined | None:
        """Combine the parts, from a plan that keeps every row but for the target.

        None when no combination is found that reaches it.
        """
        self._add(start)
        eased = relax(Programme(-self.gain, self.rows), self.seconds)
        if isinstance(eased, str):
            return None
        most = np.bincount(self.part, eased.point * self.gain, self.parts)
        self._cap = np.ceil(most * (1 + 1e-6)).astype(np.int64)
        if int(self._cap.sum()) < self.need:
            return None
        if int(self.gain[start].sum()) < self.need:
            start, _ = self._minimised(self.rows, -self.gain, start)
            self._add(start)
        best = self._priced(start)
        if best is None:
            return None
        bound = self._bound()
        if best.value > bound and self._countable():
            best, bound = self._closed(best, bound)
        return Combined(best.chosen, best.value, min(bound, best.value), self.late)

    # Points --------------------------------------------------------------------------------

    def _add_nothing(self) -> None:
        """Where no row of a part asks for anything, it may do nothing."""
        asking = np.zeros(self.parts, bool)
        filled = np.flatnonzero((np.diff(self.rows.start) > 0) & (self.rows.limit < 0))
        asking[self.part[self.rows.column[self.rows.start[filled]]]] = True
        nothing = np.zeros(0, np.int64)
        for part in np.flatnonzero(~asking).tolist():
            self.points[part][0, 0] = Point(0, 0, nothing)

    def _add(self, chosen: Bools) -> None:
        """Keep what each part does in a plan."""
        at = np.flatnonzero(chosen)
        of = self.part[at]
        cost = np.zeros(self.parts, np.int64)
        gain = cost.copy()
        np.add.at(cost, of, self.cost[at])
        np.add.at(gain, of, self.gain[at])
        for part, columns in enumerate(grouped(of, at, self.parts)):
            if len(columns):
                key = int(cost[part]), int(gain[part])
                self.points[part].setdefault(key, Point(*key, columns))

    def _minimised(self, rows: Rows, cost: Ints, start: Bools | None) -> tuple[Bools, Ints]:
        """Minimise a cost in every part; give the choice, and a bound for each part."""
        share = time.time() + 0.5 * self.seconds
        packed = jobs(rows, [cost], np.arange(len(cost)), start, share, 1)
        chosen = np.zeros(len(cost), bool)
        bound = np.zeros(self.parts, np.int64)
        outcomes = run([job for _, job in packed], self.executor)
        for (columns, job), outcome in zip(packed, outcomes, strict=True):
            chosen[columns] = outcome.chosen
            firsts = np.unique(job.part, return_index=True)[1]
            np.add.at(bound, self.part[columns[firsts]], outcome.bounds[0])
            self.late |= outcome.late
        return chosen, bound

    # Prices --------------------------------------------------------------------------------

    def _priced(self, start: Bools) -> _Best | None:
        """Ask the parts at one price after the other; give the best combination of the answers."""
        for _ in range(TURNS):
            price = self._price()
            if price is None or price in self._prices or self.seconds <= 0:
                break
            cost = price.of_cost * self.cost - price.of_gain * self.gain
            chosen, self._prices[price] = self._minimised(self.rows, cost, start)
            self._add(chosen)
        return self._cheapest()

    def _price(self) -> Price | None:
        """Give what a unit of the target costs by the master's relaxation."""
        listed = self._listed()
        master = self._master(listed)
        eased = relax(master, self.seconds)
        if isinstance(eased, str):
            return None
        worth = max(float(eased.dual[0]), 1e-15)
        scale = max(int(self.cost.max(initial=1)), worth * int(self.gain.max(initial=1)))
        of_cost = max(1, int(LARGEST / scale))
        return Price(of_cost, max(1, round(worth * of_cost)))

    def _bound(self) -> int:
        """Give what no combination costs less than, by the prices asked."""
        found = 0
        for price, least in self._prices.items():
            total = price.of_gain * self.need + int(least.sum())
            found = max(found, -(-total // price.of_cost))
        return found

    # The master ----------------------------------------------------------------------------

    def _listed(self) -> list[tuple[int, Point]]:
        """Give the points that no other of their part beats in both cost and gain."""
        listed = []
        for part, points in enumerate(self.points):
            most: int | None = None
            for key in sorted(points, key=lambda key: (key[0], -key[1])):
                if most is None or key[1] > most:
                    most = key[1]
                    if points[key].columns.size:
                        listed.append((part, points[key]))
        return listed

    def _master(self, listed: list[tuple[int, Point]]) -> Programme:
        """One point a part, the target met."""
        part = np.array([part for part, _ in listed], np.int64)
        cost = np.array([point.cost for _, point in listed], np.int64)
        gain = np.array([point.gain for _, point in listed], np.int64)
        return Programme(cost, self._choosing(part, gain))

    def _choosing(self, part: Ints, gain: Ints) -> Rows:
        """Write the rows of a master: the target, then one or none of each part."""
        maker = RowMaker()
        maker.add(np.arange(len(part)), -gain, -self.need)
        for of, columns in enumerate(grouped(part, np.arange(len(part)), self.parts)):
            if len(columns):
                maker.add(columns, 1, 1)
            if (0, 0) not in self.points[of]:
                maker.add(columns, -1, -1)
        return maker.rows()

    def _cheapest(self, least: int | None = None) -> _Best | None:
        """Give the cheapest combination of points."""
        listed = self._listed()
        master = self._master(listed)
        search = Search(master.rows, len(listed))
        limits = Limits(self.until, WORK)
        answer = search.minimise(master.cost, limits, None, least)
        if answer.chosen is None:
            return None
        chosen = np.zeros(len(self.cost), bool)
        for place in np.flatnonzero(answer.chosen).tolist():
            chosen[listed[place][1].columns] = True
        return _Best(chosen, int(self.cost[chosen].sum()))

    # The frontier --------------------------------------------------------------------------

    def _countable(self) -> bool:
        """Tell whether costs are steps that can be looked at one by one."""
        free = self.gain[self.cost == 0]
        return bool(self._prices) and int(self.cost.max(initial=0)) <= COUNTED and not free.any()

    def _closed(self, best: _Best, bound: int) -> tuple[_Best, int]:
        """Bring bound and combination together by asking for what only bounds promise."""
        for _ in range(ROUNDS):
            if best.value <= bound or self.seconds <= 0:
                break
            part, count, most = self._promised(best.value - 1)
            search = Search(self._choosing(part, most), len(part))
            answer = search.minimise(count, Limits(self.until, WORK), None, bound)
            if answer.status == "infeasible":
                return best, best.value
            if answer.chosen is None or answer.bound is None:
                break
            bound = max(bound, min(answer.bound, best.value))
            asked = [
                (of, at)
                for of, at in zip(
                    part[answer.chosen].tolist(), count[answer.chosen].tolist(), strict=True
                )
                if at not in self._most[of]
            ]
            if not asked or best.value <= bound:
                break
            self._ask(asked)
            better = self._cheapest(bound)
            if better is not None and better.value < best.value:
                best = better
        return best, bound

    def _promised(self, most_cost: int) -> tuple[Ints, Ints, Ints]:
        """List what each part may gain at most with so many takeovers, as far as is known.

        Left out is what no combination of `most_cost` or less can have in it.
        """
        last, least = next(reversed(self._prices.items()))
        room = last.of_cost * most_cost - last.of_gain * self.need - int(least.sum())
        listed: list[tuple[Ints, Ints, Ints]] = []
        for part in range(self.parts):
            cap = int(self._cap[part])
            top = max(0, -(-(last.of_gain * cap + int(least[part])) // last.of_cost))
            count = np.arange(1, top + 1)
            most = np.full(top, cap)
            for price, bound in self._prices.items():
                by_price = (price.of_cost * count - int(bound[part])) // price.of_gain
                most = np.minimum(most, by_price)
            for at, known in self._most[part].items():
                most[:at] = np.minimum(most[:at], known)
            over = last.of_cost * count - last.of_gain * most - int(least[part])
            kept = (over <= room) & (most > 0)
            listed.append((np.full(int(kept.sum()), part), count[kept], most[kept]))
        of, counts, mosts = (np.concatenate(one) for one in zip(*listed, strict=True))
        return of, counts, mosts

    def _ask(self, asked: list[tuple[int, int]]) -> None:
        """Find the most that parts gain with so many takeovers each."""
        inside = np.isin(self.part, [part for part, _ in asked])
        maker = RowMaker()
        limits = dict(asked)
        for part in sorted(limits):
            mine = np.flatnonzero((self.part == part) & (self.cost > 0))
            maker.add(mine, self.cost[mine], limits[part])
        rows = self.rows.restricted(np.flatnonzero(inside), len(self.cost), cut=True)
        place = np.flatnonzero(inside)
        more = maker.rows().restricted(place, len(self.cost))
        chosen = np.zeros(len(self.cost), bool)
        share = time.time() + 0.5 * self.seconds
        packed = jobs(rows.joined(more), [-self.gain[place]], np.arange(len(place)), None, share, 1)
        outcomes = run([job for _, job in packed], self.executor)
        least = dict.fromkeys(limits, 0)
        for (columns, job), outcome in zip(packed, outcomes, strict=True):
            chosen[place[columns]] = outcome.chosen
            firsts = np.unique(job.part, return_index=True)[1]
            for column, value in zip(
                columns[firsts].tolist(), outcome.bounds[0].tolist(), strict=True
            ):
                least[int(self.part[place[column]])] += value
            self.late |= outcome.late
        self._add(chosen)
        for part, count in asked:
            self._most[part][count] = -least[part]


class _Best(NamedTuple):
    chosen: Bools
    value: int
