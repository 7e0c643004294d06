"""Codes for compounds that came without one and match nothing that the register knows.

The same facts give the same code on any machine: ``临时-530102-4f1c09ab27`` is the county and ten
hexadecimal digits of a hash of street and name, or of name and shape where a file of polygons has
no codes. A later match gives the compound its real code (`geo.intake.match.record`).
"""

from __future__ import annotations

import hashlib
from typing import Final

from geo.intake.match.names import key_of
from geo.intake.match.subject import COUNTY, STREET

PREFIX: Final = "临时-"
"""How every provisional code begins."""

_DIGITS: Final = 10


def of_row(division: str, name: str) -> str:
    """Give the code of a ledger row, from the street (or what is known of it) and the name."""
    return _code(division, f"{division[:STREET]}\x1f{key_of(name)}".encode())


def of_polygon(division: str, name: str, shape: bytes) -> str:
    """Give the code of a polygon, from its name and its normalised WKB in EPSG:4490."""
    return _code(division, key_of(name).encode() + b"\x1f" + shape)


def is_provisional(code: str) -> bool:
    """Tell whether a code is one of ours."""
    return code.startswith(PREFIX)


def _code(division: str, words: bytes) -> str:
    county = division[:COUNTY].ljust(COUNTY, "0")
    return f"{PREFIX}{county}-{hashlib.sha256(words).hexdigest()[:_DIGITS]}"
