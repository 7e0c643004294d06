"""Which sets of compounds one host may take, listed whole or as single steps with rows.

Where a host's limits bind, its *takes* are listed: every set that it may take, each a column.
That is exact by itself (a set is tested in integers) and its linear relaxation is far tighter
than that of single steps under a row (Dantzig and Wolfe 1960; Savelsbergh 1997 for the
generalised assignment problem). A host with too many sets keeps single steps and rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.takeover.solver.rows import Ints
from geo.takeover.solver.rules import ANY
from geo.takeover.solver.units import Edges, Units

MOST_TAKES: Final = 300
"""Sets that are looked at for one host before it is left to single steps and rows."""

PLAIN_MORE: Final = 12
"""How many times more where only size has to be looked at: listing is cheap there."""


@dataclass(frozen=True)
class Desk:
    """A host and what it could take.

    Attributes
    ----------
    host
        Place of the host.
    edges
        Of this host, by unit.
    capacity, households
        Spare floor area, 0.01 m²; spare households, -1 without a limit.
    setup_fen
        Cost of taking anything.
    bundle
        Shape (edges,): label of the bundle; -1 without.
    bundle_floor
        Floor area that a bundle must have, beyond the host's own, 0.01 m².
    """

    host: int
    edges: Edges
    capacity: int
    households: int
    setup_fen: int
    bundle: Ints
    bundle_floor: int

    def slack(self, units: Units) -> bool:
        """Tell whether everything fits together."""
        unit = self.edges.unit
        return bool(
            self.edges.load.sum() <= self.capacity
            and (self.households == ANY or units.households[unit].sum() <= self.households)
        )

    @property
    def plain(self) -> bool:
        """Whether nothing but size has to be looked at."""
        return bool(
            self.setup_fen == 0 and (self.bundle < 0).all() and (self.edges.depth == 1).all()
        )


def desks(units: Units, edges: Edges) -> list[Desk]:
    """Give each host that has an edge, by place."""
    if not len(edges.unit):
        return []
    first = np.flatnonzero(np.diff(edges.host, prepend=-1))
    bundles = units.problem.bundles
    label = units.bundle
    found = []
    for at in np.split(np.arange(len(edges.host)), first[1:]):
        host = int(edges.host[at[0]])
        floor = 0
        if bundles is not None:
            floor = max(0, bundles.floor - int(bundles.base[units.host_index[host]]))
        mine = edges.take(at)
        found.append(
            Desk(
                host=host,
                edges=mine,
                capacity=int(units.capacity[host]),
                households=int(units.capacity_households[host]),
                setup_fen=int(units.setup_fen[host]),
                bundle=label[mine.unit] if floor else np.full(len(at), -1),
                bundle_floor=floor,
            )
        )
    return found


def takes(desk: Desk, units: Units) -> list[tuple[int, ...]] | None:
    """List the sets that a host may take, each as ascending indexes of its edges.

    None when more than `MOST_TAKES` would have to be looked at (see `PLAIN_MORE`).
    """
    most = MOST_TAKES * (PLAIN_MORE if desk.plain else 1)
    load = desk.edges.load.tolist()
    households = units.households[desk.edges.unit].tolist()
    order = sorted(range(len(load)), key=lambda k: (load[k], k))
    room = desk.households if desk.households != ANY else sum(households)
    found: list[tuple[int, ...]] = []
    # Depth first over the edges by rising load: (next place, area left, households left, set).
    stack: list[tuple[int, int, int, tuple[int, ...]]] = [(0, desk.capacity, room, ())]
    seen = 0
    while stack:
        place, area, homes, taken = stack.pop()
        for next_place in range(place, len(order)):
            edge = order[next_place]
            if load[edge] > area:
                break
            if households[edge] > homes:
                continue
            seen += 1
            if seen > most:
                return None
            more = (*taken, edge)
            found.append(more)
            stack.append((next_place + 1, area - load[edge], homes - households[edge], more))
    whole = sorted(tuple(sorted(one)) for one in found)
    if desk.plain:
        return whole
    return [one for one in whole if _stands(desk, units, one)]


def _stands(desk: Desk, units: Units, take: tuple[int, ...]) -> bool:
    """Tell whether chains hold within a set, and bundles reach their size."""
    if desk.bundle_floor:
        size: dict[int, int] = {}
        for edge in take:
            label = int(desk.bundle[edge])
            if label >= 0:
                size[label] = size.get(label, 0) + int(units.load[desk.edges.unit[edge]])
        if any(area < desk.bundle_floor for area in size.values()):
            return False
    inside = {int(desk.edges.unit[edge]) for edge in take}
    direct = {int(desk.edges.unit[edge]) for edge in take if desk.edges.depth[edge] == 1}
    return len(depths(units, inside, direct)) == len(inside)


def depths(units: Units, inside: set[int], direct: set[int]) -> dict[int, int]:
    """Give the depth at which each unit of a set is reached through others of it.

    Units that no chain within the allowed depth reaches are left out.
    """
    depth = dict.fromkeys(sorted(direct), 1)
    border = sorted(direct)
    for level in range(2, units.depth + 1):
        border = sorted({k for unit in border for k in units.linked[unit]} & inside - depth.keys())
        depth.update(dict.fromkeys(border, level))
    return depth
