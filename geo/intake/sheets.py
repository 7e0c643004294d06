"""A file's sheets become one table: those that have this kind's header, joined; the rest named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from geo.errors import InputError
from geo.intake.columns import KINDS, OUR_COLUMNS, OUR_SHEET, TITLES, Column, lacking
from geo.intake.headers import Match, Path, match
from geo.intake.layout import Header, Range, find_header
from geo.intake.lines import Shape, judge
from geo.intake.synonyms import fold, folded
from geo.intake.units import unit_of, with_unit
from geo.intake.workbook import Sheets

SURE_COLUMNS: Final = 2
"""A sheet with fewer known columns is read only where no other has as many."""

_KEYS: Final = frozenset({"code", "uscc", "compound", "area"})


@dataclass
class Table:
    """The rows of one kind in a file, by header, with where each stands.

    Attributes
    ----------
    cells
        Header to raw values, a row each.
    sheets, rows
        Where each row is, as users see it.
    paths
        The words of a header that has several rows.
    skipped
        Position to the rule of `lines.REASONS` for rows that are no data.
    shared
        Header to the positions whose number one merged cell gives to several subjects.
    ignored
        Sheets that were not read, with the reason.
    places
        By sheet, the row in which its header ends (from 1), and the place of each header (from 0)
        under the name that it has in `cells`.
    """

    cells: dict[str, list[Any]] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    paths: dict[str, Path] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    shared: dict[str, set[int]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    places: dict[str, tuple[int, dict[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: list[list[Any]]
    merged: Sequence[Range]
    header: Header
    matched: Match


def join(
    file: str,
    kind: str,
    renames: Mapping[str, str],
    sheets: Sheets,
    constants: Collection[str] = (),
) -> Table:
    """Find the tables of a kind in a file's sheets and join them.

    Parameters
    ----------
    constants
        Columns that a mapping fills, so that no header need name them.

    Raises
    ------
    InputError
        When no sheet has this kind's header.
    """
    out = Table(ignored=list(sheets.ignored))
    must = {column.name for column in KINDS[kind] if column.required}
    fit: list[_Sheet] = []
    best: set[str] = set()
    for name, rows in sheets.rows.items():
        if name == OUR_SHEET:
            continue
        if len(sheets.rows) > 1 and fold(name) in folded("rows", "sheets"):
            out.ignored.append(f"{name}（填表说明）")
            continue
        width = max(map(len, rows), default=0)
        header = find_header(rows, sheets.merged.get(name, ()), kind, renames, width)
        if header is None:
            if any(value not in {None, ""} for row in rows for value in row):
                out.ignored.append(f"{name}（没有认出表头）")
            continue
        matched = match(kind, header.headers, renames, header.paths)
        known = matched.names | set(constants)
        if lacking(kind, known):
            best = max(best, known, key=len)
            out.ignored.append(f"{name}（缺少必填列）")
            continue
        fit.append(_Sheet(name, rows, sheets.merged.get(name, ()), header, matched))
    sure = any(len(sheet.matched.found) >= SURE_COLUMNS for sheet in fit)
    for sheet in fit:
        if sure and len(sheet.matched.found) < SURE_COLUMNS:
            out.ignored.append(f"{sheet.name}（没有认出表头）")
        else:
            _append(out, sheet, kind)
    if not out.cells:
        raise _no_header(file, kind, must, best)
    return out


def _no_header(file: str, kind: str, must: set[str], best: set[str]) -> InputError:
    columns = {column.name: column.header for column in KINDS[kind]}
    wanted = "、".join(columns[name] for name in columns if name in must)
    seen = "、".join(columns[name] for name in columns if name in best)
    return InputError(
        f"{file} 中没有找到“{TITLES[kind]}”的表头（必须有：{wanted or '任一约定列'}）"
        f"{f'，只认出：{seen}' if seen else ''}。",
        "请核对表头，或用 --map 列名=表头 指定对应关系。",
    )


def _append(out: Table, sheet: _Sheet, kind: str) -> None:
    """Put a sheet's rows behind those of the sheets before it."""
    header = sheet.header
    begin = header.bottom + 1
    shared = _fill_merged(sheet, kind)
    body = [
        (number, row)
        for number, row in enumerate(sheet.rows[begin:], start=begin + 1)
        if any(value not in {None, ""} for value in row)
    ]
    before = len(out.rows)
    for place, rule in judge(body, _shape(sheet, kind)).items():
        out.skipped[before + place] = rule
    for column in header.headers:
        out.paths.setdefault(column, header.paths[column])
    goes_to = _columns_of(out, sheet, kind)
    for column in goes_to.values():
        out.cells.setdefault(column, [None] * before)
    places = {column: at for at, column in enumerate(header.headers)}
    out.places[sheet.name] = (begin, {goes_to[name]: places[name] for name in goes_to})
    filled = {}
    for source, target in goes_to.items():
        at = places[source]
        values = [row[at] if at < len(row) else None for _, row in body]
        filled[target] = _in_unit_of(values, source, target, sheet, kind)
        rows_shared = shared.get(at)
        if rows_shared:
            out.shared.setdefault(target, set()).update(
                before + place for place, (number, _) in enumerate(body) if number in rows_shared
            )
    for column, values in out.cells.items():
        values.extend(filled.get(column) or [None] * len(body))
    out.sheets.extend([sheet.name] * len(body))
    out.rows.extend(number for number, _ in body)


