from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import terms
from geo.action_plan import action_plan
from maps import style
from maps.style import ABOVE, BELOW, class_of, share_classes

TARGETS = st.integers(1, 1000).map(lambda mille: Decimal(mille) / 1000)


@pytest.mark.parametrize(
    ("target", "lows"),
    [
        ("0.9", ["0", "0.7", "0.8", "0.9", "0.93", "0.97"]),
        ("0.4", ["0", "0.2", "0.3", "0.4", "0.5", "0.6"]),
        ("0.5", ["0", "0.3", "0.4", "0.5", "0.6", "0.7"]),
        ("1", ["0", "0.8", "0.9", "1"]),
    ],
)
def test_breaks_follow_the_stated_rule(target: str, lows: list[str]) -> None:
    assert [item.low for item in share_classes(Decimal(target))] == [Decimal(low) for low in lows]


@given(TARGETS)
def test_the_target_parts_the_halves(target: Decimal) -> None:
    classes = share_classes(target)
    assert len(classes) <= 6
    lows = [item.low for item in classes]
    assert lows == sorted(set(lows))
    assert lows[0] == 0
    assert target in lows
    for item in classes:
        below = item.low < target
        assert item.side == ("below" if below else "above")
        assert item.colour in (BELOW if below else ABOVE)
    assert len({item.colour for item in classes}) == len(classes)
    assert [item.high for item in classes] == [*lows[1:], None]


@given(TARGETS, st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_share_lies_in_its_class(target: Decimal, part: int, whole: int) -> None:
    part = min(part, whole)
    classes = share_classes(target)
    index = class_of(part, whole, classes)
    assert index is not None
    item = classes[index]
    scale = 10**6
    assert item.low * scale * whole <= part * scale
    assert item.high is None or part < item.high * whole


def test_exactly_the_target_is_above_and_a_hair_less_is_below() -> None:
    classes = share_classes(Decimal("0.9"))
    at, under = class_of(9, 10, classes), class_of(9 * 10**14 - 1, 10**15, classes)
    assert at is not None
    assert under is not None
    assert (classes[at].side, classes[under].side) == ("above", "below")


def test_without_a_denominator_there_is_no_class() -> None:
    assert class_of(0, 0, share_classes(Decimal("0.9"))) is None


def test_every_indicator_of_the_plan_has_classes_named_in_both_languages() -> None:
    for indicator in action_plan().indicators.values():
        for item in share_classes(indicator.target):
            assert all(item.label)


def test_every_mode_has_one_state() -> None:
    modes = [mode for state in style.STATES for mode in state.modes]
    assert sorted(modes) == sorted(terms.MODES)
    assert style.STATES[style.state_of_mode(terms.MODES.index("无物业"))].id == "none"
    assert style.STATES[style.state_of_mode(terms.UNKNOWN)].pattern == "hatch"


def test_states_differ_by_more_than_colour() -> None:
    """In grey, neighbours differ in lightness or in pattern."""
    seen = [(round(luminance(state.fill), 1), state.pattern) for state in style.STATES]
    assert len(set(seen)) == len(seen)


def test_red_is_left_to_party_symbols() -> None:
    drawn = {
        *BELOW,
        *ABOVE,
        *(state.fill for state in style.STATES),
        *(state.line for state in style.STATES),
        *(kind.colour for kind in style.BARRIERS),
    }
    for colour in drawn:
        red, green, blue = channels(colour)
        assert not (red > 0.7 and green < 0.25 and blue < 0.25), colour


@pytest.mark.parametrize("ground", [style.PAPER, "#ffffff", "#f2f8f7", "#eaf3f1"])
@pytest.mark.parametrize("text", [style.INK, style.MUTED, style.ACCENT])
def test_text_is_readable(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_outlines_of_states_stand_out_from_paper() -> None:
    for state in style.STATES:
        assert contrast(state.line, style.PAPER) >= 3


def channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
