"""Withheld numbers that can be worked out from the sums beside them.

The tables of one export that speak of divisions are put together by their codes (levels may lie in
layers, sheets or files of their own); others have a row of totals. Which columns are sums of others
is known of ours, and tried out of foreign ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.codes import WIDTHS, normal_division
from geo.disclosure.audit import Contradiction, contradictions, recoverable
from geo.disclosure.grid import Grid
from maps.dataout.fields import PLACE
from maps.dataout.public import FIGURES
from maps.leaks.contents import Contents, Sheet
from maps.leaks.counts import is_count
from maps.leaks.findings import Finding

Floats = npt.NDArray[np.float64]

TOTAL_ROW: Final = re.compile(
    r"^\s*(合\s*计|总\s*计|总\s*数|全部|全省|全市|全县|共计|total|all)\s*$", re.I
)
TOTAL_COLUMN: Final = re.compile(r"合计|总计|总数|小计|total|^小区数|^compounds$", re.IGNORECASE)
AMOUNT: Final = re.compile(r"面积|㎡|m2|area", re.IGNORECASE)
MARKS: Final = frozenset(
    "* ＊ ** - — – … / x X c <5 ＜5 不足5 少于5 隐去 已隐去".split(" ")  # noqa: SIM905 — shorter so
) | {""}
"""How a withheld number is written."""

MOST_PARTS: Final = 6

OUR_SUMS: Final = (
    ("compounds", ("i1_covered", "i1_unverified", "i1_uncovered")),
    ("compounds", ("i2_with", "i2_unknown", "i2_without")),
)
OUR_COUNTS: Final = tuple(
    dict.fromkeys(name for total, parts in OUR_SUMS for name in (total, *parts))
)
OUR_AMOUNTS: Final = ("i1_denominator", "i1_numerator", "i1_unknown")
COUNT_OF: Final = dict(zip(OUR_AMOUNTS, ("compounds", "i1_covered", "i1_unverified"), strict=True))
"""The count behind each amount: an amount is confidential where its count is."""

OUR_SHARES: Final = (
    ("i1_share", "i1_numerator", "i1_denominator"), ("i2_share", "i2_with", "compounds"),
)  # fmt: skip
"""A share and a whole tell the part."""

_NAMES: Final = {
    word: field.name
    for field in (*PLACE, *FIGURES)
    for word in (field.name, field.header, field.short)
}


@dataclass
class Table:
    """Rows of a table with their parents, from one sheet or from several."""

    where: str
    labels: list[str]
    parent: list[int]
    columns: dict[str, Floats]


def look_at_sums(files: Sequence[Contents]) -> Iterator[tuple[str, Finding]]:
    """Look at all tables of an export together; gives the file's name with each finding."""
    by_kind: dict[tuple[str, str], list[tuple[str, Sheet]]] = {}
    for contents in files:
        if contents.kind in {".pmtiles", ".mbtiles", ".mvt", ".pbf", ".dbf"}:
            continue
        folder = contents.file.rsplit("/", 1)[0] if "/" in contents.file else ""
        for sheet in contents.sheets:
            if _ours(sheet) is not None:
                by_kind.setdefault((folder, contents.kind), []).append((contents.file, sheet))
            else:
                table = _foreign(sheet)
                if table is not None:
                    for finding in _audit(contents.file, table, _tried_sums(table)):
                        yield contents.file, finding
    for sheets in by_kind.values():
        file = sheets[0][0]
        table = _joined([sheet for _, sheet in sheets])
        for finding in (*_audit(file, table, list(OUR_SUMS)), *_shares(file, table)):
            yield file, finding


def number(value: Any) -> float:
    """Read a cell: NaN where it is blank or marked as withheld."""
    if value is None or isinstance(value, bool):
        return float("nan")
    if isinstance(value, int | float):
        return float(value)
    text = str(value).strip().replace(",", "")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _ours(sheet: Sheet) -> dict[str, int] | None:
    """Give our columns by name, when a sheet is one of our tables of divisions."""
    found = {_NAMES[header]: at for at, header in enumerate(sheet.headers) if header in _NAMES}
    needed = {"code", "parent", "kind", "compounds"}
    return found if needed <= found.keys() else None


def _joined(sheets: Sequence[Sheet]) -> Table:
    """Put the levels of a table of divisions together."""
    lines: list[tuple[str, str, str, list[float]]] = []
    names = (*OUR_COUNTS, *OUR_AMOUNTS, *(share for share, _, _ in OUR_SHARES))
    seen: set[tuple[str, str]] = set()
    for sheet in sheets:
        at = _ours(sheet) or {}
        for row in sheet.rows:

            def cell(name: str, row: list[Any] = row, at: dict[str, int] = at) -> Any:
                return row[at[name]] if name in at and at[name] < len(row) else None

            code, parent = str(cell("code") or ""), str(cell("parent") or "")
            key = (code, parent if not code else "")
            if key in seen:
                continue  # the same figures in a second layer
            seen.add(key)
            label = str(cell("name") or code)
            lines.append((code, parent, label, [number(cell(name)) for name in names]))
    place = {code: at for at, (code, *_) in enumerate(lines) if code}
    parents = []
    for code, parent, _, _ in lines:
        above = place.get(parent, -1)
        if above < 0 and code:
            shorter = (code[:width] for width in reversed(WIDTHS) if width < len(code))
            above = next((place[text] for text in shorter if text in place), -1)
        parents.append(above)
    cells = np.array([values for *_, values in lines]).reshape(len(lines), len(names))
    return Table(sheets[0].name, [label for _, _, label, _ in lines], parents,
                 {name: cells[:, at] for at, name in enumerate(names)})  # fmt: skip


