"""``wuye export sheet`` and ``atlas``: printable maps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.sheet.atlas import write_atlas
from maps.sheet.compose import draw_sheet
from maps.sheet.files import write_sheet
from maps.sheet.subject import INTERNAL, Frame, Subject
from maps.words import file_mark
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Json,
    KnownAt,
    OneDivision,
    PopulationOption,
    Publisher,
    ReviewNumber,
    Secrecy,
    Source,
    WithInterim,
    definition_of,
    division_code,
    snapshot_asked,
)
from service.output import err, out, print_json
from service.settings import Settings
from service.workspace import Workspace

Paper = Annotated[str, typer.Option("--paper", help="纸张：A4 或 A3。")]
Orientation = Annotated[
    str, typer.Option("--orientation", help="方向：landscape 横向、portrait 纵向。")
]
Indicator = Annotated[
    str, typer.Option("--indicator", help="I1 面积覆盖、I2 业委会、I3 党组织、I4 党的工作。")
]


def sheet(
    path: Annotated[
        Path | None,
        typer.Option("--out", help="写到哪个文件：.pdf、.png（300 dpi）或 .svg；默认在 out/。"),
    ] = None,
    division: OneDivision = None,
    indicator: Indicator = "I1",
    level: Annotated[
        str | None,
        typer.Option(help="按哪一级分区设色，或 compounds 画小区；默认下一级，街道画小区。"),
    ] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    paper: Paper = "A4",
    orientation: Orientation = "landscape",
    secrecy: Secrecy = INTERNAL,
    review_number: ReviewNumber = "",
    publisher: Publisher = "",
    source: Source = "",
    as_json: Json = False,
) -> None:
    """Write one printable map."""
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    drawn = draw_sheet(
        snapshot,
        Subject(_needed(division), indicator.upper(), level),
        definition_of(band, basis, population, with_interim=with_interim),
        Frame(paper, orientation, secrecy, review_number, source, publisher),
    )
    written = write_sheet(path or _default(snapshot, "sheet.pdf"), drawn)
    if as_json:
        print_json(
            {
                "file": str(written),
                "bytes": written.stat().st_size,
                "title": drawn.title,
                "snapshot": snapshot.id,
                "unnamed": drawn.unnamed,
            }
        )
    else:
        size = written.stat().st_size / 1e6
        out.print(f"已写入 {written}：{drawn.title}（{size:.1f} MB）", highlight=False)


def atlas(
    path: Annotated[
        Path | None, typer.Option("--out", help="写到哪个 .pdf 文件；默认在 out/。")
    ] = None,
    division: OneDivision = None,
    by: Annotated[
        str, typer.Option(help="county 每县区一幅，street 另加每街道一幅（小区状态）。")
    ] = "county",
    indicator: Indicator = "I1",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    paper: Paper = "A4",
    orientation: Orientation = "landscape",
    secrecy: Secrecy = INTERNAL,
    review_number: ReviewNumber = "",
    publisher: Publisher = "",
    source: Source = "",
    as_json: Json = False,
) -> None:
    """Write an atlas: an index map, contents, and a sheet a county or street."""
    if path is not None and path.suffix.lower() != ".pdf":
        raise UsageError(f"图集不能写成 {path.name}。", "文件名以 .pdf 结尾。")
    code = _needed(division)
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("图集", total=None)
        made = write_atlas(
            path or _default(snapshot, "atlas.pdf"),
            snapshot,
            code,
            definition_of(band, basis, population, with_interim=with_interim),
            Frame(paper, orientation, secrecy, review_number, source, publisher),
            by=by,
            indicator=indicator.upper(),
            progress=lambda done, of, words: bar.update(
                task, completed=done, total=of, description=words
            ),
        )
    if as_json:
        print_json(
            {
                "file": str(made.path),
                "bytes": made.path.stat().st_size,
                "pages": made.pages,
                "sheets": made.sheets,
                "without_sheet": made.without,
                "snapshot": snapshot.id,
            }
        )
    else:
        left = f"；{made.without} 个没有小区，不出图" if made.without else ""
        words = f"已写入 {made.path}：{made.pages} 页，{made.sheets} 幅图{left}。"
        out.print(words, highlight=False)


def _default(snapshot: Snapshot, name: str) -> Path:
    """Give where a file goes whose place was not said; its name says when it is made up."""
    return Path("out", f"{file_mark(made_up=snapshot.made_up)}{name}")


def _needed(division: str | None) -> int:
    code = division_code(division)
    if code is None:
        raise UsageError("没有给出区划。", "请加 --division，如 --division 5301。")
    return code
