"""Plots of a block: a rectangle divided in two, again and again, with streets between.

Sizes are sorted first, so large plots split off whole and small ones end up as a quarter of their
own; a wide rectangle is parted by a street, a narrow one by a lane.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Box = tuple[float, float, float, float]
"""u0, v0, u1, v1 in grid metres."""

GROUPED = 0.3
"""How often a part of two to four compounds is one management area (most parts have others in)."""


@dataclass
class Plots:
    """Where the items of a block came to lie, and the middles of the streets between them.

    A street ends in the middle of another, or on the block's `around`.
    """

    boxes: dict[int, Box] = field(default_factory=dict)
    groups: list[tuple[list[int], Box]] = field(default_factory=list)
    streets: list[Box] = field(default_factory=list)


def street_m(length_m: float, rng: np.random.Generator) -> float:
    """Give the width of what parts a rectangle this long: street, lane or a pair of walls."""
    if length_m > 380:
        return float(rng.uniform(18, 26))
    if length_m > 190:
        return float(rng.uniform(11, 16))
    return float(rng.uniform(5, 9))


def divide(
    box: Box, around: Box, sizes_m2: np.ndarray, compounds: int, rng: np.random.Generator
) -> Plots:
    """Divide a rectangle among items in proportion to their sizes.

    Parameters
    ----------
    around
        To where streets run on beyond it: the middles of the roads around the block.
    sizes_m2
        Shape (n,). The first `compounds` of them are compounds, the rest shops, schools, parks.
    """
    found = Plots()
    jitter = np.exp(rng.normal(0, 0.45, len(sizes_m2)))
    order = np.argsort(-sizes_m2 * jitter, kind="stable").tolist()
    sizes = sizes_m2.tolist()
    todo: list[tuple[Box, Box, list[int], bool]] = [(box, around, order, False)]
    while todo:
        place, outer, items, grouped = todo.pop()
        if len(items) == 1:
            found.boxes[items[0]] = place
            continue
        whole = 2 <= len(items) <= 4 and all(item < compounds for item in items)
        if whole and not grouped and rng.random() < GROUPED:
            found.groups.append((items, place))
            grouped = True
        first, second, share = _halves(items, sizes)
        one, two = _parted(place, share, rng)
        street = _street(one, two, outer)
        found.streets.append(street)
        todo += [
            (two, _beside(two, outer, street), second, grouped),
            (one, _beside(one, outer, street), first, grouped),
        ]
    return found


def _street(one: Box, two: Box, outer: Box) -> Box:
    """Give the middle of what parts two rectangles, from end to end of the room around them."""
    low, high = min(one, two), max(one, two)
    if low[2] <= high[0]:
        middle = (low[2] + high[0]) / 2
        return middle, outer[1], middle, outer[3]
    middle = (low[3] + high[1]) / 2
    return outer[0], middle, outer[2], middle


def _beside(box: Box, outer: Box, street: Box) -> Box:
    """Cut the room around a rectangle off where a street now runs beside it."""
    u0, v0, u1, v1 = outer
    if street[0] == street[2]:
        return (u0, v0, street[0], v1) if box[2] <= street[0] else (street[0], v0, u1, v1)
    return (u0, v0, u1, street[1]) if box[3] <= street[1] else (u0, street[1], u1, v1)


def _halves(items: list[int], sizes: list[float]) -> tuple[list[int], list[int], float]:
    """Cut a list where its two sides weigh most alike; give the first side's share."""
    total = sum(sizes[item] for item in items)
    running, best = 0.0, (2.0, 1)
    for place, item in enumerate(items[:-1], start=1):
        running += sizes[item]
        best = min(best, (abs(running / total - 0.5), place))
    cut = best[1]
    return items[:cut], items[cut:], sum(sizes[item] for item in items[:cut]) / total


def _parted(box: Box, share: float, rng: np.random.Generator) -> tuple[Box, Box]:
    """Part a rectangle across its longer side; which part comes first is drawn."""
    u0, v0, u1, v1 = box
    swap = rng.random() < 0.5
    left = 1 - share if swap else share
    length = max(u1 - u0, v1 - v0)
    gap = min(street_m(length, rng), length / 4)
    at = left * (length - gap)
    if u1 - u0 >= v1 - v0:
        low, high = (u0, v0, u0 + at, v1), (u0 + at + gap, v0, u1, v1)
    else:
        low, high = (u0, v0, u1, v0 + at), (u0, v0 + at + gap, u1, v1)
    return (high, low) if swap else (low, high)
