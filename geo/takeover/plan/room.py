"""What hosts have left under a plan, and what is short for one compound more."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.units import Units, units

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
        Shape (candidates,), as in `geo.takeover.solver.solve.Solution`; None: nothing is taken.
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
        """Give (depth, way, host) of a candidate's edges, the nearest first.

        Chains that only lead on from what the host can't take itself are no edges.
        """
        unit = int(self.units.unit_of[candidate])
        listed = self.edges_of.get(unit, [])
        return [edge for edge in listed if self._path(unit, edge[2]) is not None]

    @cached_property
    def _depth_of(self) -> dict[tuple[int, int], int]:
        """Least depth at which a unit reaches a host."""
        return {
            (unit, host): depth
            for unit, listed in self.edges_of.items()
            for depth, _, host in listed
        }

    def with_chain(self, candidate: int, host: int) -> Ints:
        """Give what a host has to take for a candidate to be taken too, beside the plan.

        Its management area, and where it is only reached through others those that the plan
        doesn't give the host already: such as need no bundle first, then the lightest.
        """
        unit = int(self.units.unit_of[candidate])
        path = self._path(unit, host) or [unit]
        return np.concatenate([self.units.members[one] for one in path])

    def _path(self, unit: int, host: int) -> list[int] | None:
        depth = self._depth_of.get((unit, host), 1)
        if depth == 1:
            return [unit]
        before = [
            one
            for one in self.units.linked[unit]
            if self._depth_of.get((one, host), depth) == depth - 1
        ]
        paths = [[] if self._taken(one, host) else self._path(one, host) for one in before]
        whole = [path for path in paths if path is not None]
        if not whole:
            return None
        bundle = self.units.bundle
        return [
            unit,
            *min(
                whole,
                key=lambda path: (
                    int((bundle[path] >= 0).sum()),
                    int(self.units.load[path].sum()),
                    path,
                ),
            ),
        ]

    def _taken(self, unit: int, host: int) -> bool:
        return bool(self.host[self.units.members[unit][0]] == host)

    def lacks(self, members: Ints, host: int) -> list[Lack]:
        """Say what is short for a host to take some candidates too."""
        problem = self.problem
        more = members[self.host[members] != host]
        load, homes = int(problem.load[more].sum()), int(problem.households[more].sum())
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
        bundles = [self.bundle(int(one), host, members) for one in members.tolist()]
        short = [bundle for bundle in bundles if bundle is not None and bundle[0] < bundle[1]]
        if short:
            found.append(Lack("bundle", *min(short)))
        return found

    def bundle(
        self, candidate: int, host: int, beside: Ints | None = None
    ) -> tuple[int, int] | None:
        """Give what a candidate's bundle at a host comes to with it, and its floor, 0.01 m².

        None where the candidate needs no bundle. `beside` are candidates that the host takes too.
        """
        bundles = self.problem.bundles
        label = -1 if bundles is None else int(bundles.label[candidate])
        if bundles is None or label < 0:
            return None
        inside = self.host == host
        inside[self.mates(candidate)] = True
        if beside is not None:
            inside[beside] = True
        inside &= bundles.label == label
        return int(self.problem.load[inside].sum() + bundles.base[host]), bundles.floor

    def bundle_mates(self, members: Ints, host: int) -> Ints:
        """Give the other candidates of some candidates' bundles that have a way to a host."""
        bundles = self.problem.bundles
        labels = set() if bundles is None else set(bundles.label[members].tolist()) - {-1}
        mates = [unit for label in labels for unit in self._joining(label, members, host)]
        return np.flatnonzero(np.isin(self.units.unit_of, mates))

    def _joining(self, label: int, members: Ints, host: int) -> list[int]:
        """Give the units of a bundle that have a way to a host, without some candidates' own."""
        mine = set(self.units.unit_of[members].tolist())
        return [
            unit
            for unit in np.flatnonzero(self.units.bundle == label).tolist()
            if unit not in mine and (unit, host) in self._depth_of
        ]

    def bundle_at_most(
        self, members: Ints, host: int, cap: int | None = None
    ) -> tuple[int, int] | None:
        """Give what the least bundle of some candidates could come to at a host, and its floor.

        Of the compounds of each bundle that have a way to the host, those that fill what the
        candidates leave of its capacity, or of its company's cap, best. None where none of them
        needs a bundle.
        """
        bundles = self.problem.bundles
        if bundles is None:
            return None
        most = int(self.problem.capacity[host])
        left = (most if cap is None else min(most, cap)) - int(self.problem.load[members].sum())
        found = []
        for label in sorted({int(one) for one in bundles.label[members]} - {-1}):
            others = [int(self.units.load[unit]) for unit in self._joining(label, members, host)]
            small = int(self.problem.load[members[bundles.label[members] == label]].sum())
            found.append((small + _fill(others, left) + int(bundles.base[host]), bundles.floor))
        return min(found, default=None)


MOST_SUMS: Final = 20_000


def _fill(sizes: list[int], room: int) -> int:
    """Give the largest sum of some sizes that fits; of too many sums, the largest kept."""
    sums = {0}
    for size in sizes:
        sums |= {one + size for one in sums if one + size <= room}
        if len(sums) > MOST_SUMS:
            sums = set(sorted(sums)[-MOST_SUMS:]) | {0}
    return max(sums)


def _sums(values: Ints, at: Ints, taken: npt.NDArray[np.bool_], size: int) -> Ints:
    out = np.zeros(size, np.int64)
    np.add.at(out, at[taken], values[taken])
    return out