def _foreign(sheet: Sheet) -> Table | None:
    """Read a table with a row of totals, or with division codes; None for what has neither."""
    columns: dict[str, Floats] = {}
    for at, header in enumerate(sheet.headers):
        values = sheet.column(at)
        figures = np.array([number(value) for value in values])
        filled = [
            value for value in values if value is not None and str(value).strip() not in MARKS
        ]
        known = int((~np.isnan(figures)).sum())
        if not header or known == 0 or known < len(filled):
            continue
        if _is_code(values) or not (
            is_count(header) or AMOUNT.search(header) or TOTAL_COLUMN.search(header)
        ):
            continue
        columns[header] = figures
    if not columns or not any(np.isnan(values).any() for values in columns.values()):
        return None
    labels = [next((str(cell) for cell in row if isinstance(cell, str) and cell.strip()), "")
              for row in sheet.rows]  # fmt: skip
    parents = _parents_by_total(sheet) or _parents_by_code(sheet) or [-1] * len(sheet.rows)
    keep = [at for at, row in enumerate(sheet.rows) if any(cell is not None for cell in row)]
    place = {at: new for new, at in enumerate(keep)}
    return Table(
        sheet.name,
        [labels[at] for at in keep],
        [place.get(parents[at], -1) for at in keep],
        {name: values[keep] for name, values in columns.items()},
    )


def _is_code(values: Sequence[Any]) -> bool:
    filled = [str(value) for value in values if value is not None]
    return bool(filled) and all(normal_division(text) and len(text) >= 4 for text in filled)


def _parents_by_total(sheet: Sheet) -> list[int] | None:
    totals = [
        at for at, row in enumerate(sheet.rows)
        if any(isinstance(cell, str) and TOTAL_ROW.match(cell) for cell in row[:3])
    ]  # fmt: skip
    if len(totals) != 1:
        return None

    # A note below the table has no figures and is no part of the sum.
    def has_figures(row: list[Any]) -> bool:
        return any(not np.isnan(number(cell)) for cell in row) or any(
            isinstance(cell, str) and cell.strip() in MARKS - {""} for cell in row
        )

    return [totals[0] if at != totals[0] and has_figures(row) else -1
            for at, row in enumerate(sheet.rows)]  # fmt: skip


def _parents_by_code(sheet: Sheet) -> list[int] | None:
    for at in range(len(sheet.headers)):
        values = sheet.column(at)
        if not _is_code(values):
            continue
        codes = [normal_division(str(value)) if value is not None else None for value in values]
        place = {code: row for row, code in enumerate(codes) if code}
        found = []
        for code in codes:
            shorter = (
                (code[:width] for width in reversed(WIDTHS) if width < len(code)) if code else ()
            )
            found.append(next((place[text] for text in shorter if text in place), -1))
        return found
    return None


def _tried_sums(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    """Find which columns are sums of others, by what holds in every row that is known."""
    found = []
    for total in table.columns:
        if not TOTAL_COLUMN.search(total):
            continue
        others = [name for name in table.columns if name != total
                  and bool(AMOUNT.search(name)) == bool(AMOUNT.search(total))]  # fmt: skip
        for size in range(min(len(others), MOST_PARTS), 1, -1):
            for parts in combinations(others, size):
                stacked = np.array([table.columns[name] for name in parts])
                rest = table.columns[total] - stacked.sum(axis=0)
                known = rest[~np.isnan(rest)]
                if len(known) >= 2 and np.allclose(known, 0, atol=0.01):
                    found.append((total, parts))
                    break
            else:
                continue
            break
    return found


def _audit(file: str, table: Table, sums: list[tuple[str, tuple[str, ...]]]) -> Iterator[Finding]:
    """Measure what can be worked out of counts, and of amounts."""
    amounts = [name for name in table.columns if AMOUNT.search(name) or name in OUR_AMOUNTS]
    shares = {share for share, _, _ in OUR_SHARES}
    counts = [name for name in table.columns if name not in amounts and name not in shares]
    for names, whole in ((counts, True), (amounts, False)):
        if not names:
            continue
        values = np.column_stack([table.columns[name] for name in names])
        if not np.isnan(values).any() or np.isnan(values).all():
            continue
        place = {name: at for at, name in enumerate(names)}
        inside = tuple(
            (place[total], tuple(place[part] for part in parts))
            for total, parts in sums
            if total in place and all(part in place for part in parts)
        )
        grid = Grid(tuple(table.parent), len(names), inside)
        try:
            wrong = contradictions(grid, values, 0.5 if whole else 1.0)
            found = [] if wrong else recoverable(grid, values, whole=whole)
        except Contradiction:
            wrong, found = 1, []
        if wrong:
            yield Finding("contradiction", file, table.where, f"{wrong} 处，无法判断能否推算")
        for one in found:
            told = table.columns.get(COUNT_OF.get(names[one.column], ""))
            if told is not None and not np.isnan(told[one.row]):
                continue  # its own count is shown, so it may be known
            where = f"{table.where} · {table.labels[one.row]} · {names[one.column]}"
            span = f"{one.low:g}" if one.low == one.high else f"{one.low:g} 到 {one.high:g}"
            yield Finding("sum", file, where, f"可推算为 {span}")


def _shares(file: str, table: Table) -> Iterator[Finding]:
    for share, part, whole in OUR_SHARES:
        told = ~np.isnan(table.columns[share]) & ~np.isnan(table.columns[whole])
        for row in np.flatnonzero(told & np.isnan(table.columns[part])).tolist():
            where = f"{table.where} · {table.labels[row]} · {part}"
            yield Finding("sum", file, where, "可由比率乘以合计推算")
