"""Why a candidate is not served, and the smallest change that would let it be.

A candidate that some host can reach under all limits is left out for want of room, of money, or
because the target is reached without it. One that no host can reach fails a rule at each: the
host that fails the fewest is named, and of those the one whose rule gives way most easily
(`geo.takeover.hurdles.EASIEST`), by the least. Where none within reach fails just one that can be
changed on paper, hosts farther away are looked at too.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Final

import numpy as np

from geo.takeover import words
from geo.takeover.fallback import modes_open
from geo.takeover.hosts import Parts, parts_with
from geo.takeover.hurdles import (
    EASIEST,
    Hurdle,
    households_relaxation,
    hurdles,
    whole,
    whole_load,
)
from geo.takeover.pairs import Meeting, meetings
from geo.takeover.record import NotServed
from geo.takeover.relaxation import Relaxation, words_of
from geo.takeover.request import REACHING
from geo.takeover.room import Lack, Room
from geo.takeover.scene import Scene

FARTHER_M: Final = (1000, 2000, 5000)
"""How far hosts are looked for where none within reach will do."""

Option = tuple[list[Hurdle], Meeting]


class WhyNot:
    """Reasons for the candidates that a plan leaves out.

    Parameters
    ----------
    room
        What the plan leaves of its hosts.
    reached
        Whether the plan reaches what it was asked to reach.
    cost_fen
        What the plan costs.
    """

    def __init__(self, scene: Scene, room: Room, *, reached: bool, cost_fen: int) -> None:
        self.scene, self.room = scene, room
        request = scene.request
        asks = request.aim in REACHING or request.each_child is not None
        self.enough = reached and asks
        self.cost_fen = cost_fen

    def left(self, taken: set[int]) -> tuple[NotServed, ...]:
        """Say of each candidate that is not taken why, by code."""
        code = self.scene.snapshot.column("compounds", "code")
        rows = [row for row in self.scene.field.candidates.tolist() if row not in taken]
        return tuple(self.of(row) for row in sorted(rows, key=lambda row: str(code[row])))

    def of(self, row: int) -> NotServed:
        """Say of one candidate why it is not taken."""
        scene = self.scene
        if row not in scene.place:
            hurdle = Hurdle("area_unknown", "面积不详，无法核算余量", None)
            return self._entry(row, [hurdle], self._nearest(row), remedy="补录建筑面积或图斑")
        if not scene.snapshot.column("compounds", "county")[row]:
            hurdle = Hurdle("county_unknown", words.REASONS["county_unknown"], None)
            return self._entry(row, [hurdle], None, remedy="补录区划代码")
        if self.room.edges(scene.place[row]):
            return self._reachable(row)
        if self._falls_back(row):
            code = str(scene.snapshot.column("compounds", "code")[row])
            lock = Relaxation("locked", [code, None], "锁定为必须安排")
            return self._entry(row, [Hurdle(self._spare_reason, "可由兜底方式服务", lock)], None)
        found = self.structural.get(row)
        if found is None:
            return self._nobody(row)
        return self._entry(row, *found)

    @property
    def _spare_reason(self) -> str:
        return "not_needed" if self.enough else "not_chosen"

    def _falls_back(self, row: int) -> bool:
        fallback = self.room.problem.fallback
        place = self.scene.place[row]
        return fallback is not None and bool(fallback.open[place].any())

    # reachable ----------------------------------------------------------------------------
    def _reachable(self, row: int) -> NotServed:
        place = self.scene.place[row]
        edges = self.room.edges(place)
        bundles = {host: self.room.bundle_at_most(place, host) for _, _, host in edges}
        stands = [edge for edge in edges if not _short(bundles[edge[2]])]
        if not stands:
            return self._bundle(row, bundles)
        options = [(self._lacks(row, *edge), edge) for edge in stands]
        lacks, (_, _, host) = min(
            options,
            key=lambda option: (
                len(option[0]),
                sum(lack.need - lack.have for lack in option[0]),
                option[1],
            ),
        )
        project = self.scene.project_rows[host]
        meeting = self._meeting(row, project)
        code = str(self.scene.snapshot.column("compounds", "code")[row])
        name = str(self.scene.hosts.code[project])
        if self.enough or not lacks:
            lock = Relaxation("locked", [code, name], f"锁定由 {name} 接管")
            reason = self._spare_reason
            found = [Hurdle(reason, words.REASONS[reason], lock)]
        else:
            found = [self._short_of(row, project, lack) for lack in lacks]
        return self._entry(row, found, meeting, project)

    def _lacks(self, row: int, depth: int, _way: int, host: int) -> list[Lack]:
        """Say what is short for a host to take a candidate beside the plan."""
        place = self.scene.place[row]
        found = self.room.lacks(place, host)
        if depth > 1 and not self._parent(place, host, depth):
            found.append(Lack("chain", 0, 1))
        budget = self.scene.request.budget_fen
        if budget is not None:
            cost = int(self.room.problem.cost_fen[self.room.mates(place)].sum())
            if self.cost_fen + cost > budget:
                found.append(Lack("budget", budget, self.cost_fen + cost))
        return found

    def _parent(self, place: int, host: int, depth: int) -> bool:
        """Tell whether the plan takes what a chain to a host would lead on from."""
        units = self.room.units
        for unit in units.linked[int(units.unit_of[place])]:
            first = int(units.members[unit][0])
            if self.room.host[first] == host and self.room.depth[first] == depth - 1:
                return True
        return False

    def _short_of(self, row: int, project: int, lack: Lack) -> Hurdle:
        """Say a lack, and what would make it up."""
        hosts = self.scene.hosts
        name = str(hosts.code[project])
        missing = words.area(lack.need - lack.have)
        if lack.rule == "capacity":
            whole_dm2 = int(hosts.capacity_dm2[project]) + lack.need - lack.have
            return Hurdle(
                "capacity",
                f"余量已另作安排，剩 {words.area(lack.have)}，"
                f"需 {words.area(lack.need)}，缺 {missing}",
                Relaxation("capacity_dm2", [name, whole_dm2], f"{name} 可增管面积再增 {missing}"),
            )
        if lack.rule == "households":
            limit = int(hosts.households[project])
            homes = limit + lack.need - lack.have
            return Hurdle(
                "households",
                f"人员尚可服务 {lack.have:,} 户，需 {lack.need:,} 户",
                households_relaxation(self.scene, project, homes),
            )
        if lack.rule == "company_cap":
            cap = (self.scene.conditions.company_cap_dm2 or 0) + lack.need - lack.have
            return Hurdle(
                "company_cap",
                f"企业上限尚余 {words.area(lack.have)}，需 {words.area(lack.need)}",
                Relaxation("company_cap_dm2", cap, f"企业上限提高 {missing}"),
            )
        if lack.rule == "budget":
            yuan = -(-lack.need // 100)
            return Hurdle(
                "budget",
                f"须增加费用 {(lack.need - lack.have) / 100:,.0f} 元",
                Relaxation("budget_fen", lack.need, f"费用提高到 {yuan:,} 元"),
            )
        if lack.rule == "bundle":
            return self._floor(lack.have, lack.need)
        code = str(self.scene.snapshot.column("compounds", "code")[row])
        lock = Relaxation("locked", [code, name], f"锁定由 {name} 接管（连同中间的小区）")
        return Hurdle("chain", words.REASONS["chain"], lock)

    def _floor(self, have: int, need: int) -> Hurdle:
        return Hurdle(
            "bundle",
            f"连片只有 {words.area(have)}，不足 {words.area(need)}",
            Relaxation("bundle_floor_dm2", have, f"连片下限放宽到 {words.area(have)}"),
            need - have,
        )

    def _bundle(self, row: int, bundles: dict[int, tuple[int, int] | None]) -> NotServed:
        """Say of a small compound that no bundle of it is large enough."""
        sizes = {host: size for host, size in bundles.items() if size is not None}
        codes = self.room.problem.hosts
        host = min(sizes, key=lambda one: (-sizes[one][0], codes[one]))
        project = self.scene.project_rows[host]
        return self._entry(row, [self._floor(*sizes[host])], self._meeting(row, project), project)

    # no host ------------------------------------------------------------------------------
    @cached_property
    def structural(self) -> dict[int, tuple[list[Hurdle], Meeting]]:
        """What keeps every host from each candidate that none can reach, by the best host.

        Candidates that no host within `FARTHER_M` could ever take are left out.
        """
        rows = [
            row
            for row in self.scene.field.rows.tolist()
            if not self.room.edges(self.scene.place[row])
        ]
        found: dict[int, Option] = {}
        for row in rows:
            mates = whole(self.scene, row).tolist()
            self._keep_best(found, row, [m for mate in mates for m in self.scene.meetings[mate]])
        for reach in FARTHER_M:
            if reach <= self.scene.conditions.reach_m:
                continue
            wanted = [row for row in rows if not _settled(found.get(row))]
            for row, listed in self._within(wanted, Decimal(reach)).items():
                self._keep_best(found, row, listed)
        for row in rows:
            self._come_nearer(found, row)
        return found

    def _keep_best(self, found: dict[int, Option], row: int, listed: list[Meeting]) -> None:
        options = [self._option(meeting) for meeting in listed]
        options = [option for option in options if all(hurdle.relaxation for hurdle in option[0])]
        if row in found:
            options.append(found[row])
        if options:
            found[row] = min(options, key=self._ease)

    def _option(self, meeting: Meeting) -> Option:
        listed = hurdles(self.scene, meeting)
        limits = self.scene.conditions
        load = whole_load(self.scene, meeting.candidate)
        if load < limits.bundle_below_dm2:
            own = self.scene.hosts.managed_dm2[meeting.project] if limits.bundle_with_host else 0
            if load + int(own) < limits.bundle_floor_dm2:
                listed.append(self._floor(load + int(own), limits.bundle_floor_dm2))
        cap = limits.company_cap_dm2
        if cap is not None and load > cap:
            listed.append(
                Hurdle(
                    "company_cap",
                    f"企业上限 {words.area(cap)}，需 {words.area(load)}",
                    Relaxation("company_cap_dm2", load, f"企业上限提高到 {words.area(load)}"),
                    load - cap,
                )
            )
        return listed, meeting

    def _ease(self, option: Option) -> tuple[object, ...]:
        listed, meeting = option
        ranks = sorted((EASIEST.index(hurdle.rule) for hurdle in listed), reverse=True)
        sizes = [hurdle.size for hurdle in listed]
        code = str(self.scene.hosts.code[meeting.project])
        return len(listed), ranks, sizes, meeting.way_mm, code

    def _within(self, rows: list[int], reach_m: Decimal) -> dict[int, list[Meeting]]:
        """Give what meets some candidates within a reach, by candidate."""
        if not rows:
            return {}
        scene = self.scene
        near = meetings(
            scene.snapshot,
            np.array(rows, np.int64),
            self._parts,
            reach_m,
            scene.conditions.walking_limit_m,
        )
        listed: dict[int, list[Meeting]] = {}
        for meeting in near:
            listed.setdefault(meeting.candidate, []).append(meeting)
        return listed

    @cached_property
    def _parts(self) -> Parts:
        return parts_with(self.scene.snapshot, self.scene.decided)

    def _come_nearer(self, found: dict[int, Option], row: int) -> None:
        """Look for a polygon of a host that is nearer though the way to it is longer."""
        option = found.get(row)
        while option is not None and any(h.rule == "out_of_reach" for h in option[0]):
            reach = Decimal(option[1].gap_mm - 1) / 1000
            again: dict[int, Option] = {}
            self._keep_best(again, row, self._within([row], reach).get(row, []))
            if row not in again or self._ease(again[row]) >= self._ease(option):
                return
            option = found[row] = again[row]

    def _nobody(self, row: int) -> NotServed:
        """Say of a candidate that no host could ever take, and what is left for it."""
        listed = self.scene.meetings[row]
        known = hurdles(self.scene, listed[0]) if listed else []
        hard = [hurdle for hurdle in known if hurdle.relaxation is None]
        rule, text = (
            (hard[0].rule, hard[0].text)
            if hard
            else ("out_of_reach", f"{FARTHER_M[-1]} m 内没有可承接的在管项目")
        )
        modes = modes_open(int(self.scene.snapshot.column("compounds", "mode")[row]))
        way = Relaxation("fallback", modes[0], f"由{modes[0]}服务") if modes else None
        return self._entry(row, [Hurdle(rule, text, way)], listed[0] if listed else None)

    # words --------------------------------------------------------------------------------
    def _nearest(self, row: int) -> Meeting | None:
        listed = self.scene.meetings[row]
        return listed[0] if listed else None

    def _meeting(self, row: int, project: int) -> Meeting | None:
        listed = [m for m in self.scene.meetings[row] if m.project == project]
        return listed[0] if listed else None

    def _entry(
        self,
        row: int,
        found: list[Hurdle],
        meeting: Meeting | None,
        project: int | None = None,
        remedy: str = "",
    ) -> NotServed:
        snapshot, hosts = self.scene.snapshot, self.scene.hosts
        order = list(words.REASONS)
        first = min(found, key=lambda hurdle: order.index(hurdle.rule))
        ways = [hurdle.relaxation for hurdle in found if hurdle.relaxation is not None]
        host = project if meeting is None else meeting.project
        modes = modes_open(int(snapshot.column("compounds", "mode")[row]))
        unmet = first.rule not in {"not_needed", "not_chosen", "budget"}
        return NotServed(
            compound=str(snapshot.column("compounds", "code")[row]),
            name=str(snapshot.column("compounds", "name")[row] or ""),
            floor_area_dm2=int(self.scene.field.floor_dm2[row]),
            reason=first.rule,
            text="；".join(dict.fromkeys(hurdle.text for hurdle in found)),
            project="" if host is None else str(hosts.code[host]),
            gap_mm=None if meeting is None else meeting.gap_mm,
            project_name="" if host is None else str(hosts.name[host]),
            remedy=remedy or words_of(ways),
            relaxations=tuple(
                {"kind": way.kind, "value": way.value, "text": way.text} for way in ways
            ),
            fallback=modes[0] if unmet and modes else "",
        )


def _short(size: tuple[int, int] | None) -> bool:
    return size is not None and size[0] < size[1]


def _settled(option: Option | None) -> bool:
    """Tell whether one change on paper is enough: nobody need look farther."""
    return option is not None and len(option[0]) == 1 and option[0][0].rule != "barred"
