"""What stands in the register after an import, against the truth."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.messy.book import write
from benchmarks.messy.cells import Cell
from benchmarks.messy.ledger import SECRETS, TREE, Plan, draw_rows
from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

COMPARED = (
    "name", "address", "division", "built_year", "delivered_on", "floor_area_m2", "households",
    "urban", "walled", "committee_state", "mode", "service_from", "evidence", "evidence_on",
    "reported_on", "committee_filed_on", "committee_term_ends",
)  # fmt: skip

STANDING = """
select c.code, c.name, c.address, c.division, c.built_year, c.delivered_on, c.floor_area_m2,
       c.households, c.urban, c.walled, c.committee_state, s.mode, lower(s.valid) as service_from,
       s.evidence, s.evidence_on, s.reported_on,
       k.filed_on as committee_filed_on, k.term_to as committee_term_ends, c.sheet, c.row
from compound c
left join service_status s on s.code = c.code and upper_inf(s.known)
left join committee k on k.subject = c.code and k.subject_kind = 'compound' and upper_inf(k.known)
where upper_inf(c.known)
"""
EVERYTHING = "select row_to_json({0})::text as said from {0}"


@dataclass
class Score:
    """How many cells of which sort, and what went wrong."""

    rows: int = 0
    held_rows: int = 0
    cells: int = 0
    right: int = 0
    ambiguous: int = 0
    flagged: int = 0
    wrong: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    forms: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Give the share of unambiguous cells that were read right."""
        return self.right / self.cells if self.cells else 1.0


def run(register: Register, folder: Path, plan: Plan) -> Score:
    """Write a file by a plan, import it into an empty register, and compare."""
    tree = folder / "divisions.csv"
    tree.write_text("code,name\n" + "".join(f"{c},{n}\n" for c, n in TREE.items()), "utf-8")
    import_file(register, "divisions", tree)
    rows = draw_rows(plan)
    path, where = write(folder, plan, rows)
    outcome = import_file(register, "ledger", path, Options(author="messy"))
    with register.connect() as connection:
        found = {row["code"]: row for row in connection.execute(STANDING).fetchall()}
    score = Score(rows=len(rows))
    _compare(score, outcome, where, found)
    score.leaked = _leaks(register, outcome)
    return score


def _compare(
    score: Score,
    outcome: Outcome,
    where: dict[tuple[str, int], dict[str, Cell]],
    found: dict[str, dict[str, Any]],
) -> None:
    said: dict[tuple[str, int], list[Any]] = {}
    for item in outcome.findings.found:
        said.setdefault((item.sheet, item.row), []).append(item)
    held = [(f.sheet, f.row) for f in outcome.findings.found if f.severity == "quarantined"]
    extra = set(held) - where.keys()
    score.refused += [f"{place} held, which is no row of data" for place in sorted(extra)]
    for place, row in where.items():
        findings = said.get(place, [])
        doubtful = [name for name, cell in row.items() if cell.status == "ambiguous"]
        score.ambiguous += len(doubtful)
        standing = found.get(row["code"].truth)
        if doubtful:
            score.held_rows += 1
            quarantined = sum(1 for item in findings if item.severity == "quarantined")
            score.flagged += min(len(doubtful), quarantined)
            if standing is not None or quarantined < len(doubtful):
                forms = [f"{name} {row[name].raw!r} ({row[name].form})" for name in doubtful]
                score.unflagged.append(f"{place}: {'; '.join(forms)}; {len(findings)} findings")
            if quarantined > len(doubtful):
                score.refused.append(f"{place}: {_shown(findings)}; doubtful only {doubtful}")
            continue
        if standing is None:
            score.cells += len(COMPARED)
            score.refused.append(f"{place}: {_shown(findings)}")
            continue
        _compare_row(score, place, row, standing, findings)


def _shown(findings: list[Any]) -> str:
    return "; ".join(f"{f.severity} {f.rule} {f.column} {f.value!r}" for f in findings)


def _compare_row(
    score: Score, place: Any, row: dict[str, Cell], standing: dict[str, Any], findings: list[Any]
) -> None:
    remarks = sum(1 for item in findings if item.severity == "warned")
    wanted = sum(1 for cell in row.values() if cell.status in {"noted", "left_out"})
    if remarks < wanted:
        shown = [f"{n} {c.raw!r}" for n, c in row.items() if c.status in {"noted", "left_out"}]
        score.unflagged.append(f"{place}: {wanted} to remark, {remarks} remarked: {shown}")
    if row["committee_filed_on"].truth is None:  # a committee needs its date to stand
        row = {**row, "committee_term_ends": Cell(None, None)}
    for name in COMPARED:
        cell = row.get(name)
        if cell is None:
            continue
        if cell.status == "left_out":
            score.ambiguous += 1
            score.flagged += standing[name] is None
            if standing[name] is not None:
                score.wrong.append(f"{place} {name}: {cell.raw!r} ({cell.form}) was kept")
            continue
        score.cells += 1
        score.forms[f"{name} {cell.form}"] += 1
        if standing[name] == cell.truth:
            score.right += 1
        else:
            score.wrong.append(
                f"{place} {name}: {cell.raw!r} ({cell.form}) is {cell.truth!r},"
                f" read {standing[name]!r}"
            )


def _leaks(register: Register, outcome: Outcome) -> list[str]:
    """Find what of persons stands in any table or in what is said of the import."""
    with register.connect() as connection:
        tables = [
            row["name"]
            for row in connection.execute(
                "select relname as name from pg_class where relkind = 'r'"
                " and relnamespace = 'public'::regnamespace and relname <> 'spatial_ref_sys'"
            ).fetchall()
        ]
        texts = [
            row["said"]
            for table in tables
            for row in connection.execute(EVERYTHING.format(f'"{table}"').encode()).fetchall()
        ]
    texts.append(json.dumps(outcome.as_json(), ensure_ascii=False, default=str))
    return sorted({secret for secret in SECRETS for text in texts if secret in text})
