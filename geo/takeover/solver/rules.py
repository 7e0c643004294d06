"""Optional rules of a takeover problem: chains, bundles, companies, fallback modes, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.takeover.components import components

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ANY: Final = -1
"""In a decision: any host, or any candidate. In a limit: none is set."""


@dataclass(frozen=True)
class Links:
    """Which candidates lie next to which, so that one is reached through the other.

    Attributes
    ----------
    one, other
        Shape (links,): indexes of candidates. A link goes both ways and stands once.
    way_mm
        Shape (links,), not negative.
    depth
        How long a chain may be: 1 is none, 2 is one compound reached through another.
    """

    one: Ints
    other: Ints
    way_mm: Ints
    depth: int = 2


@dataclass(frozen=True)
class Bundles:
    """Small compounds that a host takes only together with others next to them.

    Of the compounds with one label, a host takes either none or so many that their floor area
    and the host's `base` come to `floor` (DOMAIN §4: under 10,000 m² only in a bundle, a bundle
    of 30,000 m² or more).

    Attributes
    ----------
    label
        Shape (candidates,): the bundle that a candidate belongs to; -1 when it is large enough
        by itself. One management area has one label.
    floor
        0.01 m².
    base
        Shape (hosts,): floor area of the host's own that counts towards a bundle, 0.01 m².
    """

    label: Ints
    floor: int
    base: Ints


@dataclass(frozen=True)
class Companies:
    """What the projects of a company may take over together.

    Attributes
    ----------
    of_host
        Shape (hosts,): index into `capacity`; -1 when the host's company has no limit.
    capacity
        Shape (companies,), 0.01 m².
    """

    of_host: Ints
    capacity: Ints


@dataclass(frozen=True)
class Fallback:
    """What is left for a compound that no neighbour can take, in the plan's order.

    Attributes
    ----------
    modes
        Names of the modes, the preferred first.
    counts
        Shape (modes,): whether the mode counts under the definition (δ_m).
    open
        Shape (candidates, modes): which modes a candidate may fall back on.
    cost_fen
        Shape (candidates, modes).
    """

    modes: tuple[str, ...]
    counts: Bools
    open: Bools
    cost_fen: Ints


@dataclass(frozen=True)
class Decisions:
    """What people have settled, each a row (candidate, host); -1 is any.

    Attributes
    ----------
    locked
        Shape (n, 2): this candidate goes to this host; with host -1, to one or to a fallback
        mode.
    forbidden
        Shape (n, 2): not this pair; with host -1 the candidate stays out of the plan (fallback
        too); with candidate -1 the host takes nothing.
    """

    locked: Ints
    forbidden: Ints


def small_bundles(load: Ints, area: Ints, links: Links | None, below: int) -> Ints:
    """Label the candidates under `below` (0.01 m²) by who lies next to whom.

    A management area is as large as its compounds together.

    Returns
    -------
    Shape (candidates,): `Bundles.label`; a bundle is labelled by its least index.
    """
    whole = whole_areas(area)
    size = np.bincount(whole, load, len(load))[whole]
    small = size < below
    one, other = np.arange(len(load)), whole
    if links is not None:
        inside = small[links.one] & small[links.other]
        one = np.concatenate([one, links.one[inside]])
        other = np.concatenate([other, links.other[inside]])
    return np.where(small, components(len(load), one, other), -1)


def whole_areas(area: Ints) -> Ints:
    """Label each candidate by the least index of its management area, or by its own."""
    alone = np.arange(len(area))
    inside = area >= 0
    if not inside.any():
        return alone
    _, first, index = np.unique(area[inside], return_index=True, return_inverse=True)
    whole = alone.copy()
    whole[inside] = alone[inside][first][index]
    return whole
