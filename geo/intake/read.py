"""Files become one table of raw cells, with the sheet and row that the user sees.

Polygons through pyogrio (GeoPackage, Shapefile, zipped too, GeoJSON, FlatGeobuf), workbooks
through calamine (xlsx, xls), csv in UTF-8, UTF-16, GB18030 or Big5, HTML tables that pose as xls.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
from pyproj import CRS

from geo.errors import InputError
from geo.intake.columns import KINDS
from geo.intake.headers import recognise
from geo.intake.html_table import read_html
from geo.intake.sheets import join
from geo.intake.sniff import NAMES, Content, sniff
from geo.intake.textfile import read_csv
from geo.intake.vector import SHAPES, gdal_words, list_layers, open_shapes, read_layer
from geo.intake.workbook import REMEDY, UNLOCK, Remark, read_workbook
from geo.rings.outlines import Outlines

SHAPE_ENDINGS: Final = (".gpkg", ".shp", ".zip", ".geojson", ".json", ".fgb")
SHEET_ENDINGS: Final = (".xlsx", ".xls", ".xlsm", ".csv", ".txt")


@dataclass
class RawTable:
    """A file's rows as they stand in it.

    ``cells`` maps a header to its raw values; ``sheets`` and ``rows`` say where each row is;
    ``geometry`` is an object array (of a large layer `Outlines`, read like one) in `crs`, or None
    for a table without shapes, and ``placed`` the same in EPSG:4490, as it came otherwise, once the
    import has found its datum; ``ignored`` names the sheets that were not read, with the reason;
    ``remarks`` say how the file was taken.
    ``places`` says, by sheet, in which row its header ends (from 1) and in which column each header
    stands (from 0), for those who write beside what was read. ``paths``, ``skipped`` and ``shared``
    are as in `geo.intake.sheets.Table`; ``typed`` tells whether cells have types of their own.
    """

    cells: dict[str, list[Any]]
    sheets: list[str]
    rows: list[int]
    geometry: np.ndarray | Outlines | None = None
    crs: CRS | None = None
    placed: np.ndarray | Outlines | None = None
    ignored: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    places: dict[str, tuple[int, dict[str, int]]] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    shared: dict[str, set[int]] = field(default_factory=dict)
    typed: bool = True

    def __len__(self) -> int:
        return len(self.rows)


def read(
    path: Path,
    kind: str,
    renames: dict[str, str],
    layer: str | None = None,
    constants: Collection[str] = (),
) -> RawTable:
    """Read a file whole, as what its content is.

    Parameters
    ----------
    renames, constants
        Headers by column and columns filled, as the call or a saved mapping says.

    Raises
    ------
    InputError
        When the file is missing, damaged, hostile, of an unknown type, larger than
        `geo.intake.limits` allow, or has no table of this kind.
    """
    if not path.is_file():
        raise InputError(f"没有文件 {path}。", "请核对路径。")
    ending = path.suffix.lower()
    if ending not in SHAPE_ENDINGS + SHEET_ENDINGS:
        raise InputError(
            f"不认识文件类型 {path.name}。",
            f"图形可用 {' '.join(SHAPE_ENDINGS)}，台账可用 {' '.join(SHEET_ENDINGS)}。",
        )
    try:
        content = sniff(path)
        if content in SHAPES and ending in SHAPE_ENDINGS:
            return _read_shapes(path, content, kind, renames, layer)
        if content in SHEETS and ending in SHEET_ENDINGS:
            return _read_sheets(path, content, kind, renames, constants)
    except OSError as error:
        raise InputError(
            f"读取 {path.name} 时出错：{error.strerror or error}。",
            "请检查磁盘、网络盘或权限，把文件复制到本机后再导入。",
        ) from error
    raise _refusal(path, content)


SHEETS: Final[frozenset[Content]] = frozenset({"xlsx", "xls", "html", "text"})
RENAME: Final = "请核对文件；若只是扩展名写错，请改正后再导入。"
SHAPE_REMEDIES: Final[dict[Content, str]] = {
    "empty": "请重新导出或重新取得。",
    "nul": "多为传输或磁盘出错，请重新取得。",
}
SHEET_REMEDIES: Final[dict[Content, str]] = {
    **SHAPE_REMEDIES,
    "encrypted": UNLOCK,
    "xlsb": REMEDY,
    "ods": REMEDY,
    "mhtml": REMEDY,
    "xml": REMEDY,
}
NATURAL: Final[dict[Content, tuple[str, ...]]] = {
    "xlsx": (".xlsx", ".xlsm"),
    "xls": (".xls",),
    "html": (),
    "text": (".csv", ".txt"),
}
"""Names that need no remark."""


def _refusal(path: Path, content: Content) -> InputError:
    shapes = path.suffix.lower() in SHAPE_ENDINGS
    return InputError(
        f"{path.name} 的内容是{NAMES[content]}，不能作为{'图形文件' if shapes else '台账'}读取。",
        (SHAPE_REMEDIES if shapes else SHEET_REMEDIES).get(content, RENAME),
    )


def _read_sheets(
    path: Path, content: Content, kind: str, renames: dict[str, str], constants: Collection[str]
) -> RawTable:
    if content == "text":
        found = read_csv(path)
    else:
        found = read_html(path) if content == "html" else read_workbook(path)
    if content != "html" and path.suffix.lower() not in NATURAL[content]:
        words = f"扩展名是 {path.suffix}，内容是{NAMES[content]}；已按内容读取"
        found.remarks.insert(0, ("wrong_extension", words))
    try:
        table = join(path.name, kind, renames, found, constants)
    except InputError as error:
        raise InputError(
            error.message, "；".join([*(words for _, words in found.remarks), error.remedy])
        ) from error
    return RawTable(
        cells=table.cells,
        sheets=table.sheets,
        rows=table.rows,
        ignored=table.ignored,
        remarks=found.remarks,
        places=table.places,
        paths=table.paths,
        skipped=table.skipped,
        shared=table.shared,
        typed=content != "text",
    )


def _read_shapes(
    path: Path, content: Content, kind: str, renames: dict[str, str], layer: str | None
) -> RawTable:
    try:
        with open_shapes(path, content) as source:
            layers = list_layers(source)
            chosen = layer or _choose_layer(source.path, kind, renames, layers)
            found = read_layer(source, chosen)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        OSError,
    ) as error:
        words = gdal_words(str(error).splitlines()[0], path)
        raise InputError(
            f"无法读取 {path.name}：{words}", "请确认文件完整，且扩展名与内容一致。"
        ) from error
    frame = found.cells
    if not len(frame) and frame.columns.empty:
        raise InputError(f"{source.shown} 中一个图形也没有。", "请核对导出时的筛选条件。")
    cells = {}
    for header in map(str, frame.columns):
        column, told = frame[header].astype(object), frame[header].notna()
        cells[header] = (column if told.all() else column.where(told, None)).tolist()
    return RawTable(
        cells=cells,
        sheets=[source.layer or chosen] * len(frame),
        rows=list(range(1, len(frame) + 1)),
        geometry=found.shapes,
        crs=found.crs,
        remarks=found.remarks,
    )


def _choose_layer(path: str, kind: str, renames: dict[str, str], layers: list[str]) -> str:
    """Take the only layer, or the only one that has the columns that this kind must have."""
    if not layers:
        raise InputError(f"{Path(path).name} 中没有图层。", "请重新导出。")
    if len(layers) == 1:
        return layers[0]
    must = {column.name for column in KINDS[kind] if column.required}
    fit = [
        name
        for name in layers
        if must
        <= set(
            recognise(kind, list(pyogrio.read_info(path, layer=name)["fields"]), renames).values()
        )
    ]
    if len(fit) == 1:
        return fit[0]
    raise InputError(
        f"{Path(path).name} 有 {len(layers)} 个图层（{'、'.join(layers[:8])}），无法判断用哪一个。",
        "请用 --layer 指定。",
    )
