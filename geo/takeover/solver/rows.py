"""Constraints of a zero-one programme, in integers: ``sum(weight * x) <= limit``, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Sparse rows, one after the other.

    Attributes
    ----------
    start
        Shape (rows + 1,).
    column, weight
        Shape (entries,). A row names a column once. A "no less than" is written with both sides
        negated.
    limit
        Shape (rows,).
    """

    start: Ints
    column: Ints
    weight: Ints
    limit: Ints

    def __len__(self) -> int:
        return len(self.limit)

    @property
    def row(self) -> Ints:
        """Which row each entry is of."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def sums(self, chosen: Bools) -> Ints:
        """Give each row's left side, exactly (int64 holds any sum of areas or of fen)."""
        running = np.concatenate([[0], np.cumsum(np.where(chosen[self.column], self.weight, 0))])
        return np.asarray(running[self.start[1:]] - running[self.start[:-1]])

    def hold(self, chosen: Bools) -> bool:
        """Tell whether a choice keeps every row."""
        return bool((self.sums(chosen) <= self.limit).all())

    def cuts(self, chosen: Bools) -> Rows:
        """Give, for each row that a choice breaks, one that it breaks too and no solution does.

        A row's left side can only fall when a column with a positive weight leaves or one with a
        negative weight enters: one of the two has to happen.
        """
        maker = RowMaker()
        for broken in np.flatnonzero(self.sums(chosen) > self.limit).tolist():
            at = slice(self.start[broken], self.start[broken + 1])
            column, weight = self.column[at], self.weight[at]
            leave = column[chosen[column] & (weight > 0)]
            enter = column[~chosen[column] & (weight < 0)]
            signs = np.concatenate([np.ones(len(leave)), -np.ones(len(enter))]).astype(np.int64)
            maker.add(np.concatenate([leave, enter]), signs, len(leave) - 1)
        return maker.rows()

    def restricted(self, keep: Ints, columns: int, *, cut: bool = False) -> Rows:
        """Give the rows of some columns, numbered anew; the others are 0.

        A row that is left without an entry stays only if it asks for something; with `cut`, for
        columns that share no row with the others, it goes.
        """
        place = np.full(columns, -1)
        place[keep] = np.arange(len(keep))
        inside = place[self.column] >= 0
        size = np.bincount(self.row[inside], minlength=len(self))
        stays = size > 0 if cut else (size > 0) | (self.limit < 0)
        return Rows(
            np.concatenate([[0], np.cumsum(size[stays])]),
            place[self.column[inside]],
            self.weight[inside],
            self.limit[stays],
        )

    def take(self, keep: Bools) -> Rows:
        """Give some of the rows."""
        inside = keep[self.row]
        size = np.diff(self.start)[keep]
        return Rows(
            np.concatenate([[0], np.cumsum(size)]),
            self.column[inside],
            self.weight[inside],
            self.limit[keep],
        )

    def split(self, part: Ints, parts: int) -> list[Rows]:
        """Give the rows of each part, with its columns numbered from 0 as they stand.

        Parameters
        ----------
        part
            Shape (columns,): the part, from 0, of each column. No row joins two.
        """
        order = np.argsort(part, kind="stable")
        before = np.searchsorted(part[order], np.arange(parts))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        filled = np.diff(self.start) > 0
        of_row = part[self.column[self.start[:-1][filled]]]
        turn = np.argsort(of_row, kind="stable")
        inner = self.take(filled)
        size = np.diff(inner.start)[turn]
        start = np.concatenate([[0], np.cumsum(size)])
        # The entries of row turn[k] move to start[k]..start[k + 1].
        entry = np.arange(start[-1]) + np.repeat(inner.start[:-1][turn] - start[:-1], size)
        column, weight = inner.column[entry], inner.weight[entry]
        local = place[column] - before[part[column]]
        ends = np.searchsorted(of_row[turn], np.arange(parts + 1))
        return [
            Rows(
                start[low : high + 1] - start[low],
                local[start[low] : start[high]],
                weight[start[low] : start[high]],
                inner.limit[turn][low:high],
            )
            for low, high in pairwise(ends.tolist())
        ]

    def joined(self, other: Rows) -> Rows:
        """Give these rows and then others."""
        return Rows(
            np.concatenate([self.start, other.start[1:] + self.start[-1]]),
            np.concatenate([self.column, other.column]),
            np.concatenate([self.weight, other.weight]),
            np.concatenate([self.limit, other.limit]),
        )


def side_by_side(blocks: list[Rows], columns: list[int]) -> Rows:
    """Join rows of parts whose columns stand one part after the other."""
    entries = np.concatenate([[0], np.cumsum([len(block.column) for block in blocks])])
    shift = np.concatenate([[0], np.cumsum(columns)])
    return Rows(
        np.concatenate(
            [[0], *(block.start[1:] + at for block, at in zip(blocks, entries, strict=False))]
        ),
        np.concatenate([block.column + at for block, at in zip(blocks, shift, strict=False)]),
        np.concatenate([block.weight for block in blocks]),
        np.concatenate([block.limit for block in blocks]),
    )


class RowMaker:
    """Collects rows."""

    def __init__(self) -> None:
        self._column: list[Ints] = []
        self._weight: list[Ints] = []
        self._limit: list[int] = []

    def __len__(self) -> int:
        return len(self._limit)

    def add(self, column: Ints, weight: Ints | int, limit: int) -> None:
        """Add a row."""
        self._column.append(np.asarray(column, np.int64))
        self._weight.append(np.broadcast_to(np.asarray(weight, np.int64), (len(column),)))
        self._limit.append(limit)

    def rows(self) -> Rows:
        """Give what was added."""
        none = np.zeros(0, np.int64)
        return Rows(
            np.concatenate([[0], np.cumsum([len(at) for at in self._column])]).astype(np.int64),
            np.concatenate([none, *self._column]),
            np.concatenate([none, *self._weight]),
            np.array(self._limit, np.int64),
        )


def grouped(label: Ints, column: Ints, labels: int) -> list[Ints]:
    """Give the columns of each label, ascending."""
    order = np.lexsort((column, label))
    ends = np.searchsorted(label[order], np.arange(1, labels))
    return np.split(column[order], ends) if labels else []
