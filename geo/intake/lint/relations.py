"""Shapes beside others: drawn twice, on each other, astride counties, split by areas.

Within the file, and against the register's polygons of other codes. All of these load, warned: two
outlines may share ground for good reasons, and only people know which of the two is right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import STRtree

from geo.intake.lint import limits, overlaps
from geo.intake.lint.draft import COLUMN
from geo.intake.lint.measure import Floats, Geometries, area_m2, middle_of, square_metres
from geo.intake.lint.neighbours import neighbours
from geo.intake.lint.overlaps import Overlaps, TooMany
from geo.intake.verdicts import Findings
from geo.register.store import Register
from geo.rings.column import OutlineColumn
from geo.rings.outlines import Outlines
from geo.shares import percent_text

_ANY_COUNTY: Final = (
    "select exists (select from division where upper_inf(known) and length(code) = 6"
    ' and geom is not null) as "any"'
)
PIECE_POINTS: Final = 32
MOST_NAMED: Final = 3
"""Of several others at fault so many are named, the worst first."""


@dataclass
class Beside:
    """A file's good polygons with what is said of them.

    Attributes
    ----------
    codes, rows, positions
        Of shape (n,): code, row number as the user sees it, position.
    outlines
        The polygons themselves.
    """

    kind: str
    codes: Geometries
    rows: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    outlines: Outlines
    findings: Findings

    @cached_property
    def shapes(self) -> Geometries:
        """Give the polygons as shapely's objects; most files need none of them."""
        return np.asarray(self.outlines)

    @cached_property
    def tree(self) -> STRtree:
        """Give a tree over the polygons."""
        return STRtree(self.shapes)

    def warn(self, rule: str, place: Any, value: str, message: str, remedy: str) -> None:
        """Flag a row, by its place in these arrays."""
        position = self.positions[int(place)]
        self.findings.add("warned", rule, position, COLUMN, value, message, remedy)


def relate(
    register: Register,
    kind: str,
    frame: pd.DataFrame,
    findings: Findings,
    effective: dt.date | None = None,
    pool: Executor | None = None,
    *,
    alone: bool = False,
) -> Future[Findings] | None:
    """Say which of a file's polygons lie on others, across counties or in parts of areas.

    Parameters
    ----------
    kind
        ``compounds`` or ``areas``; of other kinds there is nothing to say.
    frame
        Rows: code, row, position, geometry (None for none); those held or skipped are left out.
    effective
        The day on which the register's polygons are looked at; None: as they stand.
    pool
        Compares the rows of a large file with each other, if given.
    alone
        The register is known to have none of their like.

    Returns
    -------
    concurrent.futures.Future or None
        With a `pool`, what it has to say besides.
    """
    if kind not in RULES or "geometry" not in frame or "code" not in frame:
        return None
    told = frame["geometry"].notna() & frame["code"].notna()
    drawn = findings.good_rows(frame if told.all() else frame[told])
    if drawn.empty:
        return None
    beside = Beside(
        kind,
        drawn["code"].to_numpy(dtype=object),
        drawn["row"].to_numpy(dtype=np.int64),
        drawn["position"].to_numpy(dtype=np.int64),
        _outlines(drawn["geometry"]),
        findings,
    )
    rules = [
        partial(rule, register=register, on=effective)
        for rule in RULES[kind]
        if not (alone and rule is _against_register)
    ]
    if pool is None or len(drawn) < overlaps.MANY:
        _say(beside, [_within_file, *rules])
        return None
    aside = replace(beside, findings=Findings(findings.sheets, findings.rows))
    later = pool.submit(_say, aside, [_within_file])
    _say(beside, rules)
    return later


def _say(beside: Beside, rules: Sequence[Callable[[Beside], None]]) -> Findings:
    """Let rules say what they find, in order; where polygons lie in heaps, say that instead."""
    try:
        for rule in rules:
            rule(beside)
    except TooMany:
        beside.findings.note(
            "too_many_overlaps",
            f"互相重叠的图形过多（超过 {limits.MOST_CANDIDATES:,} 对），未能逐对检查重叠；"
            "请先核对文件是否重复合并",
        )
    return beside.findings


