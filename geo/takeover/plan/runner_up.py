"""The next host that could have taken a compound, and why it lost."""

from __future__ import annotations

from typing import Any

from geo.takeover.plan import words
from geo.takeover.plan.hurdles import hurdles
from geo.takeover.plan.room import Lack, Room
from geo.takeover.plan.scene import Scene


def runner_up(scene: Scene, room: Room, place: int) -> dict[str, Any] | None:
    """Give the host that comes next for a compound of the plan, by way and code.

    One that could take it by every rule comes first; without one, the nearest that fails a rule.
    """
    host = int(room.host[place])
    own = {(depth, way) for depth, way, at in room.edges(place) if at == host}
    for depth, way, at in room.edges(place):
        if at != host:
            project = scene.project_rows[at]
            rule, why = _lost(scene, room, place, at, (depth, way), min(own, default=(1, 0)))
            return _entry(scene, place, project, way, rule, why)
    row = int(scene.field.rows[place])
    for meeting in scene.meetings[row]:
        if meeting.project != scene.project_rows[host]:
            listed = hurdles(scene, meeting)
            if listed:
                why = "；".join(hurdle.text for hurdle in listed)
                return _entry(scene, place, meeting.project, meeting.way_mm, listed[0].rule, why)
    return None


def _lost(
    scene: Scene,
    room: Room,
    place: int,
    host: int,
    edge: tuple[int, int],
    own: tuple[int, int],
) -> tuple[str, str]:
    code = room.problem.candidates[place]
    if any(one == code for one, _ in scene.decided.locked):
        return "locked", "已锁定由现项目接管"
    lacks = room.lacks(room.with_chain(place, host), host)
    if lacks:
        return lacks[0].rule, "；".join(_short(lack) for lack in lacks)
    if edge[0] > own[0]:
        return "chain", "只能经其他小区到达"
    more = edge[1] - own[1]
    if more > 0:
        return "way", f"路程多 {more / 1000:.0f} m" if more >= 1000 else "路程略长"
    if more == 0:
        return "rank", "路程相同，按编码取前者"
    return "together", f"路程近 {-more / 1000:.0f} m，但整体安排不如现方案"


def _short(lack: Lack) -> str:
    if lack.rule == "households":
        return f"按本方案人员尚可服务 {lack.have:,} 户，不足 {lack.need:,} 户"
    name = {"capacity": "余量", "company_cap": "企业上限余", "bundle": "连片"}[lack.rule]
    return f"按本方案{name} {words.area(lack.have)}，不足 {words.needed_area(lack.need)}"


def _entry(
    scene: Scene, place: int, project: int, way_mm: int, rule: str, why: str
) -> dict[str, Any]:
    row = int(scene.field.rows[place])
    gaps = [m.gap_mm for m in scene.meetings[row] if m.project == project]
    return {
        "project": str(scene.hosts.code[project]),
        "project_name": str(scene.hosts.name[project]),
        "gap_m": gaps[0] / 1000 if gaps else None,
        "way_m": way_mm / 1000,
        "rule": rule,
        "why": why,
    }
