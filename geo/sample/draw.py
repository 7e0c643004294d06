"""Random draws by topic: one stream a topic and place, so that one topic never shifts another."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

START = dt.date(2022, 1, 1)
"""The first day that the sample speaks of."""

END = dt.date(2025, 12, 31)
"""The last day that the sample speaks of, and the action plan's due date."""


def stream(seed: int, *topic: str) -> np.random.Generator:
    """Give the random stream of a topic, e.g. ``stream(1, "layout", "530102")``."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in topic)])


def pick(rng: np.random.Generator, words: Sequence[T], weights: Sequence[float] | None = None) -> T:
    """Draw one of `words`, by weights that need not sum to one."""
    if weights is None:
        return words[int(rng.integers(len(words)))]
    bounds = np.cumsum(weights)
    return words[int(np.searchsorted(bounds, rng.random() * bounds[-1], side="right"))]


def day(rng: np.random.Generator, first: dt.date, last: dt.date) -> dt.date:
    """Draw a day from `first` to `last`, both included (`first` when they are the wrong way)."""
    span = max((last - first).days, 0)
    return first + dt.timedelta(days=int(rng.integers(span + 1)))


def years_later(start: dt.date, years: int) -> dt.date:
    """Give the same day some years later; 29 February becomes the 28th."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)
