"""A gathered archive as MBTiles 1.3: each different tile once, behind the view that readers ask."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from maps.tiles.archive.cover import place_of
from maps.tiles.archive.part import Part
from maps.tiles.mercator import Bounds

_TABLES: Final = """
create table metadata (name text primary key, value text);
create table images (tile_id integer primary key, tile_data blob not null);
create table map (
  zoom_level integer not null, tile_column integer not null, tile_row integer not null,
  tile_id integer not null, primary key (zoom_level, tile_column, tile_row)
) without rowid;
create view tiles as select zoom_level, tile_column, tile_row, tile_data
  from map join images using (tile_id);
"""


def write_mbtiles(
    path: Path, part: Part, metadata: Mapping[str, Any], bounds: Bounds, format_: str = "pbf"
) -> None:
    """Write the archive; rows count from the south, as MBTiles has it."""
    path.unlink(missing_ok=True)
    records = part.records()
    zooms = [place_of(int(id_))[0] for id_ in (records["id"][0], records["id"][-1])]
    words = {
        "name": metadata["name"],
        "format": format_,
        "bounds": ",".join(f"{degrees:.6f}" for degrees in bounds),
        "center": f"{(bounds[0] + bounds[2]) / 2:.6f},{(bounds[1] + bounds[3]) / 2:.6f},{zooms[0]}",
        "minzoom": str(zooms[0]),
        "maxzoom": str(zooms[1]),
        "type": "overlay",
        "version": "1",
        "description": metadata["description"],
        "attribution": metadata["attribution"],
        "json": json.dumps(
            {"vector_layers": metadata.get("vector_layers", []), "wuye": metadata["wuye"]},
            ensure_ascii=False,
        ),
    }
    # Autocommit off, no journal: the file is renamed only when it is whole.
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "pragma page_size = 4096; pragma journal_mode = off; pragma synchronous = off;"
            "pragma application_id = 1297105496;" + _TABLES
        )
        database.executemany("insert into metadata values (?, ?)", words.items())
        database.executemany("insert into images values (?, ?)", part.blobs())
        database.executemany(
            "insert into map values (?, ?, ?, ?)",
            (
                (z, x, 2**z - 1 - y, offset)
                for (z, x, y), offset in (
                    (place_of(int(record["id"])), int(record["offset"])) for record in records
                )
            ),
        )
        database.commit()
