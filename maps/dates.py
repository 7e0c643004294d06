"""The dates of a handout: the figures of each, and how the compounds stood.

Outlines, names and compounds are those of the handout's own date; an earlier date brings its
figures, and the states of these compounds. What had no figure or did not stand then has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from geo import terms
from geo.action_plan import Definition
from geo.coverage import counted, is_known, standing
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.figures import CoverageOf, Place, figures
from maps.style import state_of_mode

MOST: Final = 6
"""Dates in one handout at most, so that it stays a file to carry."""


def dated(
    snapshot: Snapshot,
    earlier: Sequence[Snapshot],
    listed: list[Place],
    definition: Definition,
    division: int | None,
    own: list[dict[str, Any]],
    drawn: Sequence[str],
    *,
    coverage: CoverageOf,
) -> list[dict[str, Any]]:
    """Give the handout's own date first, by name alone, then the others, the latest first.

    Parameters
    ----------
    own
        The indicators of the handout's own date (`maps.figures.figures`).
    drawn
        Codes of the compounds on the page, in its order.

    Raises
    ------
    UsageError
        For more dates than a handout holds, or one twice.
    """
    days = [one.as_of for one in (snapshot, *earlier)]
    if len(set(days)) < len(days):
        raise UsageError("同一日期给了两次。", "--also 请给出与 --as-of 不同的日期。")
    if len(days) > MOST:
        raise UsageError(f"一个文件最多放 {MOST} 个日期。", "请减少 --also。")
    others = sorted(earlier, key=lambda one: one.as_of, reverse=True)
    return [
        _named(snapshot),
        *(
            {
                **_named(one),
                "indicators": figures(one, listed, definition, division, coverage=coverage)
                if is_known(one, division)
                else [_blank(indicator) for indicator in own],
                "compounds": _states(one, definition, drawn),
            }
            for one in others
        ),
    ]


def _named(snapshot: Snapshot) -> dict[str, Any]:
    return {"asOf": snapshot.as_of.isoformat(), "snapshot": snapshot.id[:12]}


def _blank(indicator: dict[str, Any]) -> dict[str, Any]:
    """Give an indicator without data anywhere."""
    none = {"class": -1, "met": -1, "unmeasured": 0}
    return {**indicator, "rows": [none] * len(indicator["rows"]), "outside": {}}


def _states(snapshot: Snapshot, definition: Definition, drawn: Sequence[str]) -> dict[str, Any]:
    """Give how each compound of the page stood; ``state`` is -1 where it did not."""
    codes = snapshot.column("compounds", "code").tolist()
    place = {code or "": i for i, code in enumerate(codes)}
    rows = np.array([place.get(code, -1) for code in drawn], np.int64)
    there = rows >= 0
    at = np.where(there, rows, 0)

    def take(values: Any, none: int) -> list[int]:
        if not len(codes):
            return [none] * len(drawn)
        found: list[int] = np.where(there, np.asarray(values)[at], none).astype(int).tolist()
        return found

    modes = snapshot.column("compounds", "mode")
    states = np.array([state_of_mode(mode) for mode in range(len(terms.MODES))])
    stood = snapshot.column("compounds", "standing")
    return {
        "state": take(np.where(stood, states[modes], -1), -1),
        "mode": take(modes, 0),
        "committee": take(snapshot.column("compounds", "committee"), 0),
        "interim": take(snapshot.column("compounds", "interim"), 0),
        "counts": take(counted(snapshot, definition), 0),
        "inside": take(standing(snapshot, definition), 0),
    }
