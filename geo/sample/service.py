"""Who served which unit from when to when, so that coverage rises as it should.

Calibrated to DOMAIN §6: professional service of 75 % of the floor area at the start of 2022 and
85.5 % at the end of 2025 over the province, each county somewhat above or below; modern and large
units first. Units that nobody has verified are covered by nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.sample.draw import END, START, day, pick, stream
from geo.sample.facts import Facts
from geo.sample.firms import Firm
from geo.terms import MODE_OF_COMPANY_KIND

PROVINCE_SHARES: Final = (0.752, 0.858)  # at the start, at the end
UNVERIFIED: Final = 0.042
UNLEDGERED: Final = 0.45  # of the unverified: a polygon and no ledger row

_FALLBACKS: Final = ("无物业", "社区托管", "居民自管", "社会组织")
_FALLBACK_ODDS: Final = {True: (0.42, 0.24, 0.24, 0.10), False: (0.50, 0.10, 0.33, 0.07)}
_FIRST_EVENT: Final = dt.date(2022, 2, 1)
_LAST_EVENT: Final = dt.date(2025, 11, 15)


@dataclass
class Tenure:
    """One state of one unit for one period; ``end`` is the first day no longer so."""

    unit: int
    mode: str
    firm: Firm | None
    start: dt.date | None
    end: dt.date | None = None
    area: str = ""
    project: str = ""


@dataclass
class Units:
    """Units by number; arrays of shape (units,)."""

    county: np.ndarray
    town: np.ndarray
    cell: np.ndarray
    floor_m2: np.ndarray
    compounds: np.ndarray
    old: np.ndarray  # bool, of most of the floor area
    ready: list[dt.date]  # the first day that service could have begun
    delivered: list[dt.date | None]  # only where in the sample's years


def units_of(facts: Facts) -> Units:
    """Add compounds up into units."""
    count = int(facts.unit.max()) + 1
    floor = np.bincount(facts.unit, facts.floor_m2, count)
    old = np.bincount(facts.unit, facts.floor_m2 * facts.old, count) > floor / 2
    first = np.zeros(count, int)
    first[facts.unit[::-1]] = np.arange(len(facts))[::-1]
    late = [
        facts.delivered_on[i] if facts.built_year[i] >= START.year else None for i in first.tolist()
    ]
    ready = [dt.date(2011, 1, 1)] * count
    for unit, day_delivered in zip(facts.unit.tolist(), facts.delivered_on, strict=True):
        ready[unit] = max(ready[unit], day_delivered or dt.date(2014, 1, 1))
    return Units(
        county=facts.county[first],
        town=facts.town[first],
        cell=facts.cell[first],
        floor_m2=floor,
        compounds=np.bincount(facts.unit, minlength=count),
        old=old,
        ready=ready,
        delivered=late,
    )


@dataclass
class Service:
    """The outcome: histories by unit, and which units have no or only an unverified row."""

    tenures: list[list[Tenure]]
    unverified: np.ndarray  # bool
    unledgered: np.ndarray  # bool


def serve(units: Units, firms: list[list[Firm]], seed: int) -> Service:
    """Draw every unit's history."""
    rng = stream(seed, "service")
    count = len(units.floor_m2)
    # Small units stay unverified more often than large ones.
    chance = UNVERIFIED * (units.floor_m2 / np.median(units.floor_m2)) ** -0.25
    unverified = (rng.random(count) < chance) & (units.compounds == 1)
    late = np.array([start is not None for start in units.delivered])
    score = 1.5 * ~units.old + 0.35 * np.log(units.floor_m2 / 40_000) + rng.normal(0, 1.0, count)
    score[late] += 1.0
    first, last = _shares(units, rng)
    at_start = _covered(units, score, first, ~unverified & ~late, ~late)
    later = score + np.where(at_start, 0.9, 0) + rng.normal(0, 0.22, count)
    at_end = _covered(units, later, last, ~unverified, np.ones(count, bool))
    tenures: list[list[Tenure]] = []
    for unit in range(count):
        if unverified[unit]:
            tenures.append([])
            continue
        town = firms[int(units.town[unit])]
        old = bool(units.old[unit])
        draw = _History(unit, old, units.ready[unit], units.delivered[unit], town, rng)
        tenures.append(draw.history(bool(at_start[unit]), bool(at_end[unit])))
    unledgered = unverified & (rng.random(count) < UNLEDGERED)
    return Service(tenures, unverified, unledgered)


