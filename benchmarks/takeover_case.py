"""The takeover problem of each county of a snapshot, with only the rules that rivals can express.

Kept: which pairs law and ground allow, what a candidate adds, what a host can take on. Switched
off: `SWITCHED_OFF`. Every side gets the same arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

import numpy as np

from geo.action_plan import Definition, action_plan
from geo.snapshot.file import Snapshot
from geo.takeover.plan.field import Field
from geo.takeover.plan.request import Request
from geo.takeover.plan.scene import Scene
from geo.takeover.solver.problem import Ints, Problem

SWITCHED_OFF: Final = (
    "whole management areas, bundles of small compounds, chains, company caps, households,"
    " fallback modes, costs"
)
"""What none of the rivals can express; a real plan has all of it."""


@dataclass(frozen=True)
class Case:
    """A county: its problem, and its numerator and denominator (0.01 m²) as they stand."""

    county: str
    name: str
    problem: Problem
    numerator: int
    denominator: int

    def short_of(self, share: Decimal) -> int:
        """Give the floor area (0.01 m²) that is missing to a share; 0 or less for none."""
        return ceil(Fraction(share) * self.denominator) - self.numerator


def target() -> Decimal:
    """Give the action plan's share for I1."""
    return action_plan().indicator("I1").target


def cases(snapshot: Snapshot) -> list[Case]:
    """Give the counties in which any candidate has a host, by code."""
    field = Field(snapshot, Definition(), None)
    whole = Scene(field, Request(division=None, target=target())).problem
    county = snapshot.column("compounds", "county")[field.rows].astype(np.int64)
    shares = field.shares("county")
    found = []
    for code in np.unique(county[whole.pair_candidate]).tolist():
        pairs = np.flatnonzero(county[whole.pair_candidate] == code)
        name = snapshot.division_names.get(code, str(code))
        found.append(Case(str(code), name, part(whole, pairs), *shares[code]))
    return found


def part(whole: Problem, pairs: Ints) -> Problem:
    """Give the problem of some pairs, the candidates and hosts without one left out.

    Raises
    ------
    ValueError
        If a pair has a load of its own: rivals know one load a candidate.
    """
    old, candidate = np.unique(whole.pair_candidate[pairs], return_inverse=True)
    hosts, host = np.unique(whole.pair_host[pairs], return_inverse=True)
    if (whole.pair_load[pairs] != whole.load[whole.pair_candidate[pairs]]).any():
        raise ValueError("a pair's load differs from its candidate's")
    return Problem(
        candidates=tuple(whole.candidates[k] for k in old.tolist()),
        gain=whole.gain[old],
        load=whole.load[old],
        hosts=tuple(whole.hosts[k] for k in hosts.tolist()),
        capacity=whole.capacity[hosts],
        pair_candidate=candidate,
        pair_host=host,
        way_mm=whole.way_mm[pairs],
    )
