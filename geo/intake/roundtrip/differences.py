"""What an edited export would change, row by row, before anything is written.

A row whose polygon lies where the register has it, to a centimetre, was not edited: it keeps the
register's polygon to the last bit, whatever reference system it went out and came back in. A row
that was not edited while the register has moved on keeps the newer polygon too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from psycopg import sql
from psycopg.rows import tuple_row

from geo.intake.lint.limits import SAME_PLACE_M
from geo.intake.lint.measure import Floats, Geometries, area_m2
from geo.intake.roundtrip.displacement import displacements_m, is_moved
from geo.intake.roundtrip.export import TABLES
from geo.intake.roundtrip.tags import Tags, fingerprints
from geo.intake.verdicts import Findings
from geo.register.compose import text_array
from geo.register.fresh import is_empty
from geo.register.store import Register
from geo.register.tables import FACTS
from geo.rings.column import OutlineColumn

State = Literal["unchanged", "moved", "reshaped", "new", "kept"]
STATE_NAMES: Final[dict[State, str]] = {
    "unchanged": "未改",
    "moved": "平移",
    "reshaped": "改形",
    "new": "新画",
    "kept": "未改，登记库已有更新",
}


@dataclass(frozen=True)
class Difference:
    """What one row of an edited export changes.

    Attributes
    ----------
    area_before_m2, area_after_m2
        On the ellipsoid; None before for a new polygon.
    iou
        Intersection over union of the two polygons.
    displacement_m
        The greatest distance of either outline from the other.
    edited_since_export
        The register's polygon is not the one exported.
    """

    row: int
    code: str
    state: State
    area_before_m2: float | None
    area_after_m2: float
    iou: float | None
    displacement_m: float | None
    edited_since_export: bool

    def as_json(self) -> dict[str, Any]:
        """Give the difference as the command line prints it."""
        return asdict(self)


def compare(
    register: Register,
    kind: str,
    frame: pd.DataFrame,
    tags: Tags | None,
    findings: Findings,
    on: dt.date | None = None,
) -> list[Difference]:
    """Say what each row of an export that comes back would change.

    Parameters
    ----------
    frame
        The file's rows: code, row, position, geometry. Rows that were not edited get the
        register's polygon.
    tags
        What the export's rows carry; None when the file is no export: then it is only said which
        polygons left the place where the register has them.
    on
        The day on which the register's polygons are looked at; None: as they stand.

    Returns
    -------
    list
        A difference for each row with a code and a polygon, in the file's order.
    """
    if kind not in TABLES or "geometry" not in frame or "code" not in frame:
        return []
    if tags is None and _has_none(register, kind):
        return []
    if tags is not None:
        frame["geometry"] = frame["geometry"].astype(object)
    rows = findings.good_rows(frame[frame["geometry"].notna() & frame["code"].notna()])
    if rows.empty:
        return []
    if tags is None:
        _say_left_places(register, kind, rows, findings, on)
        return []
    codes = rows["code"].tolist()
    current = _shapes(register, kind, codes, on, None)
    pairs = _Pairs(
        rows,
        np.array(rows["geometry"], dtype=object),
        np.array([current.get(code) for code in codes], dtype=object),
        [tags.prints[position] for position in rows["position"]],
    )
    exported = pairs.now.copy()
    since = pairs.edited_since()
    if since.any() and tags.known is not None:
        old = _shapes(
            register, kind, [codes[place] for place in np.flatnonzero(since)], on, tags.known
        )
        exported[since] = [old.get(codes[place]) for place in np.flatnonzero(since)]
    return _tell(frame, pairs, exported, since, findings)


@dataclass(frozen=True)
class _Pairs:
    """Rows with their polygons as drawn, as the register has them now, and as tagged."""

    rows: pd.DataFrame
    drawn: Geometries
    now: Geometries
    prints: Sequence[str | None]

    def edited_since(self) -> npt.NDArray[np.bool_]:
        """Tell of which rows the register's polygon is not the one exported."""
        known = ~shapely.is_missing(self.now)
        now: list[str | None] = [None] * len(self.now)
        for place, value in zip(np.flatnonzero(known), fingerprints(self.now[known]), strict=True):
            now[place] = value
        return np.array(
            [
                printed is not None and printed != present
                for printed, present in zip(self.prints, now, strict=True)
            ],
            np.bool_,
        )


def _tell(
    frame: pd.DataFrame,
    pairs: _Pairs,
    exported: Geometries,
    since: npt.NDArray[np.bool_],
    findings: Findings,
) -> list[Difference]:
    off_now = displacements_m(pairs.drawn, pairs.now)
    off_exported = np.where(since, displacements_m(pairs.drawn, exported), off_now)
    state = _states(pairs, off_now, off_exported, since)
    kept = np.isin(state, ("unchanged", "kept"))
    frame.loc[pairs.rows.index[kept], "geometry"] = pd.Series(
        list(pairs.now[kept]), index=pairs.rows.index[kept], dtype=object
    )
    after = np.where(kept, pairs.now, pairs.drawn)
    before_m2, after_m2 = area_m2(pairs.now), area_m2(after)
    shared_m2 = area_m2(shapely.intersection(pairs.now, after))
    iou = shared_m2 / (before_m2 + after_m2 - shared_m2)
    told = []
    for place, (position, row, code) in enumerate(
        zip(pairs.rows["position"], pairs.rows["row"], pairs.rows["code"], strict=True)
    ):
        new = state[place] == "new"
        told.append(
            Difference(
                row=int(row),
                code=code,
                state=state[place],
                area_before_m2=None if new else round(float(before_m2[place]), 2),
                area_after_m2=round(float(after_m2[place]), 2),
                iou=None if new else round(float(iou[place]), 6),
                displacement_m=None if new else 0.0 if kept[place] else round(off_now[place], 3),
                edited_since_export=bool(since[place]),
            )
        )
        _warn(findings, position, told[-1])
    count = sum(item.state == "kept" for item in told)
    if count:
        findings.note("kept_newer", f"{count:,} 个图形导出后未改、登记库却已更新，保留登记库的图形")
    return told


