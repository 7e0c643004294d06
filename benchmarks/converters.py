"""How far the converters agree with PyPI's coord-convert, and how fast they are.

``python -m benchmarks.converters`` compares points spread over all of China where coord-convert is
installed (it is not among this project's dependencies), and converts a million vertices.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from types import ModuleType

import numpy as np

from geo.datum import bd09, gcj02
from geo.datum.gcj02 import Floats
from geo.datum.reference import Datum

AGREE_DEG = 1e-7
FAST_A_SECOND = 1e6

CHINA_DEG = ((73.0, 3.0), (136.0, 54.0))
YUNNAN_DEG = ((98.0, 21.0), (106.0, 29.0))


def spread(count: int, corners: tuple[tuple[float, float], tuple[float, float]]) -> Floats:
    """Spread points evenly at random over a box; shape (count, 2), degrees."""
    return np.random.default_rng(4490).uniform(*corners, (count, 2))


def differences(theirs: ModuleType, count: int) -> dict[str, tuple[float, bool]]:
    """Give the largest differences (degrees), and whether they must be under `AGREE_DEG`.

    coord-convert's way back from BD-09 is the one-pass one, which misses its own way there by up
    to 4e-6 degrees. So ours is held against the points that it started from.
    """
    points = spread(count, CHINA_DEG)
    shifted = _each(theirs.wgs2gcj, points)
    baidu = _each(theirs.gcj2bd, shifted)

    def largest(ours: Floats, other: Floats) -> float:
        return float(np.abs(ours - other).max())

    return {
        "WGS 84 to GCJ-02": (largest(gcj02.from_wgs84(points), shifted), True),
        "GCJ-02 to WGS 84, its exact inverse": (
            largest(gcj02.to_wgs84(shifted), _each(theirs.gcj2wgs, shifted)),
            True,
        ),
        "GCJ-02 to BD-09": (largest(bd09.from_gcj02(shifted), baidu), True),
        "BD-09 to GCJ-02, where it came from": (largest(bd09.to_gcj02(baidu), shifted), True),
        "BD-09 to GCJ-02, its one-pass inverse": (
            largest(bd09.to_gcj02(baidu), _each(theirs.bd2gcj, baidu)),
            False,
        ),
    }


def _each(convert: Callable[[float, float], tuple[float, float]], points: Floats) -> Floats:
    return np.array([convert(*point) for point in points.tolist()])


def a_second(name: str, count: int) -> float:
    """Give how many vertices a second come from a datum into EPSG:4490; the best of three."""
    datum = Datum.named(name)
    points = datum.from_cgcs2000(spread(count, YUNNAN_DEG))
    best_s = np.inf
    for _ in range(3):
        started = time.perf_counter()
        datum.to_cgcs2000(points)
        best_s = min(best_s, time.perf_counter() - started)
    return count / best_s


def main() -> int:
    """Print both; 1 when a difference is too large. Speed is told, not judged."""
    parser = argparse.ArgumentParser(prog="benchmarks.converters", description=__doc__)
    parser.add_argument("--points", type=int, default=20_000)
    parser.add_argument("--vertices", type=int, default=1_000_000)
    words = parser.parse_args()
    failed = False
    try:
        theirs = importlib.import_module("coord_convert.transform")
    except ModuleNotFoundError:
        print("coord-convert is not installed: pip install coord-convert, then run this again")
    else:
        print(f"largest difference from coord-convert, {words.points} points, degrees")
        for name, (apart_deg, must) in differences(theirs, words.points).items():
            off = must and apart_deg > AGREE_DEG
            failed |= off
            print(f"  {name:40}{apart_deg:10.1e}{'  too far' if off else ''}")
    print(f"into EPSG:4490, {words.vertices} vertices, a second (aim: {FAST_A_SECOND / 1e6:g} M)")
    for name in ("gcj02", "bd09", "EPSG:4543", "EPSG:4522"):
        print(f"  {name:40}{a_second(name, words.vertices) / 1e6:8.2f} M")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
