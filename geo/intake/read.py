"""Files become one table of raw cells, with the sheet and row that the user sees.

Polygons through pyogrio (GeoPackage, Shapefile, zipped too, GeoJSON, FlatGeobuf), workbooks
through calamine (xlsx, xls), csv in UTF-8, UTF-16, GB18030 or Big5, HTML tables that pose as xls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
from pyproj import CRS

from geo.errors import InputError
from geo.intake.columns import KINDS, OUR_COLUMNS, OUR_SHEET, recognise
from geo.intake.html_table import read_html
from geo.intake.sniff import NAMES, Content, sniff
from geo.intake.textfile import read_csv
from geo.intake.vector import SHAPES, open_shapes, read_layer
from geo.intake.workbook import REMEDY, UNLOCK, Remark, read_workbook

SHAPE_ENDINGS: Final = (".gpkg", ".shp", ".zip", ".geojson", ".json", ".fgb")
SHEET_ENDINGS: Final = (".xlsx", ".xls", ".xlsm", ".csv", ".txt")
HEADER_SEARCH_ROWS: Final = 20


@dataclass
class RawTable:
    """A file's rows as they stand in it.

    ``cells`` maps a header to its raw values; ``sheets`` and ``rows`` say where each row is;
    ``geometry`` is an object array in `crs`, or None for a table without shapes, and ``placed`` the
    same in EPSG:4490, as it came otherwise, once the import has found its datum; ``ignored`` names
    the sheets that were not read, with the reason; ``remarks`` say how the file was taken.
    ``places`` says, by sheet, in which row its header ends (from 1) and in which column each header
    stands (from 0), for those who write beside what was read.
    """

    cells: dict[str, list[Any]]
    sheets: list[str]
    rows: list[int]
    geometry: np.ndarray | None = None
    crs: CRS | None = None
    placed: np.ndarray | None = None
    ignored: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    places: dict[str, tuple[int, dict[str, int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


def read(path: Path, kind: str, renames: dict[str, str], layer: str | None = None) -> RawTable:
    """Read a file whole, as what its content is.

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
    content = sniff(path)
    if content in SHAPES and ending in SHAPE_ENDINGS:
        return _read_shapes(path, content, kind, renames, layer)
    if content in SHEETS and ending in SHEET_ENDINGS:
        return _read_sheets(path, content, kind, renames)
    raise _refusal(path, content)


SHEETS: Final[frozenset[Content]] = frozenset({"xlsx", "xls", "html", "text"})
REMEDIES: Final[dict[Content, str]] = {
    "empty": "请重新导出或重新取得。",
    "nul": "多为传输或磁盘出错，请重新取得。",
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
    wanted = "图形文件" if path.suffix.lower() in SHAPE_ENDINGS else "台账"
    return InputError(
        f"{path.name} 的内容是{NAMES[content]}，不能作为{wanted}读取。",
        REMEDIES.get(content, "请核对文件；若只是扩展名写错，请改正后再导入。"),
    )


def _read_sheets(path: Path, content: Content, kind: str, renames: dict[str, str]) -> RawTable:
    if content == "text":
        found = read_csv(path)
    else:
        found = read_html(path) if content == "html" else read_workbook(path)
    if content != "html" and path.suffix.lower() not in NATURAL[content]:
        words = f"扩展名是 {path.suffix}，内容是{NAMES[content]}；已按内容读取"
        found.remarks.insert(0, ("wrong_extension", words))
    try:
        table = _table(path, kind, renames, found.rows, found.ignored)
    except InputError as error:
        raise InputError(
            error.message, "；".join([*(words for _, words in found.remarks), error.remedy])
        ) from error
    table.remarks = found.remarks
    return table


def _read_shapes(
    path: Path, content: Content, kind: str, renames: dict[str, str], layer: str | None
) -> RawTable:
    try:
        with open_shapes(path, content) as source:
            layers = [str(name) for name, _ in pyogrio.list_layers(source.path)]
            chosen = layer or _choose_layer(source.path, kind, renames, layers)
            frame, crs, remarks = read_layer(source, chosen)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        ValueError,
        OSError,
    ) as error:
        words = _own_words(str(error).splitlines()[0], path)
        raise InputError(
            f"无法读取 {path.name}：{words}", "请确认文件完整，且扩展名与内容一致。"
        ) from error
    geometry = None
    if "geometry" in frame.columns:
        geometry = frame.geometry.to_numpy()
    headers = [str(name) for name in frame.columns if name != "geometry"]
    cells = {}
    for header in headers:
        column = frame[header].astype(object)
        cells[header] = column.where(frame[header].notna(), None).tolist()
    return RawTable(
        cells=cells,
        sheets=[source.layer or chosen] * len(frame),
        rows=list(range(1, len(frame) + 1)),
        geometry=geometry,
        crs=crs,
        remarks=remarks,
    )


