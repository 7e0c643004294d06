from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.action_plan import Definition, action_plan
from geo.areas import way_beside
from maps import words

TARGETS = st.sampled_from(["0.9", "0.4", "0.5", "1"]).map(Decimal)


@pytest.mark.parametrize(
    ("part", "whole", "target", "text"),
    [
        (8996, 10000, "0.9", "89.96 %"),
        (8994, 10000, "0.9", "89.9 %"),
        (9, 10, "0.9", "90.0 %"),
        (90004, 100000, "0.9", "90.0 %"),
        (89999999, 100000000, "0.9", "89.9999 %"),
        (2, 3, "0.9", "66.7 %"),
        (0, 7, "0.4", "0.0 %"),
        (1, 100000, "0.4", "0.001 %"),
        (7, 7, "1", "100.0 %"),
        (9999, 10000, "0.9", "99.99 %"),
    ],
)
def test_shares_as_read(part: int, whole: int, target: str, text: str) -> None:
    assert words.share_text(part, whole, Decimal(target)) == text


@given(st.integers(0, 10**14), st.integers(1, 10**14), TARGETS)
def test_a_share_is_never_written_across_the_target(part: int, whole: int, target: Decimal) -> None:
    part = min(part, whole)
    text = words.share_text(part, whole, target)
    shown = Fraction(text.removesuffix(" %")) / 100
    share = Fraction(part, whole)
    assert (shown >= Fraction(target)) == (share >= Fraction(target))
    assert (shown < 1) == (share < 1)
    assert abs(shown - share) <= Fraction(1, 2000)


@given(st.integers(9 * 10**13 - 10**6, 9 * 10**13 + 10**6))
def test_near_the_target_too(part: int) -> None:
    text = words.share_text(part, 10**14, Decimal("0.9"))
    assert (Decimal(text.removesuffix(" %")) >= 90) == (part >= 9 * 10**13)


@given(st.integers(1, 10**11))
def test_what_is_missing_is_written_as_enough(area_m2: int) -> None:
    chinese, english = words.gap_text(area_m2, "m2")
    assert metres(chinese) >= area_m2
    assert metres(chinese) <= area_m2 * 1.01 + 1
    assert metres(english) == metres(chinese)


NEAR = st.integers(1, 10**9).flatmap(
    lambda need: st.tuples(st.just(need), st.integers(max(0, need - 9000), need + 9000))
)


@given(NEAR)
def test_a_total_is_written_on_its_own_side_of_a_need(pair: tuple[int, int]) -> None:
    need, total = (Fraction(one, 100) for one in pair)
    shown = metres(words.area_text(total, way=way_beside(total, need))[0])
    assert (shown >= metres(words.area_text(need, ROUND_CEILING)[0])) == (total >= need)
    assert abs(shown - total) <= total / 100 + 1


@given(st.integers(1, 10**11), st.sampled_from([ROUND_HALF_UP, ROUND_CEILING]))
def test_a_column_of_areas_says_what_a_sentence_says(area_m2: int, way: str) -> None:
    written = Decimal(words.area_figure(area_m2, way).replace(",", "")) * 10_000
    assert written == metres(words.area_text(area_m2, way)[0])


def test_areas_read_with_sensible_digits() -> None:
    assert words.area_text(413_000) == ("41.3 万㎡", "413,000 m²")
    assert words.area_text(20_000) == ("2.00 万㎡", "20,000 m²")
    assert words.area_text(9_999) == ("9,999 ㎡", "9,999 m²")
    assert words.area_text(123_456_789) == ("12,346 万㎡", "123.46 million m²")


def test_counts_agree_in_number() -> None:
    assert words.count_text(1, "companies") == ("1 家企业", "1 company")
    assert words.count_text(1200, "compounds") == ("1,200 个小区", "1,200 compounds")


@pytest.mark.parametrize(
    ("points", "text"), [(2.7, "2.7"), (0.04, "0.04"), (0.0, "0.0"), (1e-9, "0.0001")]
)
def test_a_gap_is_never_written_as_none(points: float, text: str) -> None:
    assert words.points_text(points) == text


def test_a_definition_says_what_it_counts() -> None:
    plan = action_plan()
    service = words.definition_text(Definition(band="B", basis="land"), plan.indicator("I1"))
    assert "B档" in service[0]
    assert "用地面积" in service[0]
    assert "land area" in service[1]
    committees = words.definition_text(Definition(with_interim=True), plan.indicator("I2"))
    assert "含物业管理委员会" in committees[0]
    assert not committees[0].startswith("A档")
    companies = words.definition_text(Definition(), plan.indicator("I3"), "companies")
    projects = words.definition_text(Definition(), plan.indicator("I3"), "projects")
    assert "企业数" in companies[0]
    assert "项目数" in projects[0]
    by_number = words.definition_text(Definition(basis="count"), plan.indicator("I1"))
    assert "小区数" in by_number[0]


def metres(text: str) -> Fraction:
    number = Fraction(re.sub(r"[^\d.]", "", text.split(" ", maxsplit=1)[0]))
    if "万" in text:
        return number * 10_000
    return number * 1_000_000 if "million" in text else number
