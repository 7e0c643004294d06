"""Some of a file's shapes while they are being checked, with what is said of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import SupportsInt

import numpy as np
import numpy.typing as npt
import shapely

from geo.intake.lint.measure import Geometries
from geo.intake.verdicts import Findings, Severity

COLUMN = "geometry"


@dataclass
class Draft:
    """Shapes by position, and what their rows and the file will be told.

    A large file is checked some rows at a time; what is said waits until `tell`.

    Attributes
    ----------
    shapes
        Shape (n,), EPSG:4490; None where there is none or it is held back.
    counts
        What was done to how many, for the file's notices.
    """

    shapes: Geometries
    counts: Counter[str] = field(default_factory=Counter)
    said: list[tuple[Severity, str, int, str, str, str]] = field(default_factory=list)

    def where(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """Give the positions of shapes that are there and for which something is so."""
        return np.flatnonzero(mask & ~shapely.is_missing(self.shapes))

    def warn(self, rule: str, position: SupportsInt, value: str, message: str, remedy: str) -> None:
        """Load the row, and flag it."""
        self.said.append(("warned", rule, int(position), value, message, remedy))

    def hold(self, rule: str, position: SupportsInt, value: str, message: str, remedy: str) -> None:
        """Hold the row back; its shape is looked at no further."""
        self.said.append(("quarantined", rule, int(position), value, message, remedy))
        self.shapes[int(position)] = None

    def tell(self, findings: Findings, positions: npt.NDArray[np.intp]) -> None:
        """Say it all, of rows at these positions of the file."""
        for severity, rule, place, value, message, remedy in self.said:
            findings.add(severity, rule, positions[place], COLUMN, value, message, remedy)
