"""A made-up town for telling datums by: crooked compounds with lanes between them, a river."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import shapely

from geo.datum.landmarks import METRES_A_DEGREE, Landmarks

KUNMING_DEG = (102.70, 25.04)
SIDE_M = 9_000


@dataclass(frozen=True)
class Town:
    """Compounds, shape (n,), a river and two counties; EPSG:4490."""

    compounds: np.ndarray
    river: shapely.Geometry
    counties: np.ndarray

    county_codes = ("530102", "530103")

    def around(self, chosen: np.ndarray, **words: object) -> Landmarks:
        """Give the landmarks that are disjoint from the chosen compounds."""
        others = np.setdiff1d(np.arange(len(self.compounds)), chosen)
        return Landmarks(
            compounds=self.compounds[others],
            compound_codes=tuple(f"R{number}" for number in others),
            water=np.array([self.river]),
            **words,
        )

    def county_of(self, chosen: np.ndarray) -> list[str]:
        west = shapely.covers(self.counties[0], shapely.centroid(self.compounds[chosen]))
        return [self.county_codes[0 if here else 1] for here in west]


def degrees(shapes: np.ndarray) -> np.ndarray:
    """Bring metres around Kunming into degrees."""
    scale = METRES_A_DEGREE * np.array([np.cos(np.radians(KUNMING_DEG[1])), 1])
    return shapely.transform(shapes, lambda points: points / scale + KUNMING_DEG)


@pytest.fixture(scope="session")
def town() -> Town:
    random = np.random.default_rng(53)
    bend_m = np.linspace(-1_000, SIDE_M + 1_000, 30)
    river = shapely.LineString(
        np.column_stack([bend_m, 5_000 + 900 * np.sin(bend_m / 900)])
    ).buffer(60)
    seeds = shapely.multipoints(random.uniform(0, SIDE_M, (1_300, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    cells = cells[shapely.area(cells) < 250_000]
    plots = shapely.difference(shapely.buffer(cells, -9, join_style="mitre"), river)
    plots = plots[(shapely.get_type_id(plots) == 3) & (shapely.area(plots) > 2_000)]
    plots = plots[random.random(len(plots)) < 0.7]
    half = SIDE_M / 2 + 20
    counties = np.array(
        [shapely.box(-2_000, -2_000, half, 12_000), shapely.box(half, -2_000, 12_000, 12_000)]
    )
    return Town(degrees(plots), degrees(np.array([river]))[0], degrees(counties))
