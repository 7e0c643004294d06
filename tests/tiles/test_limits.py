"""A tile over the limit is drawn coarser, then says what it leaves out."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest

from geo.snapshot.file import Snapshot
from maps.tiles.mercator import world
from maps.tiles.tile import Limits, compress
from maps.tiles.tileset import TileSet

X, Y = (world([[102.7, 25.1]])[0] * 2**10).astype(int).tolist()


def decoded(tile: bytes) -> dict[str, Any]:
    return dict(mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}))


@pytest.mark.parametrize(
    "limits",
    [Limits(9_000, 10**9), Limits(10**9, 4_000), Limits(6_000, 3_000), Limits(900, 900)],
)
def test_drawn_and_omitted_add_up(snapshot: Snapshot, tiles: TileSet, limits: Limits) -> None:
    whole = decoded(tiles.tile("compounds", 10, X, Y))["compounds"]["features"]
    tile = TileSet(snapshot, None, limits).tile("compounds", 10, X, Y)
    assert len(tile) <= limits.raw_bytes
    assert len(compress(tile)) <= limits.gzip_bytes
    found = decoded(tile)
    drawn = found.get("compounds", {"features": []})["features"]
    (left,) = found["omitted"]["features"]
    assert left["properties"]["layer"] == "compounds"
    assert len(drawn) + left["properties"]["count"] == len(whole)
    missing = {item["id"] for item in whole} - {item["id"] for item in drawn}
    assert len(missing) == left["properties"]["count"]
    area = snapshot.column("compounds", "floor_area_dm2")[np.array(sorted(missing)) - 1].sum()
    assert left["properties"]["floor_area_m2"] == area / 100
    land = snapshot.column("compounds", "land_area_dm2")
    least = min((land[item["id"] - 1] for item in drawn), default=np.inf)
    assert max(land[id_ - 1] for id_ in missing) <= least
    assert left["geometry"] == {"type": "Point", "coordinates": [2048, 2048]}


def test_coarser_comes_before_leaving_out(snapshot: Snapshot, tiles: TileSet) -> None:
    full = tiles.tile("compounds", 10, X, Y)
    tile = TileSet(snapshot, None, Limits(len(full) - 200, 10**9)).tile("compounds", 10, X, Y)
    found = decoded(tile)
    assert "omitted" not in found
    assert len(tile) < len(full)
    assert len(found["compounds"]["features"]) == len(decoded(full)["compounds"]["features"])


def test_a_tile_that_may_be_that_large_is_whole_though_it_should_be_smaller(
    snapshot: Snapshot, tiles: TileSet
) -> None:
    full = decoded(tiles.tile("compounds", 10, X, Y))["compounds"]["features"]
    limits = Limits(wanted_raw_bytes=2_000, wanted_gzip_bytes=2_000)
    tile = TileSet(snapshot, None, limits).tile("compounds", 10, X, Y)
    assert len(tile) > 2_000
    found = decoded(tile)
    assert set(found) == {"compounds"}
    assert {item["id"] for item in found["compounds"]["features"]} == {item["id"] for item in full}
    assert not any("name" in item["properties"] for item in found["compounds"]["features"])


@pytest.mark.parametrize("z", [10, 11, 12, 13, 14])
@pytest.mark.parametrize("wanted", [500_000, 100])
def test_no_compound_is_in_no_tile(snapshot: Snapshot, z: int, wanted: int) -> None:
    """Slivers at edges and what is smaller than the grid too, also in the coarsest tiles."""
    standing = np.flatnonzero(snapshot.column("compounds", "standing"))
    place = np.column_stack([snapshot.column("compounds", name)[standing] for name in "xy"])
    drawn = standing[~np.isnan(place[:, 0])] + 1
    tiles = TileSet(snapshot, None, Limits(wanted_raw_bytes=wanted))
    columns = (world(place[~np.isnan(place[:, 0])]) * 2**z).astype(int)
    found: set[int] = set()
    for x, y in {tuple(item) for item in columns.tolist()}:
        found |= {
            item["id"]
            for item in decoded(tiles.tile("compounds", z, x, y))["compounds"]["features"]
        }
    assert found == set(drawn.tolist())


def test_coarser_tiles_hold_the_same_compounds(tiles: TileSet) -> None:
    (layer, _) = tiles.layers("compounds")
    for z in (10, 11, 12):
        x, y = X << (z - 10), Y << (z - 10)
        for column in range(x, x + 2 ** (z - 10)):
            for row in range(y, y + 2 ** (z - 10)):
                drawn = [layer.encode(z, column, row, by).sizes > 0 for by in (0.0, 1.0, 4.0, 64.0)]
                for other in drawn[1:]:
                    np.testing.assert_array_equal(other, drawn[0])


def test_names_go_before_compounds_do(snapshot: Snapshot, tiles: TileSet) -> None:
    full = tiles.tile("compounds", 10, X, Y)
    coarse = TileSet(snapshot, None, Limits(len(full) - 200, 10**9)).tile("compounds", 10, X, Y)
    found = decoded(
        TileSet(snapshot, None, Limits(len(coarse) * 4 // 5, 10**9)).tile("compounds", 10, X, Y)
    )
    assert "omitted" not in found
    whole = {item["id"]: item["properties"] for item in decoded(full)["compounds"]["features"]}
    lean = {item["id"]: item["properties"] for item in found["compounds"]["features"]}
    for words in whole.values():
        words.pop("name", None)
    assert lean == whole


def test_both_layers_of_a_tile_say_what_they_lack(snapshot: Snapshot, tiles: TileSet) -> None:
    z, x, y = 12, *(world([[102.45, 24.85]])[0] * 2**12).astype(int).tolist()
    whole = decoded(tiles.tile("divisions", z, x, y))
    found = decoded(TileSet(snapshot, None, Limits(1_500, 10**9)).tile("divisions", z, x, y))
    left = {
        item["properties"]["layer"]: item["properties"] for item in found["omitted"]["features"]
    }
    for name in ("divisions", "division_labels"):
        drawn = len(found.get(name, {"features": []})["features"])
        missing = left.get(name, {"count": 0})["count"]
        assert drawn + missing == len(whole[name]["features"])
    assert left["divisions"]["floor_area_m2"] == 0
