"""Every format, read back by software that is not ours, equals the register."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

from geo.action_plan import Definition, action_plan
from geo.coverage import coverage
from geo.datum.reference import Datum
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.dataout.fields import AREAS, BARRIERS, COMPOUNDS, PLACE, PROJECTS, figure_fields
from maps.dataout.head import Head, head_of
from maps.dataout.layers import layers_of, multi
from maps.dataout.reference import datum_of, extent_warning, zone_warning
from maps.dataout.write import FORMATS, write_data
from maps.style import STATES, share_classes

A = Definition()


def head(snapshot: Snapshot, crs: str = "EPSG:4490") -> Head:
    return head_of(snapshot, A, division=None, edition="internal", source="测试登记",
                   review_number="", crs=crs)  # fmt: skip


@pytest.fixture(scope="session")
def written(town_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "出口"
    write_data(folder, layers_of(town_snapshot, A, None), head(town_snapshot), Datum.named("4490"))
    return folder


def polygons(register_rows: Callable[[str], list[dict[str, Any]]]) -> dict[str, shapely.Geometry]:
    return {
        row["code"]: shapely.from_wkb(row["wkb"])
        for row in register_rows("select code, st_asbinary(geom) as wkb from compound_shape")
    }


@pytest.mark.parametrize("name", ["gpkg", "shp", "geojson", "fgb"])
def test_gdal_reads_the_registers_compounds(
    written: Path, register_rows: Callable[[str], list[dict[str, Any]]], name: str
) -> None:
    path: Any = {
        "gpkg": written / "wuye.gpkg",
        "shp": f"/vsizip/{written}/wuye.zip/compounds.shp",
        "geojson": written / "compounds.geojson",
        "fgb": written / "compounds.fgb",
    }[name]
    layer = "compounds" if name == "gpkg" else None
    frame = pyogrio.read_dataframe(path, layer=layer)
    known = {row["code"]: row for row in register_rows(
        "select code, division, floor_area_m2, households from compound where upper_inf(known)")}  # fmt: skip
    assert set(frame["code"]) == set(known)
    area = "floor_m2" if name == "shp" else "floor_area_m2"
    drawn = polygons(register_rows)
    for row in frame.to_dict("records"):
        fact = known[row["code"]]
        assert (row["street"], row[area], row["households"]) == (
            fact["division"], float(fact["floor_area_m2"]), fact["households"],
        )  # fmt: skip
        expected = drawn.get(row["code"])
        assert (row["geometry"] is None) == (expected is None)
        if expected is not None:
            # A Shapefile does not tell one part from several.
            found, known_shape = multi(np.array([row["geometry"], expected], dtype=object))
            assert shapely.equals_exact(found.normalize(), known_shape.normalize(), 1e-7)
    assert frame.crs.to_epsg() == (4326 if name == "geojson" else 4490)


def test_geoparquet_is_what_pyarrow_and_the_standard_expect(
    written: Path, register_rows: Callable[[str], list[dict[str, Any]]]
) -> None:
    table = pq.read_table(written / "compounds.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    column = geo["columns"]["geometry"]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiPolygon"])
    assert pyproj.CRS.from_json_dict(column["crs"]).to_epsg() == 4490
    shapes = shapely.from_wkb(table.column("geometry").to_pylist())
    drawn = polygons(register_rows)
    known = {
        c: s for c, s in zip(table.column("code").to_pylist(), shapes, strict=True) if s is not None
    }
    assert known.keys() == drawn.keys()
    assert all(known[code].equals(drawn[code]) for code in drawn)
    assert column["bbox"] == pytest.approx(shapely.total_bounds(list(drawn.values())))
    about = json.loads(table.schema.metadata[b"wuye"])
    assert about["definition"]["id"] == A.id
    lines = json.loads(pq.read_schema(written / "barriers.parquet").metadata[b"geo"])
    assert lines["columns"]["geometry"]["geometry_types"] == ["MultiLineString"]


def test_tables_have_chinese_headers_and_codes_as_text(
    written: Path, register_rows: Callable[[str], list[dict[str, Any]]]
) -> None:
    book = openpyxl.load_workbook(written / "wuye.xlsx")
    about = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert about["口径"].endswith(f"（{A.id}）")
    assert about["来源"] == "测试登记"
    cells = list(book["住宅小区"].iter_rows(values_only=True))
    by_header = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    with (written / "compounds.csv").open(encoding="utf-8-sig") as file:
        from_csv = list(csv.DictReader(file))
    known = {
        row["code"]: row
        for row in register_rows("select code, floor_area_m2 from compound where upper_inf(known)")
    }
    assert (
        [row["小区编码"] for row in by_header]
        == sorted(known)
        == [row["小区编码"] for row in from_csv]
    )
    for sheet, line in zip(by_header, from_csv, strict=True):
        assert (
            sheet["建筑面积(㎡)"]
            == float(line["建筑面积(㎡)"])
            == float(known[sheet["小区编码"]]["floor_area_m2"])
        )
        assert (sheet["街道代码"], sheet["是否老旧"]) == (line["街道代码"], line["是否老旧"])
        assert isinstance(sheet["街道代码"], str)
    # A name that begins like a formula is a text in both.
    names = {row["物业企业"] for row in by_header}
    assert names == {"=示例物业", None}
    assert {row["物业企业"] for row in from_csv} == {"'=示例物业", ""}
    code_cells = [cell for cell in next(iter(book["区划指标（街道）"].columns))[1:] if cell.value]
    assert all(cell.data_type == "s" and cell.number_format == "@" for cell in code_cells)


def test_figures_are_those_of_coverage(written: Path, town_snapshot: Snapshot) -> None:
    frame = pyogrio.read_dataframe(written / "wuye.gpkg", layer="divisions_street")
    for key in ("I1", "I2", "I3", "I4"):
        found = coverage(town_snapshot, key, "street", A)
        rows = {row.division: row for row in found.rows}
        for line in frame.to_dict("records"):
            row = rows.get(int(line["code"]) if line["kind"] == "division" else None)
            if row is None:
                assert line[f"{key.lower()}_denominator"] == 0
                continue
            assert line[f"{key.lower()}_numerator"] * found.per_unit == row.numerator
            assert line[f"{key.lower()}_denominator"] * found.per_unit == row.denominator
            assert (row.share is None) == np.isnan(line[f"{key.lower()}_share"])
        assert frame[f"{key.lower()}_denominator"].sum() * found.per_unit == found.total.denominator


def test_geojson_is_rfc_7946(written: Path, town_snapshot: Snapshot) -> None:
    words = json.loads((written / "compounds.geojson").read_text("utf-8"))
    assert "crs" not in words
    assert words["wuye"]["edition"] == "internal"
    holes = 0
    for feature in words["features"]:
        if feature["geometry"] is None:
            continue
        for polygon in feature["geometry"]["coordinates"]:
            outer, *inner = (shapely.LinearRing(ring) for ring in polygon)
            assert outer.is_ccw
            assert not any(ring.is_ccw for ring in inner)
            holes += len(inner)
            for ring in polygon:
                assert all(round(value, 7) == value for point in ring for value in point)
    assert holes
    with pytest.raises(UsageError, match="RFC 7946"):
        write_data(
            written / "x.geojson",
            layers_of(town_snapshot, A, None, ["areas"]),
            head(town_snapshot),
            Datum.named("4543"),
        )


def test_geopackage_opens_coloured(written: Path) -> None:
    with sqlite3.connect(written / "wuye.gpkg") as connection:
        rows = connection.execute(
            "select f_table_name, styleName, useAsDefault, styleQML, styleSLD from layer_styles"
        ).fetchall()
        about = dict(connection.execute('select "项", "内容" from "说明"').fetchall())
        # QGIS finds a style by table and geometry column.
        assert set(
            connection.execute("select f_table_name, f_geometry_column from layer_styles")
        ) == set(connection.execute("select table_name, column_name from gpkg_geometry_columns"))
        fields = connection.execute('select count(*) from "字段说明"').fetchone()[0]
    assert about["地图审核"] == "内部使用"
    assert fields > len(COMPOUNDS)
    first = {name: (qml, sld) for name, _, default, qml, sld in rows if default}
    assert len(first) == len({name for name, *_ in rows})
    qml, sld = first["divisions_county"]
    categories = ET.fromstring(qml).findall("renderer-v2/categories/category")
    classes = share_classes(action_plan().indicator("I1").target)
    assert [item.get("value") for item in categories] == [*map(str, range(len(classes))), ""]
    # The break between the halves is the target.
    sides = ["达到目标" in str(item.get("label")) for item in categories[:-1]]
    assert sides == [item.side == "above" for item in classes]
    qml_states = ET.fromstring(first["compounds"][0]).findall("renderer-v2/categories/category")
    assert [item.get("value") for item in qml_states] == [state.id for state in STATES]
    ogc = "{http://www.opengis.net/ogc}"
    literals = [item.text for item in ET.fromstring(sld).iter(f"{ogc}Literal")]
    assert literals == [str(at) for at in range(len(classes))]


def test_shapefile_says_its_encoding_and_its_fields(written: Path) -> None:
    with zipfile.ZipFile(written / "wuye.zip") as archive:
        names = archive.namelist()
        assert archive.read("compounds.cpg").decode().strip() == "UTF-8"
        mapping = archive.read("字段对照.csv").decode("utf-8-sig").splitlines()
        assert "CGCS2000" in archive.read("compounds.prj").decode().replace(
            "China_2000", "CGCS2000"
        ).replace("China Geodetic", "CGCS2000")
    assert {
        "compounds.shp",
        "divisions_county.shp",
        "barriers.shp",
        "waters.shp",
        "说明.txt",
    } <= set(names)
    assert "compounds,floor_m2,建筑面积(㎡),floor_area_m2" in mapping
    found = pyogrio.read_info(f"/vsizip/{written}/wuye.zip/divisions_county.shp")
    assert list(found["fields"]) == [field.short for field in (*PLACE, *figure_fields())]


def test_short_names_fit_and_are_unique() -> None:
    for fields in (COMPOUNDS, AREAS, PROJECTS, BARRIERS, (*PLACE, *figure_fields())):
        shorts = [field.short for field in fields]
        assert len(set(shorts)) == len(shorts) == len({field.header for field in fields})
        assert all(short.isascii() and 0 < len(short) <= 10 for short in shorts)


@pytest.mark.parametrize("code", ["4521", "4522", "4523", "4542", "4543", "4544", "gk"])
def test_every_zone(town_snapshot: Snapshot, tmp_path: Path, code: str) -> None:
    made = layers_of(town_snapshot, A, 530102, ["compounds"])
    datum = datum_of(code, made)
    path = tmp_path / "zone.fgb"
    write_data(path, made, head(town_snapshot, datum.name), datum)
    frame = pyogrio.read_dataframe(path)
    epsg = 4543 if code == "gk" else int(code)
    assert frame.crs.to_epsg() == epsg
    back = pyproj.Transformer.from_crs(epsg, 4490, always_xy=True)
    for row in frame.to_dict("records"):
        if row["geometry"] is not None:
            point = shapely.point_on_surface(row["geometry"])
            lon, lat = back.transform(point.x, point.y)
            (at,) = np.flatnonzero(town_snapshot.column("compounds", "code") == row["code"])
            assert (
                shapely.distance(town_snapshot.geometry("compounds")[at], shapely.Point(lon, lat))
                < 1e-9
            )
    assert (zone_warning(datum, made) is None) == (epsg in {4522, 4543})


def test_same_data_same_bytes(town_snapshot: Snapshot, tmp_path: Path) -> None:
    made = layers_of(town_snapshot, A, None)
    files = []
    for name in ("a", "b"):
        write_data(tmp_path / name, made, head(town_snapshot), Datum.named("4490"))
        files.append({path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())})
    assert files[0].keys() == files[1].keys()
    assert len(files[0]) > 2 * len(FORMATS)
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []


def test_extent_warning(town_snapshot: Snapshot) -> None:
    assert "25 平方公里" in (extent_warning(layers_of(town_snapshot, A, None)) or "")
    assert extent_warning(layers_of(town_snapshot, A, 530102001)) is None


def test_command(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, out, err = command(
        "export",
        "data",
        "out.gpkg",
        "--as-of",
        "2025-12-31",
        "--division",
        "530102",
        "--crs",
        "gk",
        "--json",
    )
    assert code == 0, err
    words = json.loads(out)
    assert words["crs"] == "EPSG:4543"
    assert (words["layers"]["compounds"], words["layers"]["divisions_street"]) == (46, 3)
    assert (tmp_path / "out.gpkg.说明.txt").read_text("utf-8").count("快照：")
    for bad in (
        ["x.docx"],
        ["x.fgb"],
        ["x", "--layer", "paths"],
        ["x", "--crs", "gcj02"],
        ["x", "--format", "dwg"],
    ):
        assert command("export", "data", *bad, "--as-of", "2025-12-31")[0] == 2, bad


def test_qgis_opens_it_coloured(written: Path, tmp_path: Path) -> None:
    """Runs where Debian's python3-qgis is installed."""
    probe = subprocess.run(
        ["/usr/bin/python3", "-c", "import qgis.core"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("python3-qgis is not installed")
    script = (
        "from qgis.core import QgsApplication, QgsVectorLayer\n"
        "QgsApplication.setPrefixPath('/usr', True); app = QgsApplication([], False); app.initQgis()\n"
        f"layer = QgsVectorLayer('{written}/wuye.gpkg|layername=divisions_county', 'x', 'ogr')\n"
        "found = layer.loadDefaultStyle()[1], layer.renderer().classAttribute()\n"
        "print(*found, *(item.symbol().color().name() for item in layer.renderer().categories()))\n"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
    )  # fmt: skip
    colours = [item.colour for item in share_classes(action_plan().indicator("I1").target)]
    assert done.stdout.split()[:-1] == ["True", "i1_class", *colours]
