"""Files become one table of raw cells, with the sheet and row that the user sees.

Polygons through pyogrio (GeoPackage, Shapefile, zipped too, GeoJSON, FlatGeobuf), workbooks
through calamine (xlsx, xls), csv in UTF-8, UTF-16 or GB18030.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import python_calamine
from pyproj import CRS

from geo.errors import InputError
from geo.intake.columns import KINDS, recognise

SHAPE_ENDINGS: Final = (".gpkg", ".shp", ".zip", ".geojson", ".json", ".fgb")
SHEET_ENDINGS: Final = (".xlsx", ".xls", ".xlsm", ".csv", ".txt")
HEADER_SEARCH_ROWS: Final = 20


@dataclass
class RawTable:
    """A file's rows as they stand in it.

    ``cells`` maps a header to its raw values; ``sheets`` and ``rows`` say where each row is;
    ``geometry`` is an object array in `crs`, or None for a table without shapes, and ``placed`` the
    same in EPSG:4490, as it came otherwise, once the import has found its datum; ``ignored`` names
    the sheets that were not read, with the reason.
    """

    cells: dict[str, list[Any]]
    sheets: list[str]
    rows: list[int]
    geometry: np.ndarray | None = None
    crs: CRS | None = None
    placed: np.ndarray | None = None
    ignored: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


def read(path: Path, kind: str, renames: dict[str, str], layer: str | None = None) -> RawTable:
    """Read a file whole.

    Raises
    ------
    InputError
        When the file is missing, damaged, of an unknown type, or has no table of this kind.
    """
    if not path.is_file():
        raise InputError(f"没有文件 {path}。", "请核对路径。")
    ending = path.suffix.lower()
    if ending in SHAPE_ENDINGS:
        return _read_shapes(path, kind, renames, layer)
    if ending in {".csv", ".txt"}:
        return _table(path, kind, renames, {path.stem: _csv_rows(path)}, [])
    if ending in SHEET_ENDINGS:
        return _table(path, kind, renames, *_workbook_rows(path))
    raise InputError(
        f"不认识文件类型 {path.name}。",
        f"图形可用 {' '.join(SHAPE_ENDINGS)}，台账可用 {' '.join(SHEET_ENDINGS)}。",
    )


def _read_shapes(path: Path, kind: str, renames: dict[str, str], layer: str | None) -> RawTable:
    try:
        source = _inside_zip(path) if path.suffix.lower() == ".zip" else str(path)
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
        chosen = layer or _choose_layer(source, kind, renames, layers)
        frame = _read_frame(source, chosen)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        words = str(error).splitlines()[0]
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
    crs = getattr(frame, "crs", None)
    return RawTable(
        cells=cells,
        sheets=[chosen] * len(frame),
        rows=list(range(1, len(frame) + 1)),
        geometry=geometry,
        crs=CRS(crs) if crs is not None else None,
    )


def _inside_zip(path: Path) -> str:
    """Give the path of the one shape file in a zip, in whatever folder of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            inner = [
                name
                for name in archive.namelist()
                if name.lower().endswith((".shp", ".gpkg", ".geojson", ".fgb"))
            ]
    except zipfile.BadZipFile as error:
        raise InputError(f"{path.name} 不是完整的压缩包。", "请重新压缩后再导入。") from error
    if len(inner) != 1:
        raise InputError(
            f"{path.name} 中有 {len(inner)} 个图形文件，应只有一个。", "请拆开后分别导入。"
        )
    return f"/vsizip/{path.absolute()}/{inner[0]}"


def _read_frame(source: str, layer: str) -> Any:
    """Read a layer; a Shapefile that does not say its encoding is tried in UTF-8, then GB18030.

    Whole numbers stay whole where some are missing: a code must not become a float.
    """

    def read_in(encoding: str | None) -> Any:
        return pyogrio.read_dataframe(
            source,
            layer=layer,
            encoding=encoding,
            datetime_as_string=True,
            use_arrow=encoding is None,
            **(
                {"arrow_to_pandas_kwargs": {"integer_object_nulls": True}}
                if encoding is None
                else {}
            ),
        )

    if not source.lower().endswith(".shp") or _says_encoding(source):
        return read_in(None)
    try:
        return read_in("UTF-8")
    except UnicodeDecodeError:
        return read_in("GB18030")


def _says_encoding(source: str) -> bool:
    """Tell whether a Shapefile has a .cpg beside it."""
    if source.startswith("/vsizip/"):
        archive, _, inner = source.removeprefix("/vsizip/").partition(".zip/")
        with zipfile.ZipFile(f"{archive}.zip") as opened:
            return f"{inner[:-4]}.cpg".lower() in {name.lower() for name in opened.namelist()}
    return any(Path(source).with_suffix(ending).exists() for ending in (".cpg", ".CPG"))


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


def _workbook_rows(path: Path) -> tuple[dict[str, list[list[Any]]], list[str]]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        hidden = {
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible != python_calamine.SheetVisibleEnum.Visible
        }
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
            if name not in hidden
        }
        return sheets, [f"{name}（隐藏）" for name in book.sheet_names if name in hidden]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        words = str(error).splitlines()[0]
        raise InputError(
            f"无法读取工作簿 {path.name}：{words}", "请用 Excel 或 WPS 打开后另存为 .xlsx。"
        ) from error


def _csv_rows(path: Path) -> list[list[Any]]:
    data = path.read_bytes()
    for encoding in (
        ("utf-8-sig", "gb18030") if data[:2] not in {b"\xff\xfe", b"\xfe\xff"} else ("utf-16",)
    ):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"无法判断 {path.name} 的编码。", "请另存为 UTF-8 的 CSV。")
    first = text.splitlines()[0] if text else ""
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(len(text) + 1)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return [[cell if cell != "" else None for cell in row] for row in reader]
    except csv.Error as error:
        raise InputError(
            f"{path.name} 第 {reader.line_num} 行不是规范的 CSV：{error}", "请另存为 xlsx 后重试。"
        ) from error


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
    for sheet, rows in sheets.items():
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
        body = [
            (number, row)
            for number, row in enumerate(rows[top + 1 :], start=top + 2)
            if any(value not in {None, ""} for value in row)
        ]
        for header in headers:
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
    return RawTable(cells, names, numbers, ignored=ignored)


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
