"""Rows of each kind of file become facts for the register's tables.

One function a kind; each takes the good rows as a frame of clean values and gives what to stage.
Rules that need the other rows of the file (periods that follow each other, the same code twice)
are here too, and say what they hold back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from geo.intake.rows import (
    FOR_EVER,
    Frame,
    day_after,
    filled,
    frame,
    good,
    once_a_key,
    periods,
    span,
    standing,
)
from geo.intake.verdicts import Findings
from geo.register.store import Staged
from geo.terms import PARTY_ORGANISED


def divisions(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage divisions with the period for which the code is valid."""
    rows = rows.assign(access_division=rows["code"])
    for name in ("valid_from", "valid_to"):
        if name not in rows:
            rows[name] = None
    if effective:
        rows["valid_from"] = rows["valid_from"].where(rows["valid_from"].notna(), effective)
    rows, valid = periods(rows, ["code"], "valid_from", "valid_to", findings, "起", "止")
    names = rows["name"] if "name" in rows else rows["code"]
    shape = rows["geometry"].to_numpy() if "geometry" in rows else None
    columns = {
        "code": rows["code"].to_numpy(),
        "name": names.where(names.notna(), rows["code"]).to_numpy(),
        "geom": shape,
    }
    return [Staged("division", frame(rows, columns, valid))]


PROFILE = [
    "name", "aliases", "division", "address", "built_year", "delivered_on", "demolished_on",
    "floor_area_m2", "households", "urban", "walled", "area", "committee_state", "notes",
]  # fmt: skip


