"""The tiles of one snapshot: the one place that both the service and archives take bytes from."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from maps.tiles.layer import Layer
from maps.tiles.layers import KINDS, LayerKind, build_layers
from maps.tiles.suggestions import SUGGESTIONS, suggestion_layer
from maps.tiles.tile import Limits, compress, encode


class TileSet:
    """The tiles of a snapshot. Layers are put together when they are first asked for.

    Parameters
    ----------
    folder
        Where simplified outlines are kept; without one they are made each time.
    limits
        How large a tile may be.
    """

    def __init__(
        self, snapshot: Snapshot, folder: Path | None = None, limits: Limits | None = None
    ) -> None:
        self.snapshot = snapshot
        self.folder = folder
        self.limits = limits or Limits()
        self._layers: dict[str, tuple[Layer, ...]] = {}
        self._building = {name: threading.Lock() for name in KINDS}

    def layers(self, name: str) -> tuple[Layer, ...]:
        """Give the layers in the tiles of one kind.

        Raises
        ------
        NotFound
            If there is no such kind.
        """
        kind_of(name)
        with self._building[name]:
            if name not in self._layers:
                self._layers[name] = build_layers(self.snapshot, name, self.folder)
            return self._layers[name]

    def ready(self, name: str) -> bool:
        """Tell whether a kind's layers have been put together."""
        return name in self._layers

    def tile(self, name: str, z: int, x: int, y: int) -> bytes:
        """Encode a tile; without features it is empty.

        Raises
        ------
        NotFound
            If there is no such kind, or it has no tiles there.
        """
        check_place(kind_of(name), z, x, y)
        return encode(self.layers(name), z, x, y, self.limits)

    def compressed(self, name: str, z: int, x: int, y: int) -> bytes:
        """Encode and compress a tile: the bytes that are served and kept in archives."""
        return compress(self.tile(name, z, x, y))


def suggestion_tile(
    snapshot: Snapshot, plan: Mapping[str, Any], z: int, x: int, y: int, limits: Limits
) -> bytes:
    """Encode and compress a tile of a kept plan's suggestions.

    Raises
    ------
    NotFound
        If the plan was made from another snapshot, or there are no tiles there.
    """
    check_place(SUGGESTIONS, z, x, y)
    return compress(encode((suggestion_layer(snapshot, plan),), z, x, y, limits))


def kind_of(name: str) -> LayerKind:
    """Give a kind of layer by its name.

    Raises
    ------
    NotFound
        If there is none; the message lists those there are.
    """
    if name not in KINDS:
        raise NotFound(f"没有图层 {name}。", f"可用：{'、'.join(KINDS)}。")
    return KINDS[name]


def check_place(kind: LayerKind, z: int, x: int, y: int) -> None:
    """Refuse a tile outside the layer's zooms or outside the world.

    Raises
    ------
    NotFound
        Naming the zooms there are.
    """
    if not kind.min_zoom <= z <= kind.max_zoom:
        raise NotFound(
            f"图层 {kind.name} 没有第 {z} 级瓦片。", f"可用：{kind.min_zoom}–{kind.max_zoom} 级。"
        )
    if not (0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound(f"第 {z} 级没有瓦片 {x}/{y}。", f"行列号应在 0 到 {2**z - 1} 之间。")
