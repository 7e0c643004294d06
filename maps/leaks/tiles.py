"""Archives of tiles: what their layers, attributes and metadata say."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader, all_tiles

from maps.leaks.contents import Contents, Sheet


def read_pmtiles(path: Path, contents: Contents) -> None:
    """Read metadata and every tile of a PMTiles archive."""
    with path.open("rb") as file:
        source = MmapSource(file)
        reader = Reader(source)
        metadata = reader.metadata()
        contents.texts.append(("元数据", json.dumps(metadata, ensure_ascii=False)))
        listed = all_tiles(source)
        _tiles((data for _, data in listed), contents)


def read_mbtiles(path: Path, contents: Contents) -> None:
    """Read metadata and every tile of an MBTiles archive."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        for name, value in connection.execute("select name, value from metadata"):
            contents.texts.append((f"元数据 {name}", str(value)))
        rows = connection.execute("select tile_data from tiles")
        _tiles((bytes(row[0]) for row in rows), contents)
    finally:
        connection.close()


def read_mvt(path: Path, contents: Contents) -> None:
    """Read one tile."""
    _tiles(iter([path.read_bytes()]), contents)


def _tiles(tiles: Iterator[bytes], contents: Contents) -> None:
    """Gather, by layer, which attributes there are and which values they have."""
    found: dict[str, dict[str, set[Any]]] = {}
    for data in tiles:
        if data[:4] in {b"\x89PNG", b"RIFF"} or data[:2] == b"\xff\xd8":
            continue  # pictures
        for name, values in layers_of(unpacked(data)):
            known = found.setdefault(name, {})
            for key, value in values:
                known.setdefault(key, set()).add(value)
    for name, columns in found.items():
        depth = max((len(values) for values in columns.values()), default=0)
        listed = [sorted(values, key=str) for values in columns.values()]
        rows = [[column[at] if at < len(column) else None for column in listed]
                for at in range(depth)]  # fmt: skip
        contents.sheets.append(Sheet(name, list(columns), rows))


def unpacked(data: bytes) -> bytes:
    """Undo a tile's compression, gzip or zlib."""
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return zlib.decompress(data) if data[:1] == b"\x78" else data


def layers_of(tile: bytes) -> Iterator[tuple[str, set[tuple[str, Any]]]]:
    """Give each layer's name, and pairs of attribute and value in it (vector tile 2)."""
    for number, layer in _fields(tile):
        if number != 3 or not isinstance(layer, bytes):
            continue
        name, keys, values, features = "", [], [], []
        for part, value in _fields(layer):
            if part == 1 and isinstance(value, bytes):
                name = value.decode("utf-8", "replace")
            elif part == 2 and isinstance(value, bytes):
                features.append(value)
            elif part == 3 and isinstance(value, bytes):
                keys.append(value.decode("utf-8", "replace"))
            elif part == 4 and isinstance(value, bytes):
                values.append(_value(value))
        pairs = {(key, None) for key in keys}
        for feature in features:
            for part, packed in _fields(feature):
                if part == 2 and isinstance(packed, bytes):
                    tags = list(_varints(packed))
                    both = zip(tags[::2], tags[1::2], strict=True)
                    pairs |= {(keys[key], values[value]) for key, value in both}
        yield name, pairs


def _value(message: bytes) -> Any:
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if number == 6 and isinstance(value, int):
            return (value >> 1) ^ -(value & 1)
        if number == 7:
            return bool(value)
        return value
    return None


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Give the fields of a protocol-buffer message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
        else:
            if kind == 2:
                size, at = _varint(message, at)
            else:
                size = 8 if kind == 1 else 4
            yield number, message[at : at + size]
            at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def _varints(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value
