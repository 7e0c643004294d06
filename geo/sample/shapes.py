"""Outlines of compounds: unit shapes put into rectangles."""

from __future__ import annotations

import numpy as np

from geo.sample.stock import SHAPES


def unit_rings(shape: int, cut: np.ndarray) -> np.ndarray:
    """Give the corners of one kind of shape inside the unit square.

    Parameters
    ----------
    shape
        Index into `SHAPES`.
    cut
        Shape (n, 2), 0-1: how much is cut off.

    Returns
    -------
    numpy.ndarray
        Shape (n, corners, 2), counter-clockwise, not closed.
    """
    a, b = cut.T
    one, zero = np.ones(len(cut)), np.zeros(len(cut))
    kind = SHAPES[shape]
    if kind == "chamfered":
        x, y = 1 - (0.12 + 0.2 * a), 1 - (0.12 + 0.2 * b)
        corners = [(zero, zero), (one, zero), (one, y), (x, one), (zero, one)]
    elif kind == "ell":
        x, y = 1 - (0.3 + 0.25 * a), 1 - (0.3 + 0.25 * b)
        corners = [(zero, zero), (one, zero), (one, y), (x, y), (x, one), (zero, one)]
    elif kind == "slanted":
        corners = [(zero, zero), (one, zero), (1 - 0.16 * a, one), (0.1 * b, one)]
    elif kind == "notched":
        half, y = (0.25 + 0.15 * a) / 2, 1 - (0.2 + 0.15 * b)
        left, right = 0.5 - half, 0.5 + half
        corners = [(zero, zero), (one, zero), (one, one), (right, one)]
        corners += [(right, y), (left, y), (left, one), (zero, one)]
    else:
        corners = [(zero, zero), (one, zero), (one, one), (zero, one)]
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)


def rings(boxes: np.ndarray, shape: int, cut: np.ndarray, flips: np.ndarray) -> np.ndarray:
    """Put one kind of shape into boxes, with the middle of every edge as a vertex too.

    The middles let long edges follow the bending of the plane.

    Parameters
    ----------
    boxes
        Shape (n, 4): u0, v0, u1, v1 in grid metres.
    flips
        Shape (n, 2), bool: mirrored along u, along v.

    Returns
    -------
    numpy.ndarray
        Shape (n, vertices, 2), closed.
    """
    unit = unit_rings(shape, cut)
    unit = np.where(flips[:, None, :], 1 - unit, unit)
    corners = boxes[:, None, :2] + unit * (boxes[:, None, 2:] - boxes[:, None, :2])
    middles = (corners + np.roll(corners, -1, axis=1)) / 2
    woven = np.stack([corners, middles], axis=2).reshape(len(boxes), -1, 2)
    return np.concatenate([woven, woven[:, :1]], axis=1)
