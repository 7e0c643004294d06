"""What stands between polygons, pair by pair: nothing, a barrier, or one that a crossing opens.

All pairs are looked at together: first the segments that were found, then, for those that cross a
hard barrier, every equally short segment, then the ones that only cross what a crossing opens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.takeover.neighbours.barriers import TIE_M, Barriers
from geo.takeover.neighbours.facing import Facings, facings, widest_opening
from geo.takeover.neighbours.metric import Plane, whole_mm

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Between:
    """What stands between pairs, shape (pairs,).

    Attributes
    ----------
    segment
        Shape (pairs, 4), in the plane: one that nothing bars; else the first that was found.
    moved
        Whether the segment is another than the one that was found.
    barred
        The barrier in the way, an index; -1 where none bars.
    arterial
        An arterial road on the segment, an index; -1 without, and where the pair is barred.
    crossing, walk_mm
        Name of the crossing that opens what stands between ("通道" if it has none), and the way
        through it; "" and 0 without.
    """

    segment: Floats
    moved: Bools
    barred: Ints
    arterial: Ints
    crossing: Objects
    walk_mm: Ints


@dataclass(frozen=True)
class _Blocked:
    """What blocks which segments: (single, barrier), and (strip, barrier, interval)."""

    single: Ints
    single_by: Ints
    strip: Ints
    strip_by: Ints
    span: Floats


def between(
    one: Objects, other: Objects, segment: Floats, barriers: Barriers, plane: Plane, limit_mm: int
) -> Between:
    """Tell what stands between polygons that do not touch.

    Parameters
    ----------
    one, other
        In the plane, shape (n,).
    segment
        A shortest segment of each pair, shape (n, 4).
    limit_mm
        How far one walks at most from one polygon by a crossing to the other, inclusive.
    """
    found = Between(
        segment.copy(),
        np.zeros(len(one), bool),
        np.full(len(one), -1, np.int64),
        np.full(len(one), -1, np.int64),
        np.full(len(one), "", object),
        np.zeros(len(one), np.int64),
    )
    hit, by = barriers.hits(segment, hard=True)
    asked = np.unique(hit)
    if len(asked):
        _look_round(found, asked, (hit, by), (one, other), barriers, plane, limit_mm)
    standing = np.flatnonzero(found.barred < 0)
    hit, by = barriers.hits(found.segment[standing], hard=False)
    which, first = np.unique(hit, return_index=True)
    found.arterial[standing[which]] = by[first]
    return found


def _look_round(
    found: Between,
    asked: Ints,
    hits: tuple[Ints, Ints],
    shapes: tuple[Objects, Objects],
    barriers: Barriers,
    plane: Plane,
    limit_mm: int,
) -> None:
    """Look for other segments of the pairs `asked`, and for crossings; fill in what is found."""
    one, other = shapes[0][asked], shapes[1][asked]
    ways = facings(one, other)
    blocked = _blocked(ways, barriers)
    free, segment = _free(ways, blocked, np.arange(len(asked)))
    shut = np.flatnonzero(~free)
    opened = _opened(one, other, ways, blocked, shut, barriers, plane, limit_mm)
    kept = opened.left(blocked, ways, barriers)
    through, by_crossing = _free(ways, kept, shut)
    segment[shut[through[shut]]] = by_crossing[shut[through[shut]]]
    stands = free | through
    place = asked[stands]
    found.segment[place] = segment[stands]
    found.moved[place] = True
    walked = shut[through[shut]]
    crossing, walk_mm = opened.by_segments(walked, segment[walked], barriers)
    found.crossing[asked[walked]] = crossing
    found.walk_mm[asked[walked]] = walk_mm
    _bar(found, asked[~stands], hits, barriers)


def _blocked(ways: Facings, barriers: Barriers) -> _Blocked:
    single, single_by = barriers.hits(ways.single, hard=True)
    strip, by = barriers.meeting(ways.strips.quads(TIE_M))
    strips, bys, spans = [], [], []
    for areal, longer_m in ((False, TIE_M), (True, -TIE_M)):
        own = np.flatnonzero(barriers.areal[by] == areal)
        at, span = ways.strips.covered(strip[own], barriers.geometry[by[own]], longer_m)
        strips.append(strip[own][at])
        bys.append(by[own][at])
        spans.append(span)
    return _Blocked(
        single, single_by, np.concatenate(strips), np.concatenate(bys), np.concatenate(spans)
    )


def _free(ways: Facings, blocked: _Blocked, asked: Ints) -> tuple[Bools, Floats]:
    """Tell which of the pairs asked have a segment that nothing blocks, and give it.

    It is the first single one, else the middle of the widest opening of the first strip with any.
    """
    wanted = np.zeros(ways.pairs, bool)
    wanted[asked] = True
    free = np.zeros(ways.pairs, bool)
    segment = np.zeros((ways.pairs, 4))
    open_single = wanted[ways.single_pair]
    open_single[blocked.single] = False
    at = np.flatnonzero(open_single)
    which, first = np.unique(ways.single_pair[at], return_index=True)
    free[which] = True
    segment[which] = ways.single[at[first]]
    middle = _middles(ways, blocked, wanted & ~free)
    at = np.flatnonzero(~np.isnan(middle))
    which, first = np.unique(ways.strips.pair[at], return_index=True)
    free[which] = True
    segment[which] = ways.strips.take(at[first]).segments(middle[at[first]])
    return free, segment


def _middles(ways: Facings, blocked: _Blocked, wanted: Bools) -> Floats:
    """Give the middle of each strip's widest opening; NaN without, and where it isn't asked."""
    strips = ways.strips
    asked = wanted[strips.pair]
    middle = np.where(asked, (strips.low + strips.high) / 2, np.nan)
    order = np.argsort(blocked.strip, kind="stable")
    strip, span = blocked.strip[order], blocked.span[order]
    which, first = np.unique(strip, return_index=True)
    ends = [*first[1:].tolist(), len(strip)]
    for at, begin, end in zip(which.tolist(), first.tolist(), ends, strict=False):
        if asked[at]:
            opening = widest_opening(span[begin:end], float(strips.low[at]), float(strips.high[at]))
            middle[at] = np.nan if opening is None else (opening[0] + opening[1]) / 2
    return middle


@dataclass(frozen=True)
class _Opened:
    """Barriers that a crossing opens for a pair: keys of (pair, barrier's label), sorted."""

    labels: int
    key: Ints
    walk_mm: Ints
    name: Objects

    def of(self, pair: Ints, label: Ints) -> Ints:
        """Give where (pair, label) stands; -1 where no crossing opens it."""
        key = pair * self.labels + label
        if not len(self.key):
            return np.full(len(key), -1, np.int64)
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[at] == key, at, -1)

    def left(self, blocked: _Blocked, ways: Facings, barriers: Barriers) -> _Blocked:
        """Give what still blocks."""
        group = barriers.group
        single = self.of(ways.single_pair[blocked.single], group[blocked.single_by]) < 0
        strip = self.of(ways.strips.pair[blocked.strip], group[blocked.strip_by]) < 0
        return _Blocked(
            blocked.single[single],
            blocked.single_by[single],
            blocked.strip[strip],
            blocked.strip_by[strip],
            blocked.span[strip],
        )

    def by_segments(self, pair: Ints, segment: Floats, barriers: Barriers) -> tuple[Objects, Ints]:
        """Give name and length of the longest way by a crossing that each segment needs."""
        hit, by = barriers.hits(segment, hard=True)
        at = self.of(pair[hit], barriers.group[by])
        best: dict[int, tuple[int, str]] = {}
        for which, place in zip(hit[at >= 0].tolist(), at[at >= 0].tolist(), strict=True):
            way = int(self.walk_mm[place]), str(self.name[place])
            best[which] = max(way, best.get(which, way))
        crossing, walk_mm = np.full(len(pair), "通道", object), np.zeros(len(pair), np.int64)
        for which, (walk, name) in best.items():
            walk_mm[which], crossing[which] = walk, name or "通道"
        return crossing, walk_mm


