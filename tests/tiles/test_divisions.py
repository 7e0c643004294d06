"""Outlines by zoom: shared borders stay shared, nothing vanishes, names lie inside."""

from __future__ import annotations

from pathlib import Path

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from geo.snapshot.file import Snapshot
from geo.terms import LEVELS
from maps.tiles import divisions
from maps.tiles.mercator import lonlat, world
from maps.tiles.tileset import TileSet


def drawn(tiles: TileSet, z: int, x: int, y: int) -> dict[str, dict[int, shapely.Geometry]]:
    tile = mapbox_vector_tile.decode(
        tiles.tile("divisions", z, x, y), default_options={"y_coord_down": True}
    )
    found: dict[str, dict[int, shapely.Geometry]] = {level: {} for level in LEVELS}
    for item in tile.get("divisions", {"features": []})["features"]:
        level = item["properties"]["level"]
        found[level][item["id"]] = shapely.geometry.shape(item["geometry"])
        assert item["properties"]["code"] == item["id"]
        parent = item["properties"].get("parent")
        assert (parent is None) == (level == "province")
        assert parent is None or str(item["id"]).startswith(str(parent))
    return found


def tiles_around(z: int) -> list[tuple[int, int, int]]:
    low = (world([[102.4, 25.4]])[0] * 2**z).astype(int)
    high = (world([[103.0, 24.8]])[0] * 2**z).astype(int)
    found = [(z, x, y) for x in range(low[0], high[0] + 1) for y in range(low[1], high[1] + 1)]
    return found[:: max(1, len(found) // 12)]


@pytest.mark.parametrize("z", [6, 7, 8, 9, 10, 11, 12, 14])
def test_neighbours_share_their_borders_on_the_grid(tiles: TileSet, z: int) -> None:
    """No gap and no overlap: areas of counties sum up to the area of their union."""
    seen = 0
    for place in tiles_around(z):
        for level in ("prefecture", "county"):
            shapes = [shapely.make_valid(one) for one in drawn(tiles, *place)[level].values()]
            if len(shapes) < 2:
                continue
            seen += 1
            union = shapely.union_all(shapes)
            assert sum(shapely.area(shapes)) == pytest.approx(union.area, abs=1e-6)
            holes = [
                shapely.Polygon(ring).area
                for part in shapely.get_parts(union)
                for ring in shapely.get_rings(part)[1:]
            ]
            assert not holes
    assert seen


@pytest.mark.parametrize(
    ("z", "levels"),
    [(3, LEVELS[:3]), (5, LEVELS[:3]), (6, LEVELS[:4]), (8, LEVELS), (12, LEVELS)],
)
def test_each_level_from_its_zoom_whole(
    tiles: TileSet, snapshot: Snapshot, z: int, levels: tuple[str, ...]
) -> None:
    codes = snapshot.column("divisions", "code")
    own = np.array(LEVELS)[snapshot.column("divisions", "level")]
    found: dict[str, set[int]] = {level: set() for level in LEVELS}
    low = (world([[102.3, 25.5]])[0] * 2**z).astype(int)
    high = (world([[103.1, 24.7]])[0] * 2**z).astype(int)
    for x in range(low[0], high[0] + 1):
        for y in range(low[1], high[1] + 1):
            for level, shapes in drawn(tiles, z, x, y).items():
                found[level] |= set(shapes)
    for level in LEVELS:
        assert found[level] == (set(codes[own == level]) if level in levels else set())


def test_low_zooms_are_light(tiles: TileSet) -> None:
    made = tiles.layers("divisions")[0].shapes
    counts = [len(made(z).coords) for z in (6, 9, 12)]
    assert counts[0] < counts[1] < counts[2]
    assert max(len(tiles.tile("divisions", *place)) for place in tiles_around(8)) < 60_000


def test_names_stand_inside(tiles: TileSet, snapshot: Snapshot) -> None:
    places = lonlat(tiles.layers("divisions")[1].anchors)
    shapes = snapshot.geometry("divisions")
    assert shapely.contains(shapes, shapely.points(places)).all()
    z, x, y = 12, *(world([[102.45, 24.85]])[0] * 2**12).astype(int).tolist()
    tile = mapbox_vector_tile.decode(tiles.tile("divisions", z, x, y))
    for item in tile["division_labels"]["features"]:
        assert item["geometry"]["type"] == "Point"
        assert item["properties"]["name"] == f"区划{item['id']}"


def test_outlines_are_kept_and_read_again(snapshot: Snapshot, tmp_path: Path) -> None:
    made = divisions.outlines(snapshot, tmp_path)
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    again = divisions.outlines(snapshot, tmp_path)
    assert kept.stat().st_mtime_ns == before
    np.testing.assert_array_equal(made.labels, again.labels)
    for z in divisions.SIMPLIFIED:
        np.testing.assert_array_equal(made.at(z).coords, again.at(z).coords)
        np.testing.assert_array_equal(made.at(z).features, again.at(z).features)
        np.testing.assert_array_equal(made.at(z).boxes, again.at(z).boxes)


def test_a_damaged_file_is_made_again(snapshot: Snapshot, tmp_path: Path) -> None:
    made = divisions.outlines(snapshot, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    again = divisions.outlines(snapshot, tmp_path)
    np.testing.assert_array_equal(made.labels, again.labels)
    assert kept.stat().st_size > 1000
