"""The handout: one HTML file that opens from a memory stick and asks the network for nothing.

It shows a snapshot: shares by prefecture, county and street against the target line, compounds
by state of service, barriers, and a plan's suggestions as lines. Same input, same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from geo.action_plan import Definition, action_plan
from geo.coverage import coverage as coverage_of
from geo.coverage import within
from geo.snapshot.file import Snapshot
from geo.terms import BARRIER_KINDS, LEVELS, MADE_UP
from maps import assets, shapes, style
from maps.compounds import compound_words, compounds
from maps.dates import dated
from maps.figures import CoverageOf, Place, figures, levels_below, places
from maps.neighbours import drawn_neighbours
from maps.style import Words
from maps.suggestions import suggestions
from maps.words import definition_text

TITLE: Final[Words] = ("物业服务覆盖图", "Property service coverage")
MARK: Final[Words] = (MADE_UP, "Made-up data")
MARK_LONG: Final[Words] = (
    f"{MADE_UP}（虚构），不反映真实情况",
    "Made-up data: nothing here is real",
)
SOURCE: Final[Words] = (
    "各地小区台账、企业与项目台账、业委会台账及小区图形",
    "ledgers of compounds, companies, projects and committees, and compounds' polygons",
)
SOURCE_MADE_UP: Final[Words] = (
    "程序生成的虚构小区与台账，区划名称与县级界线为实际资料",
    "compounds and ledgers made up by a program; names of divisions and county lines are real",
)
INTERNAL: Final[Words] = (
    "内部使用。图中界线未经地图审核，不得公开。",
    "For internal use. Its boundaries are not reviewed for publication.",
)

LEVEL_WORDS: Final[dict[str, Words]] = {
    "province": ("省", "Province"),
    "prefecture": ("州市", "Prefectures"),
    "county": ("县区", "Counties"),
    "street": ("街道", "Streets"),
    "community": ("社区", "Communities"),
}

COMPOUNDS_FROM_ZOOM: Final = 11
"""From here on compounds are drawn: a large one is then about four pixels wide."""

COMPOUNDS_ALONE_FROM_ZOOM: Final = 13.5
"""From here on divisions are outlines, so that compounds stand alone."""

COMPOUND_NAMES_FROM_ZOOM: Final = 16

NEIGHBOURS_FROM_ZOOM: Final = 14
"""From here on 100 m are ten pixels, and a line between two walls can be seen."""

_POLYGON: Final = (3, 6)
_LINE: Final = (1, 2, 5)


def write_handout(
    path: Path,
    snapshot: Snapshot,
    *,
    definition: Definition,
    plan: Any = None,
    neighbours: pd.DataFrame | None = None,
    division: int | None = None,
    source: Words | None = None,
    review_number: str = "",
    earlier: Sequence[Snapshot] = (),
    coverage: CoverageOf = coverage_of,
) -> Path:
    """Write the handout of a snapshot.

    Parameters
    ----------
    path
        The HTML file to write; its folder is made when missing.
    plan
        A takeover plan to draw (`geo.takeover.plan.make.Plan`), or None.
    neighbours
        Neighbouring compounds to draw (`geo.takeover.neighbours.rows.compound_rows`), or None.
    division
        The division to show with everything below it; None shows the whole register.
    source
        Where the facts come from, in Chinese and English.
    review_number
        审图号 of the map. Without one the handout says that it is for internal use.
    earlier
        Snapshots of other dates, whose figures a reader can choose.
    coverage
        What computes the figures.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    NotFound
        When Leaflet is not unpacked, or the division is not known on the snapshot's date.
    """
    from maps.page import page  # noqa: PLC0415 - brings folium, which few have a use for

    listed = places(snapshot, division, coverage=coverage)
    codes = [place.code for place in listed]
    outlines = _outlines(snapshot, listed)
    bounds = _bounds(snapshot, outlines, division)
    drawn = compounds(snapshot, definition, division, codes)
    shown = figures(snapshot, listed, definition, division, coverage=coverage)
    data = {
        "head": _head(snapshot, definition, source, review_number),
        "words": json.loads(assets.own("words.json")),
        "style": _style(),
        "origin": shapes.ORIGIN,
        "bounds": bounds,
        "levels": [{"id": level, "name": LEVEL_WORDS[level]} for level in levels_below(division)],
        "places": _places(listed, outlines),
        "indicators": shown,
        "dates": dated(
            snapshot, earlier, listed, definition, division, shown, drawn["code"], coverage=coverage
        ),
        "compounds": drawn,
        "compoundWords": compound_words(),
        "barriers": _barriers(snapshot, bounds),
        "neighbours": None if neighbours is None else drawn_neighbours(neighbours),
        "plan": None if plan is None else suggestions(plan, drawn["code"]),
    }
    mark = f"【{MARK[0]}】" if snapshot.made_up else ""
    title = f"{mark}{listed[0].name} · {TITLE[0]} · {snapshot.as_of.isoformat()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(title, bounds, data), "utf-8", newline="\n")
    return path


def _head(
    snapshot: Snapshot, definition: Definition, source: Words | None, review_number: str
) -> dict[str, Any]:
    plan = action_plan()
    return {
        "title": TITLE,
        "asOf": snapshot.as_of.isoformat(),
        "snapshot": snapshot.id[:12],
        "definition": definition_text(definition, plan.indicator("I1")),
        "definitionId": definition.id,
        "madeUp": snapshot.made_up,
        "mark": MARK,
        "markLong": MARK_LONG,
        "plan": (plan.title, plan.title_en),
        "scopeNote": (plan.scope_note, plan.scope_note_en),
        "source": source or (SOURCE_MADE_UP if snapshot.made_up else SOURCE),
        "review": (f"审图号：{review_number}", f"Map review number {review_number}")
        if review_number
        else INTERNAL,
    }


def _style() -> dict[str, Any]:
    """Give the colours and widths that the page's scripts draw with."""
    return {
        "noData": style.NO_DATA,
        "noDataLine": style.NO_DATA_LINE,
        "boundary": style.BOUNDARY,
        "highlight": style.HIGHLIGHT,
        "suggestion": style.SUGGESTION,
        "suggestionCasing": style.SUGGESTION_CASING,
        "line": style.LINE_PX,
        "oldLine": style.OLD_LINE_PX,
        "placeholder": style.PLACEHOLDER_PX,
        "compoundsFrom": COMPOUNDS_FROM_ZOOM,
        "compoundsAloneFrom": COMPOUNDS_ALONE_FROM_ZOOM,
        "compoundNamesFrom": COMPOUND_NAMES_FROM_ZOOM,
        "neighboursFrom": NEIGHBOURS_FROM_ZOOM,
    }


