"""Which compounds a plan may propose, and why the others of the gap may not be."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.action_plan import Definition, action_plan
from geo.coverage import counted, standing, unverified, within
from geo.snapshot.file import Snapshot

CANDIDATE: Final = "candidate"
UNVERIFIED: Final = "unverified"
YEAR_UNKNOWN: Final = "year_unknown"
NOT_OLD: Final = "not_old"
NO_POLYGON: Final = "no_polygon"

NOT_CANDIDATES: Final = (UNVERIFIED, YEAR_UNKNOWN, NOT_OLD, NO_POLYGON)
"""Why a compound of the gap is no candidate; the first that applies."""


def gap_classes(
    snapshot: Snapshot, definition: Definition, division: int | None
) -> dict[str, npt.NDArray[np.int64]]:
    """Sort the compounds of a division's gap: those in the denominator and not counted.

    Candidates are old (a known year built, by the plan's `old_until`), of a known service mode
    and have a polygon to measure from. Each compound of the gap is in exactly one class.

    Returns
    -------
    Rows of the snapshot's compounds, ascending, by class.
    """
    year = snapshot.column("compounds", "built_year")
    left = standing(snapshot, definition) & within(snapshot, division)
    left &= ~counted(snapshot, definition)
    tests = {
        UNVERIFIED: unverified(snapshot),
        YEAR_UNKNOWN: year == 0,
        NOT_OLD: year > action_plan().old_until,
        NO_POLYGON: shapely.is_missing(snapshot.geometry("compounds")),
    }
    classes = {}
    for name, test in tests.items():
        classes[name] = np.flatnonzero(left & test)
        left = left & ~test
    return {CANDIDATE: np.flatnonzero(left), **classes}
