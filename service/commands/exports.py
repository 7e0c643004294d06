"""``wuye export …``: what leaves the building."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from geo.intake.roundtrip.export import TABLES, export_boundaries
from geo.takeover.neighbours import file as neighbour_file
from geo.takeover.neighbours.layer import Terms
from geo.takeover.neighbours.rows import compound_rows, selected
from geo.takeover.plan.make import load as load_plan
from maps.handout import write_handout
from maps.words import file_mark
from service.commands import (
    export_bundle,
    export_data,
    export_public,
    export_raster,
    export_report,
    export_sheet,
    export_tiles,
)
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    ReviewNumber,
    WithInterim,
    day,
    definition_of,
    division_code,
    moment,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="导出：地图、数据、边界等。")

COMMANDS: Final = (
    ("tiles", export_tiles.tiles, "瓦片包：PMTiles、MBTiles，内容与在线瓦片逐字节相同。"),
    ("raster", export_raster.raster, "栅格：分级 COG（3857 与当地高斯-克吕格带）和图片瓦片包。"),
    ("data", export_data.export_data, "小区、区划指标、管理区域、项目、阻隔：各种数据文件。"),
    ("report", export_report.report, "一月报告：docx 正文与附图，xlsx 附表与缺口清单。"),
    ("sheet", export_sheet.sheet, "一幅可打印的地图：A4 或 A3，PDF、300 dpi PNG 或 SVG。"),
    ("atlas", export_sheet.atlas, "图集：索引图、目录，每县区（街道）一幅，一个 PDF。"),
    ("public", export_public.export_public, "公开版：不含党建与内部内容，隐去小数字，写后自查。"),
    ("check", export_public.check_export, "检查任何导出文件中有没有内部内容。"),
    ("key", export_bundle.export_key, "生成签名用的 Ed25519 密钥。"),
    ("bundle", export_bundle.export_bundle, "为一个文件夹的导出写清单与签名。"),
)
"""Commands that stand in files of their own: name, function, help. Add yours here."""

for _name, _command, _help in COMMANDS:
    app.command(_name, help=_help)(_command)


@app.command("handout", help="一个可离线打开的 HTML 地图文件。")
def handout(
    path: Annotated[Path | None, typer.Option("--out", help="写到哪个文件；默认在 out/。")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="另放哪些日期的数值，可重复，如 --also 2024-12-31。"),
    ] = None,
    plan: Annotated[Path | None, typer.Option(help="wuye plan --out 存下的方案。")] = None,
    neighbours: Annotated[
        bool, typer.Option("--neighbours", help="画出小区之间的邻接：间距上限内的每一对。")
    ] = False,
    review_number: ReviewNumber = "",
    as_json: Json = False,
) -> None:
    """Write the handout of a date, with a saved plan's suggestions when one is given."""
    snapshots, known = Workspace(Settings()).snapshots, moment(known_at)
    snapshot = snapshots.get(day(as_of), known)
    earlier = [snapshots.get(day(text, "--also"), known) for text in also or ()]
    code = division_code(division)
    pairs = None
    if neighbours:
        layer = neighbour_file.get(snapshot, Terms.of())
        pairs = compound_rows(selected(layer, snapshot, code), snapshot)
    written = write_handout(
        path or Path("out", f"{file_mark(made_up=snapshot.made_up)}handout.html"),
        snapshot,
        definition=definition_of(band, basis, population, with_interim=with_interim),
        plan=None if plan is None else load_plan(plan),
        neighbours=pairs,
        division=code,
        review_number=review_number,
        earlier=earlier,
    )
    if as_json:
        print_json({"file": str(written), "bytes": written.stat().st_size})
    else:
        out.print(f"已写入 {written}（{written.stat().st_size / 1e6:.1f} MB）", highlight=False)


@app.command("boundaries", help="导出登记的边界供编辑（GeoPackage），改好后用 wuye import 导回。")
def boundaries(
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