def _outlines(column: pd.Series) -> Outlines:
    shapes = column.array
    return shapes.chosen() if isinstance(shapes, OutlineColumn) else Outlines.of(shapes)


def _within_file(beside: Beside) -> None:
    """Report overlaps between rows of the file; equal shapes go by hash, quick in a pile."""
    bounds = beside.outlines.boxes()
    group = _alike(beside.outlines, bounds)
    for pile in _piles(group):
        _say_pile(beside, pile)
    first = np.flatnonzero(group == np.arange(len(group)))
    found = overlaps.within(beside.outlines.take(first), bounds[first])
    found = replace(found, left=first[found.left], right=first[found.right])
    found = found.where(beside.codes[found.left] != beside.codes[found.right])
    found = found.beyond_slips().both_ways()
    used = dict.fromkeys(found.right.tolist())
    _say_overlaps(
        beside, found, {at: f"第 {beside.rows[at]} 行（{beside.codes[at]}）" for at in used}
    )


def _alike(outlines: Outlines, bounds: Floats) -> overlaps.Places:
    """Give each polygon the place of the first that is the same; only equal bounds are asked."""
    group = np.arange(len(outlines))
    words = np.ascontiguousarray(bounds).view(np.uint64) * np.array([1, 3, 5, 7], np.uint64)
    mixed = words.sum(axis=1)
    order = np.argsort(mixed, kind="stable")
    same = mixed[order][1:] == mixed[order][:-1]
    asked = np.sort(order[np.r_[same, False] | np.r_[False, same]])
    first: dict[bytes, int] = {}
    for place, wkb in zip(asked.tolist(), outlines.wkb(asked).to_pylist(), strict=True):
        group[place] = first.setdefault(wkb, place)
    return group


def _piles(group: overlaps.Places) -> list[overlaps.Places]:
    """Give the members of each group that has several, in order."""
    order = np.argsort(group, kind="stable")
    several = np.bincount(group)[group[order]] > 1
    order = order[several]
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    return [pile for pile in np.split(order, cuts) if len(pile)]


def _say_pile(beside: Beside, pile: overlaps.Places) -> None:
    """Say of rows with one shape and several codes which other row has it first."""
    codes = beside.codes[pile]
    differs = codes != codes[0]
    if not differs.any():
        return
    second = pile[np.argmax(differs)]
    for place, differ in zip(pile, differs, strict=True):
        other = pile[0] if differ else second
        _say_twin(
            beside, place, f"第 {beside.rows[other]} 行（{beside.codes[other]}）", 1.0,
            len(pile) - 1,
        )  # fmt: skip


def _against_register(beside: Beside, register: Register, on: dt.date | None) -> None:
    """Report overlaps with the register's polygons of the same kind and other codes."""
    without = beside.codes.tolist()
    for batch in neighbours(register, beside.kind, beside.outlines, without=without, on=on):
        theirs, mine = overlaps.candidates(beside.tree, batch.shapes)
        found = overlaps.measure(batch.shapes, beside.shapes, theirs, mine).turned().beyond_slips()
        _say_overlaps(beside, found, [f"登记库中的 {code} " for code in batch.codes])


def _say_overlaps(
    beside: Beside, found: Overlaps, names: Mapping[int, str] | Sequence[str]
) -> None:
    """Say of each row its nearest duplicate, and the largest of its other overlaps."""
    twin = found.iou >= limits.NEAR_DUPLICATE_IOU
    for place, worst, count in _worst(found.left, np.where(twin, found.iou, -1.0)):
        _say_twin(beside, place, names[found.right[worst]], float(found.iou[worst]), count)
    for place, worst, count in _worst(found.left, np.where(twin, -1.0, found.shared_m2)):
        more = f"，另与 {count - 1} 个图形重叠" if count > 1 else ""
        shared = square_metres(found.shared_m2[worst])
        mine, theirs = percent_text(found.of_left[worst]), percent_text(found.of_right[worst])
        beside.warn(
            "overlap", place, shared,
            f"与{names[found.right[worst]]}重叠 {shared}，占本图形 {mine}、对方 {theirs}{more}",
            "请核对边界归属，改好其中一个",
        )  # fmt: skip


