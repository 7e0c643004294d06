"""A raster of class codes as cloud-optimised GeoTIFF: one band, a colour table, overviews."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import rasterio
import rasterio.shutil
import shapely
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from geo.datum.zones import zone_at
from geo.errors import UsageError
from maps.raster.picture import NOTHING, Codes, Geometries, Picture, palette, rgb
from maps.tiles.mercator import HALF_WORLD_M

MERCATOR: Final = "EPSG:3857"
LOCAL: Final = "gk"
MOST_PIXELS: Final = 20_000
"""Longest side that may be asked for."""
USUAL_PIXELS: Final = 8_192
"""Longest side, where no resolution is asked for."""
LONGEST_EDGE_DEG: Final = 0.01
"""Edges are straight in degrees; longer ones are cut up before they are projected."""


@dataclass(frozen=True)
class Grid:
    """Where pixels lie: a reference system, the upper left corner, metres a pixel, size."""

    crs: str
    west: float
    north: float
    pixel_m: float
    width: int
    height: int

    @property
    def transform(self) -> Affine:
        """From pixels to metres."""
        return Affine(self.pixel_m, 0, self.west, 0, -self.pixel_m, self.north)


def crs_of(name: str, picture: Picture) -> str:
    """Give the reference system of a name: ``3857``, ``gk`` (the local 3° zone) or an EPSG code.

    Raises
    ------
    UsageError
        If it is none in metres.
    """
    word = name.strip().upper()
    if word.lower() == LOCAL:
        west, _, east, _ = picture.bounds()
        return zone_at((west + east) / 2).truncated
    code = word if word.startswith("EPSG:") else f"EPSG:{word}"
    try:
        crs = pyproj.CRS.from_user_input(code)
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not crs.is_projected:
        raise UsageError(
            f"--crs {name}：不是以米为单位的坐标系。", "请用 3857、gk 或 EPSG:4542–4544。"
        )
    return code


def projected(geometries: Geometries, crs: str) -> Geometries:
    """Bring polygons from EPSG:4490 into a system in metres."""
    to = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    dense = shapely.segmentize(geometries, LONGEST_EDGE_DEG)
    moved: Geometries = shapely.transform(
        dense, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
    )
    return moved


def grid_for(geometries: Geometries, crs: str, pixel_m: float | None) -> Grid:
    """Lay a grid over projected shapes, its lines on whole multiples of a pixel.

    Without a size, the smallest pixel is taken that keeps to `USUAL_PIXELS`: in Web Mercator that
    of a zoom, elsewhere a round number.

    Raises
    ------
    UsageError
        If a side would be over `MOST_PIXELS`.
    """
    west, south, east, north = shapely.total_bounds(geometries).tolist()
    side = max(east - west, north - south)
    if pixel_m is None:
        least = side / (USUAL_PIXELS - 2)
        if crs == MERCATOR:
            whole = 2 * HALF_WORLD_M / 256
            pixel_m = whole / 2 ** math.floor(math.log2(whole / least))
        else:
            ten = 10 ** math.floor(math.log10(least))
            pixel_m = next(step * ten for step in (1, 2, 5, 10) if step * ten >= least)
    if side / pixel_m > MOST_PIXELS:
        raise UsageError(
            f"每像素 {pixel_m:g} 米时一边有 {side / pixel_m:,.0f} 个像素，超过 {MOST_PIXELS:,}。",
            "请放大像素，或缩小范围。",
        )
    left, top = math.floor(west / pixel_m) * pixel_m, math.ceil(north / pixel_m) * pixel_m
    width = max(1, math.ceil(round((east - left) / pixel_m, 6)))
    height = max(1, math.ceil(round((top - south) / pixel_m, 6)))
    return Grid(crs, left, top, pixel_m, width, height)


def burnt(geometries: Geometries, codes: Codes, grid: Grid, *, every_touched: bool) -> Codes:
    """Give the codes of all pixels, shape (height, width); of shapes on one pixel the last."""
    return np.asarray(
        rasterize(
            zip(geometries, codes.tolist(), strict=True),
            out_shape=(grid.height, grid.width),
            transform=grid.transform,
            fill=NOTHING,
            all_touched=every_touched,
            dtype="uint8",
        ),
        np.uint8,
    )


def write_cog(path: Path, picture: Picture, grid: Grid, tags: Mapping[str, str]) -> Codes:
    """Write the raster beside its place and rename it; give its pixels."""
    pixels = burnt(
        projected(picture.geometries, grid.crs), picture.codes, grid,
        every_touched=picture.every_touched,
    )  # fmt: skip
    drawn = pixels[pixels != NOTHING]
    profile = {
        "driver": "GTiff", "dtype": "uint8", "count": 1, "crs": grid.crs, "nodata": NOTHING,
        "width": grid.width, "height": grid.height, "transform": grid.transform,
    }  # fmt: skip
    beside = path.with_name(f"{path.name}.part")
    with MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(pixels, 1)
            raster.write_colormap(1, palette(picture.classes))
            raster.set_band_description(1, picture.title[0])
            raster.update_tags(**tags)
            if len(drawn):
                raster.update_tags(1, **_statistics(drawn))
        with memory.open() as source:
            rasterio.shutil.copy(
                source, beside, driver="COG", compress="DEFLATE", blocksize=512,
                overview_resampling="MODE", overviews="IGNORE_EXISTING",
            )  # fmt: skip
    beside.replace(path)
    return pixels


def _statistics(drawn: Codes) -> dict[str, Any]:
    return {
        "STATISTICS_MINIMUM": int(drawn.min()),
        "STATISTICS_MAXIMUM": int(drawn.max()),
        "STATISTICS_MEAN": float(drawn.mean()),
        "STATISTICS_STDDEV": float(drawn.std()),
    }


def write_legend(path: Path, picture: Picture, grid: Grid, pixels: Codes, head: Any) -> None:
    """Write what the codes mean beside the raster, as JSON."""
    of_code = np.bincount(pixels.ravel(), minlength=256)
    counts = picture.counts
    words = {
        **head,
        "title": {"zh": picture.title[0], "en": picture.title[1]},
        **definition_words(picture),
        "crs": grid.crs,
        "pixel_m": grid.pixel_m,
        "nothing": NOTHING,
        "classes": [
            {
                "code": item.code,
                "label": {"zh": item.label[0], "en": item.label[1]},
                "colour": item.colour,
                "rgb": list(rgb(item.colour)),
                "shapes": counts[item.code],
                "pixels": int(of_code[item.code]),
            }
            for item in picture.classes
        ],
    }
    text = json.dumps(words, ensure_ascii=False, indent=2)
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(text + "\n", "utf-8")
    beside.replace(path)


def definition_words(picture: Picture) -> dict[str, Any]:
    """Say under which definition the classes stand; null where no figure does."""
    if picture.definition is None:
        return {"definition": None}
    id_, words = picture.definition
    return {"definition": {"id": id_, "zh": words[0], "en": words[1]}}
