"""Tiles decoded by others and held against the snapshot, shapely and PostGIS."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import pyogrio
import pytest
import shapely

from geo.register.store import Register
from geo.snapshot.file import Snapshot
from maps.style import STATES, state_of_mode
from maps.tiles.layers import KINDS
from maps.tiles.mercator import world
from maps.tiles.tileset import TileSet

CENTRE = (102.7, 25.1)


def at(z: int, lon: float = CENTRE[0], lat: float = CENTRE[1]) -> tuple[int, int, int]:
    x, y = (world([[lon, lat]])[0] * 2**z).astype(int).tolist()
    return z, x, y


def decoded(tiles: TileSet, layer: str, z: int, x: int, y: int, name: str = "") -> list[Any]:
    found = mapbox_vector_tile.decode(
        tiles.tile(layer, z, x, y), default_options={"y_coord_down": True}
    )
    return found.get(name or layer, {"features": []})["features"]


def units(geometry: Any, z: int, x: int, y: int) -> Any:
    """Bring a geometry from degrees into a tile's units."""
    return shapely.transform(geometry, lambda xy: (world(xy) * 2**z - (x, y)) * 4096)


def drawn_rows(snapshot: Snapshot) -> np.ndarray:
    shapes = snapshot.geometry("compounds")
    there = ~shapely.is_missing(shapes) | ~np.isnan(snapshot.column("compounds", "x"))
    return np.flatnonzero(there & snapshot.column("compounds", "standing"))


@pytest.mark.parametrize("z", range(10, 17))
def test_every_compound_is_in_the_tile_that_holds_its_place(
    tiles: TileSet, snapshot: Snapshot, z: int
) -> None:
    """None is dropped at any zoom, however small: nor the thread nor those of half a metre."""
    rows = drawn_rows(snapshot)
    places = np.column_stack([snapshot.column("compounds", name)[rows] for name in ("x", "y")])
    where = (world(places) * 2**z).astype(int)
    wanted = {tuple(place) for place in where.tolist()}
    if z > 14:
        wanted = set(sorted(wanted)[::9])
    codes = snapshot.column("compounds", "code")
    for x, y in wanted:
        inside = rows[(where == (x, y)).all(axis=1)]
        found = {item["properties"]["code"] for item in decoded(tiles, "compounds", z, x, y)}
        assert set(codes[inside]) <= found


def test_attributes_and_ids(tiles: TileSet, snapshot: Snapshot) -> None:
    features = decoded(tiles, "compounds", *at(10))
    modes = snapshot.column("compounds", "mode")
    built = snapshot.column("compounds", "built_year")
    assert len(features) > 250
    for item in features:
        row, words = item["id"] - 1, item["properties"]
        assert words["code"] == f"C{row:04d}"
        assert words["state"] == STATES[state_of_mode(int(modes[row]))].id
        assert words["old"] == int(built[row] <= 2000)
        assert words.get("name") == (f"第{row}小区" if row % 7 else None)
        expected = {0: 5301, 1: 530102, 2: 530102001}[row % 3]
        assert words["division"] == expected
        assert words.get("placeholder") == (1 if row < 6 else None)
        assert (item["geometry"]["type"] == "Point") == (row < 6)


def test_what_does_not_stand_on_the_date_is_not_drawn(tiles: TileSet) -> None:
    ids = {item["id"] for item in decoded(tiles, "compounds", *at(10))}
    assert not ids & set(range(21, 26))


def test_a_point_is_in_one_tile_only(tiles: TileSet, snapshot: Snapshot) -> None:
    z, x, y = at(14, snapshot.column("compounds", "x")[2], snapshot.column("compounds", "y")[2])
    holders = [
        (i, j)
        for i in range(x - 1, x + 2)
        for j in range(y - 1, y + 2)
        if any(item["id"] == 3 for item in decoded(tiles, "compounds", z, i, j))
    ]
    assert holders == [(x, y)]


def test_a_compound_larger_than_tiles_covers_each_of_them(tiles: TileSet) -> None:
    for z in (11, 13, 16):
        giant = next(i for i in decoded(tiles, "compounds", *at(z)) if i["id"] == 7)
        box = shapely.geometry.shape(giant["geometry"])
        assert box.equals(shapely.box(-64, -64, 4160, 4160))


@pytest.mark.parametrize("z", [10, 12, 14])
def test_shapes_are_the_registers_within_the_grid(
    tiles: TileSet, snapshot: Snapshot, z: int
) -> None:
    """Area and place of each, holes and islands too, cut as shapely cuts."""
    z, x, y = at(z)
    shapes = snapshot.geometry("compounds")
    box = shapely.box(-64, -64, 4160, 4160)
    tolerance = 1.0 if z < 13 else 0.0
    seen = 0
    for item in decoded(tiles, "compounds", z, x, y):
        shape = shapes[item["id"] - 1]
        if shape is None:
            continue
        true = shapely.intersection(units(shape, z, x, y), box)
        drawn = shapely.geometry.shape(item["geometry"])
        most = (0.71 + tolerance) * true.length + 12
        assert abs(drawn.area - true.area) <= most
        seen += 1
    assert seen > 4


