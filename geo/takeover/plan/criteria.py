"""Every rule that a takeover was held against, with its figure, its limit and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from geo import terms
from geo.shares import percent_text, setting_text
from geo.takeover.plan import words
from geo.takeover.plan.conditions import WITHIN_NAMES
from geo.takeover.plan.contact import Contact
from geo.takeover.plan.host_table import NO_END
from geo.takeover.plan.room import Room
from geo.takeover.plan.scene import Scene

Criterion = dict[str, Any]


def criterion(
    rule: str, name: str, figure: Any, limit: Any, unit: str, text: str, *, met: bool | None
) -> Criterion:
    """Put a criterion together; `met` None is not known, and flagged.

    One that nothing is required of (`required` False) is told for information.
    """
    return {
        "rule": rule, "name": name, "figure": figure, "limit": limit, "unit": unit, "met": met,
        "required": limit is not None or rule == "barrier", "text": text,
    }  # fmt: skip


def criteria(
    scene: Scene, room: Room, place: int, contact: Contact, edge_mm: int, before_dm2: int
) -> Iterator[Criterion]:
    """List the rules of one takeover.

    Parameters
    ----------
    place
        The candidate, by the problem's index.
    before_dm2
        What the host has left when its turn comes.
    """
    row, host = int(scene.field.rows[place]), int(room.host[place])
    project = scene.project_rows[host]
    yield from _ground(scene, contact, edge_mm)
    yield from _divisions(scene, row, project, whole=len(room.mates(place)) > 1)
    yield from _company(scene, project)
    yield from _room(scene, room, place, before_dm2)
    yield from _together(scene, room, place)
    yield from _fee(scene, project)


def _ground(scene: Scene, contact: Contact, edge_mm: int) -> Iterator[Criterion]:
    limits = scene.conditions
    limit = limits.adjacent_m if contact.kind == "chain" else limits.reach_m
    name = {"host": "与承接项目的距离", "chain": "与中间小区的距离", "area": "与同一管理区域的距离"}
    far = words.distance(contact.gap_mm)
    if contact.kind == "area":
        yield criterion(
            "distance",
            name["area"],
            contact.gap_mm / 1000,
            None,
            "m",
            f"{far}，同一管理区域一并接管",
            met=True,
        )
    else:
        yield criterion(
            "distance",
            name[contact.kind],
            contact.gap_mm / 1000,
            float(limit),
            "m",
            f"{far}，上限 {limit.normalize():f} m",
            met=contact.gap_mm <= limit * 1000,
        )
    yield criterion(
        "shared_edge",
        "共界长",
        edge_mm / 1000,
        None,
        "m",
        f"共界 {edge_mm / 1000:.0f} m" if edge_mm else "不共界",
        met=True,
    )
    if contact.crossing:
        walk = contact.walk_mm / 1000
        limit = limits.walking_limit_m
        yield criterion(
            "barrier",
            "阻隔",
            walk,
            float(limit),
            "m",
            f"经{contact.crossing}步行 {walk:.0f} m，上限 {limit.normalize():f} m",
            met=contact.walk_mm <= limit * 1000,
        )
    elif contact.barred_by is not None:
        barrier = "".join(contact.barred_by)
        text = f"须打通{barrier}上的通道（已按打通考虑）"
        yield criterion("barrier", "阻隔", barrier, None, "", text, met=True)
    else:
        yield criterion("barrier", "阻隔", None, None, "", "其间无铁路、高速路、河流", met=True)
    if contact.arterial:
        yield criterion(
            "arterial", "主干道", contact.arterial, None, "", f"隔{contact.arterial}", met=True
        )


def _divisions(scene: Scene, row: int, project: int, *, whole: bool) -> Iterator[Criterion]:
    """Compare divisions; an area that lies across a line goes as a whole, and is flagged."""
    for level, name in WITHIN_NAMES.items():
        own = int(scene.snapshot.column("compounds", level)[row])
        host = int(getattr(scene.hosts, level)[project])
        same = None if 0 in (own, host) else own == host
        needed = level in {"county", scene.conditions.within}
        text = f"{name}不详" if same is None else f"{'同' if same else '跨'}{name}"
        if same is False and needed and whole:
            same, text = None, f"跨{name}，随同一管理区域整体接管"
        yield criterion(
            level,
            name,
            same,
            True if needed else None,
            "",
            text,
            met=same if needed else (None if same is None else True),
        )


def _company(scene: Scene, project: int) -> Iterator[Criterion]:
    hosts, limits = scene.hosts, scene.conditions
    stars, months = int(hosts.stars[project]), int(hosts.months_left[project])
    least = words.STARS[limits.stars_least] or "不限"
    yield criterion(
        "stars",
        "企业信用",
        stars or None,
        limits.stars_least,
        "星",
        f"{words.STARS[stars]}，下限{least}" if stars else "未评星级，允许但须核实",
        met=stars >= limits.stars_least if stars else None,
    )
    met: bool | None
    if months == NO_END:
        text, met = "合同期限未填，允许但须核实", None
    else:
        text = f"剩 {months} 个月（至 {hosts.contract_to[project]}）"
        text += f"，下限 {limits.contract_months} 个月"
        met = months >= limits.contract_months
    figure = None if months == NO_END else months
    yield criterion("contract", "合同剩余", figure, limits.contract_months, "个月", text, met=met)


def _room(scene: Scene, room: Room, place: int, before_dm2: int) -> Iterator[Criterion]:
    problem, host = room.problem, int(room.host[place])
    load = int(problem.load[place])
    after = before_dm2 - load
    text = f"余量 {words.area(before_dm2)}，本小区 {words.area(load)}，其后 {words.area(after)}"
    yield criterion(
        "capacity", "可增管面积", load / 100, before_dm2 / 100, "㎡", text, met=after >= 0
    )
    limit = int(problem.capacity_households[host])
    if limit >= 0:
        homes = int(room.homes[host])
        text = f"本方案交给该项目 {homes:,} 户，人员尚可服务 {limit:,} 户"
        yield criterion("households", "服务户数", homes, limit, "户", text, met=homes <= limit)
    cap = scene.conditions.company_cap_dm2
    if cap is not None and room.company is not None and problem.companies is not None:
        company = int(problem.companies.of_host[host])
        if company >= 0:
            used = int(room.company[company])
            text = f"企业共新增 {words.area(used)}，上限 {words.area(cap)}"
            yield criterion(
                "company_cap", "企业新增面积", used / 100, cap / 100, "㎡", text, met=used <= cap
            )


def _together(scene: Scene, room: Room, place: int) -> Iterator[Criterion]:
    host = int(room.host[place])
    mates = room.mates(place)
    if len(mates) > 1:
        yield criterion(
            "whole_area",
            "管理区域",
            len(mates),
            len(mates),
            "个小区",
            f"同一管理区域的 {len(mates)} 个小区一并接管",
            met=bool((room.host[mates] == host).all()),
        )
    bundle = room.bundle(place, host)
    if bundle is not None:
        size, floor = bundle
        own = "（含该项目在管面积）" if scene.conditions.bundle_with_host else ""
        text = f"体量小，连片后 {words.area(size)}{own}，下限 {words.area(floor)}"
        yield criterion("bundle", "连片", size / 100, floor / 100, "㎡", text, met=size >= floor)
    depth = int(room.depth[place])
    if depth > 1:
        most = scene.conditions.chain_depth
        name = scene.compound_named(int(scene.field.rows[room.parent[place]]))
        yield criterion(
            "chain",
            "链式接管",
            depth,
            most,
            "级",
            f"经 {name} 到达，须在其进场之后",
            met=depth <= most,
        )


def _fee(scene: Scene, project: int) -> Iterator[Criterion]:
    costs, fee = scene.conditions.costs, int(scene.hosts.fee_fen[project])
    share = setting_text(costs.collection)
    old = f"假设老旧小区物业费 {costs.old_fee} 元/㎡·月、收缴率 {share}"
    least = float(costs.fee_ratio_least)
    if fee <= 0:
        text = f"承接项目物业费不详；{old}"
        yield criterion("fee", "物业费比", None, least, "", text, met=None)
        return
    ratio = Fraction(costs.old_fee * 100) / fee
    enough = costs.old_fee * 100 >= costs.fee_ratio_least * fee
    text = (
        f"{old}，为承接项目 {fee / 100:.2f} 元的 {percent_text(ratio, costs.fee_ratio_least)}"
        + ("" if enough else "，须补贴")
    )
    yield criterion("fee", "物业费比", round(float(ratio), 4), least, "", text, met=enough)


def warnings(scene: Scene, row: int, project: int) -> Iterator[str]:
    """Say what is not known, or soon over, of a compound and its host."""
    column, hosts = scene.snapshot.column, scene.hosts
    if column("compounds", "floor_area_source")[row] == terms.AREA_IMPUTED:
        yield "建筑面积按用地面积推算"
    if column("compounds", "households")[row] == 0:
        yield "户数不详"
    default = scene.conditions.spare_default
    if hosts.blank[project] and default is not None:
        yield f"可增管面积未填，按在管面积的 {setting_text(default)} 估算"
    if not hosts.stars[project]:
        yield "企业未评信用星级"
    ends, as_of = hosts.contract_to[project], np.datetime64(scene.snapshot.as_of)
    if np.isnat(ends):
        yield "承接项目的合同期限未填"
    elif ends < as_of:
        yield f"承接项目的合同已于 {ends} 到期"
    elif hosts.months_left[project] < 12:
        yield f"承接项目的合同将于 {ends} 到期"
    if 0 in (column("compounds", "street")[row], hosts.street[project]):
        yield "街道不详，未核对是否同街道"
    others = _others_of_area(scene, row)
    if others:
        yield f"同一管理区域内还有 {others} 个小区不在候选之列，须一并处理"


def _others_of_area(scene: Scene, row: int) -> int:
    """Count the compounds of a management area that have no service and are no candidates."""
    area = scene.snapshot.column("compounds", "area")
    if not area[row]:
        return 0
    inside = (area == area[row]) & scene.field.standing & ~scene.field.served
    inside[scene.field.rows] = False
    return int(inside.sum())
