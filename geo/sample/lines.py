"""The street grid of a town: which of its lines are arterials, and which a river or a railway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

HALF_WIDTH_M: Final = {"主干道": 22.0, "河流": 95.0, "铁路": 36.0, "高速路": 44.0}
"""What is kept free on either side of a line; a river meanders within its share."""


@dataclass
class Axis:
    """The grid's lines in one direction, in metres from the centre."""

    at: np.ndarray  # (lines,), ascending
    kinds: list[str]

    @property
    def half_m(self) -> np.ndarray:
        """What is kept free on either side of each line. Shape (lines,)."""
        return np.array([HALF_WIDTH_M[kind] for kind in self.kinds])

    def near(self, offset_m: float) -> int:
        """Give the line nearest to an offset from the centre."""
        return int(np.argmin(np.abs(self.at - offset_m)))


@dataclass
class Grid:
    """Both directions. ``u`` holds the lines of constant u, ``v`` those of constant v."""

    u: Axis
    v: Axis


def draw_grid(reach_m: float, core_m: float, rng: np.random.Generator) -> Grid:
    """Draw the grid of a town.

    Parameters
    ----------
    reach_m
        How far the grid goes from the centre.
    core_m
        Radius of what will be built up, about: rivers run near the middle of it, railways half
        way out, expressways at its edge.
    """
    u, v = Axis(*_lines(reach_m, rng)), Axis(*_lines(reach_m, rng))
    side = rng.choice([-1.0, 1.0], 4)
    v.kinds[v.near(side[0] * rng.uniform(0.1, 0.3) * core_m)] = "河流"
    if core_m > 4_000:
        v.kinds[v.near(-side[0] * rng.uniform(0.45, 0.6) * core_m)] = "河流"
    if core_m > 4_000 or rng.random() < 0.55:
        u.kinds[u.near(side[1] * rng.uniform(0.3, 0.55) * core_m)] = "铁路"
    if core_m > 4_000 or rng.random() < 0.45:
        axis, line_side = (u, side[2]) if rng.random() < 0.5 else (v, side[3])
        line = axis.near(line_side * rng.uniform(0.65, 0.85) * core_m)
        if axis.kinds[line] == "主干道":
            axis.kinds[line] = "高速路"
    return Grid(u, v)


def _lines(reach_m: float, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
    gaps = rng.uniform(470, 800, int(2 * reach_m / 470) + 3)
    at = np.cumsum(gaps) - gaps[0] * rng.random()
    at = at[at < 2 * reach_m] - reach_m
    # The centre lies in the middle of a cell, so that the smallest town has a middle too.
    inner = int(np.argmin(np.abs(at)))
    other = inner + (1 if at[inner] < 0 else -1)
    at = at - (at[inner] + at[min(max(other, 0), len(at) - 1)]) / 2
    return at, ["主干道"] * len(at)
