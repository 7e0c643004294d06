"""Candidates next to each other: by which a chain leads on, and of which bundles are made."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.barriers import barriers_near
from geo.takeover.neighbours.ground import Ground
from geo.takeover.neighbours.metric import Plane

Ints = npt.NDArray[np.int64]


class Link(NamedTuple):
    """Two compounds next to each other that nothing bars; `one` is the lesser row.

    Attributes
    ----------
    segment
        Lon, lat at `one`, then at `other`.
    """

    one: int
    other: int
    gap_mm: int
    segment: tuple[float, float, float, float]


def links_between(
    snapshot: Snapshot, rows: Ints, adjacent_m: Decimal, walking_limit_m: Decimal
) -> list[Link]:
    """Find the compounds of one county no farther apart than `adjacent_m`, each pair once.

    A hard barrier between them parts them, crossing or not: what lies beyond one is not next
    door.
    """
    county = snapshot.column("compounds", "county")[rows]
    found: list[Link] = []
    for code in np.unique(county[county != 0]).tolist():
        here = np.sort(rows[county == code])
        shapes = snapshot.geometry("compounds")[here]
        plane = Plane.around(shapes)
        projected = plane.project(shapes)
        ground = Ground(plane, projected, projected)
        near = ground.within(adjacent_m)
        near = near.take(near.one < near.other)
        if not len(near.one):
            continue
        margin = float(adjacent_m) / 50_000
        bounds = shapely.total_bounds(shapes) + np.array([-margin, -margin, margin, margin])
        barriers = barriers_near(snapshot, bounds, plane)
        seen = ground.look(near, np.ones(len(near.one), bool), barriers, walking_limit_m)
        open_ = (seen.barred < 0) & (seen.crossing == "")
        for k in np.flatnonzero(open_).tolist():
            west, south, east, north = seen.lonlat[k].tolist()
            found.append(
                Link(
                    int(here[near.one[k]]),
                    int(here[near.other[k]]),
                    int(near.gap_mm[k]),
                    (west, south, east, north),
                )
            )
    return found
