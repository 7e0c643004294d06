"""Problems in the two published layouts: the solver comes to what trying everything comes to.

The instances are made here (docs/decisions/0018), as text in OR-Library's and Holmberg's layouts;
their optima come from every assignment tried in numpy.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.assignment import everyone, read_gap, read_location
from geo.takeover.solver import takes
from geo.takeover.solver.problem import Ints


def every_assignment(jobs: int, agents: int) -> Ints:
    """Give each way to send every job to an agent; shape (agents ** jobs, jobs)."""
    return np.arange(agents**jobs)[:, None] // agents ** np.arange(jobs) % agents


def within(ways: Ints, used: Ints, capacity: Ints) -> np.ndarray:
    """Tell which ways keep each agent's capacity; `used` has shape (agents, jobs)."""
    jobs = np.arange(used.shape[1])
    taken = used[ways, jobs]
    return np.all(
        [(taken * (ways == agent)).sum(axis=1) <= room for agent, room in enumerate(capacity)],
        axis=0,
    )


def text_of(*parts: object) -> str:
    return "\n".join(" ".join(str(one) for one in np.ravel(part)) for part in parts)


@pytest.mark.parametrize("listed", [100_000, 100, 0])
@pytest.mark.parametrize("seed", range(3))
def test_generalised_assignment(seed: int, listed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takes, "MOST_TAKES", listed)
    chance = np.random.default_rng(seed)
    agents, jobs = 4, 8
    value, used = chance.integers(10, 26, (2, agents, jobs))
    capacity = np.full(agents, int(0.9 * used.sum() / agents / agents))
    capacity[0] += int(used.max())
    ways = every_assignment(jobs, agents)
    kept = ways[within(ways, used, capacity)]
    assert len(kept)
    assert len(kept) < len(ways)
    best = value[kept, np.arange(jobs)].sum(axis=1).max()
    (gap,) = read_gap(text_of(1, [agents, jobs], value, used, capacity))
    found = everyone(gap.problem())
    assert found.reached
    assert "cost" not in found.unproven
    assert within(found.host[None], used, capacity).all()
    assert gap.best(found) == value[found.host, np.arange(jobs)].sum() == best


@pytest.mark.parametrize("seed", range(3))
def test_single_source_capacitated_location(seed: int) -> None:
    chance = np.random.default_rng(100 + seed)
    facilities, customers = 4, 7
    demand = chance.integers(10, 50, customers)
    capacity = chance.integers(int(demand.sum() / 3), int(demand.sum() / 2), facilities)
    opening = chance.integers(300, 600, facilities)
    cost = chance.integers(100, 600, (facilities, customers))
    ways = every_assignment(customers, facilities)
    kept = ways[within(ways, np.tile(demand, (facilities, 1)), capacity)]
    opened = sum((kept == one).any(axis=1) * opening[one] for one in range(facilities))
    best = (cost[kept, np.arange(customers)].sum(axis=1) + opened).min()
    each = np.column_stack([capacity, opening])
    found = everyone(read_location(text_of([facilities, customers], each, demand, cost)))
    assert found.reached
    assert "cost" not in found.unproven
    assert found.tier("cost") == best


def test_a_file_of_another_layout_is_told() -> None:
    with pytest.raises(ValueError, match="follow"):
        read_gap("1 1 1 5 5 5 9")
    with pytest.raises(ValueError, match="expected"):
        read_location("1 1 5")