def _shares(units: Units, rng: np.random.Generator) -> tuple[dict[str, float], dict[str, float]]:
    """Draw each county's shares at the start and the end: prefectures differ, counties more."""
    codes = sorted(set(units.county.tolist()))
    weight = np.array([units.floor_m2[units.county == code].sum() for code in codes])
    prefectures = sorted({code[:4] for code in codes})
    ahead = dict(zip(prefectures, rng.normal(0, 0.06, len(prefectures)), strict=True))
    middle = PROVINCE_SHARES[0] + np.array([ahead[code[:4]] for code in codes])
    start = np.clip(rng.normal(middle, 0.05), 0.5, 0.9)
    start += PROVINCE_SHARES[0] - np.average(start, weights=weight)
    end = np.clip(start + rng.uniform(0.05, 0.16, len(codes)), 0.62, 0.97)
    end += PROVINCE_SHARES[1] - np.average(end, weights=weight)
    return dict(zip(codes, start, strict=True)), dict(zip(codes, end, strict=True))


def _covered(
    units: Units, score: np.ndarray, shares: dict[str, float], able: np.ndarray, there: np.ndarray
) -> np.ndarray:
    """Cover the units of highest score in each county until its share is reached."""
    covered = np.zeros(len(score), bool)
    for code in sorted(shares):
        mine = np.flatnonzero((units.county == code) & there)
        wanted = shares[code] * units.floor_m2[mine].sum()
        ranked = mine[np.argsort(-score[mine], kind="stable")]
        ranked = ranked[able[ranked]]
        reached = np.cumsum(units.floor_m2[ranked])
        # The unit that crosses the line is in when that lands nearer to it than without.
        covered[ranked[reached - units.floor_m2[ranked] / 2 <= wanted]] = True
    return covered


@dataclass
class _History:
    """Draws one unit's tenures."""

    unit: int
    old: bool
    ready: dt.date
    delivered: dt.date | None
    firms: list[Firm]
    rng: np.random.Generator

    def history(self, at_start: bool, at_end: bool) -> list[Tenure]:
        """Give the tenures of a unit that is covered at the start, at the end, or not."""
        if self.delivered is not None:
            return [self._served(self.delivered)] if at_end else [self._fallback(self.delivered)]
        first = self._served(self._before()) if at_start else self._fallback(self._before())
        if at_start != at_end:
            then = self._served if at_end else self._fallback
            return self._changed(first, then(START))
        if at_start and self.rng.random() < 0.045:
            return self._changed(first, self._served(START, but=first.firm))
        if not at_start and self.rng.random() < 0.09:
            return self._changed(first, self._fallback(START, but=first.mode))
        if first.mode == "无物业" and self.rng.random() < 0.03:
            first.start = None
        return [first]

    def _before(self) -> dt.date:
        return day(self.rng, self.ready, dt.date(2021, 12, 29))

    def _served(self, start: dt.date, but: Firm | None = None) -> Tenure:
        others = [firm for firm in self.firms if firm is not but]
        favour = {"市场": 1.0, "国有": 1.3, "公益": 4.0 if self.old else 0.6}
        firm = pick(self.rng, others, [firm.weight * favour[firm.kind] for firm in others])
        return Tenure(self.unit, MODE_OF_COMPANY_KIND[firm.kind], firm, start)

    def _fallback(self, start: dt.date, but: str = "") -> Tenure:
        odds = [
            0.0 if mode == but else odd
            for mode, odd in zip(_FALLBACKS, _FALLBACK_ODDS[self.old], strict=True)
        ]
        return Tenure(self.unit, pick(self.rng, _FALLBACKS, odds), None, start)

    def _changed(self, before: Tenure, after: Tenure) -> list[Tenure]:
        """Put one tenure after the other; now and then nobody knows what was between."""
        before.end = day(self.rng, _FIRST_EVENT, _LAST_EVENT)
        gap = int(self.rng.integers(15, 80)) if self.rng.random() < 0.06 else 0
        after.start = min(before.end + dt.timedelta(days=gap), END)
        return [before, after]
