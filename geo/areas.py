"""How an area is written, wherever one is: in 万㎡ from ten thousand square metres on.

What is still needed is rounded up, so that it is enough. A total is never written below a need
that it meets, nor as one that it misses.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from geo.shares import rounded_to


def rounded_area(area_m2: Fraction | int, way: str = ROUND_HALF_UP) -> tuple[Decimal, bool]:
    """Round an area to sensible digits; tell whether the number is in 万㎡.

    >>> rounded_area(413_000), rounded_area(8_200)
    ((Decimal('41.3'), True), (Decimal('8200'), False))
    """
    area = Fraction(area_m2)
    size = abs(area)
    if size < 10_000:
        return rounded_to(area, 0, way), False
    digits = 2 if size < 100_000 else 1 if size < 10_000_000 else 0
    return rounded_to(area / 10_000, digits, way), True


def area_text(area_m2: Fraction | int, way: str = ROUND_HALF_UP) -> str:
    """Write an area in Chinese.

    >>> area_text(413_000), area_text(981_021, ROUND_CEILING), area_text(8_200)
    ('41.3 万㎡', '98.2 万㎡', '8,200 ㎡')
    """
    number, in_wan = rounded_area(area_m2, way)
    return f"{number:,f} {'万㎡' if in_wan else '㎡'}"


def way_beside(total_m2: Fraction | int, need_m2: Fraction | int) -> str:
    """Give how a total is rounded that stands beside a need: on its own side of it.

    >>> area_text(981_321, way_beside(981_321, 981_021))
    '98.2 万㎡'
    >>> area_text(981_900, way_beside(981_900, 982_000))
    '98.1 万㎡'
    """
    need = _metres(need_m2, ROUND_CEILING)
    met = Fraction(total_m2) >= Fraction(need_m2)
    if (_metres(total_m2, ROUND_HALF_UP) >= need) == met:
        return ROUND_HALF_UP
    return ROUND_CEILING if met else ROUND_FLOOR


def _metres(area_m2: Fraction | int, way: str) -> Decimal:
    number, in_wan = rounded_area(area_m2, way)
    return number * 10_000 if in_wan else number
