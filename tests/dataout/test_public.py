"""The public edition passes the check; twenty planted leaks don't."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import mapbox_vector_tile
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pypdf
import pytest
import rasterio
import shapely
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from geo.action_plan import Definition
from geo.coverage import standing
from geo.datum.reference import Datum
from geo.disclosure.exclusion import Exclusion, read_exclusion
from geo.errors import InputError
from geo.snapshot.file import Snapshot
from maps.dataout.head import head_of
from maps.dataout.layers import layers_of
from maps.dataout.public import public_layers
from maps.dataout.write import write_data
from maps.leaks.check import check

A = Definition()
EXCLUDED = "530102000008"
EXCLUSION = Exclusion(frozenset({EXCLUDED}), (shapely.box(102.767, 25.0, 102.7695, 25.01),))


@pytest.fixture(scope="session")
def edition(town_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "公开"
    layers, _ = public_layers(town_snapshot, A, None, EXCLUSION, "street")
    head = head_of(town_snapshot, A, division=None, edition="public", source="示例来源",
                   review_number="云S(2025)001号", crs="EPSG:4490")  # fmt: skip
    write_data(folder, layers, head, Datum.named("4490"))
    return folder


def test_passes_and_holds_no_party_no_excluded_site(edition: Path, town_snapshot: Snapshot) -> None:
    assert [found.words() for found in check(edition, EXCLUSION)] == []
    frame = pyogrio.read_dataframe(edition / "wuye.gpkg", layer="compounds")
    excluded = town_snapshot.column("compounds", "code")[EXCLUSION.of(town_snapshot)]
    assert len(excluded) > 1
    assert not set(frame["code"]) & set(excluded.tolist())
    assert set(frame.columns) == {
        "code",
        "name",
        "division",
        "division_name",
        "generalised",
        "geometry",
    }
    assert 0 < frame["generalised"].sum() < len(frame)
    assert frame.loc[frame["generalised"], ["code", "name"]].isna().all(axis=None)


def test_what_is_drawn_is_what_is_counted(town_snapshot: Snapshot) -> None:
    layers, table = public_layers(town_snapshot, A, None, EXCLUSION, "street")
    sites = next(layer for layer in layers if layer.name == "compounds").table.to_pylist()
    hidden = table.withheld[:, 0]
    assert table.withheld.any()
    for row, place in enumerate(table.places):
        if place.level != "street" or place.code is None:
            continue
        drawn = sum(site["division"] == str(place.code) for site in sites)
        assert drawn == (0 if hidden[row] else table.counts[row, 0])
    shown = town_snapshot.without(EXCLUSION.of(town_snapshot))
    top = [row for row, above in enumerate(table.grid.parent) if above < 0]
    assert table.counts[top, 0].sum() == standing(shown, A).sum()


def rewritten(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text("utf-8")), "utf-8")


def street_rows(edition: Path) -> list[dict[str, str]]:
    with (edition / "divisions_street.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def party_column(edition: Path) -> str:
    table = pq.read_table(edition / "compounds.parquet")
    column = pa.array([1] * table.num_rows)
    pq.write_table(table.append_column("party_form", column), edition / "compounds.parquet")
    return "party"


def party_cell(edition: Path) -> str:
    rewritten(edition / "barriers.csv", lambda text: text.replace("示例线", "示例线（党支部）"))
    return "party"


def party_indicator(edition: Path) -> str:
    frame = pyogrio.read_dataframe(edition / "divisions_county.fgb")
    pyogrio.write_dataframe(frame.assign(i3_share=0.5), edition / "divisions_county.fgb")
    return "party"


def party_style(edition: Path) -> str:
    with sqlite3.connect(edition / "wuye.gpkg") as connection:
        connection.execute("update layer_styles set styleName = '党组织覆盖率' where id = 1")
    return "party"


def small_count_xlsx(edition: Path) -> str:
    book = openpyxl.load_workbook(edition / "wuye.xlsx")
    sheet = book["区划指标（街道）"]
    at = [cell.value for cell in sheet[1]].index("无业委会小区(个)") + 1
    sheet.cell(2, at, 3)
    book.save(edition / "wuye.xlsx")
    return "small"


def small_count_sentence(edition: Path) -> str:
    document = docx.Document()
    document.add_paragraph("其中仅有 3 个小区没有物业服务。")
    document.save(str(edition / "说明.docx"))
    return "small"


def small_count_docx_table(edition: Path) -> str:
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("街道", "小区数", "甲街道", "2"), strict=True
    ):
        cell.text = text
    document.save(str(edition / "表.docx"))
    return "small"


def phone(edition: Path) -> str:
    rewritten(edition / "waters.csv", lambda text: text.replace("示例河", "13888888888"))
    return "person"


def named_person(edition: Path) -> str:
    book = openpyxl.load_workbook(edition / "wuye.xlsx")
    book["说明"]["A1"].comment = Comment("联系人：王小明", "x")
    book.save(edition / "wuye.xlsx")
    return "person"


def path_in_readme(edition: Path) -> str:
    rewritten(edition / "说明.txt", lambda text: text + "来自 /home/bureau/register/out.gpkg\n")
    return "path"


def windows_path_in_html(edition: Path) -> str:
    (edition / "页.html").write_text("<p>说明</p><!-- D:\\台账\\2025 -->", "utf-8")
    return "path"


def database_in_geojson(edition: Path) -> str:
    path = edition / "areas.geojson"
    words = json.loads((edition / "barriers.geojson").read_text("utf-8"))
    words["wuye"]["dsn"] = "postgresql://reader:secret@10.0.0.5/wuye"
    path.write_text(json.dumps(words), "utf-8")
    return "database"


def database_in_svg(edition: Path) -> str:
    (edition / "图.svg").write_text("<svg><desc>host=db dbname=wuye</desc></svg>", "utf-8")
    return "database"


def excluded_code(edition: Path) -> str:
    rewritten(
        edition / "compounds.csv", lambda text: re.sub(r"5301020000\d\d", EXCLUDED, text, count=1)
    )
    return "excluded"


def excluded_ground(edition: Path) -> str:
    frame = pyogrio.read_dataframe(edition / "compounds.fgb")
    frame.loc[0, "geometry"] = shapely.box(102.7671, 25.005, 102.7681, 25.007)
    pyogrio.write_dataframe(frame, edition / "compounds.fgb", SPATIAL_INDEX="NO")
    return "excluded"


def deleted_row_in_gpkg(edition: Path) -> str:
    with sqlite3.connect(edition / "wuye.gpkg") as connection:
        connection.execute("pragma secure_delete = off")
        connection.execute("create table later (x text)")
        connection.execute("insert into later values (?)", [f"小区 {EXCLUDED}"])
        connection.commit()
        connection.execute("delete from later")
    return "excluded"


def internal_mark_in_shapefile(edition: Path) -> str:
    with zipfile.ZipFile(edition / "wuye.zip", "a") as archive:
        archive.writestr("备注.txt", "内部使用，请勿外传")
    return "internal"


def hidden_sheet(edition: Path) -> str:
    book = openpyxl.load_workbook(edition / "wuye.xlsx")
    book["说明"].sheet_state = "hidden"
    book.save(edition / "wuye.xlsx")
    return "hidden"


def filled_in(edition: Path) -> str:
    """Show one withheld number of those that protect each other."""
    path = edition / "divisions_street.geojson"
    words = json.loads(path.read_text("utf-8"))
    rows = [feature["properties"] for feature in words["features"]]
    for row in rows:
        for name in ("compounds", "i1_covered", "i1_unverified", "i1_uncovered"):
            if row[name] is None:
                # The whole of a row: what was kept back beside a small one.
                row[name] = 7 if name != "compounds" else None
    path.write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    return "contradiction|sum"


def subtraction(edition: Path) -> str:
    lines = [
        "区划代码,街道,小区数",
        "530102,五华区,40",
        "530102001,甲街道,21",
        "530102002,乙街道,16",
        "530102003,丙街道,*",
    ]
    (edition / "汇总.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return "sum"


def subtraction_by_total_row(edition: Path) -> str:
    book = openpyxl.Workbook()
    for line in (["街道", "小区数", "有业委会(个)", "无业委会(个)"], ["甲", 30, 10, 20], ["乙", 12, "＊", 9],
                 ["丙", 40, 12, 28], ["合计", 82, 25, 57]):  # fmt: skip
        book.active.append(line)
    book.save(edition / "汇总.xlsx")
    return "sum"


def share_gives_it_away(edition: Path) -> str:
    path = edition / "divisions_street.fgb"
    frame = pyogrio.read_dataframe(path)
    hidden = frame.index[frame["i2_with"].isna()]
    assert len(hidden)
    frame.loc[hidden, ["i2_share", "compounds"]] = (0.25, 12)
    pyogrio.write_dataframe(frame, path, SPATIAL_INDEX="NO")
    return "sum"


def party_attribute_in_tiles(edition: Path) -> str:
    tile = mapbox_vector_tile.encode(
        [
            {
                "name": "compounds",
                "features": [
                    {"geometry": "POINT(1 1)", "properties": {"name": "甲", "form": "联合党支部"}}
                ],
            }
        ]
    )
    with sqlite3.connect(edition / "图.mbtiles") as connection:
        connection.execute("create table metadata (name text, value text)")
        connection.execute(
            "create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)"
        )
        connection.execute("insert into tiles values (0, 0, 0, ?)", [gzip.compress(tile)])
    return "party"


def mark_in_pdf(edition: Path) -> str:
    book = pypdf.PdfWriter()
    book.add_blank_page(200, 200)
    book.add_metadata({"/Title": "内部使用"})
    book.write(edition / "图.pdf")
    return "internal"


def damaged(edition: Path) -> str:
    (edition / "坏.pdf").write_bytes(b"%PDF-1.7\nnothing")
    return "unread"


PLANTS = [party_column, party_cell, party_indicator, party_style, small_count_xlsx, small_count_sentence,
          small_count_docx_table, phone, named_person, path_in_readme, windows_path_in_html, database_in_geojson,
          database_in_svg, excluded_code, excluded_ground, deleted_row_in_gpkg, internal_mark_in_shapefile,
          hidden_sheet, filled_in, subtraction, subtraction_by_total_row, share_gives_it_away,
          party_attribute_in_tiles, mark_in_pdf, damaged]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_leak_is_found(
    plant: Callable[[Path], str], edition: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(edition, folder)
    rules = plant(folder).split("|")
    found = check(folder, EXCLUSION)
    assert {one.rule for one in found} & set(rules), [one.words() for one in found]


def test_the_internal_edition_does_not_pass(town_snapshot: Snapshot, tmp_path: Path) -> None:
    head = head_of(
        town_snapshot,
        A,
        division=None,
        edition="internal",
        source="",
        review_number="",
        crs="EPSG:4490",
    )
    path = tmp_path / "internal.gpkg"
    write_data(path, layers_of(town_snapshot, A, None), head, Datum.named("4490"))
    assert {"party", "internal", "small"} <= {one.rule for one in check(path, Exclusion())}


@pytest.mark.parametrize("kind", ["compounds", "areas", "projects"])
def test_tables_of_the_inside_do_not_pass_alone(
    town_snapshot: Snapshot, tmp_path: Path, kind: str
) -> None:
    """Also without party matters, and in a format that has no room for a mark."""
    (layer,) = layers_of(town_snapshot, A, None, [kind])
    path = tmp_path / f"{kind}.csv"
    headers = {field.name: field.header for field in layer.fields}
    table = layer.without_internal().table.to_pandas().rename(columns=headers)
    table.to_csv(path, index=False)
    assert "internal" in {one.rule for one in check(path, Exclusion())}


def test_a_picture_is_checked_by_its_words(tmp_path: Path) -> None:
    def picture(name: str, words: str) -> set[str]:
        about = PngInfo()
        if words:
            about.add_itxt("Description", words)
        Image.new("RGB", (4, 4)).save(tmp_path / name, pnginfo=about)
        return {one.rule for one in check(tmp_path / name, Exclusion())}

    with rasterio.open(
        tmp_path / "inside.tif", "w", driver="GTiff", width=4, height=4, count=1, dtype="uint8",
        crs=4543, transform=rasterio.Affine(9, 0, 0, 0, -9, 0),
    ) as raster:  # fmt: skip
        raster.update_tags(TIFFTAG_COPYRIGHT="内部使用")
    assert "internal" in {one.rule for one in check(tmp_path / "inside.tif", Exclusion())}
    assert picture("mute.png", "") == {"unread"}
    assert picture("inside.png", "五华区 内部使用") >= {"internal", "unread"}
    assert "party" in picture("party.png", "公开版 党组织覆盖率")
    assert picture("public.png", "五华区 公开版") == set()


def test_an_exclusion_list_is_never_taken_for_empty(tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("小区编码\nA1\nA2\n", "utf-8")
    assert read_exclusion(codes).codes == {"A1", "A2"}
    codes.write_text("小区编码\n", "utf-8")
    for path in (codes, tmp_path / "missing.csv", tmp_path / "missing.geojson"):
        with pytest.raises(InputError):
            read_exclusion(path)


def test_commands(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(EXCLUDED, "utf-8")
    code, out, err = command("export", "public", "公开", "--as-of", "2025-12-31", "--level", "street",
                             "--format", "gpkg,csv,xlsx", "--exclude", "list.txt", "--json")  # fmt: skip
    assert code == 0, err
    assert json.loads(out)["edition"] == "public"
    assert command("export", "check", "公开", "--exclude", "list.txt")[0] == 0
    assert command("export", "data", "内部.xlsx", "--as-of", "2025-12-31")[0] == 0
    code, out, _ = command("export", "check", "内部.xlsx", "--json")
    assert code == 1
    assert json.loads(out)["passed"] is False
    assert command("export", "check", "nothing.gpkg")[0] == 1
