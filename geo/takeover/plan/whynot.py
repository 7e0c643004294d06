"""Why a candidate is not served, and the smallest change that would let it be.

A candidate that some host can reach under all limits is left out for want of room, of money, or
because the target is reached without it. One that no host can reach fails a rule at each: the host
that fails the fewest is named, and of those the one whose rule gives way most easily
(`geo.takeover.plan.hurdles.EASIEST`), by the least. Where none within reach fails just one that
can be changed on paper, hosts farther away are looked at too.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Final

import numpy as np

from geo.takeover.neighbours.pairs import Meeting
from geo.takeover.plan import words
from geo.takeover.plan.fallback import modes_open
from geo.takeover.plan.hurdles import (
    EASIEST,
    Hurdle,
    households_relaxation,
    hurdles,
    whole,
    whole_load,
)
from geo.takeover.plan.record import NotServed
from geo.takeover.plan.relaxation import Relaxation, words_of
from geo.takeover.plan.request import REACHING
from geo.takeover.plan.room import Ints, Lack, Room
from geo.takeover.plan.scene import Scene

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
        listed, meeting = found
        near = self._in_the_way(row, meeting)
        if near is None:
            return self._entry(row, listed, meeting)
        # What is named is farther off than the reach: say first why the near ones won't do.
        others = [
            hurdle._replace(text=hurdle.text.replace("最近的", "其余最近的", 1))
            if hurdle.rule == "out_of_reach" else hurdle
            for hurdle in listed
        ]  # fmt: skip
        return self._entry(row, [near, *others], meeting, reason=near.rule)

    def _in_the_way(self, row: int, named: Meeting) -> Hurdle | None:
        """Say what keeps the nearest host within reach, where one farther off is named instead."""
        listed = self.scene.meetings[row]
        if named.gap_mm <= self.scene.conditions.reach_m * 1000 or not listed:
            return None
        nearest = min(listed, key=lambda meeting: (meeting.gap_mm, meeting.project))
        first = next(iter(hurdles(self.scene, nearest)), None)
        if first is None:
            return None
        host = self.scene.hosts.named(nearest.project)
        far = words.distance(nearest.gap_mm)
        return Hurdle(first.rule, f"{host}（{far}）{first.text}", None)

    @property
    def _spare_reason(self) -> str:
        return "not_needed" if self.enough else "not_chosen"

    def _falls_back(self, row: int) -> bool:
        fallback = self.room.problem.fallback
        place = self.scene.place[row]
        return fallback is not None and bool(fallback.open[place].any())

    # reachable ----------------------------------------------------------------------------
    def _reachable(self, row: int) -> NotServed:
        """Say of a candidate with a way to a host what it lacks there: at all, or in this plan."""
        place = self.scene.place[row]
        edges = self.room.edges(place)
        options = {edge: self._lacks_alone(place, edge[2]) for edge in edges}
        possible = [edge for edge in edges if not options[edge]]
        if possible:
            options = {edge: self._lacks(place, edge[2]) for edge in possible}
        edge = min(
            options,
            key=lambda one: (
                len(options[one]),
                sum(lack.need - lack.have for lack in options[one]),
                one[:2],
                self.room.problem.hosts[one[2]],
            ),
        )
        lacks, project = options[edge], self.scene.project_rows[edge[2]]
        if possible and (self.enough or not lacks):
            found = [self._lockable(row, project, place, edge[2])]
        else:
            found = [self._short_of(project, lack, alone=not possible) for lack in lacks]
        return self._entry(row, found, self._meeting(row, project), project)

    def _lockable(self, row: int, project: int, place: int, host: int) -> Hurdle:
        """Say that nothing but the plan's own choice keeps a candidate out."""
        code = str(self.scene.snapshot.column("compounds", "code")[row])
        name = str(self.scene.hosts.code[project])
        chained = len(self.room.with_chain(place, host)) > len(self.room.mates(place))
        reason = "chain" if chained and not self.enough else self._spare_reason
        also = "（连同中间的小区）" if chained else ""
        way = f"锁定由 {self.scene.hosts.named(project)} 接管{also}"
        lock = Relaxation("locked", [code, name], way)
        return Hurdle(reason, words.REASONS[reason], lock)

    @cached_property
    def _empty(self) -> Room:
        return Room(self.room.problem)

    def _lacks_alone(self, place: int, host: int) -> list[Lack]:
        """Say what is short for a host to take a candidate even if it took nothing else."""
        members = self._empty.with_chain(place, host)
        lacks = [*self._empty.lacks(members, host), *self._dear(members, 0)]
        alone = [lack for lack in lacks if lack.rule == "bundle"]
        found = [lack for lack in lacks if lack.rule != "bundle"]
        if not alone:
            return found
        # Others could make the bundle up, if what is short leaves room and money for them.
        if found or self._scarce(members, host):
            return [*found, *alone]
        most = self._empty.bundle_at_most(members, host, self.scene.conditions.company_cap_dm2)
        return [Lack("bundle", *most)] if most is not None and most[0] < most[1] else []

    def _scarce(self, members: Ints, host: int) -> bool:
        """Tell whether money or staff may not do for all who could join the candidates' bundle."""
        joined = np.concatenate([members, self._empty.bundle_mates(members, host)])
        short = {lack.rule for lack in self._empty.lacks(joined, host)}
        return "households" in short or bool(self._dear(joined, 0))

    def _lacks(self, place: int, host: int) -> list[Lack]:
        """Say what is short for a host to take a candidate beside the plan."""
        members = self.room.with_chain(place, host)
        more = members[self.room.host[members] < 0]
        return [*self.room.lacks(members, host), *self._dear(more, self.cost_fen)]

    def _dear(self, members: Ints, spent_fen: int) -> list[Lack]:
        """Say what is short of the budget for some candidates beside what is spent."""
        budget = self.scene.request.budget_fen
        cost = spent_fen + int(self.room.problem.cost_fen[members].sum())
        return [] if budget is None or cost <= budget else [Lack("budget", budget, cost)]

    def _short_of(self, project: int, lack: Lack, *, alone: bool) -> Hurdle:
        """Say a lack, and what would make it up; `alone`: the host takes nothing else."""
        hosts = self.scene.hosts
        name = str(hosts.code[project])
        missing = words.needed_area(lack.need - lack.have)
        if lack.rule == "capacity":
            whole_dm2 = int(hosts.capacity_dm2[project]) + lack.need - lack.have
            return Hurdle(
                "capacity",
                f"{'可增管' if alone else '余量已另作安排，剩'} {words.area(lack.have)}，"
                f"需 {words.needed_area(lack.need)}，缺 {missing}",
                Relaxation(
                    "capacity_dm2",
                    [name, whole_dm2],
                    f"{hosts.named(project)} 可增管面积再增 {missing}",
                ),
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
                f"企业上限尚余 {words.area(lack.have)}，需 {words.needed_area(lack.need)}",
                Relaxation("company_cap_dm2", cap, f"企业上限提高 {missing}"),
            )
        if lack.rule == "budget":
            return self._budget(lack.need, lack.have)
        floor = self._floor(lack.have, lack.need)
        if alone:
            return floor
        return floor._replace(rule="bundle_left", text=f"同片的小区已另作安排，{floor.text}")

    def _floor(self, have: int, need: int) -> Hurdle:
        return Hurdle(
            "bundle",
            f"连片只有 {words.area(have)}，不足 {words.area(need)}",
            Relaxation("bundle_floor_dm2", have, f"连片下限放宽到 {words.area(have, ROUND_FLOOR)}"),
            need - have,
        )

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
        needed = words.needed_area(load)
        if cap is not None and load > cap:
            listed.append(
                Hurdle(
                    "company_cap",
                    f"企业上限 {words.area(cap)}，需 {needed}",
                    Relaxation("company_cap_dm2", load, f"企业上限提高到 {needed}"),
                    load - cap,
                )
            )
        return [*listed, *self._money(meeting.candidate)], meeting

    def _money(self, row: int) -> list[Hurdle]:
        """Say that a candidate, its area whole, costs more than the whole budget."""
        budget = self.scene.request.budget_fen
        cost = sum(
            self.scene.cost_fen(int(self.scene.field.floor_dm2[one]))
            for one in whole(self.scene, row).tolist()
        )
        if budget is None or cost <= budget:
            return []
        return [self._budget(cost, budget)]

    def _budget(self, cost_fen: int, budget_fen: int) -> Hurdle:
        return Hurdle(
            "budget",
            f"须增加费用 {(cost_fen - budget_fen) / 100:,.0f} 元",
            Relaxation("budget_fen", cost_fen, f"费用提高到 {-(-cost_fen // 100):,} 元"),
            cost_fen - budget_fen,
        )

    def _ease(self, option: Option) -> tuple[object, ...]:
        listed, meeting = option
        ranks = sorted((_rank(hurdle) for hurdle in listed), reverse=True)
        sizes = [hurdle.size for hurdle in listed]
        code = str(self.scene.hosts.code[meeting.project])
        return len(listed), ranks, sizes, meeting.way_mm, code

    def _within(self, rows: list[int], reach_m: Decimal) -> dict[int, list[Meeting]]:
        """Give what meets some candidates within a reach, by candidate."""
        scene = self.scene
        return scene.field.near(rows, scene.decided, reach_m, scene.conditions.walking_limit_m)

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
        found = [Hurdle(rule, text, way), *self._money(row)]
        return self._entry(row, found, listed[0] if listed else None)

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
        reason: str | None = None,
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
            reason=reason or first.rule,
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


def _rank(hurdle: Hurdle) -> int:
    """Rank a rule by how easily it gives way; a host over a kilometre off less than a barrier."""
    far = hurdle.rule == "out_of_reach" and hurdle.size > FARTHER_M[0] * 1000
    return EASIEST.index("barred") + 1 if far else EASIEST.index(hurdle.rule)


def _settled(option: Option | None) -> bool:
    """Tell whether one change on paper is enough: nobody need look farther."""
    return option is not None and len(option[0]) == 1 and option[0][0].rule != "barred"
