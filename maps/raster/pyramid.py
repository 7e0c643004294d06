"""Picture tiles of all zooms, burnt eight by eight at a time and kept as archives are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from pmtiles.tile import zxy_to_tileid

from maps.raster.cog import Grid, burnt, projected
from maps.raster.images import Painter
from maps.raster.picture import Codes, Picture
from maps.raster.tiling import DEGREES, SIDE_PX, WEB, Tiling
from maps.tiles.archive.cover import place_of

BLOCK_ZOOMS: Final = 3
"""A block is a tile of so many zooms above: 8 by 8 tiles. Its ids follow one another."""

Block = tuple[int, int, int]
Encoded = list[tuple[int, bytes, bool]]


@dataclass
class Pyramid:
    """The picture tiles of a picture.

    Parameters
    ----------
    image
        ``png`` or ``webp``.
    tiling
        Where tiles lie.
    """

    picture: Picture
    image: str
    tiling: Tiling = WEB

    def __post_init__(self) -> None:
        drawn, crs = self.picture.geometries, self.tiling.crs
        self._shapes = drawn if crs == DEGREES else projected(drawn, crs)
        self._tree = shapely.STRtree(self._shapes)
        self._painter = Painter(self.picture.classes)

    def blocks(self, min_zoom: int, max_zoom: int) -> list[Block]:
        """Give the blocks that shapes' bounds meet, in the order of their tiles' ids."""
        found = []
        for zoom in range(min_zoom, max_zoom + 1):
            above = max(0, zoom - BLOCK_ZOOMS)
            for id_ in sorted(self._ids(above)):
                _, x, y = place_of(id_)
                found.append((zoom, x, y))
        return found

    def _ids(self, zoom: int) -> set[int]:
        left, top, size = self.tiling.west, self.tiling.north, self.tiling.size(zoom)
        bounds = shapely.bounds(self._shapes)
        west = np.floor((bounds[:, 0] - left) / size).astype(int)
        east = np.floor((bounds[:, 2] - left) / size).astype(int)
        north = np.floor((top - bounds[:, 3]) / size).astype(int)
        south = np.floor((top - bounds[:, 1]) / size).astype(int)
        places = {
            (x, y)
            for w, e, n, s in set(zip(west, east, north, south, strict=True))
            for x in range(w, e + 1)
            for y in range(n, s + 1)
        }
        return {zxy_to_tileid(zoom, int(x), int(y)) for x, y in places}

    def blank(self) -> bytes:
        """Give the tile where nothing is."""
        nothing = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        return self._paint(nothing)

    def _paint(self, codes: Codes) -> bytes:
        return self._painter.png(codes) if self.image == "png" else self._painter.webp(codes)

    def encode(self, block: Block) -> Encoded:
        """Give a block's tiles in the order of their ids; those where nothing is are left out."""
        zoom, bx, by = block
        above = max(0, zoom - BLOCK_ZOOMS)
        count = 2 ** (zoom - above)
        west, south, east, north = self.tiling.bounds(above, bx, by)
        rows = np.sort(self._tree.query(shapely.box(west, south, east, north)))
        side = count * SIDE_PX
        grid = Grid(self.tiling.crs, west, north, (east - west) / side, side, side)
        pixels = burnt(
            self._shapes[rows], self.picture.codes[rows], grid,
            every_touched=self.picture.every_touched,
        ) if len(rows) else np.zeros((side, side), np.uint8)  # fmt: skip
        found = []
        for i in range(count):
            for j in range(count):
                part = pixels[j * SIDE_PX : (j + 1) * SIDE_PX, i * SIDE_PX : (i + 1) * SIDE_PX]
                if part.any():
                    id_ = zxy_to_tileid(zoom, bx * count + i, by * count + j)
                    found.append((id_, self._paint(part), False))
        return sorted(found)
