"""Every shortest segment between two polygons, and one that nothing blocks: many pairs at once.

Two walls that face each other in parallel have no one shortest segment but a *strip* of equally
short ones. What blocks is projected onto the strip's wall; a piece of wall that stays uncovered
has free segments. Elsewhere (corner to wall, corner to corner) the shortest segments are single.

Equally short means within `TIE_M` of the gap: walls that are parallel but for rounding are a
strip as far as they are. Segments that are longer only because they run aslant are not taken:
a single one has to be the shortest from either of its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.takeover.neighbours.barriers import TIE_M

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

OPENING_M: Final = 0.001
"""A strip, or an opening in what blocks it, is at least so wide."""

_SHORTEST_M: Final = 1e-6


@dataclass(frozen=True)
class Strips:
    """Equally short segments side by side: from ``origin + t * along`` to the other wall.

    Shape (n,) or (n, 2). ``low <= t <= high``; the other wall is ``gap_low`` and ``gap_high`` away
    there, measured along ``across`` (a unit vector at right angles to ``along``). ``pair`` says
    between which two polygons.
    """

    pair: Ints
    origin: Floats
    along: Floats
    across: Floats
    low: Floats
    high: Floats
    gap_low: Floats
    gap_high: Floats

    def take(self, at: npt.NDArray[np.bool_] | Ints) -> Strips:
        """Give some of them."""
        return Strips(*(getattr(self, name)[at] for name in Strips.__dataclass_fields__))

    def quads(self, longer_m: float) -> Objects:
        """Give the strips as areas, longer at both walls (or drawn back by a quarter at most)."""
        ends = []
        for t, gap in ((self.low, self.gap_low), (self.high, self.gap_high)):
            step = np.maximum(longer_m, -gap / 4)[:, None]
            foot = self.origin + t[:, None] * self.along
            ends.append((foot - step * self.across, foot + (gap[:, None] + step) * self.across))
        (a, b), (d, c) = ends
        quads: Objects = shapely.polygons(np.stack([a, b, c, d, a], axis=1))
        return quads

    def segments(self, t: Floats) -> Floats:
        """Give the segment of each at `t`, shape (n, 4)."""
        part = (t - self.low) / (self.high - self.low)
        gap = self.gap_low + part * (self.gap_high - self.gap_low)
        foot = self.origin + t[:, None] * self.along
        return np.concatenate([foot, foot + gap[:, None] * self.across], axis=1)

    def covered(self, strip: Ints, blockers: Objects, longer_m: float) -> tuple[Ints, Floats]:
        """Project what blocks onto the walls.

        Parameters
        ----------
        strip, blockers
            Shape (m,): what blocks which.

        Returns
        -------
        Place in `strip` and interval of t, shape (k,) and (k, 2), of each piece that blocks.
        """
        meets = shapely.intersection(blockers, self.quads(longer_m)[strip])
        pieces, of = shapely.get_parts(meets, return_index=True)
        solid = ~shapely.is_empty(pieces)
        pieces, of = pieces[solid], of[solid]
        xy, piece = shapely.get_coordinates(pieces, return_index=True)
        on = strip[of[piece]]
        t = ((xy - self.origin[on]) * self.along[on]).sum(axis=1)
        spans = np.column_stack([np.full(len(pieces), np.inf), np.full(len(pieces), -np.inf)])
        np.minimum.at(spans[:, 0], piece, t)
        np.maximum.at(spans[:, 1], piece, t)
        return of, spans


@dataclass(frozen=True)
class Facings:
    """The shortest segments of many pairs: single ones by pair and place, and strips likewise."""

    pairs: int
    single_pair: Ints
    single: Floats
    strips: Strips


def facings(one: Objects, other: Objects) -> Facings:
    """Find the shortest segments between polygons that do not touch.

    Parameters
    ----------
    one, other
        Polygons or multipolygons in a plane, shape (n,), more than `TIE_M` apart pair by pair.
    """
    gap = shapely.distance(one, other)
    shapely.prepare(one)
    shapely.prepare(other)
    edge, edge_pair = _edges(one, other, gap)
    wall, wall_pair = _edges(other, one, gap)
    left, right = _combined(edge_pair, wall_pair, len(one))
    pair = edge_pair[left]
    lines = shapely.shortest_line(shapely.linestrings(edge[left]), shapely.linestrings(wall[right]))
    near = shapely.length(lines) <= gap[pair] + TIE_M
    left, right, pair, lines = left[near], right[near], pair[near], lines[near]
    segment = shapely.get_coordinates(lines).reshape(-1, 4)
    shortest = _are_shortest(segment, one[pair], other[pair])
    single = np.unique(np.column_stack([pair[shortest], segment[shortest]]), axis=0)
    return Facings(
        len(one),
        single[:, 0].astype(np.int64),
        single[:, 1:],
        _strips(edge[left], wall[right], pair, gap[pair]),
    )


def _edges(one: Objects, other: Objects, gap: Floats) -> tuple[Floats, Ints]:
    """Give the edges of `one` that come within the gap (and `TIE_M`) of `other`: (n, 2, 2)."""
    parts, of = shapely.get_parts(one, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    edges = np.stack([xy[:-1], xy[1:]], axis=1)[same]
    pair = of[part[ring[:-1][same]]]
    near = shapely.dwithin(other[pair], shapely.linestrings(edges), gap[pair] + TIE_M)
    return edges[near], pair[near]


def _combined(one: Ints, other: Ints, pairs: int) -> tuple[Ints, Ints]:
    """Combine each entry of `one` with each of `other` that has the same label; both sorted."""
    many = np.bincount(other, minlength=pairs)
    first = np.concatenate([[0], np.cumsum(many)[:-1]])
    times = many[one]
    left = np.repeat(np.arange(len(one)), times)
    within = np.arange(len(left)) - np.repeat(np.cumsum(times) - times, times)
    return left, first[one[left]] + within


def _are_shortest(segment: Floats, one: Objects, other: Objects) -> npt.NDArray[np.bool_]:
    """Tell of which segments no shorter one starts at either end."""
    length = np.hypot(*(segment[:, 2:] - segment[:, :2]).T)
    reach = np.minimum(
        shapely.distance(shapely.points(segment[:, :2]), other),
        shapely.distance(shapely.points(segment[:, 2:]), one),
    )
    return np.asarray(reach >= length - _SHORTEST_M)


def _strips(edge: Floats, wall: Floats, pair: Ints, gap: Floats) -> Strips:
    """Give where edges face walls at the gap, in order of pair and place."""
    length = np.hypot(*(edge[:, 1] - edge[:, 0]).T)
    origin = edge[:, 0]
    along = (edge[:, 1] - origin) / np.maximum(length, OPENING_M)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    t = ((wall - origin[:, None]) * along[:, None]).sum(axis=2)
    v = ((wall - origin[:, None]) * across[:, None]).sum(axis=2)
    turned = np.where(v.sum(axis=1) < 0, -1.0, 1.0)
    across, v = across * turned[:, None], v * turned[:, None]
    run = t[:, 1] - t[:, 0]
    wide = (length >= OPENING_M) & (np.abs(run) >= OPENING_M)
    slope = np.divide(v[:, 1] - v[:, 0], run, out=np.zeros_like(run), where=wide)
    low = np.maximum(0.0, t.min(axis=1))
    high = np.minimum(length, t.max(axis=1))
    limit = gap + TIE_M
    # Where the other wall is no farther than the limit.
    until = t[:, 0] + np.divide(limit - v[:, 0], slope, out=np.zeros_like(run), where=slope != 0)
    high = np.where(slope > 0, np.minimum(high, until), high)
    low = np.where(slope < 0, np.maximum(low, until), low)
    wide &= (slope != 0) | (v[:, 0] <= limit)
    wide &= high - low >= OPENING_M
    gaps = v[:, :1] + slope[:, None] * (np.column_stack([low, high]) - t[:, :1])
    found = Strips(pair, origin, along, across, low, high, gaps[:, 0], gaps[:, 1]).take(wide)
    starts = found.segments(found.low)
    return found.take(np.lexsort((*starts.T[::-1], found.pair)))


def widest_opening(spans: Floats, low: float, high: float) -> tuple[float, float] | None:
    """Give the widest of what intervals leave uncovered of [low, high]; the first of equals."""
    best: tuple[float, float] | None = None
    at = low
    for start, end in [*sorted(map(tuple, spans.tolist())), (high, high)]:
        wide = start - at
        if wide >= OPENING_M and (best is None or wide > best[1] - best[0]):
            best = at, start
        at = max(at, end)
    return best
