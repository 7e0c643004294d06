"""An indicator over dates: the last day of each period, and the path to the target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, Literal

from geo.errors import UsageError

Step = Literal["month", "quarter", "year"]

MONTHS: Final[dict[Step, int]] = {"month": 1, "quarter": 3, "year": 12}
POINTS_MOST: Final = 120


def period_ends(first: dt.date, last: dt.date, step: Step) -> list[dt.date]:
    """Give the last day of each period that ends from `first` to `last`, both included.

    Raises
    ------
    UsageError
        When `first` comes after `last`, or there would be more than `POINTS_MOST`.

    >>> [day.isoformat() for day in period_ends(dt.date(2024, 3, 31), dt.date(2024, 12, 30),
    ...  "quarter")]
    ['2024-03-31', '2024-06-30', '2024-09-30']
    """
    if first > last:
        raise UsageError(f"起 {first} 晚于止 {last}。", "请把 from 与 to 对调。")
    width = MONTHS[step]
    if (last.year - first.year) * 12 + last.month - first.month > width * (POINTS_MOST + 1):
        raise UsageError(f"{first} 至 {last} 的点超过 {POINTS_MOST} 个。", "请缩短时段或放大步长。")
    found = []
    at = first.year * 12 + (first.month - 1) // width * width  # months counted from year 0
    while True:
        at += width
        year, month = divmod(at, 12)
        day = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
        if day > last:
            break
        if day >= first:
            found.append(day)
    if len(found) > POINTS_MOST:
        raise UsageError(f"{first} 至 {last} 的点超过 {POINTS_MOST} 个。", "请缩短时段或放大步长。")
    return found


def required_path(
    start: tuple[dt.date, float], target: float, due: dt.date, days: Iterable[dt.date]
) -> list[tuple[dt.date, float]]:
    """Give the straight line from a first share to the target on its due date, then level.

    A planning line: the action plan has no targets for the years between. Where the first share
    is at the target already, or the due date is past, the line is the target.
    """
    first, share = start
    span = (due - first).days
    path = []
    for day in days:
        if day < first:
            continue
        gone = (day - first).days / span if span > 0 else 1.0
        path.append((day, share + (target - share) * min(1.0, gone) if share < target else target))
    return path
