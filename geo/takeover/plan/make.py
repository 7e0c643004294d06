"""A plan made: who takes over what so that a division comes to what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from geo.takeover.plan import explain
from geo.takeover.plan.aims import child_needs, goal_of, needed, solver_of
from geo.takeover.plan.conditions import Conditions
from geo.takeover.plan.field import Field
from geo.takeover.plan.paper import Plan, Status, load
from geo.takeover.plan.request import REACHING, Request
from geo.takeover.plan.room import Room
from geo.takeover.plan.scene import Scene
from geo.takeover.plan.shortfalls import shortfalls
from geo.takeover.plan.whynot import WhyNot
from geo.takeover.solver.solve import Solution

__all__ = ["Plan", "load", "make_plan", "plan_on", "requested"]


def make_plan(
    snapshot: Snapshot,
    division: int | None,
    target: Decimal,
    definition: Definition | None = None,
    *,
    reach_m: float | None = None,
    spare_default: Decimal | None = None,
    time_limit_s: float = 60.0,
    **limits: Any,
) -> Plan:
    """Find the fewest takeovers that bring a division to its target.

    Parameters
    ----------
    division
        Division code; None is the whole snapshot.
    target
        Share, above 0 and at most 1; "以上" includes it.
    reach_m, spare_default, limits
        Limits of `Conditions` other than the action plan's.
    time_limit_s
        For the solver; a plan that it cuts short says what is not proven.

    Raises
    ------
    UsageError
        For a target or limit out of range.
    NotFound
        For a division in which no compound stands on the date.
    """
    reach = None if reach_m is None else Decimal(str(reach_m))
    conditions = Conditions.default().changed(reach_m=reach, spare_default=spare_default, **limits)
    return requested(
        snapshot,
        Request(
            division=division,
            target=target,
            definition=definition or Definition(),
            conditions=conditions,
            time_limit_s=time_limit_s,
        ),
    )


def requested(snapshot: Snapshot, request: Request) -> Plan:
    """Make the plan of a request.

    Raises
    ------
    UsageError
        For a number out of range, or a code in a decision that nothing has.
    NotFound
        For a division in which no compound stands on the date.
    """
    return plan_on(Field(snapshot, request.definition, request.division), request)


def plan_on(field: Field, request: Request, executor: Executor | None = None) -> Plan:
    """Make the plan of a request on a field that may have been measured for another.

    Parameters
    ----------
    executor
        Solves independent parts at once, here or on other machines; None: one after the other.
        The plan is the same.
    """
    request.check()
    scene = Scene(field, request)
    field.check()
    need = needed(scene)
    solution = _solved(scene, need, executor)
    room = (
        Room(scene.problem)
        if solution is None
        else Room(scene.problem, solution.host, solution.parent, solution.depth)
    )
    return _written(scene, room, solution, need)


def _solved(scene: Scene, need: int, executor: Executor | None) -> Solution | None:
    """Solve; None where there is nothing to do."""
    request = scene.request
    asks = need > 0 or request.aim not in REACHING or bool(request.decided.locked)
    if request.each_child is not None:
        asks = asks or any(child_needs(scene, request.each_child))
    if not asks:
        return None
    solver = solver_of(scene, executor)
    goal, proven = goal_of(scene, executor)
    solution = solver(goal)
    if proven:
        return solution
    return replace(solution, unproven=("fair", *solution.unproven), time_limited=True)


def _status(scene: Scene, solution: Solution | None) -> Status:
    if solution is None:
        return "reached already"
    if solution.infeasible:
        return "infeasible"
    if not solution.reached:
        return "unreachable"
    asks = scene.request.aim in REACHING or scene.request.each_child is not None
    return "reached" if asks else "most"


def _written(scene: Scene, room: Room, solution: Solution | None, need: int) -> Plan:
    """Put a plan on paper."""
    field, request, snapshot = scene.field, scene.request, scene.snapshot
    numerator, denominator = field.figures
    none = np.full(len(room.host), -1, np.int64)
    mode = none if solution is None else solution.mode
    steps = explain.fallback_steps(scene, room, mode)
    taken = set(field.rows[(room.host >= 0) | (mode >= 0)].tolist())
    cost_fen = int(room.problem.cost_fen[room.host >= 0].sum()) + sum(s.cost_fen for s in steps)
    status = _status(scene, solution)
    reached = status in {"reached", "reached already"}
    left = WhyNot(scene, room, reached=reached, cost_fen=cost_fen).left(taken)
    gain = 0 if solution is None else solution.gain
    return Plan(
        snapshot=snapshot.id,
        as_of=snapshot.as_of.isoformat(),
        made_up=snapshot.made_up,
        definition=request.definition,
        division=request.division,
        division_name=field.name,
        target=request.target,
        status=status,
        numerator=numerator,
        denominator=denominator,
        numerator_after=numerator + gain,
        needed=need,
        numerator_bound=numerator + (0 if solution is None else solution.gain_bound),
        fewest_bound=_fewest_bound(solution),
        unproven=() if solution is None else solution.unproven,
        suggestions=explain.suggestions(scene, room),
        not_served=left,
        gap_parts=explain.gap_parts(scene, left, steps),
        parameters=request.parameters(),
        aim=request.aim,
        cost_fen=cost_fen,
        fallbacks=steps,
        children=tuple(_children(scene, room, mode)),
        shortfalls=()
        if solution is None or solution.reached
        else tuple(shortfalls(scene, room, solution, need)),
        time_limited=solution is not None and solution.time_limited and bool(solution.unproven),
        gap=0.0 if solution is None else round(solution.gap(solution.tiers[0]), 6),
        names=_names(scene),
    )


def _names(scene: Scene) -> dict[str, str]:
    """Name what the decisions name by code: compounds, projects and companies that have a name."""
    decided = scene.decided
    pairs = (*decided.locked, *decided.forbidden, *decided.crossed)
    hosts = {host for _, host in pairs if host} | {*decided.refused, *decided.capacity_dm2}
    wanted = {"compounds": {code for code, _ in pairs}, "companies": set(decided.sanctioned)}
    found = {code: str(scene.hosts.name[scene.hosts.row[code]] or "") for code in sorted(hosts)}
    for table, key in (("compounds", "code"), ("companies", "uscc")):
        codes = scene.snapshot.column(table, key)
        for row in [row for row, code in enumerate(codes) if code in wanted[table]]:
            found[str(codes[row])] = str(scene.snapshot.column(table, "name")[row] or "")
    return {code: name for code, name in found.items() if name}


def _fewest_bound(solution: Solution | None) -> int:
    if solution is None or "count" not in solution.tiers:
        return 0
    return solution.bound("count")


def _children(scene: Scene, room: Room, mode: np.ndarray) -> Iterator[dict[str, Any]]:
    """Say of each child division where it stands before and after."""
    problem, each = room.problem, scene.request.each_child
    counts = room.host >= 0
    if problem.fallback is not None:
        counts |= (mode >= 0) & np.append(problem.fallback.counts, False)[mode]
    shares = scene.field.shares(scene.request.level)
    needs = None if each is None else child_needs(scene, each)
    for label, code in enumerate(scene.children):
        numerator, denominator = shares[code]
        gained = int(problem.gain[counts & (problem.child == label)].sum())
        yield {
            "division": str(code),
            "name": scene.snapshot.name_of(code),
            "share": numerator / denominator if denominator else None,
            "share_after": (numerator + gained) / denominator if denominator else None,
            "takeovers": int((counts & (problem.child == label)).sum()),
            "target": None if each is None else float(each),
            "met": None if needs is None else gained >= needs[label],
        }
