"""The columns by which an exported polygon is known again when it comes back.

Their names are short and plain, so they outlive a Shapefile too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

from geo.intake.lint.measure import Geometries
from geo.intake.read import RawTable

PRINT: Final = "wuye_print"
"""Fingerprint of the polygon as exported."""

FROM: Final = "wuye_from"
"""Number of the change that the polygon comes from."""

KNOWN: Final = "wuye_known"
"""Number of the last change when it was exported."""

HEADERS: Final = (PRINT, FROM, KNOWN)


@dataclass(frozen=True)
class Tags:
    """What an export's rows carry, by position; None in rows drawn since.

    Attributes
    ----------
    prints
        Fingerprints as exported.
    known
        After which change the register was exported; one number, or None when the rows disagree.
    """

    prints: Sequence[str | None]
    known: int | None


def fingerprints(shapes: Geometries) -> list[str]:
    """Give the fingerprints of shapes in EPSG:4490: 16 digits of a hash of their normalised WKB."""
    return [
        hashlib.sha256(wkb).hexdigest()[:16]
        for wkb in shapely.to_wkb(shapely.normalize(shapes), byte_order=1)
    ]


def take_tags(raw: RawTable) -> Tags | None:
    """Take an export's columns out of a table; None when it is no export."""
    if PRINT not in raw.cells:
        return None
    columns: dict[str, list[Any]] = {name: raw.cells.pop(name, []) for name in HEADERS}
    known = {number for number in map(_whole, columns[KNOWN]) if number is not None}
    prints = [value if isinstance(value, str) else None for value in columns[PRINT]]
    return Tags(prints, known.pop() if len(known) == 1 else None)


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
