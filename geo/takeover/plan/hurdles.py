"""What keeps a host from taking a compound: every rule that a pair fails, with figure and limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.takeover.neighbours.pairs import Meeting
from geo.takeover.plan import words
from geo.takeover.plan.conditions import WITHIN_NAMES
from geo.takeover.plan.host_table import NO_END
from geo.takeover.plan.relaxation import Relaxation
from geo.takeover.plan.scene import Scene

Ints = npt.NDArray[np.int64]

EASIEST: Final = (
    "forbidden",
    "refused",
    "capacity",
    "other_division",
    "out_of_reach",
    "contract",
    "households",
    "bundle",
    "company_cap",
    "budget",
    "stars",
    "barred",
    "area_served",
    "other_county",
)
"""Rules by how easily they give way: what people decided first, what the law says last."""


class Hurdle(NamedTuple):
    """A rule that a pair fails.

    Attributes
    ----------
    rule
        A key of `geo.takeover.plan.words.REASONS`.
    text
        Figure and limit, in Chinese.
    relaxation
        The smallest change that lifts it; None where nothing may.
    size
        How large the change is, to compare it with others of the rule.
    """

    rule: str
    text: str
    relaxation: Relaxation | None
    size: int = 0


def hurdles(scene: Scene, meeting: Meeting) -> list[Hurdle]:
    """List what keeps a host from taking a candidate by itself, whatever else is planned.

    Its management area, bundle and the rest of the plan are looked at by
    `geo.takeover.plan.whynot`.
    """
    return [
        *_decided(scene, meeting),
        *_place(scene, meeting),
        *_way(scene, meeting),
        *_host(scene, meeting.project),
        *_size(scene, meeting),
    ]


def _decided(scene: Scene, meeting: Meeting) -> Iterator[Hurdle]:
    host = str(scene.hosts.code[meeting.project])
    codes = scene.snapshot.column("compounds", "code")
    for row in whole(scene, meeting.candidate).tolist():
        for pair in ((str(codes[row]), host), (str(codes[row]), None)):
            if pair in scene.decided.forbidden:
                way = Relaxation(
                    "forbidden", list(pair), f"取消对 {scene.compound_named(row)} 的排除"
                )
                yield Hurdle("forbidden", "已排除", way)
    if host in scene.decided.refused:
        willing = f"{scene.hosts.named(meeting.project)} 愿意承接"
        yield Hurdle("refused", "该项目不承接", Relaxation("refused", host, willing))
    uscc = str(scene.hosts.uscc[meeting.project])
    if uscc in scene.decided.sanctioned:
        yield Hurdle("refused", "企业在惩戒期内", Relaxation("sanctioned", uscc, "惩戒解除"))


def _place(scene: Scene, meeting: Meeting) -> Iterator[Hurdle]:
    if not meeting.same_county:
        yield Hurdle("other_county", "在外县区", None)
        return
    if not scene.near_enough(meeting.candidate, meeting.project):
        name = WITHIN_NAMES[scene.conditions.within]
        wider = "county"
        if scene.conditions.within == "community":
            streets = (
                int(scene.snapshot.column("compounds", "street")[meeting.candidate]),
                int(scene.hosts.street[meeting.project]),
            )
            wider = "street" if 0 in streets or streets[0] == streets[1] else "county"
        text = f"允许跨{name}" + ("" if wider == "county" else "（同街道）")
        yield Hurdle("other_division", f"不在同一{name}", Relaxation("within", wider, text))
    if not scene.area_lets(meeting.candidate, meeting.project):
        yield Hurdle("area_served", "所属管理区域已由其他项目服务", None)


def _way(scene: Scene, meeting: Meeting) -> Iterator[Hurdle]:
    reach = scene.conditions.reach_m
    if meeting.gap_mm > reach * 1000:
        far = meeting.gap_mm / 1000
        value = f"{meeting.gap_mm // 1000}.{meeting.gap_mm % 1000:03d}"
        yield Hurdle(
            "out_of_reach",
            f"最近的在管项目距离 {far:,.0f} m，超过 {reach.normalize():f} m",
            Relaxation("reach_m", value, f"把距离上限放宽到 {value} m"),
            meeting.gap_mm,
        )
    pair = (meeting.candidate, meeting.project)
    if meeting.barred_by is not None and pair not in scene.crossed:
        barrier = "".join(meeting.barred_by)
        code = str(scene.snapshot.column("compounds", "code")[meeting.candidate])
        host = str(scene.hosts.code[meeting.project])
        yield Hurdle(
            "barred",
            f"被{barrier}阻隔",
            Relaxation("crossed", [code, host], f"打通{barrier}上的通道"),
        )


def _host(scene: Scene, project: int) -> Iterator[Hurdle]:
    stars, least = int(scene.hosts.stars[project]), scene.conditions.stars_least
    if 0 < stars < least:
        yield Hurdle(
            "stars",
            f"企业信用{words.STARS[stars]}，低于{words.STARS[least]}",
            Relaxation("stars_least", stars, f"星级放宽到{words.STARS[stars]}"),
            least - stars,
        )
    months, least = int(scene.hosts.months_left[project]), scene.conditions.contract_months
    if months != NO_END and months < least:
        left = f"剩 {months} 个月" if months >= 0 else "已到期"
        ends = scene.hosts.contract_to[project]
        yield Hurdle(
            "contract",
            f"合同{left}（{ends}），不足 {least} 个月",
            Relaxation("contract_months", months, f"续签合同，或把剩余时间放宽到 {months} 个月"),
            least - months,
        )


def _size(scene: Scene, meeting: Meeting) -> Iterator[Hurdle]:
    row, project = meeting.candidate, meeting.project
    need, have = whole_load(scene, row), int(scene.hosts.capacity_dm2[project])
    if need > have:
        host = str(scene.hosts.code[project])
        blank = bool(scene.hosts.blank[project]) and have == 0
        needed, short = words.needed_area(need), words.needed_area(need - have)
        text = (
            "可增管面积未填，按 0 计"
            if blank
            else f"可增管 {words.area(have)}，需 {needed}，缺 {short}"
        )
        way = f"{scene.hosts.named(project)} 可增管面积达到 {needed}"
        yield Hurdle(
            "capacity",
            text,
            Relaxation("capacity_dm2", [host, need], way),
            need - have,
        )
    homes, limit = whole_households(scene, row), int(scene.hosts.households[project])
    if limit >= 0 and homes > limit:
        yield Hurdle(
            "households",
            f"人员尚可服务 {limit:,} 户，需 {homes:,} 户",
            households_relaxation(scene, project, homes),
            homes - limit,
        )


def households_relaxation(scene: Scene, project: int, homes: int) -> Relaxation | None:
    """Give the households a head that let a project's staff look after so many more.

    None where it has no staff at all.
    """
    staff, now = int(scene.hosts.staff[project]), int(scene.hosts.managed_households[project])
    if staff <= 0:
        return None
    each = -(-(now + homes) // staff)
    return Relaxation("households_per_staff", each, f"人均服务户数放宽到 {each} 户")


def whole(scene: Scene, row: int) -> Ints:
    """Give the rows that go with a candidate: those of its management area, itself among them."""
    label = -1 if row not in scene.place else scene.area_label[scene.place[row]]
    if label < 0:
        return np.array([row], np.int64)
    return scene.field.rows[np.flatnonzero(scene.area_label == label)]


def whole_load(scene: Scene, row: int) -> int:
    """Give the floor area that goes with a candidate, 0.01 m²."""
    return int(scene.field.floor_dm2[whole(scene, row)].sum())


def whole_households(scene: Scene, row: int) -> int:
    """Give the households that go with a candidate."""
    return int(scene.snapshot.column("compounds", "households")[whole(scene, row)].sum())
