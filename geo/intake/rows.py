"""Rows of a file as frames: codes that come twice, periods that follow each other."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeAlias

import pandas as pd
import shapely

from geo.intake.verdicts import Findings

FOR_EVER = 9999
"""A last day in this year stands for none."""

ALWAYS = "(,)"
FIRST_ROWS = 100
Frame: TypeAlias = pd.DataFrame


def day_after(day: dt.date) -> dt.date:
    """Give the first day after a last day."""
    return day + dt.timedelta(days=1)


def span(start: dt.date | None, end: dt.date | None) -> str:
    """Give a half-open daterange as PostgreSQL reads it; None is unbounded."""
    return f"[{start or ''},{end or ''})" if start else f"(,{end or ''})"


def standing(effective: dt.date | None) -> str:
    """Give the daterange of a standing fact: from its effective date on, or always."""
    return span(effective, None) if effective else ALWAYS


def frame(rows: Frame, columns: dict[str, Any], valid: Any) -> Frame:
    """Put a table's columns beside the frame that every fact has."""
    made = Frame(
        {
            **columns,
            "seq": rows["position"].to_numpy(),
            "valid": valid,
            "row": rows["row"].to_numpy(),
        }
    )
    for name in ("sheet", "access_division"):  # as objects: pandas would make texts of its own
        made[name] = pd.Series(rows[name].to_numpy(object), index=made.index, dtype=object)
    return made


def filled(rows: Frame, names: list[str]) -> list[str]:
    """Name the columns that the file has and that say something in some row."""
    return [name for name in names if name in rows.columns and _says_something(rows[name])]


def _says_something(column: pd.Series) -> bool:
    """Tell whether some row has a value; the first few mostly do."""
    return bool(column.iloc[:FIRST_ROWS].notna().any() or column.notna().any())


def once_a_key(rows: Frame, keys: list[str], findings: Findings, header: str) -> Frame:
    """Keep the first row of each key: an equal second one is skipped, a different one held."""
    told = [name for name in rows.columns if name not in {"position", "row", "sheet"}]
    seen: dict[Any, Any] = {}
    duplicated = rows.duplicated(keys, keep=False)
    for index in rows.index[duplicated]:
        key = tuple(rows.loc[index, keys])
        first = seen.setdefault(key, index)
        if first == index:
            continue
        same = all(_equal(rows.at[first, name], rows.at[index, name]) for name in told)
        place = int(rows.at[index, "position"])
        findings.add(
            "skipped" if same else "quarantined",
            "duplicate",
            place,
            header,
            " ".join(str(part) for part in key if part),
            f"与{findings.row_words(rows.at[first, 'position'], place)}编码重复"
            + ("，内容相同" if same else "，内容不同"),
            "相同的行已跳过" if same else "请只保留正确的一行",
        )
    return good(rows, findings)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, shapely.Geometry) or isinstance(right, shapely.Geometry):
        return (
            left is not None and right is not None and bool(shapely.equals_identical(left, right))
        )
    if pd.isna(left) is True and pd.isna(right) is True:
        return True
    return bool(left == right)


def good(rows: Frame, findings: Findings) -> Frame:
    """Keep the rows that are neither held nor skipped."""
    return findings.good_rows(rows)


def periods(
    rows: Frame,
    keys: list[str],
    start: str,
    end: str,
    findings: Findings,
    header: str,
    end_header: str = "",
) -> tuple[Frame, list[str]]:
    """Turn rows of one subject into periods that don't overlap.

    A row without an end lasts until the next one begins. A row that begins while an earlier one,
    with an end of its own, still lasts is held back; so is one that ends before it begins.

    Parameters
    ----------
    header, end_header
        What users call the first and the last date.

    Returns
    -------
    pandas.DataFrame
        The rows kept, ordered by subject and start.
    list
        Their dateranges.
    """
    first = dt.date.min
    rows = rows.assign(_from=[value or first for value in rows[start]])
    rows = rows.sort_values([*keys, "_from", "position"], kind="stable")
    rows = _without_repeats(rows, keys, (start, end), findings, header)
    records = rows[[*keys, "_from", end, "position"]].to_dict("records")
    kept: list[dict[str, Any]] = []
    for record in records:
        place, begins, ends = record["position"], record["_from"], record[end]
        if ends is not None and ends <= begins:
            findings.add(
                "quarantined", "ends_before_it_begins", place, end_header or header, ends,
                "结束日期不晚于起始日期", "请核对两个日期",
            )  # fmt: skip
            continue
        last = kept[-1] if kept and all(kept[-1][key] == record[key] for key in keys) else None
        if last is not None and (last["_from"] == begins or (last[end] or begins) > begins):
            findings.add(
                "quarantined", "overlapping_periods", place, header,
                "" if begins == first else begins,
                f"与{findings.row_words(last['position'], place)}的时段重叠",
                "请核对起止日期，同一对象的时段不能重叠",
            )  # fmt: skip
            continue
        if last is not None and last[end] is None:
            last[end] = begins
        kept.append(record)
    order = {record["position"]: index for index, record in enumerate(kept)}
    rows = rows[rows["position"].isin(order)].drop(columns="_from")
    ranges = [
        span(None if record["_from"] == first else record["_from"], record[end]) for record in kept
    ]
    return rows, ranges


def _without_repeats(
    rows: Frame, keys: list[str], dates: tuple[str, str], findings: Findings, header: str
) -> Frame:
    """Skip rows that repeat another of their subject; hold undated ones beside dated ones."""
    many = rows.duplicated(keys, keep=False)
    if not many.any():
        return rows
    some = rows[many]
    told = [name for name in rows.columns if name not in {"position", "row", "sheet"}]
    twin = some.duplicated(told)
    start, end = dates
    undated = some[start].isna() & some[end].isna()
    beside_dated = some[start].notna().groupby([some[key] for key in keys]).transform("any")
    for index in some.index[twin]:
        findings.add(
            "skipped", "duplicate", some.at[index, "position"], header, "",
            "与前面的一行完全相同", "相同的行已跳过",
        )  # fmt: skip
    for index in some.index[~twin & undated & beside_dated]:
        findings.add(
            "quarantined", "undated_period", some.at[index, "position"], header, "",
            "同一对象另有带日期的行，本行没有起始日期，无法判断先后", "请补填起始日期",
        )  # fmt: skip
    return good(rows, findings)