def _states(
    pairs: _Pairs, off_now: Floats, off_exported: Floats, since: npt.NDArray[np.bool_]
) -> list[State]:
    absent = shapely.is_missing(pairs.now)
    same = off_now <= SAME_PLACE_M
    kept = ~same & since & (off_exported <= SAME_PLACE_M)
    edited = ~absent & ~same & ~kept
    moved = np.zeros(len(absent), np.bool_)
    moved[edited] = is_moved(pairs.now[edited], pairs.drawn[edited])
    found: list[State] = []
    for place in range(len(absent)):
        if absent[place]:
            found.append("new")
        elif same[place]:
            found.append("unchanged")
        elif kept[place]:
            found.append("kept")
        else:
            found.append("moved" if moved[place] else "reshaped")
    return found


def _warn(findings: Findings, position: Any, item: Difference) -> None:
    """Flag edits that write over another's, or that leave the old place altogether."""
    if item.edited_since_export and item.state == "new":
        findings.add(
            "warned", "edited_since_export", position, "geometry", item.code,
            "本行由导出的图形而来，登记库中却没有这个编码的图形：复制了别的图形，或导出后已被撤销",
            "请核对编码；确是新画的可直接导入",
        )  # fmt: skip
    if item.edited_since_export and item.state in {"moved", "reshaped"}:
        findings.add(
            "warned", "edited_since_export", position, "geometry", item.code,
            "导出之后登记库中的图形已被他人改动，本次编辑将覆盖它",
            "请先重新导出，在最新的图形上修改；确认以本次为准的可直接导入",
        )  # fmt: skip
    if item.iou == 0:
        _say_left_place(findings, position, item.code, item.displacement_m)


def _say_left_place(
    findings: Findings, position: Any, code: str, displacement_m: float | None
) -> None:
    findings.add(
        "warned", "left_its_place", position, "geometry", code,
        f"新图形与原图形没有重叠，最远相距 {displacement_m:,.1f} 米",
        "请核对编码是否填错行、坐标系（--crs）是否选错；已误入库的可用 wuye import undo 撤销",
    )  # fmt: skip


BATCH: Final = 50_000
"""Polygons of the register that are looked at at once: bounds memory."""


def _say_left_places(
    register: Register, kind: str, rows: pd.DataFrame, findings: Findings, on: dt.date | None
) -> None:
    """Flag polygons that share no ground with the one that the register has of their code.

    A file in the wrong datum, or with codes a row off, would else write over good polygons.
    """
    for first in range(0, len(rows), BATCH):
        part = rows.iloc[first : first + BATCH]
        current = _wkb(register, kind, part["code"].tolist(), on, None)
        known = [current.get(code) for code in part["code"]]
        drawn = _drawn_wkb(part["geometry"])
        asked = [
            place
            for place, (one, other) in enumerate(zip(known, drawn, strict=True))
            if one is not None and one != other
        ]
        if not asked:
            continue  # all as they were: nothing to build
        moved = part.iloc[asked]
        now = shapely.from_wkb(np.array([known[place] for place in asked], dtype=object))
        then = np.array(moved["geometry"], dtype=object)
        apart = np.flatnonzero(shapely.disjoint(now, then))
        for place, off_m in zip(apart, displacements_m(then[apart], now[apart]), strict=True):
            row = moved.iloc[place]
            _say_left_place(findings, row["position"], row["code"], float(off_m))


def _drawn_wkb(column: pd.Series) -> list[bytes]:
    """Give polygons as the register's come: little-endian WKB."""
    shapes = column.array
    if isinstance(shapes, OutlineColumn):
        outlines: list[bytes] = shapes.wkb().to_pylist()
        return outlines
    return list(shapely.to_wkb(np.array(shapes, dtype=object), byte_order=1))


def _has_none(register: Register, kind: str) -> bool:
    with register.connect() as connection:
        return is_empty(connection, FACTS[TABLES[kind]])


def _shapes(
    register: Register, kind: str, codes: list[str], on: dt.date | None, known: int | None
) -> dict[str, Any]:
    """Give the register's polygons of some codes, as known after a change or now."""
    found = _wkb(register, kind, codes, on, known)
    shapes = shapely.from_wkb(np.array(list(found.values()), dtype=object))
    return dict(zip(found, shapes, strict=True))


def _wkb(
    register: Register, kind: str, codes: list[str], on: dt.date | None, known: int | None
) -> dict[str, bytes]:
    query = sql.SQL(
        "select f.code, st_asbinary(f.geom, 'NDR') from {table} f"
        " join unnest(%(codes)s::text[]) as w (code) on w.code = f.code"
        " where {known} and {valid} and f.geom is not null"
    ).format(
        table=sql.Identifier(TABLES[kind]),
        known=sql.SQL("upper_inf(f.known)" if known is None else "f.known @> %(known)s::bigint"),
        valid=sql.SQL("upper_inf(f.valid)" if on is None else "f.valid @> %(on)s::date"),
    )
    values = {"codes": text_array(sorted(set(codes))), "known": known, "on": on}
    with (
        register.connect() as connection,
        connection.cursor(binary=True, row_factory=tuple_row) as cursor,
    ):
        return dict(cursor.execute(query, values).fetchall())