def _shape(sheet: _Sheet, kind: str) -> Shape:
    header = sheet.header
    specs = {column.name: column for column in KINDS[kind]}
    place = {
        sheet.matched.found[text]: at
        for at, text in enumerate(header.headers)
        if text in sheet.matched.found
    }
    above = {str(value).strip() for row in sheet.rows[: header.top] for value in row if value}
    names = [at for name, at in place.items() if name == "name"]
    return Shape(
        keys=[at for name, at in place.items() if name in _KEYS] or names,
        names=names,
        amounts=[at for name, at in place.items() if specs[name].kind in {"area", "integer"}],
        known=list(place.values()),
        header=sheet.rows[header.top : header.bottom + 1],
        titles=above,
    )


def _columns_of(out: Table, sheet: _Sheet, kind: str) -> dict[str, str]:
    """Say under which header of the table each of a sheet's columns goes.

    A column that an earlier sheet has under another header joins it there.
    """
    taken: dict[str, str] = {}
    earlier = match(kind, list(out.cells), {}, out.paths).found if out.cells else {}
    names = {name: header for header, name in earlier.items()}
    for header in sheet.header.headers:
        if header in OUR_COLUMNS:
            continue
        name = sheet.matched.found.get(header)
        target = names.get(name, header) if name is not None else header
        taken[header] = header if target in taken.values() else target
    return taken


def _in_unit_of(values: list[Any], source: str, target: str, sheet: _Sheet, kind: str) -> list[Any]:
    """Write a later sheet's numbers with their unit where the first sheet's header has another."""
    name = sheet.matched.found.get(source)
    if source == target or name is None:
        return values
    column: Column = next(column for column in KINDS[kind] if column.name == name)
    if unit_of(source, column) == unit_of(target, column):
        return values
    unit = unit_of(source, column)
    return with_unit(values, source, column, unit or "m2") if column.kind == "area" else values


def _fill_merged(sheet: _Sheet, kind: str) -> dict[int, set[int]]:
    """Give every row of a merged cell its value; say where that is a number of several subjects.

    Returns
    -------
    dict
        Place of the column to the row numbers (from 1) that share one number.
    """
    header = sheet.header
    found = sheet.matched.found
    specs = {column.name: column for column in KINDS[kind]}
    keys = [at for at, text in enumerate(header.headers) if found.get(text) in _KEYS]
    shared: dict[int, set[int]] = {}
    deep = [
        item
        for item in sheet.merged
        if item[0][0] > header.bottom and item[1][0] > item[0][0] and item[0][1] == item[1][1]
    ]
    # Codes first: whether a number is shared by several subjects depends on them.
    for (first, at), (last, _) in sorted(deep, key=lambda item: item[0][1] not in keys):
        lines = sheet.rows[first : last + 1]
        if not lines or at >= len(lines[0]) or at >= len(header.headers):
            continue
        value = lines[0][at]
        for line in lines[1:]:
            if at < len(line) and line[at] in {None, ""}:
                line[at] = value
        name = found.get(header.headers[at])
        if name is None or specs[name].kind not in {"area", "integer"} or value in {None, ""}:
            continue
        if len({tuple(line[key] for key in keys if key < len(line)) for line in lines}) > 1:
            shared.setdefault(at, set()).update(range(first + 1, last + 2))
    return shared
