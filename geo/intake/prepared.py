"""A table that was read, checked and made into facts, and is not yet written."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geo.intake.read import RawTable
from geo.intake.roundtrip.differences import Difference
from geo.intake.settle import Settled
from geo.intake.verdicts import Findings, Outcome
from geo.register.store import Staged, Written


@dataclass(frozen=True)
class Prepared:
    """What one table comes to.

    ``columns`` maps the file's headers to column names, ``frame`` has a row of clean values for
    each of `raw` (``position``), ``staged`` the facts of the good ones. ``related`` is what is
    still being found out of rows that load; `settle` waits for it.
    """

    kind: str
    file: str
    raw: RawTable
    columns: dict[str, str]
    frame: pd.DataFrame
    findings: Findings
    staged: list[Staged]
    effective: dt.date | None
    datum: Settled | None
    extra_columns: list[str]
    personal_columns: list[str]
    unsaved_columns: list[str]
    made_up: bool
    differences: list[Difference] = field(default_factory=list)
    related: Future[Findings] | None = None

    def settle(self) -> None:
        """Wait for what is still being found out, once; verdicts are complete afterwards."""
        if self.related is not None:
            self.findings.take(self.related.result())

    def found(self) -> dict[str, Any]:
        """Give what was found out of the file, for the change's record.

        The names of rows that took a compound of another name stand nowhere else.
        """
        words: dict[str, Any] = {} if self.datum is None else {"datum": self.datum.as_json()}
        renamed = [
            {name: item[name] for name in ("sheet", "row", "written", "code", "name", "score")}
            for item in self.findings.matches_as_json()
            if item["written"] != item["name"]
        ]
        return words | ({"matched": renamed} if renamed else {})

    def outcome(self, written: Written, *, dry_run: bool) -> Outcome:
        """Give the verdicts, now that it is known whose facts are new."""
        return Outcome(
            kind=self.kind,
            file=self.file,
            change=written.number,
            dry_run=dry_run,
            verdicts=self.findings.verdicts(written.changed),
            findings=self.findings,
            retracted=written.retracted,
            datum=self.datum,
            extra_columns=self.extra_columns,
            personal_columns=self.personal_columns,
            unsaved_columns=self.unsaved_columns,
            ignored_sheets=self.raw.ignored,
            made_up=self.made_up,
            prepared=self,
        )
