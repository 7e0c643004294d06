"""The public edition: figures without small counts, and outlines that tell no more than they.

Left out: everything of party organisations, companies, projects and management areas, and each
compound's own state, from which the withheld counts could be counted. Sites on the list of
exclusions are in no figure and no layer. Compounds of a division whose number is withheld are not
drawn; very small ones are drawn as a square of a fixed grid, without name and code.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.coverage import standing, within
from geo.disclosure.exclusion import Exclusion
from geo.disclosure.grid import LEAST, Bools
from geo.snapshot.file import Array, Snapshot
from maps import words
from maps.dataout.fields import PLACE, Field, share_fields
from maps.dataout.figures import LEVEL_NAMES
from maps.dataout.layers import Layer, layers_of, multi, table_of
from maps.dataout.public_table import COUNTS, PublicTable, levels_of, public_table
from maps.style import class_of, share_classes

SMALL_M2: Final = 2000.0
"""Compounds on less land than this are drawn as a square of the grid."""

CELL_DEG: Final = 0.002
"""The grid's width, about 200 m."""

FIGURES: Final = (
    Field("compounds", "小区数(个)", "compounds", "integer"),
    Field("i1_covered", "已覆盖小区(个)", "i1_cov_n", "integer"),
    Field("i1_unverified", "服务未核实小区(个)", "i1_unv_n", "integer"),
    Field("i1_uncovered", "未覆盖小区(个)", "i1_not_n", "integer"),
    Field("i1_numerator", "已覆盖面积(㎡)", "i1_num", "number"),
    Field("i1_unknown", "未核实面积(㎡)", "i1_unk", "number"),
    Field("i1_denominator", "小区总面积(㎡)", "i1_den", "number"),
    *share_fields("i1", "物业服务面积覆盖率"),
    Field("i2_with", "有业委会小区(个)", "i2_with_n", "integer"),
    Field("i2_unknown", "业委会未核实小区(个)", "i2_unk_n", "integer"),
    Field("i2_without", "无业委会小区(个)", "i2_not_n", "integer"),
    *share_fields("i2", "业主委员会组建率"),
    Field("note", "备注", "note"),
)

SITES: Final = (
    Field("code", "小区编码", "code"),
    Field("name", "小区名称", "name"),
    Field("division", "区划代码", "division"),
    Field("division_name", "区划", "div_name"),
    Field("generalised", "图形已概括", "general", "flag"),
)

NOTE: Final = f"不足 {LEAST} 的数字，以及据以可推算出它们的数字，已隐去"


def public_layers(
    snapshot: Snapshot,
    definition: Definition,
    division: int | None,
    exclusion: Exclusion,
    lowest: str = "street",
) -> tuple[list[Layer], PublicTable]:
    """Give the layers of the public edition, and the table that its figures stand in.

    Parameters
    ----------
    lowest
        The lowest level of divisions that has figures.
    """
    shown = snapshot.without(exclusion.of(snapshot))
    levels = levels_of(division, lowest)
    table = public_table(shown, definition, division, levels)
    made = [
        _figures(shown, table, level)
        for level in levels
        if any(place.level == level for place in table.places)
    ]
    made.append(_sites(shown, definition, division, table))
    made += layers_of(shown, definition, division, ["barriers"])
    return [layer.without_internal() for layer in made], table


def _figures(snapshot: Snapshot, table: PublicTable, level: str) -> Layer:
    rows = [row for row, place in enumerate(table.places) if place.level == level]
    places = [table.places[row] for row in rows]
    outlines = dict(
        zip(
            snapshot.column("divisions", "code").tolist(),
            snapshot.geometry("divisions"),
            strict=True,
        )
    )
    columns: dict[str, Any] = {
        "code": [None if place.code is None else str(place.code) for place in places],
        "name": [place.name for place in places],
        "level": [LEVEL_NAMES[level]] * len(rows),
        "parent": [None if place.parent is None else str(place.parent) for place in places],
        "kind": ["outside" if place.code is None else "division" for place in places],
        "note": [NOTE if table.withheld[row].any() else None for row in rows],
    }
    names = ("compounds", "i1_covered", "i1_unverified", "i1_uncovered", "i2_with", "i2_unknown",
             "i2_without")  # fmt: skip
    for at, name in enumerate(names):
        columns[name] = [
            None if table.withheld[row, at] else int(table.counts[row, at]) for row in rows
        ]
    columns |= _shares("i1", table.amounts[rows, :3], table.service_shown[rows])
    for at, name in ((1, "i1_numerator"), (2, "i1_unknown"), (0, "i1_denominator")):
        columns[name] = [
            table.amounts[row, at] / table.per_unit if table.service_shown[row] else None
            for row in rows
        ]
    columns |= _shares("i2", table.counts[rows][:, [0, 4, 5]], table.committee_shown[rows])
    shapes = np.full(len(rows), None, object)
    shapes[:] = [outlines.get(place.code) if place.code is not None else None for place in places]
    fields = (*PLACE, *FIGURES)
    return Layer(f"divisions_{level}", f"区划指标（{LEVEL_NAMES[level]}）", fields,
                 table_of(fields, columns), shapes, "MultiPolygon")  # fmt: skip


