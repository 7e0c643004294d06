"""Precision and recall at the automatic threshold: made-up names always, real ones where they are."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corrupt import KINDS, LEVEL_ONE
from benchmarks.name_matching import ALL, COUNTY, Tally, add, read_named, trial

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "hangzhou" / "residential.geojson"
LEAST_PRECISION = 0.995
LEAST_RECALL = 0.90


def made_up(count: int) -> list[dict[str, Any]]:
    """Compounds with names of common characters: some of series, some with phases and zones."""
    chance = random.Random(20)
    characters = chance.sample(LEVEL_ONE, 400)
    endings = ["花园", "家园", "苑", "公寓", "新村", "小区", "", "", ""]
    places: dict[str, dict[str, Any]] = {}
    while len(places) < count:
        stem = "".join(chance.choices(characters, k=chance.choice([2, 2, 3, 3, 4, 5])))
        name = stem + chance.choice(endings)
        parts = chance.choice(
            [[""]] * 6 + [["一期", "二期"], ["东区", "西区"], ["A区", "B区", "C区"]]
        )
        for part in parts:
            number = len(places)
            places[name + part] = {
                "id": str(number), "compound": name + part, "name": name + part,
                "land_area_m2": 20_000.0, "street": f"{COUNTY}{number // 40 + 100}",
            }  # fmt: skip
    return list(places.values())


def figures(places: list[dict[str, Any]], seeds: int, *, streets: bool) -> dict[str, Tally]:
    return add(trial(places, seed, streets=streets) for seed in range(seeds))


def test_made_up_names() -> None:
    total = figures(made_up(900), 4, streets=True)
    assert total[ALL].taken > 1500
    assert total[ALL].precision >= LEAST_PRECISION
    assert total[ALL].recall >= LEAST_RECALL
    assert set(KINDS) <= set(total)


@pytest.mark.skipif(not REAL.exists(), reason="the real polygons are not at hand")
@pytest.mark.parametrize("streets", [False, True])
def test_real_names(streets: bool) -> None:
    places = read_named(REAL)
    assert len(places) == 1406
    total = figures(places, 6, streets=streets)
    assert total[ALL].precision >= LEAST_PRECISION
    assert total[ALL].recall >= LEAST_RECALL
    assert total["phase that is not there"].taken == 0
