"""A problem and a goal as a zero-one programme: columns, rows and costs, all in integers.

Columns are of four kinds: a set that a host takes (`geo.takeover.solver.takes`); a single step of a
host that keeps rows, at a depth; a unit's fallback mode; and a switch of a host that keeps rows
(its set-up, or one of its bundles), which takes nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo.takeover.solver.goals import Goal
from geo.takeover.solver.reduce import needed_edges
from geo.takeover.solver.rows import Bools, Ints, RowMaker, Rows, grouped
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.takes import Desk, desks, takes
from geo.takeover.solver.units import Edges, Units, stays_out


class _Column(NamedTuple):
    """One column while the model is built; ``host`` or ``mode`` is -1."""

    units: tuple[int, ...]
    host: int
    mode: int
    load: int
    cost_fen: int
    way_mm: int


@dataclass(frozen=True)
class Model:
    """Columns, rows and costs of one problem and goal.

    Attributes
    ----------
    edges
        The edges that the columns are made of.
    start, unit
        Units of each column, one column after the other.
    host, mode
        Shape (columns,): place of the host, index of the fallback mode; -1 without.
    costs
        What each tier of the goal sums, shape (columns,), signs as minimised; and "-gain".
    asked
        Rows that ask for a target, and the label of the child each is for; -1 for the whole.
    """

    units: Units
    edges: Edges
    start: Ints
    unit: Ints
    host: Ints
    mode: Ints
    costs: dict[str, Ints]
    rows: Rows
    asked: dict[int, int]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.host)

    @property
    def serves(self) -> Rows:
        """Which columns serve each unit: a row of ones a unit."""
        column = np.repeat(np.arange(self.columns), np.diff(self.start))
        size = np.bincount(self.unit, minlength=len(self.units.members))
        order = np.argsort(self.unit, kind="stable")
        start = np.concatenate([[0], np.cumsum(size)])
        return Rows(start, column[order], np.ones(len(order), np.int64), np.ones(len(size), int))

    def by_unit(self, tiers: tuple[str, ...]) -> int:
        """Count the tiers, from the first on, that are about which units are served alone."""
        problem = self.units.problem
        plain = {"mode", "count", "gain", "households", "weight"}
        if not (problem.setup_fen.any() or problem.pair_cost_fen.any()):
            plain.add("cost")
        if problem.fallback is not None:
            return 0
        kinds = [tier.removeprefix("-") in plain for tier in tiers]
        return kinds.index(False) if False in kinds else len(kinds)


def build_model(units: Units, goal: Goal) -> Model:
    """Build the programme of a problem and a goal."""
    maker = RowMaker()
    columns: list[_Column] = []
    edges = needed_edges(units, goal)
    for desk in desks(units, edges):
        _add_desk(units, desk, columns, maker)
    columns.extend(_fallback(units))
    size = np.array([len(column.units) for column in columns], np.int64)
    unit = np.array([one for column in columns for one in column.units], np.int64)
    half = _Half(
        units,
        np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        unit,
        np.array([column.host for column in columns], np.int64),
        np.array([column.mode for column in columns], np.int64),
        np.array([column.load for column in columns], np.int64),
        np.array([column.cost_fen for column in columns], np.int64),
        np.array([column.way_mm for column in columns], np.int64),
    )
    _add_once(half, maker)
    _add_companies(half, maker)
    asked = _add_goal(half, goal, maker)
    _add_locks(half, maker)
    costs = {tier: half.cost(tier) for tier in ("-gain", *goal.tiers)}
    return Model(units, edges, half.start, unit, half.host, half.mode, costs, maker.rows(), asked)


@dataclass(frozen=True)
class _Half:
    """Columns before their rows are made."""

    units: Units
    start: Ints
    unit: Ints
    host: Ints
    mode: Ints
    load: Ints
    cost_fen: Ints
    way_mm: Ints

    def total(self, of_unit: Ints) -> Ints:
        """Sum a figure of units over each column, shape (columns,)."""
        running = np.concatenate([[0], np.cumsum(of_unit[self.unit])])
        return np.asarray(running[self.start[1:]] - running[self.start[:-1]])

    @property
    def column(self) -> Ints:
        """Which column each entry of `unit` is of."""
        return np.repeat(np.arange(len(self.host)), np.diff(self.start))

    @property
    def counts(self) -> Bools:
        """Which columns count in the share."""
        fallback = self.units.problem.fallback
        if fallback is None:
            return np.ones(len(self.mode), bool)
        return np.asarray((self.mode < 0) | np.append(fallback.counts, True)[self.mode])

    def cost(self, tier: str) -> Ints:
        """Give what a tier sums."""
        if tier.startswith("-"):
            return -self.cost(tier[1:])
        units = self.units
        if tier == "cost":
            return self.cost_fen + np.where(self.mode < 0, self.total(units.cost_fen), 0)
        if tier == "way":
            return self.way_mm
        if tier == "mode":
            return np.where(self.mode < 0, 0, (self.mode + 1) * self.total(units.count))
        if tier == "rank":
            fallback = units.problem.fallback
            hosts = len(units.host_index)
            wide = hosts + (0 if fallback is None else len(fallback.modes))
            place: Ints = np.where(self.mode < 0, self.host, hosts + self.mode)
            return self.total(units.rank) * wide + place * self.total(units.count)
        whole = self.total(getattr(units, tier))
        return np.where(self.counts, whole, 0) if tier == "gain" else whole


def _add_desk(units: Units, desk: Desk, columns: list[_Column], maker: RowMaker) -> None:
    listed = None if desk.plain and desk.slack(units) else takes(desk, units)
    if listed is None:
        _add_steps(units, desk, columns, maker)
        return
    edges = desk.edges
    unit, way = edges.unit.tolist(), edges.way_mm.tolist()
    load, cost = edges.load.tolist(), edges.cost_fen.tolist()
    first = len(columns)
    columns.extend(
        _Column(
            tuple(unit[edge] for edge in take),
            desk.host,
            -1,
            sum(load[edge] for edge in take),
            desk.setup_fen + sum(cost[edge] for edge in take),
            sum(way[edge] for edge in take),
        )
        for take in listed
    )
    if len(listed) > 1:
        maker.add(np.arange(first, len(columns)), 1, 1)


def _add_steps(units: Units, desk: Desk, columns: list[_Column], maker: RowMaker) -> None:
    """Add a column for each unit and depth, and the rows that keep them together."""
    steps = list(_steps(units, desk.edges))
    first = len(columns)
    at = {step: first + k for k, step in enumerate(steps)}
    edge_of = {int(unit): k for k, unit in enumerate(desk.edges.unit)}
    columns.extend(
        _Column(
            (unit,),
            desk.host,
            -1,
            int(desk.edges.load[edge_of[unit]]),
            int(desk.edges.cost_fen[edge_of[unit]]),
            int(desk.edges.way_mm[edge_of[unit]]),
        )
        for unit, _ in steps
    )
    mine = np.arange(first, len(columns))
    taken = np.array([unit for unit, _ in steps], np.int64)
    if not desk.slack(units):
        load = desk.edges.load[[edge_of[unit] for unit in taken.tolist()]]
        maker.add(mine, load, desk.capacity)
        if desk.households != ANY:
            maker.add(mine, units.households[taken], desk.households)
    for (unit, depth), column in at.items():
        if depth > 1:
            parents = [at[k, depth - 1] for k in units.linked[unit] if (k, depth - 1) in at]
            signs = np.array([1] + [-1] * len(parents), np.int64)
            maker.add(np.array([column, *parents]), signs, 0)
    if desk.setup_fen:
        _add_switch(desk, desk.setup_fen, mine, columns, maker)
    label = desk.bundle[[edge_of[unit] for unit in taken.tolist()]]
    for bundle in sorted(set(label[label >= 0].tolist())):
        inside = mine[label == bundle]
        switch = _add_switch(desk, 0, inside, columns, maker)
        weights = np.append(-units.load[taken[label == bundle]], desk.bundle_floor)
        maker.add(np.append(inside, switch), weights, 0)


def _add_switch(
    desk: Desk, cost_fen: int, steps: Ints, columns: list[_Column], maker: RowMaker
) -> int:
    """Add a column that is 1 when any of the steps is."""
    switch = len(columns)
    columns.append(_Column((), desk.host, -1, 0, cost_fen, 0))
    for step in steps.tolist():
        maker.add(np.array([step, switch]), np.array([1, -1]), 0)
    return switch


def _steps(units: Units, edges: Edges) -> Iterator[tuple[int, int]]:
    """Give each unit of a host with the depths that it could be taken at."""
    for unit, least in zip(edges.unit.tolist(), edges.depth.tolist(), strict=True):
        for depth in range(least, (units.depth if least > 1 else 1) + 1):
            yield unit, depth


def _fallback(units: Units) -> Iterator[_Column]:
    """Give each unit's fallback modes: those open to all of its members."""
    fallback = units.problem.fallback
    if fallback is None:
        return
    out = stays_out(units.problem, units.unit_of)
    for unit, members in enumerate(units.members):
        for mode in np.flatnonzero(fallback.open[members].all(axis=0)).tolist():
            if unit not in out:
                yield _Column((unit,), -1, mode, 0, int(fallback.cost_fen[members, mode].sum()), 0)