def _say_twin(beside: Beside, place: Any, other: str, iou: float, count: int = 1) -> None:
    more = f"，另有 {count - 1} 个" if count > 1 else ""
    same = "图形完全相同" if iou >= 1 - 1e-12 else f"图形几乎相同（交并比 {percent_text(iou)}）"
    beside.warn(
        "near_duplicate", place, percent_text(iou), f"与{other}{same}{more}，编码却不同",
        "请核对是否同一对象登记了两次",
    )  # fmt: skip


def _worst(owner: overlaps.Places, weight: Floats) -> list[tuple[int, int, int]]:
    """Give each owner, the place of its heaviest weight and how many count; negative ones don't."""
    counted = np.flatnonzero(weight >= 0)
    order = counted[np.lexsort((counted, -weight[counted], owner[counted]))]
    owners, first, counts = np.unique(owner[order], return_index=True, return_counts=True)
    return [
        (int(one), int(order[place]), int(count))
        for one, place, count in zip(owners, first, counts, strict=True)
    ]


def _astride_counties(beside: Beside, register: Register, on: dt.date | None) -> None:
    """Report compounds with a substantial share in each of two counties."""
    found: list[tuple[int, str, float]] = []
    for batch in neighbours(register, "counties", beside.outlines, without=[], on=on):
        mine, theirs = _on_border(beside, batch.shapes)
        shared = area_m2(shapely.intersection(beside.shapes[mine], batch.shapes[theirs]))
        shares = shared / area_m2(beside.shapes[mine])
        found += zip(mine.tolist(), batch.codes[theirs].tolist(), shares.tolist(), strict=True)
    told = pd.DataFrame(found, columns=["place", "county", "share"])
    told = told[told["share"] >= limits.LEAST_COUNTY_SHARE]
    told = told.sort_values(["place", "share", "county"], ascending=[True, False, True])
    for place, rows in told.groupby("place"):
        if len(rows) > 1:
            shown = "、".join(
                f"{county} {percent_text(share)}"
                for county, share in zip(rows["county"], rows["share"], strict=True)
            )
            beside.warn(
                "astride_counties", place, shown, f"图形跨县级区划：{shown}",
                f"请核对边界或区划（各占 {limits.LEAST_COUNTY_SHARE:.0%} 以上才提示）",
            )  # fmt: skip


def _outside_counties(beside: Beside, register: Register, on: dt.date | None) -> None:
    """Report compounds that share no ground with any county, where the register has counties.

    A file that lies wholly elsewhere is told so once.
    """
    with register.connect() as connection:
        row = connection.execute(_ANY_COUNTY).fetchone()
    if row is None or not row["any"]:
        return
    outside = np.ones(len(beside.codes), np.bool_)
    middles = STRtree(shapely.points(middle_of(beside.outlines.boxes())))
    for batch in neighbours(register, "counties", beside.outlines, without=[], on=on):
        outside[middles.query(batch.shapes, predicate="intersects")[1]] = False
        left = np.flatnonzero(outside)
        near = STRtree(beside.outlines[left]).query(batch.shapes, predicate="intersects")[1]
        outside[left[near]] = False
    if outside.all():
        beside.findings.note(
            "outside_divisions",
            "全部图形都在登记库已有的县级区划之外，统计时列在“区划以外”；请核对坐标系（--crs）与区划",
        )
        return
    for place in np.flatnonzero(outside):
        beside.warn(
            "outside_divisions", place, "", "图形不在登记库的任何县级区划之内",
            "请核对位置；确在境内的，请先导入所在的区划，否则统计时列在“区划以外”",
        )  # fmt: skip


