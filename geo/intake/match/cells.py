"""A cleaned table's cells by column: thousands of single look-ups in a frame would be slow."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd


class Cells:
    """The cells of a frame whose index counts its rows from 0."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._columns: dict[str, list[Any]] = {
            str(name): frame[name].tolist() for name in frame.columns
        }
        self.names = list(self._columns)

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def column(self, column: str) -> list[Any]:
        """Give a column's cells, in the order of the rows."""
        return self._columns[column]

    def value(self, place: int, column: str) -> Any:
        """Give a cell's value, None where there is none."""
        found = self._columns[column][place] if column in self._columns else None
        return (
            None if found is pd.NaT or (isinstance(found, float) and math.isnan(found)) else found
        )

    def text(self, place: int, column: str) -> str:
        """Give a cell's text, blank for none."""
        value = self.value(place, column)
        return value if isinstance(value, str) else ""

    def row(self, place: int) -> tuple[str, ...]:
        """Give all that a row says, but for where it stands, so that equal rows are equal."""
        apart = {"position", "row", "sheet"}
        return tuple(str(self.value(place, name)) for name in self.names if name not in apart)
