"""Tile archives and rasters as files that a job makes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from geo.errors import WuyeError
from maps.tiles.archive.export import Wanted as WantedTiles
from maps.tiles.archive.export import export_tiles
from maps.tiles.tileset import TileSet
from service.jobs.making import Level, SnapshotAsk
from service.jobs.work import Cancelled, Work
from service.plans.asked import Text

Zoom = Annotated[int, Field(strict=True, ge=0, le=16)] | None


class TilesAsk(SnapshotAsk):
    """One layer's tiles as PMTiles, byte for byte as they are served."""

    layer: Literal["divisions", "roads", "barriers", "areas", "compounds", "gates"] = "compounds"
    min_zoom: Zoom = None
    max_zoom: Zoom = None
    review_number: Annotated[Text, Field(max_length=60)] = ""


class RasterAsk(SnapshotAsk):
    """Classes of an indicator by divisions, or compounds by state, as a COG."""

    what: Literal["I1", "I2", "I3", "I4", "state"] = "I1"
    level: Level = "county"
    crs: Annotated[str, Field(max_length=10, pattern=r"^(gk|3857|EPSG:[0-9]{4,5})$")] = "gk"
    pixel_m: Annotated[float, Field(strict=True, gt=0, le=10_000)] | None = None
    review_number: Annotated[Text, Field(max_length=60)] = ""


def tiles(work: Work, path: Path, ask: TilesAsk) -> None:
    """Write the archive; a job that is taken up again goes on where it stopped."""
    snapshot = ask.opened(work)
    folder = path.with_name(f"{path.name}.tiles")
    wanted = WantedTiles(
        (ask.layer,), ("pmtiles",), ask.code, ask.min_zoom, ask.max_zoom, ask.review_number
    )

    def told(_layer: str, done: int, total: int, size_bytes: int) -> None:
        megabytes = f"{size_bytes / 1e6:.1f} MB"
        work.tell(done, total, f"生成瓦片，{megabytes}", f"Making tiles, {megabytes}")
        work.pause()

    try:
        export_tiles(folder, TileSet(snapshot, work.home / "tiles"), wanted, None, told)
    except (Cancelled, WuyeError):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (folder / f"{ask.layer}.pmtiles").replace(path)
    shutil.rmtree(folder)


def raster(work: Work, path: Path, ask: RasterAsk) -> None:
    """Write the COG with its legend and manifest, in one file."""
    # The service knows only what can be asked; GDAL is loaded when it is needed.
    from maps.raster.export import Wanted as WantedRaster  # noqa: PLC0415
    from maps.raster.export import export_rasters  # noqa: PLC0415

    snapshot = ask.opened(work)
    folder = path.with_name(f"{path.name}.raster")
    wanted = WantedRaster(
        ask.what, ask.level, ask.definition.definition(), ask.code, ("cog",), (ask.crs,),
        ask.pixel_m, review_number=ask.review_number,
    )  # fmt: skip
    try:
        export_rasters(folder, snapshot, wanted)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as bundle:
            for file in sorted(folder.iterdir()):
                # No clock in it: the same raster is the same file.
                bundle.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
