"""``wuye export report``: the January report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from geo.cases import reading
from geo.errors import UsageError
from geo.takeover.plan import saved
from maps.report.content import make_report
from maps.report.document import write_document
from maps.report.workbook import write_workbook
from maps.sheet.subject import INTERNAL
from maps.words import file_mark
from service.options import (
    Band,
    BasisOption,
    Json,
    KnownAt,
    OneDivision,
    PopulationOption,
    Publisher,
    ReviewNumber,
    Secrecy,
    WithInterim,
    definition_of,
    division_code,
    moment,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace


def report(
    year: Annotated[int, typer.Option("--year", help="报告年度，如 2025：截至当年 12 月 31 日。")],
    folder: Annotated[Path, typer.Option("--out", help="写到哪个文件夹。")] = Path("out"),
    division: OneDivision = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    plan: Annotated[
        str | None, typer.Option("--plan", help="写入报告的接管方案：文件，或已存方案的编号。")
    ] = None,
    maps: Annotated[bool, typer.Option("--maps/--no-maps", help="附不附地图。")] = True,
    publisher: Publisher = "",
    secrecy: Secrecy = INTERNAL,
    review_number: ReviewNumber = "",
    as_json: Json = False,
) -> None:
    """Write a year's report of a division as docx and xlsx."""
    code = division_code(division)
    if code is None:
        raise UsageError("没有给出区划。", "请加 --division，如 --division 5301。")
    if folder.suffix.lower() in {".docx", ".xlsx"} and not folder.is_dir():
        raise UsageError(
            f"--out {folder}：报告是两个文件，--out 要写文件夹。", f"请改为 --out {folder.parent}。"
        )
    if not 1990 <= year <= 2100:
        raise UsageError(f"--year {year} 不是年度。", "请写成 2025。")
    workspace = Workspace(Settings())
    known = moment(known_at)
    snapshot, before = (
        workspace.snapshots.get(dt.date(at, 12, 31), known) for at in (year, year - 1)
    )
    made = make_report(
        snapshot,
        before,
        code,
        definition_of(band, basis, population, with_interim=with_interim),
        plan=None if plan is None else saved.plan_of(workspace.register, plan),
        cases=[case.as_json() for case in reading.listed(workspace.register, division=str(code))],
        publisher=publisher,
        secrecy=secrecy,
        review_number=review_number,
    )
    mark = file_mark(made_up=snapshot.made_up)
    name = f"{mark}{made.name}_{year}_物业服务覆盖报告"
    paths = [
        write_document(folder / f"{name}.docx", made, maps=maps),
        write_workbook(folder / f"{name}_附表.xlsx", made),
    ]
    if as_json:
        files = [{"file": str(path), "bytes": path.stat().st_size} for path in paths]
        print_json({"files": files, "snapshot": snapshot.id, "before": before.id})
        return
    for path in paths:
        size = path.stat().st_size / 1e6
        out.print(f"已写入 {path}（{size:.1f} MB）", highlight=False, soft_wrap=True)
