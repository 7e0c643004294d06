"""What is known of each project as a host: who it is, where, its credit, contract and room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.takeover.neighbours.hosts import blank_capacity, capacity_dm2
from geo.takeover.plan.conditions import Conditions
from geo.takeover.plan.decided import Added, Decided

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hosts:
    """Each project as a host: the snapshot's in their order, then added ones.

    Attributes
    ----------
    code, name, uscc, company_name
        "" where not known.
    county, street, community
        Division codes, 0 for none.
    stars
        Of the company; 0 when not rated.
    months_left
        Whole months that the contract has left; negative when it is over, and `NO_END` when its
        end is not known.
    contract_to
        datetime64[D]; NaT when not known.
    capacity_dm2, blank
        Spare floor area, and whether the register says nothing of it.
    households
        Spare households; -1 without a limit.
    staff, managed_households
        -1 when not known.
    managed_dm2, fee_fen
        Floor area that it serves; its fee, -1 when not known.
    """

    code: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    uscc: npt.NDArray[np.object_]
    company_name: npt.NDArray[np.object_]
    county: Ints
    street: Ints
    community: Ints
    stars: Ints
    months_left: Ints
    contract_to: npt.NDArray[np.datetime64]
    capacity_dm2: Ints
    blank: npt.NDArray[np.bool_]
    households: Ints
    staff: Ints
    managed_households: Ints
    managed_dm2: Ints
    fee_fen: Ints

    @cached_property
    def row(self) -> dict[str, int]:
        """Rows by code."""
        return {code: row for row, code in enumerate(self.code.tolist())}

    def named(self, row: int) -> str:
        """Name a host as people know it; by its code where it has no name."""
        return str(self.name[row] or self.code[row])


def hosts_of(snapshot: Snapshot, conditions: Conditions, decided: Decided) -> Hosts:
    """Gather what is known of hosts under conditions and decisions.

    Raises
    ------
    UsageError
        When a decision names a project or company that there isn't, or adds a project that there
        is.
    """
    column = snapshot.column
    codes = column("projects", "code").tolist()
    firms = {
        code: (name or "", int(stars))
        for code, name, stars in zip(
            column("companies", "uscc"),
            column("companies", "name"),
            column("companies", "stars").tolist(),
            strict=True,
        )
    }
    uscc = [code or "" for code in column("projects", "uscc")]
    ends = column("projects", "contract_to").astype("datetime64[D]")
    for code in decided.sanctioned:
        if code not in firms:
            raise UsageError(f"没有企业 {code}。", "请核对统一社会信用代码与日期。")
    known = set(column("compounds", "code").tolist()) if decided.crossed else set()
    for code, _ in decided.crossed:
        if code not in known:
            raise UsageError(f"没有小区 {code}。", "请核对小区编码与日期。")
    places = [_place_of(snapshot, added, codes) for added in decided.added]
    more = len(places)
    capacity = np.append(
        capacity_dm2(snapshot, conditions.spare_default),
        np.array([added.spare_dm2 for added in decided.added], np.int64),
    )
    codes += [added.code for added in decided.added]
    for name, spare in decided.capacity_dm2.items():
        capacity[row_of(codes, name)] = spare
    blank = np.append(blank_capacity(snapshot), np.zeros(more, bool))
    blank[[row_of(codes, name) for name in decided.capacity_dm2]] = False
    staff, homes = _staff(snapshot)
    return Hosts(
        code=_texts(codes),
        name=_texts([*column("projects", "name"), *(f"拟设项目 {a.code}" for a in decided.added)]),
        uscc=_texts([*uscc, *[""] * more]),
        company_name=_texts([firms.get(code, ("", 0))[0] for code in uscc] + [""] * more),
        county=_with(column("projects", "county"), [place[0] for place in places]),
        street=_with(column("projects", "street"), [place[1] for place in places]),
        community=_with(column("projects", "community"), [place[2] for place in places]),
        stars=_with(np.array([firms.get(code, ("", 0))[1] for code in uscc]), [0] * more),
        months_left=_with(_months_left(snapshot.as_of, ends), [NO_END] * more),
        contract_to=np.append(ends, np.full(more, np.datetime64("NaT"), "datetime64[D]")),
        capacity_dm2=capacity,
        blank=blank,
        households=_with(_spare_households(staff, homes, conditions), [-1] * more),
        staff=_with(staff, [-1] * more),
        managed_households=_with(homes, [-1] * more),
        managed_dm2=_with(column("projects", "managed_floor_area_dm2"), [0] * more),
        fee_fen=_with(column("projects", "fee_fen"), [-1] * more),
    )


NO_END: Final = 10**6
"""Months left of a contract whose end is not known."""


def row_of(codes: list[str], code: str) -> int:
    """Give the row of a project.

    Raises
    ------
    UsageError
        When there is none.
    """
    try:
        return codes.index(code)
    except ValueError:
        raise UsageError(f"没有在管项目 {code}。", "请核对项目编码与日期。") from None


def _place_of(snapshot: Snapshot, added: Added, codes: list[str]) -> tuple[int, int, int]:
    """Give county, street and community of the compound that an added project works from."""
    if added.code in codes:
        raise UsageError(f"已有项目 {added.code}。", "拟设项目请另取编码；改余量用 --capacity。")
    listed = snapshot.column("compounds", "code").tolist()
    if added.compound not in listed:
        raise UsageError(f"没有小区 {added.compound}。", "拟设项目须以一个已有小区为驻点。")
    row = listed.index(added.compound)
    if shapely.is_missing(snapshot.geometry("compounds")[[row]])[0]:
        raise UsageError(f"小区 {added.compound} 没有图斑。", "拟设项目须以有图斑的小区为驻点。")
    county, street, community = (
        int(snapshot.column("compounds", name)[row]) for name in ("county", "street", "community")
    )
    return county, street, community


def _months_left(as_of: dt.date, ends: npt.NDArray[np.datetime64]) -> Ints:
    """Count whole months from a date to the last day of each contract.

    To the same day of a later month, or to the last day of a month that has no such day.
    """
    known = ~np.isnat(ends)
    month = ends.astype("datetime64[M]")
    day = (ends - month.astype("datetime64[D]")).astype(np.int64) + 1
    last = (((month + 1).astype("datetime64[D]")) - month.astype("datetime64[D]")).astype(np.int64)
    whole = (month - np.datetime64(as_of, "M")).astype(np.int64)
    short = (day < as_of.day) & (day < last)
    return np.where(known, np.where(known, whole, 0) - short, NO_END)


def _staff(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """Give each project's staff, and the households that it serves; -1 where not known."""
    column = snapshot.column
    row = {code: at for at, code in enumerate(column("projects", "code").tolist())}
    served = np.array([row.get(code, -1) for code in column("compounds", "project")], np.int64)
    own = (served >= 0) & column("compounds", "standing")
    homes = column("compounds", "households").astype(np.int64)
    total = np.zeros(len(row), np.int64)
    np.add.at(total, served[own], homes[own])
    total[served[own & (homes == 0)]] = -1
    return column("projects", "staff").astype(np.int64), total


def _spare_households(staff: Ints, homes: Ints, conditions: Conditions) -> Ints:
    """Give what a project's staff can still look after; -1 where it isn't known, or no limit."""
    each = conditions.households_per_staff
    if each is None:
        return np.full(len(staff), -1)
    known = (staff >= 0) & (homes >= 0)
    return np.where(known, np.maximum(0, staff * each - homes), -1)


def _texts(words: list[str | None]) -> npt.NDArray[np.object_]:
    found = np.empty(len(words), object)
    found[:] = [str(word or "") for word in words]
    return found


def _with(numbers: npt.ArrayLike, more: list[int]) -> Ints:
    return np.append(np.asarray(numbers).astype(np.int64), np.array(more, np.int64))
