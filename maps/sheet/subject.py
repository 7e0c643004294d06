"""What a sheet is of, what it is framed with, and what it is when drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from geo.codes import level_of
from geo.errors import UsageError
from geo.terms import LEVELS
from maps.sheet.paper import Box

INTERNAL: Final = "内部使用"

LEVEL_WORDS: Final = {
    "province": "省",
    "prefecture": "州市",
    "county": "县（市、区）",
    "street": "街道（乡镇）",
    "community": "社区",
}

COMPOUNDS: Final = "compounds"
"""What `Subject.level` says for the compounds themselves instead of shares of divisions."""


@dataclass(frozen=True)
class Frame:
    """What all sheets of one product share.

    Attributes
    ----------
    secrecy
        密级, or the limit of use; on the sheet unless it is blank.
    review_number
        审图号; without one the sheet says that its boundaries are not reviewed.
    source
        Where the facts come from; blank takes the usual words.
    publisher
        Who makes the sheet public (编制单位).
    """

    paper: str = "A4"
    orientation: str = "landscape"
    secrecy: str = INTERNAL
    review_number: str = ""
    source: str = ""
    publisher: str = ""


@dataclass(frozen=True)
class Link:
    """A part of a sheet that leads to another sheet, by its anchor."""

    box: Box
    anchor: str


@dataclass(frozen=True)
class Sheet:
    """A drawn sheet. ``unnamed`` counts divisions or compounds whose name found no place."""

    svg: str
    title: str
    width: float
    height: float
    unnamed: int = 0
    anchor: str = ""
    depth: int = 1
    links: tuple[Link, ...] = field(default=())


@dataclass(frozen=True)
class Subject:
    """What a sheet shows: shares of an indicator at a level below the division, or compounds."""

    division: int
    indicator: str = "I1"
    level: str | None = None

    def shown_level(self) -> str | None:
        """Give the level whose shares are shown; None where compounds are.

        Raises
        ------
        UsageError
            For a level that does not lie below the division.
        """
        own = LEVELS.index(level_of(str(self.division)))
        if self.level == COMPOUNDS:
            return None
        if self.level is None:
            return LEVELS[own + 1] if own < LEVELS.index("street") else None
        if self.level not in LEVELS or LEVELS.index(self.level) <= own:
            below = [level for level in LEVELS if LEVELS.index(level) > own]
            raise UsageError(
                f"区划 {self.division} 之下没有层级 {self.level}。",
                f"可用：{'、'.join([*below, COMPOUNDS])}。",
            )
        return self.level


@dataclass(frozen=True)
class InAtlas:
    """What a sheet says and links as part of an atlas.

    Attributes
    ----------
    page
        What stands in the lower right, and leads back to ``back`` (an anchor).
    pages
        Page numbers of the sheets of divisions, by code; each named place leads to its sheet.
    """

    page: str = ""
    back: str = ""
    pages: dict[int, int] = field(default_factory=dict)


def anchor_of(division: int) -> str:
    """Name the place of a division's sheet in an atlas."""
    return f"d{division}"
