"""Shape files through GDAL, with the few drivers that we take and nothing that reaches further.

GDAL decides by content what a file is, and knows formats that only name other files or addresses
to read. Those drivers are taken out, so no content can make an import read anything but its file.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyogrio._ogr
from pyproj import CRS

from geo.errors import InputError
from geo.intake.archive import inflate, open_archive, shown_name
from geo.intake.guard import (
    JsonCrs,
    check_geojson,
    check_geopackage,
    check_shapefile,
    refuse_many,
)
from geo.intake.limits import MOST_JSON_BYTES, MOST_SHAPES_BYTES, MiB
from geo.intake.sniff import NAMES, Content, sniff
from geo.intake.workbook import Remark
from geo.rings.loops import warm
from geo.rings.outlines import Geometries, Outlines

DRIVERS: Final = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "FlatGeobuf", "MEM"})
SHAPES: Final[frozenset[Content]] = frozenset({"sqlite", "fgb", "shp", "json", "zip"})
INNER_ENDINGS: Final = (".shp", ".gpkg", ".geojson", ".json", ".fgb")
BESIDE: Final = frozenset({"shx", "dbf", "prj", "cpg"})
"""What belongs to a .shp and is of use to us."""


MANY: Final = 5_000
"""From so many features on, polygons are kept as bytes: with fewer it saves nothing."""


@cache
def restrict_drivers() -> None:
    """Leave GDAL only the drivers of the formats that we take, in this process.

    VRT, GDALG, WFS and their like read what their content names: files, databases, addresses.
    """
    others = sorted(set(pyogrio.list_drivers()) - DRIVERS)
    pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others)})
    pyogrio._ogr._register_drivers()  # noqa: SLF001 - registering is when GDAL_SKIP is looked at


@dataclass
class Source:
    """A shape file that may be opened: its path for GDAL and what is known of it.

    ``layer`` names the one layer of an archive as its maker saw it; ``crs`` is of a GeoJSON alone;
    ``names_encoding`` says whether a Shapefile names its own.
    """

    path: str
    shown: str
    content: Content
    layer: str | None = None
    names_encoding: bool = True
    crs: JsonCrs = field(default_factory=JsonCrs)


@contextlib.contextmanager
def open_shapes(path: Path, content: Content) -> Iterator[Source]:
    """Judge a shape file; give what GDAL may open, for as long as the block lasts.

    Raises
    ------
    InputError
        When it is too large, incomplete, or points elsewhere.
    """
    restrict_drivers()
    if content != "zip":
        yield _judge(path, path.name, content)
        return
    with tempfile.TemporaryDirectory(prefix="wuye-") as folder:
        inner, shown = _unpack(path, Path(folder))
        content = sniff(inner)
        if content not in SHAPES or content == "zip":
            raise InputError(
                f"{path.name} 内的 {shown} 实为{NAMES[content]}，不是图形文件。", "请核对文件。"
            )
        source = _judge(inner, f"{path.name} 内的 {shown}", content)
        source.layer = None if content == "sqlite" else Path(shown).stem
        yield source


def _judge(path: Path, shown: str, content: Content) -> Source:
    size = path.stat().st_size
    most = MOST_JSON_BYTES if content == "json" else MOST_SHAPES_BYTES
    if size > most:
        raise InputError(
            f"{shown} 有 {size // MiB} MB，超过上限 {most // MiB} MB。",
            "请按县区拆成几个文件，或改用 GeoPackage。",
        )
    source = Source(str(path), shown, content)
    if content == "sqlite":
        check_geopackage(path, shown)
    elif content == "json":
        source.crs = check_geojson(path, shown)
    elif content == "shp":
        parts = {
            other.suffix.lower()[1:]: other
            for other in sorted(path.parent.iterdir())
            if other.stem == path.stem and other.is_file()
        }
        check_shapefile(shown, parts)
        source.names_encoding = "cpg" in parts
    return source


def _unpack(path: Path, folder: Path) -> tuple[Path, str]:
    """Put an archive's one shape file, and what belongs to it, into a folder under our own names.

    GDAL could read inside archives, but not past names in GBK, nor past false claims of size.
    """
    with open_archive(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
    members = [member for member in members if "__MACOSX/" not in member.filename]
    inner = [member for member in members if member.filename.lower().endswith(INNER_ENDINGS)]
    if len(inner) != 1:
        nested = [shown_name(member) for member in members if _is_archive(member)]
        if not inner and nested:
            raise InputError(
                f"{path.name} 里面还是压缩包（{nested[0]}），没有图形文件。",
                "请解开一层，把里面的文件直接压缩后再导入。",
            )
        raise InputError(
            f"{path.name} 中有 {len(inner)} 个图形文件，应只有一个。", "请拆开后分别导入。"
        )
    (main,) = inner
    stem, _, ending = main.filename.rpartition(".")
    for member in members:
        other = member.filename.removeprefix(f"{stem}.")
        if member is main or (f"{stem}.{other}" == member.filename and other.lower() in BESIDE):
            with (folder / f"shapes.{other.lower()}").open("wb") as file:
                for piece in inflate(path, member):
                    file.write(piece)
    return folder / f"shapes.{ending.lower()}", Path(shown_name(main)).name


def _is_archive(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".zip", ".rar", ".7z", ".tar", ".gz"))


def list_layers(source: Source) -> list[str]:
    """Give the names of a source's layers.

    Raises
    ------
    InputError
        When there is none.
    """
    layers = [str(name) for name, _ in pyogrio.list_layers(source.path)]
    if not layers:
        raise InputError(f"{source.shown} 不完整：其中没有图层。", "请重新导出或重新取得后再导入。")
    return layers


def gdal_words(words: str, path: Path) -> str:
    """Say in the user's words what GDAL says; folders are left out of what stays English."""
    place = re.search(r"GeoJSON.*At line (\d+), character (\d+)", words)
    if place:
        return f"GeoJSON 在第 {place[1]} 行第 {place[2]} 个字符处中断或写错。"
    if "not recognized" in words:
        return "内容不是能识别的图形（GeoPackage、Shapefile、GeoJSON、FlatGeobuf）。"
    if "I/O" in words or "malformed" in words:
        return f"文件不完整或读取出错（{words[:80]}）。"
    return words.replace(str(path.absolute()), path.name).replace(str(path), path.name)


