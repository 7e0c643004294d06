"""Which tiles an archive has: those of a layer that may hold something, in PMTiles' order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pmtiles.tile import tileid_to_zxy, zxy_to_tileid

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.tiles.layer import Layer
from maps.tiles.mercator import world

Place = tuple[int, int, int]


@dataclass(frozen=True)
class Cover:
    """What part of a layer is wanted.

    Attributes
    ----------
    min_zoom, max_zoom
        Both included.
    outline
        Only tiles that meet it, unit square; None for all.
    """

    min_zoom: int
    max_zoom: int
    outline: Any = None

    def places(self, layers: tuple[Layer, ...]) -> Iterator[tuple[int, Place]]:
        """Give ids (as PMTiles numbers them) and places of tiles, ascending.

        From the whole world down: what holds nothing has no children that do.
        """
        here = np.zeros((1, 2), np.int64)
        for zoom in range(self.max_zoom + 1):
            if zoom:
                here = _children(here)
            here = self._meeting(here, zoom)
            here = np.array(
                [
                    place
                    for place in here.tolist()
                    if any(_holds(one, zoom, *place) for one in layers)
                ],
                np.int64,
            ).reshape(-1, 2)
            if zoom < self.min_zoom:
                continue
            ids = sorted((zxy_to_tileid(zoom, x, y), x, y) for x, y in here.tolist())
            for id_, x, y in ids:
                yield id_, (zoom, x, y)

    def _meeting(self, here: np.ndarray, zoom: int) -> np.ndarray:
        if self.outline is None or not len(here):
            return here
        size = 0.5**zoom
        boxes = shapely.box(*(here * size).T, *((here + 1) * size).T)
        return np.asarray(here[shapely.intersects(self.outline, boxes)])


def cover_of(snapshot: Snapshot, division: int | None, min_zoom: int, max_zoom: int) -> Cover:
    """Give the cover of a division, or of all.

    Raises
    ------
    UsageError
        If the division has no outline.
    """
    if division is None:
        return Cover(min_zoom, max_zoom)
    rows = np.flatnonzero(snapshot.column("divisions", "code") == division)
    outline = snapshot.geometry("divisions")[rows[0]] if len(rows) else None
    if outline is None or outline.is_empty:
        raise UsageError(
            f"区划 {division} 没有边界，无法按它取瓦片。", "请选有边界的区划，或不写 --division。"
        )
    moved = shapely.transform(outline, world)
    shapely.prepare(moved)
    return Cover(min_zoom, max_zoom, moved)


def place_of(tile_id: int) -> Place:
    """Give zoom, column and row of a tile by its id."""
    z, x, y = tileid_to_zxy(tile_id)
    return z, x, y


def _children(here: np.ndarray) -> np.ndarray:
    quarter = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    return np.asarray((2 * here[:, None, :] + quarter[None]).reshape(-1, 2))


def _holds(layer: Layer, z: int, x: int, y: int) -> bool:
    return bool(len(layer.rows_in(z, x, y, every_zoom=True)[1]))
