"""Rasters read back by rasterio, rio-cogeo and GDAL, pixel by pixel against the shapes."""

from __future__ import annotations

import json
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from rio_cogeo import cog_validate

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.raster.export import Wanted, export_rasters
from maps.raster.images import Painter
from maps.raster.picture import Class, rgb
from maps.style import NO_DATA, NO_DATA_LINE, STATES, share_classes, state_of_mode
from maps.tiles.mercator import tile_metres


@pytest.fixture(scope="module")
def made(spread: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("raster")
    wanted = Wanted("I1", "county", pixel_m=100, min_zoom=5, max_zoom=10)
    return folder, export_rasters(folder, spread, wanted)


def classes_by_county(snapshot: Snapshot) -> dict[int, int]:
    """Each county's class by its exact share, from the figures themselves."""
    found = coverage(snapshot, "I1", "county", Definition())
    lows = [Fraction(item.low) for item in share_classes(found.rows[0].target)]
    return {
        row.division: 1 + max(i for i, low in enumerate(lows) if share >= low)
        if row.denominator and (share := Fraction(row.numerator, row.denominator)) is not None
        else len(lows) + 1
        for row in found.rows
        if row.division is not None
    }


@pytest.mark.parametrize("crs", [3857, 4543])
def test_cogs_are_valid_and_true(
    made: tuple[Path, dict[str, Any]], spread: Snapshot, crs: int
) -> None:
    folder, _ = made
    path = folder / f"I1-county-{crs}.tif"
    assert cog_validate(path, strict=True) == (True, [], [])
    expected = classes_by_county(spread)
    assert len(set(expected.values())) > 3
    codes = spread.column("divisions", "code")
    shapes = spread.geometry("divisions")
    with rasterio.open(path) as raster:
        assert (raster.count, raster.dtypes[0], raster.nodata) == (1, "uint8", 0)
        assert raster.crs.to_epsg() == crs
        assert raster.res == (100, 100)
        assert raster.overviews(1)
        pixels = raster.read(1)
        table = raster.colormap(1)
        tags, band = raster.tags(), raster.tags(1)
        rng = np.random.default_rng(2)
        rows, columns = rng.integers(0, raster.height, 800), rng.integers(0, raster.width, 800)
        x, y = raster.xy(rows, columns)
    lon, lat = Transformer.from_crs(crs, 4490, always_xy=True).transform(x, y)
    near = 0
    for row, column, place in zip(rows, columns, shapely.points(lon, lat), strict=True):
        inside = [c for c in expected if shapely.contains(shapes[codes == c][0], place)]
        if pixels[row, column] != (expected[inside[0]] if inside else 0):
            # Edges are cut up before they are projected: a metre at the most.
            near += 1
            assert min(shapely.distance(shapely.boundary(s), place) for s in shapes) < 2e-5
    assert near < 5
    for code, item in enumerate(share_classes(coverage(spread, "I1", "county").rows[0].target), 1):
        assert table[code] == (*rgb(item.colour), 255)
    drawn = pixels[pixels > 0]
    assert int(band["STATISTICS_MINIMUM"]) == drawn.min()
    assert int(band["STATISTICS_MAXIMUM"]) == drawn.max()
    assert float(band["STATISTICS_MEAN"]) == pytest.approx(drawn.mean())
    assert tags["SNAPSHOT"] == spread.id
    assert tags["DEFINITION"] == Definition().id
    assert "示例数据" in tags["TIFFTAG_COPYRIGHT"]
    assert "内部使用" in tags["TIFFTAG_COPYRIGHT"]


def test_the_legend_says_what_codes_mean(
    made: tuple[Path, dict[str, Any]], spread: Snapshot
) -> None:
    folder, manifest = made
    words = json.loads((folder / "I1-county-3857.legend.json").read_text("utf-8"))
    expected = list(classes_by_county(spread).values())
    with rasterio.open(folder / "I1-county-3857.tif") as raster:
        pixels = raster.read(1)
    for item in words["classes"]:
        assert item["shapes"] == expected.count(item["code"])
        assert item["pixels"] == (pixels == item["code"]).sum()
    assert words["classes"][-1]["label"]["zh"] == "无数据"
    assert words["classes"][-1]["shapes"] == 1
    assert words["definition"]["id"] == manifest["definition"]["id"] == Definition().id
    assert words["snapshot"] == spread.id
    assert words["mark"] == "示例数据"


def decoded(image: bytes) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(image) as memory, memory.open() as picture:
            pixels = picture.read()
            if picture.count == 1:
                table = picture.colormap(1)
                colours = np.array([table[k] for k in range(len(table))], np.uint8)
                return np.moveaxis(colours[pixels[0]], 2, 0)
            return np.asarray(pixels)


def tiles_of(path: Path) -> dict[tuple[int, int, int], bytes]:
    from pmtiles.reader import MmapSource, all_tiles

    with path.open("rb") as file:
        return dict(all_tiles(MmapSource(file)))


def test_picture_tiles_show_the_classes(
    made: tuple[Path, dict[str, Any]], spread: Snapshot
) -> None:
    folder, _ = made
    found = tiles_of(folder / "I1-county-png.pmtiles")
    assert {z for z, _, _ in found} == set(range(5, 11))
    expected = classes_by_county(spread)
    codes, shapes = spread.column("divisions", "code"), spread.geometry("divisions")
    classes = share_classes(coverage(spread, "I1", "county").rows[0].target)
    colours = {k: rgb(item.colour) for k, item in enumerate(classes, 1)}
    back = Transformer.from_crs(3857, 4490, always_xy=True)
    rng = np.random.default_rng(3)
    checked = 0
    for z, x, y in sorted(found)[-6:]:
        pixels = decoded(found[z, x, y])
        assert pixels.shape == (4, 256, 256)
        west, _south, east, north = tile_metres(z, x, y)
        size = (east - west) / 256
        for row, column in rng.integers(0, 256, (80, 2)).tolist():
            place = shapely.Point(
                *back.transform(west + (column + 0.5) * size, north - (row + 0.5) * size)
            )
            inside = [c for c in expected if shapely.contains(shapes[codes == c][0], place)]
            red, green, blue, alpha = pixels[:, row, column].tolist()
            edge = min(shapely.distance(shapely.boundary(s), place) for s in shapes)
            if edge < 2e-5:
                continue
            checked += 1
            if not inside:
                assert alpha == 0
            elif expected[inside[0]] > len(classes):
                assert (red, green, blue) in {rgb(NO_DATA), rgb(NO_DATA_LINE)}
            else:
                assert (red, green, blue, alpha) == (*colours[expected[inside[0]]], 255)
    assert checked > 300


def test_gdal_opens_the_archives(made: tuple[Path, dict[str, Any]]) -> None:
    folder, manifest = made
    (item,) = [item for item in manifest["files"] if item["format"] == "mbtiles"]
    with rasterio.open(folder / item["file"]) as raster:
        assert raster.crs.to_epsg() == 3857
        assert raster.count == 4
        pixels = raster.read()
        assert (pixels[3] == 255).sum() > 10_000
    found = tiles_of(folder / "I1-county-png.pmtiles")
    assert item["tiles"] == len(found)
    for name in ("I1-county-png.pmtiles", "I1-county-png.mbtiles"):
        assert (folder / name).exists()


def test_webp_shows_the_same_as_png(spread: Snapshot, tmp_path: Path) -> None:
    for image in ("png", "webp"):
        export_rasters(
            tmp_path, spread,
            Wanted("I1", "county", formats=("pmtiles",), image=image, min_zoom=6, max_zoom=8),
        )  # fmt: skip
    png, webp = (tiles_of(tmp_path / f"I1-county-{image}.pmtiles") for image in ("png", "webp"))
    assert set(png) == set(webp)
    for place, tile in png.items():
        one, other = decoded(tile), decoded(webp[place])
        assert (one[3] == other[3]).all()
        seen = one[3] > 0
        assert (one[:, seen] == other[:, seen]).all()


def test_no_compound_vanishes_from_the_states(snapshot: Snapshot, tmp_path: Path) -> None:
    """Half a metre large, on pixels of sixty: each marks the pixels that it touches."""
    export_rasters(tmp_path, snapshot, Wanted("state", formats=("cog",), crs=("gk",), pixel_m=60))
    standing = snapshot.column("compounds", "standing")
    shapes = snapshot.geometry("compounds")
    modes = snapshot.column("compounds", "mode")
    to = Transformer.from_crs(4490, 4543, always_xy=True)
    with rasterio.open(tmp_path / "state-4543.tif") as raster:
        pixels = raster.read(1)
        for row in range(COUNT_FROM, len(shapes)):
            if not standing[row]:
                continue
            x, y = to.transform(*shapely.point_on_surface(shapes[row]).coords[0])
            i, j = raster.index(x, y)
            assert pixels[i, j] > 0
    legend = json.loads((tmp_path / "state-4543.legend.json").read_text("utf-8"))
    drawn = standing & ~shapely.is_missing(shapes)
    for place, (item, state) in enumerate(zip(legend["classes"], STATES, strict=True)):
        assert item["label"]["zh"] == state.label[0]
        assert item["shapes"] == sum(state_of_mode(int(mode)) == place for mode in modes[drawn])
        assert item["colour"] == state.fill
    assert legend["definition"] is None


COUNT_FROM = 9


def test_an_interrupted_pyramid_ends_the_same(
    made: tuple[Path, dict[str, Any]], spread: Snapshot, tmp_path: Path
) -> None:
    _, whole = made
    wanted = Wanted("I1", "county", formats=("pmtiles", "mbtiles"), min_zoom=5, max_zoom=10)

    def report(_name: str, done: int, _total: int, _bytes: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_rasters(tmp_path, spread, wanted, None, report)
    again = export_rasters(tmp_path, spread, wanted)
    assert [item["sha256"] for item in again["files"]] == [
        item["sha256"] for item in whole["files"] if item["format"] != "cog"
    ]


def test_unknown_is_hatched_and_hatches_go_on() -> None:
    painter = Painter(
        (Class(1, ("甲", "a"), "#102030"), Class(2, ("乙", "b"), "#ffffff", "#000000"))
    )
    codes = np.full((256, 256), 2, np.uint8)
    pixels = decoded(painter.png(codes))
    assert {tuple(c) for c in pixels[:3].reshape(3, -1).T.tolist()} == {(255,) * 3, (0,) * 3}
    double = np.concatenate([pixels, pixels], axis=2)[0]
    for shift in range(8, 256, 8):
        assert (double[:, shift : shift + 256] == pixels[0]).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"what": "I9"}, "没有指标"),
        ({"what": "I1", "formats": ("bmp",)}, "不支持的格式 bmp"),
        ({"what": "I1", "image": "gif"}, "不支持的格式 gif"),
        ({"what": "I1", "crs": ("4490",)}, "不是以米为单位"),
        ({"what": "I1", "crs": ("x",)}, "不是以米为单位"),
        ({"what": "I1", "pixel_m": 0.1}, "超过 20,000"),
        ({"what": "I1", "min_zoom": 9, "max_zoom": 3}, "没有第 9–3 级"),
    ],
)
def test_what_can_not_be_drawn(
    spread: Snapshot, tmp_path: Path, words: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        export_rasters(tmp_path, spread, Wanted(**words))
    assert not list(tmp_path.glob("*"))
