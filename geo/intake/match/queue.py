"""What waits for a person: rows held for review, and pairs that the register proposes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.codes import normal_division
from geo.errors import NotFound
from geo.intake.match import known as register_side
from geo.intake.match.names import parse
from geo.intake.match.proposals import Proposal, propose
from geo.register import held
from geo.register.held import HeldRow
from geo.register.store import Register


@dataclass(frozen=True)
class Waiting:
    """A held row with the candidates that nobody has rejected."""

    row: HeldRow
    candidates: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """The row's name as its file has it."""
        return str(self.row.cells.get("name", ""))

    def as_json(self) -> dict[str, Any]:
        """Give the row as the queue and the command line show it."""
        return {
            "id": self.row.id,
            "kind": self.row.kind,
            "file": self.row.file,
            "sheet": self.row.sheet,
            "row": self.row.row,
            "name": self.name,
            "division": self.row.access_division,
            "candidates": list(self.candidates),
        }


@dataclass(frozen=True)
class Queue:
    """All that waits: held rows by number, then proposals by the ledger's code."""

    rows: list[Waiting]
    proposals: list[Proposal]

    def as_json(self) -> dict[str, Any]:
        """Give the queue as the command line prints it."""
        return {
            "rows": [row.as_json() for row in self.rows],
            "proposals": [proposal.as_json() for proposal in self.proposals],
        }


def waiting(register: Register, division: str | None = None) -> list[Waiting]:
    """List the held rows that may be a compound of the register."""
    code = None if division is None else normal_division(division)
    if division is not None and code is None:
        raise NotFound(f"{division} 不是区划代码。", "例如 530102。")
    with register.connect() as connection:
        rows = [
            row
            for row in held.open_rows(connection, division=code)
            if row.problems.get("candidates")
        ]
        names = register_side.aliases(connection)
    return [Waiting(row, still_open(row, names)) for row in rows]


def still_open(row: HeldRow, names: register_side.Aliases) -> tuple[dict[str, Any], ...]:
    """Give a held row's candidates that nobody has rejected."""
    texts = {name.text for name in parse(str(row.cells.get("name", "")))}
    refused = names.refused_for(sorted(texts))
    return tuple(item for item in row.problems["candidates"] if item["code"] not in refused)


def queue(register: Register, division: str | None = None) -> Queue:
    """Give all that waits for a decision, in a division or everywhere."""
    return Queue(waiting(register, division), propose(register, division))
