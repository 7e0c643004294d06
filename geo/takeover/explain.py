"""Why each compound of a gap is taken over by whom, or is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np

from geo import terms
from geo.takeover import words
from geo.takeover.candidates import NOT_CANDIDATES
from geo.takeover.pairs import Meeting
from geo.takeover.record import GapPart, NotServed, Suggestion
from geo.takeover.scene import Scene

SOON = dt.timedelta(days=365)
"""A contract with less than this left is worth a warning."""


def suggestions(scene: Scene, chosen: Iterable[Meeting]) -> tuple[Suggestion, ...]:
    """Describe the chosen takeovers: the largest first, then by code."""
    code = scene.snapshot.column("compounds", "code")
    ordered = sorted(
        chosen, key=lambda m: (-int(scene.amount[m.candidate]), str(code[m.candidate]))
    )
    spare = {meeting.project: int(scene.capacity_dm2[meeting.project]) for meeting in ordered}
    listed = []
    for meeting in ordered:
        before = spare[meeting.project]
        spare[meeting.project] = before - int(scene.floor_dm2[meeting.candidate])
        listed.append(_suggestion(scene, meeting, before))
    return tuple(listed)


def _suggestion(scene: Scene, meeting: Meeting, before_dm2: int) -> Suggestion:
    compounds = {
        name: scene.snapshot.column("compounds", name)[meeting.candidate]
        for name in ("code", "name", "community", "street", "households", "floor_area_source")
    }
    projects = {
        name: scene.snapshot.column("projects", name)[meeting.project]
        for name in ("code", "name", "uscc")
    }
    company_name, stars = _company(scene, projects["uscc"])
    floor = int(scene.floor_dm2[meeting.candidate])
    gain = int(scene.amount[meeting.candidate])
    return Suggestion(
        compound=str(compounds["code"]),
        name=str(compounds["name"] or ""),
        project=str(projects["code"]),
        project_name=str(projects["name"] or ""),
        company=str(projects["uscc"] or ""),
        company_name=company_name,
        via=meeting.via_code,
        via_name=meeting.via_name,
        gap_mm=meeting.gap_mm,
        segment=meeting.segment,
        floor_area_dm2=floor,
        area_imputed=bool(compounds["floor_area_source"] == terms.AREA_IMPUTED),
        households=int(compounds["households"]),
        gain_points=100 * gain / scene.figures[1],
        spare_before_dm2=before_dm2,
        spare_after_dm2=before_dm2 - floor,
        same_community=_same(meeting.community, compounds["community"]),
        same_street=_same(meeting.street, compounds["street"]),
        arterial=meeting.arterial,
        crossing=meeting.crossing,
        walk_mm=meeting.walk_mm if meeting.crossing else None,
        stars=stars,
        warnings=tuple(_warnings(scene, meeting)),
        reasons=tuple(_reasons(scene, meeting, stars, before_dm2)),
    )


def _same(one: int, other: int) -> bool:
    """Tell whether two division codes are one; 0 is no division."""
    return bool(one != 0 and one == other)


def _company(scene: Scene, uscc: str | None) -> tuple[str, int]:
    """Give a company's name and credit stars, by code; "" and 0 when it is not listed."""
    found = np.flatnonzero(scene.snapshot.column("companies", "uscc") == uscc)
    if not len(found):
        return "", 0
    name = scene.snapshot.column("companies", "name")[found[0]]
    return str(name or ""), int(scene.snapshot.column("companies", "stars")[found[0]])


def _reasons(scene: Scene, meeting: Meeting, stars: int, before_dm2: int) -> Iterable[str]:
    yield words.distance(meeting.gap_mm)
    if _same(meeting.community, scene.snapshot.column("compounds", "community")[meeting.candidate]):
        yield "同社区"
    elif _same(meeting.street, scene.snapshot.column("compounds", "street")[meeting.candidate]):
        yield "同街道"
    else:
        yield "同县区"
    if meeting.crossing:
        yield f"经{meeting.crossing}步行 {meeting.walk_mm / 1000:.0f} m"
    if meeting.arterial:
        yield f"隔{meeting.arterial}"
    if stars:
        yield words.STARS[stars]
    yield f"余量 {words.area(before_dm2)}"


