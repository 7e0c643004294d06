"""What hosts have left under a plan, and what is short for one compound more."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.takeover.problem import Problem
from geo.takeover.rules import ANY
from geo.takeover.units import Units, units

Ints = npt.NDArray[np.int64]


class Lack(NamedTuple):
    """What is short: a rule, how much there is and how much it takes."""

    rule: str
    have: int
    need: int


class Room:
    """A plan's use of its hosts.

    Parameters
    ----------
    host, parent, depth
        Shape (candidates,), as in `geo.takeover.solve.Solution`; None: nothing is taken.
    """

    def __init__(
        self,
        problem: Problem,
        host: Ints | None = None,
        parent: Ints | None = None,
        depth: Ints | None = None,
    ) -> None:
        self.problem = problem
        none = np.full(len(problem.candidates), -1, np.int64)
        self.host = none if host is None else host
        self.parent = none if parent is None else parent
        self.depth = none + 1 if depth is None else depth
        taken = self.host >= 0
        self.area = _sums(problem.load, self.host, taken, len(problem.hosts))
        self.homes = _sums(problem.households, self.host, taken, len(problem.hosts))
        self.company: Ints | None = None
        if problem.companies is not None:
            of_host = problem.companies.of_host
            listed = of_host >= 0
            self.company = np.zeros(len(problem.companies.capacity), np.int64)
            np.add.at(self.company, of_host[listed], self.area[listed])

    @cached_property
    def units(self) -> Units:
        """The problem by management areas."""
        return units(self.problem)

    @cached_property
    def edges_of(self) -> dict[int, list[tuple[int, int, int]]]:
        """Give (depth, way, host) of each unit's edges: the nearest first, then by code."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        edges = self.units.edges
        host = self.units.host_index[edges.host]
        for unit, way, depth, at in zip(
            edges.unit.tolist(), edges.way_mm.tolist(), edges.depth.tolist(), host.tolist(),
            strict=True,
        ):  # fmt: skip
            found.setdefault(unit, []).append((depth, way, at))
        for listed in found.values():
            listed.sort(key=lambda edge: (edge[0], edge[1], self.problem.hosts[edge[2]]))
        return found

    def mates(self, candidate: int) -> Ints:
        """Give the candidates of the same management area, itself among them."""
        return self.units.members[int(self.units.unit_of[candidate])]

    def edges(self, candidate: int) -> list[tuple[int, int, int]]:
        """Give (depth, way, host) of a candidate's edges, the nearest first."""
        return self.edges_of.get(int(self.units.unit_of[candidate]), [])

    def lacks(self, candidate: int, host: int) -> list[Lack]:
        """Say what is short for a host to take a candidate too, its area whole."""
        problem, mates = self.problem, self.mates(candidate)
        load, homes = int(problem.load[mates].sum()), int(problem.households[mates].sum())
        found = []
        left = int(problem.capacity[host] - self.area[host])
        if load > left:
            found.append(Lack("capacity", left, load))
        limit = int(problem.capacity_households[host])
        if limit != ANY and homes > limit - self.homes[host]:
            found.append(Lack("households", limit - int(self.homes[host]), homes))
        if self.company is not None and problem.companies is not None:
            company = int(problem.companies.of_host[host])
            if company != ANY:
                left = int(problem.companies.capacity[company] - self.company[company])
                if load > left:
                    found.append(Lack("company_cap", left, load))
        bundle = self.bundle(candidate, host)
        if bundle is not None and bundle[0] < bundle[1]:
            found.append(Lack("bundle", *bundle))
        return found

    def bundle(self, candidate: int, host: int) -> tuple[int, int] | None:
        """Give what a candidate's bundle at a host comes to with it, and its floor, 0.01 m².

        None where the candidate needs no bundle.
        """
        bundles = self.problem.bundles
        label = -1 if bundles is None else int(bundles.label[candidate])
        if bundles is None or label < 0:
            return None
        inside = (bundles.label == label) & (self.host == host)
        inside[self.mates(candidate)] = True
        return int(self.problem.load[inside].sum() + bundles.base[host]), bundles.floor

    def bundle_at_most(self, candidate: int, host: int) -> tuple[int, int] | None:
        """Give what a candidate's bundle at a host could come to at most, and its floor.

        All compounds of it that have a way to the host, as far as its capacity goes; where they
        don't fit together, the candidate's own.
        """
        bundles = self.problem.bundles
        label = -1 if bundles is None else int(bundles.label[candidate])
        if bundles is None or label < 0:
            return None
        place = int(self.units.host_place[host])
        edges = self.units.edges
        reach = np.isin(self.units.unit_of, edges.unit[edges.host == place])
        inside = (bundles.label == label) & reach
        inside[self.mates(candidate)] = True
        whole = int(self.problem.load[inside].sum())
        if whole > self.problem.capacity[host]:
            whole = int(self.problem.load[self.mates(candidate)].sum())
        return whole + int(bundles.base[host]), bundles.floor


def _sums(values: Ints, at: Ints, taken: npt.NDArray[np.bool_], size: int) -> Ints:
    out = np.zeros(size, np.int64)
    np.add.at(out, at[taken], values[taken])
    return out
