"""Import a file: read, clean, lint, stage and merge, in one transaction.

Nothing is written before everything has been read, and all of it or none is committed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.codes import normal_division
from geo.datum.reference import to_register
from geo.errors import InputError, NotFound, UsageError
from geo.intake import facts, shapes
from geo.intake.clean import CONTROL, read_column, text_of
from geo.intake.columns import KINDS, SHAPED, Column, is_personal, recognise, unit_of
from geo.intake.read import RawTable, read
from geo.intake.verdicts import Findings, Outcome
from geo.register.retract import Complete
from geo.register.store import Origin, Register, Staged
from geo.terms import MADE_UP


@dataclass(frozen=True)
class Options:
    """The words of an import's call; see ``wuye import --help``."""

    crs: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    dry_run: bool = False
    effective: dt.date | None = None
    complete: str | None = None
    again: bool = False
    author: str = "unknown"


def import_file(
    register: Register, kind: str, path: Path, options: Options | None = None
) -> Outcome:
    """Import one file of a kind.

    Returns
    -------
    Outcome
        A verdict for each row; they add up to the rows read.

    Raises
    ------
    InputError
        When nothing can be made of the file; nothing is written.
    UsageError
        When an option makes no sense for it.
    """
    options = options or Options()
    if kind not in KINDS:
        raise UsageError(f"没有导入类型 {kind}。", f"可用：{'、'.join(KINDS)}")
    names = {column.name for column in KINDS[kind]}
    for name in options.renames:
        if name not in names:
            raise UsageError(f"--map {name}：没有列 {name}。", f"可用：{'、'.join(sorted(names))}")
    if options.complete is not None and normal_division(options.complete) is None:
        raise UsageError(
            f"--complete {options.complete} 不是区划代码。", "例如 --complete 530102。"
        )
    raw = read(path, kind, dict(options.renames), options.layer)
    return import_table(register, kind, raw, path.name, _sha256(path), options)


def import_table(
    register: Register, kind: str, raw: RawTable, file: str, sha256: str, options: Options
) -> Outcome:
    """Import rows that were read already; `import_file` says the rest."""
    findings = Findings(raw.sheets, raw.rows)
    columns = _known_columns(kind, raw, dict(options.renames), file)
    frame = _clean(kind, raw, columns, findings)
    extra = [header for header in raw.cells if header not in columns]
    personal = [header for header in extra if is_personal(header, raw.cells[header])]
    kept = [header for header in extra if header not in personal]
    made_up = _is_made_up(file, raw, kept)
    noted = kind in WITH_NOTES
    if kept and noted:
        frame["notes"] = pd.Series(_notes(raw, kept), dtype=object)
    crs = _take_geometry(kind, raw, frame, findings, options, file)
    good = frame[frame["position"].isin(findings.good(range(len(raw))))]
    staged = facts.FACTS_OF[kind](good, findings, options.effective) if len(good) else []
    complete = _completeness(register, kind, frame, findings, options)
    staged = [_only_good(item, kind, findings, complete) for item in staged]
    origin = Origin(
        kind=kind,
        author=options.author,
        file=file,
        sha256=sha256,
        made_up=made_up,
        parameters=_parameters(options, crs),
    )
    written = register.write(origin, staged, dry_run=options.dry_run, again=options.again)
    return Outcome(
        kind=kind,
        file=file,
        change=written.number,
        dry_run=options.dry_run,
        verdicts=findings.verdicts(written.changed),
        findings=findings,
        retracted=written.retracted,
        crs=crs,
        extra_columns=kept if noted else [],
        personal_columns=personal,
        unsaved_columns=[header for header in kept if not noted and any(raw.cells[header])],
        ignored_sheets=raw.ignored,
        made_up=made_up,
    )


WITH_NOTES = frozenset({"compounds", "ledger", "areas", "companies", "projects"})
"""Kinds whose extra columns are kept as notes."""

KEY_OF_KIND = {
    "ledger": "code",
    "compounds": "code",
    "areas": "code",
    "projects": "code",
    "companies": "uscc",
    "divisions": "code",
}
"""The column that names a row's subject, for kinds whose rows name just one."""

SPOKEN_OF = {"ledger": frozenset({"compound", "service_status"})}
"""Of which tables a complete file is all there is, where not of all that it fills."""


def _completeness(
    register: Register, kind: str, frame: pd.DataFrame, findings: Findings, options: Options
) -> Complete | None:
    """Say of what the file is all there is; rows that are held are in the file all the same.

    Raises
    ------
    InputError
        When a held row does not say whom it speaks of: nobody can tell what is absent.
    NotFound
        When the register has no such division.
    """
    division = None if options.complete is None else normal_division(options.complete)
    if division is None:
        return None
    if not register.has_division(division):
        raise NotFound(f"登记库中没有区划 {division}（--complete）。", "请先导入区划，或核对代码。")
    held = frame[frame["position"].isin(findings.held | findings.skipped)]
    held = held[~held["position"].isin(findings.totals)]
    key = KEY_OF_KIND.get(kind)
    if len(held) and (key is None or held[key].isna().any()):
        raise InputError(
            f"有 {len(held)} 行暂存，无法判断本文件缺少哪些内容，--complete 未执行。",
            "请先改好这些行（见 --dry-run --report），再用 --complete 导入。",
        )
    spared = tuple(sorted(set(held[key]))) if key is not None else ()
    in_ledger = {"ledger": True, "compounds": False}.get(kind)
    return Complete(division, in_ledger, spared)


