"""How far one walks between neighbours: by roads and gates where there are any.

`BASES`, the best that is at hand for each pair:

- ``roads_gates``: gate to gate along the roads,
- ``roads_boundary``: along the roads, but one side at least has no gate, and its boundary's nearest
  point stands for it,
- ``gates``: gate to gate, straight, and through a crossing where one has to be used,
- ``boundary``: between the boundaries' nearest points, and through a crossing likewise: less than
  any real way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot
from geo.takeover.neighbours.metric import Plane, whole_mm
from geo.takeover.neighbours.network import Network

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

ROADS_GATES: Final = "roads_gates"
ROADS_BOUNDARY: Final = "roads_boundary"
GATES: Final = "gates"
BOUNDARY: Final = "boundary"
BASES: Final = (ROADS_GATES, ROADS_BOUNDARY, GATES, BOUNDARY)

FARTHEST_M: Final = 3000.0
"""A longer way along the roads is no way."""


@dataclass(frozen=True)
class Ways:
    """Roads and gates of a snapshot, EPSG:4490.

    Attributes
    ----------
    roads
        Lines; joined where they share a point.
    gates, gate_of
        Points, and codes of the compounds whose gates they are.
    """

    roads: Objects
    gates: Objects
    gate_of: npt.NDArray[np.object_]

    @cached_property
    def _trees(self) -> tuple[shapely.STRtree, shapely.STRtree]:
        return shapely.STRtree(self.roads), shapely.STRtree(self.gates)

    def near(self, bounds: Floats) -> Ways:
        """Give those that meet a box (west, south, east, north in degrees), in their order."""
        road, gate = (np.sort(tree.query(shapely.box(*bounds))) for tree in self._trees)
        return Ways(self.roads[road], self.gates[gate], self.gate_of[gate])


@once_a_snapshot
def ways_of(snapshot: Snapshot) -> Ways | None:
    """Give what a snapshot has to walk by; None where it has neither roads nor gates."""
    roads, gates = snapshot.geometry("roads"), snapshot.geometry("gates")
    if not len(roads) and not len(gates):
        return None
    return Ways(roads, gates, snapshot.column("gates", "compound"))


def walks(
    ways: Ways,
    plane: Plane,
    codes: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]],
    segment: Floats,
    walk_mm: Ints,
) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Measure pairs that nothing bars.

    Parameters
    ----------
    codes
        Of the pairs' two sides, shape (n,) each.
    segment
        Between their boundaries, in the plane, shape (n, 4).
    walk_mm
        Between boundaries, through a crossing where needed; -1 where barred, which stays.

    Returns
    -------
    Walk in mm (-1 also where the roads lead no shorter way than `FARTHEST_M`) and basis.
    """
    ways = ways.near(_around(plane.lonlat(segment.reshape(-1, 2))))
    network = Network(plane.project(ways.roads), FARTHEST_M)
    gates = plane.project(ways.gates)
    of = _grouped(ways.gate_of)
    ends = np.concatenate([shapely.points(segment[:, :2]), shapely.points(segment[:, 2:]), gates])
    accesses = network.accesses(ends)
    pairs = len(segment)
    scale = plane.scale(segment[:, 0]) if pairs else np.ones(0)
    found, basis = walk_mm.copy(), np.full(pairs, BOUNDARY, object)
    for k in np.flatnonzero(walk_mm >= 0).tolist():
        own = [of.get(codes[side][k]) for side in (0, 1)]
        one, other = (
            [k + side * pairs] if gate is None else [2 * pairs + at for at in gate]
            for side, gate in enumerate(own)
        )
        both = None not in own
        linked = [(a, b) for a in one for b in other if min(accesses.edge[[a, b]]) >= 0]
        if linked:
            lengths = [network.way_m(accesses, a, b) for a, b in linked]
            known = [length for length in lengths if length is not None]
            found[k] = whole_mm(min(known) / scale[k]) if known else -1
            basis[k] = ROADS_GATES if both else ROADS_BOUNDARY
        elif both:
            straight = min(shapely.distance(ends[a], ends[b]) for a in one for b in other)
            found[k] = max(int(whole_mm(straight / scale[k])), int(walk_mm[k]))
            basis[k] = GATES
    return found, basis


def _around(lonlat: Floats) -> Floats:
    """Give the box, degrees, that ways between points stay in."""
    if not len(lonlat):
        return np.zeros(4)
    # A degree of longitude is at least 55 km up to 60° north: the box is ample.
    margin = FARTHEST_M / 50_000
    return np.concatenate([lonlat.min(axis=0) - margin, lonlat.max(axis=0) + margin])


def _grouped(codes: npt.NDArray[np.object_]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, code in enumerate(codes.tolist()):
        found.setdefault(code, []).append(place)
    return found
