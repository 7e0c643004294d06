"""Where a plan can't do what it was asked: the numbers that make it so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from geo.shares import share_text
from geo.takeover.plan import words
from geo.takeover.plan.hurdles import hurdles
from geo.takeover.plan.room import Room
from geo.takeover.plan.scene import Scene
from geo.takeover.solver.solve import Solution

Shortfall = dict[str, Any]


def shortfalls(scene: Scene, room: Room, solution: Solution, needed: int) -> Iterator[Shortfall]:
    """List what is short: what is locked, where that is why; else the whole, each child.

    Each has a name, what there is (`figure`), what it takes (`limit`), and a sentence.
    """
    if solution.infeasible:
        yield from _locks(scene, room)
        return
    unit = "compounds" if scene.field.definition.basis == "count" else "m2"
    if -1 in solution.short:
        yield from _whole(scene, room, solution, needed, unit)
    for label in solution.short:
        if label >= 0:
            yield _child(scene, solution, label, unit)


def _shown(value: int, unit: str) -> float | int:
    return value / 100 if unit == "m2" else value


def _whole(
    scene: Scene, room: Room, solution: Solution, needed: int, unit: str
) -> Iterator[Shortfall]:
    problem = room.problem
    reach = np.zeros(len(problem.candidates), bool)
    for unit_ in {int(one) for one in room.units.edges.unit}:
        reach[room.units.members[unit_]] = True
    hosts = room.units.host_index[np.unique(room.units.edges.host)]
    spare = int(problem.capacity[hosts].sum())
    figures = (
        ("最多可增加", solution.gain, "达标所需", needed, unit),
        ("全部候选", int(problem.gain.sum()), "达标所需", needed, unit),
        ("有项目可接的候选", int(problem.gain[reach].sum()), "达标所需", needed, unit),
        ("可接项目的余量", spare, "有项目可接的候选", int(problem.load[reach].sum()), "m2"),
    )
    for name, figure, other, limit, of in figures:
        has, takes = words.amount_beside(figure, limit, of), words.needed_amount(limit, of)
        text = f"{name} {has}，{other} {takes}"
        yield {"name": name, "figure": _shown(figure, of), "limit": _shown(limit, of), "text": text}


def _child(scene: Scene, solution: Solution, label: int, unit: str) -> Shortfall:
    code = scene.children[label]
    numerator, denominator = scene.field.shares(scene.request.level)[code]
    taken = (solution.host >= 0) & (scene.problem.child == label)
    gained = int(scene.problem.gain[taken].sum())
    name = scene.snapshot.name_of(code)
    share = share_text(numerator + gained, denominator, scene.request.each_child)
    text = f"{name}达不到下级目标，本方案至 {share}"
    return {"name": name, "figure": _shown(numerator + gained, unit),
            "limit": _shown(denominator, unit), "text": text}  # fmt: skip


def _locks(scene: Scene, room: Room) -> Iterator[Shortfall]:
    """Say which locks can't stand: one by one by their rules, then what a host is locked with."""
    loads: dict[str, int] = {}
    for code, host in scene.decided.locked:
        row = scene.row_of_compound[code]
        name = scene.compound_named(row)
        edges = [scene.project_rows[at] for _, _, at in room.edges(scene.place[row])]
        if host is None:
            if not edges:
                yield {"name": code, "figure": None, "limit": None,
                       "text": f"{name} 没有项目可以接管，不能锁定"}  # fmt: skip
            continue
        project = scene.hosts.row[host]
        loads[host] = loads.get(host, 0) + int(scene.field.floor_dm2[row])
        if project not in edges:
            met = [m for m in scene.meetings[row] if m.project == project]
            why = "；".join(h.text for h in hurdles(scene, met[0])) if met else "不在距离上限之内"
            by = scene.hosts.named(project)
            text = f"{name} 不能锁定由 {by} 接管：{why or '不符合连片或整体接管的要求'}"
            yield {"name": code, "figure": None, "limit": None, "text": text}
    for host, load in sorted(loads.items()):
        spare = int(scene.hosts.capacity_dm2[scene.hosts.row[host]])
        if load > spare:
            by = scene.hosts.named(scene.hosts.row[host])
            text = f"锁定由 {by} 接管的共 {words.area(load)}，余量 {words.area(spare)}"
            yield {"name": host, "figure": load / 100, "limit": spare / 100, "text": text}