def _shares(key: str, amounts: Array, shown: Bools) -> dict[str, list[Any]]:
    """Give share, upper bound, text, target and class; amounts are whole, yes and unknown."""
    target = action_plan().indicator(key).target
    classes = share_classes(target)
    found: dict[str, list[Any]] = {
        f"{key}_{name}": [] for name in ("share", "high", "text", "target", "class")
    }
    for (whole, yes, unknown), open_ in zip(amounts.tolist(), shown.tolist(), strict=True):
        told = open_ and whole > 0
        found[f"{key}_share"].append(yes / whole if told else None)
        found[f"{key}_high"].append((yes + unknown) / whole if told else None)
        found[f"{key}_text"].append(words.share_text(yes, whole, target) if told else None)
        found[f"{key}_target"].append(float(target))
        found[f"{key}_class"].append(class_of(yes, whole, classes) if told else None)
    return found


def _sites(
    snapshot: Snapshot, definition: Definition, division: int | None, table: PublicTable
) -> Layer:
    """Give the compounds that figures count, where their number is shown."""
    present = standing(snapshot, definition) & within(snapshot, division)
    row_of = _row_of(snapshot, table)
    number_hidden = table.withheld[:, COUNTS.index("compounds")]
    rows = np.flatnonzero(present & (row_of >= 0))
    rows = rows[~number_hidden[row_of[rows]]]
    shapes = snapshot.geometry("compounds")[rows]
    land = snapshot.column("compounds", "land_area_dm2")[rows] / 100
    homes = snapshot.column("compounds", "households")[rows]
    small = ((land > 0) & (land < SMALL_M2)) | ((homes > 0) & (homes < LEAST))
    drawn = np.where(small, _squares(shapes), shapes)
    places = [table.places[row] for row in row_of[rows].tolist()]
    codes = snapshot.column("compounds", "code")[rows].tolist()
    names = snapshot.column("compounds", "name")[rows].tolist()
    order = sorted(
        range(len(rows)),
        # Generalised ones stand last, by where their square is, so that their order tells nothing.
        key=lambda at: (bool(small[at]), "" if small[at] else codes[at],
                        shapely.to_wkt(drawn[at]) if small[at] and drawn[at] is not None else ""),
    )  # fmt: skip
    columns: dict[str, list[Any]] = {
        "code": [None if small[at] else codes[at] for at in order],
        "name": [None if small[at] else names[at] for at in order],
        "division": [str(places[at].code or places[at].parent or "") or None for at in order],
        "division_name": [places[at].name for at in order],
        "generalised": [bool(small[at]) for at in order],
    }
    return Layer("compounds", "住宅小区", SITES, table_of(SITES, columns), multi(drawn[order]),
                 "MultiPolygon")  # fmt: skip


def _row_of(snapshot: Snapshot, table: PublicTable) -> Array:
    """Give each compound's place in the table: its deepest division, or what is left of it."""
    codes = [snapshot.column("compounds", level) for level in terms.LEVELS]
    listed = {place.code: row for row, place in enumerate(table.places) if place.code is not None}
    rests = {place.parent: row for row, place in enumerate(table.places) if place.code is None}
    found = np.full(len(codes[0]), rests.get(None, -1), np.int64)
    inner = {row for row in range(len(table.places)) if table.grid.children[row]}
    for level in codes:  # top down: the deepest that is listed wins
        for at, code in enumerate(level.tolist()):
            if code in listed:
                row = listed[code]
                found[at] = rests.get(code, -1) if row in inner else row
    return found


def _squares(shapes: Array) -> Array:
    """Give the square of the grid that each shape's middle lies in; None stays None."""
    found = np.full(len(shapes), None, object)
    for at, shape in enumerate(shapes):
        if shape is not None:
            middle = shapely.point_on_surface(shape)
            west = np.floor(middle.x / CELL_DEG) * CELL_DEG
            south = np.floor(middle.y / CELL_DEG) * CELL_DEG
            found[at] = shapely.box(west, south, west + CELL_DEG, south + CELL_DEG)
    return found
