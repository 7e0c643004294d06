"""A quick plan bettered step by step: units put in, moved on, exchanged; never made worse.

Local search as for the generalised assignment problem (Martello and Toth 1990, ch. 7; Yagiura,
Ibaraki and Glover 2004): *insert* a unit where it fits; *eject* another to a further host to make
room; *exchange* it for one that is worth less; *refill* a host with the best of what it has and
what nobody has. For a need, the plan is then thinned: what is not needed goes, and a larger unit
takes the place of smaller ones.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from geo.takeover.solver.filling import Filling
from geo.takeover.solver.goals import Goal
from geo.takeover.solver.reduce import slack_hosts
from geo.takeover.solver.rows import Ints
from geo.takeover.solver.units import Edges, Units

PASSES: Final = 8
"""Rounds at most over all units."""

TRIES: Final = 2_000
"""Sets at most that are looked at when a host is refilled."""


def worth(filling: Filling, goal: Goal) -> tuple[int, int]:
    """Say what a plan is worth: what it gains (towards the needs), and how little it takes."""
    return _Task(filling, goal).worth()


def measure(units: Units, goal: Goal) -> Ints:
    """Give what each unit is worth to a goal."""
    first = goal.tiers[0]
    whole: Ints = getattr(units, first[1:]) if first in {"-weight", "-households"} else units.gain
    return whole


def improved(filling: Filling, goal: Goal) -> Filling:
    """Better a plan, as it stands, until no step does; it is worth no less then."""
    before, host_of = worth(filling, goal), filling.edge_of.copy()
    _Task(filling, goal).run()
    if worth(filling, goal) < before:
        filling.become(host_of)
    return filling


def onto(edges: Edges, filling: Filling) -> Ints:
    """Give a plan's hosts by unit, made of some edges only (`reduce.needed_edges`).

    A unit that went by another edge goes to a slack host, which has room for all that could come.
    """
    units, out = filling.units, filling.host_of
    wide = len(units.host_index) + 1
    kept = np.isin(np.arange(len(out)) * wide + out, edges.unit * wide + edges.host)
    lost = (out >= 0) & ~kept
    if lost.any():
        free = np.flatnonzero(slack_hosts(units, edges)[edges.host])
        place = np.full(len(out), -1)
        place[edges.unit[free][::-1]] = edges.host[free][::-1]
        out[lost] = place[lost]
    return out


class _Task:
    """A plan on its way to a better one."""

    def __init__(self, filling: Filling, goal: Goal) -> None:
        self.filling, self.goal = filling, goal
        units = filling.units
        self.value = measure(units, goal).tolist()
        self.gain = units.gain.tolist()
        self.needs = [max(0, need) for need in (goal.need, *goal.child_need)]
        self.adds = self._adds()
        self.got = [0] * len(self.needs)
        self.total = 0
        for unit, edge in enumerate(filling.edge_of):
            if edge >= 0:
                self._count(unit, 1)
        self.journal: list[tuple[int, int]] = []
        self._by_host: dict[int, list[tuple[int, int]]] = {}

    def _adds(self) -> list[list[tuple[int, int]]]:
        """Give what each unit adds to each need, by place in `needs`."""
        units, problem = self.filling.units, self.filling.units.problem
        found: list[dict[int, int]] = [{0: gain} for gain in self.gain]
        if self.goal.child_need:
            for candidate, (label, gain) in enumerate(
                zip(problem.child.tolist(), problem.gain.tolist(), strict=True)
            ):
                if 0 <= label < len(self.goal.child_need):
                    of = found[int(units.unit_of[candidate])]
                    of[label + 1] = of.get(label + 1, 0) + gain
        return [list(of.items()) for of in found]

    def worth(self) -> tuple[int, int]:
        """See `worth`."""
        if not self.goal.asks:
            return self.total, -self._price()
        return sum(map(min, self.got, self.needs)), -self._price()

    def _price(self) -> int:
        filling = self.filling
        if self.goal.tiers[0] == "cost":
            fees = (filling.fee[edge] for edge in filling.edge_of if edge >= 0)
            opened = zip(filling.setup, filling.taken, strict=True)
            return int(sum(fees) + sum(setup for setup, taken in opened if taken))
        return int(self.filling.units.count[np.array(filling.edge_of) >= 0].sum())

    def run(self) -> None:
        """Better the plan: first what it gains; where it gains enough, what it takes."""
        if not self.goal.asks or not self._reached():
            self._grow()
        if self.goal.asks and self._reached():
            self._thin()
            for _ in range(PASSES):
                if not self._trade():
                    break
                self._thin()

    # Steps ---------------------------------------------------------------------------------

    def _put(self, unit: int, edge: int) -> None:
        self.filling.put(unit, edge)
        self._count(unit, 1)
        self.journal.append((unit, -1))

    def _drop(self, unit: int) -> None:
        edge = self.filling.drop(unit)
        self._count(unit, -1)
        self.journal.append((unit, edge))

    def _undo(self, length: int) -> None:
        while len(self.journal) > length:
            unit, edge = self.journal.pop()
            if edge < 0:
                self.filling.drop(unit)
                self._count(unit, -1)
            else:
                self.filling.put(unit, edge)
                self._count(unit, 1)

    def _count(self, unit: int, sign: int) -> None:
        self.total += sign * self.value[unit]
        for place, gain in self.adds[unit]:
            self.got[place] += sign * gain

    def _reached(self) -> bool:
        return all(got >= need for got, need in zip(self.got, self.needs, strict=True))

    def _left(self) -> list[int]:
        """Give the units that nobody has, by falling value."""
        edge_of, value = self.filling.edge_of, self.value
        left = [unit for unit in self.filling.options if edge_of[unit] < 0]
        return sorted(left, key=lambda unit: (-value[unit], unit))

    def _grow(self) -> None:
        for _ in range(PASSES):
            before = self.total
            for unit in self._left():
                if not (self._insert(unit) or self._eject(unit)):
                    self._exchange(unit)
                if self.goal.asks and self._reached():
                    return
            for host in range(len(self.filling.taken)):
                self._refill(host)
            if self.total == before:
                return

    def _insert(self, unit: int) -> bool:
        edge = self.filling.best_edge(unit)
        if edge >= 0:
            self._put(unit, edge)
        return edge >= 0

    def _eject(self, unit: int) -> bool:
        """Move one unit of a host on to another host, so that this one fits."""
        filling = self.filling
        for edge in filling.options[unit]:
            host = filling.host[edge]
            lacks = filling.load[edge] - filling.spare[host]
            for other in sorted(filling.taken[host], key=filling.homes_of.__getitem__):
                if filling.load[filling.taken[host][other]] < lacks or other in filling.locked:
                    continue
                mark = len(self.journal)
                self._drop(other)
                if filling.fits(unit, edge):
                    self._put(unit, edge)
                    further = filling.best_edge(other, but=host)
                    if further >= 0:
                        self._put(other, further)
                        return True
                self._undo(mark)
        return False

    def _exchange(self, unit: int) -> bool:
        """Take the place of the unit that is worth least, of those that are worth less."""
        filling, value = self.filling, self.value
        found = []
        for edge in filling.options[unit]:
            host = filling.host[edge]
            lacks = filling.load[edge] - filling.spare[host]
            found += [
                (value[other], other, edge)
                for other, by in filling.taken[host].items()
                if value[other] < value[unit]
                and filling.load[by] >= lacks
                and other not in filling.locked
            ]
        for _, other, edge in sorted(found):
            mark = len(self.journal)
            self._drop(other)
            if filling.fits(unit, edge):
                self._put(unit, edge)
                return True
            self._undo(mark)
        return False

    def _refill(self, host: int) -> None:
        """Fill a host with the best set of what it has and what nobody has."""
        filling, value = self.filling, self.value
        own = filling.taken[host]
        if len(own) > 60 or self.filling.purse is not None:
            return
        free = [unit for unit in own if unit not in filling.locked]
        new = {
            unit: edge
            for unit, edge in self._offers(host)
            if filling.edge_of[unit] < 0 and value[unit] > 0
        }
        edge_at = {unit: own[unit] for unit in free} | new
        if len(edge_at) == len(free):
            return
        order = sorted(edge_at, key=lambda unit: (-value[unit], unit))
        room = filling.spare[host] + sum(filling.load[own[unit]] for unit in free)
        best = _best_fill(
            [value[unit] for unit in order], [filling.load[edge_at[unit]] for unit in order], room,
            sum(value[unit] for unit in free),
        )  # fmt: skip
        if best is None:
            return
        mark = len(self.journal)
        for unit in free:
            self._drop(unit)
        for place in best:
            unit = order[place]
            if not filling.fits(unit, edge_at[unit]):
                self._undo(mark)  # too many households, or too much for the company
                return
            self._put(unit, edge_at[unit])

    def _offers(self, host: int) -> list[tuple[int, int]]:
        if not self._by_host:
            for unit, options in self.filling.options.items():
                for edge in options:
                    self._by_host.setdefault(self.filling.host[edge], []).append((unit, edge))
        return self._by_host.get(host, [])

    def _thin(self) -> None:
        """Leave out what the needs are met without: the dearest, or the smallest, first."""
        filling = self.filling
        taken = [unit for unit, edge in enumerate(filling.edge_of) if edge >= 0]
        if self.goal.tiers[0] == "cost":
            fee = filling.fee
            taken.sort(key=lambda unit: (-fee[filling.edge_of[unit]], self.gain[unit], unit))
        else:
            taken.sort(key=lambda unit: (self.gain[unit], unit))
        for unit in taken:
            if unit in filling.locked or not self._spared(unit):
                continue
            self._drop(unit)

    def _spared(self, unit: int) -> bool:
        return all(self.got[k] - gain >= self.needs[k] for k, gain in self.adds[unit])

    def _trade(self) -> bool:
        """Put larger units in for smaller ones, or one for several; tell whether it bettered."""
        if self.goal.tiers[0] != "count":
            return False
        size = self.filling.units.count.tolist()
        before = self._price(), -self.got[0]
        for unit in self._left():
            mark = len(self.journal)
            if self._exchange(unit) and self._counted(mark, size) > 0:
                self._undo(mark)
        small = [unit for unit, edge in enumerate(self.filling.edge_of) if edge >= 0]
        small.sort(key=lambda unit: (self.gain[unit], unit))
        for unit in self._left():
            mark = len(self.journal)
            if not (self._insert(unit) or self._eject(unit)):
                continue
            for other in small:
                if self.filling.edge_of[other] < 0 or other == unit:
                    continue
                if other in self.filling.locked or not self._spared(other):
                    break
                self._drop(other)
            if self._counted(mark, size) >= 0:
                self._undo(mark)
        return (self._price(), -self.got[0]) < before

    def _counted(self, mark: int, size: list[int]) -> int:
        """Give how many more are taken since a point of the journal."""
        return sum(size[unit] * (1 if edge < 0 else -1) for unit, edge in self.journal[mark:])


def _best_fill(value: list[int], load: list[int], room: int, least: int) -> list[int] | None:
    """Find a set worth more than `least` that fits; by depth first search, the best of `TRIES`.

    Returns
    -------
    Places; None when there is none that is worth more.
    """
    rest = [0] * (len(value) + 1)
    for place in range(len(value) - 1, -1, -1):
        rest[place] = rest[place + 1] + value[place]
    best: list[int] | None = None
    stack: list[tuple[int, int, int, tuple[int, ...]]] = [(0, room, 0, ())]
    tries = 0
    while stack and tries < TRIES:
        place, left, sum_, taken = stack.pop()
        tries += 1
        if sum_ > least:
            least, best = sum_, list(taken)
        if place == len(value) or sum_ + rest[place] <= least:
            continue
        stack.append((place + 1, left, sum_, taken))
        if load[place] <= left:
            stack.append((place + 1, left - load[place], sum_ + value[place], (*taken, place)))
    return best
