"""What can be worked out of a published table: least and greatest value of each withheld cell.

Only what is published goes in. Two tables that agree with it and differ in a cell by `WIDTH` or
more are a proof that the cell is safe; where the solver finds the least and the greatest value
closer, the cell is recoverable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.disclosure.grid import WIDTH, Equation, Grid
from geo.disclosure.highs import System

Floats = npt.NDArray[np.float64]

AMOUNT_SHARE = 0.1
"""How wide the interval of a withheld amount has to be, as a share of its greatest value."""

NOTHING = 1e-6

SCALE = 1e4
"""Amounts are brought to this size before they are solved for."""


@dataclass(frozen=True)
class Interval:
    """What a reader can work out of one withheld cell: row, column, least and greatest value."""

    row: int
    column: int
    low: float
    high: float


class Contradiction(Exception):
    """What is published of a table can't be: its sums are wrong."""


def recoverable(grid: Grid, published: Floats, *, whole: bool = True) -> list[Interval]:
    """Give the withheld cells that can be worked out, or nearly.

    Parameters
    ----------
    published
        Shape of the grid; NaN where withheld.
    whole
        Counts; else amounts, for which an interval of a tenth of the greatest value will do.

    Raises
    ------
    Contradiction
        When no table agrees with what is published.
    """
    flat = published.reshape(-1)
    found: list[Interval] = []
    for cells, equations in _parts(grid, np.isnan(flat)):
        right = []
        members: list[Equation] = []
        place = {cell: at for at, cell in enumerate(cells)}
        for inside, weights in equations:
            known = np.array([cell not in place for cell in inside.tolist()])
            right.append(-float((flat[inside[known]] * weights[known]).sum()))
            free = np.array([place[cell] for cell in inside[~known].tolist()], np.int64)
            members.append((free, weights[~known]))
        for at, low, high in _ranges(len(cells), members, np.array(right), whole=whole):
            row, column = divmod(cells[at], grid.columns)
            found.append(Interval(row, column, low, high))
    return sorted(found, key=lambda one: (one.row, one.column))


def contradictions(grid: Grid, published: Floats, slack: float = 0.0) -> int:
    """Count the sums, known in every part, that are wrong by more than `slack`."""
    flat = published.reshape(-1)
    wrong = 0
    for cells, weights in grid.equations():
        total = float((flat[cells] * weights).sum())
        wrong += not np.isnan(total) and abs(total) > slack
    return wrong


def _parts(grid: Grid, missing: npt.NDArray[np.bool_]) -> list[tuple[list[int], list[Equation]]]:
    """Split the withheld cells into parts that no equation joins, each with its equations."""
    above = {cell: cell for cell in np.flatnonzero(missing).tolist()}

    def top(cell: int) -> int:
        while above[cell] != cell:
            above[cell] = above[above[cell]]
            cell = above[cell]
        return cell

    telling = []
    for equation in grid.equations():
        inside = [cell for cell in equation[0].tolist() if cell in above]
        if inside:
            telling.append((equation, inside[0]))
            for cell in inside[1:]:
                above[top(cell)] = top(inside[0])
    cells: dict[int, list[int]] = {}
    for cell in above:
        cells.setdefault(top(cell), []).append(cell)
    equations: dict[int, list[Equation]] = {key: [] for key in cells}
    for equation, first in telling:
        equations[top(first)].append(equation)
    return [(sorted(members), equations[key]) for key, members in cells.items()]


def _ranges(
    count: int, equations: list[Equation], right: Floats, *, whole: bool
) -> list[tuple[int, float, float]]:
    """Give the cells of one part whose interval is too narrow."""
    scale = 1.0 if whole else max(1.0, float(np.abs(right).max(initial=0.0)) / SCALE)
    system = System(count, equations, right / scale, np.full(count, np.inf), whole=whole)
    first = system.least(np.zeros(count))
    if first is None:
        raise Contradiction
    low, high = first.copy(), first.copy()
    narrow = []
    for at in range(count):
        for sign in (-1.0, 1.0):
            if _wide(low[at], high[at], whole=whole):
                break
            cost = np.zeros(count)
            cost[at] = sign
            point = system.least(cost)
            if point is None:
                raise Contradiction
            if whole:
                point = np.rint(point)
            # Every table found is a witness for all cells in it.
            low, high = np.minimum(low, point), np.maximum(high, point)
        # An amount that can only be nought tells of nothing, as a count of nought.
        nothing = not whole and high[at] <= NOTHING
        if not nothing and not _wide(low[at], high[at], whole=whole):
            narrow.append((at, float(low[at]) * scale, float(high[at]) * scale))
    return narrow


def _wide(low: float, high: float, *, whole: bool) -> bool:
    if whole:
        return bool(round(high) - round(low) >= WIDTH)
    return bool(high > 0 and high - low >= AMOUNT_SHARE * high)
