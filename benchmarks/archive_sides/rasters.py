"""Picture tiles, zooms 5 to 11, of compounds in the colour of their state of service."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image

from benchmarks.archive_sides.given import Given
from geo.snapshot.file import Snapshot
from maps.raster.export import Wanted, export_rasters
from maps.raster.picture import Codes
from maps.style import STATES
from maps.tiles.mercator import HALF_WORLD_M

ZOOMS = (5, 11)
PROCESSES = 2
BLOCK_PX = 2048

Work = Callable[[], None]


def ours(given: Given) -> Work:
    """Export PNG tiles to PMTiles in two processes."""

    def work() -> None:
        wanted = Wanted("state", formats=("pmtiles",), min_zoom=ZOOMS[0], max_zoom=ZOOMS[1])
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            export_rasters(given.folder / "ours-raster", Snapshot(given.snapshot), wanted, pool)

    return work


def gdal2tiles(given: Given) -> Work:
    """Burn codes at the deepest zoom, give them colours, cut and shrink tiles."""
    out = given.folder / "gdal2tiles"
    pixel = 2 * HALF_WORLD_M / 256 / 2 ** ZOOMS[1]

    def work() -> None:
        burnt, coloured, shown = out / "codes.tif", out / "coloured.vrt", out / "rgba.vrt"
        _run("gdal_rasterize", "-q", "-at", "-a", "code", "-ot", "Byte", "-init", "0", "-tap",
             "-tr", pixel, pixel, "-co", "COMPRESS=DEFLATE", "-co", "TILED=YES",
             given.folder / "states.gpkg", burnt)  # fmt: skip
        table = out / "colours.txt"
        colours = [f"{k} {_rgb(item.fill)} 255" for k, item in enumerate(STATES, 1)]
        table.write_text("\n".join(["0 0 0 0 0", *colours, ""]), "utf-8")
        _run("gdaldem", "color-relief", "-q", "-alpha", "-exact_color_entry", "-of", "VRT",
             burnt, table, coloured)  # fmt: skip
        _run("gdal_translate", "-q", "-of", "VRT", coloured, shown)
        zooms = f"{ZOOMS[0]}-{ZOOMS[1]}"
        _run("gdal2tiles.py", "-q", "--xyz", "-x", "-r", "near", "-w", "none",
             f"--processes={PROCESSES}", "-z", zooms, shown, out / "tiles")  # fmt: skip

    return work


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def _rgb(colour: str) -> str:
    return " ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))


def datashader(given: Given) -> Work:
    """Draw blocks of eight by eight tiles on its canvas, cut them, write palette PNGs."""
    import datashader as rival  # noqa: PLC0415 - an optional extra

    frame = gpd.read_file(given.folder / "states.gpkg", engine="pyogrio")
    out = given.folder / "datashader" / "tiles"

    def codes_of(left: float, top: float, size: float, rows: npt.NDArray[np.int64]) -> Codes:
        canvas = rival.Canvas(BLOCK_PX, BLOCK_PX, (left, left + size), (top - size, top))
        drawn = canvas.polygons(frame.iloc[rows], "geometry", rival.max("code")).to_numpy()
        return np.asarray(np.nan_to_num(drawn)[::-1].astype(np.uint8))

    def work() -> None:
        tree = shapely.STRtree(frame.geometry.to_numpy())
        for zoom in range(ZOOMS[0], ZOOMS[1] + 1):
            size = 2 * HALF_WORLD_M / 2 ** (zoom - 3)
            west, south, east, north = (frame.total_bounds * (1, -1, 1, -1) + HALF_WORLD_M) // size
            columns = range(int(west), int(east) + 1)
            lines = range(int(north), int(south) + 1)
            for bx, by in product(columns, lines):
                left, top = bx * size - HALF_WORLD_M, HALF_WORLD_M - by * size
                rows = tree.query(shapely.box(left, top - size, left + size, top))
                if len(rows):
                    _save(out / str(zoom), bx, by, codes_of(left, top, size, np.sort(rows)))

    west, _, _, north = frame.total_bounds
    codes_of(west, north, HALF_WORLD_M, np.arange(10))  # it compiles when first called
    return work


def _save(folder: Path, bx: int, by: int, codes: Codes) -> None:
    palette = [0, 0, 0, *(int(part) for item in STATES for part in _rgb(item.fill).split())]
    for i, j in product(range(8), range(8)):
        part = codes[j * 256 : (j + 1) * 256, i * 256 : (i + 1) * 256]
        if part.any():
            image = Image.fromarray(part, "L")
            image.putpalette(palette)
            (folder / str(bx * 8 + i)).mkdir(parents=True, exist_ok=True)
            image.save(folder / str(bx * 8 + i) / f"{by * 8 + j}.png", transparency=0)