def compounds(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage polygons of compounds with what else the file says of them."""
    rows = once_a_key(rows, ["code"], findings, "小区编码")
    staged = [_profiles(rows, effective)]
    if "geometry" in rows:
        staged.append(shapes_of(rows, effective))
    return staged


def shapes_of(rows: Frame, effective: dt.date | None) -> Staged:
    """Stage the polygons of compounds."""
    shaped = rows[rows["geometry"].notna()]
    columns = {"code": shaped["code"].array, "geom": shaped["geometry"].array}
    return Staged("compound_shape", frame(shaped, columns, standing(effective)), effective)


def _profiles(rows: Frame, effective: dt.date | None) -> Staged:
    profile = {"code": rows["code"], **{name: rows[name] for name in filled(rows, PROFILE)}}
    return Staged("compound", frame(rows, profile, standing(effective)), effective)


def likely_profiles(rows: Frame, effective: dt.date | None) -> Staged | None:
    """Stage profiles before the shapes are known, as `compounds` will do if all rows load.

    None where some have no code yet. That a code comes twice is found out while they are written.
    """
    if "code" not in rows or rows["code"].isna().any():
        return None
    return _profiles(rows, effective)


def ledger(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage a row a compound and period: profile, service status and, if told, committee."""
    for name in ("service_from", "service_to", "mode", "project"):
        if name not in rows:
            rows = rows.assign(**{name: None})
    rows, valid = periods(
        rows, ["code"], "service_from", "service_to", findings, "服务起始日期", "服务终止日期"
    )
    names = filled(rows, PROFILE)
    grouped = rows.groupby("code", sort=False)
    for name in names:
        if name in {"notes", "committee_state"}:
            continue
        many = grouped[name].transform("nunique") > 1
        for index in rows.index[many & ~rows.duplicated("code", keep="last")]:
            findings.add(
                "warned", "rows_disagree", rows.at[index, "position"], name, rows.at[index, name],
                "同一小区各行的值不一致，取最后一期", "请统一各行的值",
            )  # fmt: skip
    last = rows.drop_duplicates("code", keep="last")
    latest = grouped[names].last() if names else Frame(index=last["code"])
    profile = {"code": last["code"].to_numpy(), "in_ledger": "true"}
    profile |= {name: latest.loc[last["code"], name].to_numpy() for name in names}
    staged = [Staged("compound", frame(last, profile, standing(effective)), effective)]
    told = (rows["mode"].notna() | rows["project"].notna()).to_numpy()
    _warn_of_loose_dates(
        rows[~told], ["service_from", "service_to", "evidence", "evidence_on"], "服务模式", findings
    )
    status = rows[told]
    columns = {
        name: status[name]
        for name in ("code", "mode", "project", "evidence", "evidence_on", "reported_on")
        if name in status
    }
    staged.append(Staged("service_status", frame(status, columns, np.array(valid, object)[told])))
    return staged + _ledger_committees(rows, findings)


FILED_STATES = frozenset({"已备案", "有效", "已成立", "是", "有"})


def _ledger_committees(rows: Frame, findings: Findings) -> list[Staged]:
    """Stage the committees that a ledger tells of in passing; say which dates it does not use."""
    for name in ("committee_filed_on", "committee_state", "committee_term_ends"):
        if name not in rows:
            rows = rows.assign(**{name: None})
    dated = rows["committee_filed_on"].notna()
    state = rows["committee_state"]
    filed = dated & (state.isna() | state.isin(FILED_STATES))
    for index in rows.index[dated & ~filed]:
        findings.add(
            "warned", "committee_not_filed", rows.at[index, "position"], "备案日期",
            rows.at[index, "committee_filed_on"],
            f"业委会状态为“{state[index]}”，备案日期未采用", "有效的业委会请将状态填为 已备案",
        )  # fmt: skip
    for index in rows.index[state.isin(FILED_STATES) & ~dated]:
        findings.add(
            "warned", "committee_undated", rows.at[index, "position"], "业委会状态", state[index],
            "没有备案日期，按未核实统计", "请补填备案日期",
        )  # fmt: skip
    chosen = rows[filed].drop_duplicates(["code", "committee_filed_on"], keep="last")
    if chosen.empty:
        return []
    as_rows = chosen.assign(
        compound=chosen["code"],
        area=None,
        kind="业主委员会",
        filed_on=chosen["committee_filed_on"],
        term_to=chosen["committee_term_ends"],
    )
    return committees(as_rows, findings, None)


COMMITTEE = [
    "filed_on", "term_from", "term_to", "ended_on", "seats", "party_seats", "community_seats",
]  # fmt: skip


def committees(rows: Frame, findings: Findings, _effective: dt.date | None) -> list[Staged]:
    """Stage committees of compounds or of management areas, valid from filing until term or end."""
    for name in ("compound", "area", *COMMITTEE[:4]):
        if name not in rows:
            rows = rows.assign(**{name: None})
    for index in rows.index:
        place, one, other = (rows.at[index, name] for name in ("position", "compound", "area"))
        if (one is None) == (other is None):
            said = "两个编码都填了" if one is not None else "小区编码与管理区域编码都没有填"
            findings.add(
                "quarantined", "committee_subject", place, "小区编码", one or "", said,
                "请填其中一个",
            )  # fmt: skip
        elif rows.at[index, "filed_on"] is None and rows.at[index, "term_from"] is None:
            findings.add(
                "quarantined", "committee_undated", place, "备案日期", "",
                "备案日期与任期起都没有填，无法判断何时有效", "请补填备案日期",
            )  # fmt: skip
    rows = good(rows, findings)
    ofcompound = rows["compound"].notna()
    rows = rows.assign(
        subject_kind=np.where(ofcompound, "compound", "area"),
        subject=rows["compound"].where(ofcompound, rows["area"]),
        starts=rows["filed_on"].where(rows["filed_on"].notna(), rows["term_from"]),
        stops=[_stop(*pair) for pair in zip(rows["term_to"], rows["ended_on"], strict=True)],
    )
    _hold_ended_first(rows, findings)
    rows = _cut_by_next(good(rows, findings))
    rows, valid = periods(
        rows, ["subject_kind", "subject", "kind"], "starts", "stops", findings, "备案日期"
    )
    _warn_of_seats(rows, findings)
    columns = {
        name: rows[name] for name in ("subject_kind", "subject", "kind", *COMMITTEE) if name in rows
    }
    return [Staged("committee", frame(rows, columns, valid))]


def _hold_ended_first(rows: Frame, findings: Findings) -> None:
    """Hold committees that end before they begin; name the date that says so, as it stands."""
    for index in rows.index:
        starts, stops = rows.at[index, "starts"], rows.at[index, "stops"]
        if stops is None or stops > starts:
            continue
        ended = rows.at[index, "ended_on"]
        told, header = (ended, "终止日期") if ended == stops else (
            rows.at[index, "term_to"], "任期止",
        )  # fmt: skip
        begun = "备案日期" if rows.at[index, "filed_on"] is not None else "任期起"
        findings.add(
            "quarantined", "ends_before_it_begins", rows.at[index, "position"], header, told,
            f"{header}不晚于{begun} {starts}", "请核对两个日期",
        )  # fmt: skip


SEATS = {"party_seats": "党员委员数", "community_seats": "社区两委成员数"}


def _warn_of_seats(rows: Frame, findings: Findings) -> None:
    """Say where a part of a committee's members is larger than all of it."""
    for name, header in SEATS.items():
        if name not in rows or "seats" not in rows:
            continue
        told = rows[rows[name].notna() & rows["seats"].notna()]
        for index in told.index[(told[name] > told["seats"]).to_numpy(bool)]:
            findings.add(
                "warned", "more_than_seats", told.at[index, "position"], header,
                told.at[index, name], f"多于委员数 {told.at[index, 'seats']}", "请核对两个人数",
            )  # fmt: skip


def _stop(term_to: dt.date | None, ended_on: dt.date | None) -> dt.date | None:
    """Give the first day without: the day after the term's last day, or the day of its end."""
    ends = [day_after(term_to)] if term_to is not None and term_to.year < FOR_EVER else []
    ends += [ended_on] if ended_on is not None else []
    return min(ends, default=None)


def _cut_by_next(rows: Frame) -> Frame:
    """Let a committee end when the next one of its kind is filed before its term is over."""
    keys = ["subject_kind", "subject", "kind"]
    rows = rows.sort_values([*keys, "starts", "position"], kind="stable")
    following = rows.groupby(keys, sort=False)["starts"].shift(-1)
    stops = [
        after if isinstance(after, dt.date) and stop is not None and start < after < stop else stop
        for start, stop, after in zip(rows["starts"], rows["stops"], following, strict=True)
    ]
    return rows.assign(stops=stops)


TIMELINE_ENDS = {"party_to": "撤销日期", "instructor_to": "指导员止"}
TIMELINE_HEADERS = {"party_form": "党组织形式", "party_instructor": "党建指导员"}
COMPANY = ["name", "kind", "division", "party_members", "stars", "rated_on", "notes"]


def companies(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage companies with their party organisation's and instructor's dates, a row a company."""
    rows = once_a_key(rows, ["uscc"], findings, "统一社会信用代码")
    if "division" in rows:
        rows = rows.assign(access_division=rows["division"])
    profile = {"uscc": rows["uscc"], **{name: rows[name] for name in filled(rows, COMPANY)}}
    staged = [Staged("company", frame(rows, profile, standing(effective)), effective)]
    for table, told, value, start, end in (
        ("party_organisation", "party_form", "form", "party_from", "party_to"),
        ("party_instructor", "party_instructor", "assigned", "instructor_from", "instructor_to"),
    ):
        if told in rows:
            unsaid = rows[rows[told].isna()]
            _warn_of_loose_dates(unsaid, [start, end], TIMELINE_HEADERS[told], findings)
            staged += _timeline(rows, findings, effective, (table, told, value, start, end))
    return staged


def _warn_of_loose_dates(rows: Frame, names: list[str], needed: str, findings: Findings) -> None:
    """Say which rows give dates of something that they do not state."""
    for name in filled(rows, names):
        for index in rows.index[rows[name].notna()]:
            findings.add(
                "warned", "loose_date", rows.at[index, "position"], name, rows.at[index, name],
                f"{needed}为空，该值未采用", f"请补填{needed}",
            )  # fmt: skip


def _timeline(
    rows: Frame, findings: Findings, effective: dt.date | None, names: tuple[str, ...]
) -> list[Staged]:
    """Spread a yes-state with its dates over all time: before and after it the answer is no."""
    table, told, value, start, end = names
    pieces: list[tuple[int, Any, str]] = []
    inclusive = end == "instructor_to"
    for index in rows.index[rows[told].notna()]:
        state = rows.at[index, told]
        begins = rows.at[index, start] if start in rows else None
        ends = rows.at[index, end] if end in rows else None
        if ends is not None and inclusive:
            ends = None if ends.year >= FOR_EVER else day_after(ends)
        if begins is not None and ends is not None and ends <= begins:
            findings.add(
                "quarantined", "ends_before_it_begins", rows.at[index, "position"],
                TIMELINE_ENDS[end], rows.at[index, end],
                f"{TIMELINE_ENDS[end]}不晚于起始日期 {begins}", "请核对两个日期",
            )  # fmt: skip
            continue
        yes = state is True or state in PARTY_ORGANISED
        no: Any = False if value == "assigned" else "无"
        stretches = [(state, begins, ends)] if yes else [(state, None, None)]
        if yes and begins is not None:
            stretches.append((no, None, begins))
        if yes and ends is not None:
            stretches.append((no, ends, None))
        for said, since, until in stretches:
            since_ = max(since or effective, effective) if effective else since
            if since_ is None or until is None or since_ < until:
                pieces.append((index, said, span(since_, until)))
    if not pieces:
        return []
    chosen = rows.loc[[piece[0] for piece in pieces]]
    columns = {"uscc": chosen["uscc"].to_numpy(), value: [piece[1] for piece in pieces]}
    return [Staged(table, frame(chosen, columns, [piece[2] for piece in pieces]))]


PROJECT = [
    "name", "uscc", "areas", "contract_from", "contract_to", "staff", "spare_floor_area_m2",
    "fee_yuan_m2_month", "collection_share", "notes",
]  # fmt: skip


def projects(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage projects; rows that differ only in their management area are one project on several."""
    if "areas" in rows:
        joined = rows.groupby("code", sort=False)["areas"].transform(
            lambda sets: (
                [tuple(sorted({code for codes in sets if codes for code in codes}))] * len(sets)
            )
        )
        rows = rows.assign(areas=joined)
    rows = once_a_key(rows, ["code"], findings, "项目编码")
    if {"contract_from", "contract_to"} <= set(rows.columns):
        both = rows["contract_from"].notna() & rows["contract_to"].notna()
        for index in rows.index[both]:
            if rows.at[index, "contract_to"] < rows.at[index, "contract_from"]:
                findings.add(
                    "quarantined", "ends_before_it_begins", rows.at[index, "position"], "合同止",
                    rows.at[index, "contract_to"], "合同止早于合同起", "请核对两个日期",
                )  # fmt: skip
        rows = good(rows, findings)
    columns = {"code": rows["code"], **{name: rows[name] for name in filled(rows, PROJECT)}}
    if "areas" in columns:
        columns["areas"] = [
            "{" + ",".join(json.dumps(code, ensure_ascii=False) for code in codes) + "}"
            if codes
            else None
            for codes in rows["areas"]
        ]
    return [Staged("project", frame(rows, columns, standing(effective)), effective)]


def areas(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage management areas."""
    rows = once_a_key(rows, ["code"], findings, "管理区域编码")
    told = filled(rows, ["name", "filing_no", "filed_on", "notes"])
    columns = {"code": rows["code"], **{name: rows[name] for name in told}}
    columns["geom"] = rows["geometry"].array
    return [Staged("management_area", frame(rows, columns, standing(effective)), effective)]


def barriers(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage barriers."""
    return _nameless("barrier", ["kind", "name"], [], rows, findings, effective)


def roads(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage roads."""
    return _nameless("road", ["kind", "name"], ["walked"], rows, findings, effective)


def gates(rows: Frame, findings: Findings, effective: dt.date | None) -> list[Staged]:
    """Stage gates, a point and compound each."""
    return _nameless("gate", ["compound", "name"], [], rows, findings, effective)


def _nameless(
    table: str, known_by: list[str], others: list[str], rows: Frame, findings: Findings,
    effective: dt.date | None,
) -> list[Staged]:  # fmt: skip
    """Stage what has no code: each is known by a hash of what it is, `known_by` and shape."""
    told = {name: rows[name].tolist() for name in known_by if name in rows}
    said = [told.get(name, [None] * len(rows)) for name in known_by]
    wkb = shapely.to_wkb(rows["geometry"].to_numpy())
    codes = [
        hashlib.sha256("".join(f"{word or ''}\x1f" for word in words).encode() + shape).hexdigest()
        for words, shape in zip(zip(*said, strict=True), wkb, strict=True)
    ]
    rows = rows.assign(code=[code[:32] for code in codes])
    first = ~rows.duplicated("code")
    for index in rows.index[~first]:
        findings.add(
            "skipped", "duplicate", rows.at[index, "position"], "geometry", "",
            "与前面的一行完全相同", "相同的行已跳过",
        )  # fmt: skip
    rows = rows[first]
    told_of = [name for name in (*known_by, *others) if name in rows]
    columns = {"code": rows["code"], **{name: rows[name] for name in told_of}}
    columns["geom"] = rows["geometry"].to_numpy()
    return [Staged(table, frame(rows, columns, standing(effective)), effective)]


FACTS_OF: dict[str, Callable[[Frame, Findings, dt.date | None], list[Staged]]] = {
    "divisions": divisions,
    "compounds": compounds,
    "areas": areas,
    "ledger": ledger,
    "committees": committees,
    "companies": companies,
    "projects": projects,
    "barriers": barriers,
    "roads": roads,
    "gates": gates,
}
