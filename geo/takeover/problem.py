"""The takeover problem as numbers: which candidate goes to which host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Score(NamedTuple):
    """What plans are compared by, least first: three integers, in this order."""

    takeovers: int
    way_mm: int
    rank: int


@dataclass(frozen=True)
class TakeoverProblem:
    r"""Fewest takeovers that reach a target within the hosts' spare floor area.

    Symbols
    -------
    ``i``        a candidate: an old compound without a service that counts
    ``h``        a host: a managed project next door
    ``P``        the pairs (i, h) within reach with no barrier between
    ``a_i``      what taking over `i` adds to the numerator (`gain`)
    ``f_i``      floor area of `i`, 0.01 m² (`load`)
    ``s_h``      spare floor area of `h`, 0.01 m² (`capacity`)
    ``d_ih``     the way from `i` to `h`, mm (`way_mm`)
    ``r_ih``     place of the pair when all are sorted by candidate's, then host's code
    ``N``        ceil(target * denominator) - numerator, in the units of `a` (`need`)
    ``x_ih``     1 when `h` takes over `i`, else 0

    Formulation
    -----------
    P1, fewest takeovers::

        lexmin  ( sum x_ih,  sum d_ih x_ih,  sum r_ih x_ih )           over P
        s.t.    sum_i,h  a_i x_ih  >=  N                               (reach)
                sum_h    x_ih      <=  1      for each i               (one host)
                sum_i    f_i x_ih  <=  s_h    for each h               (capacity)
                x_ih in {0, 1}

    Best reach, when P1 has no solution: the same without (reach), and ``- sum a_i x_ih`` put in
    front of the three.

    All data are integers, and a solution is checked in integers. The third term only breaks
    ties, so that one set of facts has one plan in whatever order it is read: of two plans with
    equally many takeovers and equal ways, the one whose pairs come earlier by code. Two plans
    that tie there too are told apart by the solver, which is given the pairs in code order, one
    thread and a fixed seed.

    Takes P1 of DOMAIN §4 without chains, fallback modes and budgets. It is a generalised
    assignment problem with a covering row (Martello and Toth, Knapsack Problems, 1990, ch. 7).

    Parameters
    ----------
    candidates, hosts
        Codes, each once.
    gain, load
        Shape (candidates,), not negative.
    capacity
        Shape (hosts,), not negative.
    pair_candidate, pair_host
        Shape (pairs,): indexes into the above; each pair once.
    way_mm
        Shape (pairs,), not negative.
    need
        May be 0 or less: then nothing has to be taken over.

    Raises
    ------
    ValueError
        If lengths differ, a code or pair stands twice, or a number is negative.
    """

    candidates: tuple[str, ...]
    gain: Ints
    load: Ints
    hosts: tuple[str, ...]
    capacity: Ints
    pair_candidate: Ints
    pair_host: Ints
    way_mm: Ints
    need: int

    def __post_init__(self) -> None:
        lengths = (
            len(self.candidates) == len(self.gain) == len(self.load)
            and len(self.hosts) == len(self.capacity)
            and len(self.pair_candidate) == len(self.pair_host) == len(self.way_mm)
        )
        if not lengths:
            raise ValueError("arrays of one kind differ in length")
        if len(set(self.candidates)) < len(self.candidates) or len(set(self.hosts)) < len(
            self.hosts
        ):
            raise ValueError("a code stands twice")
        pairs = set(zip(self.pair_candidate.tolist(), self.pair_host.tolist(), strict=True))
        if len(pairs) < len(self.way_mm):
            raise ValueError("a pair stands twice")
        for numbers in (self.gain, self.load, self.capacity, self.way_mm):
            if (numbers < 0).any():
                raise ValueError("a number is negative")

    def in_code_order(self) -> tuple[TakeoverProblem, Ints]:
        """Sort candidates, hosts and pairs by code.

        Returns
        -------
        The sorted problem, and for each of its pairs the index in this one.
        """
        candidate_order = np.array(
            sorted(range(len(self.candidates)), key=self.candidates.__getitem__), np.int64
        )
        host_order = np.array(sorted(range(len(self.hosts)), key=self.hosts.__getitem__), np.int64)
        candidate_place, host_place = _inverse(candidate_order), _inverse(host_order)
        candidate = candidate_place[self.pair_candidate]
        host = host_place[self.pair_host]
        order = np.lexsort((host, candidate))
        return (
            replace(
                self,
                candidates=tuple(self.candidates[i] for i in candidate_order),
                gain=self.gain[candidate_order],
                load=self.load[candidate_order],
                hosts=tuple(self.hosts[i] for i in host_order),
                capacity=self.capacity[host_order],
                pair_candidate=candidate[order],
                pair_host=host[order],
                way_mm=self.way_mm[order],
            ),
            order,
        )

    @property
    def rank(self) -> Ints:
        """Place of each pair by candidate's, then host's code, from 0."""
        _, order = self.in_code_order()
        return _inverse(order)

    def score(self, chosen: Bools) -> Score:
        """Give what plans are compared by, of one choice of pairs."""
        return Score(
            int(chosen.sum()), int(self.way_mm[chosen].sum()), int(self.rank[chosen].sum())
        )

    def gained(self, chosen: Bools) -> int:
        """Give what a choice of pairs adds to the numerator."""
        return int(self.gain[self.pair_candidate[chosen]].sum())

    def used(self, chosen: Bools) -> Ints:
        """Give the floor area that each host takes on, shape (hosts,)."""
        used = np.zeros(len(self.hosts), np.int64)
        np.add.at(used, self.pair_host[chosen], self.load[self.pair_candidate[chosen]])
        return used

    def allowed(self, chosen: Bools) -> bool:
        """Tell, exactly, whether each candidate has one host at most and no host too much."""
        once = np.bincount(self.pair_candidate[chosen], minlength=1).max() <= 1
        return bool(once and (self.used(chosen) <= self.capacity).all())


def _inverse(order: Ints) -> Ints:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place