def _only_good(item: Staged, kind: str, findings: Findings, complete: Complete | None) -> Staged:
    """Drop rows that a later rule held back; carry of what a complete file is all there is."""
    rows = item.rows[item.rows["seq"].isin(findings.good(item.rows["seq"]))]
    spoken_of = item.table in SPOKEN_OF.get(kind, {item.table})
    return Staged(item.table, rows, item.effective, complete if spoken_of else None)


def _known_columns(kind: str, raw: RawTable, renames: dict[str, str], file: str) -> dict[str, str]:
    for name, header in renames.items():
        if header not in raw.cells:
            raise InputError(
                f"{file} 中没有列 {header}（--map {name}={header}）。",
                f"文件中的列：{'、'.join(list(raw.cells)[:20])}",
            )
    columns = recognise(kind, list(raw.cells), renames)
    for column in KINDS[kind]:
        if column.required and column.name not in columns.values():
            raise InputError(
                f"{file} 缺少必填列 {column.header}（{column.name}）。",
                f"请补上该列，或用 --map {column.name}=列名 指定。",
            )
    return columns


def _clean(kind: str, raw: RawTable, columns: dict[str, str], findings: Findings) -> pd.DataFrame:
    """Read all known cells; a cell that can't be read holds its row back."""
    specs = {column.name: column for column in KINDS[kind]}
    frame: dict[str, Any] = {
        "position": np.arange(len(raw)),
        "sheet": np.array(raw.sheets, object),
        "row": np.array(raw.rows, np.int64),
    }
    for header, name in columns.items():
        column = specs[name]
        values, problems = read_column(_with_unit(raw.cells[header], header, column), column)
        frame[name] = pd.Series(values, dtype=object)  # else pandas turns None in texts into NaN
        for position, problem in problems.items():
            findings.add(
                "quarantined", problem.rule, position, header,
                text_of(raw.cells[header][position]), problem.message, problem.remedy,
            )  # fmt: skip
        if column.required:
            for position, value in enumerate(values):
                if value is None and position not in problems:
                    findings.add(
                        "quarantined", "required", position, header, "", "必填项为空", "请补填",
                    )  # fmt: skip
    _skip_totals(raw, findings)
    access = frame.get("division")
    blank = pd.Series([None] * len(raw), dtype=object)
    frame["access_division"] = blank if access is None else access
    return pd.DataFrame(frame)


def _with_unit(cells: list[Any], header: str, column: Column) -> list[Any]:
    """Give bare numbers under a header in 万㎡ that unit.

    Raises
    ------
    InputError
        When a header has a unit that its column is never in.
    """
    unit = unit_of(header, column)
    if unit is None:
        raise InputError(
            f"表头“{header}”的单位无法识别。",
            f"请改用“{column.header}”的单位，并相应换算数值。",
        )
    if not unit:
        return cells
    return [
        f"{text}{unit}" if BARE_NUMBER.fullmatch(text) else value
        for value, text in ((value, text_of(value)) for value in cells)
    ]


BARE_NUMBER = re.compile(r"[\d.,]+")
TOTALS = frozenset({"合计", "小计", "总计", "共计", "累计"})


def _skip_totals(raw: RawTable, findings: Findings) -> None:
    """Skip rows of sums: they repeat what the other rows say."""
    seen: set[int] = set()
    for cells in raw.cells.values():
        for position, value in enumerate(cells):
            if isinstance(value, str) and position not in seen:
                text = "".join(value.split()).rstrip(":：")
                if text in TOTALS:
                    seen.add(position)
                    findings.skip_total(position, text)


def _take_geometry(
    kind: str,
    raw: RawTable,
    frame: pd.DataFrame,
    findings: Findings,
    options: Options,
    file: str,
) -> str | None:
    """Add the checked geometry to the frame; give the reference system that was read."""
    must = kind in {"areas", "barriers"}
    if kind not in SHAPED or (raw.geometry is None and not must):
        return None
    if raw.geometry is None:
        raise InputError(
            f"{file} 没有图形列。", "这一类必须是图形文件（GeoPackage、Shapefile 等）。"
        )
    datum = shapes.choose_datum(raw.crs, options.crs, file)
    out = shapes.lint(
        to_register(shapely.force_2d(raw.geometry), datum),
        findings,
        polygons=kind != "barriers",
        optional=kind == "divisions",
    )
    frame["geometry"] = pd.Series(list(out), index=frame.index, dtype=object)
    return datum.name


def _notes(raw: RawTable, kept: list[str]) -> list[str | None]:
    """Keep what extra columns say as a JSON object a row; None where they say nothing."""
    made: dict[tuple[str, ...], str | None] = {}
    out: list[str | None] = []
    for row in zip(*(raw.cells[header] for header in kept), strict=True):
        texts = tuple(CONTROL.sub("", text_of(value)) for value in row)
        if texts not in made:
            words = {header: text for header, text in zip(kept, texts, strict=True) if text}
            made[texts] = json.dumps(words, ensure_ascii=False) if words else None
        out.append(made[texts])
    return out


def _is_made_up(file: str, raw: RawTable, kept: list[str]) -> bool:
    """Tell whether a file says of itself that it is made up: in its name, a sheet's, or a row."""
    if MADE_UP in file or any(MADE_UP in sheet for sheet in set(raw.sheets)):
        return True
    return any(
        MADE_UP in str(value) for header in kept for value in set(raw.cells[header]) if value
    )


def _parameters(options: Options, crs: str | None) -> dict[str, Any]:
    words = {
        "crs_declared": options.crs,
        "crs_applied": crs,
        "map": dict(options.renames) or None,
        "layer": options.layer,
        "effective": options.effective.isoformat() if options.effective else None,
        "complete": options.complete,
        "again": options.again or None,
    }
    return {name: value for name, value in words.items() if value is not None}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
