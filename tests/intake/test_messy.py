"""Messy workbooks with a known truth: nothing is read wrong without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.messy.check import Score, run
from benchmarks.messy_workbook import LEAST_SHARE, plan_of
from geo.intake.values import dates
from geo.register.store import Register

LEAST_OF_FEW = 0.97
"""In a short file a column may not show how its dates are written, and more is held."""


def hold(score: Score, least: float = LEAST_SHARE) -> None:
    assert score.wrong == []
    assert score.unflagged == []
    assert score.leaked == []
    assert score.flagged == score.ambiguous
    assert score.share >= least


def test_two_thousand_rows(register: Register, tmp_path: Path) -> None:
    score = run(register, tmp_path, plan_of(7, 2000))
    hold(score)
    assert score.rows == 2000
    assert score.cells > 25_000
    assert score.ambiguous > 250


@pytest.mark.parametrize("seed", range(20, 32))
def test_other_plans(register: Register, tmp_path: Path, seed: int) -> None:
    score = run(register, tmp_path, plan_of(seed, 120, doubt=0.2))
    hold(score, LEAST_OF_FEW)
    assert score.ambiguous > 10


def test_the_check_finds_a_reader_that_guesses(
    new_register: Callable[[], Register], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "LAST_OF_THIS_CENTURY", 49)
    plan = replace(plan_of(7, 300, doubt=0.3), places="code")
    score = run(new_register(), tmp_path, plan)
    assert score.unflagged
