"""A compound's history, read from the register."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from geo.errors import NotFound
from geo.register.compose import Connection
from geo.register.store import Register


@dataclass(frozen=True)
class Source:
    """Where something was read: the change that brought it, and the file, sheet and row."""

    change: int
    file: str | None
    sheet: str | None
    row: int | None


@dataclass(frozen=True)
class Fact:
    """One fact, dated twice.

    It is so from `valid_from` until `valid_to`, the first day no longer so; the register held it
    so from change `known_from` until change `known_to`, which replaced it. ``inherited`` says
    which of its values came with an earlier file.
    """

    kind: str
    subject: str
    facts: dict[str, Any]
    valid_from: dt.date | None
    valid_to: dt.date | None
    known_from: int
    known_to: int | None
    recorded_at: dt.datetime
    replaced_at: dt.datetime | None
    source: Source
    made_up: bool
    inherited: dict[str, Source]

    def shows(self, as_of: dt.date, known: int) -> bool:
        """Tell whether a snapshot of a date as known after a change sees the fact."""
        begun = self.valid_from is None or self.valid_from <= as_of
        over = self.valid_to is not None and self.valid_to <= as_of
        replaced = self.known_to is not None and self.known_to <= known
        return begun and not over and self.known_from <= known and not replaced


def history(register: Register, code: str) -> list[Fact]:
    """Give everything ever held about a compound, kind by kind, the newest first.

    Raises
    ------
    NotFound
        When the register never had such a compound.
    """
    with register.connect() as connection:
        rows = connection.execute(_statement(), {"code": code}).fetchall()
        if not any(row["kind"] in {"compound", "compound_shape", "service_status"} for row in rows):
            raise NotFound(f"没有小区 {code}。", "请核对小区编码。")
        heads = _heads(connection, rows)
    return [_fact(row, heads) for row in rows]


@cache
def _statement() -> bytes:
    return files("geo.history").joinpath("compound.sql").read_bytes()


def _heads(connection: Connection, rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Give the changes that the facts came with, or were replaced by."""
    numbers = {number for row in rows for number in (row["change"], row["known_to"]) if number}
    numbers |= {int(source[0]) for row in rows for source in (row["inherited"] or {}).values()}
    found = connection.execute(
        "select number, at, file, made_up from change where number = any(%s)", [sorted(numbers)]
    )
    return {row["number"]: row for row in found}


def _fact(row: dict[str, Any], heads: dict[int, dict[str, Any]]) -> Fact:
    change = heads[row["change"]]
    replaced = heads.get(row["known_to"]) if row["known_to"] else None
    return Fact(
        kind=row["kind"],
        subject=row["subject"],
        facts=row["facts"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        known_from=row["known_from"],
        known_to=row["known_to"],
        recorded_at=change["at"],
        replaced_at=replaced["at"] if replaced else None,
        source=Source(row["change"], change["file"], row["sheet"], row["row"]),
        made_up=change["made_up"],
        inherited={
            name: Source(int(number), heads[int(number)]["file"], sheet, line)
            for name, (number, sheet, line) in (row["inherited"] or {}).items()
        },
    )
