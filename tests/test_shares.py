"""A share is never written across a line that it doesn't reach."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from geo.cases.gates import AGREEING, TAKING_PART, Vote
from geo.shares import most_text, percent_text, setting_text

LINES = st.sampled_from(
    [None, Decimal("0.9"), Decimal("0.4"), Decimal(1), Fraction(1, 2), Fraction(2, 3)]
)
NEAR = st.builds(
    lambda line, off, by: max(Fraction(0), Fraction(line or 0) + Fraction(off, 10**by)),
    LINES, st.integers(-50, 50), st.integers(2, 14),
)  # fmt: skip


@given(st.fractions(0, 2) | NEAR, LINES)
def test_on_its_own_side_of_nothing_everything_and_the_target(
    share: Fraction, target: Decimal | Fraction | None
) -> None:
    text = percent_text(share, target)
    assert re.fullmatch(r"\d+\.\d{1,4} %", text)
    shown = Fraction(text.removesuffix(" %")) / 100
    assert (shown > 0) == (share > 0)
    assert (shown >= 1) == (share >= 1)
    if target is not None:
        assert (shown >= Fraction(target)) == (share >= Fraction(target))
    assert abs(shown - share) <= Fraction(1, 2000)


@given(st.floats(0, 1))
def test_floats_are_taken_as_they_are(share: float) -> None:
    assert percent_text(share, Decimal("0.9")) == percent_text(Fraction(share), Decimal("0.9"))


@given(st.decimals(0, 1, places=4), st.integers(0, 10**6))
def test_settings_are_exact_and_bounds_are_enough(setting: Decimal, millionths: int) -> None:
    assert Decimal(setting_text(setting).removesuffix(" %")) == 100 * setting
    gap = millionths / 10**6
    assert Fraction(most_text(gap).removesuffix(" %")) / 100 >= Fraction(gap)


@given(st.integers(1, 10**9), st.data())
def test_a_vote_that_fails_is_never_told_as_if_it_did_not(total: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, total))
    agree = data.draw(st.integers(0, part))
    said = Vote((total, part, agree), (3, 3, 3)).refusals()
    for text in said:
        (shown,) = re.findall(r"([\d.]+) %", text)
        if "不足三分之二" in text:
            assert Fraction(shown) / 100 < TAKING_PART
        else:
            assert Fraction(shown) / 100 <= AGREEING
