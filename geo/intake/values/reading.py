"""What comes of reading a cell, and what a reader may look at besides the cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.intake.places import Places


@dataclass(frozen=True)
class Problem:
    """Why a cell can't be read, or what is said of one that was; and what to write instead.

    ``precision`` is "月" or "年" for a date that says no more.
    """

    rule: str
    message: str
    remedy: str
    severity: Literal["quarantined", "warned"] = "quarantined"
    precision: str = ""


@dataclass(frozen=True)
class Noted:
    """A value that was read with something to say of it."""

    value: Any
    remark: Problem


@dataclass(frozen=True)
class Context:
    """What a cell's reading depends on besides its column.

    Attributes
    ----------
    places
        Names of divisions, where the register has any.
    typed
        Whether cells have types of their own (a workbook's do, a csv's don't): where they have,
        a text has kept its trailing zeros.
    terms
        A county's own words, folded, for this column: ``{word: term}``.
    unpadded, compact_months
        What the column's other cells show of how its dates are written; see `dates.habits`.
    unit_said, sure_from_m2
        Whether the header says the unit; if not, from where on a bare number is surely in m².
    calm
        Whether the column's texts are known to hold nobody.
    """

    places: Places | None = None
    typed: bool = True
    terms: Mapping[str, str] = field(default_factory=dict)
    unpadded: bool = False
    compact_months: bool = False
    unit_said: bool = True
    sure_from_m2: int = 100
    calm: bool = False


def either(readings: tuple[str, ...], remedy: str) -> Problem:
    """Hold a cell that can be read in two ways, naming them."""
    return Problem("ambiguous", f"有两种读法：{' 或 '.join(readings)}", remedy)
