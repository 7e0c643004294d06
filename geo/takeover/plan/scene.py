"""All that a plan is made from: candidates, hosts, who may go to whom, and the problem of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.links import Link
from geo.takeover.neighbours.pairs import Meeting
from geo.takeover.plan.conditions import Conditions
from geo.takeover.plan.decided import Decided
from geo.takeover.plan.fallback import with_fallback
from geo.takeover.plan.field import Field
from geo.takeover.plan.host_table import Hosts, hosts_of, row_of
from geo.takeover.plan.request import Request
from geo.takeover.solver.problem import Problem
from geo.takeover.solver.rules import (
    ANY,
    Bundles,
    Companies,
    Decisions,
    Links,
    small_bundles,
)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scene:
    """A field under a request: who may take on whom."""

    field: Field
    request: Request

    @property
    def snapshot(self) -> Snapshot:
        """What the plan is made from."""
        return self.field.snapshot

    @property
    def conditions(self) -> Conditions:
        """The limits."""
        return self.request.conditions

    @property
    def decided(self) -> Decided:
        """The decisions."""
        return self.request.decided

    @cached_property
    def hosts(self) -> Hosts:
        """What is known of each project."""
        return hosts_of(self.snapshot, self.conditions, self.decided)

    @cached_property
    def place(self) -> dict[int, int]:
        """Place in the problem's candidates of each row of the snapshot's compounds."""
        return {row: k for k, row in enumerate(self.field.rows.tolist())}

    @cached_property
    def row_of_compound(self) -> dict[str, int]:
        """Rows of all candidates by code."""
        code = self.snapshot.column("compounds", "code")
        return {str(code[row]): row for row in self.field.candidates.tolist()}

    def compound_named(self, row: int) -> str:
        """Name a compound as people know it; by its code where it has no name."""
        column = self.snapshot.column
        return str(column("compounds", "name")[row] or column("compounds", "code")[row])

    @cached_property
    def meetings(self) -> dict[int, list[Meeting]]:
        """The hosts within reach of each candidate: those that may take it over first."""
        limits = self.conditions
        found = self.field.meetings(self.decided, limits.reach_m, limits.walking_limit_m)
        out: dict[int, list[Meeting]] = {row: [] for row in self.field.candidates.tolist()}
        for meeting in found:
            out[meeting.candidate].append(meeting)
        code = self.hosts.code
        for listed in out.values():
            listed.sort(key=lambda m: (not self.allowed(m), m.way_mm, code[m.project]))
        return out

    @cached_property
    def crossed(self) -> set[tuple[int, int]]:
        """Pairs between which a crossing is taken for granted, as rows."""
        return {
            (self.row_of_compound[code], row_of(self.hosts.code.tolist(), host))
            for code, host in self.decided.crossed
            if code in self.row_of_compound
        }

    @cached_property
    def barred_hosts(self) -> npt.NDArray[np.bool_]:
        """Which hosts may take nothing: too few stars, too little contract left, a sanction."""
        hosts = self.hosts
        return np.asarray(
            ((hosts.stars > 0) & (hosts.stars < self.conditions.stars_least))
            | (hosts.months_left < self.conditions.contract_months)
            | np.isin(hosts.uscc, list(self.decided.sanctioned))
        )

    def allowed(self, meeting: Meeting) -> bool:
        """Tell whether ground, law and limits let the host take the candidate by itself.

        Capacity, bundles and what people decided about pairs are the problem's.
        """
        if not meeting.same_county or self.barred_hosts[meeting.project]:
            return False
        pair = (meeting.candidate, meeting.project)
        if meeting.barred_by is not None and pair not in self.crossed:
            return False
        return self.near_enough(*pair) and self.area_lets(*pair)

    def near_enough(self, candidate: int, project: int) -> bool:
        """Tell whether a host lies in the division that it must lie in; unknown is allowed."""
        within = self.conditions.within
        if within == "county":
            return True
        own = int(self.snapshot.column("compounds", within)[candidate])
        host = int(getattr(self.hosts, within)[project])
        return own == 0 or host in {0, own}

    def area_lets(self, candidate: int, project: int) -> bool:
        """Tell whether a candidate's management area leaves it this host: one area, one firm."""
        area = self.snapshot.column("compounds", "area")[candidate]
        serving = self.field.area_projects.get(str(area or ""))
        return serving is None or project in serving

    @cached_property
    def pairs(self) -> list[Meeting]:
        """The meetings that a plan can choose from, in the order of the problem's pairs."""
        return [
            meeting
            for row, listed in self.meetings.items()
            if self.field.measured[row]
            for meeting in listed
            if self.allowed(meeting)
        ]

    @cached_property
    def pair_at(self) -> dict[tuple[int, int], Meeting]:
        """The meetings that a plan can choose from, by rows."""
        return {(meeting.candidate, meeting.project): meeting for meeting in self.pairs}

    @cached_property
    def links(self) -> list[Link]:
        """Candidates next to each other that a chain or a bundle may join."""
        column = self.snapshot.column
        area = column("compounds", "area")
        kept = []
        limits = self.conditions
        for link in self.field.links(limits.adjacent_m, limits.walking_limit_m):
            one, other = link.one, link.other
            same = area[one] and area[one] == area[other]
            settled = {str(area[row] or "") for row in (one, other)} & set(self.field.area_projects)
            if same or (not settled and self._alike(one, other)):
                kept.append(link)
        return kept

    def _alike(self, one: int, other: int) -> bool:
        """Tell whether two compounds, their areas whole, lie in one division that hosts must be of.

        A chain may not lead by an area, or by a compound of which it is not known, into another.
        """
        within = self.conditions.within
        if within == "county":
            return True
        code = self.snapshot.column("compounds", within)
        return len({int(code[row]) for end in (one, other) for row in self._mates(end)}) == 1

    def _mates(self, row: int) -> list[int]:
        label = self.area_label[self.place[row]]
        if label < 0:
            return [row]
        listed: list[int] = self.field.rows[self.area_label == label].tolist()
        return listed

    @cached_property
    def project_rows(self) -> list[int]:
        """Rows of the hosts in the problem: those with a pair, and those that decisions name."""
        rows = {meeting.project for meeting in self.pairs}
        named = [host for _, host in (*self.decided.locked, *self.decided.forbidden) if host]
        named += self.decided.refused
        codes = self.hosts.code.tolist()
        return sorted(rows | {row_of(codes, host) for host in named})

    @cached_property
    def area_label(self) -> Ints:
        """Label of each candidate's management area; -1 for none."""
        area = self.snapshot.column("compounds", "area")[self.field.rows]
        codes = {code: k for k, code in enumerate(sorted({code for code in area if code}))}
        return np.array([codes.get(code, -1) for code in area], np.int64)

    @cached_property
    def children(self) -> list[int]:
        """Codes of the child divisions that candidates lie in, by label."""
        code = self.snapshot.column("compounds", self.request.level)[self.field.inside]
        return [int(one) for one in np.unique(code) if one]

    @cached_property
    def problem(self) -> Problem:
        """Put the scene into numbers; its pairs are `pairs`, its candidates `field.rows`."""
        rows, projects = self.field.rows, self.project_rows
        stand = {row: k for k, row in enumerate(projects)}
        code = self.snapshot.column("compounds", "code")[rows]
        load = self.field.floor_dm2[rows]
        links = self._links()
        child = {one: k for k, one in enumerate(self.children)}
        of_level = self.snapshot.column("compounds", self.request.level)[rows].tolist()
        cost = [self.cost_fen(area) for area in load.tolist()]
        problem = Problem(
            candidates=tuple(str(one) for one in code),
            gain=self.field.amount[rows].astype(np.int64),
            load=load,
            hosts=tuple(str(self.hosts.code[row]) for row in projects),
            capacity=self.hosts.capacity_dm2[projects],
            pair_candidate=np.array([self.place[m.candidate] for m in self.pairs], np.int64),
            pair_host=np.array([stand[m.project] for m in self.pairs], np.int64),
            way_mm=np.array([m.way_mm for m in self.pairs], np.int64),
            households=self.snapshot.column("compounds", "households")[rows].astype(np.int64),
            weight=self._weight(),
            cost_fen=np.array(cost, np.int64),
            area=self.area_label,
            child=np.array([child.get(one, -1) for one in of_level], np.int64),
            capacity_households=self.hosts.households[projects],
            links=links,
            bundles=self._bundles(load, links),
            companies=self._companies(),
            decisions=self._decisions(stand),
        )
        return with_fallback(self, problem) if self.conditions.fallback else problem

    def cost_fen(self, floor_area_dm2: int) -> int:
        """Give what one takeover costs."""
        costs = self.conditions.costs
        return costs.setup_fen + costs.subsidy_fen(floor_area_dm2)

    def _weight(self) -> Ints:
        """Weigh need: what a compound adds, times its age in years."""
        rows = self.field.rows
        age = self.snapshot.as_of.year - self.snapshot.column("compounds", "built_year")[rows]
        gain: Ints = self.field.amount[rows].astype(np.int64)
        return np.asarray(gain * np.maximum(age, 1), np.int64)

    def _links(self) -> Links | None:
        """Give the links, and the members of each management area as next to each other."""
        listed = {
            (self.place[link.one], self.place[link.other]): link.gap_mm for link in self.links
        }
        label = self.area_label
        for area in np.unique(label[label >= 0]).tolist():
            inside = np.flatnonzero(label == area).tolist()
            for pair in pairwise(inside):
                listed.setdefault(pair, 0)
        if not listed:
            return None
        pairs = np.array(sorted(listed), np.int64)
        way = np.array([listed[one, other] for one, other in pairs.tolist()], np.int64)
        return Links(pairs[:, 0], pairs[:, 1], way, self.conditions.chain_depth)

    def _bundles(self, load: Ints, links: Links | None) -> Bundles | None:
        limits = self.conditions
        if not limits.bundle_below_dm2:
            return None
        label = small_bundles(load, self.area_label, links, limits.bundle_below_dm2)
        managed = self.hosts.managed_dm2[self.project_rows]
        base = managed if limits.bundle_with_host else np.zeros_like(managed)
        return Bundles(label, limits.bundle_floor_dm2, base)

    def _companies(self) -> Companies | None:
        cap = self.conditions.company_cap_dm2
        if cap is None:
            return None
        names = self.hosts.uscc[self.project_rows].tolist()
        listed = {name: k for k, name in enumerate(sorted({name for name in names if name}))}
        of_host = np.array([listed.get(name, ANY) for name in names], np.int64)
        return Companies(of_host, np.full(len(listed), cap, np.int64))

    def _decisions(self, stand: dict[int, int]) -> Decisions | None:
        decided = self.decided
        codes = self.hosts.code.tolist()
        locked = [self._pair(*pair, codes, stand) for pair in decided.locked]
        forbidden = [self._pair(*pair, codes, stand) for pair in decided.forbidden]
        forbidden += [(ANY, stand[row_of(codes, host)]) for host in decided.refused]
        if not (locked or forbidden):
            return None
        return Decisions(
            np.array(locked, np.int64).reshape(-1, 2), np.array(forbidden, np.int64).reshape(-1, 2)
        )

    def _pair(
        self, code: str, host: str | None, codes: list[str], stand: dict[int, int]
    ) -> tuple[int, int]:
        row = self.row_of_compound.get(code, -1)
        if row not in self.place:
            raise UsageError(
                f"{code} 不在本次可接管的老旧小区之列。", "请核对小区编码、区划、建成年份与面积。"
            )
        return self.place[row], ANY if host is None else stand[row_of(codes, host)]
