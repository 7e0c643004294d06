"""``wuye export handout``: one HTML file with the map, for offline reading."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.takeover.neighbours import file as neighbour_file
from geo.takeover.neighbours.layer import Terms
from geo.takeover.neighbours.rows import compound_rows, selected
from geo.takeover.plan.make import load as load_plan
from maps.handout import write_handout
from maps.words import file_mark
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
    snapshot_asked,
)
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace


def export_handout(
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
    snapshot = snapshot_asked(snapshots, as_of, known_at)
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
