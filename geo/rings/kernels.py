"""The loops over bytes and vertices, compiled: on first use, and then kept on disk.

Polygons of one ring and no more than `MOST_POINTS` vertices are looked at; what is beyond doubt is
told, everything else is left to GEOS. `tests/rings` holds all of it against shapely.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np

from geo.rings.loops import Floats, Mask, Octets, Places

F = TypeVar("F", bound=Callable[..., Any])

MOST_POINTS: Final = 400
"""Every side is held against every other: beyond so many GEOS is quicker."""

SURE: Final = 1e-15
"""Of the two products of an orientation: a difference beyond this has the sign it seems to have
(Shewchuk 1997 proves 3.4e-16)."""

HEAD: Final = np.frombuffer(bytes.fromhex("01 06000000 01000000 01 03000000 01000000"), np.uint8)
"""A multipolygon of one part with one ring in little-endian WKB, up to the count of its points."""


def compiled(function: F) -> F:
    """Compile a loop; it lets other threads run."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


@compiled
def find_rings(octets: Octets, begins: Places, sizes: Places, points: Places) -> None:
    """Find polygons of one part and one ring: how many points they have; these come last in them.

    Parameters
    ----------
    octets, begins, sizes
        WKB; row i is ``octets[begins[i] : begins[i] + sizes[i]]``.
    points
        Filled: shape (n,); 0 for every other row.
    """
    for row in range(len(points)):
        at, stop = begins[row], begins[row] + sizes[row]
        points[row] = 0
        if stop - at > 22 and _u32(octets, at + 1) == 6 and octets[at] == 1:
            at += 9 if _u32(octets, at + 5) == 1 else 0
        if stop - at <= 13 or octets[at] != 1 or _u32(octets, at + 1) != 3:
            continue
        count = _u32(octets, at + 9)
        fits = at + 13 + 16 * count == stop and 4 <= count <= MOST_POINTS
        if fits and _u32(octets, at + 5) == 1:
            points[row] = count


@compiled
def _u32(octets: Octets, at: int) -> Any:
    return (
        np.int64(octets[at])
        | (np.int64(octets[at + 1]) << 8)
        | (np.int64(octets[at + 2]) << 16)
        | (np.int64(octets[at + 3]) << 24)
    )


@compiled
def gather(octets: Octets, begins: Places, sizes: Places, out: Octets) -> None:
    """Put pieces of bytes one after the other."""
    to = 0
    for row in range(len(begins)):
        size = sizes[row]
        out[to : to + size] = octets[begins[row] : begins[row] + size]
        to += size


@compiled
def measure(xy: Floats, starts: Places, bounds: Floats, sound: Mask) -> None:
    """Give the bounds of rings, and whether each is closed and finite.

    Parameters
    ----------
    xy, starts
        Points; ring i is ``xy[starts[i]:starts[i + 1]]``. Empty rings are left alone.
    bounds, sound
        Filled: shapes (n, 4) and (n,).
    """
    for ring in range(len(sound)):
        begin, end = starts[ring], starts[ring + 1]
        if begin == end:
            continue
        west, south, east, north = xy[begin, 0], xy[begin, 1], xy[begin, 0], xy[begin, 1]
        good = xy[end - 1, 0] == west and xy[end - 1, 1] == south
        for at in range(begin, end):
            x, y = xy[at, 0], xy[at, 1]
            good = good and np.isfinite(x) and np.isfinite(y)
            west, east = min(west, x), max(east, x)
            south, north = min(south, y), max(north, y)
        bounds[ring, 0], bounds[ring, 1] = west, south
        bounds[ring, 2], bounds[ring, 3] = east, north
        sound[ring] = good


