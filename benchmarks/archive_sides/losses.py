"""Which compounds an archive has lost: their codes in vector tiles, their pixels in pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
from isal import igzip
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from PIL import Image
from pmtiles.reader import MmapSource, all_tiles

from benchmarks.archive_sides.given import Given
from benchmarks.archive_sides.rasters import ZOOMS
from maps.tiles.layers import OMITTED
from maps.tiles.mercator import HALF_WORLD_M

LOOKED_AT = (10, 14)
LAYERS = {"compounds", "compound-points"}

Place = tuple[int, int, int]


class Lost(NamedTuple):
    """Compounds that are in no tile, and how many tiles say they leave out (ours do)."""

    count: int
    said: int


def of_vectors(archive: Path, given: Given) -> dict[str, Lost]:
    """Count the codes that no tile of a zoom has, and those that tiles say they leave out."""
    wanted = set(given.frame("compounds")["code"])
    found: dict[int, set[str]] = {zoom: set() for zoom in LOOKED_AT}
    said = dict.fromkeys(LOOKED_AT, 0)
    for (zoom, _, _), body in tiles_of(archive):
        if zoom in found:
            tile = vector_tile_pb2.tile()
            tile.ParseFromString(igzip.decompress(body))
            found[zoom] |= _codes(tile)
            said[zoom] += _said(tile)
    return {f"z{zoom}": Lost(len(wanted - found[zoom]), said[zoom]) for zoom in LOOKED_AT}


def _said(tile: Any) -> int:
    """Add up the counts of our layer of what is left out."""
    total = 0
    for layer in (item for item in tile.layers if item.name == OMITTED):
        for feature in layer.features:
            tags = iter(feature.tags)
            words = {layer.keys[key]: layer.values[value] for key, value in zip(tags, tags)}  # noqa: B905
            if words["layer"].string_value in LAYERS:
                count = words["count"]
                total += count.uint_value or count.int_value or count.sint_value
    return total


def _codes(tile: Any) -> set[str]:
    codes = set()
    for layer in tile.layers:
        if layer.name in LAYERS:
            key = list(layer.keys).index("code")
            for feature in layer.features:
                tags = list(feature.tags)
                at = tags[0::2].index(key)
                codes.add(layer.values[tags[2 * at + 1]].string_value)
    return codes


def tiles_of(archive: Path) -> Iterator[tuple[Place, bytes]]:
    """Give all tiles of an archive."""
    with archive.open("rb") as file:
        yield from all_tiles(MmapSource(file))


def pictures_of(folder: Path) -> Iterator[tuple[Place, bytes]]:
    """Give the tiles of an archive, or of a folder of them."""
    for archive in folder.glob("*.pmtiles"):
        yield from tiles_of(archive)
    for path in folder.glob("tiles/*/*/*.png"):
        yield (int(path.parts[-3]), int(path.parts[-2]), int(path.stem)), path.read_bytes()


def of_pictures(folder: Path, given: Given) -> dict[str, Lost]:
    """Count the polygons within whose bounds no pixel of the deepest zoom is drawn."""
    zoom = ZOOMS[1]
    drawn = {(x, y): _drawn(body) for (z, x, y), body in pictures_of(folder) if z == zoom}
    frame = gpd.read_file(given.folder / "states.gpkg", engine="pyogrio")
    scale = 256 * 2**zoom / (2 * HALF_WORLD_M)
    bounds = frame.bounds.to_numpy()
    west, east = (np.floor((bounds[:, k] + HALF_WORLD_M) * scale).astype(int) for k in (0, 2))
    north, south = (np.floor((HALF_WORLD_M - bounds[:, k]) * scale).astype(int) for k in (3, 1))
    lost = 0
    for w, n, e, s in zip(west, north, east, south, strict=True):
        lost += not any(
            drawn[x // 256, y // 256][y % 256, x % 256]
            for x in range(w, e + 1)
            for y in range(n, s + 1)
            if (x // 256, y // 256) in drawn
        )
    return {f"z{zoom}": Lost(lost, 0)}


def _drawn(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))[..., 3] > 0