def _opened(
    one: Objects,
    other: Objects,
    ways: Facings,
    blocked: _Blocked,
    shut: Ints,
    barriers: Barriers,
    plane: Plane,
    limit_mm: int,
) -> _Opened:
    """Find the barriers that a crossing within the walking limit opens for the pairs `shut`."""
    labels = len(barriers.geometry) + 1
    group = barriers.group
    needed = np.unique(
        np.concatenate(
            [
                ways.single_pair[blocked.single] * labels + group[blocked.single_by],
                ways.strips.pair[blocked.strip] * labels + group[blocked.strip_by],
            ]
        )
    )
    # The plane is too long by the scale at most; a metre more is ample.
    pair, place = barriers.crossings_within(one[shut], limit_mm / 1000 * 1.001 + 1)
    pair = shut[pair]
    key = pair * labels + barriers.crossing_group[place]
    wanted = np.isin(key, needed)
    pair, place, key = pair[wanted], place[wanted], key[wanted]
    points = barriers.crossing_point[place]
    scale = plane.scale(shapely.get_x(points)) if len(points) else np.ones(0)
    walk_mm = whole_mm(
        (shapely.distance(points, one[pair]) + shapely.distance(points, other[pair])) / scale
    )
    near = np.flatnonzero(walk_mm <= limit_mm)
    names = barriers.crossing_name[place[near]]
    _, rank = np.unique(names.astype(str), return_inverse=True)
    near_order = np.lexsort((rank, walk_mm[near], key[near]))
    near, names = near[near_order], names[near_order]
    found, first = np.unique(key[near], return_index=True)
    return _Opened(labels, found, walk_mm[near][first], names[first])


def _bar(found: Between, barred: Ints, hits: tuple[Ints, Ints], barriers: Barriers) -> None:
    """Say of barred pairs which barrier one comes to first on the way from the first polygon."""
    hit, by = hits
    own = np.isin(hit, barred)
    hit, by = hit[own], by[own]
    lines = shapely.linestrings(found.segment[hit].reshape(-1, 2, 2))
    away = shapely.distance(
        shapely.points(found.segment[hit, :2]),
        shapely.intersection(barriers.geometry[by], shapely.buffer(lines, TIE_M)),
    )
    order = np.lexsort((np.arange(len(hit)), np.round(away, 3), hit))
    which, first = np.unique(hit[order], return_index=True)
    found.barred[which] = by[order][first]
