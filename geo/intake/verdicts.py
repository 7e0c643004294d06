"""What became of each row: loaded, unchanged, warned, quarantined or skipped.

The five add up to the rows read. A row that is held back loads nothing; a warned one loads and is
flagged; good rows load though others are held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, SupportsInt

import pandas as pd

from geo.intake.settle import Settled

if TYPE_CHECKING:
    from geo.intake.prepared import Prepared
    from geo.intake.roundtrip.differences import Difference

Severity = Literal["warned", "quarantined", "skipped"]
VERDICTS = ("loaded", "unchanged", "warned", "quarantined", "skipped")
VERDICT_NAMES = {
    "loaded": "入库",
    "unchanged": "无变化",
    "warned": "入库（有提示）",
    "quarantined": "暂存待改",
    "skipped": "跳过",
}


@dataclass(frozen=True)
class Finding:
    """One thing to say about one row."""

    severity: Severity
    rule: str
    position: int
    sheet: str
    row: int
    column: str
    value: str
    message: str
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """Give the finding without its internal position."""
        words = dict(vars(self))
        del words["position"]
        return words


@dataclass(frozen=True)
class Notice:
    """One thing to say about the whole file; it changes no row's verdict."""

    rule: str
    message: str


@dataclass
class Findings:
    """All that is said of one file's rows, and which rows are still good.

    Parameters
    ----------
    sheets, rows
        Sheet name and row number, as the user sees them, by position.

    Attributes
    ----------
    candidates
        What a held row may mean, best first, by position; kept with the row.
    subjects
        What a row that came without a code speaks of: the provisional code of its facts, by
        position, whatever code it took in the end.
    matches
        The compound that a row without a code took by itself, by position.
    """

    sheets: list[str]
    rows: list[int]
    found: list[Finding] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    candidates: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    subjects: dict[int, str] = field(default_factory=dict)
    matches: dict[int, dict[str, Any]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    def take(self, other: Findings) -> None:
        """Add what was found beside, of the same rows; what is said twice of the file, once."""
        self.found += other.found
        self.held |= other.held
        self.skipped |= other.skipped
        self.notices += [notice for notice in other.notices if notice not in self.notices]

    def note(self, rule: str, message: str) -> None:
        """Say something of the whole file."""
        self.notices.append(Notice(rule, message))

    def add(
        self,
        severity: Severity,
        rule: str,
        position: SupportsInt,
        column: str,
        value: Any,
        message: str,
        remedy: str,
    ) -> None:
        """Say something of a row; quarantined and skipped rows load nothing."""
        shown = "" if value is None else str(value)
        place = int(position)
        self.found.append(
            Finding(
                severity, rule, place, self.sheets[place], self.rows[place], column,
                shown[:120], message, remedy,
            )
        )  # fmt: skip
        if severity == "quarantined":
            self.held.add(place)
        elif severity == "skipped":
            self.skipped.add(place)

    def row_words(self, position: SupportsInt, beside: SupportsInt) -> str:
        """Name a row to who reads of another: with its sheet where that is another one."""
        place = int(position)
        sheet = self.sheets[place]
        where = "" if sheet == self.sheets[int(beside)] else f"工作表“{sheet}”"
        return f"{where}第 {self.rows[place]} 行"

    def skip_lines(self, rules: Mapping[int, str], reasons: Mapping[str, str]) -> None:
        """Skip rows that are no data (sums, notes, headers), whatever else was said of them."""
        self.found = [item for item in self.found if item.position not in rules]
        self.held -= rules.keys()
        self.totals |= rules.keys()
        for position, rule in rules.items():
            self.add("skipped", rule, position, "", "", reasons[rule], "无需处理")

    def matches_as_json(self) -> list[dict[str, Any]]:
        """List the rows that took a compound by themselves, with its score and reasons."""
        return [
            {"sheet": self.sheets[place], "row": self.rows[place], **self.matches[place]}
            for place in sorted(self.matches)
        ]

    def good(self, positions: Iterable[int]) -> list[int]:
        """Keep the positions that are neither held nor skipped."""
        out = self.held | self.skipped
        return [position for position in positions if position not in out]

    def good_rows(self, frame: pd.DataFrame, column: str = "position") -> pd.DataFrame:
        """Keep a frame's rows that are neither held nor skipped."""
        out = self.held | self.skipped
        return frame[~frame[column].isin(out)] if out else frame

    def verdicts(self, changed: frozenset[int]) -> list[str]:
        """Give each row's verdict, once it is known whose facts were new."""
        warned = {item.position for item in self.found if item.severity == "warned"}
        new = len(changed) == len(self.rows)
        out = [
            "loaded" if new or place in changed else "unchanged" for place in range(len(self.rows))
        ]
        for place in warned:
            out[place] = "warned" if out[place] == "loaded" else out[place]
        for place in self.skipped:
            out[place] = "skipped"
        for place in self.held:
            out[place] = "quarantined"
        return out

    def counts(self, changed: frozenset[int]) -> dict[str, int]:
        """Give how many rows got each verdict; they add up to the rows read."""
        return _tally(self.verdicts(changed))


def _tally(verdicts: list[str]) -> dict[str, int]:
    found = Counter(verdicts)
    return {name: found.get(name, 0) for name in VERDICTS}


@dataclass(frozen=True)
class Outcome:
    """The result of an import: verdicts, findings and the change that it made, if any."""

    kind: str
    file: str
    change: int | None
    dry_run: bool
    verdicts: list[str]
    findings: Findings
    retracted: int
    datum: Settled | None
    extra_columns: list[str]
    personal_columns: list[str]
    unsaved_columns: list[str]
    ignored_sheets: list[str]
    made_up: bool
    prepared: Prepared | None = field(default=None, repr=False, compare=False)
    """The table that was imported, for reports beside it."""

    @property
    def counts(self) -> dict[str, int]:
        """Give how many rows got each verdict; they add up to the rows read."""
        return _tally(self.verdicts)

    @property
    def crs(self) -> str | None:
        """The reference system that the shapes were read in."""
        return None if self.datum is None else self.datum.applied.name

    @property
    def differences(self) -> list[Difference]:
        """What each row of an export that came back edited would change."""
        return [] if self.prepared is None else self.prepared.differences

    @property
    def exit_code(self) -> int:
        """0 when all is in, 3 when some is held."""
        return 3 if self.counts["quarantined"] else 0

    def as_json(self) -> dict[str, Any]:
        """Give the outcome as the command line prints it."""
        return {
            "kind": self.kind,
            "file": self.file,
            "change": self.change,
            "dry_run": self.dry_run,
            "rows": len(self.verdicts),
            "verdicts": self.counts,
            "retracted": self.retracted,
            "crs": self.crs,
            "datum": None if self.datum is None else self.datum.as_json(),
            "extra_columns": self.extra_columns,
            "personal_columns_dropped": self.personal_columns,
            "columns_not_saved": self.unsaved_columns,
            "sheets_not_read": self.ignored_sheets,
            "made_up": self.made_up,
            "differences": [item.as_json() for item in self.differences],
            "notices": [asdict(item) for item in self.findings.notices],
            "matches": self.findings.matches_as_json(),
            "findings": [item.as_json() for item in self.findings.found],
        }
