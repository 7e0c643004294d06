"""Rasters of a snapshot as files: a COG with its legend, archives of picture tiles, a manifest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from pmtiles.tile import Compression, TileType

from geo.action_plan import Definition
from geo.errors import UsageError
from geo.snapshot.file import Snapshot
from maps.raster.cog import crs_of, definition_words, grid_for, projected, write_cog, write_legend
from maps.raster.images import FORMATS as IMAGES
from maps.raster.picture import Picture, picture
from maps.raster.pyramid import Block, Encoded, Pyramid
from maps.raster.tiling import SIDE_PX
from maps.tiles.archive.batches import run
from maps.tiles.archive.export import ENCODING, head, sha256_of, write_manifest
from maps.tiles.archive.mbtiles_file import write_mbtiles
from maps.tiles.archive.part import Part
from maps.tiles.archive.pmtiles_file import write_pmtiles
from maps.tiles.describe import attribution, described

FORMATS: Final = ("cog", "pmtiles", "mbtiles")
MIN_ZOOM: Final = 4
MAX_ZOOM: Final = {"state": 15, "": 12}
MOST_ZOOM: Final = 16

Report = Callable[[str, int, int, int], None]

_TILE_TYPES: Final = {"png": TileType.PNG, "webp": TileType.WEBP}


@dataclass(frozen=True)
class Wanted:
    """What a raster shows and how it is written.

    Attributes
    ----------
    what
        ``state``, or an indicator.
    level
        Of the divisions, for an indicator.
    crs
        Of the COG: each of ``3857``, ``gk`` or an EPSG code in metres.
    pixel_m
        Of the COG; None for as fine as 8,192 pixels a side allow.
    image
        Of the tiles: ``png`` or ``webp``.
    min_zoom, max_zoom
        Of the tiles; None for 4 to 12, compounds to 15.
    """

    what: str
    level: str = "county"
    definition: Definition = Definition()  # noqa: RUF009 - frozen
    division: int | None = None
    formats: tuple[str, ...] = FORMATS
    crs: tuple[str, ...] = ("3857", "gk")
    pixel_m: float | None = None
    image: str = "png"
    min_zoom: int | None = None
    max_zoom: int | None = None
    review_number: str = ""

    def zooms(self) -> tuple[int, int]:
        """Give the tiles' zooms.

        Raises
        ------
        UsageError
            If there are none.
        """
        low = MIN_ZOOM if self.min_zoom is None else self.min_zoom
        high = MAX_ZOOM.get(self.what, MAX_ZOOM[""]) if self.max_zoom is None else self.max_zoom
        if not 0 <= low <= high <= MOST_ZOOM:
            raise UsageError(f"没有第 {low}–{high} 级。", f"可用：0–{MOST_ZOOM} 级。")
        return low, high

    def picture(self, snapshot: Snapshot) -> Picture:
        """Give what is drawn."""
        return picture(snapshot, self.what, self.level, self.definition, self.division)


def export_rasters(
    folder: Path,
    snapshot: Snapshot,
    wanted: Wanted,
    executor: Executor | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Write the files that are wanted and a manifest; give the manifest.

    Raises
    ------
    UsageError
        If there is nothing to draw, or a format or reference system is unknown.
    """
    for name, known in ((wanted.formats, FORMATS), ((wanted.image,), IMAGES)):
        for word in name:
            if word not in known:
                raise UsageError(f"不支持的格式 {word}。", f"可用：{'、'.join(known)}。")
    wanted.zooms()
    drawn = wanted.picture(snapshot)
    words = {**head(snapshot, wanted.review_number, wanted.division), **definition_words(drawn)}
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    if "cog" in wanted.formats:
        files += [_cog(folder, drawn, crs, wanted, words, snapshot) for crs in wanted.crs]
    archives = tuple(name for name in wanted.formats if name != "cog")
    if archives:
        files += _archives(folder, drawn, snapshot, wanted, archives, words, executor, report)
    manifest = {**words, "files": files}
    write_manifest(folder, manifest)
    return manifest


