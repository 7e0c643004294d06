"""Either side of a match: a row without a code, or a compound that the register knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from geo.intake.match.names import Name

COUNTY: Final = 6
STREET: Final = 9
"""Digits of a division code down to county and street."""


@dataclass(frozen=True)
class Subject:
    """What is known of one side.

    Parameters
    ----------
    key
        The compound's code, or the row's position as text.
    names
        All the ways in which it is called (`names.parse_all`); the first is the main one.
    division
        The deepest division code known, or None.
    floor_area_m2, land_area_m2
        None where not known; land is the polygon's.
    confirmed
        Of a compound: texts that somebody said are its name, each with the division of the row of
        which it was said (None: anywhere).
    rejected
        Of a row: codes of compounds that somebody said it is not.
    """

    key: str
    names: tuple[Name, ...]
    shown: str = ""
    division: str | None = None
    address: str = ""
    floor_area_m2: float | None = None
    land_area_m2: float | None = None
    built_year: int | None = None
    households: int | None = None
    confirmed: tuple[tuple[str, str | None], ...] = ()
    rejected: frozenset[str] = field(default_factory=frozenset)

    @property
    def county(self) -> str | None:
        """The county's code, where the division reaches so deep."""
        return self.division[:COUNTY] if self.division and len(self.division) >= COUNTY else None

    @property
    def street(self) -> str | None:
        """The street's code, where the division reaches so deep."""
        return self.division[:STREET] if self.division and len(self.division) >= STREET else None
