"""The choropleth of a sheet: one indicator by division, in the classes of `maps.style`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from geo.coverage import Coverage, Row
from maps import shapes as page_shapes
from maps import style, words
from maps.sheet import labels, listing
from maps.sheet.drawing import Drawing, hatch
from maps.sheet.ground import Ground, Shapes, simplified
from maps.sheet.key import Key, Swatch
from maps.sheet.names import short_name
from maps.sheet.paper import Box
from maps.sheet.projection import Window

NO_DATA_PATTERN: Final = "no-data"
UNDETERMINED_PATTERN: Final = "undetermined"
UNITS: Final = {"m2": "万㎡", "compounds": "个", "companies": "家", "projects": "个"}


@dataclass(frozen=True)
class Shares:
    """What the choropleth shows: figures and the outlines of their divisions on the paper."""

    coverage: Coverage
    rows: list[Row]
    outlines: Shapes
    classes: tuple[style.ShareClass, ...]

    def class_of(self, row: Row) -> int | None:
        """Give the class of a row's share."""
        return style.class_of(row.numerator, row.denominator, self.classes)


def shares_of(found: Coverage, ground: Ground, window: Window) -> Shares:
    """Take the divisions of a coverage with their outlines."""
    rows = [row for row in found.rows if row.division is not None]
    outlines = ground.outlines([row.division for row in rows if row.division is not None])
    return Shares(
        found,
        rows,
        window.shapes(simplified(outlines, window)),
        style.share_classes(found.indicator.target),
    )


def draw_shares(drawing: Drawing, shares: Shares, k: float) -> None:
    """Draw the divisions in the colours of their classes; what is unknown is hatched."""
    drawing.defs.append(hatch(NO_DATA_PATTERN, style.NO_DATA, "#d2d5d9", "dots", 1.5 * k))
    drawing.defs.append(hatch(UNDETERMINED_PATTERN, None, style.INK, "hatch", 1.3 * k))
    for row, shape in zip(shares.rows, shares.outlines, strict=True):
        if shape is None:
            continue
        index = shares.class_of(row)
        fill = f"url(#{NO_DATA_PATTERN})" if index is None else shares.classes[index].colour
        drawing.path([shape], fill=fill, fill_rule="evenodd")
        if row.met == "undetermined":
            drawing.path([shape], fill=f"url(#{UNDETERMINED_PATTERN})", fill_opacity="0.55")
    drawing.path(
        list(shares.outlines),
        fill="none",
        stroke="#ffffff",
        stroke_width=0.5 * k,
        stroke_linejoin="round",
    )
    drawing.path(
        list(shares.outlines),
        fill="none",
        stroke=style.BOUNDARY,
        stroke_width=0.18 * k,
        stroke_linejoin="round",
    )


def place_names(
    shares: Shares, window: Window, taken: list[Box], k: float, pages: dict[int, int]
) -> tuple[list[labels.Placed], int]:
    """Place names, with the share where there is room; give them and how many have no place.

    On an atlas's index `pages` (by code) stand instead of the shares.
    """
    have = [i for i, shape in enumerate(shares.outlines) if shape is not None]
    points = page_shapes.label_points(shares.outlines[have])
    wanted = []
    for i, point in zip(have, points, strict=True):
        row = shares.rows[i]
        if np.isnan(point[0]):
            continue
        page = pages.get(row.division or 0)
        second = _share(row) if not pages else "" if page is None else f"第 {page} 页"
        wanted.append(
            labels.Wanted(
                (float(point[0]), float(point[1])),
                tuple(_ways(short_name(row.name), second, k, always=bool(pages))),
                max(shapely.get_parts(shares.outlines[i]), key=lambda part: part.area),
                26 * k,
                code=row.division,
            )
        )
    placed, left_out = labels.place(wanted, window.box.inset(1), taken)
    return placed, len(left_out)


def _ways(name: str, second: str, k: float, *, always: bool) -> list[tuple[labels.Line, ...]]:
    """Give how a name may be written: larger before smaller, with its figure before without."""
    ways: list[tuple[labels.Line, ...]] = []
    for size in (7.5 * k, 6.5 * k, 5.5 * k):
        first = labels.Line(name, size, bold=True)
        if second:
            ways.append((first, labels.Line(second, size - 0.8 * k)))
        if not (second and always):
            ways.append((first,))
    return ways


def _share(row: Row) -> str:
    if not row.denominator:
        return ""
    return words.share_text(row.numerator, row.denominator, row.target)


