"""The words of an import's call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.intake.mapping import SavedMapping


@dataclass(frozen=True)
class Options:
    """The words of an import's call; see ``wuye import --help``."""

    crs: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    dry_run: bool = False
    effective: dt.date | None = None
    complete: str | None = None
    again: bool = False
    mapping: SavedMapping | None = None
    author: str = "unknown"

    @property
    def headers(self) -> dict[str, str]:
        """Give the headers that the call or its mapping names: ``{column: header}``."""
        said = {} if self.mapping is None else self.mapping.renames()
        return {**said, **self.renames}

    @property
    def constants(self) -> frozenset[str]:
        """Give the columns that the mapping fills."""
        return frozenset() if self.mapping is None else frozenset(self.mapping.constants)

    def parameters(self, crs: str | None) -> dict[str, Any]:
        """Give the words that shape what is read, for the change's record.

        Parameters
        ----------
        crs
            The reference system applied.
        """
        words = {
            "crs_declared": self.crs,
            "crs_applied": crs,
            "map": dict(self.renames) or None,
            "mapping": None if self.mapping is None else self.mapping.as_json() or None,
            "layer": self.layer,
            "effective": self.effective.isoformat() if self.effective else None,
            "complete": self.complete,
            "again": self.again or None,
        }
        return {name: value for name, value in words.items() if value is not None}
