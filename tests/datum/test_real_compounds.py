"""Datum detection on real compounds (OpenStreetMap, Hangzhou), where the data is at hand.

``python -m benchmarks.datum_detection`` runs ten times as many trials.
"""

import pytest

from benchmarks.datum_detection import CASES, DATA, City, run

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real polygons are not at hand")

LEAST_DECIDED = {("compounds and water", 30): 0.85, ("compounds and water", 100): 0.97}


@pytest.fixture(scope="module")
def city():
    return City.read(DATA)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}, {case.polygons}")
def test_never_wrong_and_mostly_decided(city, case):
    tally = run(city, case, trials=9 if case.is_hard else 30, seed=7)
    assert tally.wrong == 0
    assert tally.decided >= LEAST_DECIDED.get((case.name, case.polygons), 0)
