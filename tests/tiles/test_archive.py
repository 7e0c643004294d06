"""Archives: the served bytes, read back by others; interrupted exports end the same."""

from __future__ import annotations

import json
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from geo.errors import NotFound, UsageError
from geo.snapshot.file import Snapshot
from maps.tiles.archive import batches, export
from maps.tiles.archive.batches import BATCH, in_batches
from maps.tiles.archive.cover import cover_of
from maps.tiles.archive.export import Wanted, export_tiles, sha256_of
from maps.tiles.archive.part import Part
from maps.tiles.layers import KINDS
from maps.tiles.mercator import tile_lonlat
from maps.tiles.tile import Limits
from maps.tiles.tileset import TileSet

EVERYTHING = Wanted((), ("pmtiles", "mbtiles"), max_zoom=13)


@pytest.fixture(scope="module")
def made(tiles: TileSet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("archive")
    return folder, export_tiles(folder, tiles, EVERYTHING)


def pmtiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    with path.open("rb") as file:
        return dict(all_tiles(MmapSource(file)))


def mbtiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("select * from tiles").fetchall()
    return {(z, x, 2**z - 1 - y): data for z, x, y, data in rows}


@pytest.mark.parametrize("layer", [name for name in KINDS if name != "gates"])
def test_archives_hold_what_is_served(
    made: tuple[Path, dict[str, Any]], tiles: TileSet, layer: str
) -> None:
    """Byte for byte, on 500 random tiles a layer; and the places without one serve nothing."""
    folder, manifest = made
    assert "gates.pmtiles" not in {item["file"] for item in manifest["files"]}  # from 15 on only
    found = pmtiles_of(folder / f"{layer}.pmtiles")
    assert mbtiles_of(folder / f"{layer}.mbtiles") == found
    draw = random.Random(4)
    for place in draw.sample(sorted(found), min(500, len(found))):
        assert found[place] == tiles.compressed(layer, *place)
    zooms = sorted({z for z, _, _ in found})
    # No kind of barrier in the snapshot is drawn before zoom 8.
    assert zooms == list(range(8 if layer == "barriers" else KINDS[layer].min_zoom, 14))
    z = max(11, KINDS[layer].min_zoom)
    columns = [x for zoom, x, _ in found if zoom == z]
    rows = [y for zoom, _, y in found if zoom == z]
    for x in range(min(columns) - 1, max(columns) + 2):
        for y in range(min(rows) - 1, max(rows) + 2):
            if (z, x, y) not in found:
                assert tiles.tile(layer, z, x, y) == b""


def test_pmtiles_say_what_they_are(made: tuple[Path, dict[str, Any]], snapshot: Snapshot) -> None:
    folder, _ = made
    with (folder / "divisions.pmtiles").open("rb") as file:
        reader = Reader(MmapSource(file))
        head, words = reader.header(), reader.metadata()
    assert head["tile_type"] == TileType.MVT
    assert head["tile_compression"] == Compression.GZIP
    assert head["clustered"]
    assert (head["min_zoom"], head["max_zoom"]) == (3, 13)
    assert head["min_lon_e7"] / 1e7 == pytest.approx(102.4, abs=0.02)
    assert head["max_lat_e7"] / 1e7 == pytest.approx(25.4, abs=0.02)
    assert head["tile_contents_count"] <= head["tile_entries_count"]
    assert head["tile_entries_count"] <= head["addressed_tiles_count"]
    assert words["wuye"]["snapshot"] == snapshot.id
    assert words["wuye"]["mark"] == "示例数据"
    assert words["wuye"]["classification"] == "内部使用"
    assert words["vector_layers"][0]["id"] == "divisions"


@pytest.mark.parametrize("format_", ["pmtiles", "mbtiles"])
def test_gdal_reads_archives(
    made: tuple[Path, dict[str, Any]], snapshot: Snapshot, format_: str
) -> None:
    folder, _ = made
    path = folder / f"compounds.{format_}"
    assert "compounds" in [name for name, _ in pyogrio.list_layers(path)]
    frame = pyogrio.read_dataframe(path, layer="compounds", columns=["code", "state"])
    standing = snapshot.column("compounds", "standing")
    codes = set(snapshot.column("compounds", "code")[standing])
    assert set(frame["code"]) == codes - {"C0005"}  # which has neither polygon nor place
    west, south, east, north = frame.to_crs(4326).total_bounds
    assert 102 < west < 102.5
    assert 24 < south < 24.9
    assert 102.9 < east < 103.5
    assert 25.3 < north < 26


def test_the_manifest_counts_and_hashes(
    made: tuple[Path, dict[str, Any]], snapshot: Snapshot
) -> None:
    folder, manifest = made
    assert json.loads((folder / "manifest.json").read_text("utf-8")) == manifest
    assert manifest["snapshot"] == snapshot.id
    assert manifest["made_up"] is True
    assert [item["file"] for item in manifest["files"]] == [
        f"{name}.{format_}"
        for name in KINDS
        if name != "gates"
        for format_ in ("pmtiles", "mbtiles")
    ]
    for item in manifest["files"]:
        path = folder / item["file"]
        found = pmtiles_of(path) if item["format"] == "pmtiles" else mbtiles_of(path)
        assert item["tiles"] == len(found)
        assert item["distinct_tiles"] == len(set(found.values())) <= len(found)
        assert item["bytes"] == path.stat().st_size
        assert item["sha256"] == sha256_of(path)
        assert item["tiles_with_omissions"] == 0
    names = {item["file"] for item in manifest["files"]} | {"manifest.json"}
    assert {path.name for path in folder.iterdir()} == names


class Stop(Exception):
    pass


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("torn", [False, True])
def test_an_interrupted_export_ends_the_same(
    made: tuple[Path, dict[str, Any]],
    tiles: TileSet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    torn: bool,
) -> None:
    """Interrupted between batches, or with half a batch and half a line on the disk."""
    _, whole = made
    monkeypatch.setattr(batches, "BATCH", 40)
    told: list[int] = []

    def report(name: str, done: int, _total: int, _bytes: int) -> None:
        told.append(done)
        if len(told) == after:
            raise Stop

    with pytest.raises(Stop):
        export_tiles(tmp_path, tiles, EVERYTHING, None, report)
    part = tmp_path / "divisions.part"
    assert not list(tmp_path.glob("*.pmtiles"))
    if torn:
        for name, rubbish in (("tiles", b"half a tile"), ("index", b"half")):
            with (part / name).open("ab") as file:
                file.write(rubbish)
        with (part / "journal").open("a") as file:
            file.write('{"batches": 9')
    asked: list[int] = []
    plain = export.encode_batch

    def counted(*words: Any) -> Any:
        asked.append(len(words[-1]))
        return plain(*words)

    monkeypatch.setattr(export, "encode_batch", counted)
    again = export_tiles(tmp_path, tiles, EVERYTHING)
    assert [item["sha256"] for item in again["files"]] == [
        item["sha256"] for item in whole["files"]
    ]
    every = [
        len(in_batches(cover_of(tiles.snapshot, None, KINDS[name].min_zoom, 13).places(tiles.layers(name))))
        for name in KINDS
    ]  # fmt: skip
    assert len(asked) == sum(every) - after


def test_what_was_begun_for_something_else_is_not_gone_on_with(
    made: tuple[Path, dict[str, Any]], tiles: TileSet, tmp_path: Path
) -> None:
    _, whole = made
    with Part(tmp_path / "areas.part", {"something": "else"}) as part:
        part.add([(1, b"not a tile", False)])
    found = export_tiles(tmp_path, tiles, Wanted(("areas",), max_zoom=13))
    hashes = {item["file"]: item["sha256"] for item in whole["files"]}
    assert found["files"][0]["sha256"] == hashes["areas.pmtiles"]


def test_a_journal_ahead_of_its_files_is_not_believed(tmp_path: Path) -> None:
    with Part(tmp_path / "p", {}) as part:
        part.add([(1, b"a", False)])
        part.add([(2, b"bb", False)])
    (tmp_path / "p" / "tiles").write_bytes(b"a")  # what a crash of the machine leaves
    with Part(tmp_path / "p", {}) as part:
        assert part.batches == 1
        part.add([(2, b"bb", False), (3, b"a", True)])
        assert [int(r["id"]) for r in part.records()] == [1, 2, 3]
        assert dict(part.blobs()) == {0: b"a", 1: b"bb"}


def test_an_executor_changes_nothing(
    made: tuple[Path, dict[str, Any]], tiles: TileSet, tmp_path: Path
) -> None:
    _, whole = made
    with ThreadPoolExecutor(3) as pool:
        found = export_tiles(tmp_path, tiles, EVERYTHING, pool)
    assert found == whole


def test_a_division_takes_the_tiles_that_meet_it(
    made: tuple[Path, dict[str, Any]], tiles: TileSet, snapshot: Snapshot, tmp_path: Path
) -> None:
    import shapely

    folder, _ = made
    manifest = export_tiles(
        tmp_path, tiles, Wanted(("compounds",), division=530103, min_zoom=11, max_zoom=12, review_number="云S(2025)001号")
    )  # fmt: skip
    found = pmtiles_of(tmp_path / "compounds.pmtiles")
    at = snapshot.column("divisions", "code").tolist().index(530103)
    outline = snapshot.geometry("divisions")[at]
    whole = pmtiles_of(folder / "compounds.pmtiles")
    expected = {
        place: tile
        for place, tile in whole.items()
        if 11 <= place[0] <= 12 and shapely.box(*tile_lonlat(*place)).intersects(outline)
    }
    assert found == expected
    assert manifest["division"] == "530103"
    assert manifest["classification"] == "审图号：云S(2025)001号"


def test_omissions_are_counted(snapshot: Snapshot, tmp_path: Path) -> None:
    small = TileSet(snapshot, None, Limits(6_000, 6_000))
    found = export_tiles(tmp_path, small, Wanted(("compounds",), min_zoom=10, max_zoom=10))
    assert found["files"][0]["tiles_with_omissions"] > 0


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        (Wanted(("paths",)), NotFound, "没有图层 paths"),
        (Wanted(("areas",), ("zip",)), UsageError, "不支持的格式 zip"),
        (Wanted(("areas",), min_zoom=3, max_zoom=5), UsageError, "没有瓦片"),
        (Wanted(("areas",), division=530199), UsageError, "没有边界"),
    ],
)
def test_what_can_not_be_exported(
    tiles: TileSet, tmp_path: Path, wanted: Wanted, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        export_tiles(tmp_path / "x", tiles, wanted)
    assert not list(tmp_path.glob("x/*tiles"))


def test_batches() -> None:
    places = [(k, (1, 0, 0)) for k in range(2 * BATCH + 1)]
    assert [len(batch) for batch in in_batches(places)] == [BATCH, BATCH, 1]
    assert in_batches([]) == []
