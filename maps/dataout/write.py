"""Write layers as files: one a format, or one a layer and format, each with its text beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyogrio

from geo.datum.reference import Datum
from geo.errors import UsageError
from maps.dataout import csv_file, flatgeobuf, geojson, geopackage, geoparquet, shapefile, workbook
from maps.dataout.head import Head
from maps.dataout.layers import Layer

Writer = Callable[[Path, Sequence[Layer], Head, Datum], None]


@dataclass(frozen=True)
class Format:
    """A file format: its suffix, whether a file holds all layers, and what writes it."""

    name: str
    suffix: str
    whole: bool
    write: Writer


FORMATS: Final = {
    item.name: item
    for item in (
        Format("gpkg", ".gpkg", True, geopackage.write),
        Format("shp", ".zip", True, shapefile.write),
        Format("xlsx", ".xlsx", True, workbook.write),
        Format("geojson", ".geojson", False, geojson.write),
        Format("fgb", ".fgb", False, flatgeobuf.write),
        Format("parquet", ".parquet", False, geoparquet.write),
        Format("csv", ".csv", False, csv_file.write),
    )
}
"""By the name that ``--format`` takes; the suffix tells them apart too."""

README: Final = "说明.txt"


def format_of(path: Path) -> Format | None:
    """Give the format that a file's suffix names; None for a folder."""
    suffix = path.suffix.lower()
    found = next((item for item in FORMATS.values() if item.suffix == suffix), None)
    if found is None and suffix and not path.is_dir():
        known = "、".join(item.suffix for item in FORMATS.values())
        raise UsageError(f"{path}：不支持 {suffix}。", f"可用：{known}，或一个文件夹。")
    return found


def write_data(
    path: Path, layers: Sequence[Layer], head: Head, datum: Datum, formats: Sequence[str] = ()
) -> list[Path]:
    """Write layers to one file, or to a folder in several formats; give what was written.

    Parameters
    ----------
    path
        A file whose suffix names its format, or a folder.
    formats
        For a folder: names from `FORMATS`; all when there are none.

    Raises
    ------
    UsageError
        For a suffix or format that there is none of, or several layers for a file of one.
    """
    if unknown := [name for name in formats if name not in FORMATS]:
        raise UsageError(f"没有格式 {'、'.join(unknown)}。", f"可用：{'、'.join(FORMATS)}")
    head = replace(
        head, layers=tuple((item.name, item.title, item.table.num_rows) for item in layers)
    )
    single = format_of(path)
    if single is not None:
        if not single.whole and len(layers) != 1:
            names = "、".join(layer.name for layer in layers)
            raise UsageError(
                f"{path.name}：{single.suffix} 文件只能有一个图层，现有 {names}。",
                "请用 --layer 选一个，或给一个文件夹。",
            )
        _whole(path, single, layers, head, datum)
        beside = path.with_name(f"{path.name}.{README}")
        beside.write_text(readme(layers, head), "utf-8")
        return [path, beside]
    path.mkdir(parents=True, exist_ok=True)
    written = []
    for name in formats or FORMATS:
        chosen = FORMATS[name]
        if chosen.whole:
            written.append(_whole(path / f"wuye{chosen.suffix}", chosen, layers, head, datum))
            continue
        for layer in layers:
            file = path / f"{layer.name}{chosen.suffix}"
            written.append(_whole(file, chosen, [layer], head, datum))
    (path / README).write_text(readme(layers, head), "utf-8")
    return [*written, path / README]


def readme(layers: Sequence[Layer], head: Head) -> str:
    """Write the text that accompanies the files: what they are, and what the columns mean."""
    lines = [f"{label}：{text}" for label, text in head.rows()]
    for layer in layers:
        lines += ["", f"[{layer.name}] {layer.title}（{layer.table.num_rows:,} 行）"]
        lines += [f"  {item.name}  {item.short}  {item.header}" for item in layer.fields]
    return "\n".join(lines) + "\n"


def _whole(path: Path, chosen: Format, layers: Sequence[Layer], head: Head, datum: Datum) -> Path:
    """Write a file beside its place and rename it when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.parent / f".{path.name}.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with _clock(head.as_of):
            chosen.write(folder / path.name, layers, head, datum)
        (folder / path.name).replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


@contextmanager
def _clock(as_of: str) -> Iterator[None]:
    """Have GDAL write the as-of date for the moment of writing: same data, same bytes."""
    name = "OGR_CURRENT_DATE"
    previous = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: f"{as_of}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: previous})
