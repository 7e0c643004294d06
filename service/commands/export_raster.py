"""``wuye export raster``: classes as COG and as picture tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maps.raster.export import FORMATS, Wanted, export_rasters
from service.commands.export_tiles import processes, progress, zooms_of
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
    definition_of,
    division_code,
    snapshot_asked,
    words_of,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace


def raster(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹。")],
    what: Annotated[
        str,
        typer.Option("--what", help="画什么：I1–I4（各区划的分级），或 state（小区服务状态）。"),
    ] = "I1",
    level: Annotated[str, typer.Option(help="区划级别（指标用）：如 county、street。")] = "county",
    formats: Annotated[
        str, typer.Option("--format", help=f"格式，逗号分隔：{'、'.join(FORMATS)}。")
    ] = "cog,pmtiles",
    crs: Annotated[
        str,
        typer.Option("--crs", help="COG 的坐标系，逗号分隔：3857、gk（当地 3 度带）、EPSG 编号。"),
    ] = "3857,gk",
    pixel_m: Annotated[float, typer.Option(help="COG 每像素多少米；0 为自动。", min=0)] = 0,
    image: Annotated[str, typer.Option("--image", help="瓦片的图片格式：png 或 webp。")] = "png",
    zoom: Annotated[str, typer.Option("--zoom", help="瓦片级别，如 4-12。")] = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    review_number: ReviewNumber = "",
    workers: Annotated[int, typer.Option(help="用几个进程；0 为本机核数。", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Write the rasters of a date."""
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    low, high = zooms_of(zoom)
    wanted = Wanted(
        what=what, level=level,
        definition=definition_of(band, basis, population, with_interim=with_interim),
        division=division_code(division), formats=words_of(formats), crs=words_of(crs),
        pixel_m=pixel_m or None, image=image, min_zoom=low, max_zoom=high,
        review_number=review_number,
    )  # fmt: skip
    with processes(workers) as executor, progress(quiet=as_json) as report:
        manifest = export_rasters(folder, snapshot, wanted, executor, report)
    if as_json:
        print_json(manifest)
        return
    for item in manifest["files"]:
        size = f"{item['bytes'] / 1e6:.1f} MB"
        what_is_in = (
            f"{item['width']:,} × {item['height']:,} 像素，"
            f"每像素 {item['pixel_m']:.6g} 米，{item['crs']}"
            if item["format"] == "cog"
            else f"{item['tiles']:,} 张瓦片，{item['zooms'][0]}–{item['zooms'][1]} 级"
        )
        out.print(f"已写入 {folder / item['file']}：{what_is_in}，{size}", highlight=False)
    out.print(
        f"{manifest['mark'] or '登记数据'} · {manifest['classification']} · "
        f"截至 {manifest['as_of']} · 快照 {manifest['snapshot'][:12]}",
        highlight=False,
    )
