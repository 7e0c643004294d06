"""Hosts being filled: who takes which unit, and what each host, company and purse has left.

Only what needs no company of others is filled in: next to the host, and in no bundle that the
host could not take a part of.
"""

from __future__ import annotations

import numpy as np

from geo.takeover.solver.goals import Goal
from geo.takeover.solver.rows import Ints
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.units import Edges, Units


class Filling:
    """A plan that grows and shrinks unit by unit, within every limit at any moment.

    Attributes
    ----------
    host_of
        Place of the host of each unit; -1 for none.
    options
        Edges of each unit that has any, locked units' cut down to where they are locked.
    locked
        Units that have to be served.
    """

    def __init__(self, units: Units, edges: Edges, goal: Goal) -> None:
        self.units, self.edges = units, edges
        self.host = edges.host.tolist()
        self.load = edges.load.tolist()
        self.way = edges.way_mm.tolist()
        self.fee = (units.cost_fen[edges.unit] + edges.cost_fen).tolist()
        self.homes_of = units.households.tolist()
        self.setup = units.setup_fen.tolist()
        self.spare = units.capacity.tolist()
        self.homes = units.capacity_households.tolist()
        companies = units.problem.companies
        hosts = len(units.host_index)
        self.company = (
            [ANY] * hosts if companies is None else companies.of_host[units.host_index].tolist()
        )
        self.left = [] if companies is None else companies.capacity.tolist()
        self.purse = goal.budget_fen
        self.taken: list[dict[int, int]] = [{} for _ in range(hosts)]
        self.edge_of: list[int] = [-1] * len(units.members)
        self.locked: set[int] = set()
        self.options = self._options()

    @property
    def host_of(self) -> Ints:
        """Place of each unit's host."""
        edge = np.array(self.edge_of, np.int64)
        return np.where(edge < 0, -1, np.append(self.edges.host, -1)[edge])

    def _options(self) -> dict[int, list[int]]:
        units, edges = self.units, self.edges
        alone = edges.depth == 1
        bundles = units.problem.bundles
        if bundles is not None:
            large = bundles.base[units.host_index[edges.host]] >= bundles.floor
            alone &= (units.bundle[edges.unit] < 0) | large
        options: dict[int, list[int]] = {}
        for edge in np.flatnonzero(alone).tolist():
            options.setdefault(int(edges.unit[edge]), []).append(edge)
        decisions = units.problem.decisions
        if decisions is not None:
            for candidate, host in decisions.locked.tolist():
                unit = int(units.unit_of[candidate])
                self.locked.add(unit)
                if host != ANY and unit in options:
                    place = int(units.host_place[host])
                    options[unit] = [e for e in options[unit] if self.host[e] == place]
        return options

    def fits(self, unit: int, edge: int) -> bool:
        """Tell whether a host has room for a unit that nobody has."""
        host, load = self.host[edge], self.load[edge]
        if self.spare[host] < load:
            return False
        if self.homes[host] != ANY and self.homes[host] < self.homes_of[unit]:
            return False
        company = self.company[host]
        if company != ANY and self.left[company] < load:
            return False
        return self.purse is None or self.cost(edge) <= self.purse

    def cost(self, edge: int) -> int:
        """Give what it costs to go by an edge now."""
        host: int = self.host[edge]
        setup: int = 0 if self.taken[host] else self.setup[host]
        return int(self.fee[edge]) + setup

    def put(self, unit: int, edge: int) -> None:
        """Give a unit to a host."""
        self._move(unit, edge, 1)

    def drop(self, unit: int) -> int:
        """Take a unit away from its host; gives the edge that it went by."""
        edge = self.edge_of[unit]
        self._move(unit, edge, -1)
        return edge

    def become(self, edge_of: list[int]) -> None:
        """Go back to another plan: the edge of each unit, -1 for none."""
        for unit, edge in enumerate(self.edge_of):
            if edge >= 0:
                self.drop(unit)
        for unit, edge in enumerate(edge_of):
            if edge >= 0:
                self.put(unit, edge)

    def _move(self, unit: int, edge: int, sign: int) -> None:
        host, load = self.host[edge], self.load[edge]
        if sign > 0:
            cost = self.cost(edge)
            self.taken[host][unit] = edge
            self.edge_of[unit] = edge
        else:
            del self.taken[host][unit]
            self.edge_of[unit] = -1
            cost = self.cost(edge)
        self.spare[host] -= sign * load
        if self.homes[host] != ANY:
            self.homes[host] -= sign * self.homes_of[unit]
        if self.company[host] != ANY:
            self.left[self.company[host]] -= sign * load
        if self.purse is not None:
            self.purse -= sign * cost

    def best_edge(self, unit: int, *, by_way: bool = False, but: int = -1) -> int:
        """Give the edge by which a unit fits most tightly, or is nearest; -1 when none.

        With a budget the cheapest comes first. `but` is a host that is left out.
        """
        found = -1
        least: tuple[int, int, int] | None = None
        for edge in self.options.get(unit, ()):
            host = self.host[edge]
            if host == but or not self.fits(unit, edge):
                continue
            first = 0 if self.purse is None else self.cost(edge)
            key = (
                (first, self.way[edge], self.spare[host])
                if by_way
                else (first, self.spare[host], self.way[edge])
            )
            if least is None or key < least:
                least, found = key, edge
        return found
