"""Which rows of an import are held back, as what, and which held ones it makes needless.

Only cells of known columns are held, as they were written; neither other columns, which may be
personal data, nor what was redacted.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import shapely

from geo.intake.clean import CONTROL, read_column, text_of
from geo.intake.columns import KINDS, Column
from geo.intake.personal import hide
from geo.intake.prepared import Prepared
from geo.intake.units import with_unit
from geo.register import held
from geo.register.compose import Connection
from geo.register.held import HeldRow

SUBJECT: Final = {
    "divisions": ("code",),
    "compounds": ("code",),
    "areas": ("code",),
    "ledger": ("code",),
    "committees": ("compound", "area", "kind"),
    "companies": ("uscc",),
    "projects": ("code",),
    "barriers": (),
    "roads": (),
    "gates": (),
}
"""The columns that name what a row speaks of; barriers, roads and gates have no name of their own:
a compound may have several gates."""

CODES: Final = frozenset({"code", "codes", "division", "uscc"})
"""Kinds of column in which eleven digits are no phone number."""

STARTS: Final = {"divisions": "valid_from", "ledger": "service_from", "committees": "filed_on"}
"""Where rows of one subject stand for periods: the column in which a period begins."""


def keeper(
    prepared: Prepared, *, again: bool = False
) -> Callable[[Connection, int, frozenset[int]], bool]:
    """Give what an import does about held rows, within its change.

    It holds its own, and closes as superseded those of earlier imports whose subject it loads.
    """

    def keep(connection: Connection, change: int, _changed: frozenset[int]) -> bool:
        own = held_rows(prepared)
        done = supersede(connection, change, prepared, {row.fingerprint() for row in own})
        return bool(held.store(connection, change, own, again=again) if own else 0) or done

    return keep


def held_rows(prepared: Prepared) -> list[HeldRow]:
    """Give the rows that were held back, in the order of the file."""
    findings, raw, frame = prepared.findings, prepared.raw, prepared.frame
    positions = sorted(findings.held)
    if not positions:
        return []
    said: dict[int, list[dict[str, str]]] = {position: [] for position in positions}
    names = {column.header: column.name for column in KINDS[prepared.kind]} | prepared.columns
    for item in findings.found:
        if item.position in said:
            words = item.as_json() | {"name": names.get(item.column, item.column)}
            said[item.position].append(
                {name: words[name] for name in words if name not in {"sheet", "row"}}
            )
    written = _as_written(prepared)
    subjects, access = _subjects(prepared), frame["access_division"].tolist()
    own: list[HeldRow] = []
    for position in positions:
        shape = None if raw.placed is None else raw.placed[position]
        problems: dict[str, Any] = {"findings": said[position]}
        if findings.candidates.get(position):
            problems["candidates"] = findings.candidates[position]
        if prepared.effective:
            problems["effective"] = prepared.effective.isoformat()
        if prepared.made_up:
            problems["made_up"] = True
        own.append(
            HeldRow(
                kind=prepared.kind,
                file=prepared.file,
                sheet=raw.sheets[position],
                row=raw.rows[position],
                subject=subjects[position] or findings.subjects.get(position),
                cells={
                    name: cell
                    for name, column in written.items()
                    if (cell := column(position)) is not None
                },
                shape=None if shape is None else shapely.to_wkb(shape),
                problems=problems,
                access_division=None if _blank(access[position]) else access[position],
            )
        )
    return own


def supersede(connection: Connection, change: int, prepared: Prepared, own: set[str]) -> bool:
    """Close held rows whose subject, and period, the import loads; tell whether there were any.

    Parameters
    ----------
    own
        Digests of the rows that the import itself holds back: they stay.
    """
    waiting = held.about_somebody(connection, prepared.kind)
    if not waiting:
        return False
    subjects = _subjects(prepared)
    loaded: dict[str, set[Any]] = {}
    starts = STARTS.get(prepared.kind)
    begins = prepared.frame[starts].tolist() if starts in prepared.frame else None
    for position in prepared.findings.good(range(len(subjects))):
        subject = subjects[position]
        for said in {subject, prepared.findings.subjects.get(position)} - {None}:
            loaded.setdefault(str(said), set()).add(begins[position] if begins else None)
    needless = [
        row.id
        for row in waiting
        if row.subject in loaded
        and row.digest not in own
        and _same_period(row, loaded[row.subject])
    ]
    return bool(held.close(connection, change, needless, "superseded") if needless else 0)


def _same_period(row: HeldRow, begins: set[Any]) -> bool:
    """Tell whether a held row may speak of a loaded period: it does unless its own differs."""
    name = STARTS.get(row.kind)
    if name is None or name not in row.cells:
        return True
    column = next(column for column in KINDS[row.kind] if column.name == name)
    (own,), problems = read_column([row.cells[name]], column)
    held = any(problem.severity == "quarantined" for problem in problems.values())
    return held or own in begins or begins == {None}


def _subjects(prepared: Prepared) -> list[str | None]:
    """Give what each row speaks of, or None where it does not say."""
    names = SUBJECT[prepared.kind]
    columns = [prepared.frame[name].tolist() for name in names if name in prepared.frame]
    if not columns:
        return [None] * len(prepared.raw)
    found: list[str | None] = []
    for parts in zip(*columns, strict=True):
        told = [str(part) for part in parts if not _blank(part)]
        whole = len(told) == (1 if len(names) == 1 else 2)  # a committee: whose, and which kind
        found.append(" ".join(told) if whole else None)
    return found


def _blank(value: Any) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _as_written(prepared: Prepared) -> dict[str, Callable[[int], Any]]:
    """Give, for each known column, what reads its cell of a row.

    A term that was understood is held as ours: what else a saved mapping takes for it is unknown
    when the row is released.
    """
    specs = {column.name: column for column in KINDS[prepared.kind]}

    def reader(header: str, column: Column) -> Callable[[int], Any]:
        cells, clean = prepared.raw.cells[header], prepared.frame[column.name].tolist()

        def cell(position: int) -> Any:
            if column.kind == "term" and isinstance(clean[position], str):
                return clean[position]
            return plain_cell(with_unit([cells[position]], header, column)[0], column)

        return cell

    return {
        name: reader(header, specs[name])
        for header, name in prepared.columns.items()
        if name in specs
    }


def plain_cell(value: Any, column: Column) -> str | int | float | bool | None:
    """Give a cell as JSON can hold it and the same reader reads it again; None for a blank one."""
    if not text_of(value):
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, dt.datetime) and (column.kind == "date" or value.time() == dt.time()):
        return value.date().isoformat()
    text = CONTROL.sub("", str(value)).encode("utf-8", "replace").decode()
    return text if column.kind in CODES else hide(text, names=column.kind == "yes_no")
