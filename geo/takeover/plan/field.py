"""A division of a snapshot under a definition: its share, its gap, its candidates.

What is measured on the ground is kept, so that a plan made again under other limits need not
measure again.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import amounts, counted, standing, within
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.hosts import Parts, parts_with
from geo.takeover.neighbours.links import Link, links_between
from geo.takeover.neighbours.pairs import Meeting, meetings
from geo.takeover.plan.candidates import CANDIDATE, gap_classes
from geo.takeover.plan.decided import Decided

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shares = dict[int, tuple[int, int]]


class Field:
    """Where a plan is made.

    Parameters
    ----------
    division
        Division code; None is the whole snapshot.
    """

    def __init__(self, snapshot: Snapshot, definition: Definition, division: int | None) -> None:
        self.snapshot, self.definition, self.division = snapshot, definition, division
        self._meetings: dict[tuple[object, ...], list[Meeting]] = {}
        self._links: dict[tuple[Decimal, Decimal], list[Link]] = {}
        self._of_hosts: dict[tuple[object, ...], Parts] = {}
        self._near: dict[tuple[object, ...], dict[int, list[Meeting]]] = {}

    @cached_property
    def amount(self) -> Ints:
        """What each compound weighs in the share."""
        return amounts(self.snapshot, self.definition.basis)

    @cached_property
    def inside(self) -> Bools:
        """Which compounds stand in the division's denominator."""
        return self.standing & within(self.snapshot, self.division)

    @cached_property
    def standing(self) -> Bools:
        """Which compounds stand in any denominator."""
        return standing(self.snapshot, self.definition)

    @cached_property
    def served(self) -> Bools:
        """Which compounds count as served."""
        return self.standing & counted(self.snapshot, self.definition)

    @cached_property
    def figures(self) -> tuple[int, int]:
        """Numerator and denominator of the division's share."""
        served = self.inside & self.served
        return int(self.amount[served].sum()), int(self.amount[self.inside].sum())

    @property
    def name(self) -> str:
        """The division's name."""
        if self.division is None:
            return "全部"
        return self.snapshot.name_of(self.division)

    def check(self) -> None:
        """Refuse a division in which no compound stands on the date.

        Raises
        ------
        NotFound
            Naming it.
        """
        if not self.figures[1]:
            raise NotFound(
                f"{self.snapshot.as_of} 区划 {self.name} 没有可计入的小区。",
                "请核对区划代码、日期与口径。",
            )

    @cached_property
    def gap(self) -> dict[str, Ints]:
        """The compounds of the gap by class, candidates among them."""
        return gap_classes(self.snapshot, self.definition, self.division)

    @property
    def candidates(self) -> Ints:
        """Rows of the compounds that a plan may propose."""
        return self.gap[CANDIDATE]

    @cached_property
    def floor_dm2(self) -> Ints:
        """Floor area of each compound."""
        return np.asarray(self.snapshot.column("compounds", "floor_area_dm2")).astype(np.int64)

    @cached_property
    def measured(self) -> Bools:
        """Which compounds have a floor area to plan with, and weigh something in the share."""
        source = self.snapshot.column("compounds", "floor_area_source")
        return np.asarray((source != terms.AREA_UNKNOWN) & (self.floor_dm2 > 0) & (self.amount > 0))

    @cached_property
    def rows(self) -> Ints:
        """Rows of the candidates that a plan can weigh."""
        return self.candidates[self.measured[self.candidates]]

    @cached_property
    def _of_level(self) -> dict[str, Shares]:
        return {}

    def shares(self, level: str) -> Shares:
        """Give numerator and denominator of each division of a level, by code."""
        if level not in self._of_level:
            code = self.snapshot.column("compounds", level).astype(np.int64)
            codes, at = np.unique(code, return_inverse=True)
            sums = np.zeros((2, len(codes)), np.int64)
            for row, told in enumerate((self.served, self.standing)):
                np.add.at(sums[row], at[told], self.amount[told])
            self._of_level[level] = {
                int(one): (int(sums[0, k]), int(sums[1, k])) for k, one in enumerate(codes)
            }
        return self._of_level[level]

    @cached_property
    def area_projects(self) -> dict[str, frozenset[int]]:
        """The active projects that serve a compound of a management area in band A, by its code.

        One area has one enterprise, so what is left of such an area can only join it.
        """
        column = self.snapshot.column
        modes = action_plan().band("A").modes
        in_band = np.array([mode in modes for mode in terms.MODES])
        serves = column("compounds", "standing") & in_band[column("compounds", "mode")]
        active = column("projects", "active")
        row = {code: at for at, code in enumerate(column("projects", "code").tolist())}
        area, project = column("compounds", "area"), column("compounds", "project")
        found: dict[str, set[int]] = {}
        for at in np.flatnonzero(serves).tolist():
            host = row.get(project[at], -1)
            if area[at] and host >= 0 and active[host]:
                found.setdefault(str(area[at]), set()).add(host)
        return {code: frozenset(rows) for code, rows in found.items()}

    def meetings(
        self, decided: Decided, reach_m: Decimal, walking_limit_m: Decimal
    ) -> list[Meeting]:
        """Give the hosts within reach of each candidate, barred or not; kept."""
        key = (decided.added, reach_m, walking_limit_m)
        if key not in self._meetings:
            parts = self._parts(decided)
            self._meetings[key] = meetings(
                self.snapshot, self.candidates, parts, reach_m, walking_limit_m
            )
        return self._meetings[key]

    def _parts(self, decided: Decided) -> Parts:
        key = decided.added
        if key not in self._of_hosts:
            self._of_hosts[key] = parts_with(self.snapshot, key)
        return self._of_hosts[key]

    def near(
        self, rows: list[int], decided: Decided, reach_m: Decimal, walking_limit_m: Decimal
    ) -> dict[int, list[Meeting]]:
        """Give the hosts within a reach of some candidates, by candidate; kept."""
        kept = self._near.setdefault((decided.added, reach_m, walking_limit_m), {})
        new = [row for row in rows if row not in kept]
        if new:
            kept.update((row, []) for row in new)
            parts = self._parts(decided)
            at = np.array(new, np.int64)
            for meeting in meetings(self.snapshot, at, parts, reach_m, walking_limit_m):
                kept[meeting.candidate].append(meeting)
        return {row: kept[row] for row in rows if kept[row]}

    def links(self, adjacent_m: Decimal, walking_limit_m: Decimal) -> list[Link]:
        """Give the candidates that lie next to each other; kept."""
        key = (adjacent_m, walking_limit_m)
        if key not in self._links:
            self._links[key] = links_between(self.snapshot, self.rows, *key)
        return self._links[key]
