"""How figures are written: shares, points, areas and counts, in Chinese and in English.

A share is never rounded across the target, nor to 0 or 100 % when it is neither: 89.96 % of a
target of 90 % is written 89.96 %. What is missing is rounded up, so that it is enough.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from geo.action_plan import BASIS_NAMES, POPULATION_NAMES, Definition, Indicator, action_plan
from geo.terms import MADE_UP
from maps.style import Words

MOST_DIGITS: Final = 4
"""Decimals of a percentage beyond which it is cut, not rounded."""

BASIS_NAMES_EN: Final = {"floor": "floor area", "land": "land area", "count": "by number"}
POPULATION_NAMES_EN: Final = {"urban": "urban compounds", "all": "all compounds"}

UNITS: Final[dict[str, Words]] = {
    "compounds": ("个小区", "compounds"),
    "companies": ("家企业", "companies"),
    "projects": ("个项目", "projects"),
}


def share_text(numerator: int, denominator: int, target: Decimal) -> str:
    """Write a share as a percentage, on its own side of the target.

    Raises
    ------
    ZeroDivisionError
        Without a denominator there is no share to write.

    >>> share_text(8996, 10000, Decimal("0.9")), share_text(9, 10, Decimal("0.9"))
    ('89.96 %', '90.0 %')
    """
    share = Fraction(numerator, denominator)
    for digits in range(1, MOST_DIGITS + 1):
        rounded = _rounded(100 * share, digits, ROUND_HALF_UP)
        if _places(Fraction(rounded) / 100, target) == _places(share, target):
            return f"{rounded:f} %"
    return f"{_rounded(100 * share, MOST_DIGITS, ROUND_FLOOR):f} %"


def bounds_text(low: str, high: str) -> str:
    """Write two shares as a range: ``66.7–73.3 %``."""
    return low if low == high else f"{low.removesuffix(' %')}–{high}"


def points_text(points: float) -> str:
    """Write a gap in percentage points; a gap is never written as 0.0.

    A half goes down where a share's goes up, so that the two make the target up: 87.25 % of 90 %
    is written 87.3 % and lacks 2.7.

    >>> points_text(2.7), points_text(0.04), points_text(0.0), points_text(2.75)
    ('2.7', '0.04', '0.0', '2.7')
    """
    exact = Fraction(repr(float(points)))
    for digits in range(1, MOST_DIGITS + 1):
        rounded = _rounded(exact, digits, ROUND_HALF_DOWN)
        if rounded or not exact:
            return f"{rounded:f}"
    return f"{_rounded(exact, MOST_DIGITS, ROUND_CEILING):f}"


def area_text(area_m2: Fraction | int, *, up: bool = False) -> Words:
    """Write an area with sensible digits: 万㎡ from ten thousand on.

    Parameters
    ----------
    area_m2
        In m², exact.
    up
        Round up instead of to the nearest: for what is still needed.

    >>> area_text(413_000), area_text(8_200), area_text(12_345_678)
    (('41.3 万㎡', '413,000 m²'), ('8,200 ㎡', '8,200 m²'), ('1,235 万㎡', '12.35 million m²'))
    """
    way = ROUND_CEILING if up else ROUND_HALF_UP
    area = Fraction(area_m2)
    if area < 10_000:
        whole = _rounded(area, 0, way)
        return (f"{whole:,f} ㎡", f"{whole:,f} m²")
    digits = 2 if area < 100_000 else 1 if area < 10_000_000 else 0
    chinese = _rounded(area / 10_000, digits, way)
    metres = int(chinese * 10_000)
    english = f"{metres:,} m²" if metres < 1_000_000 else f"{Decimal(metres) / 1_000_000:,f}"
    if metres >= 1_000_000:
        english = f"{_trimmed(english)} million m²"
    return (f"{chinese:,f} 万㎡", english)


def area_figure(area_m2: Fraction | int, *, up: bool = False) -> str:
    """Write an area in 万㎡ without the unit, for a column that has it in its head.

    The digits are those of `area_text`, so that a table and a sentence say the same.

    >>> area_figure(413_000), area_figure(8_200), area_figure(28_621_234, up=True)
    ('41.3', '0.82', '2,863')
    """
    text = area_text(area_m2, up=up)[0]
    if text.endswith("万㎡"):
        return text.removesuffix(" 万㎡")
    whole = Decimal(text.removesuffix(" ㎡").replace(",", ""))
    return _trimmed(f"{whole / 10_000:f}")


def amount_figure(amount: int, unit: str, per_unit: int) -> str:
    """Write an indicator's sum as `amount_text` does, without the unit."""
    return area_figure(Fraction(amount, per_unit)) if unit == "m2" else f"{amount:,}"


def gap_figure(gap_amount: int, unit: str) -> str:
    """Write what is still needed as `gap_text` does, without the unit."""
    return area_figure(gap_amount, up=True) if unit == "m2" else f"{gap_amount:,}"


def count_text(count: int, unit: str) -> Words:
    """Write a count with its unit: compounds, companies or projects."""
    chinese, english = UNITS[unit]
    return (f"{count:,} {chinese}", f"{count:,} {_singular(english) if count == 1 else english}")


def amount_text(amount: int, unit: str, per_unit: int) -> Words:
    """Write an indicator's sum: stored units (0.01 m², or a count) in the unit shown."""
    if unit == "m2":
        return area_text(Fraction(amount, per_unit))
    return count_text(amount, unit)


def gap_text(gap_amount: int, unit: str) -> Words:
    """Write what is still needed, in whole m² or a count, rounded up."""
    return area_text(gap_amount, up=True) if unit == "m2" else count_text(gap_amount, unit)


def file_mark(*, made_up: bool) -> str:
    """Give what the names of files begin with where their data is made up.

    >>> file_mark(made_up=True), file_mark(made_up=False)
    ('示例数据_', '')
    """
    return f"{MADE_UP}_" if made_up else ""


def target_text(target: Decimal) -> str:
    """Write a target: ``90 %``."""
    return f"{_trimmed(f'{100 * target:f}')} %"


def definition_text(definition: Definition, indicator: Indicator) -> Words:
    """Say what an indicator's figure counts, in words for readers (口径)."""
    if indicator.subject == "company":
        return (
            "企业数 · 在管企业，按注册地",
            "by number · companies with an active project, where registered",
        )
    population = (
        POPULATION_NAMES[definition.population],
        POPULATION_NAMES_EN[definition.population],
    )
    if indicator.unit == "m2":
        band = action_plan().band(definition.band)
        basis = (BASIS_NAMES[definition.basis], BASIS_NAMES_EN[definition.basis])
        return _joined((band.name, band.name_en), basis, population)
    interim = (
        ("含物业管理委员会", "interim bodies counted")
        if definition.with_interim
        else ("不含物业管理委员会", "interim bodies not counted")
    )
    return _joined(("小区数", "by number"), population, interim)


def _joined(*words: Words) -> Words:
    return (" · ".join(word[0] for word in words), " · ".join(word[1] for word in words))


def _rounded(value: Fraction, digits: int, way: str) -> Decimal:
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


def _places(share: Fraction, target: Decimal) -> tuple[bool, bool, bool]:
    """Tell where a share lies: above nothing, at or above the target, short of everything."""
    return (share > 0, share >= Fraction(target), share < 1)


def _singular(english: str) -> str:
    return "company" if english == "companies" else english.removesuffix("s")


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
