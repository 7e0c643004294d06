"""Import a file: read, clean, lint, stage and merge, in one transaction.

Nothing is written before everything has been read, and all of it or none is committed.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.codes import normal_division
from geo.datum.reference import to_register
from geo.errors import InputError, UsageError
from geo.intake import cells, facts, hold
from geo.intake.alike import warn_of_codes_alike
from geo.intake.clean import Context
from geo.intake.columns import KINDS, NEEDS_SHAPES, SHAPED
from geo.intake.complete import KEY_OF_KIND, SPOKEN_OF, completeness
from geo.intake.known import known_columns
from geo.intake.lint.check import Judging, lint, lint_outlines
from geo.intake.lint.gates import relate_gates
from geo.intake.lint.relations import relate
from geo.intake.match.in_import import take_codes
from geo.intake.options import Options
from geo.intake.personal import is_personal, without_persons
from geo.intake.places import Places
from geo.intake.precision import add_marks
from geo.intake.prepared import Prepared
from geo.intake.read import RawTable, read
from geo.intake.roundtrip.differences import compare
from geo.intake.roundtrip.tags import take_tags
from geo.intake.settle import Settled, likely, settle
from geo.intake.unknown_divisions import warn_of_unknown_divisions
from geo.intake.verdicts import Findings, Outcome
from geo.intake.whereabouts import fill_divisions, needs_places
from geo.register.ahead import Ahead
from geo.register.compose import Connection
from geo.register.retract import Complete
from geo.register.store import Origin, Register, Staged
from geo.register.tree import division_names
from geo.rings.column import OutlineColumn
from geo.rings.outlines import Outlines

__all__ = ["Options", "check_call", "import_file", "import_table", "prepare"]


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
    check_call(kind, options)
    raw = read(path, kind, options.headers, options.layer, options.constants)
    with ThreadPoolExecutor(1) as beside, register.ahead() as ahead:
        prepared = prepare(register, kind, raw, path.name, options, beside, ahead)
        sha256 = beside.submit(_sha256, path)  # the server works by now, and a core is free
        return _write(register, prepared, sha256, options, ahead)


def check_call(kind: str, options: Options) -> None:
    """Refuse options that make no sense, before anything is read.

    Raises
    ------
    UsageError
        For a kind, column or division code that there isn't.
    """
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


def import_table(
    register: Register, kind: str, raw: RawTable, file: str, sha256: str, options: Options
) -> Outcome:
    """Import rows that were read already; `import_file` says the rest."""
    return _write(register, prepare(register, kind, raw, file, options), sha256, options)


def _write(
    register: Register,
    prepared: Prepared,
    sha256: str | Future[str],
    options: Options,
    ahead: Ahead | None = None,
) -> Outcome:
    origin = Origin(
        kind=prepared.kind,
        author=options.author,
        file=prepared.file,
        sha256=sha256,
        made_up=prepared.made_up,
        parameters=options.parameters(prepared.datum.applied.name if prepared.datum else None),
        found=prepared.found(),
    )
    keep = hold.keeper(prepared, again=options.again)

    def settled(connection: Connection, change: int, changed: frozenset[int]) -> bool:
        prepared.settle()  # it went on beside the writing; it holds no row
        return keep(connection, change, changed)

    written = register.write(
        origin,
        prepared.staged,
        prepared.findings.counts,
        also=settled,
        dry_run=options.dry_run,
        again=options.again,
        ahead=ahead,
    )
    return prepared.outcome(written, dry_run=options.dry_run)


def prepare(
    register: Register,
    kind: str,
    raw: RawTable,
    file: str,
    options: Options,
    pool: Executor | None = None,
    ahead: Ahead | None = None,
) -> Prepared:
    """Clean and check a table and make facts of it; nothing is committed.

    Parameters
    ----------
    pool
        Goes on finding out, if given, of what holds no row: `Prepared.settle` waits for it.
    ahead
        Begins to write, if given, what is known before the shapes are.
    """
    findings = Findings(raw.sheets, raw.rows)
    judging = None
    if isinstance(raw.geometry, Outlines):
        judging = Judging(raw.geometry, likely(raw.crs, options.crs, file))
    for rule, words in raw.remarks:
        findings.note(rule, words)
    tags = take_tags(raw)
    columns, found = known_columns(kind, raw, options, file, findings)
    places = None
    if needs_places(kind, raw, columns, found):
        places = Places(division_names(register))
        fill_divisions(kind, raw, columns, found, places, findings)
    frame, marks = cells.clean(kind, raw, columns, findings, Context(places), options.mapping)
    cells.lint_firms(kind, raw, columns, found.helpers, findings)
    extra = [header for header in raw.cells if header not in columns]
    personal = [header for header in extra if is_personal(header, raw.cells[header])]
    kept = [header for header in extra if header not in personal]
    noted = kind in WITH_NOTES
    if noted:
        _take_notes(kind, raw, kept, frame, marks, findings)
    begun = 0
    if ahead is not None and kind == "compounds" and judging and options.complete is None:
        begun = _begin(ahead, findings.good_rows(frame), options)
    datum = _take_geometry(register, kind, raw, frame, findings, options, file, judging)
    first = False
    if ahead is not None and begun and tags is None:
        first = _begin_shapes(ahead, findings.good_rows(frame), begun, options)
    take_codes(register, kind, frame, findings)
    warn_of_unknown_divisions(register, kind, frame, findings)
    warn_of_codes_alike(register, kind, frame, findings, ahead)
    differences = [] if first else compare(register, kind, frame, tags, findings, options.effective)
    good = findings.good_rows(frame)
    staged = facts.FACTS_OF[kind](good, findings, options.effective) if len(good) else []
    related = relate(register, kind, good, findings, options.effective, pool, alone=first)
    if kind == "gates":
        relate_gates(register, good, findings, options.effective)
    complete = completeness(register, kind, frame, findings, options.complete)
    return Prepared(
        kind=kind,
        file=file,
        raw=raw,
        columns=columns,
        frame=frame,
        findings=findings,
        staged=[_only_good(item, kind, findings, complete) for item in staged],
        effective=options.effective,
        datum=datum,
        extra_columns=kept if noted else [],
        personal_columns=personal,
        unsaved_columns=[header for header in kept if not noted and any(raw.cells[header])],
        made_up=cells.is_made_up(file, raw, kept),
        differences=differences,
        related=related,
    )


def _begin(ahead: Ahead, rows: pd.DataFrame, options: Options) -> int:
    """Begin to write profiles before the shapes are known; give how many."""
    profiles = facts.likely_profiles(rows, options.effective)
    if profiles is None:
        return 0
    ahead.begin(profiles)
    return len(profiles.rows)


def _begin_shapes(ahead: Ahead, rows: pd.DataFrame, begun: int, options: Options) -> bool:
    """Begin to write shapes behind their profiles; tell whether the register had none.

    If the lint held a row, all that was begun is for nothing.
    """
    if len(rows) == begun:
        ahead.begin(facts.shapes_of(rows, options.effective))
    return ahead.found_empty("compound_shape")


def _take_notes(
    kind: str,
    raw: RawTable,
    kept: list[str],
    frame: pd.DataFrame,
    marks: cells.Marks,
    findings: Findings,
) -> None:
    """Add what extra columns say to the frame, and how much its dates say; no personal data."""
    for header in kept:
        raw.cells[header], hits = without_persons(raw.cells[header])
        if hits:
            findings.note("personal", f"列“{header}”有 {len(hits)} 格含个人信息，未保存")
    said = cells.notes(raw, kept) if kept else [None] * len(raw)
    if marks:
        said = add_marks(said, frame[KEY_OF_KIND[kind]].tolist(), marks)
    if kept or marks:
        frame["notes"] = pd.Series(said, dtype=object)


WITH_NOTES = frozenset({"compounds", "ledger", "areas", "companies", "projects"})
"""Kinds whose extra columns are kept as notes."""


def _only_good(item: Staged, kind: str, findings: Findings, complete: Complete | None) -> Staged:
    """Drop rows that a later rule held back; carry of what a complete file is all there is."""
    rows = findings.good_rows(item.rows, "seq")
    spoken_of = item.table in SPOKEN_OF.get(kind, {item.table})
    return Staged(item.table, rows, item.effective, complete if spoken_of else None)


def _take_geometry(
    register: Register,
    kind: str,
    raw: RawTable,
    frame: pd.DataFrame,
    findings: Findings,
    options: Options,
    file: str,
    judging: Judging | None,
) -> Settled | None:
    """Add the checked geometry to the frame; say in which reference system it was read."""
    must = kind in NEEDS_SHAPES
    if kind not in SHAPED or (raw.geometry is None and not must):
        return None
    if raw.geometry is None:
        raise InputError(
            f"{file} 没有图形列。", "这一类必须是图形文件（GeoPackage、Shapefile 等）。"
        )
    own = "compound" if kind == "gates" else "code"
    datum = settle(
        register, kind, raw.geometry, raw.crs, options.crs, file,
        codes=_texts(frame, own), divisions=_texts(frame, "division"),
    )  # fmt: skip
    if datum.notice:
        findings.note("datum", datum.notice)
    # What was read is let go of, but for the shapes that can't be used: it is as large again.
    if isinstance(raw.geometry, Outlines):
        assert judging is not None  # noqa: S101 - set where the outlines were seen
        outlines = lint_outlines(raw.geometry, datum.applied, findings, kind, judging)
        frame["geometry"] = pd.Series(OutlineColumn(outlines), index=frame.index)
        lost = np.flatnonzero(outlines.absent)
        raw.placed = outlines.filled(lost, to_register(raw.geometry[lost], datum.applied))
    else:
        placed = to_register(raw.geometry, datum.applied)
        out = lint(raw.geometry, placed, datum.applied, findings, kind)
        frame["geometry"] = pd.Series(list(out), index=frame.index, dtype=object)
        raw.placed = np.where(shapely.is_missing(out), placed, out)
    raw.geometry = raw.placed
    return datum


def _texts(frame: pd.DataFrame, column: str) -> list[str | None]:
    """Give a column's texts, None where there are none."""
    if column not in frame:
        return [None] * len(frame)
    values: list[Any] = frame[column].tolist()
    if set(map(type, values)) <= {str, type(None)}:
        return values
    return [value if isinstance(value, str) else None for value in values]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