def _own_words(words: str, path: Path) -> str:
    """Leave out folders: a message names the file as the user does."""
    return words.replace(str(path.absolute()), path.name).replace(str(path), path.name)


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


def _table(
    path: Path,
    kind: str,
    renames: dict[str, str],
    sheets: dict[str, list[list[Any]]],
    hidden: list[str],
) -> RawTable:
    """Join the sheets that have this kind's header into one table; name those that don't."""
    ignored = list(hidden)
    must = {column.name for column in KINDS[kind] if column.required}
    cells: dict[str, list[Any]] = {}
    names: list[str] = []
    numbers: list[int] = []
    best: set[str] = set()
    places: dict[str, tuple[int, dict[str, int]]] = {}
    for sheet, rows in sheets.items():
        if sheet == OUR_SHEET:
            continue
        found = _header(rows, kind, renames)
        if found is None:
            if any(value not in {None, ""} for row in rows for value in row):
                ignored.append(f"{sheet}（没有认出表头）")
            continue
        top, headers = found
        recognised = set(recognise(kind, headers, renames).values())
        if not must <= recognised:
            best = max(best, recognised, key=len)
            ignored.append(f"{sheet}（缺少必填列）")
            continue
        places[sheet] = (top + 1, {header: place for place, header in enumerate(headers)})
        body = [
            (number, row)
            for number, row in enumerate(rows[top + 1 :], start=top + 2)
            if any(value not in {None, ""} for value in row)
        ]
        for header in headers:
            if header not in OUR_COLUMNS:
                cells.setdefault(header, [None] * len(names))
        for header, values in cells.items():
            place = headers.index(header) if header in headers else None
            values.extend(
                row[place] if place is not None and place < len(row) else None for _, row in body
            )
        names.extend([sheet] * len(body))
        numbers.extend(number for number, _ in body)
    if not names and not cells:
        wanted = "、".join(column.header for column in KINDS[kind] if column.required)
        seen = f"，只认出：{'、'.join(sorted(best))}" if best else ""
        raise InputError(
            f"{path.name} 中没有找到“{kind}”的表头（必须有：{wanted or '任一约定列'}）{seen}。",
            "请核对表头，或用 --map 列名=表头 指定对应关系。",
        )
    return RawTable(cells, names, numbers, ignored=ignored, places=places)


def _header(
    rows: list[list[Any]], kind: str, renames: dict[str, str]
) -> tuple[int, list[str]] | None:
    """Find the header: of the first rows, the one with most columns that we know."""
    best: tuple[int, int, list[str]] | None = None
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows[:HEADER_SEARCH_ROWS]):
        headers: list[str] = []
        # As wide as the widest row: what stands beyond the last header is kept under a number.
        for place, value in enumerate([*row, *[None] * (width - len(row))]):
            text = "" if value is None else str(value).strip()
            if not text or text in headers:
                text = f"列{place + 1}" if not text else f"{text}（第{place + 1}列）"
            headers.append(text)
        score = len(recognise(kind, headers, renames))
        if score and (best is None or score > best[0]):
            best = (score, number, headers)
    return None if best is None else (best[1], best[2])
