"""``wuye plan``: the fewest takeovers that reach a target."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.takeover import saved
from geo.takeover.plan import make_plan
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    day,
    definition_of,
    division_code,
    moment,
    share,
)
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace


def plan(
    division: Division = None,
    target: Annotated[str, typer.Option(help="目标比率。")] = "0.9",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    reach_m: Annotated[float | None, typer.Option("--reach", help="接管距离上限（米）。")] = None,
    spare_default: Annotated[
        str | None, typer.Option(help="可增管面积空白时，按在管面积的这个比例计。")
    ] = None,
    time_limit_s: Annotated[
        float, typer.Option("--time-limit", help="求解时间上限（秒）。")
    ] = 60.0,
    path: Annotated[Path | None, typer.Option("--out", help="把方案存为 JSON 文件。")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="把方案存入登记库，供 wuye plans 查看、比较。")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the fewest takeovers that reach a target, with reasons."""
    settings = Settings()
    workspace = Workspace(settings)
    found = make_plan(
        workspace.snapshots.get(day(as_of), moment(known_at)),
        division_code(division),
        share(target, "--target"),
        definition_of(band, basis, population, with_interim=False),
        reach_m=reach_m,
        spare_default=None if spare_default is None else share(spare_default, "--spare-default"),
        time_limit_s=time_limit_s,
    )
    if path is not None:
        found.save(path)
    if save:
        saved.save(workspace.register, found.as_json(), settings.author)
    if as_json:
        print_json(found.as_json())
        return
    for line in found.lines():
        out.print(line, highlight=False, soft_wrap=True)
    table(
        "",
        ["老旧小区", "接管项目", "理由"],
        [
            [item.name, item.project_name, " · ".join(item.reasons)]
            for item in found.suggestions[:30]
        ],
        left=3,
    )
    if len(found.suggestions) > 30:
        out.print(f"……共 {len(found.suggestions)} 条；用 --json 或 --out 查看全部。", style="dim")
