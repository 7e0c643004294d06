"""Divisions, compounds and projects of a snapshot by name, alias, code or pinyin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from geo.name_search import NameIndex
from geo.snapshot.file import Snapshot
from geo.snapshot.opened import once_a_snapshot

Kind = Literal["division", "compound", "project"]
KINDS: Final[tuple[Kind, ...]] = ("division", "compound", "project")
TABLES: Final = {"division": "divisions", "compound": "compounds", "project": "projects"}

_HOW: Final = {"text": 0, "pinyin": 2, "initials": 3}
_ALIAS: Final = 1


@dataclass(frozen=True)
class Hit:
    """One thing found: its kind, and its row in the snapshot's table of that kind."""

    kind: Kind
    row: int
    code: str
    name: str


@dataclass(frozen=True)
class _Index:
    kind: Kind
    codes: list[str]
    names: list[str]
    by_name: NameIndex
    by_alias: NameIndex | None
    by_code: NameIndex
    weight: npt.NDArray[np.int64]


def search(snapshot: Snapshot, typed: str) -> list[Hit]:
    """Find what fits, the best first.

    Exact codes and names come first, then names that begin with what was typed, then those that
    hold it, aliases, pinyin and initials; among equals divisions from the province down, compounds,
    projects; then shorter names, then codes.
    """
    ranked: dict[tuple[Kind, int], tuple[int, ...]] = {}
    for order, index in enumerate(_indexes(snapshot)):
        for row, rank in _ranks(index, typed):
            key = (index.kind, row)
            whole = (*rank, order, int(index.weight[row]), len(index.names[row]))
            if key not in ranked or whole < ranked[key]:
                ranked[key] = whole
    indexes = {index.kind: index for index in _indexes(snapshot)}
    hits = [
        (rank, Hit(kind, row, indexes[kind].codes[row], indexes[kind].names[row]))
        for (kind, row), rank in ranked.items()
    ]
    hits.sort(key=lambda item: (item[0], item[1].code))
    return [hit for _, hit in hits]


def compounds_named(snapshot: Snapshot, typed: str) -> npt.NDArray[np.bool_]:
    """Tell which compounds fit what was typed, by the same rules as `search`."""
    found = np.zeros(snapshot.table("compounds").num_rows, bool)
    index = next(index for index in _indexes(snapshot) if index.kind == "compound")
    for row, _ in _ranks(index, typed):
        found[row] = True
    return found


def _ranks(index: _Index, typed: str) -> Any:
    """Give the rows that fit with the worth of each fit: lower is better."""
    for row, start, length, _ in index.by_code.find(typed):
        exact = start == 0 and length == len(typed.strip())
        if start == 0:
            yield row, (0 if exact else 2, 0)
    for row, start, length, how in index.by_name.find(typed):
        exact = how == "text" and start == 0 and length == len("".join(typed.split()))
        yield row, (0 if exact else 1 if start == 0 else 3, _HOW[how])
    if index.by_alias is not None:
        for row, start, _, how in index.by_alias.find(typed):
            yield row, (1 if start == 0 else 3, max(_ALIAS, _HOW[how]))


@once_a_snapshot
def _indexes(snapshot: Snapshot) -> tuple[_Index, ...]:
    """Index the names of a snapshot; takes about a second a hundred thousand names."""
    return tuple(_index(snapshot, kind) for kind in KINDS)


def _index(snapshot: Snapshot, kind: Kind) -> _Index:
    table = TABLES[kind]
    codes = [str(code) for code in snapshot.column(table, "code").tolist()]
    names = [name or "" for name in snapshot.column(table, "name").tolist()]
    weight = np.zeros(len(codes), np.int64)
    alias = None
    if kind == "division":
        weight = snapshot.column(table, "level").astype(np.int64)
    if kind == "compound":
        alias = NameIndex([text or "" for text in snapshot.column(table, "aliases").tolist()])
    return _Index(kind, codes, names, NameIndex(names), alias, NameIndex(codes), weight)
