"""The figures of a page: every indicator of every division shown, as a reader sees them.

Numbers come from `geo.coverage` and words from `maps.words`; a page's script only places them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geo.action_plan import Definition, Indicator, action_plan
from geo.codes import LEVEL_WIDTH, level_of
from geo.coverage import Coverage, Row
from geo.coverage import coverage as coverage_of
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps import words
from maps.style import ShareClass, class_of, share_classes

CoverageOf = Callable[..., Coverage]

MET = {None: -1, "no": 0, "yes": 1, "undetermined": 2}
"""How a page writes whether a target is met."""

WHOLE = 0
"""The code of the whole register, when no division is chosen."""


@dataclass(frozen=True)
class Place:
    """A division on the page: `parent` is the nearest one shown above it."""

    code: int
    name: str
    level: str
    parent: int | None


def levels_below(division: int | None) -> list[str]:
    """Give the levels that a page of a division shows, top down.

    Prefecture, county and street below the division; communities from the county down, where
    a page can hold them.
    """
    own = LEVELS.index(level_of(str(division))) if division is not None else 0
    shown = LEVELS[1:] if own >= LEVELS.index("county") else LEVELS[1:-1]
    return [level for level in shown if LEVELS.index(level) > own]


def places(
    snapshot: Snapshot, division: int | None, *, coverage: CoverageOf = coverage_of
) -> list[Place]:
    """Give the divisions of a page: the chosen one first, then level by level, by code."""
    names = snapshot.division_names
    if division is None:
        provinces = [code for code in names if len(str(code)) == LEVEL_WIDTH["province"]]
        name = names[provinces[0]] if len(provinces) == 1 else "全部"
        found = [Place(WHOLE, name, "province", None)]
    else:
        name = names.get(division, str(division))
        found = [Place(division, name, level_of(str(division)), None)]
    shown = {found[0].code}
    for level in levels_below(division):
        rows = coverage(snapshot, "I1", level, None, division).rows
        for row in rows:
            if row.division is not None:
                found.append(Place(row.division, row.name, level, _parent(row.division, shown)))
        shown |= {row.division for row in rows if row.division is not None}
    return found


def figures(
    snapshot: Snapshot,
    places: list[Place],
    definition: Definition,
    division: int | None,
    *,
    coverage: CoverageOf = coverage_of,
) -> list[dict[str, Any]]:
    """Give each indicator with its classes, a row for each place, and what lies outside.

    ``rows`` are in the order of `places`; ``outside`` holds, by ``"code:level"``, what a division
    has that lies in none of its divisions of that level. A place that the snapshot doesn't know,
    since it is of another date, has no data.
    """
    made = []
    for indicator in action_plan().indicators.values():
        by_level = [
            coverage(snapshot, indicator.id, level, definition, division)
            for level in levels_below(division)
        ]
        whole = coverage(snapshot, indicator.id, places[0].level, definition, division)
        rows = {places[0].code: whole.total}
        for part in by_level:
            rows |= {row.division: row for row in part.rows if row.division is not None}
        classes = share_classes(indicator.target)
        made.append(
            {
                "id": indicator.id,
                "name": (indicator.name, indicator.name_en),
                "meaning": (indicator.definition, indicator.definition_en),
                "counts": words.definition_text(definition, indicator),
                "target": words.target_text(indicator.target),
                "goal": float(indicator.target),
                "due": indicator.due,
                "unit": whole.unit,
                "classes": [
                    {"label": item.label, "colour": item.colour, "side": item.side}
                    for item in classes
                ],
                "rows": [_shown(rows.get(place.code), whole, classes) for place in places],
                "outside": _outside(places, rows, whole, indicator),
            }
        )
    return made


def _parent(code: int, shown: set[int]) -> int:
    """Give the nearest division shown above a code."""
    text = str(code)
    above = [int(text[:width]) for width in sorted(LEVEL_WIDTH.values()) if width < len(text)]
    return next((code for code in reversed(above) if code in shown), min(shown))


def reader_text(row: Row, unit: str, per_unit: int) -> dict[str, Any]:
    """Give one figure as a reader sees it; None where there is nothing to say.

    The one source of what page, interface and report write beside a number.
    """
    known = high = unknown_share = None
    if row.denominator:
        known = words.share_text(row.numerator, row.denominator, row.target)
        high = words.share_text(row.numerator + row.unknown, row.denominator, row.target)
        unknown_share = words.share_text(row.unknown, row.denominator, row.target)
    return {
        "share": known,
        "bounds": words.bounds_text(known, high) if row.unknown and known and high else None,
        "high": high,
        "gap": words.gap_text(row.gap_amount, unit) if row.gap_amount else None,
        "points": words.points_text(row.gap_points or 0.0) if row.gap_amount else None,
        "numerator": words.amount_text(row.numerator, unit, per_unit) if row.denominator else None,
        "denominator": words.amount_text(row.denominator, unit, per_unit)
        if row.denominator
        else None,
        "unknown": words.amount_text(row.unknown, unit, per_unit) if row.unknown else None,
        "unknown_share": unknown_share if row.unknown else None,
        "imputed": f"{100 * row.imputed_share:.1f} %" if row.imputed_share else None,
    }


_PAGE_NAMES = {
    "share": "share", "numerator": "has", "denominator": "all", "bounds": "bounds",
    "unknown": "unknown", "unknown_share": "unknownShare", "gap": "gapText",
    "points": "pointsText", "imputed": "imputed",
}  # fmt: skip
"""What a page calls the parts of `reader_text`."""


def _shown(row: Row | None, whole: Coverage, classes: tuple[ShareClass, ...]) -> dict[str, Any]:
    """Give one figure in words, with the few numbers that a page sorts and draws by."""
    if row is None or not row.denominator:
        unmeasured = 0 if row is None else row.unmeasured
        return {"class": -1, "met": MET[None], "unmeasured": unmeasured}
    index = class_of(row.numerator, row.denominator, classes)
    text = reader_text(row, whole.unit, whole.per_unit)
    shown: dict[str, Any] = {
        "class": -1 if index is None else index,
        "met": MET[row.met],
        "low": round(row.numerator / row.denominator, 6),
        "high": round((row.numerator + row.unknown) / row.denominator, 6),
        "gap": row.gap_amount,
        "points": round(row.gap_points or 0.0, 6),
    }
    shown |= {_PAGE_NAMES[key]: value for key, value in text.items()
              if key in _PAGE_NAMES and value is not None}  # fmt: skip
    if row.unmeasured:
        shown["unmeasured"] = row.unmeasured
    return shown


def _outside(
    places: list[Place], rows: dict[int, Row], whole: Coverage, indicator: Indicator
) -> dict[str, Any]:
    """Give what each division has that lies in none of its divisions of a lower level."""
    sums: dict[tuple[int, str], list[int]] = {}
    parents = {place.code: place.parent for place in places}
    for place in places[1:]:
        if place.code not in rows:
            continue
        above = place.parent
        while above is not None:
            total = sums.setdefault((above, place.level), [0, 0])
            total[0] += rows[place.code].numerator
            total[1] += rows[place.code].denominator
            above = parents[above]
    found = {}
    for (code, level), (numerator, denominator) in sums.items():
        rest = rows[code].denominator - denominator
        if rest:
            yes = rows[code].numerator - numerator
            found[f"{code}:{level}"] = {
                "share": words.share_text(yes, rest, indicator.target),
                "has": words.amount_text(yes, whole.unit, whole.per_unit),
                "all": words.amount_text(rest, whole.unit, whole.per_unit),
            }
    return found
