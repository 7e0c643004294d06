"""Vector archives, zooms 5 to 14, of divisions by level and of compounds from 10 on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.archive_sides.given import COMPOUNDS_FROM, DIVISIONS_FROM, Given
from geo.snapshot.file import Snapshot
from maps.tiles.archive.export import Wanted, export_tiles
from maps.tiles.tileset import TileSet
from maps.tiles.warm import compile_kernels

ARCHIVE = {
    "ours": "compounds.pmtiles",
    "tippecanoe": "all.pmtiles",
    "freestiler": "all.pmtiles",
}
PROCESSES = 2

Work = Callable[[], None]


def ours(given: Given) -> Work:
    """Export both layers in two processes; kernels are compiled, nothing else is prepared."""
    compile_kernels()
    out = given.folder / "ours"

    def work() -> None:
        tiles = TileSet(Snapshot(given.snapshot), given.folder / "prepared")
        wanted = Wanted(("divisions", "compounds"), min_zoom=5, max_zoom=14)
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            export_tiles(out, tiles, wanted, pool)

    return work


def tippecanoe(given: Given) -> Work:
    """Have it keep tiles under its own 500 kB by leaving out what is densest."""
    program = Path(sys.executable).with_name("tippecanoe")
    layers = [f"--named-layer={layer}:{given.folder / layer}.geojsonl"
              for layer in ("divisions", "compounds")]  # fmt: skip
    out = given.folder / "tippecanoe" / ARCHIVE["tippecanoe"]
    words = ["--quiet", "--read-parallel", "--minimum-zoom=5", "--maximum-zoom=14",
             "--drop-densest-as-needed"]  # fmt: skip

    def work() -> None:
        subprocess.run([program, f"--output={out}", *words, *layers], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip

    return work


def freestiler(given: Given) -> Work:
    """Give it frames; its layers have one first zoom each, so each level of divisions is one."""
    import freestiler as rival  # noqa: PLC0415 - an optional extra

    divisions = given.frame("divisions")
    layers = {
        f"divisions-{level}": rival.freestile_layer(
            divisions[divisions["level"] == level], min_zoom=max(5, zoom), max_zoom=14
        )
        for level, zoom in enumerate(DIVISIONS_FROM)
        if (divisions["level"] == level).any()
    }
    compounds = given.frame("compounds")
    polygons = compounds.geom_type != "Point"
    for name, chosen in (("compounds", polygons), ("compound-points", ~polygons)):
        layers[name] = rival.freestile_layer(
            compounds[chosen], min_zoom=COMPOUNDS_FROM, max_zoom=14
        )
    out = given.folder / "freestiler" / ARCHIVE["freestiler"]
    return lambda: _freestile(rival, layers, out)


def _freestile(rival: object, layers: object, out: object) -> None:
    rival.freestile(layers, out, min_zoom=5, max_zoom=14, quiet=True)  # type: ignore[attr-defined]
