"""What the check of a file found, kept beside it: its rows, a map of them, and the reports.

Rows lie in one Arrow file, so a page of 200,000 rows is read without the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo.errors import UsageError
from geo.intake.columns import KINDS, english
from geo.intake.personal import is_person_in, is_personal, plain_text
from geo.intake.report.book import write_report
from geo.intake.report.drawn import Drawn, drawn
from geo.intake.report.rules import count_rules, rule
from geo.intake.verdicts import VERDICTS, Finding, Outcome
from geo.register.store import Register

ROWS, MAP, BOOK, PAGE, ANNOTATED = (
    "rows.arrow", "map.geojson", "report.xlsx", "report.html", "annotated.xlsx",
)  # fmt: skip
MOST_DRAWN: Final = 5_000
"""Rows on the map: those at fault first, worst first, then the others; each in the file's order."""

MOST_SAMPLES: Final = 3
TOLERANCE_DEG: Final = 1e-5
_ORDER: Final = ("quarantined", "warned", "skipped", "loaded", "unchanged")
_SPLIT: Final = "\x1f"


def write_found(
    folder: Path, register: Register, source: Path, outcome: Outcome, tell: Callable[[int], None]
) -> list[str]:
    """Write all that was found into a folder; give what an annotated copy could not hold."""
    # The service itself only reads what was found.
    from geo.intake.report.annotate import write_annotated  # noqa: PLC0415
    from maps.import_report import write_import_report  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    places = drawn(register, outcome)
    _write_rows(folder / ROWS, outcome)
    _write_map(folder / MAP, outcome, places)
    tell(1)
    write_report(folder / BOOK, outcome)
    write_import_report(folder / PAGE, outcome, places)
    tell(2)
    try:
        return list(write_annotated(folder / ANNOTATED, source, outcome).limits)
    except UsageError:  # polygons: there are no cells to colour
        return []


def summary_of(outcome: Outcome) -> dict[str, Any]:
    """Give what is shown of an outcome without its rows."""
    words = outcome.as_json()
    kept = {name: value for name, value in words.items() if name not in {"findings", "matches"}}
    differences = kept.pop("differences")
    return {
        **kept,
        "matched": len(words["matches"]),
        "edited": len(differences),
        "rules": [_counted(item) for item in count_rules(outcome.findings.found)],
        "columns": columns_of(outcome),
    }


def _counted(item: Any) -> dict[str, Any]:
    return {
        "rule": item.rule.id,
        "severity": item.severity,
        "name": _both(item.rule.name),
        "meaning": _both(item.rule.meaning),
        "findings": item.findings,
        "rows": item.rows,
    }


def _both(words: tuple[str, str]) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}


def columns_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Give the file's headers and what each was taken for."""
    prepared = outcome.prepared
    if prepared is None:
        return []
    specs = {column.name: column for column in KINDS[outcome.kind]}
    found = []
    for header, cells in prepared.raw.cells.items():
        name = prepared.columns.get(header)
        personal = header in outcome.personal_columns or is_personal(header, cells)
        samples = [] if personal else _samples(cells)
        found.append(
            {
                "header": header,
                "column": None if name is None else english(outcome.kind, specs[name]),
                "title": None if name is None else specs[name].header,
                "required": name is not None and specs[name].required,
                "kept_as": _kept_as(outcome, header, name),
                "samples": samples,
            }
        )
    return found


def _samples(cells: Sequence[object]) -> list[str]:
    """Give the first different cells; one that tells of a person is passed over."""
    found: dict[str, None] = {}
    for cell in cells:
        text = "" if cell is None else plain_text(cell)
        if text and text not in found and not is_person_in(text):
            found[text] = None
            if len(found) == MOST_SAMPLES:
                break
    return [text[:60] for text in found]


def _kept_as(outcome: Outcome, header: str, name: str | None) -> str:
    if name is not None:
        return "column"
    if header in outcome.personal_columns:
        return "personal"
    return "note" if header in outcome.extra_columns else "dropped"


def _write_rows(path: Path, outcome: Outcome) -> None:
    by_row: dict[int, list[Finding]] = {}
    for item in outcome.findings.found:
        by_row.setdefault(item.position, []).append(item)
    subjects = _subjects(outcome)
    count = len(outcome.verdicts)
    table = pa.table(
        {
            "sheet": pa.array(outcome.findings.sheets, pa.string()),
            "row": pa.array(outcome.findings.rows, pa.int64()),
            "code": pa.array([code for code, _ in subjects], pa.string()),
            "name": pa.array([name for _, name in subjects], pa.string()),
            "verdict": pa.array(outcome.verdicts, pa.string()),
            "rules": pa.array([_rules(by_row.get(at, ())) for at in range(count)], pa.string()),
            "findings": pa.array(
                [_findings(by_row.get(at, ())) for at in range(count)], pa.string()
            ),
        }
    )
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _rules(found: Any) -> str:
    names = sorted({item.rule for item in found})
    return f"{_SPLIT}{_SPLIT.join(names)}{_SPLIT}" if names else ""


