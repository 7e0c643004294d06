"""Rows that an import held back: kept as they were written, open until a change closes them.

Closing is the only update ever made to one. What a change closed stands open again, as a new row,
when that change is undone. A row is known by its digest: the same row is held open once, and one
that was released, dismissed or superseded is not held again by the same old file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from geo.register.compose import Connection

Closing = Literal["released", "dismissed", "superseded"]

CLOSED_FOR_GOOD: Final[tuple[Closing, ...]] = ("released", "dismissed", "superseded")


@dataclass(frozen=True)
class HeldRow:
    """A row held back.

    ``cells`` maps column names to cells as they were written (text, number or yes/no; with the unit
    of its header); ``shape`` is WKB in EPSG:4490. ``problems`` holds ``findings``, and where there
    are any ``candidates`` (what the row may mean), ``effective`` and ``made_up`` of its import.
    ``id``, ``change`` and what closed it are the register's, once it is stored.
    """

    kind: str
    file: str
    sheet: str
    row: int
    subject: str | None
    cells: dict[str, Any]
    shape: bytes | None
    problems: dict[str, Any]
    access_division: str | None
    id: int = 0
    change: int = 0
    closed_by: int | None = None
    closed_as: str | None = None
    digest: str = field(default="", compare=False)

    def fingerprint(self) -> str:
        """Give a hash of kind, cells and shape: the same row has the same one."""
        words = json.dumps([self.kind, self.cells], ensure_ascii=False, sort_keys=True)
        found = hashlib.sha256(words.encode())
        found.update(self.shape or b"")
        return found.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "change": self.change,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "subject": self.subject,
            "division": self.access_division,
            "cells": self.cells,
            "has_shape": self.shape is not None,
            "problems": self.problems.get("findings", []),
            "candidates": self.problems.get("candidates", []),
        }


_FIELDS: Final = (
    "id, digest, kind, change, file, sheet, row, subject, cells, shape, problems, closed_by,"
    " closed_as, access_division"
)


def store(
    connection: Connection, change: int, rows: Iterable[HeldRow], *, again: bool = False
) -> int:
    """Hold rows open; give how many are newly so.

    A row that is open already stays as it is. One that was closed for good is held again only on
    `again`: its file was imported before.
    """
    connection.execute(
        "create temp table held_stage (seq integer, digest text, kind text, file text, sheet text,"
        " row integer, subject text, cells jsonb, shape bytea, problems jsonb,"
        " access_division text) on commit drop"
    )
    statement = (
        "copy held_stage (seq, digest, kind, file, sheet, row, subject, cells, shape, problems,"
        " access_division) from stdin"
    )
    with connection.cursor().copy(statement) as copy:
        for seq, row in enumerate(rows):
            copy.write_row(
                (
                    seq, row.fingerprint(), row.kind, row.file, row.sheet, row.row, row.subject,
                    json.dumps(row.cells, ensure_ascii=False), row.shape,
                    json.dumps(row.problems, ensure_ascii=False), row.access_division,
                )
            )  # fmt: skip
    stored = connection.execute(
        "insert into held_row (digest, kind, change, file, sheet, row, subject, cells, shape,"
        " problems, access_division)"
        " select digest, kind, %(change)s, file, sheet, row, subject, cells, shape, problems,"
        " access_division from (select distinct on (digest) * from held_stage order by digest, seq)"
        " as s where not exists (select from held_row h where h.digest = s.digest and"
        " (h.closed_by is null or h.closed_as = any(%(closed)s) and not %(again)s"
        "   and not exists (select from change u where u.undoes = h.closed_by)))"
        " order by seq",
        {"change": change, "closed": list(CLOSED_FOR_GOOD), "again": again},
    )
    connection.execute("drop table held_stage")
    return stored.rowcount


def open_rows(
    connection: Connection, *, kind: str | None = None, division: str | None = None
) -> list[HeldRow]:
    """List the rows held open, oldest first.

    A row that names no division lies where the compound is that it speaks of.
    """
    found = connection.execute(
        "select * from (select h.*, coalesce(h.access_division, (select c.division from compound c"
        "   where c.code = h.subject and upper_inf(c.known) and h.kind in ('ledger', 'compounds')"
        "   order by lower(c.valid) desc nulls last limit 1)) as place"
        " from held_row h where closed_by is null"
        "   and (%(kind)s::text is null or kind = %(kind)s)) as h"
        " where %(division)s::text is null or starts_with(place, %(division)s) order by id",
        {"kind": kind, "division": division},
    ).fetchall()
    return [_row(words) for words in found]


def about_somebody(connection: Connection, kind: str) -> list[HeldRow]:
    """List the open rows of a kind that say of whom they speak."""
    found = connection.execute(
        f"select {_FIELDS} from held_row"  # noqa: S608 - our own column names
        " where closed_by is null and kind = %s and subject is not null order by id",
        [kind],
    ).fetchall()
    return [_row(words) for words in found]


def by_id(connection: Connection, ids: Sequence[int]) -> dict[int, HeldRow]:
    """Give rows by the number asked for; one opened again since is given as it stands open now."""
    found = connection.execute(
        "select asked.id as asked, h.* from held_row asked join lateral (select * from held_row h"
        " where h.digest = asked.digest order by h.closed_by is null desc, h.id = asked.id desc"
        " limit 1) as h on true where asked.id = any(%s)",
        [list(ids)],
    ).fetchall()
    return {int(words["asked"]): _row(words) for words in found}


def close(connection: Connection, change: int, ids: Sequence[int], closed_as: Closing) -> int:
    """Close open rows; give how many were open."""
    return connection.execute(
        "update held_row set closed_by = %s, closed_as = %s"
        " where id = any(%s) and closed_by is null",
        [change, closed_as, list(ids)],
    ).rowcount


def released_since(connection: Connection, number: int) -> set[int]:
    """Give the changes that released rows which a change held: it can't be undone under them."""
    found = connection.execute(
        "select distinct closed_by from held_row h where change = %s and closed_as = 'released'"
        " and not exists (select from change u where u.undoes = h.closed_by)",
        [number],
    ).fetchall()
    return {int(row["closed_by"]) for row in found}


def take_back(connection: Connection, number: int, change: int) -> None:
    """Close what a change held open, and hold open again what it closed."""
    connection.execute(
        "update held_row set closed_by = %(change)s, closed_as = 'undone' where closed_by is null"
        " and digest in (select digest from held_row where change = %(number)s)",
        {"number": number, "change": change},
    )
    connection.execute(
        "insert into held_row (digest, kind, change, file, sheet, row, subject, cells, shape,"
        " problems, access_division)"
        " select distinct on (digest) digest, kind, %(change)s, file, sheet, row, subject, cells,"
        " shape, problems, access_division from held_row h where closed_by = %(number)s"
        " and not exists (select from change u where u.undoes = h.change)"
        " and not exists (select from held_row o where o.digest = h.digest and o.closed_by is null)"
        " order by digest, id",
        {"number": number, "change": change},
    )


def _row(words: dict[str, Any]) -> HeldRow:
    return HeldRow(
        kind=words["kind"],
        file=words["file"],
        sheet=words["sheet"],
        row=words["row"],
        subject=words["subject"],
        cells=words["cells"],
        shape=None if words["shape"] is None else bytes(words["shape"]),
        problems=words["problems"],
        access_division=words["access_division"],
        id=words["id"],
        change=words["change"],
        closed_by=words["closed_by"],
        closed_as=words["closed_as"],
        digest=words["digest"],
    )
