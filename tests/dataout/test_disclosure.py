"""Withholding: small counts and what gives them away, against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.disclosure.audit import Contradiction, contradictions, recoverable
from geo.disclosure.grid import WIDTH, Grid, small
from geo.disclosure.protect import protect, verified
from geo.errors import InputError

FLAT = Grid((-1, 0, 0), 3, ((0, (1, 2)),))


def filled(grid: Grid, leaves: list[list[int]]) -> np.ndarray:
    """Sum leaves (their parts without totals) up the tree."""
    values = np.zeros(grid.shape, np.int64)
    at = 0
    for row in reversed(range(len(grid.parent))):
        if grid.children[row]:
            values[row] = values[grid.children[row]].sum(axis=0)
        else:
            values[row, 1:] = leaves[at]
            at += 1
            values[row, 0] = values[row, 1:].sum()
    return values


def by_brute_force(published: np.ndarray, most: int) -> dict[int, tuple[int, int]]:
    """Try every table with parts up to `most`: least and greatest value of each withheld cell."""
    parts = np.array(list(itertools.product(range(most + 1), repeat=4))).reshape(-1, 2, 2)
    rows = np.concatenate([parts.sum(axis=2, keepdims=True), parts], axis=2)
    tables = np.concatenate([rows.sum(axis=1, keepdims=True), rows], axis=1).reshape(-1, 9)
    flat = published.reshape(-1)
    known = ~np.isnan(flat)
    fits = tables[(tables[:, known] == flat[known]).all(axis=1)]
    return {cell: (fits[:, cell].min(), fits[:, cell].max()) for cell in np.flatnonzero(~known)}


@given(st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=2), min_size=2, max_size=2),
       st.sets(st.integers(0, 8), min_size=1, max_size=5))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_audit_finds_what_brute_force_finds(leaves: list[list[int]], hidden: set[int]) -> None:
    values = filled(FLAT, leaves)
    published = values.astype(float).reshape(-1)
    published[sorted(hidden)] = np.nan
    published = published.reshape(FLAT.shape)
    # Larger than anything that a margin leaves open, unless nothing bounds it at all.
    expected = by_brute_force(published, 14)
    narrow = {cell for cell, (low, high) in expected.items() if high - low < WIDTH}
    found = {one.row * 3 + one.column: (one.low, one.high) for one in recoverable(FLAT, published)}
    assert found.keys() == narrow
    assert all(found[cell] == expected[cell] for cell in narrow)


TREE = Grid((-1, 0, 0, 1, 1, 1, 2, 2, 2), 7, ((0, (1, 2, 3)), (0, (4, 5, 6))))


@given(st.integers(0, 2**32 - 1), st.sampled_from([4, 9, 25]))
@settings(max_examples=25, deadline=None)
def test_what_is_withheld_cannot_be_worked_out(seed: int, mean: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.zeros(TREE.shape, np.int64)
    for row in reversed(range(len(TREE.parent))):
        if TREE.children[row]:
            values[row] = values[TREE.children[row]].sum(axis=0)
        else:
            whole = rng.poisson(mean)
            values[row] = [
                whole,
                *rng.multinomial(whole, [0.6, 0.3, 0.1]),
                *rng.multinomial(whole, [0.3, 0.4, 0.3]),
            ]
    found = protect(TREE, values)
    assert not small(values[~found.withheld]).any()
    assert verified(TREE, values, found)
    published = np.where(found.withheld, np.nan, values.astype(float))
    assert recoverable(TREE, published) == []
    # A move that shows more than it may is noticed.
    if found.moves:
        cells, change = found.moves[0]
        wrong = type(found)(found.withheld, ((cells, change + 1), *found.moves[1:]))
        assert not verified(TREE, values, wrong)


def test_hiding_the_small_ones_alone_gives_them_away() -> None:
    values = filled(FLAT, [[3, 20], [40, 30]])
    naive = np.where(small(values), np.nan, values.astype(float))
    (one,) = recoverable(FLAT, naive)
    assert (one.low, one.high) == (3, 3)


def test_sums_that_are_wrong_are_refused() -> None:
    values = filled(FLAT, [[3, 20], [40, 30]])
    values[0, 0] += 1
    with pytest.raises(InputError):
        protect(FLAT, values)
    published = values.astype(float)
    assert contradictions(FLAT, published) == 2
    published[0, 1] = np.nan
    with pytest.raises(Contradiction):
        recoverable(FLAT, published)
