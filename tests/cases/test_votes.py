"""Votes of owners: the law's thresholds, and figures that can't be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from geo.cases.gates import Vote, checked_figures
from geo.errors import StepRefused, UsageError


def vote(**figures: object) -> dict[str, object]:
    exact = {
        "total_area_m2": "9000.03", "taking_part_area_m2": "6000.02", "agreeing_area_m2": "3000.02",
        "total_heads": 9, "taking_part_heads": 6, "agreeing_heads": 4,
    }  # fmt: skip
    return {**exact, **figures}


@pytest.mark.parametrize(
    ("figures", "missed"),
    [
        ({}, None),
        ({"taking_part_area_m2": "6000.01"}, "参与表决的面积"),
        ({"taking_part_heads": 5}, "参与表决的人数"),
        ({"agreeing_area_m2": "3000.01"}, "同意的面积"),
        ({"agreeing_heads": 3}, "同意的人数"),
        ({"taking_part_area_m2": 0, "agreeing_area_m2": 0}, "参与表决的面积"),
    ],
    ids=["all_just_met", "area_short", "heads_short", "half_of_area", "half_of_heads", "nobody"],
)
def test_a_vote_at_its_thresholds(figures: dict[str, object], missed: str | None) -> None:
    # Two thirds is enough, one half is not; areas to 0.01 m².
    if missed is None:
        assert checked_figures("表决", vote(**figures))["agreeing_heads"] == 4
    else:
        with pytest.raises(StepRefused, match=missed):
            checked_figures("表决", vote(**figures))


@pytest.mark.parametrize(
    "figures",
    [
        {"agreeing_heads": 7}, {"taking_part_area_m2": "9000.04"}, {"total_heads": 0},
        {"total_area_m2": "9000.033"}, {"total_heads": "9.5"}, {"total_area_m2": "nan"},
        {"total_heads": True}, {"mode": "市场化物业"}, {"agreeing_area_m2": "-1"},
    ],
    ids=["more_agree_than_part", "more_part_than_all", "no_heads", "three_decimals", "half_a_head",
         "nan", "yes", "foreign_figure", "negative"],
)  # fmt: skip
def test_a_vote_that_can_not_be(figures: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        checked_figures("表决", vote(**figures))


def test_thresholds_are_the_law_in_fractions() -> None:
    for total in range(1, 40):
        for part in range(total + 1):
            for agree in range(part + 1):
                mine = not Vote((1, 1, 1), (total, part, agree)).refusals()
                law = 3 * part >= 2 * total and 2 * agree > part
                assert mine == law, Fraction(part, total)


def test_missing_figures_are_named(desk: Any) -> None:
    desk.open()
    desk.through("征求意见")
    with pytest.raises(StepRefused, match="agreeing_heads"):
        desk.step("表决", "2025-04-01", figures=vote(agreeing_heads=None))
    desk.step("表决", "2025-04-01")
    with pytest.raises(StepRefused, match="contract_to"):
        desk.step("合同", "2025-04-02", figures={"project": "P", "contract_from": "2025-01-01"})
