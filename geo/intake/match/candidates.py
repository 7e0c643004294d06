"""Which compounds a row is compared with: its county's, and of those the few that sound like it.

Every row against every compound of a block costs one native call (a matrix of syllable ratios, in
slices, so memory stays bounded); only the best few of each row are looked at closely.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from geo.intake.match.subject import COUNTY, Subject

MOST: Final = 8
"""Compounds a row that are looked at closely."""

LEAST_RATIO: Final = 60
"""Per cent of the syllables that a row and a compound must share to be looked at."""

CELLS_AT_ONCE: Final = 20_000_000
"""Cells of the matrix in memory at once, a byte each."""


def blocks(
    rows: Sequence[Subject], known: Sequence[Subject]
) -> Iterator[tuple[list[int], list[int]]]:
    """Give the rows of each division (county or above) with the compounds that may be theirs.

    A compound whose county is not known may be anybody's; a row whose division is not known is
    compared with all.
    """
    of_division: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        of_division[(row.division or "")[:COUNTY]].append(place)
    of_county: dict[str, list[int]] = defaultdict(list)
    for place, compound in enumerate(known):
        of_county[compound.county or ""].append(place)
    for division in sorted(of_division):
        counties = [
            county for county in sorted(of_county) if not county or county.startswith(division)
        ]
        yield (
            of_division[division],
            sorted(place for county in counties for place in of_county[county]),
        )


def candidates(
    rows: Sequence[Subject], known: Sequence[Subject]
) -> Iterator[tuple[int, list[int]]]:
    """Give each row's place with those of the compounds to look at closely."""
    for row_places, known_places in blocks(rows, known):
        if not known_places:
            yield from ((place, []) for place in row_places)
            continue
        theirs = [(name.sound, place) for place in known_places for name in known[place].names]
        ours = [(name.sound, place) for place in row_places for name in rows[place].names]
        owner = np.array([place for _, place in theirs], np.int64)
        words = [word for word, _ in theirs]
        found: dict[int, dict[int, float]] = defaultdict(dict)
        step = max(1, CELLS_AT_ONCE // max(1, len(words)))
        for start in range(0, len(ours), step):
            some = ours[start : start + step]
            _collect(some, words, owner, found)
        for place in row_places:
            best = sorted(found[place].items(), key=lambda pair: (-pair[1], pair[0]))
            yield place, [compound for compound, _ in best[:MOST]]


def _collect(
    ours: list[tuple[str, int]],
    words: list[str],
    owner: np.ndarray,
    found: dict[int, dict[int, float]],
) -> None:
    """Add the best compounds of some names to what was found for their rows."""
    ratios = process.cdist(
        [word for word, _ in ours], words, scorer=fuzz.ratio, score_cutoff=LEAST_RATIO,
        dtype=np.uint8, workers=-1,
    )  # fmt: skip
    most = min(3 * MOST, ratios.shape[1])  # a compound may come with several names
    top = np.argpartition(ratios, ratios.shape[1] - most, axis=1)[:, -most:]
    for line, (_, place) in enumerate(ours):
        held = found[place]
        for column in top[line]:
            ratio = float(ratios[line, column])
            compound = int(owner[column])
            if ratio >= LEAST_RATIO and ratio > held.get(compound, 0.0):
                held[compound] = ratio
