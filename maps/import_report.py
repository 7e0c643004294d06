"""An import's report as one HTML file: what was found, filtered by rule, in a table and on a map.

It opens without a network, carries Leaflet inside, and holds no column of personal data. What is
left out because a browser could not bear it is counted on the page. Same input, same bytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from geo.intake.columns import KINDS, english
from geo.intake.report.drawn import Drawn
from geo.intake.report.rules import SEVERITIES, count_rules
from geo.intake.verdicts import Finding, Outcome
from geo.terms import MADE_UP
from maps import assets, shapes, style
from maps.page import POLICY, as_json, variables
from maps.style import Words

MOST_FINDINGS: Final = 100_000
MOST_SHAPES: Final = 20_000
"""Shapes at fault that are drawn, and as many others around them."""

TITLE: Final[Words] = ("导入检查", "Import check")
KIND_NAMES: Final[dict[str, Words]] = {
    "divisions": ("区划", "divisions"),
    "compounds": ("小区图形", "compounds' polygons"),
    "areas": ("管理区域", "management areas"),
    "ledger": ("小区台账", "compounds' ledger"),
    "committees": ("业委会台账", "committees"),
    "companies": ("企业台账", "companies"),
    "projects": ("项目台账", "projects"),
    "barriers": ("铁路、道路、河流与通道", "barriers"),
    "roads": ("道路", "roads"),
    "gates": ("小区出入口", "gates of compounds"),
}
OVERLAPS: Final = frozenset({"overlap", "near_duplicate", "split_by_area", "splits_compound"})
"""Rules whose rows are drawn as lying on others."""

SCRIPTS: Final = (
    "dom.js", "shapes.js", "canvas.js", "report_store.js", "report_summary.js", "report_table.js",
    "report_map.js", "report_start.js",
)  # fmt: skip
POLYGON, LINE, POINT = 0, 1, 2
TOLERANCE_DEG: Final = 1e-5
"""About a metre: how far a drawn line may lie off."""


def write_import_report(path: Path, outcome: Outcome, drawn: Drawn) -> Path:
    """Write the page.

    Parameters
    ----------
    drawn
        Where the rows lie (`geo.intake.report.drawn`).

    Raises
    ------
    NotFound
        When Leaflet is not unpacked.
    """
    data = _data(outcome, drawn)
    code = "\n".join(assets.own(name) for name in SCRIPTS)
    sheet = "\n".join([variables(), assets.own("report.css")])
    parts = {
        "policy": POLICY,
        "title": f"{TITLE[0]} · {_escaped(outcome.file)}",
        "leaflet-css": assets.leaflet_css(),
        "leaflet-js": assets.leaflet_js(),
        "style": sheet,
        "body": assets.own("report_body.html"),
        "data": as_json(data),
        "code": code,
    }
    # In one pass, so that nothing inside a part is taken for a gap.
    text = re.sub(r"\{([a-z-]+)\}", lambda gap: parts[gap[1]], assets.own("report_page.html"))
    path.write_text(text, "utf-8")
    return path


def _data(outcome: Outcome, drawn: Drawn) -> dict[str, Any]:
    listed = sorted(
        outcome.findings.found, key=lambda item: (SEVERITIES.index(item.severity), item.position)
    )
    shown = listed[:MOST_FINDINGS]
    counted = count_rules(listed)
    positions = sorted({item.position for item in shown})
    return {
        "words": json.loads(assets.own("report_words.json")),
        "origin": list(shapes.ORIGIN),
        "title": TITLE,
        "file": outcome.file,
        "kind": KIND_NAMES[outcome.kind],
        "change": outcome.change,
        "dryRun": outcome.dry_run,
        "mark": (MADE_UP, "Made-up data") if outcome.made_up else None,
        "rows": len(outcome.verdicts),
        "retracted": outcome.retracted,
        "verdicts": [
            {
                "id": state.id, "label": state.label, "fill": state.fill, "line": state.line,
                "pattern": state.pattern, "count": outcome.counts[state.id],
            }
            for state in style.VERDICTS
        ],
        "overlap": {
            "label": style.OVERLAP.label, "fill": style.OVERLAP.fill, "line": style.OVERLAP.line,
            "pattern": style.OVERLAP.pattern,
        },
        "boundary": style.BOUNDARY,
        "highlight": style.HIGHLIGHT,
        "facts": _facts(outcome),
        "notices": [notice.message for notice in outcome.findings.notices],
        "rules": [
            {
                "id": item.rule.id, "severity": SEVERITIES.index(item.severity),
                "name": item.rule.name, "meaning": item.rule.meaning, "findings": item.findings,
                "rows": item.rows, "overlap": item.rule.id in OVERLAPS,
            }
            for item in counted
        ],
        "total": len(listed),
        **_table(outcome, shown, positions, [(item.severity, item.rule.id) for item in counted]),
        **_map(drawn, positions, {item.position for item in listed}),
    }  # fmt: skip


def _facts(outcome: Outcome) -> list[tuple[Words, str]]:
    """Give what the import did with columns and sheets."""
    facts: list[tuple[Words, str]] = [(("坐标系", "Reference system"), outcome.crs or "")]
    for label, names in (
        (("作为备注保存的列", "Columns kept as notes"), outcome.extra_columns),
        (("未保存的个人信息列", "Columns of personal data, not kept"), outcome.personal_columns),
        (("未保存的其他列", "Other columns not kept"), outcome.unsaved_columns),
        (("未读取的工作表", "Sheets not read"), outcome.ignored_sheets),
    ):
        facts.append((label, "、".join(names)))
    return [(label, text) for label, text in facts if text]


def _table(
    outcome: Outcome, shown: list[Finding], positions: list[int], rules: list[tuple[str, str]]
) -> dict[str, Any]:
    """Give findings and rows as columns; texts that come often stand once."""
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(text, len(texts))

    place = {position: i for i, position in enumerate(positions)}
    order = {key: i for i, key in enumerate(rules)}
    subjects = _subjects(outcome)
    found = {
        "rule": [order[item.severity, item.rule] for item in shown],
        "at": [place[item.position] for item in shown],
        "column": [number(item.column) for item in shown],
        "value": [number(item.value) for item in shown],
        "message": [number(item.message) for item in shown],
        "remedy": [number(item.remedy) for item in shown],
    }
    ids = [state.id for state in style.VERDICTS]
    lines = {
        "sheet": [number(outcome.findings.sheets[position]) for position in positions],
        "row": [outcome.findings.rows[position] for position in positions],
        "code": [number(subjects[position][0]) for position in positions],
        "name": [number(subjects[position][1]) for position in positions],
        "verdict": [ids.index(outcome.verdicts[position]) for position in positions],
    }
    columns = {column.header: english(outcome.kind, column) for column in KINDS[outcome.kind]}
    return {"texts": list(texts), "findings": found, "lines": lines, "columns": columns}


def _subjects(outcome: Outcome) -> list[tuple[str, str]]:
    """Give each row's code and name, as far as the file tells them."""
    frame = None if outcome.prepared is None else outcome.prepared.frame
    empty = [""] * len(outcome.verdicts)
    if frame is None:
        return list(zip(empty, empty, strict=True))

    def column(*names: str) -> list[str]:
        found = empty
        for name in names:
            if name in frame:
                own = [value if isinstance(value, str) else "" for value in frame[name]]
                found = [a or b for a, b in zip(found, own, strict=True)]
        return found

    return list(zip(column("code", "uscc", "compound", "area"), column("name"), strict=True))


