"""Every shortest segment between two polygons, and one that nothing blocks.

Two walls that face each other in parallel have no one shortest segment but a *strip* of equally
short ones. What blocks is projected onto the strip's wall; a piece of wall that stays uncovered
has free segments. Elsewhere (corner to wall, corner to corner) the shortest segments are single.

Equally short means within `TIE_M` of the gap: walls that are parallel but for rounding are a
strip as far as they are. Segments that are longer only because they run aslant are not taken:
a single one has to be the shortest from either of its ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.takeover.barriers import TIE_M, lengthened

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

OPENING_M: Final = 0.001
"""A strip, or an opening in what blocks it, is at least so wide."""

_SHORTEST_M: Final = 1e-6


@dataclass(frozen=True)
class Strip:
    """Equally short segments side by side: from ``origin + t * along`` to the other wall.

    ``low <= t <= high``; the other wall is ``gap_low`` and ``gap_high`` away there, measured
    along ``across`` (a unit vector at right angles to ``along``).
    """

    origin: Floats
    along: Floats
    across: Floats
    low: float
    high: float
    gap_low: float
    gap_high: float

    def quad(self, longer_m: float) -> shapely.Polygon:
        """Give the strip as an area, longer at both walls (or drawn back by a quarter at most)."""
        corners = []
        for t, gap in ((self.low, self.gap_low), (self.high, self.gap_high)):
            step = max(longer_m, -gap / 4)
            foot = self.origin + t * self.along
            corners.append((foot - step * self.across, foot + (gap + step) * self.across))
        return shapely.Polygon([corners[0][0], corners[0][1], corners[1][1], corners[1][0]])

    def segment(self, t: float) -> Floats:
        """Give the segment at `t`, shape (4,)."""
        part = (t - self.low) / (self.high - self.low)
        gap = self.gap_low + part * (self.gap_high - self.gap_low)
        foot = self.origin + t * self.along
        return np.concatenate([foot, foot + gap * self.across])

    def covered(self, blockers: Objects, longer_m: float) -> Floats:
        """Project what blocks onto the wall: intervals of t, shape (n, 2)."""
        pieces = shapely.get_parts(shapely.intersection(blockers, self.quad(longer_m)))
        pieces = pieces[~shapely.is_empty(pieces)]
        xy, piece = shapely.get_coordinates(pieces, return_index=True)
        t = (xy - self.origin) @ self.along
        spans = np.column_stack([np.full(len(pieces), np.inf), np.full(len(pieces), -np.inf)])
        np.minimum.at(spans[:, 0], piece, t)
        np.maximum.at(spans[:, 1], piece, t)
        return spans


class Facing:
    """The shortest segments between two polygons that do not touch.

    Parameters
    ----------
    one, other
        Polygons or multipolygons in a plane, more than `TIE_M` apart.
    """

    def __init__(self, one: shapely.Geometry, other: shapely.Geometry) -> None:
        self.gap_m = float(shapely.distance(one, other))
        near, far = _edges(one, other, self.gap_m), _edges(other, one, self.gap_m)
        singles, strips = [], []
        for edge in near:
            for wall in far:
                line = shapely.shortest_line(shapely.LineString(edge), shapely.LineString(wall))
                if line.length > self.gap_m + TIE_M:
                    continue
                segment = shapely.get_coordinates(line).ravel()
                if _is_shortest(segment, one, other):
                    singles.append(segment)
                strip = _strip(edge, wall, self.gap_m)
                if strip is not None:
                    strips.append(strip)
        self.singles = np.unique(np.array(singles).reshape(-1, 4), axis=0)
        self.strips = sorted(strips, key=lambda strip: (*strip.segment(strip.low),))

    @property
    def bounds(self) -> shapely.Polygon:
        """Give a box around all of them."""
        shapes = [*lengthened(self.singles, TIE_M), *(s.quad(TIE_M) for s in self.strips)]
        return shapely.box(*shapely.total_bounds(np.array(shapes, object)))

    def free(self, lines: Objects, areas: Objects) -> Floats | None:
        """Give a segment that crosses none of these barriers, or None. Shape (4,)."""
        for segment in self.singles:
            long, back = (lengthened(segment[None], by)[0] for by in (TIE_M, -TIE_M))
            if not shapely.intersects(lines, long).any() and not (
                shapely.intersects(areas, back).any()
            ):
                return np.asarray(segment)
        for strip in self.strips:
            spans = np.vstack([strip.covered(lines, TIE_M), strip.covered(areas, -TIE_M)])
            opening = max(
                _openings(spans, strip.low, strip.high), key=lambda o: o[1] - o[0], default=None
            )
            if opening is not None:
                return strip.segment((opening[0] + opening[1]) / 2)
        return None


def _edges(one: shapely.Geometry, other: shapely.Geometry, gap_m: float) -> Floats:
    """Give the edges of `one` that come within the gap (and `TIE_M`) of `other`: (n, 2, 2)."""
    rings = shapely.get_rings(shapely.get_parts(one))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.stack([xy[:-1], xy[1:]], axis=1)[ring[:-1] == ring[1:]]
    near = shapely.dwithin(shapely.linestrings(edges), other, gap_m + TIE_M)
    return np.asarray(edges[near])


def _is_shortest(segment: Floats, one: shapely.Geometry, other: shapely.Geometry) -> bool:
    """Tell whether no shorter segment starts at either end."""
    length = float(np.hypot(*(segment[2:] - segment[:2])))
    reach = min(
        shapely.distance(shapely.Point(segment[:2]), other),
        shapely.distance(shapely.Point(segment[2:]), one),
    )
    return bool(reach >= length - _SHORTEST_M)


def _strip(edge: Floats, wall: Floats, gap_m: float) -> Strip | None:
    """Give where two edges face each other at the gap, or None."""
    origin = edge[0]
    length = float(np.hypot(*(edge[1] - edge[0])))
    if length < OPENING_M:
        return None
    along = (edge[1] - edge[0]) / length
    across = np.array([-along[1], along[0]])
    (t0, v0), (t1, v1) = ((end - origin) @ np.column_stack([along, across]) for end in wall)
    if v0 + v1 < 0:
        across, v0, v1 = -across, -v0, -v1
    if abs(t1 - t0) < OPENING_M:
        return None
    slope = (v1 - v0) / (t1 - t0)
    low, high = max(0.0, min(t0, t1)), min(length, max(t0, t1))
    limit = gap_m + TIE_M
    if slope != 0:
        # Where the other wall is no farther than the limit.
        edge_t = t0 + (limit - v0) / slope
        low, high = (low, min(high, edge_t)) if slope > 0 else (max(low, edge_t), high)
    elif v0 > limit:
        return None
    if high - low < OPENING_M:
        return None
    gaps = (v0 + slope * (low - t0), v0 + slope * (high - t0))
    return Strip(origin, along, across, float(low), float(high), float(gaps[0]), float(gaps[1]))


def _openings(spans: Floats, low: float, high: float) -> Iterator[tuple[float, float]]:
    """Give what intervals leave uncovered of [low, high], in order."""
    at = low
    for start, end in sorted(map(tuple, spans.tolist())):
        if start - at >= OPENING_M:
            yield at, start
        at = max(at, end)
    if high - at >= OPENING_M:
        yield at, high
