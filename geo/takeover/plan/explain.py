"""Why each compound of a plan is taken over by whom, and what the rest of the gap is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from geo import terms
from geo.takeover.plan import words
from geo.takeover.plan.candidates import NOT_CANDIDATES
from geo.takeover.plan.contact import Contact, Contacts
from geo.takeover.plan.criteria import criteria, warnings
from geo.takeover.plan.record import FallbackStep, GapPart, NotServed, Suggestion, shown
from geo.takeover.plan.room import Room
from geo.takeover.plan.runner_up import runner_up
from geo.takeover.plan.scene import Scene

_LISTED_NOWHERE = (*NOT_CANDIDATES, "fallback")
"""Reasons whose compounds are not among a plan's `not_served`."""

POINTS = ("community", "street", "county", "prefecture", "province")


def suggestions(scene: Scene, room: Room) -> tuple[Suggestion, ...]:
    """Describe a plan's takeovers: the largest first, then by code, each after its parent."""
    contacts = Contacts(scene, room)
    spare = room.problem.capacity.tolist()
    listed = []
    for place in _ordered(scene, room):
        host = int(room.host[place])
        before = spare[host]
        spare[host] = before - int(room.problem.load[place])
        listed.append(_suggestion(scene, room, contacts, place, before))
    return tuple(listed)


def _ordered(scene: Scene, room: Room) -> Iterator[int]:
    amount, code = scene.field.amount[scene.field.rows], room.problem.candidates
    left = sorted(
        np.flatnonzero(room.host >= 0).tolist(),
        key=lambda place: (-int(amount[place]), code[place]),
    )
    done: set[int] = set()
    for place in left:
        chain: list[int] = []
        while place >= 0 and place not in done:
            done.add(place)
            chain.append(place)
            place = int(room.parent[place])  # noqa: PLW2901 - up the chain
        yield from reversed(chain)


def _suggestion(
    scene: Scene, room: Room, contacts: Contacts, place: int, before_dm2: int
) -> Suggestion:
    row, project = int(scene.field.rows[place]), contacts.project(place)
    contact = contacts.of(place)
    edge_mm = contacts.shared_edge_mm(place, contact)
    compounds = {
        name: scene.snapshot.column("compounds", name)[row]
        for name in ("code", "name", "community", "street", "households", "floor_area_source")
    }
    hosts = scene.hosts
    load = int(room.problem.load[place])
    parent = int(room.parent[place])
    same = {
        name: _same(int(getattr(hosts, name)[project]), int(compounds[name]))
        for name in ("community", "street")
    }
    costs, fee = scene.conditions.costs, int(hosts.fee_fen[project])
    return Suggestion(
        compound=str(compounds["code"]),
        name=str(compounds["name"] or ""),
        project=str(hosts.code[project]),
        project_name=str(hosts.name[project]),
        company=str(hosts.uscc[project]),
        company_name=str(hosts.company_name[project]),
        via=contact.via_code,
        via_name=contact.via_name,
        gap_mm=contact.gap_mm,
        segment=contact.segment,
        floor_area_dm2=load,
        area_imputed=bool(compounds["floor_area_source"] == terms.AREA_IMPUTED),
        households=int(compounds["households"]),
        gain_points=100 * int(scene.field.amount[row]) / scene.field.figures[1],
        spare_before_dm2=before_dm2,
        spare_after_dm2=before_dm2 - load,
        same_community=same["community"],
        same_street=same["street"],
        arterial=contact.arterial,
        crossing=contact.crossing,
        walk_mm=contact.walk_mm if contact.crossing else None,
        stars=int(hosts.stars[project]),
        warnings=tuple(warnings(scene, row, project)),
        reasons=tuple(_reasons(scene, contact, same, project, before_dm2)),
        parent="" if parent < 0 else room.problem.candidates[parent],
        parent_name="" if parent < 0 else _name(scene, parent),
        depth=int(room.depth[place]),
        shared_edge_mm=edge_mm,
        cost_fen=int(room.problem.cost_fen[place]),
        subsidy_fen=costs.subsidy_fen(load),
        fee_ratio=round(float(costs.old_fee * 100 / fee), 4) if fee > 0 else None,
        points=tuple(_points(scene, row)),
        criteria=tuple(criteria(scene, room, place, contact, edge_mm, before_dm2)),
        runner_up=runner_up(scene, room, place),
        next_step=_next_step(scene, row),
    )


def _name(scene: Scene, place: int) -> str:
    return str(scene.snapshot.column("compounds", "name")[int(scene.field.rows[place])] or "")