def _cog(
    folder: Path,
    drawn: Picture,
    crs: str,
    wanted: Wanted,
    words: dict[str, Any],
    snapshot: Snapshot,
) -> dict[str, Any]:
    code = crs_of(crs, drawn)
    grid = grid_for(projected(drawn.geometries, code), code, wanted.pixel_m)
    path = folder / f"{drawn.name}-{code.removeprefix('EPSG:')}.tif"
    tags = {
        "TIFFTAG_IMAGEDESCRIPTION": f"{drawn.title[0]} · {described(snapshot)}",
        "TIFFTAG_COPYRIGHT": f"{words['classification']} {words['mark']}".strip(),
        "SNAPSHOT": snapshot.id,
        "AS_OF": words["as_of"],
    }
    if drawn.definition is not None:
        tags["DEFINITION"] = drawn.definition[0]
    pixels = write_cog(path, drawn, grid, tags)
    legend = path.with_suffix(".legend.json")
    write_legend(legend, drawn, grid, pixels, words)
    return {
        "file": path.name, "legend": legend.name, "format": "cog", "crs": code,
        "pixel_m": grid.pixel_m, "width": grid.width, "height": grid.height,
        "shapes": len(drawn.geometries), "bytes": path.stat().st_size, "sha256": sha256_of(path),
    }  # fmt: skip


@lru_cache(maxsize=2)
def _opened(snapshot: Path, wanted: Wanted) -> Pyramid:
    """Prepare a picture once a process."""
    return Pyramid(wanted.picture(Snapshot(snapshot)), wanted.image)


def encode_block(snapshot: Path, wanted: Wanted, block: Block) -> Encoded:
    """Make a block's tiles."""
    return _opened(snapshot, wanted).encode(block)


def _archives(
    folder: Path,
    drawn: Picture,
    snapshot: Snapshot,
    wanted: Wanted,
    formats: tuple[str, ...],
    words: dict[str, Any],
    executor: Executor | None,
    report: Report | None,
) -> list[dict[str, Any]]:
    zooms = wanted.zooms()
    name = f"{drawn.name}-{wanted.image}"
    asked = replace(wanted, formats=(), crs=(), pixel_m=None, review_number="")
    pyramid = _opened(snapshot.path, asked)
    blocks = pyramid.blocks(*zooms)
    meant = {
        "encoding": ENCODING, "snapshot": snapshot.id, "picture": drawn.name,
        "division": wanted.division, "zooms": zooms, "image": wanted.image,
        "definition": wanted.definition.id,
    }  # fmt: skip
    files = []
    with Part(folder / f"{name}.part", meant) as part:
        done, rest = part.batches, blocks[part.batches :]
        for found in run(partial(encode_block, snapshot.path, asked), rest, executor):
            part.add(found)
            done += 1
            if report is not None:
                report(name, done, len(blocks), part.size_bytes)
        metadata = {
            "name": drawn.name, "description": f"{drawn.title[0]} · {described(snapshot)}",
            "attribution": attribution(snapshot), "type": "overlay", "version": "1",
            "wuye": {**words, "legend": legend_of(drawn)},
        }  # fmt: skip
        for format_ in formats:
            path = folder / f"{name}.{format_}"
            beside = folder / f"{name}.{format_}.part"
            if format_ == "pmtiles":
                kind = _TILE_TYPES[wanted.image]
                write_pmtiles(beside, part, metadata, drawn.bounds(), kind, Compression.NONE)
            else:
                write_mbtiles(beside, part, metadata, drawn.bounds(), wanted.image)
            beside.replace(path)
            files.append(
                {
                    "file": path.name, "format": format_, "image": wanted.image,
                    "tile_px": SIDE_PX, "zooms": list(zooms), "tiles": len(part.records()),
                    "distinct_tiles": part.distinct, "shapes": len(drawn.geometries),
                    "bytes": path.stat().st_size, "sha256": sha256_of(path),
                }
            )  # fmt: skip
    shutil.rmtree(folder / f"{name}.part")
    return files


def legend_of(drawn: Picture) -> list[dict[str, Any]]:
    """Give the classes as an archive's metadata has them."""
    counts = drawn.counts
    return [
        {"label": {"zh": item.label[0], "en": item.label[1]}, "colour": item.colour,
         "shapes": counts[item.code]}
        for item in drawn.classes
    ]  # fmt: skip
