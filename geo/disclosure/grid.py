"""A table of counts whose rows form a tree and whose columns have sums.

Every inner row is the sum of the rows below it, and some columns are sums of others. Those sums are
what lets a withheld number be worked out, so all of them are in the table's equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Equation = tuple[Ints, Ints]
"""Cells (flat positions) and their weights, 1 or -1; the weighted sum is 0."""

LEAST: Final = 5
"""Counts from 1 to 4 are withheld; 0 says nothing of anybody (DOMAIN section 3)."""

WIDTH: Final = LEAST - 1
"""How far apart the least and the greatest possible value of a withheld count have to be: five
whole numbers are possible, so none is known to be under five."""


@dataclass(frozen=True)
class Grid:
    """The shape of a table.

    Attributes
    ----------
    parent
        Position of each row's parent, -1 for none. Children of a row sum to it.
    columns
        Number of columns.
    sums
        Column and the columns that it is the sum of.
    """

    parent: tuple[int, ...]
    columns: int
    sums: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.parent), self.columns

    def equations(self, rows: Iterable[int] | None = None) -> list[Equation]:
        """Give the sums over columns and over children, of some rows or of all."""
        chosen = range(len(self.parent)) if rows is None else list(rows)
        found = []
        for row in chosen:
            for total, parts in self.sums:
                found.append(_equation(row * self.columns, total, parts))
        inside = set(chosen)
        for row in chosen:
            below = [child for child in self.children[row] if child in inside]
            if below and len(below) == len(self.children[row]):
                places = [child * self.columns for child in below]
                found += [
                    _equation(column, row * self.columns, places) for column in range(self.columns)
                ]
        return found

    @cached_property
    def joined(self) -> tuple[Ints, Ints, Ints]:
        """All equations end to end: cells, weights, and where each begins."""
        found = self.equations()
        if not found:
            return (np.zeros(0, np.int64),) * 3
        sizes = [len(cells) for cells, _ in found]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        return (
            np.concatenate([cells for cells, _ in found]),
            np.concatenate([weights for _, weights in found]),
            starts,
        )

    def below(self, row: int) -> list[int]:
        """Give a row and all rows below it."""
        found, at = [row], 0
        while at < len(found):
            found += self.children[found[at]]
            at += 1
        return found

    @cached_property
    def children(self) -> list[list[int]]:
        """Positions of each row's children."""
        found: list[list[int]] = [[] for _ in self.parent]
        for row, above in enumerate(self.parent):
            if above >= 0:
                found[above].append(row)
        return found


def _equation(offset: int, total: int, parts: Sequence[int]) -> Equation:
    cells = np.array([offset + total, *(offset + part for part in parts)], np.int64)
    return cells, np.array([1, *[-1] * len(parts)], np.int64)


def small(values: Ints) -> Bools:
    """Tell which counts may not be shown."""
    return np.asarray((values > 0) & (values < LEAST))


def balances(grid: Grid, values: Ints) -> bool:
    """Tell whether a table satisfies all its equations, exactly."""
    cells, weights, starts = grid.joined
    if not len(starts):
        return True
    return not np.add.reduceat(values.reshape(-1)[cells] * weights, starts).any()
