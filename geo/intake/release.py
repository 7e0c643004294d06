"""Held rows, corrected, go through the very same checks as a file's and into the register.

All or nothing: one row that is still at fault keeps all of them out. What is loaded names the
original file, sheet and row as its source; the change is of kind ``release``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS

from geo.errors import InputError, NotFound, UsageError
from geo.intake.clean import text_of
from geo.intake.columns import KINDS, SHAPED
from geo.intake.headers import recognise
from geo.intake.load import prepare
from geo.intake.options import Options
from geo.intake.prepared import Prepared
from geo.intake.read import RawTable
from geo.intake.verdicts import VERDICTS, Outcome
from geo.register import held
from geo.register.compose import Connection
from geo.register.held import HeldRow
from geo.register.store import Origin, Register, Staged, Written
from geo.register.tables import SRID

SHAPE_WORDS: Final = frozenset({"geometry", "geom", "图形"})
"""What a correction of the shape is called; its value is WKT in EPSG:4490."""

CLOSED_WORDS: Final = {
    "released": "已放行",
    "dismissed": "已舍弃",
    "superseded": "已由后来的导入取代",
    "undone": "所属的导入已撤销",
}

Corrections = Mapping[int, Mapping[str, Any]]
"""By number of the held row: cells by column name or header; None or "" blanks one."""


@dataclass(frozen=True)
class Release:
    """What a release did: ``change`` is None when it was refused or tried out."""

    change: int | None
    dry_run: bool
    refused: bool
    ids: tuple[int, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def exit_code(self) -> int:
        """0 when all rows are in, 1 when some are still at fault and none is."""
        return 1 if self.refused else 0

    @property
    def counts(self) -> dict[str, int]:
        """Give how many rows got each verdict."""
        return {name: sum(item.counts[name] for item in self.outcomes) for name in VERDICTS}

    def as_json(self) -> dict[str, Any]:
        """Give the release as the command line prints it."""
        return {
            "change": self.change,
            "dry_run": self.dry_run,
            "refused": self.refused,
            "ids": list(self.ids),
            "rows": len(self.ids),
            "verdicts": self.counts,
            "outcomes": [item.as_json() for item in self.outcomes],
        }


def release(
    register: Register,
    corrections: Corrections,
    *,
    author: str,
    dry_run: bool = False,
    kind: str = "release",
    more: Sequence[Staged] = (),
) -> Release:
    """Correct held rows and load them, as one change.

    The change is of `kind`, and holds `more` facts beside those of the rows.

    A row held for what another row says (a code that comes twice, periods that overlap) may be
    released as it is: that says that it is the right one.

    Raises
    ------
    NotFound
        When there is no such held row.
    InputError
        When one is not open any more.
    UsageError
        When a correction names a column that its kind has not, or a shape that can't be read.
    """
    with register.connect() as connection:
        found = held.by_id(connection, list(corrections))
    _check_open(list(corrections), found)
    rows = {found[number].id: (found[number], words) for number, words in corrections.items()}
    groups = _grouped([_corrected(row, words) for row, words in rows.values()])
    prepared = [_prepare(register, group) for group in groups]
    ids = tuple(sorted(rows))
    if any(item.findings.held for item in prepared):
        nothing = Written(None, frozenset(), 0)
        outcomes = tuple(item.outcome(nothing, dry_run=dry_run) for item in prepared)
        return Release(None, dry_run, True, ids, outcomes)
    starts = np.cumsum([0, *(len(item.raw) for item in prepared)]).tolist()

    def counts(changed: frozenset[int]) -> dict[str, int]:
        listed = [
            item.findings.counts(_own(changed, start))
            for item, start in zip(prepared, starts, strict=False)
        ]
        return {name: sum(item[name] for item in listed) for name in VERDICTS}

    def close(connection: Connection, change: int, _changed: frozenset[int]) -> bool:
        if held.close(connection, change, ids, "released") != len(ids):
            raise InputError(
                "有的暂存行刚刚已由他人处理，本次未写入任何内容。", "请用 wuye import held 查看。"
            )
        return True

    origin = _origin([row for row, _ in rows.values()], corrections, author)
    written = register.write(
        replace(origin, kind=kind),
        [
            *(
                _moved(staged, start)
                for item, start in zip(prepared, starts, strict=False)
                for staged in item.staged
            ),
            *(_moved(staged, starts[-1]) for staged in more),
        ],
        counts,
        also=close,
        dry_run=dry_run,
    )
    outcomes = tuple(
        item.outcome(replace(written, changed=_own(written.changed, start)), dry_run=dry_run)
        for item, start in zip(prepared, starts, strict=False)
    )
    return Release(written.number, dry_run, False, ids, outcomes)


def dismiss(
    register: Register, ids: Sequence[int], *, reason: str, author: str, dry_run: bool = False
) -> int | None:
    """Close held rows that need not be loaded, as one change of kind ``dismiss``; give its number.

    Raises
    ------
    NotFound, InputError
        As `release`.
    UsageError
        Without a reason.
    """
    if not reason.strip():
        raise UsageError("舍弃暂存行必须说明理由。", "例如 --reason 该小区已拆除。")
    with register.connect() as connection:
        found = held.by_id(connection, ids)
    _check_open(ids, found)
    rows = [found[number] for number in dict.fromkeys(ids)]
    origin = _origin(rows, {}, author)
    origin = replace(
        origin, kind="dismiss", parameters={**origin.parameters, "reason": reason.strip()}
    )
    own = sorted({row.id for row in rows})
    written = register.write(
        origin,
        [],
        also=lambda connection, change, _: bool(held.close(connection, change, own, "dismissed")),
        dry_run=dry_run,
    )
    return written.number


def column_named(kind: str, word: str) -> str:
    """Give the name of the column that a word names: header, English name, or our own.

    Raises
    ------
    UsageError
        When the kind has no such column.
    """
    found = recognise(kind, [word], {})
    if not found:
        listed = "、".join(column.header for column in KINDS[kind])
        raise UsageError(f"没有列 {word}（{kind}）。", f"可用：{listed}")
    return found[word]


def _check_open(ids: Sequence[int], found: Mapping[int, HeldRow]) -> None:
    if not ids:
        raise UsageError("没有指明暂存行。", "请写编号，见 wuye import held。")
    for number in ids:
        row = found.get(number)
        if row is None:
            raise NotFound(f"没有第 {number} 号暂存行。", "请用 wuye import held 查看编号。")
        if row.closed_as is not None:
            raise InputError(
                f"第 {number} 号暂存行{CLOSED_WORDS[row.closed_as]}（第 {row.closed_by} 号变更）。",
                "请用 wuye import held 查看尚未处理的行。",
            )


def _corrected(row: HeldRow, words: Mapping[str, Any]) -> HeldRow:
    cells, shape = dict(row.cells), row.shape
    for word, value in words.items():
        if word.strip().lower() in SHAPE_WORDS:
            shape = _shape(value, row)
            continue
        name = column_named(row.kind, word)
        if text_of(value):
            cells[name] = value
        else:
            cells.pop(name, None)
    return replace(row, cells=cells, shape=shape)


def _shape(text: Any, row: HeldRow) -> bytes:
    shape = shapely.from_wkt(str(text), on_invalid="ignore")
    if shape is None or row.kind not in SHAPED:
        raise UsageError(
            f"第 {row.id} 号暂存行：图形“{str(text)[:40]}”无法读取，或这一类没有图形。",
            "请写成 WKT，坐标为 EPSG:4490 的经度、纬度。",
        )
    found: bytes = shapely.to_wkb(shape)
    return found


def _grouped(rows: list[HeldRow]) -> list[list[HeldRow]]:
    """Put together what one table can hold: rows of a kind and date, with or without shapes."""
    groups: dict[tuple[str, str, bool], list[HeldRow]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        key = (row.kind, row.problems.get("effective", ""), row.shape is not None)
        groups.setdefault(key, []).append(row)
    return [groups[key] for key in sorted(groups)]


def _prepare(register: Register, rows: list[HeldRow]) -> Prepared:
    """Check rows again as if their file held them only."""
    kind, effective = rows[0].kind, rows[0].problems.get("effective")
    told = {name for row in rows for name in row.cells}
    cells = {
        column.header: [row.cells.get(column.name) for row in rows]
        for column in KINDS[kind]
        if column.required or column.name in told
    }
    geometry = None
    if rows[0].shape is not None:
        geometry = np.empty(len(rows), dtype=object)
        geometry[:] = [shapely.from_wkb(row.shape) for row in rows]
    raw = RawTable(
        cells,
        [row.sheet for row in rows],
        [row.row for row in rows],
        geometry=geometry,
        crs=None if geometry is None else CRS(SRID),
    )
    day = None if effective is None else dt.date.fromisoformat(effective)
    return prepare(register, kind, raw, _files(rows), Options(effective=day))


def _origin(rows: list[HeldRow], corrections: Corrections, author: str) -> Origin:
    """Say whence the rows are: what was corrected by column only, its values are facts now."""
    return Origin(
        kind="release",
        author=author,
        file=_files(rows),
        made_up=any(row.problems.get("made_up") for row in rows),
        parameters={
            "rows": [
                {
                    "id": row.id, "kind": row.kind, "change": row.change, "file": row.file,
                    "sheet": row.sheet, "row": row.row,
                    "corrected": sorted(corrections.get(row.id, {})),
                }
                for row in sorted(rows, key=lambda row: row.id)
            ]
        },
    )  # fmt: skip


def _files(rows: list[HeldRow]) -> str:
    return "、".join(sorted({row.file for row in rows}))


def _moved(staged: Staged, start: int) -> Staged:
    """Count positions on from those of the groups before."""
    return replace(staged, rows=staged.rows.assign(seq=staged.rows["seq"] + start))


def _own(changed: frozenset[int], start: int) -> frozenset[int]:
    """Give changed positions as one group counts them; those of others fall outside its rows."""
    return frozenset(position - start for position in changed)
