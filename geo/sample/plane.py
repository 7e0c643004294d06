"""A town's own plane: a straight street grid in metres, bent and turned onto the ground.

Everything of a town is laid out on the straight grid, where nothing overlaps, and bent as a whole:
streets, river and compounds curve together, so nothing overlaps afterwards either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from geo.sample.places import Town

_ELLIPSOID = Geod(ellps="GRS80")

# (wavelength, amplitude) in metres; the slopes 2πA/λ stay below 0.4 together on most of the
# plane, so the bending never folds.
_WAVES = ((1_900.0, 22.0), (3_400.0, 60.0), (8_000.0, 200.0))


@dataclass(frozen=True)
class Plane:
    """A town's bent and turned grid."""

    lon: float
    lat: float
    turn: float  # radians, counter-clockwise
    directions: np.ndarray  # (waves, 2): unit vectors over wavelength, in radians per metre
    phases: np.ndarray  # (waves,)
    pushes: np.ndarray  # (waves, 2), metres

    @classmethod
    def of(cls, town: Town, rng: np.random.Generator) -> Plane:
        """Draw a town's bending and turn."""
        angle = rng.uniform(0, 2 * np.pi, (len(_WAVES), 2))
        lengths, heights = np.array(_WAVES).T
        unit = np.stack([np.cos(angle[:, 0]), np.sin(angle[:, 0])], axis=1)
        push = np.stack([np.cos(angle[:, 1]), np.sin(angle[:, 1])], axis=1)
        return cls(
            lon=town.lon,
            lat=town.lat,
            turn=float(rng.uniform(-0.6, 0.6)),
            directions=unit * (2 * np.pi / lengths)[:, None],
            phases=rng.uniform(0, 2 * np.pi, len(_WAVES)),
            pushes=push * heights[:, None],
        )

    def metres(self, grid: np.ndarray) -> np.ndarray:
        """Bend and turn grid coordinates (n, 2) into metres east and north of the centre."""
        bent = grid + np.sin(grid @ self.directions.T + self.phases) @ self.pushes
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        turned: np.ndarray = bent @ np.array([[cos, sin], [-sin, cos]])
        return turned

    def degrees(self, grid: np.ndarray) -> np.ndarray:
        """Bend and turn grid coordinates (n, 2) into longitude and latitude."""
        found: np.ndarray = (
            np.array([self.lon, self.lat]) + self.metres(grid) / self.metres_per_degree
        )
        return found

    @property
    def metres_per_degree(self) -> np.ndarray:
        """Metres in a degree of longitude and of latitude, at the centre."""
        squeeze = 1 - _ELLIPSOID.es * np.sin(np.radians(self.lat)) ** 2
        across = _ELLIPSOID.a / np.sqrt(squeeze)
        along = across * (1 - _ELLIPSOID.es) / squeeze
        factors: np.ndarray = np.radians([across * np.cos(np.radians(self.lat)), along])
        return factors
