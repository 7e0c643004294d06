"""What the compounds of a town are before they have a place: age, size, plot ratio, shape.

Calibrated to DOMAIN §6: floor areas lognormal with medians of 70 000 m² (modern) and 14 000 m²
(old, built by 2000) and sigma 1; plot ratios 1.5-2.2 old and 2.0-3.5 modern; old ones are about
40 % by count and 13-20 % by area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

OLD_SHARE: Final = 0.42
MEDIAN_FLOOR_M2: Final = (77_000.0, 16_500.0)  # modern, old; setbacks take a tenth
LEAST_FLOOR_M2: Final = (8_000.0, 1_500.0)
MOST_FLOOR_M2: Final = (420_000.0, 160_000.0)

SHAPES: Final = ("rectangle", "chamfered", "ell", "slanted", "notched")


@dataclass
class Stock:
    """Compounds of a town, from the centre outwards. All arrays have shape (n,)."""

    old: np.ndarray  # bool
    built_year: np.ndarray  # int
    plot_ratio: np.ndarray
    land_m2: np.ndarray  # wanted; the layout comes close to it
    shape: np.ndarray  # index into SHAPES
    cut: np.ndarray  # (n, 2), how much the shape's cut leaves, 0-1
    fill: np.ndarray  # share of its rectangle that the shape fills

    def __len__(self) -> int:
        return len(self.old)


def draw_stock(count: int, rng: np.random.Generator) -> Stock:
    """Draw `count` compounds, old ones mostly first."""
    old = rng.random(count) < OLD_SHARE
    order = np.argsort(np.where(old, 0.0, 0.45) + rng.normal(0, 0.35, count), kind="stable")
    old = old[order]
    side = old.astype(int)
    floor = np.take(MEDIAN_FLOOR_M2, side) * np.exp(rng.normal(0, 1, count))
    floor = np.clip(floor, np.take(LEAST_FLOOR_M2, side), np.take(MOST_FLOOR_M2, side))
    ratio = np.where(old, rng.uniform(1.5, 2.2, count), rng.uniform(2.0, 3.5, count))
    land = floor / ratio
    outward = np.arange(count) / max(count, 1)
    modern = 2001 + np.clip(24.9 * rng.beta(1.6 + 1.2 * outward, 1.9, count), 0, 24).astype(int)
    built = np.where(old, 1975 + (25.9 * rng.beta(2.6, 1.2, count)).astype(int), modern)
    shape = rng.choice(len(SHAPES), count, p=[0.38, 0.22, 0.2, 0.14, 0.06])
    shape[(land < 3_000) & (shape > 1)] = 0
    cut = rng.uniform(0.0, 1.0, (count, 2))
    return Stock(old, built, ratio, land, shape, cut, _fill(shape, cut))


def _fill(shape: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """Give the area of each unit shape; `geo.sample.shapes` draws the same."""
    a, b = cut.T
    parts = [
        np.ones(len(shape)),
        1 - (0.12 + 0.2 * a) * (0.12 + 0.2 * b) / 2,
        1 - (0.3 + 0.25 * a) * (0.3 + 0.25 * b),
        1 - (0.16 * a + 0.1 * b) / 2,
        1 - (0.25 + 0.15 * a) * (0.2 + 0.15 * b),
    ]
    return np.choose(shape, parts)
