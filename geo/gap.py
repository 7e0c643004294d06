"""The gap in property service taken apart: whose floor area it is that is not covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.codes import level_of
from geo.compounds import is_old
from geo.coverage import Cases, Row, cases_of, coverage, within
from geo.snapshot.file import Snapshot

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """Compounds that are not covered and have something in common.

    ``amount`` is in the definition's basis (0.01 m², or a count), ``points`` its share of the
    denominator in percentage points; ``floor_area_dm2`` is their floor area whatever the basis.
    """

    id: str
    compounds: int
    amount: int
    floor_area_dm2: int
    points: float | None


@dataclass(frozen=True)
class Gap:
    """What is not covered, cut three ways; each cut's parts sum to `uncovered`."""

    total: Row
    unit: str
    uncovered: Part
    by_state: list[Part]
    by_age: list[Part]
    by_area: list[Part]


def gap(
    snapshot: Snapshot,
    definition: Definition,
    division: int | None,
    states: Mapping[str, Sequence[str]],
) -> Gap:
    """Take the gap of a division apart.

    Parameters
    ----------
    states
        The service modes of each state, by the state's id.

    Raises
    ------
    NotFound
        As `geo.coverage.coverage`.
    """
    level = "province" if division is None else level_of(str(division))
    found = coverage(snapshot, "I1", level, definition, division)
    cases = cases_of(snapshot, action_plan().indicator("I1"), definition)
    inside = cases.population & within(snapshot, division)
    open_ = inside & ~cases.yes
    mode = snapshot.column("compounds", "mode")
    built = snapshot.column("compounds", "built_year")
    source = snapshot.column("compounds", "floor_area_source")
    old = is_old(snapshot)

    def part(name: str, which: Bools) -> Part:
        return _part(snapshot, cases, found.total.denominator, name, open_ & which)

    return Gap(
        total=found.total,
        unit=found.unit,
        uncovered=part("uncovered", np.ones(len(open_), bool)),
        by_state=[
            part(name, np.array([term in modes for term in terms.MODES])[mode])
            for name, modes in states.items()
        ],
        by_age=[
            part("old", old),
            part("newer", ~old & (built > 0)),
            part("unknown", built == 0),
        ],
        by_area=[
            part("given", source == terms.AREA_GIVEN),
            part("imputed", source == terms.AREA_IMPUTED),
            part("unknown", source == terms.AREA_UNKNOWN),
        ],
    )


def _part(snapshot: Snapshot, cases: Cases, denominator: int, name: str, which: Bools) -> Part:
    amount = int(cases.amount[which].sum())
    return Part(
        id=name,
        compounds=int(which.sum()),
        amount=amount,
        floor_area_dm2=int(snapshot.column("compounds", "floor_area_dm2")[which].sum()),
        points=100 * amount / denominator if denominator else None,
    )