def _same(one: int, other: int) -> bool:
    """Tell whether two division codes are one; 0 is no division."""
    return bool(one != 0 and one == other)


def _reasons(
    scene: Scene, contact: Contact, same: dict[str, bool], project: int, before_dm2: int
) -> Iterable[str]:
    if contact.kind == "chain":
        yield f"经{contact.via_name or contact.via_code}"
    yield words.distance(contact.gap_mm)
    yield "同社区" if same["community"] else "同街道" if same["street"] else "同县区"
    if contact.crossing:
        yield f"经{contact.crossing}步行 {contact.walk_mm / 1000:.0f} m"
    if contact.arterial:
        yield f"隔{contact.arterial}"
    stars = int(scene.hosts.stars[project])
    if stars:
        yield words.STARS[stars]
    yield f"余量 {words.area(before_dm2)}"


def _points(scene: Scene, row: int) -> Iterator[dict[str, Any]]:
    """Say what a compound adds to the share of each division that it lies in."""
    gain = int(scene.field.amount[row])
    for level in POINTS:
        code = int(scene.snapshot.column("compounds", level)[row])
        if code:
            whole = scene.field.shares(level)[code][1]
            yield {
                "level": level,
                "division": str(code),
                "name": scene.snapshot.name_of(code),
                "points": 100 * gain / whole,
            }


def _next_step(scene: Scene, row: int) -> str:
    """Say what the law asks for next; by whether there is a management area to vote in."""
    column = scene.snapshot.column
    homes = int(column("compounds", "households")[row])
    heads = f"（{homes:,} 户，至少 {-(-2 * homes // 3):,} 户参与）" if homes else ""
    vote = (
        "由专有部分面积占比三分之二以上且人数占比三分之二以上的业主参与表决"
        f"{heads}，经参与表决专有部分面积过半数且参与表决人数过半数的业主同意（民法典第278条），"
        "再签订合同、备案、承接查验"
    )
    if not column("compounds", "area")[row]:
        return f"街道征求业主意见，划定物业管理区域；{vote}"
    if column("compounds", "committee")[row] != terms.COMMITTEE_VALID:
        return f"街道、社区指导召开业主大会（尚无有效业主委员会）；{vote}"
    return f"业主委员会召集业主大会；{vote}"


def fallback_steps(scene: Scene, room: Room, mode: np.ndarray) -> tuple[FallbackStep, ...]:
    """Describe the compounds that a plan leaves to a fallback mode, by code."""
    fallback = room.problem.fallback
    if fallback is None:
        return ()
    code = room.problem.candidates
    return tuple(
        FallbackStep(
            compound=code[place],
            name=_name(scene, place),
            mode=fallback.modes[mode[place]],
            counts=bool(fallback.counts[mode[place]]),
            floor_area_dm2=int(room.problem.load[place]),
            cost_fen=int(fallback.cost_fen[place, mode[place]]),
            text="没有周边项目可以接管，按行动计划的次序取"
            + fallback.modes[mode[place]]
            + ("" if fallback.counts[mode[place]] else "（不计入本口径）"),
        )
        for place in sorted(np.flatnonzero(mode >= 0).tolist(), key=code.__getitem__)
    )


def gap_parts(
    scene: Scene, left: Iterable[NotServed], steps: Iterable[FallbackStep]
) -> tuple[GapPart, ...]:
    """Sum up why compounds of the gap are not covered after the plan, by `words.REASONS`."""
    rows: dict[str, list[int]] = {name: scene.field.gap[name].tolist() for name in NOT_CANDIDATES}
    for entry in left:
        rows.setdefault(entry.reason, []).append(scene.row_of_compound[entry.compound])
    for step in steps:
        if not step.counts:
            rows.setdefault("fallback", []).append(scene.row_of_compound[step.compound])
    return tuple(
        GapPart(
            name,
            text,
            len(rows[name]),
            int(scene.field.amount[rows[name]].sum()),
            words.NOT_CANDIDATES_REMEDIES.get(name, ""),
            tuple(_members(scene, rows[name])) if name in _LISTED_NOWHERE else (),
        )
        for name, text in words.REASONS.items()
        if rows.get(name)
    )


def _members(scene: Scene, rows: list[int]) -> Iterator[dict[str, Any]]:
    """Name compounds, by code."""
    code, name = (scene.snapshot.column("compounds", column) for column in ("code", "name"))
    for row in sorted(rows, key=lambda row: str(code[row])):
        yield {
            "compound": str(code[row]),
            "name": str(name[row] or ""),
            "floor_area_m2": shown(int(scene.field.floor_dm2[row]), "m2"),
        }
