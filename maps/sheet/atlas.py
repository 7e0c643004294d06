"""An atlas: an index map, contents, and a sheet for each county or street of a division.

Pages: the index map with page numbers, the contents, then the sheets in the order of their codes,
streets behind their county's. Bookmarks, contents, names on the index and the page number on each
sheet are links. Divisions without a compound have no sheet; the index shows them without a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from geo.action_plan import Definition
from geo.codes import LEVEL_WIDTH, level_of
from geo.coverage import Coverage
from geo.coverage import coverage as coverage_of
from geo.errors import NotFound, UsageError
from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps import words
from maps.sheet.compose import draw_sheet
from maps.sheet.contents import Entry, draw_contents, per_page
from maps.sheet.files import beside, pdf_of
from maps.sheet.ground import Ground
from maps.sheet.names import short_name
from maps.sheet.subject import COMPOUNDS, Frame, InAtlas, Sheet, Subject, anchor_of

Progress = Callable[[int, int, str], None]
"""Told what is done, of how much, and what comes next."""

BY: Final = ("county", "street")

MOST_ON_INDEX: Final = 15
"""So many sheets at most are listed on the index map alone."""


@dataclass(frozen=True)
class Made:
    """What an atlas came to."""

    path: Path
    pages: int
    sheets: int
    without: int


@dataclass(frozen=True)
class _Planned:
    """A sheet to be drawn."""

    subject: Subject
    name: str
    share: str
    depth: int


def write_atlas(
    path: Path,
    snapshot: Snapshot,
    division: int,
    definition: Definition,
    frame: Frame | None = None,
    *,
    by: str = "county",
    indicator: str = "I1",
    progress: Progress | None = None,
    coverage: Callable[..., Coverage] = coverage_of,
) -> Made:
    """Write an atlas of a division as one PDF; a file is there when all of it is.

    Parameters
    ----------
    by
        ``county`` for a sheet a county, its streets by share; ``street`` for these and a sheet
        a street behind each, its compounds by state.
    progress
        Called before each sheet is drawn, and each page written.

    Raises
    ------
    UsageError
        For another `by`, or one that does not lie below the division.
    NotFound
        When no division has a compound.
    """
    frame = frame or Frame()
    if by not in BY:
        raise UsageError(f"图集没有 --by {by}。", "可用：county 每县一幅、street 每街道一幅。")
    planned = _planned(snapshot, division, definition, by, indicator, coverage)
    if not planned:
        raise NotFound(f"区划 {division} 之下没有可出图的{by}。", "请先导入小区，或核对区划代码。")
    lead = 1 + (0 if _on_index(planned) else -(-len(planned) // per_page(frame)))
    pages = {item.subject.division: lead + i for i, item in enumerate(planned, start=1)}
    total = lead + len(planned)
    said = progress or (lambda _done, _of, _words: None)
    sheets = _lead(snapshot, division, definition, frame, planned, pages, indicator, coverage)
    ground = Ground(snapshot)
    for i, item in enumerate(planned):
        said(i, 2 * total, item.name)
        page = f"第 {lead + i + 1} 页，共 {total} 页"
        inner = {code: n for code, n in pages.items() if len(str(code)) > LEVEL_WIDTH["county"]}
        atlas = InAtlas(page, anchor_of(division), inner if item.depth == 1 else {})
        drawn = draw_sheet(
            snapshot, item.subject, definition, frame, atlas=atlas, ground=ground, coverage=coverage
        )
        sheets.append(replace(drawn, depth=item.depth))
    title = f"{short_name(snapshot.name_of(division))}物业服务覆盖图集 {snapshot.as_of}"
    made = pdf_of(sheets, title, lambda done, of: said(total + done, total + of, "写入"))
    with beside(path) as part:
        part.write_bytes(made)
    below = _codes_below(snapshot, division, by)
    return Made(path, len(sheets), len(planned), len(below - set(pages)))


def _lead(
    snapshot: Snapshot,
    division: int,
    definition: Definition,
    frame: Frame,
    planned: list[_Planned],
    pages: dict[int, int],
    indicator: str,
    coverage: Callable[..., Coverage],
) -> list[Sheet]:
    """Draw the index map and the contents."""
    level = level_of(str(planned[0].subject.division))
    index = draw_sheet(
        snapshot,
        Subject(division, indicator, level),
        definition,
        frame,
        atlas=InAtlas(pages=pages),
        coverage=coverage,
    )
    entries = [
        Entry(
            item.name,
            item.share,
            pages[item.subject.division],
            anchor_of(item.subject.division),
            item.depth,
        )
        for item in planned
    ]
    contents = [] if _on_index(planned) else draw_contents(snapshot, entries, frame, definition.id)
    return [replace(index, title=f"索引图：{index.title}"), *contents]


def _on_index(planned: list[_Planned]) -> bool:
    """Tell whether the index map's own table has room for all, so that no contents are needed."""
    return len(planned) <= MOST_ON_INDEX and all(item.depth == 1 for item in planned)


def _codes_below(snapshot: Snapshot, division: int, by: str) -> set[int]:
    width = LEVEL_WIDTH[by]
    return {
        code
        for code in snapshot.division_names
        if len(str(code)) == width and str(code).startswith(str(division))
    }


def _planned(
    snapshot: Snapshot,
    division: int,
    definition: Definition,
    by: str,
    indicator: str,
    coverage: Callable[..., Coverage],
) -> list[_Planned]:
    """List the sheets: divisions with a compound, streets behind their county's."""
    own = LEVELS.index(level_of(str(division)))
    levels = [level for level in BY[: BY.index(by) + 1] if LEVELS.index(level) > own]
    if not levels:
        raise UsageError(f"区划 {division} 之下没有 {by}。", "请给出其上级区划。")
    ground = Ground(snapshot)
    found: list[tuple[str, _Planned]] = []
    for depth, level in enumerate(levels, start=1):
        rows = coverage(snapshot, indicator, level, definition, division).rows
        for row in rows:
            counted = coverage(snapshot, "I1", level, definition, row.division).total
            if row.division is None or not (counted.denominator or counted.unmeasured):
                continue
            below = Subject(row.division, indicator, COMPOUNDS if level == "street" else None)
            if level == "county" and not _has_streets(snapshot, ground, row.division):
                below = replace(below, level=COMPOUNDS)
            share = (
                words.share_text(row.numerator, row.denominator, row.target)
                if row.denominator
                else "—"
            )
            found.append((str(row.division), _Planned(below, short_name(row.name), share, depth)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _has_streets(snapshot: Snapshot, ground: Ground, county: int) -> bool:
    codes = sorted(_codes_below(snapshot, county, "street"))
    return any(shape is not None for shape in ground.outlines(codes))
