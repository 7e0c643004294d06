"""A gathered archive as PMTiles 3: directories first, tiles in the order of their ids."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, Entry, TileType
from pmtiles.writer import finalize_header

from maps.tiles.archive.part import Part
from maps.tiles.mercator import Bounds


def write_pmtiles(
    path: Path,
    part: Part,
    metadata: Mapping[str, Any],
    bounds: Bounds,
    tile_type: TileType = TileType.MVT,
    compression: Compression = Compression.GZIP,
) -> None:
    """Write the archive; neighbours with the same tile share one entry."""
    entries: list[Entry] = []
    records = part.records()
    for id_, offset, length in zip(
        records["id"].tolist(), records["offset"].tolist(), records["length"].tolist(), strict=True
    ):
        last = entries[-1] if entries else None
        if last is not None and last.offset == offset and id_ == last.tile_id + last.run_length:
            last.run_length += 1
        else:
            entries.append(Entry(id_, offset, length, 1))
    west, south, east, north = (round(degrees * 1e7) for degrees in bounds)
    header = {
        "tile_type": tile_type,
        "tile_compression": compression,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_zoom": 0,
        "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2,
    }  # fmt: skip
    head = finalize_header(
        header, len(records), entries, part.distinct, dict(metadata), True, part.size_bytes
    )
    with path.open("wb") as sink, part.tiles_path().open("rb") as source:
        for piece in head:
            sink.write(piece)
        shutil.copyfileobj(source, sink, 1 << 20)
