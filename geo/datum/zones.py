"""Gauss–Krüger zones of CGCS2000 in China: numbers, meridians and EPSG codes.

Surveyors divide China into strips of 3° (zones 25 to 45) or 6° (13 to 23). Each has two codes:
zone-prefixed eastings, whose millions are the zone's number (34 500 000 m on the meridian of
zone 34), and truncated ones (500 000 m on every meridian). The two ranges of numbers do not meet,
so a prefix also tells the width. EPSG lists each of the four families in a row, west to east.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from geo.errors import InputError

Width = Literal[3, 6]

FIRST: Final = {3: 25, 6: 13}
LAST: Final = {3: 45, 6: 23}
FIRST_PREFIXED: Final = {3: 4513, 6: 4491}
FIRST_TRUNCATED: Final = {3: 4534, 6: 4502}

FALSE_EASTING_M: Final = 500_000
PREFIX_M: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Zone:
    """One Gauss–Krüger zone.

    Attributes
    ----------
    number
        25 to 45 in strips of 3°, 13 to 23 in strips of 6°.
    width_deg
        3 or 6.
    """

    number: int
    width_deg: Width

    @property
    def central_meridian_deg(self) -> int:
        """Its meridian: 102 for zone 34 of 3°, 105 for zone 18 of 6°."""
        return 3 * self.number if self.width_deg == 3 else 6 * self.number - 3

    @property
    def prefixed(self) -> str:
        """The datum whose eastings begin with the zone's number, as ``EPSG:4522``."""
        return f"EPSG:{FIRST_PREFIXED[self.width_deg] + self.number - FIRST[self.width_deg]}"

    @property
    def truncated(self) -> str:
        """The datum whose eastings don't, as ``EPSG:4543``."""
        return f"EPSG:{FIRST_TRUNCATED[self.width_deg] + self.number - FIRST[self.width_deg]}"


def zones(width_deg: Width) -> list[Zone]:
    """Give China's zones of a width, west to east."""
    return [Zone(number, width_deg) for number in range(FIRST[width_deg], LAST[width_deg] + 1)]


def zone_at(longitude_deg: float, width_deg: Width = 3) -> Zone:
    """Give the zone that a longitude lies in; on a seam, the eastern one.

    >>> zone_at(102.7)
    Zone(number=34, width_deg=3)

    Raises
    ------
    InputError
        When the longitude is in none of China's zones: 73.5–136.5° (3°), 72–138° (6°).
    """
    shift_deg = 1.5 if width_deg == 3 else 6.0
    west = (FIRST[width_deg] * width_deg) - shift_deg
    east = (LAST[width_deg] + 1) * width_deg - shift_deg
    if not west <= longitude_deg < east:
        raise InputError(
            f"经度 {longitude_deg:.6g}° 不在中国的 {width_deg} 度带（{west:g}°–{east:g}°）内。",
            "请核对经度，以及经纬度的先后次序。",
        )
    return Zone(int((longitude_deg + shift_deg) // width_deg), width_deg)


def zone_of_prefix(easting_m: float) -> Zone | None:
    """Give the zone that a prefixed easting names, or None when its millions name none.

    >>> zone_of_prefix(34_571_234.5), zone_of_prefix(571_234.5)
    (Zone(number=34, width_deg=3), None)
    """
    for width_deg in (3, 6):
        if FIRST[width_deg] <= easting_m // PREFIX_M <= LAST[width_deg]:
            return Zone(int(easting_m // PREFIX_M), width_deg)
    return None