@compiled
def judge(
    xy: Floats,
    starts: Places,
    bounds: Floats,
    least_area_m2: float,
    least_width_m: float,
    most_span_m: float,
    slope: float,
    plain: Mask,
) -> None:
    """Take from `plain` the rings of which something might have to be said.

    What stays is a simple ring, surely, without repeated points; larger and wider than asked for,
    not longer; and nowhere does it turn back within an angle of the tangent `slope`.
    """
    for ring in range(len(plain)):
        if plain[ring]:
            part = xy[starts[ring] : starts[ring + 1]]
            plain[ring] = (
                _has_size(part, bounds[ring], least_area_m2, least_width_m, most_span_m)
                and _goes_on(part, slope)
                and _is_simple(part)
            )


@compiled
def _has_size(
    ring: Floats, bounds: Floats, least_area_m2: float, least_width_m: float, most_span_m: float
) -> Any:
    """Measure in degrees scaled at the middle latitude, on a sphere: right to one in a hundred."""
    north_m = 111_320.0
    east_m = north_m * np.cos(np.radians((bounds[1] + bounds[3]) / 2))
    twice, length = 0.0, 0.0
    for at in range(len(ring) - 1):
        dx, dy = ring[at + 1, 0] - ring[at, 0], ring[at + 1, 1] - ring[at, 1]
        twice += (ring[at, 0] - bounds[0]) * dy - (ring[at, 1] - bounds[1]) * dx
        length += np.hypot(dx, dy)
    area_m2 = abs(twice) / 2 * east_m * north_m
    span_m = np.hypot((bounds[2] - bounds[0]) * east_m, (bounds[3] - bounds[1]) * north_m)
    wide = 2 * area_m2 >= least_width_m * length * north_m
    return area_m2 >= least_area_m2 and wide and span_m <= most_span_m


@compiled
def _goes_on(ring: Floats, slope: float) -> bool:
    """Tell that no two points in a row are one, and no side runs back along the one before."""
    last = len(ring) - 1
    bx, by = ring[last, 0] - ring[last - 1, 0], ring[last, 1] - ring[last - 1, 1]
    for at in range(last):
        ox, oy = ring[at + 1, 0] - ring[at, 0], ring[at + 1, 1] - ring[at, 1]
        if ox == 0 and oy == 0:
            return False
        if abs(bx * oy - by * ox) <= -(bx * ox + by * oy) * slope:
            return False
        bx, by = ox, oy
    return True


@compiled
def _is_simple(ring: Floats) -> bool:
    """Tell that no two sides meet but neighbours at their common end."""
    sides = len(ring) - 1
    for i in range(sides - 2):
        west, east = min(ring[i, 0], ring[i + 1, 0]), max(ring[i, 0], ring[i + 1, 0])
        south, north = min(ring[i, 1], ring[i + 1, 1]), max(ring[i, 1], ring[i + 1, 1])
        for j in range(i + 2, sides - 1 if i == 0 else sides):
            if (
                max(ring[j, 0], ring[j + 1, 0]) < west
                or min(ring[j, 0], ring[j + 1, 0]) > east
                or max(ring[j, 1], ring[j + 1, 1]) < south
                or min(ring[j, 1], ring[j + 1, 1]) > north
            ):
                continue
            if not (_beside(ring, i, j) or _beside(ring, j, i)):
                return False
    return True


@compiled
def _beside(ring: Floats, i: int, j: int) -> bool:
    """Tell that side j surely lies wholly to one side of the line through side i."""
    one, other = _turn(ring, i, j), _turn(ring, i, j + 1)
    return one != 0 and one == other


@compiled
def _turn(ring: Floats, i: int, k: int) -> int:
    """Tell on which side of side i point k lies: 1 or -1, or 0 where rounding might decide."""
    left = (ring[i, 0] - ring[k, 0]) * (ring[i + 1, 1] - ring[k, 1])
    right = (ring[i, 1] - ring[k, 1]) * (ring[i + 1, 0] - ring[k, 0])
    found, doubt = left - right, SURE * (abs(left) + abs(right))
    return 1 if found > doubt else -1 if found < -doubt else 0


