"""The takeover problem as numbers: who could take on what, at what cost, within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.takeover.solver.rules import ANY, Bundles, Companies, Decisions, Fallback, Links

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def _blank() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Problem:
    r"""Which neighbour takes over which old compound.

    Symbols
    -------
    ``i, k``     candidates: old compounds without a service that counts
    ``j``        a host: a managed project
    ``E``        pairs (i, j) that law and ground allow: whoever builds the problem leaves out
                 those that a barrier, another county, a refusal, stars, a sanction or a contract
                 with less than 12 months left rule out (`geo.takeover.neighbours.hosts`)
    ``N(i)``     candidates linked to `i` (`Links`)
    ``a_i``      what `i` adds to the numerator (`gain`), ``w_i`` its need weight (`weight`)
    ``f_i, h_i`` its floor area, 0.01 m² (`load`; ``f_ij`` where a pair has its own), and its
                 households
    ``c_ij``     cost in fen: ``cost_fen[i] + pair_cost_fen[ij]``; ``s_j`` set-up once a host
    ``g_ij``     the way from `i` to `j`, mm; of a chained pair the shortest link that a chain
                 to `j` can come by
    ``C_j, H_j`` spare floor area and households of `j`; ``Q_q`` of company `q`
    ``x_ijd``    1 when `j` takes over `i` at depth `d` of a chain
    ``z_im``     1 when `i` falls back on mode `m`
    ``y_i``      sum of all x and z of `i`: whether `i` is in the plan
    ``o_j``      1 when `j` takes anything; ``b_jl`` 1 when it takes any of bundle `l`

    Formulation
    -----------
    ::

        y_i                      <= 1                        one service each
        sum_i f_i x_ijd          <= C_j                      floor area of a host
        sum_i h_i x_ijd          <= H_j                      households of a host
        sum_i,j in q f_i x_ijd   <= Q_q                      floor area of a company
        x_ijd                    <= sum_k in N(i) x_kj,d-1   d >= 2: parent before child
        x_ij1 = 0                                            where (i, j) is not in E
        x_ij = x_kj, z_im = z_km                             i, k of one management area
        x_ijd                    <= o_j                      set-up
        x_ijd                    <= b_jl                     i of bundle l
        sum_l f_i x_ijd          >= (F - base_j) b_jl        a bundle has its least size

    with locked and forbidden pairs as equations. Chains are indexed by depth, so no cycle can
    carry itself and no exponential family of cuts is needed. A management area is one node: it
    is next to a host when each of its compounds is, or is linked within the area to one that
    is; its members share one depth.

    What is minimised or maximised is a `geo.takeover.solver.goals.Goal`. With one host a compound,
    capacities and costs only, it is the generalised assignment problem (Martello and Toth,
    Knapsack Problems, 1990, ch. 7), with set-up costs single-source capacitated location
    (Holmberg, Rönnqvist and Yuan, EJOR 113, 1999).

    All numbers are integers, and a plan is checked in integers (`geo.takeover.solver.check`).

    Parameters
    ----------
    candidates, hosts
        Codes, each once. Everything is put into their order first, so the order that the
        arrays come in does not matter.
    gain, load, households, weight, cost_fen
        Shape (candidates,), not negative. `weight` is `gain` by default, the last is 0.
    area
        Shape (candidates,): a label for each management area; -1 for none.
    child
        Shape (candidates,): a label 0, 1, ... for each child division; -1 for none.
    capacity, capacity_households, setup_fen
        Shape (hosts,). Households -1: no limit.
    pair_candidate, pair_host, way_mm, pair_load, pair_cost_fen
        Shape (pairs,): indexes into the above; each pair once. `pair_load` is what the candidate
        takes of this host's capacity; by default its `load`, as for a chained pair.

    Raises
    ------
    ValueError
        If lengths differ, a code or pair stands twice, a number is negative, an index is out of
        range, or a management area is of two bundles.
    """

    candidates: tuple[str, ...]
    gain: Ints
    load: Ints
    hosts: tuple[str, ...]
    capacity: Ints
    pair_candidate: Ints
    pair_host: Ints
    way_mm: Ints
    pair_load: Ints = field(default_factory=_blank)
    pair_cost_fen: Ints = field(default_factory=_blank)
    households: Ints = field(default_factory=_blank)
    weight: Ints = field(default_factory=_blank)
    cost_fen: Ints = field(default_factory=_blank)
    area: Ints = field(default_factory=_blank)
    child: Ints = field(default_factory=_blank)
    capacity_households: Ints = field(default_factory=_blank)
    setup_fen: Ints = field(default_factory=_blank)
    links: Links | None = None
    bundles: Bundles | None = None
    companies: Companies | None = None
    fallback: Fallback | None = None
    decisions: Decisions | None = None

    def __post_init__(self) -> None:
        for name, (length, value) in self._blanks().items():
            if not len(getattr(self, name)):
                filled = np.full(length, value) if isinstance(value, int) else value
                object.__setattr__(self, name, filled.astype(np.int64))
        self._check_lengths()
        self._check_codes()
        self._check_numbers()
        self._check_rules()

    def _blanks(self) -> dict[str, tuple[int, int | Ints]]:
        n, m = len(self.candidates), len(self.hosts)
        return {
            "households": (n, 0),
            "weight": (n, self.gain),
            "cost_fen": (n, 0),
            "area": (n, -1),
            "child": (n, -1),
            "capacity_households": (m, ANY),
            "setup_fen": (m, 0),
            "pair_load": (len(self.way_mm), self._own_load()),
            "pair_cost_fen": (len(self.way_mm), 0),
        }

    def _own_load(self) -> Ints:
        within = (self.pair_candidate >= 0) & (self.pair_candidate < len(self.load))
        return np.where(
            within, np.append(self.load, 0)[np.where(within, self.pair_candidate, 0)], 0
        )

    def _check_lengths(self) -> None:
        kinds = (
            (len(self.candidates), ("gain", "load", "households", "weight", "cost_fen")),
            (len(self.candidates), ("area", "child")),
            (len(self.hosts), ("capacity", "capacity_households", "setup_fen")),
            (len(self.way_mm), ("pair_candidate", "pair_host", "pair_load", "pair_cost_fen")),
        )
        for length, names in kinds:
            for name in names:
                if len(getattr(self, name)) != length:
                    raise ValueError(f"{name} has {len(getattr(self, name))} entries, not {length}")

    def _check_codes(self) -> None:
        for codes in (self.candidates, self.hosts):
            if len(set(codes)) < len(codes):
                raise ValueError("a code stands twice")
        key = self.pair_candidate * (len(self.hosts) + 1) + self.pair_host
        if len(np.unique(key)) < len(key):
            raise ValueError("a pair stands twice")

    def _check_numbers(self) -> None:
        for name in ("gain", "load", "households", "weight", "cost_fen", "capacity", "setup_fen"):
            if (getattr(self, name) < 0).any():
                raise ValueError(f"{name} has a negative number")
        if any((part < 0).any() for part in (self.way_mm, self.pair_load, self.pair_cost_fen)):
            raise ValueError("a pair has a negative number")
        _within(self.pair_candidate, 0, len(self.candidates), "pair_candidate")
        _within(self.pair_host, 0, len(self.hosts), "pair_host")

    def _check_rules(self) -> None:
        n, m = len(self.candidates), len(self.hosts)
        if self.links is not None:
            _within(self.links.one, 0, n, "links")
            _within(self.links.other, 0, n, "links")
            if self.links.depth < 1 or (self.links.way_mm < 0).any():
                raise ValueError("links have a negative way, or a depth below 1")
        if self.bundles is not None:
            if len(self.bundles.label) != n or len(self.bundles.base) != m:
                raise ValueError("bundles differ in length from candidates or hosts")
            inside = self.area >= 0
            pairs = set(zip(self.area[inside].tolist(), self.bundles.label[inside].tolist(),
                            strict=True))  # fmt: skip
            if len(pairs) > len(np.unique(self.area[inside])):
                raise ValueError("a management area is of two bundles")
        if self.companies is not None:
            if len(self.companies.of_host) != m:
                raise ValueError("companies.of_host differs in length from hosts")
            _within(self.companies.of_host, ANY, len(self.companies.capacity), "companies.of_host")
        if self.fallback is not None and (
            self.fallback.open.shape != (n, len(self.fallback.modes))
            or self.fallback.cost_fen.shape != self.fallback.open.shape
            or len(self.fallback.counts) != len(self.fallback.modes)
        ):
            raise ValueError("fallback arrays do not fit candidates and modes")
        if self.decisions is not None:
            for rows in (self.decisions.locked, self.decisions.forbidden):
                _within(rows[:, 0], ANY, n, "decisions")
                _within(rows[:, 1], ANY, m, "decisions")
            if (self.decisions.locked[:, 0] < 0).any():
                raise ValueError("a lock names no candidate")


def _within(numbers: Ints, least: int, end: int, name: str) -> None:
    if ((numbers < least) | (numbers >= end)).any():
        raise ValueError(f"{name} has an index out of range")
