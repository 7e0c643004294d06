"""Compounds by what planners ask of them: filters over a snapshot's columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import counted, require_division, standing, unverified, within
from geo.errors import UsageError
from geo.search import compounds_named
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

SORTS: Final = ("floor_area", "name", "code", "built_year", "term_end")
"""What a list can be ordered by; a minus in front turns it round."""

MONTHS_MOST: Final = 120


@dataclass(frozen=True)
class Filter:
    """What compounds must be to be listed; None does not ask.

    Attributes
    ----------
    modes
        Service modes, as in `geo.terms.MODES`.
    old
        Built by the year that makes a compound an old one; unknown years are not old.
    no_committee
        Without an owners' committee within its term; unknown ones do not count as without.
    term_within_months
        Whose committee's term ends from the date to so many months later, both included.
    party_due
        Whose company should have a party organisation and has none (应建未建).
    unknown
        Whose service is not verified (未核实).
    counted
        Whose service counts under the definition.
    typed
        Part of a name, an alias, a code or its pinyin.
    """

    division: int | None = None
    modes: Sequence[str] | None = None
    old: bool | None = None
    no_committee: bool | None = None
    term_within_months: int | None = None
    party_due: bool | None = None
    unknown: bool | None = None
    counted: bool | None = None
    typed: str | None = None


def fitting(snapshot: Snapshot, wanted: Filter, definition: Definition) -> Bools:
    """Tell which compounds fit, of those that the definition's denominator holds.

    Raises
    ------
    NotFound
        For a division that is not valid on the date.
    """
    require_division(snapshot, wanted.division)
    found = standing(snapshot, definition) & within(snapshot, wanted.division)
    if wanted.modes is not None:
        taken = np.array([mode in wanted.modes for mode in terms.MODES])
        found = found & taken[snapshot.column("compounds", "mode")]
    for asked, holds in (
        (wanted.old, is_old),
        (wanted.unknown, unverified),
        (wanted.party_due, is_party_due),
    ):
        if asked is not None:
            found = found & (holds(snapshot) == asked)
    if wanted.counted is not None:
        found = found & (counted(snapshot, definition) == wanted.counted)
    if wanted.no_committee is not None:
        found = found & (lacks_committee(snapshot, definition) == wanted.no_committee)
    if wanted.term_within_months is not None:
        found = found & term_ends_within(snapshot, wanted.term_within_months)
    if wanted.typed:
        found = found & compounds_named(snapshot, wanted.typed)
    return found


def is_old(snapshot: Snapshot) -> Bools:
    """Tell which compounds are old ones (老旧小区)."""
    built = snapshot.column("compounds", "built_year")
    return np.asarray((built > 0) & (built <= action_plan().old_until))


def lacks_committee(snapshot: Snapshot, definition: Definition) -> Bools:
    """Tell which compounds are known to have no committee within its term."""
    committee = snapshot.column("compounds", "committee")
    lacks = (committee == terms.COMMITTEE_NONE) | (committee == terms.COMMITTEE_EXPIRED)
    if definition.with_interim:
        lacks = lacks & ~snapshot.column("compounds", "interim")
    return np.asarray(lacks)


def term_ends_within(snapshot: Snapshot, months: int) -> Bools:
    """Tell which compounds have a committee whose term's last day comes within so many months."""
    last = days(snapshot, "committee_term_to")
    valid = snapshot.column("compounds", "committee") == terms.COMMITTEE_VALID
    first = np.datetime64(snapshot.as_of, "D")
    until = np.datetime64(months_later(snapshot.as_of, months), "D")
    return np.asarray(valid & (last >= first) & (last <= until))


def days(snapshot: Snapshot, name: str) -> npt.NDArray[np.datetime64]:
    """Give a column of dates, NaT where there is none, also when there is none at all."""
    return np.asarray(snapshot.column("compounds", name), "datetime64[D]")


def months_later(day: dt.date, months: int) -> dt.date:
    """Give the same day so many months later; where that month is shorter, its last day.

    >>> months_later(dt.date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    if not 0 <= months <= MONTHS_MOST:
        raise UsageError(f"{months} 个月超出范围。", f"请写 0 到 {MONTHS_MOST}。")
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError  # every month has a 28th


@once_a_snapshot
def is_party_due(snapshot: Snapshot) -> Bools:
    """Tell which compounds are served by a company that should have a party organisation."""
    due = snapshot.column("companies", "due") & snapshot.column("companies", "active")
    names = set(snapshot.column("companies", "uscc")[due].tolist())
    companies = snapshot.column("compounds", "company").tolist()
    return np.array([company in names for company in companies], bool)


def in_order(snapshot: Snapshot, rows: Ints, sort: str) -> Ints:
    """Put rows into order; what is not known stands last either way, and codes settle ties.

    Raises
    ------
    UsageError
        For an order that there is not.
    """
    down, name = sort.startswith("-"), sort.removeprefix("-")
    if name not in SORTS:
        raise UsageError(f"不能按 {sort} 排序。", f"可用：{'、'.join(SORTS)}，前加 - 为降序。")
    codes = _order_of_texts(snapshot, "code")[rows]
    if name in {"code", "name"}:
        value = _order_of_texts(snapshot, name)[rows]
        missing = value < 0
    elif name == "term_end":
        ends = days(snapshot, "committee_term_to")[rows]
        missing = np.isnat(ends)
        value = ends.astype(np.int64)
    else:
        column = "floor_area_dm2" if name == "floor_area" else "built_year"
        value = snapshot.column("compounds", column)[rows].astype(np.int64)
        missing = value == 0
    value = np.where(missing, 0, -value if down else value)
    return np.asarray(rows[np.lexsort((codes, value, missing))])


def _order_of_texts(snapshot: Snapshot, name: str) -> Ints:
    return _orders(snapshot)[name]


@once_a_snapshot
def _orders(snapshot: Snapshot) -> dict[str, Ints]:
    """Give each compound's place by code and by name; names without one have -1."""
    made = {}
    for name in ("code", "name"):
        texts = [text or "" for text in snapshot.column("compounds", name).tolist()]
        ranks = {text: place for place, text in enumerate(sorted(set(texts) - {""}))}
        made[name] = np.array([ranks.get(text, -1) for text in texts], np.int64)
    return made
