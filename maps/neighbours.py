"""The neighbourhood as files: GeoPackage and GeoJSON with a line a pair, workbook with a row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from geo.errors import UsageError
from geo.takeover.neighbours.rows import BASIS_NAMES, COLUMNS, LINE_NAMES
from maps import shapes, style

SUFFIXES = (".gpkg", ".geojson", ".xlsx")


def write_neighbours(
    path: Path, compounds: pd.DataFrame, projects: pd.DataFrame, head: dict[str, Any]
) -> None:
    """Write neighbouring compounds and projects; the suffix says as what.

    Parameters
    ----------
    compounds, projects
        Rows of `geo.takeover.neighbours.rows`.
    head
        What the layer is made from, for the workbook's first sheet.

    Raises
    ------
    UsageError
        For a suffix that is none of `SUFFIXES`.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            f"--out {path}：不支持 {suffix or '没有后缀的文件'}。", "可用：" + "、".join(SUFFIXES)
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.stem}.part{suffix}")
    beside.unlink(missing_ok=True)
    try:
        if suffix == ".xlsx":
            _workbook(beside, compounds, projects, head)
        elif suffix == ".geojson":
            both = {"compound": compounds, "project": projects}
            joined = pd.concat([rows.assign(kind=kind) for kind, rows in both.items()])
            lines(joined).to_file(beside, driver="GeoJSON", engine="pyogrio")
        else:
            day = f"{head['as_of']}T00:00:00.000Z"  # for the file's own record of its change
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": day})
            lines(compounds).to_file(beside, layer="小区与小区", engine="pyogrio")
            lines(projects).to_file(beside, layer="小区与项目", engine="pyogrio")
        beside.replace(path)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        beside.unlink(missing_ok=True)


def lines(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Turn rows into lines from one to the other; a point twice where they touch. EPSG:4490."""
    ends = rows[["west", "south", "east", "north"]].to_numpy(np.float64).reshape(-1, 2, 2)
    plain = rows.drop(columns=["west", "south", "east", "north"])
    return gpd.GeoDataFrame(plain, geometry=shapely.linestrings(ends), crs=4490)


def drawn_neighbours(compounds: pd.DataFrame) -> list[dict[str, Any]]:
    """Give neighbouring compounds as a page draws them: lines by what is between, as texts.

    Pairs that touch have no line.
    """
    ends = compounds[["west", "south", "east", "north"]].to_numpy(np.float64)
    barred = compounds["barred_kind"].notna()
    penalised = compounds["crossing"].notna() | compounds["arterial"].notna()
    near = compounds["shared_edge_m"] > 0
    kind = np.select([barred, penalised, near], ["barred", "penalised", "adjacent"], "free")
    long = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    drawn = []
    for one in style.NEIGHBOURS:
        own = ends[long & (kind == one.id)].reshape(-1, 2, 2)
        drawn.append(
            {
                "label": one.label,
                "colour": one.colour,
                "width": one.width_px,
                "dash": one.dash,
                "lines": shapes.line_texts(shapely.linestrings(own)),
            }
        )
    return drawn


def _workbook(
    path: Path, compounds: pd.DataFrame, projects: pd.DataFrame, head: dict[str, Any]
) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        # The file's own date would make other bytes each time.
        book.set_properties({"created": dt.datetime.fromisoformat(head["as_of"])})
        bold = book.add_format({"bold": True})
        first = book.add_worksheet("说明")
        for row, (name, value) in enumerate(head.items()):
            first.write_string(row, 0, name, bold)
            first.write_string(row, 1, str(value))
        first.set_column(0, 1, 40)
        for title, rows in (("小区与项目", projects), ("小区与小区", compounds)):
            sheet = book.add_worksheet(title)
            names = [name for name in COLUMNS if name in rows]
            sheet.write_row(0, 0, [COLUMNS[name] for name in names], bold)
            for column, name in enumerate(names):
                words = _WORDS.get(name, {})
                cells = [_cell(words.get(value, value)) for value in rows[name]]
                sheet.write_column(1, column, cells)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(rows), len(names) - 1)
            sheet.set_column(0, len(names) - 1, 14)


_WORDS: Final = {"walk_basis": BASIS_NAMES, "line_crossed": LINE_NAMES}


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value
