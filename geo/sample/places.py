"""Where the towns are: one seat a county, and Kunming's four old districts as one city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geo.sample.draw import stream

CAPITAL: Final = "5301"
CORE: Final = ("530102", "530103", "530111", "530112")

SHARES: Final = {
    "530113": 0.030,
    "530114": 0.080,
    "530115": 0.030,
    "530124": 0.015,
    "530125": 0.025,
    "530126": 0.020,
    "530127": 0.020,
    "530128": 0.015,
    "530129": 0.015,
    "530181": 0.050,
}
"""Share of Kunming's compounds in its outer counties; the four core districts have the rest."""

FULL_SIZE: Final = 2_000
"""From this many compounds in Kunming on, the other counties' seats have their full 30 to 60."""


@dataclass(frozen=True)
class Town:
    """A built-up place: its counties and their outlines (degrees), centre, number of compounds."""

    counties: tuple[str, ...]
    outlines: tuple[shapely.Geometry, ...]
    lon: float
    lat: float
    compounds: int

    @property
    def key(self) -> str:
        """Its first county's code, which names its random streams."""
        return self.counties[0]


def towns(tree: gpd.GeoDataFrame, compounds: int, seed: int) -> list[Town]:
    """Place every town of the province.

    Parameters
    ----------
    tree
        `geo.divisions.bundled`.
    compounds
        How many Kunming's 14 counties have together.
    """
    counties = tree[tree["level"] == "county"].set_index("code").geometry
    rng = stream(seed, "towns")
    scale = min(1.0, compounds / FULL_SIZE)
    outer = {code: max(round(share * compounds), 3) for code, share in SHARES.items()}
    core = max(compounds - sum(outer.values()), 4)
    lon, lat = _meeting_point([counties[code] for code in CORE])
    found = [Town(CORE, tuple(counties[code] for code in CORE), lon, lat, core)]
    for code in sorted(set(counties.index) - set(CORE)):
        thin = max(round(int(rng.integers(30, 61)) * scale), 3)
        lon, lat = _inner_point(counties[code])
        found.append(Town((code,), (counties[code],), lon, lat, outer.get(code, thin)))
    return found


def _meeting_point(outlines: list[shapely.Geometry]) -> tuple[float, float]:
    """Find the corner that lies nearest to all of several polygons."""
    corners = shapely.get_coordinates(outlines)
    points = shapely.points(corners)
    farthest = np.max([shapely.distance(points, outline) for outline in outlines], axis=0)
    lon, lat = corners[int(np.argmin(farthest))]
    return float(lon), float(lat)


def _inner_point(outline: shapely.Geometry) -> tuple[float, float]:
    """Find a point as far inside as any (the centre of the largest circle that fits)."""
    circle = shapely.maximum_inscribed_circle(outline, tolerance=0.005)
    lon, lat = shapely.get_coordinates(circle)[0]
    return float(lon), float(lat)
