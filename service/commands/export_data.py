"""``wuye export data`` and ``wuye export public``: data files of one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from geo.action_plan import Definition
from geo.datum.reference import Datum
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.dataout import layers as data
from maps.dataout.head import Head, head_of
from maps.dataout.reference import datum_of, extent_warning, zone_warning
from maps.dataout.write import FORMATS, write_data
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
    WithInterim,
    definition_of,
    division_code,
    snapshot_asked,
    words_of,
)
from service.output import err, out, print_json
from service.settings import Settings
from service.workspace import Workspace

Written = list[Path]
ALL_LAYERS = ",".join(data.KINDS)
Out = Annotated[Path, typer.Argument(help="写到哪里：.gpkg .zip .xlsx 等文件，或一个文件夹。")]
Layers = Annotated[
    str, typer.Option("--layer", help=f"数据层，逗号分隔：{'、'.join(data.KINDS)}。")
]
Formats = Annotated[
    str,
    typer.Option("--format", help=f"写文件夹时的格式，逗号分隔：{'、'.join(FORMATS)}；默认全部。"),
]
Reference = Annotated[
    str,
    typer.Option(
        "--crs", help="坐标系：EPSG:4490、CRS84、gk（当地 3 度带）、EPSG:4521–4523、4542–4544。"
    ),
]


def export_data(
    path: Out,
    layer: Layers = ALL_LAYERS,
    formats: Formats = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    crs: Reference = "EPSG:4490",
    source: Source = "",
    review_number: ReviewNumber = "",
    as_json: Json = False,
) -> None:
    """Write compounds, divisions with figures, areas, projects and barriers of a date."""
    snapshot = snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at)
    definition = definition_of(band, basis, population, with_interim=with_interim)
    code = division_code(division)
    made = data.layers_of(snapshot, definition, code, words_of(layer))
    write_edition(
        path, snapshot, definition, made, "internal", division=code, formats=words_of(formats),
        crs=crs, source=source, review_number=review_number, as_json=as_json,
    )  # fmt: skip


def write_edition(
    path: Path,
    snapshot: Snapshot,
    definition: Definition,
    made: list[data.Layer],
    edition: str,
    *,
    division: int | None,
    formats: Sequence[str],
    crs: str,
    source: str,
    review_number: str,
    as_json: bool,
    warnings: tuple[str, ...] = (),
    then: Callable[[Written], None] | None = None,
) -> None:
    """Write layers as an edition and say what was written; ``then`` may still refuse it."""
    if not any(layer.table.num_rows for layer in made):
        raise UsageError("所选范围没有可导出的数据。", "请核对 --division、--layer 与 --as-of。")
    datum: Datum = datum_of(crs, made)
    found = [*warnings, extent_warning(made), zone_warning(datum, made)]
    head: Head = head_of(
        snapshot, definition, division=division, edition=edition, source=source,
        review_number=review_number, crs=datum.name, warnings=[text for text in found if text],
    )  # fmt: skip
    written = write_data(path, made, head, datum, formats)
    if then is not None:
        then(written)
    for text in head.warnings:
        err.print(f"注意：{text}", style="yellow", highlight=False, soft_wrap=True)
    if as_json:
        print_json(_report(written, made, head))
        return
    out.print(head.line(), highlight=False, soft_wrap=True)
    for layer in made:
        out.print(f"  {layer.name}  {layer.title}：{layer.table.num_rows:,} 行", highlight=False)
    for file in written:
        out.print(f"已写入 {file}（{file.stat().st_size / 1e6:.2f} MB）", highlight=False)


def _report(written: list[Path], made: list[data.Layer], head: Head) -> dict[str, Any]:
    return {
        "files": [{"file": str(file), "bytes": file.stat().st_size} for file in written],
        "layers": {layer.name: layer.table.num_rows for layer in made},
        "snapshot": head.snapshot,
        "definition": head.definition.as_json(),
        "as_of": head.as_of,
        "made_up": head.made_up,
        "edition": head.edition,
        "crs": head.crs,
        "warnings": list(head.warnings),
    }
