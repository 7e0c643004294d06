"""All that a plan is made from: the gap, the hosts, who meets whom, and the problem of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import Definition
from geo.coverage import amounts, counted, standing, within
from geo.snapshot.file import Snapshot
from geo.takeover.candidates import CANDIDATE, gap_classes
from geo.takeover.hosts import blank_capacity, capacity_dm2, host_parts
from geo.takeover.pairs import Meeting, meetings
from geo.takeover.problem import Problem

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scene:
    """A division of a snapshot under a definition, seen from a plan.

    Parameters
    ----------
    reach_m, walking_limit_m
        Both inclusive.
    spare_default
        Share of what a project manages that stands for a blank capacity; None: blank is 0.
    """

    snapshot: Snapshot
    definition: Definition
    division: int | None
    reach_m: Decimal
    walking_limit_m: Decimal
    spare_default: Decimal | None

    @cached_property
    def amount(self) -> Ints:
        """What each compound weighs in the share."""
        return amounts(self.snapshot, self.definition.basis)

    @cached_property
    def figures(self) -> tuple[int, int]:
        """Numerator and denominator of the division's share."""
        inside = standing(self.snapshot, self.definition) & within(self.snapshot, self.division)
        served = inside & counted(self.snapshot, self.definition)
        return int(self.amount[served].sum()), int(self.amount[inside].sum())

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
        return np.asarray(self.snapshot.column("compounds", "floor_area_dm2"))

    @cached_property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Which compounds have a floor area to plan with, and weigh something in the share."""
        source = self.snapshot.column("compounds", "floor_area_source")
        return np.asarray((source != terms.AREA_UNKNOWN) & (self.floor_dm2 > 0) & (self.amount > 0))

    @cached_property
    def capacity_dm2(self) -> Ints:
        """Spare floor area of each project."""
        return capacity_dm2(self.snapshot, self.spare_default)

    @cached_property
    def blank_capacity(self) -> npt.NDArray[np.bool_]:
        """Which projects say nothing of their capacity."""
        return blank_capacity(self.snapshot)

    @cached_property
    def meetings(self) -> dict[int, list[Meeting]]:
        """The hosts within reach of each candidate, those that could take it over first."""
        found = meetings(
            self.snapshot,
            self.candidates,
            host_parts(self.snapshot),
            self.reach_m,
            self.walking_limit_m,
        )
        project = self.snapshot.column("projects", "code")
        out: dict[int, list[Meeting]] = {row: [] for row in self.candidates.tolist()}
        for meeting in found:
            out[meeting.candidate].append(meeting)
        for listed in out.values():
            listed.sort(key=lambda m: (not m.stands, m.way_mm, project[m.project]))
        return out

    @cached_property
    def pairs(self) -> list[Meeting]:
        """The meetings that a plan can choose from: nothing bars them, and areas are known."""
        return [
            meeting
            for row, listed in self.meetings.items()
            if self.measured[row]
            for meeting in listed
            if meeting.stands
        ]

    def problem(self) -> Problem:
        """Put the scene into numbers; its pairs are `pairs`, in that order."""
        rows = sorted({meeting.candidate for meeting in self.pairs})
        projects = sorted({meeting.project for meeting in self.pairs})
        place = {row: k for k, row in enumerate(rows)}
        stand = {row: k for k, row in enumerate(projects)}
        code = self.snapshot.column("compounds", "code")
        project = self.snapshot.column("projects", "code")
        return Problem(
            candidates=tuple(str(code[row]) for row in rows),
            gain=self.amount[rows].astype(np.int64),
            load=self.floor_dm2[rows].astype(np.int64),
            hosts=tuple(str(project[row]) for row in projects),
            capacity=self.capacity_dm2[projects].astype(np.int64),
            pair_candidate=np.array([place[m.candidate] for m in self.pairs], np.int64),
            pair_host=np.array([stand[m.project] for m in self.pairs], np.int64),
            way_mm=np.array([m.way_mm for m in self.pairs], np.int64),
        )