def signed_areas(tile: bytes, layer: str) -> list[tuple[int, list[float]]]:
    """Read ring areas from the commands themselves, as MVT 2.1 section 4.3.3.3 signs them."""
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    message = vector_tile_pb2.tile()
    message.ParseFromString(tile)
    found = []
    for one in message.layers:
        if one.name != layer:
            continue
        for feature in one.features:
            if feature.type != 3:
                continue
            areas, ring, x, y, at_ = [], [], 0, 0, 0
            values = list(feature.geometry)
            while at_ < len(values):
                command, count = values[at_] & 7, values[at_] >> 3
                at_ += 1
                if command == 7:
                    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
                    areas.append(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2)
                    continue
                for _ in range(count):
                    x += (values[at_] >> 1) ^ -(values[at_] & 1)
                    y += (values[at_ + 1] >> 1) ^ -(values[at_ + 1] & 1)
                    at_ += 2
                    ring = [(x, y)] if command == 1 else [*ring, (x, y)]
            found.append((feature.id, areas))
    return found


def test_rings_run_as_the_format_wants(tiles: TileSet, snapshot: Snapshot) -> None:
    """Outer rings positive, each followed by its holes, negative; none without area."""
    shapes = snapshot.geometry("compounds")
    z, x, y = at(10)
    with_holes = 0
    for id_, areas in signed_areas(tiles.tile("compounds", z, x, y), "compounds"):
        assert areas[0] > 0
        assert all(area != 0 for area in areas)
        polygons = shapely.get_parts(shapes[id_ - 1])
        assert sum(area > 0 for area in areas) <= len(polygons)
        assert sum(area < 0 for area in areas) <= shapely.get_num_interior_rings(polygons).sum()
        with_holes += any(area < 0 for area in areas)
    assert with_holes > 3
    islands = dict(signed_areas(tiles.tile("compounds", *at(10, 102.5, 24.9)), "compounds"))[8]
    assert sum(area > 0 for area in islands) == 4  # the fifth lies in the next tile


def as_postgis_does(
    register: Register, snapshot: Snapshot, z: int, x: int, y: int
) -> list[dict[str, Any]]:
    shapes = snapshot.geometry("compounds")
    rows = [row for row in drawn_rows(snapshot) if shapes[row] is not None]
    with psycopg.connect(register.conninfo) as connection:
        found = connection.execute(
            "with given as (select * from unnest(%s::bigint[], %s::bytea[]) as t (id, wkb)),"
            " drawn as (select id, ST_AsMVTGeom(ST_Transform(ST_GeomFromWKB(wkb, 4326), 3857),"
            " ST_TileEnvelope(%s, %s, %s), 4096, 64, true) as geom from given)"
            " select ST_AsMVT(drawn, 'compounds', 4096, 'geom', 'id') from drawn"
            " where geom is not null",
            [
                [int(row) + 1 for row in rows],
                [shapely.to_wkb(shapes[row]) for row in rows],
                z,
                x,
                y,
            ],
        ).fetchone()
    assert found is not None
    tile = mapbox_vector_tile.decode(bytes(found[0]), default_options={"y_coord_down": True})
    return list(tile.get("compounds", {"features": []})["features"])


@pytest.mark.parametrize("z", [10, 11, 13, 15])
def test_as_postgis_draws_it(
    tiles: TileSet, snapshot: Snapshot, register: Register, z: int
) -> None:
    """The same features but for specks, which PostGIS drops; areas within the grid."""
    z, x, y = at(z)
    theirs = {item["id"]: item for item in as_postgis_does(register, snapshot, z, x, y)}
    ours = {
        item["id"]: item
        for item in decoded(tiles, "compounds", z, x, y)
        if item["geometry"]["type"] != "Point"
    }
    assert theirs
    shapes = snapshot.geometry("compounds")
    box = shapely.box(-64, -64, 4160, 4160)
    for id_ in set(theirs) - set(ours):  # a speck's worth at the edge, drawn in the next tile
        assert shapely.intersection(units(shapes[id_ - 1], z, x, y), box).area < 8
    for id_ in set(ours) - set(theirs):
        assert units(shapes[id_ - 1], z, x, y).area < 8 or id_ == 9
    tolerance = 1.0 if z < 13 else 0.0
    for id_ in set(theirs) & set(ours):
        item = theirs[id_]
        mine = shapely.geometry.shape(ours[id_]["geometry"])
        other = shapely.geometry.shape(item["geometry"])
        assert abs(mine.area - other.area) <= (1.0 + tolerance) * other.length + 12


