"""How a share is written, wherever one is: never across a line that it doesn't reach.

A share is never rounded across its target, nor to 0 or 100 % when it is neither: 89.96 % of a
target of 90 % is written 89.96 %. One decimal, or as many as that takes.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

MOST_DIGITS: Final = 4
"""Decimals of a percentage beyond which it is cut, or at the last raised, not rounded."""


def share_text(numerator: int, denominator: int, target: Decimal | Fraction | None = None) -> str:
    """Write a share as a percentage, on its own side of the target.

    Raises
    ------
    ZeroDivisionError
        Without a denominator there is no share to write.

    >>> share_text(8996, 10000, Decimal("0.9")), share_text(9, 10, Decimal("0.9"))
    ('89.96 %', '90.0 %')
    """
    return percent_text(Fraction(numerator, denominator), target)


def percent_text(
    share: Fraction | Decimal | float, target: Decimal | Fraction | None = None
) -> str:
    """Write a share that is no quotient of two counts; as `share_text` does.

    >>> percent_text(0.99999), percent_text(1e-7), percent_text(Fraction(2, 3), Fraction(2, 3))
    ('99.999 %', '0.0001 %', '66.6667 %')
    """
    exact = Fraction(share)
    lines = [Fraction(0), Fraction(1)] + ([] if target is None else [Fraction(target)])
    own = _places(exact, lines)
    for digits in range(1, MOST_DIGITS + 1):
        rounded = rounded_to(100 * exact, digits, ROUND_HALF_UP)
        if _places(Fraction(rounded) / 100, lines) == own:
            return f"{rounded:f} %"
    cut = rounded_to(100 * exact, MOST_DIGITS, ROUND_FLOOR)
    if _places(Fraction(cut) / 100, lines) != own:
        cut = rounded_to(100 * exact, MOST_DIGITS, ROUND_CEILING)
    return f"{cut:f} %"


def points_text(points: float | Fraction) -> str:
    """Write a gap in percentage points; a gap is never written as 0.0.

    A half goes down where a share's goes up, so that the two make the target up: 87.25 % of 90 %
    is written 87.3 % and lacks 2.7.

    >>> points_text(2.7), points_text(0.04), points_text(0.0), points_text(2.75)
    ('2.7', '0.04', '0.0', '2.7')
    """
    exact = points if isinstance(points, Fraction) else Fraction(repr(float(points)))
    for digits in range(1, MOST_DIGITS + 1):
        rounded = rounded_to(exact, digits, ROUND_HALF_DOWN)
        if rounded or not exact:
            return f"{rounded:f}"
    return f"{rounded_to(exact, MOST_DIGITS, ROUND_CEILING):f}"


def most_text(share: float) -> str:
    """Write a share that something is at most: rounded up to two decimals.

    >>> most_text(0.00001), most_text(0.0)
    ('0.01 %', '0.00 %')
    """
    return f"{rounded_to(100 * Fraction(share), 2, ROUND_CEILING):f} %"


def setting_text(share: Decimal) -> str:
    """Write a target or another setting, which is as exact as it was given: 0.3 is 30 %."""
    text = f"{100 * share:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def rounded_to(value: Fraction, digits: int, way: str) -> Decimal:
    """Round an exact value to so many decimals; exact for any size."""
    scaled = value * 10**digits
    floor = scaled.numerator // scaled.denominator
    rest = scaled - floor
    if way == ROUND_CEILING:
        floor += rest > 0
    elif way == ROUND_HALF_UP:
        floor += rest >= Fraction(1, 2)
    elif way == ROUND_HALF_DOWN:
        floor += rest > Fraction(1, 2)
    return Decimal(floor).scaleb(-digits)


def _places(share: Fraction, lines: list[Fraction]) -> tuple[bool, ...]:
    """Tell which lines a share reaches, and whether it is nothing at all."""
    return (share > 0, *(share >= line for line in lines))
