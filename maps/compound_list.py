"""Compounds as a list: what a row says, on the screen and in a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import xlsxwriter

from geo import terms
from geo.action_plan import Definition
from geo.compounds import is_old, is_party_due
from geo.coverage import counted
from geo.snapshot.columns import FLAGS
from geo.snapshot.file import Snapshot
from maps.compounds import COMMITTEES, FLAG_WORDS, MODES_EN
from maps.handout import MARK_LONG
from maps.style import STATES, state_of_mode

_COLUMNS: Final = (
    "code", "name", "aliases", "address", "built_year", "floor_area_dm2", "floor_area_source",
    "households", "mode", "project", "company", "area", "committee", "committee_term_to", "interim",
    "flags", "x", "y",
)  # fmt: skip
_LEVELS: Final = ("community", "street", "county", "prefecture", "province")
AREA_SOURCES: Final = ("unknown", "given", "imputed")


def listed(snapshot: Snapshot, rows: Sequence[int], definition: Definition) -> Iterator[Any]:
    """Give what a list says of the compounds in some rows, in their order."""
    at = np.asarray(rows, np.int64)
    columns = {name: snapshot.column("compounds", name)[at].tolist() for name in _COLUMNS}
    homes = _homes(snapshot, at)
    counts = counted(snapshot, definition)[at].tolist()
    old = is_old(snapshot)[at].tolist()
    due = is_party_due(snapshot)[at].tolist()
    for i in range(len(at)):
        row = {name: values[i] for name, values in columns.items()}
        mode, home = int(row["mode"]), homes[i]
        flags = [name for bit, name in enumerate(FLAGS) if row["flags"] >> bit & 1]
        placed = not np.isnan(row["x"])
        yield {
            "code": row["code"],
            "name": row["name"],
            "aliases": row["aliases"],
            "address": row["address"],
            "division": None if home is None else str(home),
            "place": _place(snapshot, home),
            "state": STATES[state_of_mode(mode)].id,
            "mode": (terms.MODES[mode], MODES_EN[mode]),
            "built_year": row["built_year"] or None,
            "old": old[i],
            "floor_area_m2": _area(row["floor_area_dm2"], row["floor_area_source"]),
            "floor_area_source": AREA_SOURCES[row["floor_area_source"]],
            "households": row["households"] or None,
            "counted": counts[i],
            "project": row["project"],
            "company": row["company"],
            "area": row["area"],
            "committee": COMMITTEES[int(row["committee"])],
            "committee_term_ends": row["committee_term_to"],
            "interim": row["interim"],
            "party_due": due[i],
            "flags": [{"id": name, "words": FLAG_WORDS[name]} for name in flags],
            "point": (round(row["x"], 6), round(row["y"], 6)) if placed else None,
            "placeholder": "placeholder" in flags,
        }


def places(snapshot: Snapshot, rows: Sequence[int]) -> dict[str, Any]:
    """Give where compounds lie, with what a dot on a map says of them, column by column.

    Those without a place are left out and counted; coordinates are rounded to 5 decimals, a metre.
    """
    at = np.asarray(rows, np.int64)
    x = snapshot.column("compounds", "x")[at]
    placed = ~np.isnan(x)
    at, x = at[placed], x[placed]
    y = snapshot.column("compounds", "y")[at]
    states = np.array([STATES[state_of_mode(mode)].id for mode in range(len(terms.MODES))])
    placeholder = 1 << FLAGS.index("placeholder")
    return {
        "unplaced": int((~placed).sum()),
        "codes": snapshot.column("compounds", "code")[at].tolist(),
        "names": snapshot.column("compounds", "name")[at].tolist(),
        "lons": np.round(x, 5).tolist(),
        "lats": np.round(y, 5).tolist(),
        "states": states[snapshot.column("compounds", "mode")[at]].tolist(),
        "old": is_old(snapshot)[at].tolist(),
        "placeholders": (snapshot.column("compounds", "flags")[at] & placeholder > 0).tolist(),
    }


def _homes(snapshot: Snapshot, at: Any) -> list[int | None]:
    """Give the lowest division, valid on the date, that each compound lies in."""
    known = snapshot.division_names
    codes = [snapshot.column("compounds", level)[at].tolist() for level in _LEVELS]
    return [next((code for code in own if code in known), None) for own in zip(*codes, strict=True)]


def _place(snapshot: Snapshot, home: int | None) -> list[str]:
    """Name where a compound lies, from the prefecture down."""
    if home is None:
        return []
    text, names = str(home), snapshot.division_names
    above = [int(text[:width]) for width in (4, 6, 9, 12) if width <= len(text)]
    return [names[code] for code in above if code in names]


def _area(area_dm2: int, source: int) -> float | None:
    return None if source == terms.AREA_UNKNOWN else round(area_dm2 / 100, 2)


_HEADS: Final = (
    ("小区编码", 18), ("小区名称", 24), ("区划代码", 14), ("所在", 36), ("地址", 28),
    ("服务模式", 12), ("计入覆盖", 9), ("建成年份", 9), ("建筑面积(㎡)", 14), ("面积来源", 9),
    ("户数", 8), ("物业项目", 16), ("物业企业", 20), ("管理区域", 16), ("业委会", 20),
    ("任期届满", 12), ("物管会", 8), ("党组织应建未建", 14), ("说明", 50),
)  # fmt: skip
_SOURCES: Final = {"unknown": "不明", "given": "填报", "imputed": "推算"}
MOST_ROWS: Final = 1_000_000
"""Rows that a sheet of a workbook holds, besides its head."""


def workbook(snapshot: Snapshot, rows: Sequence[int], definition: Definition, asked: str) -> bytes:
    """Write the compounds in some rows as a workbook; the same input gives the same bytes.

    Texts are written as texts, codes too, so nothing is taken for a number or a formula.

    Parameters
    ----------
    asked
        What the list was asked for, in words.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        # The file's own date would make other bytes each time.
        book.set_properties({"created": dt.datetime.combine(snapshot.as_of, dt.time())})
        sheet = book.add_worksheet("小区清单")
        bold = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#e8eef2"})
        area = book.add_format({"num_format": "#,##0.00"})
        for line, text in enumerate(_about(snapshot, definition, asked, len(rows))):
            sheet.write_string(line, 0, text, bold if line == 0 else None)
        top = line + 2
        for column, (name, width) in enumerate(_HEADS):
            sheet.set_column(column, column, width)
            sheet.write_string(top, column, name, head)
        for place, item in enumerate(listed(snapshot, rows[:MOST_ROWS], definition), top + 1):
            for column, value in enumerate(_cells(item)):
                if isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif value is not None:
                    sheet.write_number(place, column, value, area if column == 8 else None)
        sheet.freeze_panes(top + 1, 2)
        sheet.autofilter(top, 0, top + max(1, len(rows)), len(_HEADS) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    return file.getvalue()


def _about(snapshot: Snapshot, definition: Definition, asked: str, rows: int) -> list[str]:
    lines = [
        f"小区清单 · 截至 {snapshot.as_of.isoformat()} · {rows:,} 个小区",
        f"快照 {snapshot.id}",
        f"口径 {definition.describe()}（{definition.id}）",
        f"条件 {asked}",
    ]
    return [*lines, f"【{MARK_LONG[0]}】{MARK_LONG[1]}"] if snapshot.made_up else lines


def _cells(item: dict[str, Any]) -> list[str | float | None]:
    term = item["committee_term_ends"]
    return [
        item["code"], item["name"], item["division"], " · ".join(item["place"]), item["address"],
        item["mode"][0], "是" if item["counted"] else "否", item["built_year"],
        item["floor_area_m2"], _SOURCES[item["floor_area_source"]], item["households"],
        item["project"], item["company"], item["area"], item["committee"][0],
        term.isoformat() if term else None, "有" if item["interim"] else "",
        "是" if item["party_due"] else "",
        "；".join(flag["words"][0] for flag in item["flags"]),
    ]  # fmt: skip