@pytest.mark.parametrize("layer", list(KINDS))
def test_gdal_reads_them(tiles: TileSet, tmp_path: Path, layer: str) -> None:
    where = {"areas": (102.6, 24.915), "roads": (102.7, 25.06), "gates": (102.7, 25.0601)}
    lon, lat = where.get(layer, CENTRE)
    z, x, y = at(max(12, KINDS[layer].min_zoom), lon, lat)
    path = tmp_path / str(z) / str(x) / f"{y}.mvt"
    path.parent.mkdir(parents=True)
    path.write_bytes(tiles.tile(layer, z, x, y))
    names = [name for name, _ in pyogrio.list_layers(f"MVT:{path}")]
    assert names[0] == layer
    frame = pyogrio.read_dataframe(f"MVT:{path}", layer=layer)
    tile = shapely.box(0, 0, 4096, 4096)  # GDAL leaves out what lies in the buffer only
    own = [
        item
        for item in decoded(tiles, layer, z, x, y)
        if shapely.geometry.shape(item["geometry"]).intersects(tile)
    ]
    assert len(frame) == len(own) > 0
    assert frame["mvt_id"].tolist() == [item["id"] for item in own]
    west, south, east, north = frame.to_crs(4326).total_bounds
    unit_deg = 1e-4  # a point, or a line along a parallel, has no extent
    assert west - unit_deg < lon < east + unit_deg
    assert south - unit_deg < lat < north + unit_deg


def test_barriers_keep_to_their_zooms(tiles: TileSet) -> None:
    kinds = {
        z: {
            item["properties"]["kind"] for item in decoded(tiles, "barriers", *at(z, 102.7, 25.072))
        }
        for z in (7, 9, 11, 14)
    }
    assert kinds == {7: set(), 9: {"河流"}, 11: {"河流", "铁路"}, 14: {"河流", "铁路", "通道"}}


def test_roads_and_gates_are_drawn_near(tiles: TileSet, snapshot: Snapshot) -> None:
    (road,) = decoded(tiles, "roads", *at(14, 102.7, 25.06))
    assert road["properties"] == {"kind": "支路", "name": "示例路"}
    z, x, y = at(16, 102.7, 25.0601)
    (gate,) = decoded(tiles, "gates", z, x, y)
    assert gate["properties"] == {"compound": "C1", "name": "南门"}
    true = units(snapshot.geometry("gates")[0], z, x, y)
    assert shapely.geometry.shape(gate["geometry"]).distance(true) < 1


def test_lines_are_cut_as_shapely_cuts_them(tiles: TileSet, snapshot: Snapshot) -> None:
    z, x, y = at(11, 102.55, 24.95)
    shapes = snapshot.geometry("barriers")
    lines = [i for i in decoded(tiles, "barriers", z, x, y) if "Line" in i["geometry"]["type"]]
    assert {item["id"] for item in lines} == {1, 2}
    for item in lines:
        true = shapely.intersection(
            units(shapes[item["id"] - 1], z, x, y), shapely.box(-64, -64, 4160, 4160)
        )
        drawn = shapely.geometry.shape(item["geometry"])
        assert drawn.length == pytest.approx(true.length, rel=0.01)
        assert drawn.hausdorff_distance(true) < 3


def test_outside_there_is_nothing(tiles: TileSet) -> None:
    for layer, kind in KINDS.items():
        assert tiles.tile(layer, kind.max_zoom, 0, 0) == b""


def test_equal_snapshots_give_equal_bytes_in_another_process(
    tiles: TileSet, snapshot: Snapshot
) -> None:
    """In any order of asking, with layers and ancestors made anew."""
    asked = [(layer, *at(z)) for layer in ("divisions", "compounds") for z in (10, 12, 14)]
    here = [hashlib.sha256(tiles.compressed(*one)).hexdigest() for one in asked]
    script = (
        "import sys, hashlib; from pathlib import Path\n"
        "from geo.snapshot.file import Snapshot; from maps.tiles.tileset import TileSet\n"
        f"tiles = TileSet(Snapshot(Path(sys.argv[1]))); asked = {asked[::-1]!r}\n"
        "print(*[hashlib.sha256(tiles.compressed(*one)).hexdigest() for one in asked][::-1])"
    )
    there = subprocess.run(
        [sys.executable, "-c", script, str(snapshot.path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert there == here


def test_a_compound_is_named_once_however_many_tiles_cut_it(
    tiles: TileSet, snapshot: Snapshot
) -> None:
    """Points in the buffer are for their neighbour; those inside a tile are one a compound."""
    rows = drawn_rows(snapshot)
    places = np.column_stack([snapshot.column("compounds", name)[rows] for name in ("x", "y")])
    where = np.unique((world(places) * 2**14).astype(int), axis=0)
    named: list[str] = []
    for x, y in where.tolist():
        for item in decoded(tiles, "compounds", 14, x, y, "compound_labels"):
            across, down = item["geometry"]["coordinates"]
            if 0 <= across < 4096 and 0 <= down < 4096:
                named.append(item["properties"]["code"])
    assert sorted(named) == sorted(snapshot.column("compounds", "code")[rows])