def _outlines(snapshot: Snapshot, listed: list[Place]) -> shapes.Geometries:
    """Give the simplified outline of each place, or None; a level is simplified as a whole."""
    codes = snapshot.column("divisions", "code").tolist()
    known = dict(zip(codes, snapshot.geometry("divisions"), strict=True))
    if listed[0].code not in known:
        provinces = [code for code in codes if len(str(code)) == 2]
        known[listed[0].code] = known[provinces[0]] if len(provinces) == 1 else None
    found = np.full(len(listed), None, dtype=object)
    for level in LEVELS:
        at = [i for i, place in enumerate(listed) if place.level == level]
        own = np.full(len(at), None, dtype=object)
        own[:] = [known.get(listed[i].code) for i in at]
        found[at] = shapes.simplified_divisions(own)
    return found


def _places(listed: list[Place], outlines: shapes.Geometries) -> dict[str, Any]:
    order = {place.code: i for i, place in enumerate(listed)}
    labels = shapes.label_points(outlines)
    return {
        "code": [place.code for place in listed],
        "name": [place.name for place in listed],
        "level": [place.level for place in listed],
        "parent": [-1 if place.parent is None else order[place.parent] for place in listed],
        "shape": shapes.polygon_texts(outlines),
        "label": [
            None if np.isnan(lon) else [round(float(lat), 5), round(float(lon), 5)]
            for lon, lat in labels
        ],
    }


def _bounds(
    snapshot: Snapshot, outlines: shapes.Geometries, division: int | None
) -> list[list[float]]:
    """Give [[south, west], [north, east]] of the division, else of its compounds."""
    around = outlines[:1]
    if around[0] is None:
        around = snapshot.geometry("compounds")[within(snapshot, division)]
    if not len(around) or not np.isfinite(shapely.total_bounds(around)).all():
        around = np.array([shapely.box(97.5, 21.1, 106.2, 29.3)], dtype=object)
    west, south, east, north = (round(float(side), 5) for side in shapely.total_bounds(around))
    return [[south, west], [north, east]]


def _barriers(snapshot: Snapshot, bounds: list[list[float]]) -> list[dict[str, Any]]:
    """Give the barriers around the page's division, kind by kind, in drawing order."""
    (south, west), (north, east) = bounds
    found = snapshot.geometry("barriers")
    kinds = snapshot.column("barriers", "kind")
    near = shapely.intersects(found, shapely.box(west, south, east, north))
    drawn = []
    for kind in style.BARRIERS:
        own = shapely.get_parts(found[near & (kinds == BARRIER_KINDS.index(kind.kind))])
        own = shapely.simplify(own, shapes.BARRIER_TOLERANCE_DEG, preserve_topology=True)
        types = shapely.get_type_id(own)
        lines, areas = own[np.isin(types, _LINE)], own[np.isin(types, _POLYGON)]
        if len(lines) or len(areas):
            drawn.append(
                {
                    "label": kind.label,
                    "colour": kind.colour,
                    "width": kind.width_px,
                    "dash": kind.dash,
                    "from": kind.from_zoom,
                    "lines": shapes.line_texts(lines),
                    "areas": shapes.polygon_texts(areas),
                }
            )
    return drawn
