"""Tile archives and rasters made by jobs."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from pmtiles.reader import MmapSource, all_tiles
from rasterio.io import MemoryFile

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from maps.tiles.tileset import TileSet
from service.jobs.record import Job
from service.jobs.work import Place


@pytest.fixture
def two_prefectures(register: Register, tmp_path: Path, import_csv: Callable[..., Outcome]) -> None:
    frame = gpd.GeoDataFrame(
        {"区划代码": ["53", "5301", "5303"], "名称": ["云南省", "昆明市", "曲靖市"]},
        geometry=[
            shapely.box(102.5, 25, 103.1, 25.3),
            shapely.box(102.5, 25, 102.8, 25.3),
            shapely.box(102.8, 25, 103.1, 25.3),
        ],
        crs=4490,
    )
    frame.to_file(tmp_path / "divisions.gpkg")
    import_file(register, "divisions", tmp_path / "divisions.gpkg", Options(author="test"))
    import_csv(
        "ledger",
        "小区编码,区划代码,服务模式,建筑面积",
        "A,5301,市场化物业,1000",
        "B,5303,无物业,900",
    )


def test_tiles_are_those_that_are_served(
    two_prefectures: None, api: TestClient, do: Callable[[str], Job], place: Place, tmp_path: Path,
    register: Register,
) -> None:  # fmt: skip
    asked = {"kind": "tiles", "as_of": "2025-12-31", "layer": "divisions", "max_zoom": 8}
    job = do(api.post("/api/v1/exports", json=asked).json()["job"])
    assert job.result is not None, job.problem
    path = tmp_path / "divisions.pmtiles"
    path.write_bytes(api.get(job.result["href"]).content)
    with path.open("rb") as file:
        found = dict(all_tiles(MmapSource(file)))
    assert {z for z, _, _ in found} == set(range(3, 9))
    snapshot = Snapshots(register, place.home / "snapshots").get(dt.date(2025, 12, 31))
    tiles = TileSet(snapshot)
    for (z, x, y), tile in found.items():
        assert tile == tiles.compressed("divisions", z, x, y)
        served = api.get(f"/tiles/{snapshot.id}/divisions/{z}/{x}/{y}")
        assert served.content == tiles.tile("divisions", z, x, y)
    assert [one.suffix for one in (place.home / "exports").iterdir()] == [".pmtiles"]


def test_a_raster_with_its_legend(
    two_prefectures: None, api: TestClient, do: Callable[[str], Job], place: Place
) -> None:
    asked = {
        "kind": "raster", "as_of": "2025-12-31", "level": "prefecture", "pixel_m": 500, "crs": "gk",
    }  # fmt: skip
    job = do(api.post("/api/v1/exports", json=asked).json()["job"])
    assert job.result is not None, job.problem
    bundle = zipfile.ZipFile(io.BytesIO(api.get(job.result["href"]).content))
    names = bundle.namelist()
    assert names == ["I1-prefecture-4543.legend.json", "I1-prefecture-4543.tif", "manifest.json"]
    with MemoryFile(bundle.read(names[1])) as memory, memory.open() as raster:
        counts = np.bincount(raster.read(1).ravel(), minlength=7)
    assert counts[6] > 1000  # all of 昆明 is served
    assert counts[1] > 1000  # none of 曲靖
    assert counts[2:6].sum() == 0
    assert [one.suffix for one in (place.home / "exports").iterdir()] == [".zip"]
