"""Why a compound is, or is not, counted under a definition."""

from __future__ import annotations

from typing import Literal

import numpy as np

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.compounds import days
from geo.snapshot.file import Snapshot

Reason = Literal[
    "not_delivered", "demolished", "not_urban", "counts", "counts_evidenced", "no_evidence",
    "band_excludes", "no_service", "not_verified",
]  # fmt: skip
"""Not in the denominator (the first three), in the numerator (``counts…``), or only below."""

OUTSIDE: tuple[Reason, ...] = ("not_delivered", "demolished", "not_urban")
COUNTED: tuple[Reason, ...] = ("counts", "counts_evidenced")


def why(snapshot: Snapshot, row: int, definition: Definition) -> Reason:
    """Say why the compound in a row is or is not counted; agrees with `geo.coverage`."""
    if not snapshot.column("compounds", "standing")[row]:
        gone = days(snapshot, "demolished_on")[row]
        return "demolished" if gone <= np.datetime64(snapshot.as_of) else "not_delivered"
    if definition.population == "urban" and not snapshot.column("compounds", "urban")[row]:
        return "not_urban"
    band = action_plan().band(definition.band)
    mode = terms.MODES[int(snapshot.column("compounds", "mode")[row])]
    if mode in band.modes:
        return "counts"
    if mode in band.evidenced:
        evidenced = snapshot.column("compounds", "evidenced")[row]
        return "counts_evidenced" if evidenced else "no_evidence"
    if mode == terms.MODES[terms.UNKNOWN]:
        return "not_verified"
    return "no_service" if mode == "无物业" else "band_excludes"
