"""Where on a file's sheets the findings lie: which cells are at fault, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from geo.intake.columns import KINDS, OUR_VERDICT
from geo.intake.prepared import Prepared
from geo.intake.report.rules import SEVERITIES
from geo.intake.verdicts import VERDICT_NAMES, Finding, Outcome, Severity


@dataclass
class Marks:
    """What is said of one sheet; rows count from 1 and columns from 0, as a spreadsheet has them.

    Attributes
    ----------
    header_row
        The last row of the header.
    verdict_column
        Where the row's verdict goes: beyond the last column, or where an earlier copy had it.
    cells
        Findings by row and column.
    rows
        The verdict of each row read, in words, with what has no cell of its own.
    """

    header_row: int
    verdict_column: int
    cells: dict[tuple[int, int], list[Finding]] = field(default_factory=dict)
    rows: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def at_fault(self) -> list[int]:
        """The rows of which there is something to say."""
        return sorted(row for row, (_, text) in self.rows.items() if text != "")


def marks_of(outcome: Outcome, prepared: Prepared) -> dict[str, Marks]:
    """Find the cells of all findings, by sheet.

    What is said of no cell, or of one that the sheet has not, is said of the row.
    """
    found: dict[str, Marks] = {}
    for sheet, (header_row, headers) in prepared.raw.places.items():
        last = max((place for name, place in headers.items() if name != OUR_VERDICT), default=-1)
        found[sheet] = Marks(header_row, headers.get(OUR_VERDICT, last + 1))
    said: dict[int, list[Finding]] = {}
    for item in outcome.findings.found:
        said.setdefault(item.position, []).append(item)
        if item.sheet in found:
            place = _place(item.column, item.sheet, prepared)
            if place is not None:
                found[item.sheet].cells.setdefault((item.row, place), []).append(item)
    lines = zip(outcome.findings.sheets, outcome.findings.rows, outcome.verdicts, strict=True)
    for position, (sheet, row, verdict) in enumerate(lines):
        if sheet in found:
            words = "；".join(_brief(item) for item in said.get(position, ()))
            found[sheet].rows[row] = (verdict, words)
    return found


def verdict_text(verdict: str, words: str) -> str:
    """Write a row's verdict for its cell."""
    return f"{VERDICT_NAMES[verdict]}：{words}" if words else VERDICT_NAMES[verdict]


def remark_text(found: Iterable[Finding]) -> str:
    """Write what is said of a cell: problems and remedies, never the value."""
    return "\n".join(
        f"{VERDICT_NAMES[item.severity]}：{item.message}。{item.remedy}。" for item in found
    )


def worst(found: Iterable[Finding]) -> Severity:
    """Give the worst severity of some findings."""
    return min((item.severity for item in found), key=SEVERITIES.index)


def _brief(item: Finding) -> str:
    return f"{item.column}{item.message}" if not item.column.isascii() else item.message


def _place(word: str, sheet: str, prepared: Prepared) -> int | None:
    """Find the column that a finding names: by the file's header, ours, or the column's name."""
    headers = prepared.raw.places[sheet][1]
    if word in headers:
        return headers[word]
    names = {column.header: column.name for column in KINDS[prepared.kind]}
    wanted = names.get(word, word)
    for header, name in prepared.columns.items():
        if name == wanted and header in headers:
            return headers[header]
    return None
