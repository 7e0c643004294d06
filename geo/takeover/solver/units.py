"""A problem in code order, with each management area as one unit, and who can reach whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.takeover.solver.problem import Ints, Problem
from geo.takeover.solver.rules import ANY, Bools, whole_areas


@dataclass(frozen=True)
class Edges:
    """Hosts that a unit can reach: sorted by host, then unit.

    ``depth`` is the least depth of a chain by which the host is reached; 1 is next to it.
    """

    unit: Ints
    host: Ints
    way_mm: Ints
    load: Ints
    cost_fen: Ints
    depth: Ints

    def take(self, at: Ints | Bools) -> Edges:
        """Give some of the edges."""
        return Edges(*(getattr(self, name)[at] for name in Edges.__dataclass_fields__))


@dataclass(frozen=True)
class Units:
    """What `geo.takeover.solver.columns` builds on: everything by place in code order.

    Attributes
    ----------
    members
        Indexes of the problem's candidates, unit by unit.
    unit_of
        Shape (candidates,).
    count, gain, load, households, weight, cost_fen
        Shape (units,): sums over the members; ``count`` is how many they are.
    rank
        Shape (units,): sum of the members' places by code.
    host_index
        Shape (hosts,): the problem's index of the host at each place.
    edges
        Allowed and large enough, chained ones among them.
    linked
        For each unit, its neighbours and the way to each, by place.
    """

    problem: Problem
    members: tuple[Ints, ...]
    unit_of: Ints
    count: Ints
    gain: Ints
    load: Ints
    households: Ints
    weight: Ints
    cost_fen: Ints
    rank: Ints
    host_index: Ints
    host_place: Ints
    edges: Edges
    linked: tuple[dict[int, int], ...]

    @property
    def capacity(self) -> Ints:
        """Floor area of each host, by place."""
        return self.problem.capacity[self.host_index]

    @property
    def capacity_households(self) -> Ints:
        """Households of each host, by place; -1 without a limit."""
        return self.problem.capacity_households[self.host_index]

    @property
    def setup_fen(self) -> Ints:
        """Set-up cost of each host, by place."""
        return self.problem.setup_fen[self.host_index]

    @property
    def bundle(self) -> Ints:
        """Bundle of each unit, -1 without."""
        first = np.array([at[0] for at in self.members], np.int64)
        bundles = self.problem.bundles
        return np.full(len(first), -1) if bundles is None else bundles.label[first]

    @property
    def depth(self) -> int:
        """How long a chain may be."""
        return 1 if self.problem.links is None else self.problem.links.depth


def units(problem: Problem) -> Units:
    """Bring a problem into the form that models are built from."""
    code_order = np.array(
        sorted(range(len(problem.candidates)), key=problem.candidates.__getitem__), np.int64
    )
    place = _inverse(code_order)
    # A unit's place is that of its first member by code.
    whole = whole_areas(problem.area)
    first = np.full(len(place), len(place))
    np.minimum.at(first, whole, place)
    _, unit_of = np.unique(first[whole], return_inverse=True)
    number = int(unit_of.max(initial=-1)) + 1
    grouped = code_order[np.argsort(unit_of[code_order], kind="stable")]
    size = np.bincount(unit_of, minlength=number)
    members = tuple(np.split(grouped, np.cumsum(size)[:-1])) if number else ()
    host_index = np.array(
        sorted(range(len(problem.hosts)), key=problem.hosts.__getitem__), np.int64
    )
    host_place = _inverse(host_index)
    linked = _linked(problem, unit_of, number)

    def summed(values: Ints) -> Ints:
        out = np.zeros(number, np.int64)
        np.add.at(out, unit_of, values)
        return out

    load, households = summed(problem.load), summed(problem.households)
    edges = _direct(problem, members, unit_of, host_place)
    edges = _allowed(problem, edges, unit_of, host_place)
    edges = _chained(problem, edges, unit_of, host_place, linked, load)
    limit = problem.capacity_households[host_index][edges.host]
    fits = (edges.load <= problem.capacity[host_index][edges.host]) & (
        (limit == ANY) | (households[edges.unit] <= limit)
    )
    return Units(
        problem=problem,
        members=members,
        unit_of=unit_of.astype(np.int64),
        count=size.astype(np.int64),
        gain=summed(problem.gain),
        load=load,
        households=households,
        weight=summed(problem.weight),
        cost_fen=summed(problem.cost_fen),
        rank=summed(place),
        host_index=host_index,
        host_place=host_place,
        edges=edges.take(fits),
        linked=linked,
    )


def _linked(problem: Problem, unit_of: Ints, number: int) -> tuple[dict[int, int], ...]:
    found: tuple[dict[int, int], ...] = tuple({} for _ in range(number))
    links = problem.links
    if links is None:
        return found
    one, other = unit_of[links.one].tolist(), unit_of[links.other].tolist()
    for left, right, way in zip(one, other, links.way_mm.tolist(), strict=True):
        if left != right:
            for a, b in ((left, right), (right, left)):
                found[a][b] = min(way, found[a].get(b, way))
    return tuple(dict(sorted(near.items())) for near in found)


def _direct(problem: Problem, members: tuple[Ints, ...], unit_of: Ints, host_place: Ints) -> Edges:
    """Give the edges of depth 1: each member next to the host, or linked within the area."""
    unit, host = unit_of[problem.pair_candidate], host_place[problem.pair_host]
    order = np.lexsort((problem.pair_candidate, unit, host))
    unit, host = unit[order], host[order]
    candidate = problem.pair_candidate[order]
    new = np.ones(len(order), bool)
    new[1:] = (unit[1:] != unit[:-1]) | (host[1:] != host[:-1])
    at = np.flatnonzero(new)
    if not len(at):
        none = np.zeros(0, np.int64)
        return Edges(*6 * [none])
    way = np.minimum.reduceat(problem.way_mm[order], at)
    cost = np.add.reduceat(problem.pair_cost_fen[order], at)
    size = np.array([len(found) for found in members], np.int64)
    near = np.diff(np.append(at, len(order)))
    # What the area's other compounds take, that have no pair of their own, is their floor area.
    listed = np.add.reduceat(problem.load[candidate], at)
    used = np.add.reduceat(problem.pair_load[order], at)
    load = np.zeros(len(members), np.int64)
    np.add.at(load, unit_of, problem.load)
    used += load[unit[at]] - listed
    keep = near == size[unit[at]]
    inner = _inner_links(problem, unit_of)
    for place in np.flatnonzero(~keep).tolist():
        reached = set(candidate[at[place] : at[place] + near[place]].tolist())
        keep[place] = _spreads(reached, set(members[unit[at[place]]].tolist()), inner)
    return Edges(unit[at], host[at], way, used, cost, np.ones(len(at), np.int64)).take(keep)


def _inner_links(problem: Problem, unit_of: Ints) -> dict[int, list[int]]:
    """Give the links between members of one area, both ways."""
    found: dict[int, list[int]] = {}
    if problem.links is not None:
        inside = unit_of[problem.links.one] == unit_of[problem.links.other]
        for one, other in zip(
            problem.links.one[inside].tolist(), problem.links.other[inside].tolist(), strict=True
        ):
            found.setdefault(one, []).append(other)
            found.setdefault(other, []).append(one)
    return found


def _spreads(reached: set[int], members: set[int], inner: dict[int, list[int]]) -> bool:
    """Tell whether links lead from the reached members to all of them."""
    edge = list(reached)
    while edge:
        for near in inner.get(edge.pop(), ()):
            if near not in reached:
                reached.add(near)
                edge.append(near)
    return reached >= members


def _forbidden(
    problem: Problem, unit_of: Ints, host_place: Ints
) -> tuple[set[tuple[int, int]], set[int], set[int]]:
    """Give the forbidden pairs, units and hosts, by place."""
    pairs, whole, refused = set(), set(), set()
    if problem.decisions is not None:
        for candidate, host in problem.decisions.forbidden.tolist():
            if candidate == ANY and host != ANY:
                refused.add(int(host_place[host]))
            elif candidate != ANY and host == ANY:
                whole.add(int(unit_of[candidate]))
            elif candidate != ANY:
                pairs.add((int(unit_of[candidate]), int(host_place[host])))
    return pairs, whole, refused


def stays_out(problem: Problem, unit_of: Ints) -> set[int]:
    """Give the units that people keep out of the plan."""
    return _forbidden(problem, unit_of, np.arange(len(problem.hosts)))[1]


def _allowed(problem: Problem, edges: Edges, unit_of: Ints, host_place: Ints) -> Edges:
    pairs, whole, refused = _forbidden(problem, unit_of, host_place)
    if not (pairs or whole or refused):
        return edges
    keep = ~np.isin(edges.unit, list(whole)) & ~np.isin(edges.host, list(refused))
    listed = zip(edges.unit.tolist(), edges.host.tolist(), strict=True)
    keep &= np.array([pair not in pairs for pair in listed], bool)
    return edges.take(keep)


def _chained(
    problem: Problem,
    edges: Edges,
    unit_of: Ints,
    host_place: Ints,
    linked: tuple[dict[int, int], ...],
    load: Ints,
) -> Edges:
    """Add the edges of units that reach a host through others, up to the depth allowed."""
    if problem.links is None or problem.links.depth < 2:
        return edges
    pairs, whole, _ = _forbidden(problem, unit_of, host_place)
    found: list[tuple[int, int, int, int, int, int]] = []
    starts = np.searchsorted(edges.host, np.arange(len(problem.hosts) + 1))
    for host in range(len(problem.hosts)):
        depth = dict.fromkeys(edges.unit[starts[host] : starts[host + 1]].tolist(), 1)
        border = list(depth)
        for level in range(2, problem.links.depth + 1):
            near = sorted({k for unit in border for k in linked[unit]} - depth.keys() - whole)
            border = [unit for unit in near if (unit, host) not in pairs]
            depth.update(dict.fromkeys(border, level))
        for unit, level in depth.items():
            if level > 1:
                ways = [
                    way
                    for k, way in linked[unit].items()
                    if depth.get(k, problem.links.depth) < problem.links.depth
                ]
                found.append((unit, host, min(ways), int(load[unit]), 0, level))
    if not found:
        return edges
    more = np.array(found, np.int64).T
    joined = Edges(
        *(
            np.concatenate([getattr(edges, name), column])
            for name, column in zip(Edges.__dataclass_fields__, more, strict=True)
        )
    )
    return joined.take(np.lexsort((joined.unit, joined.host)))


def _inverse(order: Ints) -> Ints:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place