@compiled
def write(
    xy: Floats, starts: Places, begins: Places, plain: Mask, head: Octets, out: Octets
) -> None:
    """Write plain rings as multipolygons, normalised: from the least point on, clockwise.

    Parameters
    ----------
    begins
        Where each row's bytes begin in `out`.
    """
    octets = xy.reshape(-1).view(np.uint8)
    for row in range(len(plain)):
        if not plain[row]:
            continue
        begin, sides, at = starts[row], starts[row + 1] - starts[row] - 1, begins[row]
        out[at : at + 18] = head
        for place in range(4):
            out[at + 18 + place] = ((sides + 1) >> (8 * place)) & 255
        at += 22
        least, twice = 0, 0.0
        x0, y0 = xy[begin, 0], xy[begin, 1]
        for place in range(sides):
            here, following = begin + place, begin + place + 1
            x, y = xy[here, 0], xy[here, 1]
            mx, my = xy[begin + least, 0], xy[begin + least, 1]
            if x < mx or (x == mx and y < my):
                least = place
            twice += (x - x0) * (xy[following, 1] - y0) - (y - y0) * (xy[following, 0] - x0)
        step = -1 if twice > 0 else 1
        for place in range(sides + 1):
            point = 16 * (begin + (least + step * place) % sides)
            out[at : at + 16] = octets[point : point + 16]
            at += 16


@compiled
def spread(bands: Places, order: Places, entries: Places, counts: Places) -> None:
    """Put rows into each band of latitude that they reach, from west to east within it.

    Parameters
    ----------
    bands, order
        Shape (n, 2), first and last band of each row, and the rows from west to east.
    entries, counts
        Filled: rows band by band; `counts` begins as where each band's entries begin.
    """
    for rank in range(len(order)):
        row = order[rank]
        for band in range(bands[row, 0], bands[row, 1] + 1):
            entries[counts[band]] = row
            counts[band] += 1


@compiled
def meet(
    bounds: Floats, bands: Places, entries: Places, starts: Places, least_m2: float, pairs: Places
) -> int:
    """Find boxes that overlap by enough, band by band, sweeping from west to east.

    Parameters
    ----------
    bounds, bands
        Shape (n, 4), degrees, and shape (n, 2), first and last band of each row.
    entries, starts
        Rows band by band, from west to east in each; band i is ``entries[starts[i]:starts[i+1]]``.
    pairs
        Filled: shape (room, 2), the lesser row first; each pair once.

    Returns
    -------
    int
        How many were found; -1 when they did not all fit.
    """
    found = 0
    for band in range(len(starts) - 1):
        for rank in range(starts[band], starts[band + 1]):
            a = entries[rank]
            for after in range(rank + 1, starts[band + 1]):
                b = entries[after]
                if bounds[b, 0] >= bounds[a, 2]:
                    break
                if band != max(bands[a, 0], bands[b, 0]):
                    continue  # said in another band
                if not _share(bounds[a], bounds[b], least_m2):
                    continue
                if found == len(pairs):
                    return -1
                pairs[found, 0], pairs[found, 1] = min(a, b), max(a, b)
                found += 1
    return found


@compiled
def _share(a: Floats, b: Floats, least_m2: float) -> Any:
    """Tell whether two boxes share enough ground, measured at the south of it."""
    low, high = max(a[1], b[1]), min(a[3], b[3])
    width = min(a[2], b[2]) - max(a[0], b[0])
    if high <= low or width <= 0:
        return False
    east_m, north_m = _metres_a_degree(low)
    return width * east_m * ((high - low) * north_m) >= least_m2


@compiled
def _metres_a_degree(latitude: float) -> tuple[float, float]:
    """Give metres a degree east and north on CGCS2000's ellipsoid, as `geo.intake.lint.measure`."""
    e2 = (2 - 1 / 298.257222101) / 298.257222101
    angle = np.radians(latitude)
    w2 = 1 - e2 * np.sin(angle) ** 2
    east = np.radians(6_378_137.0 * np.cos(angle) / np.sqrt(w2))
    north = np.radians(6_378_137.0 * (1 - e2) / w2**1.5)
    return east, north