def key_of(shares: Shares) -> Key:
    """Give the legend: classes with the number of divisions in each, and what is hatched."""
    counts = Counter(shares.class_of(row) for row in shares.rows)
    target = words.target_text(shares.coverage.indicator.target)
    swatches = []
    for i, item in reversed(list(enumerate(shares.classes))):
        swatches.append(Swatch(item.colour, item.label[0], f"{counts[i]} 个", boundary=False))
        if item.side == "above" and i and shares.classes[i - 1].side == "below":
            swatches[-1] = replace(swatches[-1], below=f"目标 {target}")
    undetermined = sum(row.met == "undetermined" for row in shares.rows)
    if undetermined:
        swatches.append(
            Swatch(
                "#ffffff",
                "含未核实，是否达标待定",
                f"{undetermined} 个",
                over=f"url(#{UNDETERMINED_PATTERN})",
            )
        )
    if counts[None]:
        swatches.append(Swatch(f"url(#{NO_DATA_PATTERN})", "没有统计对象", f"{counts[None]} 个"))
    return Key("图例", tuple(swatches))


def headline(found: Coverage) -> list[str]:
    """Say the whole's figure: the share with its bounds, then what is missing to the target."""
    row = found.total
    if not row.denominator:
        return ["—", "没有统计对象"]
    share = words.share_text(row.numerator, row.denominator, row.target)
    high = words.share_text(row.numerator + row.unknown, row.denominator, row.target)
    lines = [share]
    target = words.target_text(row.target)
    if row.met == "yes":
        lines.append(f"已达目标 {target}")
    else:
        gap = words.gap_text(row.gap_amount, found.unit)[0]
        lines.append(
            f"目标 {target}，差 {words.points_text(row.gap_points or 0.0)} 个百分点，还需 {gap}"
        )
    if row.unknown:
        unknown = words.amount_text(row.unknown, found.unit, found.per_unit)[0]
        lines.append(f"未核实 {unknown}；全部核实后在 {words.bounds_text(share, high)} 之间")
    return lines


COLUMNS: Final = (
    listing.Column("区划", 20, number=False),
    listing.Column("比率", 13),
    listing.Column("分母", 13),
    listing.Column("差(点)", 10),
    listing.Column("还需", 12),
)
INDEX_COLUMNS: Final = (*COLUMNS[:2], *COLUMNS[3:], listing.Column("页", 8))


@dataclass(frozen=True)
class TableRow:
    """A row of the table; ``division`` is None for the rest, the total and what lies outside."""

    division: int | None
    cells: list[str]


def table_rows(found: Coverage, room: int, pages: dict[int, int]) -> list[TableRow]:
    """Give the table's rows and the total; where there is no room, the largest gaps and a rest.

    With `pages` (an atlas's, by code) the page stands instead of the denominator.
    """
    rows = found.rows
    rest: list[Row] = []
    if len(rows) + 1 > room:
        rows = sorted(rows, key=lambda r: (-r.gap_amount, -r.denominator, r.division or 0))
        rows, rest = rows[: room - 2], rows[room - 2 :]
    shown = [TableRow(row.division, _row(row, found)) for row in rows]
    if rest:
        shown.append(TableRow(None, _rest(rest, found)))
    shown.append(TableRow(None, _row(replace(found.total, name="合计"), found)))
    if not pages:
        return shown
    numbers = [str(pages.get(row.division or 0, "")) for row in shown]
    return [
        TableRow(row.division, [*row.cells[:2], *row.cells[3:], number])
        for row, number in zip(shown, numbers, strict=True)
    ]


def _row(row: Row, found: Coverage) -> list[str]:
    name = short_name(row.name)
    if not row.denominator:
        return [name, "—", "0", "", ""]
    return [
        name,
        _share(row).removesuffix(" %"),
        words.amount_figure(row.denominator, found.unit, found.per_unit),
        words.points_text(row.gap_points or 0.0) if row.gap_points else "—",
        words.gap_figure(row.gap_amount, found.unit) if row.gap_amount else "—",
    ]


def _rest(rows: list[Row], found: Coverage) -> list[str]:
    numerator, denominator = sum(r.numerator for r in rows), sum(r.denominator for r in rows)
    share = "—"
    if denominator:
        share = words.share_text(numerator, denominator, found.indicator.target).removesuffix(" %")
    amount = words.amount_figure(denominator, found.unit, found.per_unit)
    return [f"其余 {len(rows)} 个", share, amount, "", ""]
