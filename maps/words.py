"""How figures are written: shares, points, areas and counts, in Chinese and in English.

Shares are written by `geo.shares`, areas as in `geo.areas`; what is missing is rounded up, so that
it is enough.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from geo.action_plan import BASIS_NAMES, POPULATION_NAMES, Definition, Indicator, action_plan
from geo.areas import rounded_area
from geo.shares import MOST_DIGITS, points_text, setting_text, share_text
from geo.terms import MADE_UP
from maps.style import Words

__all__ = [
    "MOST_DIGITS", "amount_figure", "amount_text", "area_figure", "area_in_english", "area_text",
    "bounds_text", "count_text", "definition_text", "file_mark", "gap_figure", "gap_text",
    "points_text", "share_text", "target_text",
]  # fmt: skip

BASIS_NAMES_EN: Final = {"floor": "floor area", "land": "land area", "count": "by number"}
POPULATION_NAMES_EN: Final = {"urban": "urban compounds", "all": "all compounds"}

UNITS: Final[dict[str, Words]] = {
    "compounds": ("个小区", "compounds"),
    "companies": ("家企业", "companies"),
    "projects": ("个项目", "projects"),
}


def bounds_text(low: str, high: str) -> str:
    """Write two shares as a range: ``66.7–73.3 %``."""
    return low if low == high else f"{low.removesuffix(' %')}–{high}"


def area_text(area_m2: Fraction | int, way: str = ROUND_HALF_UP) -> Words:
    """Write an area with sensible digits, by `geo.areas`: 万㎡ from ten thousand on.

    Parameters
    ----------
    area_m2
        In m², exact.
    way
        How to round: up where it is still needed; beside a need as `geo.areas.way_beside` says.

    >>> area_text(413_000), area_text(8_200), area_text(12_345_678)
    (('41.3 万㎡', '413,000 m²'), ('8,200 ㎡', '8,200 m²'), ('1,235 万㎡', '12.35 million m²'))
    """
    number, in_wan = rounded_area(area_m2, way)
    return (f"{number:,f} {'万' if in_wan else ''}㎡", area_in_english(number, in_wan=in_wan))


def area_in_english(number: Decimal, *, in_wan: bool) -> str:
    """Write in English an area that stands in Chinese as so many 万㎡ or ㎡.

    >>> area_in_english(Decimal("41.3"), in_wan=True), area_in_english(Decimal(1235), in_wan=True)
    ('413,000 m²', '12.35 million m²')
    """
    if not in_wan:
        return f"{number:,f} m²"
    metres = int(number * 10_000)
    if metres < 1_000_000:
        return f"{metres:,} m²"
    return f"{_trimmed(f'{Decimal(metres) / 1_000_000:,f}')} million m²"


def area_figure(area_m2: Fraction | int, way: str = ROUND_HALF_UP) -> str:
    """Write an area in 万㎡ without the unit, for a column that has it in its head.

    The digits are those of `area_text`, so that a table and a sentence say the same.

    >>> area_figure(413_000), area_figure(8_200), area_figure(28_621_234, ROUND_CEILING)
    ('41.3', '0.82', '2,863')
    """
    text = area_text(area_m2, way)[0]
    if text.endswith("万㎡"):
        return text.removesuffix(" 万㎡")
    whole = Decimal(text.removesuffix(" ㎡").replace(",", ""))
    return _trimmed(f"{whole / 10_000:f}")


def amount_figure(amount: int, unit: str, per_unit: int) -> str:
    """Write an indicator's sum as `amount_text` does, without the unit."""
    return area_figure(Fraction(amount, per_unit)) if unit == "m2" else f"{amount:,}"


def gap_figure(gap_amount: int, unit: str) -> str:
    """Write what is still needed as `gap_text` does, without the unit."""
    return area_figure(gap_amount, ROUND_CEILING) if unit == "m2" else f"{gap_amount:,}"


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
    return area_text(gap_amount, ROUND_CEILING) if unit == "m2" else count_text(gap_amount, unit)


def file_mark(*, made_up: bool) -> str:
    """Give what the names of files begin with where their data is made up.

    >>> file_mark(made_up=True), file_mark(made_up=False)
    ('示例数据_', '')
    """
    return f"{MADE_UP}_" if made_up else ""


def target_text(target: Decimal) -> str:
    """Write a target: ``90 %``."""
    return setting_text(target)


def definition_text(definition: Definition, indicator: Indicator, unit: str = "") -> Words:
    """Say what an indicator's figure counts, in words for readers (口径).

    ``unit`` is the figure's own, where that may be another than the indicator's: "projects".
    """
    if unit == "projects":
        return (
            "项目数 · 在管项目，按所在地",
            "by number · active projects, where they are",
        )
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


def _singular(english: str) -> str:
    return "company" if english == "companies" else english.removesuffix("s")


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
