"""``wuye export …``: what leaves the building."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.takeover.plan import load as load_plan
from maps.handout import write_handout
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    WithInterim,
    day,
    definition_of,
    division_code,
    moment,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="导出：地图等。")


@app.callback(help="导出：地图等。")
def exports() -> None:
    """Keep ``handout`` a command of a group while it is the only one."""


@app.command("handout", help="一个可离线打开的 HTML 地图文件。")
def handout(
    path: Annotated[Path, typer.Option("--out", help="写到哪个文件。")] = Path("out/handout.html"),
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    plan: Annotated[Path | None, typer.Option(help="wuye plan --out 存下的方案。")] = None,
    review_number: Annotated[str, typer.Option(help="审图号；没有则注明内部使用。")] = "",
    as_json: Json = False,
) -> None:
    """Write the handout of a date, with a saved plan's suggestions when one is given."""
    written = write_handout(
        path,
        Workspace(Settings()).snapshots.get(day(as_of), moment(known_at)),
        definition=definition_of(band, basis, population, with_interim=with_interim),
        plan=None if plan is None else load_plan(plan),
        division=division_code(division),
        review_number=review_number,
    )
    if as_json:
        print_json({"file": str(written), "bytes": written.stat().st_size})
    else:
        out.print(f"已写入 {written}（{written.stat().st_size / 1e6:.1f} MB）", highlight=False)
