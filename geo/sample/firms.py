"""Property companies: who there is in a town, and the party organisations in them.

Calibrated to DOMAIN §6: with an organisation 25 % at the start of 2022 and 45 % at the end of 2025;
with that or an instructor about 90 %.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.codes import USCC_ALPHABET, uscc_check_character
from geo.sample.draw import END, START, day, pick, stream
from geo.sample.names import company_name

OUTSIDE: Final = ("110105", "310115", "440305", "500103", "510107", "520102")
"""Counties of other provinces in which a few companies are registered."""

OUTSIDE_SHARE: Final = 0.03
ORGANISED_SHARES: Final = (0.255, 0.455)  # at the start, at the end
UNKNOWN_SHARE: Final = 0.03
INSTRUCTED: Final = 0.86  # of those without an organisation


@dataclass
class Firm:
    """A company and its row in the user's file."""

    uscc: str
    name: str
    kind: str
    division: str
    weight: float  # how much of a town's work it has
    members: int | None = None
    form: str = "无"
    party_from: dt.date | None = None
    party_to: dt.date | None = None
    instructor: str = ""
    instructor_from: dt.date | None = None
    instructor_to: dt.date | None = None
    stars: int | None = None
    rated_on: dt.date | None = None


def draw_firms(
    towns: list[tuple[tuple[str, ...], int]], short: dict[str, str], seed: int
) -> list[list[Firm]]:
    """Draw the companies of every town.

    Parameters
    ----------
    towns
        For each town its county codes and how many units there are to serve.
    short
        Short names of counties by code.
    """
    rng = stream(seed, "firms")
    taken: set[str] = set()
    used: set[str] = set()
    found = []
    for counties, units in towns:
        count = max(2, round(0.11 * units))
        weights = 1 / (np.arange(count) + 1.5) ** 0.75
        mine = []
        for rank in range(count):
            kind = "国有" if rank == 3 else pick(rng, ("市场", "国有", "公益"), (0.83, 0.09, 0.08))
            home = pick(rng, counties)
            division = pick(rng, OUTSIDE) if rng.random() < OUTSIDE_SHARE else home
            name = company_name(rng, kind, short[home])
            while name in taken:
                name = company_name(
                    rng, kind, short[pick(rng, counties)] + pick(rng, "新众汇盛安嘉")
                )
            taken.add(name)
            mine.append(Firm(_uscc(rng, division, used), name, kind, division, weights[rank]))
        found.append(mine)
    _organise([firm for mine in found for firm in mine], rng)
    return found


def _uscc(rng: np.random.Generator, division: str, used: set[str]) -> str:
    """Make a valid code: registered enterprise (91), county, organisation code, check character."""
    while True:
        body = "XY" + "".join(USCC_ALPHABET[i] for i in rng.integers(0, 10, 6))
        first17 = f"91{division}{body}{_organisation_check(body)}"
        code = first17 + uscc_check_character(first17)
        if code not in used:
            used.add(code)
            return code


def _organisation_check(body: str) -> str:
    """Give the ninth character of an organisation code (GB 11714): 11 - sum mod 11; X is ten."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [int(char) if char.isdigit() else ord(char) - 55 for char in body]
    rest = 11 - sum(w * v for w, v in zip(weights, values, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def _organise(firms: list[Firm], rng: np.random.Generator) -> None:
    """Give companies party organisations, instructors and stars.

    Large companies are no likelier than small ones to have an organisation, so the share holds
    whichever companies happen to be active.
    """
    order = rng.permutation(len(firms))
    early, late = (round(share * len(firms)) for share in ORGANISED_SHARES)
    for place, number in enumerate(order.tolist()):
        firm = firms[number]
        if place < late:
            _found(firm, early=place < early, rng=rng)
        elif place >= len(firms) * (1 - UNKNOWN_SHARE):
            firm.form = "未核实"
        else:
            firm.members = int(pick(rng, (0, 1, 2, 3, 4, 6), (0.42, 0.24, 0.16, 0.1, 0.05, 0.03)))
        instructed = firm.form == "无" and rng.random() < INSTRUCTED
        firm.instructor = "是" if instructed else ("" if firm.form == "未核实" else "否")
        if instructed:
            early_day = rng.random() < 0.5
            firm.instructor_from = (
                day(rng, dt.date(2020, 1, 1), START)
                if early_day
                else day(rng, START, dt.date(2025, 9, 30))
            )
            if rng.random() < 0.03:
                firm.instructor_to = day(rng, max(firm.instructor_from, dt.date(2025, 1, 1)), END)
        if rng.random() < 0.86:
            firm.stars = int(pick(rng, (1, 2, 3, 4, 5), (0.05, 0.15, 0.42, 0.28, 0.1)))
            firm.rated_on = day(rng, dt.date(2025, 3, 1), dt.date(2025, 9, 30))


def _found(firm: Firm, *, early: bool, rng: np.random.Generator) -> None:
    """Found a company's organisation: before the sample's years, or in them."""
    joint = rng.random() < 0.45
    firm.members = int(rng.integers(1, 4)) if joint else 3 + int(rng.geometric(0.22))
    if joint:
        firm.form = "联合党支部"
    else:
        firm.form = "党委" if firm.members > 100 else "党总支" if firm.members > 50 else "党支部"
    if early:
        firm.party_from = day(rng, dt.date(2012, 1, 1), START)
        if rng.random() < 0.02:
            firm.party_to = day(rng, dt.date(2024, 1, 1), END)
    else:
        firm.party_from = day(rng, dt.date(2022, 2, 1), dt.date(2025, 11, 30))
