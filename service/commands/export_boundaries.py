"""``wuye export boundaries``: registered polygons as a file to edit and to import again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.intake.roundtrip.export import TABLES, export_boundaries
from service.options import Division, Json, division_code
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace


def export_polygons(
    path: Annotated[Path, typer.Argument(help="写到哪个 .gpkg 文件。")],
    kind: Annotated[str, typer.Option(help=f"导出哪一类：{'、'.join(TABLES)}。")] = "compounds",
    division: Division = None,
    crs: Annotated[str, typer.Option(help="坐标系，如 EPSG:4490、EPSG:4543。")] = "EPSG:4490",
    as_json: Json = False,
) -> None:
    """Write current polygons with what they are known by when they come back."""
    inside = division_code(division)
    written = export_boundaries(
        Workspace(Settings()).register,
        kind,
        path,
        division=None if inside is None else str(inside),
        crs=crs,
    )
    if as_json:
        print_json(
            {
                "file": str(path),
                "kind": kind,
                "rows": written.rows,
                "known_change": written.known,
                "crs": written.crs,
            }
        )
    else:
        out.print(
            f"已写入 {path}：{written.rows:,} 个图形，第 {written.known} 号变更之后的内容。"
            f"改好后用 wuye import {kind} {path.name} --dry-run 先看差别。",
            highlight=False,
            soft_wrap=True,
        )