def _on_border(beside: Beside, others: Geometries) -> tuple[overlaps.Places, overlaps.Places]:
    """Give pairs of a polygon of ours and one of the others whose border it meets.

    The border is asked in short pieces: their boxes are small, so few polygons come up.
    """
    borders, owner = shapely.get_parts(shapely.boundary(others), return_index=True)
    points, line = shapely.get_coordinates(borders, return_index=True)
    inside = np.flatnonzero(line[1:] == line[:-1])
    # A piece is so many sides of one line; its points are those of its sides, in order.
    first_side = np.r_[True, line[inside][1:] != line[inside][:-1]]
    along = np.arange(len(inside)) - np.maximum.accumulate(
        np.where(first_side, np.arange(len(inside)), 0)
    )
    piece = np.cumsum(first_side | (along % PIECE_POINTS == 0)) - 1
    ends = np.stack([points[inside], points[inside + 1]], axis=1).reshape(-1, 2)
    pieces = shapely.linestrings(ends, indices=np.repeat(piece, 2))
    _, start = np.unique(piece, return_index=True)
    whose = owner[line[inside[start]]]
    asked, mine = beside.tree.query(pieces, predicate="intersects")
    pairs = np.unique(np.stack([mine, whose[asked]]), axis=1)
    return pairs[0], pairs[1]


def _split_by_areas(beside: Beside, register: Register, on: dt.date | None) -> None:
    """Report compounds of the file that lie partly in an area of the register."""
    for batch in neighbours(register, "areas", beside.outlines, without=[], on=on):
        theirs, mine = overlaps.candidates(beside.tree, batch.shapes)
        in_part = ~overlaps.holds(batch.shapes, beside.shapes, theirs, mine)
        found = overlaps.measure(batch.shapes, beside.shapes, theirs[in_part], mine[in_part])
        split = found.where(_between(found.of_right)).turned()
        for place, worst, count in _worst(split.left, np.minimum(split.of_left, 1 - split.of_left)):
            more = f"，另有 {count - 1} 个" if count > 1 else ""
            share = percent_text(split.of_left[worst])
            beside.warn(
                "split_by_area", place, share,
                f"本小区只有 {share} 在管理区域 {batch.codes[split.right[worst]]} 之内{more}",
                _split_remedy(),
            )  # fmt: skip


def _splits_compounds(beside: Beside, register: Register, on: dt.date | None) -> None:
    """Report areas of the file that hold only a part of compounds of the register."""
    said: list[tuple[int, str, float]] = []
    for batch in neighbours(register, "compounds", beside.outlines, without=[], on=on):
        theirs, mine = overlaps.candidates(beside.tree, batch.shapes)
        in_part = ~overlaps.holds(beside.shapes, batch.shapes, mine, theirs)
        found = overlaps.measure(beside.shapes, batch.shapes, mine[in_part], theirs[in_part])
        split = found.where(_between(found.of_right))
        codes = batch.codes[split.right].tolist()
        said += zip(split.left.tolist(), codes, split.of_right.tolist(), strict=True)
    told = pd.DataFrame(said, columns=["place", "code", "share"])
    told["off"] = (told["share"] - 0.5).abs()
    told = told.sort_values(["place", "off", "code"])
    for place, rows in told.groupby("place"):
        shown = "、".join(
            f"{code}（{percent_text(share)}）"
            for code, share in zip(rows["code"][:MOST_NAMED], rows["share"], strict=False)
        )
        more = " 等" if len(rows) > MOST_NAMED else ""
        beside.warn(
            "splits_compound", place, f"{len(rows)} 个小区",
            f"管理区域分割了 {len(rows)} 个小区：{shown}{more}", _split_remedy(),
        )  # fmt: skip


def _between(share: Floats) -> npt.NDArray[np.bool_]:
    low, high = limits.SPLIT_SHARES
    inside: npt.NDArray[np.bool_] = (share >= low) & (share <= high)
    return inside


def _split_remedy() -> str:
    low, high = limits.SPLIT_SHARES
    return f"请核对两者边界（在内部分为 {low:.0%}–{high:.0%} 时提示）"


Rule = Callable[..., None]
RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "compounds": (_against_register, _outside_counties, _astride_counties, _split_by_areas),
    "areas": (_against_register, _splits_compounds),
}
"""By kind of file, besides what is asked within the file."""