def _findings(found: Any) -> str:
    return json.dumps(
        [
            {"severity": item.severity, "rule": item.rule, "name": _both(rule(item.rule).name),
             "column": item.column, "value": item.value, "message": item.message,
             "remedy": item.remedy}
            for item in found
        ],
        ensure_ascii=False,
    )  # fmt: skip


def _subjects(outcome: Outcome) -> list[tuple[str | None, str | None]]:
    """Give each row's code and name, as far as the file tells them."""
    frame = None if outcome.prepared is None else outcome.prepared.frame
    count = len(outcome.verdicts)

    def column(*names: str) -> list[str | None]:
        found: list[str | None] = [None] * count
        for name in names:
            if frame is not None and name in frame:
                own = [value if isinstance(value, str) else None for value in frame[name]]
                found = [one or other for one, other in zip(found, own, strict=True)]
        return found

    return list(zip(column("code", "uscc", "compound", "area"), column("name"), strict=True))


def _write_map(path: Path, outcome: Outcome, places: Drawn) -> None:
    there = ~shapely.is_missing(places.shapes)
    verdicts = np.array(outcome.verdicts, dtype=object)
    order = [at for name in _ORDER for at in np.flatnonzero(there & (verdicts == name)).tolist()]
    shown = np.array(order[:MOST_DRAWN], dtype=np.intp)
    out = order[MOST_DRAWN:]
    shapes = shapely.simplify(places.shapes[shown], TOLERANCE_DEG)
    texts = shapely.to_geojson(shapely.set_precision(shapes, 1e-6, mode="pointwise"))
    subjects = _subjects(outcome)
    features = [
        '{"type":"Feature","geometry":%s,"properties":%s}'  # noqa: UP031 - braces all around
        % (text, json.dumps(_properties(outcome, places, subjects, at), ensure_ascii=False))
        for at, text in zip(shown.tolist(), texts.tolist(), strict=True)
    ]
    head = {
        "rows": len(verdicts),
        "drawn": len(shown),
        "without_place": int((~there).sum()),
        "left_out": {name: int(sum(verdicts[at] == name for at in out)) for name in VERDICTS},
        "rule": _both((
            f"最多画 {MOST_DRAWN:,} 行：先暂存待改的，再有提示的、跳过的，然后其他",
            f"at most {MOST_DRAWN:,} rows: held back first, then warned, skipped and the others",
        )),
        "bbox": shapely.total_bounds(shapes).tolist() if len(shown) else None,
    }  # fmt: skip
    path.write_text(
        '{"type":"FeatureCollection",%s,"features":[%s]}'  # noqa: UP031 - braces all around
        % (json.dumps(head, ensure_ascii=False)[1:-1], ",".join(features)),
        "utf-8",
    )


def _properties(outcome: Outcome, places: Drawn, subjects: Any, at: int) -> dict[str, Any]:
    return {
        "position": at,
        "sheet": outcome.findings.sheets[at],
        "row": outcome.findings.rows[at],
        "code": subjects[at][0],
        "name": subjects[at][1],
        "verdict": outcome.verdicts[at],
        "placeholder": at in places.placeholders,
    }


def read_rows(
    path: Path, *, verdict: str | None, rule_id: str | None, start: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Read a page of the rows that fit, and how many fit."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_file(source).read_all()
        fits = np.ones(len(table), bool)
        if verdict is not None:
            fits &= pc.equal(table["verdict"], verdict).to_numpy()
        if rule_id is not None:
            found = pc.match_substring(table["rules"], f"{_SPLIT}{rule_id}{_SPLIT}")
            fits &= found.to_numpy()
        places = np.flatnonzero(fits)
        page = places[start : start + limit]
        rows = table.take(page).to_pylist()
    return [_row(at, row) for at, row in zip(page.tolist(), rows, strict=True)], len(places)


def _row(position: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "position": position,
        **{name: row[name] for name in ("sheet", "row", "code", "name", "verdict")},
        "findings": json.loads(row["findings"]),
    }
