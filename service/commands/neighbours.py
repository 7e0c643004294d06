"""``wuye neighbours``: who lies next to whom, how far, and what is between."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from geo.errors import UsageError
from geo.takeover.neighbours import file as neighbour_file
from geo.takeover.neighbours.layer import Terms
from geo.takeover.neighbours.rows import (
    BASIS_NAMES,
    LINE_NAMES,
    compound_rows,
    project_rows,
    selected,
    summary,
)
from geo.takeover.neighbours.rows import as_json as rows_as_json
from geo.terms import MADE_UP
from maps.neighbours import SUFFIXES, write_neighbours
from service.options import AsOf, Division, Json, KnownAt, division_code, snapshot_asked
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

MOST_LISTED = 30


def neighbours(
    division: Division = None,
    compound: Annotated[str | None, typer.Option("--compound", help="只看这一个小区。")] = None,
    limit_m: Annotated[
        float | None, typer.Option("--limit", help="间距上限（米），含；默认取行动计划设置。")
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    path: Annotated[
        Path | None, typer.Option("--out", help="写成 .gpkg、.geojson 或 .xlsx。")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print, or write, the neighbourhood of a division or a compound."""
    if path is not None and path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path}：不支持这种文件。", f"可用：{'、'.join(SUFFIXES)}")
    code = division_code(division)
    terms = Terms.of(limit_m)
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    pairs = selected(neighbour_file.get(snapshot, terms), snapshot, code, compound)
    compounds = compound_rows(pairs, snapshot, compound)
    projects = project_rows(pairs, snapshot, code, compound)
    head: dict[str, Any] = {
        "snapshot": snapshot.id, "as_of": snapshot.as_of.isoformat(), "made_up": snapshot.made_up,
        "division": division, "compound": compound, **terms.as_json(),
    }  # fmt: skip
    if path is not None:
        write_neighbours(path, compounds, projects, head)
    if as_json:
        words = {**head, "summary": summary(pairs), "file": None if path is None else str(path)}
        if path is None:
            words |= {"projects": rows_as_json(projects), "compounds": rows_as_json(compounds)}
        print_json(words)
        return
    _print_summary(summary(pairs), head, len(projects))
    if path is not None:
        out.print(f"已写入 {path}", highlight=False, soft_wrap=True)
        return
    _print_rows("小区与在管项目", projects, "project")
    _print_rows("小区与小区", compounds, "other")


def _print_summary(found: dict[str, Any], head: dict[str, Any], projects: int) -> None:
    mark = f"【{MADE_UP}】" if head["made_up"] else ""
    barred = "、".join(f"{kind} {many}" for kind, many in found["barred"].items()) or "无"
    crossed = "、".join(
        f"{LINE_NAMES[name]} {many}" for name, many in found["lines_crossed"].items()
    )
    bases = "，".join(
        f"{BASIS_NAMES[name]} {many:,} 对" for name, many in found["walk_basis"].items()
    )
    out.print(
        f"{mark}截至 {head['as_of']}，间距 {head['limit_m']} m 以内："
        f"相邻图斑 {found['pairs']:,} 对，小区与在管项目 {projects:,} 对；"
        f"{head['adjacent_m']} m 以内共界 {found['adjacent']:,} 对\n"
        f"被阻隔：{barred}；经通道可达 {found['by_crossing']:,} 对；跨界：{crossed or '无'}\n"
        f"步行距离：{bases}。快照 {head['snapshot'][:12]}",
        highlight=False,
        soft_wrap=True,
    )


def _print_rows(title: str, rows: pd.DataFrame, what: str) -> None:
    if not len(rows):
        return
    listed = rows_as_json(rows[:MOST_LISTED])
    other = "项目" if what == "project" else "相邻小区"
    table(
        title,
        ["小区", other, "间距 m", "共界 m", "步行 m", "其间", "区划"],
        [
            [row["one_name"] or row["one"], row[f"{what}_name"] or row[what],
             f"{row['gap_m']:.1f}", f"{row['shared_edge_m']:.0f}" if row["shared_edge_m"] else "",
             "" if row["walk_m"] is None else f"{row['walk_m']:.0f}", _obstacles(row), _place(row)]
            for row in listed
        ],
        left=2,
    )  # fmt: skip
    if len(rows) > MOST_LISTED:
        out.print(f"……共 {len(rows):,} 条；用 --json 或 --out 查看全部。", style="dim")


def _obstacles(row: dict[str, Any]) -> str:
    if row["barred_kind"]:
        return f"{row['barred_kind']} {row['barred_name'] or ''}".strip() + "（不通）"
    words = [f"经{row['crossing']}" if row["crossing"] else "", row["arterial"] or ""]
    return " ".join(word for word in words if word)


def _place(row: dict[str, Any]) -> str:
    if row["line_crossed"]:
        return f"跨{LINE_NAMES[row['line_crossed']]}"
    return "同社区" if row["same_community"] else "同街道" if row["same_street"] else ""
