"""``wuye export public`` and ``wuye export check``: what may leave the building."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from geo.disclosure.exclusion import Exclusion, read_exclusion
from geo.errors import UsageError, WuyeError
from geo.terms import LEVELS
from maps.dataout.public import public_layers
from maps.leaks.check import check
from maps.leaks.findings import Finding
from service.commands.export_data import Formats, Out, Reference, Written
from service.commands.export_data import write_edition as write
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    ReviewNumber,
    Source,
    definition_of,
    division_code,
    snapshot_asked,
    words_of,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace

Excluded = Annotated[
    Path | None,
    typer.Option(
        "--exclude",
        help="排除名单：小区编码（一行一个或 csv 首列），或多边形文件；默认取设置 WUYE_EXCLUDED。",
    ),
]

NO_LIST: Final = "未设置排除名单（--exclude 或 WUYE_EXCLUDED），未排除任何地点。"
WITH_LIST: Final = "已按排除名单略去部分地点；数字与未排除时不同。"
MOST_SHOWN: Final = 40


class LeaksFound(WuyeError):
    """A file holds something that must not leave."""


def export_public(
    path: Out,
    formats: Formats = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    level: Annotated[
        str, typer.Option("--level", help="数字公开到哪一级：prefecture、county、street。")
    ] = "county",
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    exclude: Excluded = None,
    crs: Reference = "EPSG:4490",
    source: Source = "",
    review_number: ReviewNumber = "",
    as_json: Json = False,
) -> None:
    """Write the public edition of a date, and check it; what does not pass is not kept."""
    if level not in LEVELS:
        raise UsageError(f"没有层级 {level}。", f"可用：{'、'.join(LEVELS)}")
    settings = Settings()
    excluded = exclusion_of(exclude, settings)
    snapshot = snapshot_asked(Workspace(settings).snapshots, as_of, known_at)
    definition = definition_of(band, basis, population, with_interim=False)
    code = division_code(division)
    layers, _ = public_layers(snapshot, definition, code, excluded or Exclusion(), level)

    def passes(written: Written) -> None:
        found = [finding for file in written for finding in check(file, excluded or Exclusion())]
        if found:
            for file in written:
                file.unlink(missing_ok=True)
            raise LeaksFound(
                f"公开版未通过检查，已删除：{found[0].words()}", "请反馈给维护者；不要对外提供。"
            )

    write(
        path, snapshot, definition, layers, "public", division=code, formats=words_of(formats),
        crs=crs, source=source, review_number=review_number, as_json=as_json,
        warnings=(NO_LIST if excluded is None else WITH_LIST,), then=passes,
    )  # fmt: skip


def exclusion_of(path: Path | None, settings: Settings) -> Exclusion | None:
    """Read the list of a call, else that of the settings; None when there is none at all."""
    chosen = path or settings.excluded
    return None if chosen is None else read_exclusion(chosen)


def check_export(
    path: Annotated[Path, typer.Argument(help="要检查的文件或文件夹。")],
    exclude: Excluded = None,
    as_json: Json = False,
) -> None:
    """Open an export and fail if something internal is in it."""
    excluded = exclusion_of(exclude, Settings())
    found = check(path, excluded or Exclusion())
    if as_json:
        print_json({"file": str(path), "passed": not found,
                    "excluded_list": excluded is not None,
                    "findings": [finding.as_json() for finding in found]})  # fmt: skip
    else:
        _show(path, found)
        if excluded is None:
            out.print("注意：没有排除名单，未检查排除地点。", highlight=False)
    if found:
        raise typer.Exit(1)


def _show(path: Path, found: list[Finding]) -> None:
    if not found:
        out.print(f"通过：{path} 中没有发现内部内容。", highlight=False, soft_wrap=True)
        return
    out.print(f"未通过：{path} 中有 {len(found):,} 处内部内容：", highlight=False, soft_wrap=True)
    for finding in found[:MOST_SHOWN]:
        out.print(f"  {finding.words()}", highlight=False, soft_wrap=True)
    if len(found) > MOST_SHOWN:
        out.print(f"  另有 {len(found) - MOST_SHOWN:,} 处。", highlight=False)