@dataclass(frozen=True)
class Layer:
    """A layer as it was read.

    Attributes
    ----------
    cells
        A row a feature, without its shape.
    shapes
        An array of shapely's objects, or of a large layer `Outlines`; None where it has no shapes.
    crs
        The reference system declared.
    """

    cells: pd.DataFrame
    shapes: Geometries | Outlines | None
    crs: CRS | None
    remarks: list[Remark]


def read_layer(source: Source, layer: str) -> Layer:
    """Read a layer whole.

    Raises
    ------
    InputError
        When the layer is damaged or has too many rows.
    """
    info = pyogrio.read_info(source.path, layer=layer, force_feature_count=False)
    refuse_many(source.shown, int(info["features"]))
    found = _read_many(source, layer) if info["features"] >= MANY else None
    if found is None:
        frame, remarks = _read_frame(source, layer)
        shapes = frame.geometry.to_numpy() if "geometry" in frame.columns else None
        crs = getattr(frame, "crs", None)
        found = Layer(frame.drop(columns="geometry", errors="ignore"), shapes, crs, remarks)
    if source.content == "fgb" and info["features"] > len(found.cells):
        count = len(found.cells)
        raise InputError(
            f"{source.shown} 不完整：自称 {info['features']:,} 个图形，读到 {count:,} 个。",
            "请重新导出或重新取得后再导入。",
        )
    declared = CRS(found.crs) if found.crs is not None else None
    if not source.crs.said:
        return replace(found, crs=declared)
    if source.crs.crs is None and source.crs.words:
        words = f"文件声明的坐标系“{source.crs.words}”不认识，按没有声明处理"
        return replace(found, crs=None, remarks=[*found.remarks, ("crs_unknown", words)])
    return replace(found, crs=source.crs.crs)


def _read_many(source: Source, layer: str) -> Layer | None:
    """Read a large layer's polygons as bytes; None where that is not plain enough."""
    if source.content == "shp" and not source.names_encoding:
        return None
    try:
        with ThreadPoolExecutor(1) as beside:
            beside.submit(warm)  # the compiled loops are loaded while GDAL reads
            meta, table = pyogrio.read_arrow(source.path, layer=layer, datetime_as_string=True)
    except NotImplementedError:  # curves
        return None
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names or "OFSTJSON" in meta["ogr_subtypes"]:
        return None
    with ThreadPoolExecutor(1) as beside:
        shapes = beside.submit(_outlines, table.column(name))
        try:
            cells = table.drop_columns(name).to_pandas(integer_object_nulls=True)
        except UnicodeDecodeError:
            return None
    return Layer(cells, shapes.result(), meta["crs"], [])


def _outlines(wkb: pa.ChunkedArray) -> Outlines:
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers: the lint's to say
        return Outlines.read(wkb)


def _read_frame(source: Source, layer: str) -> tuple[Any, list[Remark]]:
    """Read a layer; a Shapefile that does not say its encoding is tried in UTF-8, then GB18030.

    Whole numbers stay whole where some are missing: a code must not become a float.
    """

    def read_in(encoding: str | None, **words: Any) -> Any:
        arrow = (
            {"arrow_to_pandas_kwargs": {"integer_object_nulls": True}} if encoding is None else {}
        )
        with np.errstate(invalid="ignore"):  # coordinates that are no numbers: the lint's to say
            return pyogrio.read_dataframe(
                source.path,
                layer=layer,
                encoding=encoding,
                datetime_as_string=True,
                use_arrow=encoding is None,
                **arrow,
                **words,
            )

    if source.content != "shp" or source.names_encoding:
        try:
            return read_in(None), []
        except NotImplementedError:
            # Curves come as chords only past Arrow, which alone keeps whole numbers whole.
            frame = read_in(None, read_geometry=False)
            chords = pyogrio.read_dataframe(source.path, layer=layer, columns=[], use_arrow=False)
            words = "图形中的曲线（弧段）已按每 4 度一段化为折线"
            return chords.assign(**frame.to_dict("series")), [("curves", words)]
    try:
        return read_in("UTF-8"), []
    except UnicodeDecodeError:
        return read_in("GB18030"), []
