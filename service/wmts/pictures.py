"""Tiles in memory: drawn eight by eight as archives are, so that both have the same bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from pmtiles.tile import tileid_to_zxy

from geo.action_plan import Definition
from geo.snapshot.file import Snapshot
from maps.raster.picture import picture
from maps.raster.pyramid import BLOCK_ZOOMS, Block, Pyramid
from maps.sheet.legend import legend_picture
from service.ogc.views import Shown
from service.tiles.kept import Answer, Kept, answer
from service.tiles.sending import PRIVATE
from service.wmts.layers import Layer
from service.wmts.matrices import MatrixSet

KEPT_BYTES: Final = 64 * 1024 * 1024
OPEN_PYRAMIDS: Final = 12
PNG: Final = b"image/png"


class Pictures:
    """The tiles asked for last, and what is needed to draw more; for many threads."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept = Kept(kept_bytes)
        self._pyramids: OrderedDict[tuple[str, str, str], Pyramid] = OrderedDict()
        self._lock = threading.Lock()

    def key(self, snapshot: Snapshot, layer: Layer, matrix_set: MatrixSet) -> str:
        """Give what the keys of a layer's tiles begin with."""
        return f"{snapshot.id}/{layer.name}/{matrix_set.name}"

    def draw(
        self, snapshot: Snapshot, layer: Layer, matrix_set: MatrixSet, zoom: int, x: int, y: int
    ) -> Answer:
        """Draw the block that holds a tile, keep all of it, and give the tile."""
        pyramid = self._pyramid(snapshot, layer, matrix_set)
        begins = self.key(snapshot, layer, matrix_set)
        blank = answer(pyramid.blank(), PNG, PRIVATE, encoded=False)
        block = block_of(zoom, x, y)
        found = {
            tileid_to_zxy(id_): answer(body, PNG, PRIVATE, encoded=False)
            for id_, body, _ in pyramid.encode(block)
        }
        many = 2 ** (zoom - max(0, zoom - BLOCK_ZOOMS))
        for column in range(block[1] * many, (block[1] + 1) * many):
            for row in range(block[2] * many, (block[2] + 1) * many):
                made = found.get((zoom, column, row), blank)
                self.kept.put(f"{begins}/{zoom}/{column}/{row}", made)
        return found.get((zoom, x, y), blank)

    def legend(self, snapshot: Snapshot, layer: Layer, shown: Shown) -> Answer:
        """Draw a layer's legend, once."""
        key = f"{snapshot.id}/{layer.name}/legend"
        found = self.kept.get(key)
        if found is None:
            about = f"截至 {shown.as_of} · 快照 {shown.snapshot[:12]}", f"口径 {shown.definition}"
            drawn = legend_picture(layer.what, layer.title, about)
            found = answer(drawn, PNG, PRIVATE, encoded=False)
            self.kept.put(key, found)
        return found

    def _pyramid(self, snapshot: Snapshot, layer: Layer, matrix_set: MatrixSet) -> Pyramid:
        key = snapshot.id, layer.name, matrix_set.name
        with self._lock:  # whoever asks for another waits too: two at once would take the memory
            found = self._pyramids.get(key)
            if found is None:
                drawn = picture(snapshot, layer.what, layer.level, Definition(), None)
                found = self._pyramids[key] = Pyramid(drawn, "png", matrix_set.tiling)
            self._pyramids.move_to_end(key)
            while len(self._pyramids) > OPEN_PYRAMIDS:
                self._pyramids.popitem(last=False)
            return found


def block_of(zoom: int, x: int, y: int) -> Block:
    """Give the block that holds a tile."""
    above = min(zoom, BLOCK_ZOOMS)
    return zoom, x >> above, y >> above
