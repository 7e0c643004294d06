"""Shape files that are cut off, lie about themselves, or reach for what is not theirs."""

from __future__ import annotations

import json
import sqlite3
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

SQUARES = [shapely.box(102.70 + n * 0.01, 25.04, 102.701 + n * 0.01, 25.041) for n in range(4)]
PARTS = ("shp", "shx", "dbf", "prj", "cpg")
WRITTEN = (1980, 1, 1, 0, 0, 0)
Write = Callable[[Path], None]


def frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list("ABCD")}, geometry=SQUARES, crs=4490)


def shapefile(path: Path) -> None:
    frame().to_file(path.with_suffix(".shp"), driver="ESRI Shapefile")


def without(*endings: str) -> Write:
    """A Shapefile that lacks some of its files."""

    def write(path: Path) -> None:
        shapefile(path)
        for ending in endings:
            path.with_suffix(f".{ending}").unlink()

    return write


def changed(ending: str, change: Callable[[bytes], bytes]) -> Write:
    """A Shapefile with one of its files changed."""

    def write(path: Path) -> None:
        shapefile(path)
        part = path.with_suffix(f".{ending}")
        part.write_bytes(change(part.read_bytes()))

    return write


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def half_of(driver: str) -> Write:
    def write(path: Path) -> None:
        frame().to_file(path, driver=driver)
        path.write_bytes(half(path.read_bytes()))

    return write


def text(words: str) -> Write:
    def write(path: Path) -> None:
        path.write_text(words, "utf-8")

    return write


def data(content: bytes) -> Write:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def endless_view(path: Path) -> None:
    """A GeoPackage whose layer is a query without end."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("pragma page_size = 512")
        connection.execute("pragma application_id = 1196444487")
        connection.execute(
            "create table gpkg_contents (table_name text primary key, data_type text, srs_id int)"
        )
        connection.execute(
            "create view smooth as with recursive n(fid) as"
            " (select 1 union all select fid + 1 from n) select fid, 'A' as code from n"
        )
        connection.execute("insert into gpkg_contents values ('smooth', 'attributes', 0)")
    connection.close()


def zipped(rename: Callable[[str], str] = lambda name: name, **words: Any) -> Write:
    """A zipped Shapefile; ``rename`` names its members from ``p.shp``, ``p.shx`` …"""

    def write(path: Path) -> None:
        parts = path.parent / f"{path.stem}-parts"
        parts.mkdir(exist_ok=True)
        shapefile(parts / "p.shp")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for ending in PARTS:
                member = words.get("member", zipfile.ZipInfo)(rename(f"p.{ending}"), WRITTEN)
                member.external_attr = words.get("attributes", 0o644) << 16
                member.compress_type = words.get("method", zipfile.ZIP_DEFLATED)
                archive.writestr(member, (parts / f"p.{ending}").read_bytes())
        for part in parts.iterdir():
            part.unlink()
        parts.rmdir()

    return write


class GbkName(zipfile.ZipInfo):
    """A member whose name is in GBK and does not say so, as Chinese Windows writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the library's name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def locked(path: Path) -> None:
    zipped()(path)
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = content.find(magic)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(magic, place + 4)
    path.write_bytes(bytes(content))


def archive_of(members: dict[str, bytes]) -> Write:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, WRITTEN), content, zipfile.ZIP_DEFLATED)

    return write


def not_declared(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame().set_crs(None, allow_override=True).to_file(path, driver="FlatGeobuf")


VRT = """<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://127.0.0.1:9/a.gpkg
</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
PIPELINE = {
    "type": "gdal_streamed_alg",
    "command_line": "gdal vector pipeline ! read shapes_good.geojson ! write streamed_dataset",
}
CLAIM = struct.pack("<I", 4_000_000_000)

FILES: dict[str, Write] = {
    "shapefile_without_shx.shp": without("shx"),
    "shapefile_without_dbf.shp": without("dbf"),
    "shapefile_without_prj.shp": without("prj"),
    "shapefile_cut_off.shp": changed("shp", half),
    "shapefile_dbf_cut_off.shp": changed("dbf", half),
    "shapefile_dbf_claims_4e9_rows.shp": changed("dbf", lambda was: was[:4] + CLAIM + was[8:]),
    "shapefile_index_past_end.shp": changed(
        "shx", lambda was: was[:-8] + struct.pack(">ii", 2**30, 64)
    ),
    "shapefile_of_two_sources.shp": changed(
        "dbf", lambda was: was[:4] + struct.pack("<I", 3) + was[8:]
    ),
    "geopackage_cut_off.gpkg": half_of("GPKG"),
    "geopackage_endless_view.gpkg": endless_view,
    "geopackage_that_is_vrt.gpkg": text(VRT),
    "geopackage_that_is_csv.gpkg": text("小区编码\nA\n"),
    "flatgeobuf_cut_off.fgb": half_of("FlatGeobuf"),
    "flatgeobuf_undeclared.fgb": not_declared,
    "json_that_is_pipeline.json": text(json.dumps(PIPELINE)),
    "json_that_is_no_map.json": text('{"code": 0, "message": "登录超时"}'),
    "json_cut_off.geojson": text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "prop'
    ),
    "json_nested_100000_deep.geojson": text(
        '{"type": "FeatureCollection", "features": ' + "[" * 100_000
    ),
    "json_of_utf16.geojson": data('{"type": "FeatureCollection", "features": []}'.encode("utf-16")),
    "zip_good.zip": zipped(lambda name: f"图形/{name}"),
    "zip_names_in_gbk.zip": zipped(lambda name: f"小区{name[1:]}", member=GbkName),
    "zip_slip.zip": zipped(lambda name: f"../../{name}"),
    "zip_slip_backslash.zip": zipped(lambda name: f"..\\..\\{name}"),
    "zip_absolute.zip": zipped(lambda name: f"/etc/{name}"),
    "zip_drive_letter.zip": zipped(lambda name: f"C:\\{name}"),
    "zip_symlink.zip": zipped(attributes=0o120777),
    "zip_lzma.zip": zipped(method=zipfile.ZIP_LZMA),
    "zip_password.zip": locked,
    "zip_nested.zip": archive_of({"inner.zip": b"PK\5\6" + bytes(18)}),
    "zip_of_two.zip": archive_of({"a.shp": b"", "b.shp": b""}),
    "zip_of_nothing.zip": archive_of({"读我.txt": b"x"}),
    "zip_bomb.zip": archive_of({"p.shp": bytes(40_000_000)}),
    "zip_cut_off.zip": data(b"PK\3\4" + bytes(100)),
}
