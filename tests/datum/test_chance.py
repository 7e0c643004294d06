"""The bound on a chance: never under the exact chance, and exact where it can be."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum.chance import blocks, by_block, chance

shares = st.sampled_from([0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 1.0])


def exact(observed, alike):
    sums = [
        sum(alike[place, block] for block, place in enumerate(deal))
        for deal in product(range(len(alike)), repeat=alike.shape[1])
    ]
    return np.mean(np.array(sums) <= observed.sum() + 1e-12)


@given(st.lists(st.tuples(shares, shares, shares), min_size=1, max_size=6))
def test_never_under_the_exact_chance(columns):
    alike = np.array(columns).T
    assert exact(alike[0], alike) - 1e-12 <= chance(alike[0], alike) <= 1


@pytest.mark.parametrize("count", [1, 5, 40])
def test_exact_for_all_or_nothing(count):
    alike = np.array([np.zeros(count), np.ones(count), np.ones(count)])
    assert chance(alike[0], alike) == pytest.approx(3.0**-count, rel=1e-6)


def test_blocks_that_fit_everywhere_count_for_nothing():
    alike = np.array([[0.0] * 8, [0.9] * 8])
    padded = np.hstack([alike, np.zeros((2, 100))])
    assert chance(padded[0], padded) == pytest.approx(chance(alike[0], alike))
    assert chance(np.zeros(50), np.zeros((9, 50))) == 1
    assert chance(np.empty(0), np.empty((3, 0))) == 1


def test_neighbours_make_one_block():
    block = blocks([(10, 10), (490, 20), (510, 10), (-10, 10), (12, 499.9)], 500)
    assert block[0] == block[1] == block[4]
    assert len(set(block.tolist())) == 3
    sums = by_block(np.array([[1.0, 2, 4, 8, 16], [0, 0, 0, 0, 1]]), block)
    assert sums.shape == (2, 3)
    assert sorted(sums[0]) == [4, 8, 19]
    assert sums[1].sum() == 1