def _add_once(half: _Half, maker: RowMaker) -> None:
    """Each unit goes one way at most."""
    for columns in grouped(half.unit, half.column, len(half.units.members)):
        if len(columns) > 1:
            maker.add(columns, 1, 1)


def _add_companies(half: _Half, maker: RowMaker) -> None:
    companies = half.units.problem.companies
    if companies is None:
        return
    load = half.load
    of_host = np.append(companies.of_host[half.units.host_index], ANY)
    company = np.where(load > 0, of_host[half.host], ANY)
    # By the place of their first column, so that labels don't matter.
    labels = company[company >= 0]
    _, first = np.unique(labels, return_index=True)
    for label in labels[np.sort(first)].tolist():
        columns = np.flatnonzero(company == label)
        maker.add(columns, load[columns], int(companies.capacity[label]))


def _add_goal(half: _Half, goal: Goal, maker: RowMaker) -> dict[int, int]:
    """Reach the target, and each child's; keep to the budget."""
    units = half.units
    placed: dict[int, int] = {}
    if goal.need > 0:
        placed[len(maker)] = -1
        _add_need(half.cost("gain"), goal.need, maker)
    children = units.problem.child
    asked = [label for label, need in enumerate(goal.child_need) if need > 0]
    for label in sorted(asked, key=lambda one: _first_place(units, children == one)):
        gain = np.zeros(len(units.members), np.int64)
        np.add.at(gain, units.unit_of, np.where(children == label, units.problem.gain, 0))
        placed[len(maker)] = label
        _add_need(np.where(half.counts, half.total(gain), 0), goal.child_need[label], maker)
    if goal.budget_fen is not None:
        cost = half.cost("cost")
        if cost.sum() > goal.budget_fen:
            at = np.flatnonzero(cost)
            maker.add(at, cost[at], goal.budget_fen)
    return placed


def _first_place(units: Units, inside: Bools) -> int:
    return int(units.unit_of[inside].min(initial=len(units.members)))


def _add_need(gain: Ints, need: int, maker: RowMaker) -> None:
    at = np.flatnonzero(gain)
    maker.add(at, -gain[at], -need)


def _add_locks(half: _Half, maker: RowMaker) -> None:
    units, decisions = half.units, half.units.problem.decisions
    if decisions is None:
        return
    locked = {
        (int(units.unit_of[candidate]), ANY if host == ANY else int(units.host_place[host]))
        for candidate, host in decisions.locked.tolist()
    }
    for unit, host in sorted(locked):
        columns = half.column[half.unit == unit]
        if host != ANY:
            columns = columns[half.host[columns] == host]
        maker.add(columns, -1, -1)
