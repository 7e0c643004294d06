"""What besides the name speaks for or against a pair: place, address, area, year, households.

Each piece moves the name's score a little; none makes a match on its own, and what is not known
moves nothing. Two things can only take away: a street that differs, and marks that differ
(`geo.intake.match.decide` never lets such a pair through by itself).
"""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz import fuzz

from geo.intake.match.characters import arabic, plain
from geo.intake.match.subject import Subject

SAME_STREET: Final = 0.015
SAME_COMMUNITY: Final = 0.03
OTHER_COMMUNITY: Final = -0.06
"""Enough to make a question of a name that is not exactly the compound's."""

PLOT_RATIO: Final = (0.15, 9.0)
"""Floor area over land area of anything that people live in."""

AREA_FITS: Final = 0.01
AREA_OFF: Final = -0.12
"""Enough to make a question of any name, unless the address speaks for it."""

SAME_FLOOR_AREA: Final = 0.03
SAME_HOUSEHOLDS: Final = 0.02
YEARS_APART: Final = 12
YEAR_OFF: Final = -0.02
SAME_ADDRESS: Final = 0.04
OTHER_ADDRESS: Final = -0.02

_ADDRESS_SIGNS: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


def beside_the_name(row: Subject, known: Subject) -> tuple[float, list[str]]:
    """Give by how much the other evidence moves a pair's score, and the reasons in words."""
    pieces = [*_place(row, known), *_size(row, known), *_address(row, known)]
    return sum(moved for moved, _ in pieces), [reason for _, reason in pieces if reason]


def _place(row: Subject, known: Subject) -> list[tuple[float, str]]:
    if row.street is None or known.street is None or row.street != known.street:
        return []
    here, there = row.division or "", known.division or ""
    if len(here) > len(row.street) < len(there):
        if here == there:
            return [(SAME_COMMUNITY, "同一社区")]
        return [(OTHER_COMMUNITY, "社区不同")]
    return [(SAME_STREET, "同一街道")]


def _size(row: Subject, known: Subject) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    if row.floor_area_m2 and known.floor_area_m2:
        if abs(row.floor_area_m2 - known.floor_area_m2) <= 0.01 * known.floor_area_m2:
            found.append((SAME_FLOOR_AREA, "建筑面积相同"))
    elif row.floor_area_m2 and known.land_area_m2:
        ratio = row.floor_area_m2 / known.land_area_m2
        if PLOT_RATIO[0] <= ratio <= PLOT_RATIO[1]:
            found.append((AREA_FITS, ""))
        else:
            found.append((AREA_OFF, f"容积率 {ratio:.2f} 不合理"))
    if row.households and row.households == known.households:
        found.append((SAME_HOUSEHOLDS, "户数相同"))
    if row.built_year and known.built_year and abs(row.built_year - known.built_year) > YEARS_APART:
        found.append((YEAR_OFF, "建成年份相差较大"))
    return found


def _address(row: Subject, known: Subject) -> list[tuple[float, str]]:
    here, there = _plain_address(row.address), _plain_address(known.address)
    if len(here) < 4 or len(there) < 4:
        return []
    if re.findall(r"\d+", here) == re.findall(r"\d+", there) and _same_road(here, there):
        return [(SAME_ADDRESS, "地址相同")]
    return [] if _same_road(here, there) else [(OTHER_ADDRESS, "地址不同")]


def _same_road(here: str, there: str) -> bool:
    """Tell whether one address is the other, but for what stands in front of it."""
    return bool(fuzz.partial_ratio(here, there) >= 85)


def _plain_address(text: str) -> str:
    return _ADDRESS_SIGNS.sub("", arabic(plain(text or "")))
