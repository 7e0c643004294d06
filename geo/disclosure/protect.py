r"""Choose what to withhold beside the small counts, so that none can be worked out.

For a withheld cell t a *move* is a whole-number table y with all sums 0, :math:`y_t = 4`, and
:math:`a + y \ge 0`: then a and a + y are two tables that agree with everything published, and t
could be either. The cheapest move is sought,

.. math:: \min \sum_c w_c (y_c^+ + y_c^-), \quad y_c^- \le a_c,

with w = 0 for cells that are withheld already and w = 100 + a for published ones; published cells
that it moves are withheld too, and need moves of their own. It is first sought below the nearest
row, with that row's own cells still, then ever higher: what is found there is a move of the whole.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.disclosure.grid import WIDTH, Bools, Equation, Grid, Ints, balances, small
from geo.disclosure.highs import System
from geo.errors import InputError

BASE_COST: Final = 100.0
"""Withholding a cell costs this and its count: few cells, and small ones."""


@dataclass(frozen=True)
class Protection:
    """What is withheld, and the moves that show how far each withheld cell can go.

    Attributes
    ----------
    withheld
        Shape of the table.
    moves
        Each the flat positions and the changes of one move; see the module.
    """

    withheld: Bools
    moves: tuple[tuple[Ints, Ints], ...]


def protect(grid: Grid, values: Ints, withheld: Bools | None = None) -> Protection:
    """Withhold small counts and what would give them away.

    Parameters
    ----------
    values
        Shape of the grid, the true counts.
    withheld
        Cells that have to be withheld besides.

    Raises
    ------
    InputError
        When the table's sums are wrong.
    """
    if not balances(grid, values):
        raise InputError("表中分项之和与合计不符，无法判断哪些数字可以公开。", "请反馈给维护者。")
    hidden = small(values) if withheld is None else small(values) | withheld
    hidden = hidden.copy().reshape(-1)
    flat = values.reshape(-1)
    moved = np.zeros(len(flat), np.int64)
    moves: list[tuple[Ints, Ints]] = []
    queue = deque(np.flatnonzero(hidden).tolist())
    while queue:
        target = queue.popleft()
        if moved[target] >= WIDTH:
            continue
        move = _move(grid, flat, hidden, target)
        cells = np.flatnonzero(move)
        moves.append((cells, move[cells]))
        moved[cells] = np.maximum(moved[cells], np.abs(move[cells]))
        new = cells[~hidden[cells]]
        hidden[new] = True
        queue += new.tolist()
    return Protection(hidden.reshape(values.shape), tuple(moves))


def verified(grid: Grid, values: Ints, protection: Protection) -> bool:
    """Check in whole numbers, without the solver, that the moves show every withheld cell safe."""
    flat, hidden = values.reshape(-1), protection.withheld.reshape(-1)
    reach = np.zeros(len(flat), np.int64)
    for cells, change in protection.moves:
        other = flat.copy()
        other[cells] += change
        if (other < 0).any() or not balances(grid, other.reshape(values.shape)):
            return False
        if not hidden[cells].all():
            return False
        reach[cells] = np.maximum(reach[cells], np.abs(change))
    return bool((reach[hidden] >= WIDTH).all() and not small(flat[~hidden]).any())


def _move(grid: Grid, flat: Ints, hidden: Bools, target: int) -> Ints:
    """Give the cheapest move of a cell, sought in ever larger parts of the table."""
    row = target // grid.columns
    top = grid.parent[row] if grid.parent[row] >= 0 else row
    while True:
        still = top != row
        found = _move_below(grid, flat, hidden, target, top, still=still)
        if found is None and still and grid.parent[top] < 0:
            found = _move_below(grid, flat, hidden, target, top, still=False)
        if found is not None:
            return found
        if grid.parent[top] < 0:  # every table has one: add 4 to a whole branch
            raise InputError("找不到可行的隐去方案。", "请反馈给维护者。")
        top = grid.parent[top]


def _move_below(
    grid: Grid, flat: Ints, hidden: Bools, target: int, top: int, *, still: bool
) -> Ints | None:
    rows = grid.below(top)
    columns = np.arange(grid.columns)
    cells = (np.array(rows)[:, None] * grid.columns + columns).reshape(-1)
    place = {cell: at for at, cell in enumerate(cells.tolist())}
    count = len(cells)
    equations: list[Equation] = []
    for members, weights in grid.equations(rows):
        at = np.array([place[cell] for cell in members.tolist()], np.int64)
        equations.append((np.concatenate([at, at + count]), np.concatenate([weights, -weights])))
    upper = np.concatenate([np.full(count, np.inf), flat[cells].astype(np.float64)])
    if still:
        upper[: grid.columns] = 0.0
        upper[count : count + grid.columns] = 0.0
    # Where the part is not the whole, its top row is a summand of what lies outside: it stays.
    elif grid.parent[top] >= 0:
        return None
    weight = np.where(hidden[cells], 0.0, BASE_COST + flat[cells])
    # Cells withheld already cost a little, so that a move is no larger than it needs to be.
    weight = np.concatenate([weight, weight]) + 1e-3
    system = System(2 * count, equations, np.zeros(len(equations)), upper, whole=True)
    goal = place[target]
    fixed = ((goal, float(WIDTH), float(WIDTH)), (goal + count, 0.0, 0.0))
    point = system.least(weight, fixed)
    if point is None:
        return None
    whole = np.rint(point).astype(np.int64)
    move = np.zeros(len(flat), np.int64)
    move[cells] = whole[:count] - whole[count:]
    return move
