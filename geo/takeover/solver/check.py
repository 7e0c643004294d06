"""Whether a plan keeps every rule of its problem, in integers, compound by compound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rows import Ints
from geo.takeover.solver.rules import ANY


def broken_rules(problem: Problem, host: Ints, mode: Ints, depth: Ints) -> list[str]:
    """Name what a plan breaks; nothing when it keeps every rule.

    Parameters
    ----------
    host, mode, depth
        Shape (candidates,): index of the host and of the fallback mode, -1 without; depth in a
        chain, 0 without a host.
    """
    return [
        *_sizes(problem, host),
        *_whole(problem, host, mode, depth),
        *_ways(problem, host, depth),
        *_bundles(problem, host),
        *_modes(problem, host, mode),
        *_decisions(problem, host, mode),
    ]


def _sizes(problem: Problem, host: Ints) -> Iterator[str]:
    taken = host >= 0
    load = problem.load.copy()
    mine = host[problem.pair_candidate] == problem.pair_host
    load[problem.pair_candidate[mine]] = problem.pair_load[mine]
    area = _sums(load[taken], host[taken], len(problem.hosts))
    homes = _sums(problem.households[taken], host[taken], len(problem.hosts))
    limit = problem.capacity_households
    for at in np.flatnonzero(area > problem.capacity).tolist():
        yield f"{problem.hosts[at]} takes more floor area than it can"
    for at in np.flatnonzero((limit != ANY) & (homes > limit)).tolist():
        yield f"{problem.hosts[at]} takes more households than it can"
    if problem.companies is not None:
        listed = problem.companies.of_host >= 0
        whole = _sums(
            area[listed], problem.companies.of_host[listed], len(problem.companies.capacity)
        )
        for at in np.flatnonzero(whole > problem.companies.capacity).tolist():
            yield f"company {at} takes more floor area than it can"


def _whole(problem: Problem, host: Ints, mode: Ints, depth: Ints) -> Iterator[str]:
    for label in np.unique(problem.area[problem.area >= 0]).tolist():
        inside = problem.area == label
        if len({*zip(host[inside], mode[inside], depth[inside], strict=True)}) > 1:
            yield f"management area {label} is split"


def _ways(problem: Problem, host: Ints, depth: Ints) -> Iterator[str]:
    """Every compound is next to its host, to a mate of its area that is, or to its parent."""
    pairs = set(zip(problem.pair_candidate.tolist(), problem.pair_host.tolist(), strict=True))
    near: dict[int, set[int]] = {}
    if problem.links is not None:
        for one, other in zip(
            problem.links.one.tolist(), problem.links.other.tolist(), strict=True
        ):
            near.setdefault(one, set()).add(other)
            near.setdefault(other, set()).add(one)
    deepest = 1 if problem.links is None else problem.links.depth
    for i in np.flatnonzero(host >= 0).tolist():
        if not 1 <= depth[i] <= deepest:
            yield f"{problem.candidates[i]} has depth {depth[i]}"
        mates = _mates(problem, i, near)
        found = (
            any((k, int(host[i])) in pairs for k in mates)
            if depth[i] == 1
            else any(
                host[p] == host[i] and depth[p] == depth[i] - 1
                for k in _area(problem, i)
                for p in near.get(k, ())
            )
        )
        if not found:
            yield f"{problem.candidates[i]} has no way to {problem.hosts[host[i]]}"


def _area(problem: Problem, i: int) -> list[int]:
    label = problem.area[i]
    return [i] if label < 0 else np.flatnonzero(problem.area == label).tolist()


def _mates(problem: Problem, i: int, near: dict[int, set[int]]) -> set[int]:
    """Give the compounds of its area that links lead to, itself among them."""
    area, reached, edge = set(_area(problem, i)), {i}, [i]
    while edge:
        more = (near.get(edge.pop(), set()) & area) - reached
        reached |= more
        edge.extend(more)
    return reached


def _bundles(problem: Problem, host: Ints) -> Iterator[str]:
    bundles = problem.bundles
    if bundles is None:
        return
    small = (host >= 0) & (bundles.label >= 0)
    for j, label in sorted(
        set(zip(host[small].tolist(), bundles.label[small].tolist(), strict=True))
    ):
        area = problem.load[small & (host == j) & (bundles.label == label)].sum()
        if area + bundles.base[j] < bundles.floor:
            yield f"{problem.hosts[j]} takes too little of bundle {label}"


def _modes(problem: Problem, host: Ints, mode: Ints) -> Iterator[str]:
    for i in np.flatnonzero(mode >= 0).tolist():
        if host[i] >= 0:
            yield f"{problem.candidates[i]} has a host and a fallback mode"
        if problem.fallback is None or not problem.fallback.open[i, mode[i]]:
            yield f"{problem.candidates[i]} may not fall back on mode {mode[i]}"


def _decisions(problem: Problem, host: Ints, mode: Ints) -> Iterator[str]:
    if problem.decisions is None:
        return
    for i, j in problem.decisions.locked.tolist():
        if host[i] != j if j != ANY else host[i] < 0 and mode[i] < 0:
            yield f"{problem.candidates[i]} is not where it is locked"
    for i, j in problem.decisions.forbidden.tolist():
        used = (host == j) if j != ANY else (host >= 0) | (mode >= 0)
        if (used if i == ANY else used[i : i + 1]).any():
            yield f"forbidden: candidate {i}, host {j}"


def _sums(values: Ints, at: Ints, size: int) -> Ints:
    out = np.zeros(size, np.int64)
    np.add.at(out, at, values)
    return out