def _warnings(scene: Scene, meeting: Meeting) -> Iterable[str]:
    compounds, as_of = scene.snapshot.column, scene.snapshot.as_of
    if compounds("compounds", "floor_area_source")[meeting.candidate] == terms.AREA_IMPUTED:
        yield "建筑面积按用地面积推算"
    if compounds("compounds", "households")[meeting.candidate] == 0:
        yield "户数不详"
    if scene.blank_capacity[meeting.project] and scene.spare_default is not None:
        yield f"可增管面积未填，按在管面积的 {words.percent_of(scene.spare_default)} 估算"
    ends = compounds("projects", "contract_to")[meeting.project]
    if ends is not None and not np.isnat(np.datetime64(ends, "D")):
        day = np.datetime64(ends, "D").astype(dt.date)
        if day < as_of:
            yield f"承接项目的合同已于 {day} 到期"
        elif day - as_of < SOON:
            yield f"承接项目的合同将于 {day} 到期"


def not_served(scene: Scene, taken: set[int], *, reached: bool) -> tuple[NotServed, ...]:
    """Say of each candidate that is not taken why, by code.

    Parameters
    ----------
    taken
        Rows of the compounds that the plan takes over.
    reached
        Whether the plan reaches the target: then others are simply not needed.
    """
    code = scene.snapshot.column("compounds", "code")
    rows = [row for row in scene.candidates.tolist() if row not in taken]
    return tuple(
        _not_served(scene, row, reached=reached) for row in sorted(rows, key=lambda r: str(code[r]))
    )


def _not_served(scene: Scene, row: int, *, reached: bool) -> NotServed:
    reason, meeting = _why_not(scene, row, reached=reached)
    text = words.REASONS[reason]
    if reason == "barred" and meeting is not None and meeting.barred_by is not None:
        text = "被" + "".join(meeting.barred_by) + "阻隔"
    if reason == "capacity" and all(
        scene.blank_capacity[m.project] and scene.capacity_dm2[m.project] == 0
        for m in scene.meetings[row]
        if m.stands
    ):
        text = "邻近项目的可增管面积未填，按 0 计"
    snapshot = scene.snapshot
    return NotServed(
        compound=str(snapshot.column("compounds", "code")[row]),
        name=str(snapshot.column("compounds", "name")[row] or ""),
        floor_area_dm2=int(scene.floor_dm2[row]),
        reason=reason,
        text=text,
        project=""
        if meeting is None
        else str(snapshot.column("projects", "code")[meeting.project]),
        gap_mm=None if meeting is None else meeting.gap_mm,
    )


def _why_not(scene: Scene, row: int, *, reached: bool) -> tuple[str, Meeting | None]:
    """Give the reason's code, and the nearest meeting that it speaks of."""
    listed = scene.meetings[row]
    standing = [meeting for meeting in listed if meeting.stands]
    if standing:
        room = [m for m in standing if scene.capacity_dm2[m.project] >= scene.floor_dm2[row]]
        if not scene.measured[row]:
            return "area_unknown", standing[0]
        if reached and room:
            return "not_needed", room[0]
        return "capacity", standing[0]
    barred = [meeting for meeting in listed if meeting.same_county]
    if barred:
        return "barred", barred[0]
    if not scene.snapshot.column("compounds", "county")[row]:
        return "county_unknown", None
    return ("other_county", listed[0]) if listed else ("out_of_reach", None)


def gap_parts(scene: Scene, left: Iterable[NotServed]) -> tuple[GapPart, ...]:
    """Sum up why compounds of the gap are not taken over, in the order of `words.REASONS`."""
    code = scene.snapshot.column("compounds", "code")
    row_of = {str(code[row]): row for row in scene.candidates.tolist()}
    rows: dict[str, list[int]] = {name: scene.gap[name].tolist() for name in NOT_CANDIDATES}
    for entry in left:
        rows.setdefault(entry.reason, []).append(row_of[entry.compound])
    return tuple(
        GapPart(name, text, len(rows[name]), int(scene.amount[rows[name]].sum()))
        for name, text in words.REASONS.items()
        if rows.get(name)
    )
