"""Who moved: shares of divisions at two dates, in points and in rank."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from geo.action_plan import By, Definition
from geo.coverage import Coverage, Row, coverage
from geo.snapshot.file import Snapshot


@dataclass(frozen=True)
class Change:
    """One division's share before and after; None where it had no denominator.

    Ranks count from 1, the highest share first; equal shares have equal ranks.
    """

    division: int | None
    name: str
    before: Row | None
    after: Row | None
    change_points: float | None
    rank_before: int | None
    rank_after: int | None


@dataclass(frozen=True)
class Changes:
    """The changes of an indicator at one level; those that fell most come first."""

    before: Coverage
    after: Coverage
    rows: list[Change]
    total: Change


def changes(
    before: Snapshot,
    after: Snapshot,
    indicator: str,
    level: str,
    definition: Definition,
    division: int | None = None,
    by: By = "company",
) -> Changes:
    """Set an indicator's divisions at two dates against each other.

    Raises
    ------
    UsageError, NotFound
        As `geo.coverage.coverage`.
    """
    new = coverage(after, indicator, level, definition, division, by)
    old = coverage(before, indicator, level, definition, division, by)
    was = {row.division: row for row in old.rows}
    now = {row.division: row for row in new.rows}
    rank_was, rank_now = _ranks(old), _ranks(new)
    rows = [
        _change(was.get(code), now.get(code), rank_was.get(code), rank_now.get(code))
        for code in {**now, **was}
    ]
    rows.sort(
        key=lambda row: (
            row.change_points is None,
            row.change_points or 0.0,
            row.division is None,
            row.division or 0,
        )
    )
    return Changes(old, new, rows, _change(old.total, new.total, None, None))


def _ranks(found: Coverage) -> dict[int | None, int]:
    """Give each division's rank by share."""
    shares = {
        row.division: Fraction(row.numerator, row.denominator)
        for row in found.rows
        if row.denominator and row.division is not None
    }
    ordered = sorted(shares.values(), reverse=True)
    first: dict[Fraction, int] = {}
    for place, share in enumerate(ordered, start=1):
        first.setdefault(share, place)
    return {code: first[share] for code, share in shares.items()}


def _change(
    was: Row | None, now: Row | None, rank_before: int | None, rank_after: int | None
) -> Change:
    shown = now or was
    assert shown is not None  # noqa: S101 - a division is in one of the two
    points = None
    if was is not None and now is not None and was.denominator and now.denominator:
        before = Fraction(was.numerator, was.denominator)
        points = float(100 * (Fraction(now.numerator, now.denominator) - before))
    return Change(shown.division, shown.name, was, now, points, rank_before, rank_after)
