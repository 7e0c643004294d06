"""Vector archives of a snapshot: gathered, written beside, renamed when whole, described."""

from __future__ import annotations

import hashlib
import json
import operator
import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.tiles.archive import batches as batches_of
from maps.tiles.archive.batches import encode_batch, in_batches, run
from maps.tiles.archive.cover import Cover, cover_of
from maps.tiles.archive.mbtiles_file import write_mbtiles
from maps.tiles.archive.part import Part
from maps.tiles.archive.pmtiles_file import write_pmtiles
from maps.tiles.describe import attribution, bounds_of, described, vector_layers
from maps.tiles.layers import KINDS, LayerKind
from maps.tiles.mercator import Bounds, lonlat
from maps.tiles.tileset import TileSet, kind_of

FORMATS: Final = ("pmtiles", "mbtiles")
ENCODING: Final = 3
"""Counts up when the encoder writes other bytes, so that no half archive is gone on with."""

INTERNAL: Final = "内部使用"
MANIFEST: Final = "manifest.json"

Report = Callable[[str, int, int, int], None]
"""Told of a layer's name, tiles done, tiles in all, and bytes so far."""


@dataclass(frozen=True)
class Wanted:
    """What an export holds.

    Attributes
    ----------
    layers
        Names of kinds of layer, an archive each; none for all that have tiles there.
    formats
        Of `FORMATS`.
    division
        Tiles that meet its outline; None for all.
    min_zoom, max_zoom
        Both included; None for the layer's own.
    review_number
        审图号; without one the files are marked 内部使用.
    """

    layers: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("pmtiles",)
    division: int | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    review_number: str = ""

    def zooms(self, kind: LayerKind) -> tuple[int, int]:
        """Give the zooms of a layer that are wanted.

        Raises
        ------
        UsageError
            If the layer has none of them.
        """
        low, high = self._within(kind)
        if low > high:
            raise UsageError(
                f"图层 {kind.name} 在所选级别没有瓦片。",
                f"它有 {kind.min_zoom}–{kind.max_zoom} 级。",
            )
        return low, high

    def kinds(self) -> list[LayerKind]:
        """Give the kinds of layer that are wanted."""
        if self.layers:
            return [kind_of(name) for name in self.layers]
        return [kind for kind in KINDS.values() if operator.le(*self._within(kind))]

    def _within(self, kind: LayerKind) -> tuple[int, int]:
        low = kind.min_zoom if self.min_zoom is None else max(self.min_zoom, kind.min_zoom)
        high = kind.max_zoom if self.max_zoom is None else min(self.max_zoom, kind.max_zoom)
        return low, high


def export_tiles(
    folder: Path,
    tiles: TileSet,
    wanted: Wanted,
    executor: Executor | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Write an archive for each layer and format, and a manifest; give the manifest.

    An export that was interrupted is gone on with and ends with the same bytes.

    Raises
    ------
    NotFound
        If there is no such layer.
    UsageError
        If the division has no outline, a format is unknown, or a layer has none of the zooms.
    """
    for name in wanted.formats:
        if name not in FORMATS:
            raise UsageError(f"不支持的格式 {name}。", f"可用：{'、'.join(FORMATS)}。")
    plans = [(kind.name, wanted.zooms(kind)) for kind in wanted.kinds()]
    folder.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, Any]] = []
    for name, zooms in plans:
        cover = cover_of(tiles.snapshot, wanted.division, *zooms)
        files += _archive(folder, tiles, name, cover, wanted, executor, report)
    if not files:
        raise UsageError("所选范围内没有任何图层的内容。", "请换一个区划或级别。")
    manifest = {**head(tiles.snapshot, wanted.review_number, wanted.division), "files": files}
    write_manifest(folder, manifest)
    for name, _ in plans:
        shutil.rmtree(folder / f"{name}.part")
    return manifest


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write what a folder's files are."""
    beside = folder / f"{MANIFEST}.part"
    beside.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
    beside.replace(folder / MANIFEST)


def head(snapshot: Snapshot, review_number: str, division: int | None) -> dict[str, Any]:
    """Say what an export is made from, as every manifest does."""
    return {
        "snapshot": snapshot.id,
        "as_of": snapshot.as_of.isoformat(),
        "made_up": snapshot.made_up,
        "mark": "示例数据" if snapshot.made_up else "",
        "classification": f"审图号：{review_number}" if review_number else INTERNAL,
        "division": None if division is None else str(division),
    }


def _archive(
    folder: Path,
    tiles: TileSet,
    name: str,
    cover: Cover,
    wanted: Wanted,
    executor: Executor | None,
    report: Report | None,
) -> list[dict[str, Any]]:
    """Gather a layer's tiles and write them in each format."""
    kind = kind_of(name)
    layers = tiles.layers(name)
    batches = in_batches(cover.places(layers))
    total = sum(map(len, batches))
    meant = {
        "encoding": ENCODING,
        "batch": batches_of.BATCH,
        "snapshot": tiles.snapshot.id,
        "layer": name,
        "division": wanted.division,
        "zooms": [cover.min_zoom, cover.max_zoom],
        "limits": [tiles.limits.raw_bytes, tiles.limits.gzip_bytes],
    }
    work = partial(encode_batch, tiles.snapshot.path, tiles.folder, tiles.limits, name)
    with Part(folder / f"{name}.part", meant) as part:
        done = sum(map(len, batches[: part.batches]))
        rest = batches[part.batches :]
        for batch, found in zip(rest, run(work, rest, executor), strict=True):
            part.add(found)
            done += len(batch)
            if report is not None:
                report(name, done, total, part.size_bytes)
        if not len(part.records()):
            if wanted.layers:
                raise UsageError(f"所选范围内图层 {name} 没有内容。", "请换一个区划或级别。")
            return []
        metadata = _metadata(tiles, kind, wanted)
        bounds = _bounds(tiles, name, cover)
        return [
            _written(folder, part, name, format_, metadata, bounds, cover)
            for format_ in wanted.formats
        ]


def _written(
    folder: Path,
    part: Part,
    name: str,
    format_: str,
    metadata: dict[str, Any],
    bounds: Bounds,
    cover: Cover,
) -> dict[str, Any]:
    path = folder / f"{name}.{format_}"
    beside = folder / f"{name}.{format_}.part"
    write = write_pmtiles if format_ == "pmtiles" else write_mbtiles
    write(beside, part, metadata, bounds)
    beside.replace(path)
    records = part.records()
    return {
        "file": path.name,
        "layer": name,
        "format": format_,
        "zooms": [cover.min_zoom, cover.max_zoom],
        "bounds": list(bounds),
        "tiles": len(records),
        "distinct_tiles": part.distinct,
        "tiles_with_omissions": int(records["partial"].sum()),
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
    }


def _metadata(tiles: TileSet, kind: LayerKind, wanted: Wanted) -> dict[str, Any]:
    snapshot = tiles.snapshot
    return {
        "name": kind.name,
        "description": described(snapshot),
        "attribution": attribution(snapshot),
        "type": "overlay",
        "version": "1",
        "vector_layers": vector_layers(kind),
        "wuye": head(snapshot, wanted.review_number, wanted.division),
    }


def _bounds(tiles: TileSet, name: str, cover: Cover) -> Bounds:
    """Give the bounds of the layer, or of the division where one is chosen; degrees."""
    if cover.outline is None:
        return bounds_of(tiles, name)
    west, north, east, south = cover.outline.bounds
    corners = lonlat([[west, south], [east, north]]).ravel().tolist()
    return corners[0], corners[1], corners[2], corners[3]


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
