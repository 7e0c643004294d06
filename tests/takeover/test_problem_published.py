"""Published problems: the solver comes to the published optima."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.assignment import everyone, read_gap, read_location
from geo.takeover.solver import takes

PUBLISHED = Path(__file__).parent / "published"


@pytest.mark.parametrize("listed", [100_000, 100])
def test_generalised_assignment(listed, monkeypatch):
    """c515-1 to c515-5 of OR-Library, as maximisation."""
    monkeypatch.setattr(takes, "MOST_TAKES", listed)
    best = []
    for gap in read_gap((PUBLISHED / "gap1.txt").read_text("utf-8")):
        found = everyone(gap.problem())
        assert found.reached
        assert "cost" not in found.unproven
        used = np.zeros(len(gap.capacity), np.int64)
        np.add.at(used, found.host, gap.used[found.host, np.arange(15)])
        assert (used <= gap.capacity).all()
        assert gap.value[found.host, np.arange(15)].sum() == gap.best(found)
        best.append(gap.best(found))
    assert best == [336, 327, 339, 341, 326]


def test_single_source_capacitated_location():
    problem = read_location((PUBLISHED / "holmberg_p1.txt").read_text("utf-8"))
    found = everyone(problem)
    assert found.reached
    assert "cost" not in found.unproven
    assert found.tier("cost") == 8848


def test_a_file_of_another_layout_is_told():
    with pytest.raises(ValueError, match="follow"):
        read_gap("1 1 1 5 5 5 9")
    with pytest.raises(ValueError, match="expected"):
        read_location("1 1 5")
