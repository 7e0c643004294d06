"""Roads to walk on, in a plane: where one gets onto them, and how far it is along them.

Lines that share a point are joined there, as in road data made for routing; lines that merely cross
(a bridge over a street) are not. Found by Dijkstra's algorithm up to a limit, once a node.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

JOINED_M: Final = 0.1
"""Points of two lines that round to one multiple of this are one."""

ONTO_M: Final = 100.0
"""One gets onto the nearest road, if it is no farther away."""


@dataclass(frozen=True)
class Accesses:
    """Where points get onto the network, shape (n,).

    Edge (-1: none is near), how far along it, and the straight way to it.
    """

    edge: Ints
    along_m: Floats
    straight_m: Floats


@dataclass
class Network:
    """A network of lines.

    Parameters
    ----------
    lines
        Lines or multilines in the plane, shape (n,).
    limit_m
        Ways along the network that are longer are not found.
    """

    lines: Objects
    limit_m: float
    _ends: Ints = field(init=False)
    _length: Floats = field(init=False)
    _links: list[list[tuple[int, float]]] = field(init=False)
    _tree: shapely.STRtree = field(init=False)
    _known: dict[int, dict[int, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        parts = shapely.get_parts(self.lines)
        xy, line = shapely.get_coordinates(parts, return_index=True)
        steps = np.rint(xy / JOINED_M).astype(np.int64)
        _, node = np.unique(steps, axis=0, return_inverse=True)
        node = node.ravel()
        ends = np.column_stack([node[:-1], node[1:]])
        real = (line[:-1] == line[1:]) & (ends[:, 0] != ends[:, 1])
        self._ends = ends[real]
        pieces = np.stack([xy[:-1], xy[1:]], axis=1)[real]
        self._length = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T)
        self._tree = shapely.STRtree(shapely.linestrings(pieces))
        self._links = [[] for _ in range(int(node.max(initial=-1)) + 1)]
        for (u, v), length in zip(self._ends.tolist(), self._length.tolist(), strict=True):
            self._links[u].append((v, length))
            self._links[v].append((u, length))

    def accesses(self, points: Objects) -> Accesses:
        """Find where points get onto the network; of equally near edges, onto the first."""
        edge = np.full(len(points), -1, np.int64)
        along, straight = np.zeros(len(points)), np.zeros(len(points))
        if len(self._ends) and len(points):
            at, found = self._tree.query_nearest(points, max_distance=ONTO_M)
            order = np.lexsort((found, at))
            which, first = np.unique(at[order], return_index=True)
            edge[which] = found[order][first]
            shapes = self._tree.geometries[edge[which]]
            along[which] = shapely.line_locate_point(shapes, points[which])
            straight[which] = shapely.distance(shapes, points[which])
        return Accesses(edge, along, straight)

    def way_m(self, ways: Accesses, one: int, other: int) -> float | None:
        """Give the shortest way between two accesses, the straight ends included; None without."""
        a, b = int(ways.edge[one]), int(ways.edge[other])
        if a < 0 or b < 0:
            return None
        best = np.inf
        if a == b:
            best = abs(float(ways.along_m[one] - ways.along_m[other]))
        for u, to_u in self._from(a, float(ways.along_m[one])):
            reached = self._within(u)
            for v, to_v in self._from(b, float(ways.along_m[other])):
                best = min(best, to_u + reached.get(v, np.inf) + to_v)
        if best > self.limit_m:
            return None
        return float(best + ways.straight_m[one] + ways.straight_m[other])

    def _from(self, edge: int, along_m: float) -> list[tuple[int, float]]:
        u, v = self._ends[edge].tolist()
        return [(u, along_m), (v, float(self._length[edge]) - along_m)]

    def _within(self, source: int) -> dict[int, float]:
        """Give all nodes within the limit of one, with their distances."""
        if source in self._known:
            return self._known[source]
        done: dict[int, float] = {}
        queue = [(0.0, source)]
        while queue:
            so_far, node = heapq.heappop(queue)
            if node in done:
                continue
            done[node] = so_far
            for other, length in self._links[node]:
                reach = so_far + length
                if other not in done and reach <= self.limit_m:
                    heapq.heappush(queue, (reach, other))
        self._known[source] = done
        return done
