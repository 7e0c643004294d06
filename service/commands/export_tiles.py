"""``wuye export tiles``: tile archives for an intranet without our server."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from geo.errors import UsageError
from maps.tiles.archive.export import FORMATS, Wanted, export_tiles
from maps.tiles.layers import KINDS
from maps.tiles.tileset import TileSet
from service.options import (
    AsOf,
    Division,
    Json,
    KnownAt,
    ReviewNumber,
    division_code,
    snapshot_asked,
    words_of,
)
from service.output import err, out, print_json
from service.settings import Settings
from service.workspace import Workspace


def tiles(
    folder: Annotated[Path, typer.Argument(help="写到哪个文件夹；中断后再运行即接着做。")],
    layer: Annotated[
        str, typer.Option("--layer", help=f"图层，逗号分隔：{'、'.join(KINDS)}；默认全部。")
    ] = "",
    formats: Annotated[
        str, typer.Option("--format", help=f"格式，逗号分隔：{'、'.join(FORMATS)}。")
    ] = "pmtiles",
    zoom: Annotated[str, typer.Option("--zoom", help="级别，如 10-14；默认图层的全部级别。")] = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    division: Division = None,
    review_number: ReviewNumber = "",
    workers: Annotated[int, typer.Option(help="用几个进程；0 为本机核数。", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Write an archive a layer, and a manifest."""
    space = Workspace(Settings())
    snapshot = snapshot_asked(space.snapshots, as_of, known_at)
    low, high = zooms_of(zoom)
    wanted = Wanted(
        layers=words_of(layer), formats=words_of(formats), division=division_code(division),
        min_zoom=low, max_zoom=high, review_number=review_number,
    )  # fmt: skip
    made = TileSet(snapshot, space.home / "tiles")
    with processes(workers) as executor, progress(quiet=as_json) as report:
        manifest = export_tiles(folder, made, wanted, executor, report)
    if as_json:
        print_json(manifest)
        return
    for item in manifest["files"]:
        note = ""
        if item["tiles_with_omissions"]:
            note = f"，其中 {item['tiles_with_omissions']} 张注明了未画出的要素"
        out.print(
            f"已写入 {folder / item['file']}：{item['tiles']:,} 张瓦片{note}，"
            f"{item['bytes'] / 1e6:.1f} MB",
            highlight=False,
            soft_wrap=True,
        )
    out.print(
        f"{manifest['mark'] or '登记数据'} · {manifest['classification']} · "
        f"截至 {manifest['as_of']} · 快照 {manifest['snapshot'][:12]}",
        highlight=False,
    )


def zooms_of(text: str) -> tuple[int | None, int | None]:
    """Read zooms: ``10-14``, ``12``, or nothing.

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if not text:
        return None, None
    found = re.fullmatch(r"(\d{1,2})(?:[-–~](\d{1,2}))?", text.strip())
    if found is None or int(found[1]) > int(found[2] or found[1]):
        raise UsageError(f"--zoom {text}：不是级别。", "请写如 10-14 或 12。")
    return int(found[1]), int(found[2] or found[1])


@contextmanager
def processes(workers: int) -> Iterator[Executor | None]:
    """Give that many processes; one needs none besides this."""
    count = workers or os.cpu_count() or 1
    if count == 1:
        yield None
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Bars:
    """A bar a layer: done, rate, time left."""

    def __init__(self, shown: Progress) -> None:
        self.shown = shown
        self.bars: dict[str, TaskID] = {}

    def __call__(self, name: str, done: int, total: int, size_bytes: int) -> None:
        if name not in self.bars:
            self.bars[name] = self.shown.add_task(name, total=total)
        bar = self.bars[name]
        self.shown.update(bar, completed=done)
        speed = self.shown.tasks[bar].speed or 0
        words = f"{name} {done:,}/{total:,} · {speed:,.0f} 张/秒 · {size_bytes / 1e6:.1f} MB"
        self.shown.update(bar, description=words)


@contextmanager
def progress(*, quiet: bool) -> Iterator[_Bars | None]:
    """Show progress with rate and time left, unless a program asked."""
    if quiet:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as shown:
        yield _Bars(shown)
