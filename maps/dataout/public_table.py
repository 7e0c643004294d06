"""The figures of a public edition as one table: divisions with their rests, counts and amounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.action_plan import Definition
from geo.codes import level_of
from geo.coverage import OUTSIDE, Coverage, coverage
from geo.disclosure.grid import Bools, Grid, Ints
from geo.disclosure.protect import protect
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS

COUNTS: Final = ("compounds", "covered", "unverified", "uncovered", "with", "unknown", "without")
"""Columns of counts: all compounds; by service (I1); by owners' committee (I2)."""

SUMS: Final = ((0, (1, 2, 3)), (0, (4, 5, 6)))
SERVICE: Final = [0, 1, 2, 3]
COMMITTEE: Final = [0, 4, 5, 6]


@dataclass(frozen=True)
class Place:
    """A row: a division, or (code None) what a division has in none of those below it."""

    code: int | None
    name: str
    level: str
    parent: int | None


@dataclass(frozen=True)
class PublicTable:
    """Counts and amounts of all places of a public edition, and what of them is withheld.

    Attributes
    ----------
    counts
        Shape (n, 7), columns `COUNTS`.
    amounts
        Shape (n, 4), stored units of I1: all, covered, unverified, not covered.
    withheld
        Shape (n, 7): counts that are not shown.
    """

    places: tuple[Place, ...]
    grid: Grid
    counts: Ints
    amounts: Ints
    per_unit: int
    withheld: Bools

    @property
    def service_shown(self) -> Bools:
        """Tell which rows show all of their service; only those show amounts and shares.

        A row that withholds a count withholds all of its amounts. Beside it stands another such
        row, or its parent is one, so an amount is known only as part of a larger sum.
        """
        return np.asarray(~self.withheld[:, SERVICE].any(axis=1))

    @property
    def committee_shown(self) -> Bools:
        """Tell which rows show all of their committees."""
        return np.asarray(~self.withheld[:, COMMITTEE].any(axis=1))


def public_table(
    snapshot: Snapshot, definition: Definition, division: int | None, levels: tuple[str, ...]
) -> PublicTable:
    """Sum a snapshot (without its excluded sites) and withhold what must not be known.

    Parameters
    ----------
    levels
        Levels shown, top down; the division's own is the first.
    """
    places, counts, amounts = _divisions(snapshot, definition, division, levels)
    parents = _parents(places)
    places, parents, counts, amounts = _with_rests(places, parents, counts, amounts, levels)
    grid = Grid(tuple(parents), len(COUNTS), SUMS)
    per_unit = 100 if definition.basis != "count" else 1
    return PublicTable(
        tuple(places), grid, counts, amounts, per_unit, protect(grid, counts).withheld
    )


def _divisions(
    snapshot: Snapshot, definition: Definition, division: int | None, levels: tuple[str, ...]
) -> tuple[list[Place], Ints, Ints]:
    by_number = replace(definition, basis="count")
    places: list[Place] = []
    counts: list[list[int]] = []
    amounts: list[list[int]] = []
    for level in levels:
        service = coverage(snapshot, "I1", level, by_number, division)
        committee = _by_code(coverage(snapshot, "I2", level, definition, division))
        amount = _by_code(coverage(snapshot, "I1", level, definition, division))
        for row in service.rows:
            if row.division is None and level != levels[0]:
                continue  # what lies outside is told parent by parent
            places.append(Place(row.division, row.name, level, None))
            whole, yes, unknown = row.denominator, row.numerator, row.unknown
            filed, asked = committee.get(row.division, (0, 0, 0))[1:]
            counts.append(
                [whole, yes, unknown, whole - yes - unknown, filed, asked, whole - filed - asked]
            )
            total, has, unsure = amount.get(row.division, (0, 0, 0))
            amounts.append([total, has, unsure, total - has - unsure])
    return (
        places,
        np.array(counts, np.int64).reshape(-1, len(COUNTS)),
        np.array(amounts, np.int64).reshape(-1, len(SERVICE)),
    )


def _by_code(found: Coverage) -> dict[int | None, tuple[int, int, int]]:
    return {row.division: (row.denominator, row.numerator, row.unknown) for row in found.rows}


def _parents(places: list[Place]) -> list[int]:
    """Give the position of the nearest division above each, -1 for none."""
    at = {str(place.code): row for row, place in enumerate(places) if place.code is not None}
    found = []
    for place in places:
        text = "" if place.code is None else str(place.code)
        above = (at[text[:size]] for size in range(len(text) - 1, 1, -1) if text[:size] in at)
        found.append(next(above, -1))
    return found


def _with_rests(
    places: list[Place], parents: list[int], counts: Ints, amounts: Ints, levels: tuple[str, ...]
) -> tuple[list[Place], list[int], Ints, Ints]:
    """Add to each division what lies in none of those below it, and name each one's parent."""
    named = [replace(place, parent=places[above].code if above >= 0 else None)
             for place, above in zip(places, parents, strict=True)]  # fmt: skip
    listed = list(parents)
    rests: list[tuple[Ints, Ints]] = []
    for row, place in enumerate(places):
        below = [child for child, above in enumerate(parents) if above == row]
        if not below or place.code is None:
            continue
        count = counts[row] - counts[below].sum(axis=0)
        amount = amounts[row] - amounts[below].sum(axis=0)
        if count.any():
            level = places[below[0]].level
            named.append(Place(None, OUTSIDE, level, place.code))
            listed.append(row)
            rests.append((count, amount))
    if rests:
        counts = np.vstack([counts, *(count for count, _ in rests)])
        amounts = np.vstack([amounts, *(amount for _, amount in rests)])
    return named, listed, counts, amounts


def levels_of(division: int | None, lowest: str) -> tuple[str, ...]:
    """Give the levels from a division's own (or the province) down to the lowest shown."""
    own = 0 if division is None else LEVELS.index(level_of(str(division)))
    return LEVELS[own : max(own, LEVELS.index(lowest)) + 1]
