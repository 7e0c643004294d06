"""The compiled loops, imported when they are first needed.

``python -m geo.rings.loops`` compiles them; set-up does so, so that no import waits for it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

Octets = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@cache
def loops() -> Any:
    """Give the module of the compiled loops."""
    return import_module("geo.rings.kernels")


def warm() -> None:
    """Load, or compile, every loop for what it is called with: read-only bytes and our own."""
    kernels = loops()
    square = bytes.fromhex("01 03000000 01000000 05000000")
    square += np.array([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]], np.float64).tobytes()
    begins, sizes = np.zeros(1, np.int64), np.array([len(square)])
    points, plain = np.zeros(1, np.int64), np.ones(1, np.bool_)
    bounds, starts, xy = np.zeros((1, 4)), np.array([0, 5]), np.zeros((5, 2))
    for octets in (np.frombuffer(square, np.uint8), np.frombuffer(bytearray(square), np.uint8)):
        kernels.find_rings(octets, begins, sizes, points)
        kernels.gather(octets, begins + 13, sizes - 13, xy.reshape(-1).view(np.uint8))
    kernels.measure(xy, starts, bounds, plain)
    kernels.judge(xy, starts, bounds, 0.0, 0.0, 1e9, 0.0, plain)
    kernels.write(xy, starts, begins, plain, kernels.HEAD, np.zeros(102, np.uint8))
    bands, counts = np.zeros((1, 2), np.int64), np.zeros(1, np.int64)
    kernels.spread(bands, begins, begins.copy(), counts)
    kernels.meet(bounds, bands, begins, np.array([0, 1]), 0.0, np.zeros((1, 2), np.int64))


if __name__ == "__main__":
    warm()
