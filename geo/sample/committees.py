"""Owners' committees and interim ones, calibrated to DOMAIN §6.

A valid owners' committee: 17 % of compounds at the start of 2022, 34 % at the end of 2025.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.sample.areas import Managed
from geo.sample.draw import END, START, day, stream, years_later
from geo.sample.facts import Facts
from geo.sample.service import Service, Units

SHARES: Final = (0.17, 0.345)
BY_AREA: Final = 0.2
INTERIM: Final = 0.07
LAPSED: Final = 0.05
_DAY: Final = dt.timedelta(days=1)


@dataclass
class Committee:
    """A row of the user's committee ledger; `compound` or `area` is blank."""

    compound: str
    area: str
    kind: str
    filed_on: dt.date
    term_to: dt.date
    ended_on: dt.date | None
    seats: int
    party_seats: int
    community_seats: int


@dataclass
class _Term:
    kind: str
    filed_on: dt.date
    term_to: dt.date
    ended_on: dt.date | None = None


def draw_committees(
    facts: Facts, units: Units, service: Service, managed: Managed, seed: int
) -> list[Committee]:
    """Draw the committees of units; shared ones go by their area."""
    rng = stream(seed, "committees")
    covered = np.array([any(t.firm for t in tenures) for tenures in service.tenures])
    late = np.array([start is not None for start in units.delivered])
    score = 1.1 * covered + 0.6 * ~units.old + rng.normal(0, 1, len(covered))
    at_start = _chosen(score - 9.0 * late, units.compounds, SHARES[0])
    at_end = _chosen(score + 0.9 * at_start + rng.normal(0, 0.3, len(score)), units.compounds,
                     SHARES[1])  # fmt: skip
    members: list[list[int]] = [[] for _ in range(len(score))]
    for compound, unit in enumerate(facts.unit.tolist()):
        members[unit].append(compound)
    out: list[Committee] = []
    for unit, compounds in enumerate(members):
        terms = _terms(bool(at_start[unit]), bool(at_end[unit]), units.delivered[unit], rng)
        if not terms:
            continue
        area = managed.of_unit[unit]
        by_area = bool(area) and (len(compounds) > 1 or rng.random() < BY_AREA)
        subjects = [("", area)] if by_area else [(facts.code[c], "") for c in compounds]
        for subject, named in subjects:
            out += [_row(subject, named, term, rng) for term in terms]
    return out


def _chosen(score: np.ndarray, weight: np.ndarray, share: float) -> np.ndarray:
    """Choose the units of highest score until their compounds make the share."""
    ranked = np.argsort(-score, kind="stable")
    within = np.cumsum(weight[ranked]) <= share * weight.sum()
    chosen = np.zeros(len(score), bool)
    chosen[ranked[within]] = True
    return chosen


def _terms(
    at_start: bool, at_end: bool, delivered: dt.date | None, rng: np.random.Generator
) -> list[_Term]:
    """Draw the terms of one subject, none overlapping another of its kind."""
    owners = "业主委员会"
    if at_start:
        filed = day(rng, dt.date(2019, 2, 1), dt.date(2021, 12, 1))
        end = years_later(filed, 3 + int(rng.integers(3))) - _DAY
        while end < START:
            end = years_later(end, 1)
        first = _Term(owners, filed, end)
        if not at_end:
            if end >= END:
                first.ended_on = day(rng, dt.date(2023, 1, 1), dt.date(2025, 10, 31))
            return [first]
        if end >= END:
            return [first]
        again = min(end + _DAY * int(rng.integers(1, 90)), END)
        return [first, _Term(owners, again, _to_the_end(again, rng))]
    if at_end:
        earliest = dt.date(2022, 1, 10) if delivered is None else delivered
        filed = day(rng, min(earliest, dt.date(2025, 12, 1)), dt.date(2025, 12, 20))
        committee = _Term(owners, filed, _to_the_end(filed, rng))
        if rng.random() < 0.12 and delivered is None:
            begun = day(rng, dt.date(2020, 6, 1), filed - _DAY * 30)
            interim = _Term("物业管理委员会", begun, years_later(begun, 3), filed)
            return [interim, committee]
        return [committee]
    chance = rng.random()
    if chance < INTERIM:
        begun = day(rng, delivered or dt.date(2021, 3, 1), dt.date(2025, 11, 30))
        return [_Term("物业管理委员会", begun, years_later(begun, 3) - _DAY)]
    if chance < INTERIM + LAPSED and delivered is None:
        filed = day(rng, dt.date(2015, 1, 1), dt.date(2018, 11, 30))
        return [_Term(owners, filed, years_later(filed, 3) - _DAY)]
    return []


def _to_the_end(filed: dt.date, rng: np.random.Generator) -> dt.date:
    """Give the end of a term of three to five years that lasts beyond the sample's years."""
    years = 3 + int(rng.integers(3))
    while years_later(filed, years) - _DAY <= END:
        years += 1
    return years_later(filed, years) - _DAY


def _row(compound: str, area: str, term: _Term, rng: np.random.Generator) -> Committee:
    seats = 5 + 2 * int(rng.integers(0, 4))
    return Committee(
        compound=compound,
        area=area,
        kind=term.kind,
        filed_on=term.filed_on,
        term_to=term.term_to,
        ended_on=term.ended_on,
        seats=seats,
        party_seats=int(rng.binomial(seats, 0.35)),
        community_seats=int(rng.binomial(2, 0.6)) if term.kind == "物业管理委员会" else
        int(rng.binomial(2, 0.25)),
    )  # fmt: skip
