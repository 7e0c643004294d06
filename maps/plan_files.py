"""A takeover plan as files: JSON, a workbook with a sheet a compound, a GeoPackage with lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from geo.takeover.plan.paper import Plan
from geo.terms import MADE_UP
from maps.plan_workbook import write_workbook

SUFFIXES: Final = (".json", ".xlsx", ".gpkg")

LAYERS: Final = ("接管建议", "接管小区", "承接项目", "未安排", "说明")
"""Layers of the GeoPackage: lines; compounds taken over; hosts' compounds and areas; candidates
that are not served; what the plan is made from (a table without geometry)."""


def check_suffix(paths: Iterable[Path]) -> None:
    """Refuse a file that no plan can be written as.

    Raises
    ------
    UsageError
        Naming the suffixes that can.
    """
    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"--out {path}：不支持 {path.suffix or '没有后缀的文件'}。",
                f"可用：{'、'.join(SUFFIXES)}",
            )


def write_plan(path: Path, snapshot: Snapshot, plan: Plan) -> None:
    """Write a plan; the suffix says as what. Whole or not at all; same plan, same contents."""
    check_suffix([path])
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix.lower()
    if suffix == ".json":
        plan.save(path)
        return
    beside = path.with_name(f".{path.stem}.part{suffix}")
    beside.unlink(missing_ok=True)
    try:
        if suffix == ".xlsx":
            write_workbook(beside, plan)
        else:
            _geopackage(beside, snapshot, plan)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def head(plan: Plan) -> dict[str, str]:
    """Give what a plan is made from, in Chinese, for the first sheet of every file."""
    return {
        "数据": MADE_UP if plan.made_up else "登记数据",
        "方案": plan.id,
        "快照": plan.snapshot,
        "截至": plan.as_of,
        "口径": f"{plan.definition.describe()}（{plan.definition.id}）",
        "区划": f"{plan.division_name} {plan.division or ''}".strip(),
    }


def _geopackage(path: Path, snapshot: Snapshot, plan: Plan) -> None:
    """Write the layers, all in EPSG:4490, each row with the plan's mark."""
    # The file keeps when it was changed; the plan's own date keeps equal plans equal.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{plan.as_of}T00:00:00.000Z"})
    try:
        layers = zip(
            LAYERS[:4],
            (suggestion_lines(plan), _compounds(snapshot, plan), _hosts(snapshot, plan),
             _left(snapshot, plan)),
            strict=True,
        )  # fmt: skip
        for name, frame in layers:
            marked = frame.assign(**_mark(plan))
            marked.to_file(path, layer=name, engine="pyogrio")
        rows = {**head(plan), **{name: str(value) for name, value in plan.parameters.items()}}
        about = pd.DataFrame({"项": list(rows), "值": list(rows.values())})
        pyogrio.write_dataframe(about, path, layer=LAYERS[4], driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _mark(plan: Plan) -> dict[str, str]:
    return {
        "plan": plan.id[:12],
        "snapshot": plan.snapshot[:12],
        "as_of": plan.as_of,
        "definition": plan.definition.id,
        "data": MADE_UP if plan.made_up else "",
    }


def suggestion_lines(plan: Plan) -> gpd.GeoDataFrame:
    """Give a plan's suggestions as lines from the compound to what it is reached by."""
    ends = np.array([one.segment for one in plan.suggestions], np.float64).reshape(-1, 2, 2)
    rows = [
        {
            "compound": one.compound, "name": one.name, "project": one.project,
            "project_name": one.project_name, "company_name": one.company_name, "via": one.via,
            "parent": one.parent, "depth": one.depth, "gap_m": one.gap_mm / 1000,
            "floor_area_m2": one.floor_area_dm2 / 100, "households": one.households,
            "gain_points": one.gain_points, "cost_yuan": one.cost_fen / 100,
            "reasons": " · ".join(one.reasons), "warnings": "；".join(one.warnings),
        }
        for one in plan.suggestions
    ]  # fmt: skip
    names = list(rows[0]) if rows else ["compound", "project"]
    frame = pd.DataFrame(rows, columns=names)
    return gpd.GeoDataFrame(frame, geometry=list(shapely.linestrings(ends)), crs=4490)


def _compounds(snapshot: Snapshot, plan: Plan) -> gpd.GeoDataFrame:
    rows = [
        {"compound": one.compound, "name": one.name, "project": one.project,
         "floor_area_m2": one.floor_area_dm2 / 100, "households": one.households,
         "reasons": " · ".join(one.reasons)}
        for one in plan.suggestions
    ]  # fmt: skip
    rows += [
        {"compound": one.compound, "name": one.name, "project": one.mode,
         "floor_area_m2": one.floor_area_dm2 / 100, "households": 0, "reasons": one.text}
        for one in plan.fallbacks
    ]  # fmt: skip
    return _shaped(snapshot, rows, ["compound", "name", "project", "floor_area_m2", "households",
                                    "reasons"])  # fmt: skip


def _left(snapshot: Snapshot, plan: Plan) -> gpd.GeoDataFrame:
    rows = [
        {"compound": one.compound, "name": one.name, "reason": one.reason, "text": one.text,
         "remedy": one.remedy, "fallback": one.fallback, "project": one.project,
         "floor_area_m2": one.floor_area_dm2 / 100}
        for one in plan.not_served
    ]  # fmt: skip
    return _shaped(snapshot, rows, ["compound", "name", "reason", "text", "remedy", "fallback",
                                    "project", "floor_area_m2"])  # fmt: skip


def _shaped(snapshot: Snapshot, rows: list[dict[str, Any]], columns: list[str]) -> gpd.GeoDataFrame:
    """Give rows of compounds their polygons."""
    at = _rows_of(snapshot, "compounds")
    shapes = snapshot.geometry("compounds")
    found = [shapes[at[row["compound"]]] for row in rows]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=found, crs=4490)


def _hosts(snapshot: Snapshot, plan: Plan) -> gpd.GeoDataFrame:
    """Give the hosts' polygons: the compounds that they serve, else their management areas."""
    column = snapshot.column
    taken = {one.project: one for one in plan.suggestions}
    load: dict[str, int] = {}
    for one in plan.suggestions:
        load[one.project] = load.get(one.project, 0) + one.floor_area_dm2
    of = column("compounds", "project")
    served = np.flatnonzero(np.isin(of, list(taken)) & column("compounds", "standing"))
    code, shapes = column("compounds", "code"), snapshot.geometry("compounds")
    rows, found = [], []
    for at in served.tolist():
        rows.append((str(of[at]), "compound", str(code[at])))
        found.append(shapes[at])
    drawn = {project for project, _, _ in rows}
    area_at, area_shapes = _rows_of(snapshot, "areas"), snapshot.geometry("areas")
    listed = snapshot.table("projects").column("areas")
    for at, project in enumerate(column("projects", "code").tolist()):
        if project in taken and project not in drawn:
            for area in sorted(listed[at].as_py() or []):
                if area in area_at:
                    rows.append((project, "area", area))
                    found.append(area_shapes[area_at[area]])
    frame = pd.DataFrame(
        [
            {"project": project, "project_name": taken[project].project_name, "kind": kind,
             "code": place, "takes": sum(one.project == project for one in plan.suggestions),
             "takes_m2": load[project] / 100}
            for project, kind, place in rows
        ],
        columns=["project", "project_name", "kind", "code", "takes", "takes_m2"],
    )  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=found, crs=4490)


def _rows_of(snapshot: Snapshot, table: str) -> dict[str, int]:
    return {str(code): row for row, code in enumerate(snapshot.column(table, "code").tolist())}