def _map(drawn: Drawn, positions: list[int], faulty: set[int]) -> dict[str, Any]:
    """Give the shapes of rows at fault, of others around them, and counties' outlines.

    Parameters
    ----------
    positions
        The rows at fault that the table lists.
    faulty
        All of them.
    """
    where = drawn.shapes
    there = _in_sight(where)
    listed, at_fault = np.zeros(len(where), bool), np.zeros(len(where), bool)
    listed[positions] = True
    at_fault[sorted(faulty)] = True
    chosen = np.flatnonzero(there & listed)
    if not len(chosen):
        return {"map": None}
    others = np.flatnonzero(there & ~at_fault)
    number = {position: i for i, position in enumerate(positions)}
    kinds, texts = _texts(where[chosen[:MOST_SHAPES]])
    _, around = _texts(where[others[:MOST_SHAPES]])
    outlines = np.full(len(drawn.outlines), None, dtype=object)
    outlines[:] = [outline for _, _, outline in drawn.outlines]
    outlines = shapes.simplified_divisions(outlines)
    labels = shapes.label_points(outlines)
    west, south, east, north = shapely.total_bounds(where[chosen[:MOST_SHAPES]])
    return {
        "map": {
            "at": [number[position] for position in chosen[:MOST_SHAPES].tolist()],
            "type": kinds,
            "shape": texts,
            "placeholder": [int(position in drawn.placeholders) for position in chosen.tolist()],
            "around": around,
            "outlines": shapes.polygon_texts(outlines),
            "names": [name for _, name, _ in drawn.outlines],
            "labels": [[round(float(lat), 5), round(float(lon), 5)] for lon, lat in labels],
            "bounds": [
                [round(float(south), 6), round(float(west), 6)],
                [round(float(north), 6), round(float(east), 6)],
            ],
            "leftOut": int((there & at_fault).sum()) - len(chosen[:MOST_SHAPES]),
            "aroundLeftOut": max(0, len(others) - MOST_SHAPES),
            "nowhere": int((at_fault & ~there).sum()),
        }
    }


def _in_sight(where: Any) -> Any:
    """Tell which shapes lie where a map of China shows them."""
    west, south, east, north = shapely.bounds(where).T
    with np.errstate(invalid="ignore"):
        return (west > 70) & (east < 140) & (south > 0) & (north < 56)


def _texts(found: Any) -> tuple[list[int], list[str]]:
    """Write shapes as compact texts: polygons, lines, or points as short lines of one point."""
    if not len(found):
        return [], []
    west, south, east, north = shapely.bounds(found).T
    tolerance = np.maximum(TOLERANCE_DEG, np.maximum(east - west, north - south) / 4000)
    drawn = shapely.simplify(found, tolerance, preserve_topology=False)
    drawn = np.where(shapely.is_empty(drawn) | shapely.is_missing(drawn), found, drawn)
    dimension = shapely.get_dimensions(drawn)
    kinds = np.select([dimension == 2, dimension == 1], [POLYGON, LINE], POINT)
    texts = np.full(len(drawn), "", dtype=object)
    for kind, own in ((POLYGON, 2), (LINE, 1)):
        at = np.flatnonzero(kinds == kind)
        if len(at):
            write = shapes.polygon_texts if kind == POLYGON else shapes.line_texts
            texts[at] = write(_only(drawn[at], own))
    at = np.flatnonzero(kinds == POINT)
    if len(at):
        points = shapely.get_coordinates(shapely.centroid(drawn[at]))
        texts[at] = shapes.line_texts(shapely.linestrings(np.stack([points, points], axis=1)))
    return kinds.tolist(), texts.tolist()


def _only(found: Any, dimension: int) -> Any:
    """Take of mixed collections the parts of one dimension."""
    mixed = shapely.get_type_id(found) == 7
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(found[i]))
        own = parts[shapely.get_dimensions(parts) == dimension]
        found[i] = shapely.multipolygons(own) if dimension == 2 else shapely.multilinestrings(own)
    return found


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
