"""Shape files are held against their own headers before GDAL opens them.

A header that claims more than the file holds is a file cut off, or one made to fill the memory;
GDAL reads the first kind without a word and gives rows without shapes.
"""

from __future__ import annotations

import codecs
import json
import mmap
import re
import sqlite3
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.errors import InputError
from geo.intake.limits import MOST_FEATURES, MOST_VIEW_STEPS

AGAIN: Final = "多为传输中断，请重新导出或重新取得后再导入。"


def check_shapefile(file: str, parts: dict[str, Path]) -> None:
    """Hold a Shapefile's parts against their headers and each other.

    Parameters
    ----------
    parts
        The files of one stem by ending, in lower case without the point.

    Raises
    ------
    InputError
        When a part is missing, cut off, or claims what the others don't have.
    """
    for ending, use in (("shx", "索引"), ("dbf", "属性表")):
        if ending not in parts:
            raise InputError(
                f"{file} 缺少同名的 .{ending}（{use}）。",
                "Shapefile 由 .shp .shx .dbf .prj 等同名文件组成，请一起提供（可压成一个 zip）。",
            )
    for ending in ("shp", "shx"):
        head, size = _start(parts[ending], 100), parts[ending].stat().st_size
        if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a":
            raise InputError(f"{file} 的 .{ending} 不是 Shapefile 的内容。", AGAIN)
        claimed = 2 * int(struct.unpack(">i", head[24:28])[0])
        if not 100 <= claimed <= size:
            raise InputError(
                f"{file} 不完整：.{ending} 自称 {claimed} 字节，实有 {size} 字节。",
                AGAIN,
            )
    rows = _check_index(file, parts["shx"], parts["shp"].stat().st_size)
    head = _start(parts["dbf"], 32)
    if len(head) < 32:
        raise InputError(f"{file} 不完整：.dbf 没有表头。", AGAIN)
    size = parts["dbf"].stat().st_size
    records, start, width = struct.unpack("<IHH", head[4:12])
    if start + records * width > size:
        raise InputError(f"{file} 不完整：.dbf 自称 {records} 行，文件只有 {size} 字节。", AGAIN)
    if records != rows:
        raise InputError(
            f"{file} 的 .dbf 有 {records} 行，.shx 有 {rows} 个图形，不是同一份数据。", AGAIN
        )


def _start(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _check_index(file: str, index: Path, shapes_bytes: int) -> int:
    """Check that every record that the index names is in the .shp; give how many there are."""
    rows = (index.stat().st_size - 100) // 8
    refuse_many(file, rows)
    records = (
        np.frombuffer(_start(index, 100 + 8 * rows)[100:], ">i4").reshape(-1, 2).astype(np.int64)
    )
    ends = 2 * records.sum(axis=1) + 8
    wrong = np.flatnonzero((records < 0).any(axis=1) | (ends > shapes_bytes))
    if len(wrong):
        raise InputError(
            f"{file} 不完整：第 {wrong[0] + 1} 个图形在 .shp 的末尾之外（共 {len(wrong)} 个）。",
            AGAIN,
        )
    return rows


def refuse_many(file: str, rows: int) -> None:
    """Stop a layer of more rows than `MOST_FEATURES`.

    Raises
    ------
    InputError
        When it has more.
    """
    if rows > MOST_FEATURES:
        raise InputError(
            f"{file} 有 {rows:,} 个图形，超过上限 {MOST_FEATURES:,}。", "请按县区拆成几个文件。"
        )


def check_geopackage(path: Path, shown: str) -> None:
    """Hold a GeoPackage against its header, and count its layers' rows within bounds.

    Raises
    ------
    InputError
        When it is cut off, is no GeoPackage, or a layer is without end.
    """
    with path.open("rb") as file:
        head = file.read(100)
    size = path.stat().st_size
    if len(head) < 100:
        raise InputError(f"{shown} 不完整：只有 {size} 字节。", AGAIN)
    page_bytes = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    claimed = pages * (65536 if page_bytes == 1 else page_bytes)
    if claimed > size:
        raise InputError(f"{shown} 不完整：应有 {claimed} 字节，实有 {size} 字节。", AGAIN)
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            _count_layers(connection, shown)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(
            f"{shown} 不是完整的 GeoPackage：{error}。", "请用 QGIS 打开后重新导出。"
        ) from error


def _count_layers(connection: sqlite3.Connection, file: str) -> None:
    steps = 0

    def enough() -> int:
        nonlocal steps
        steps += 10_000
        return int(steps > MOST_VIEW_STEPS)

    kinds = dict(connection.execute("select lower(name), type from sqlite_master").fetchall())
    layers = connection.execute("select table_name from gpkg_contents order by table_name")
    for (layer,) in layers.fetchall():
        if kinds.get(str(layer).lower()) not in {"table", "view"}:
            continue
        name = str(layer).replace('"', '""')
        connection.set_progress_handler(enough, 10_000)
        try:
            statement = f'select count(*) from (select 1 from "{name}" limit {MOST_FEATURES + 1})'  # noqa: S608 - quoted
            (rows,) = connection.execute(statement).fetchone()
        except sqlite3.OperationalError as error:
            raise InputError(
                f"{file} 的图层“{layer}”是查询（视图），数不清有多少行：{error}。",
                "请在 QGIS 中把它导出为普通图层。",
            ) from error
        finally:
            connection.set_progress_handler(None, 0)
        refuse_many(f"{file} 的图层“{layer}”", int(rows))


# The key in all its spellings: JSON lets any letter be written as an escape.
_CRS_KEY: Final = re.compile(
    rb'"(?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)"\s*:\s*(null|\{[^{}]*(?:\{[^{}]*\}[^{}]*)?\})'
)


@dataclass(frozen=True)
class JsonCrs:
    """What a GeoJSON declares: ``said`` is False where it says nothing, which means WGS 84."""

    said: bool = False
    crs: CRS | None = None
    words: str = ""


def check_geojson(path: Path, shown: str) -> JsonCrs:
    """Find the reference system that a GeoJSON declares; GDAL takes an unknown one for WGS 84.

    Raises
    ------
    InputError
        When it is not UTF-8, or points to another place for its reference system, which GDAL
        would fetch.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _refuse_not_utf8(shown, data)
        found = [match[1] for match in _CRS_KEY.finditer(data)]
    for text in found:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if value is None:
            return JsonCrs(said=True)
        if isinstance(value.get("properties"), dict):
            return _declared(shown, value)
    return JsonCrs()


def _declared(file: str, value: dict[str, Any]) -> JsonCrs:
    words = value["properties"]
    if str(value.get("type")).lower() in {"link", "url"} or "href" in words or "url" in words:
        raise InputError(
            f"{file} 的坐标系指向外部地址，已拒绝（导入不访问网络）。",
            "请在 QGIS 中重新导出，坐标系选 EPSG:4490。",
        )
    name = str(words.get("name", words.get("code", "")))
    try:
        return JsonCrs(said=True, crs=CRS.from_user_input(int(name) if name.isdecimal() else name))
    except CRSError:
        return JsonCrs(said=True, words=name[:80])


def _refuse_not_utf8(file: str, data: mmap.mmap) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), 2**22):
            decoder.decode(data[start : start + 2**22])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file} 不是 UTF-8 编码，GeoJSON 必须是 UTF-8。", "请在 QGIS 中重新导出。"
        ) from error
