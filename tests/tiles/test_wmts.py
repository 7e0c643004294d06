"""WMTS read by OWSLib and GDAL from a running server, and its pixels against the figures."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import math
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import shapely
import uvicorn
from owslib.wmts import WebMapTileService
from PIL import Image
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from geo.action_plan import Definition, action_plan
from geo.coverage import coverage
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from maps.raster.export import Wanted, export_rasters
from maps.raster.picture import rgb
from maps.style import NO_DATA, NO_DATA_LINE, STATES, class_of, share_classes, state_of_mode
from service.wmts.app import WmtsApp

OWS = "{http://www.opengis.net/ows/1.1}"
Get = Callable[..., tuple[int, dict[str, str], bytes]]


@pytest.fixture(scope="module")
def app(spread: Snapshot) -> WmtsApp:
    def open_(name: str) -> Snapshot:
        if spread.id.startswith(name):
            return spread
        raise NotFound(f"没有快照 {name}。")

    opened = SimpleNamespace(open=open_, get=lambda _day: spread, newest=lambda: spread)
    dates = [{"as_of": dt.date(2024, 12, 31)}, {"as_of": dt.date(2023, 12, 31)}]
    space: Any = SimpleNamespace(opened=opened, snapshots=SimpleNamespace(listed=lambda: dates))
    return WmtsApp(space)


@pytest.fixture(scope="module")
def get(app: WmtsApp) -> Get:
    """Ask the application itself: path with query; give status, headers, body."""

    def ask(address: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        path, _, query = address.partition("?")
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, str]:
            return {"type": "http.request"}

        words = {"host": "maps.test", **headers}
        scope = {
            "type": "http", "method": method, "scheme": "http", "path": path,
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in words.items()],
        }  # fmt: skip
        asyncio.run(app(scope, receive, send))
        found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        return sent[0]["status"], found, sent[1]["body"]

    return ask


@pytest.fixture(scope="module")
def server(app: WmtsApp) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}/ogc/wmts"
    running.should_exit = True
    thread.join()


def pixels(image: bytes) -> np.ndarray:
    """Decode with GDAL: shape (rows, columns, 3), and whether anything is drawn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile(image) as memory, memory.open() as picture:
            table = picture.colormap(1)
            colours = np.array([table[k] for k in range(len(table))], np.uint8)
            return np.asarray(colours[picture.read(1)])


def place(matrix_set: str, zoom: int, lon: float, lat: float) -> tuple[int, int, int, int]:
    """Give column, row, and the pixel's place in the tile, by pyproj and the standard's grids."""
    if matrix_set == "c":
        size, west, north, x, y = 360 / 2**zoom, -180.0, 90.0, lon, lat
    else:
        x, y = Transformer.from_crs(4490, 3857, always_xy=True).transform(lon, lat)
        half = math.pi * 6378137
        size, west, north = 2 * half / 2**zoom, -half, half
    column, right = divmod((x - west) / size, 1)
    row, down = divmod((north - y) / size, 1)
    return int(column), int(row), int(right * 256), int(down * 256)


def test_owslib_reads_capabilities_and_a_tile(server: str, spread: Snapshot) -> None:
    service = WebMapTileService(server)
    assert service.identification.type == "OGC WMTS"
    names = [f"{k}-{level}" for k in ("I1", "I2") for level in ("prefecture", "county", "street", "community")]  # fmt: skip
    names += [f"{k}-{level}" for k in ("I3", "I4") for level in ("prefecture", "county")]
    assert list(service.contents) == [*names, "state"]
    layer = service["I1-county"]
    assert layer.title == f"【示例数据】{action_plan().indicator('I1').name} · 县区"
    for word in (spread.id[:12], "2024-12-31", "示例数据", "内部使用", Definition().id, "90 %"):
        assert word in layer.abstract
    outlines = spread.geometry("divisions")
    assert layer.boundingBoxWGS84 == pytest.approx(shapely.total_bounds(outlines), abs=1)
    assert set(layer.tilematrixsetlinks) == {"GoogleMapsCompatible", "c"}
    sets = service.tilematrixsets
    web, degrees = sets["GoogleMapsCompatible"].tilematrix, sets["c"].tilematrix
    assert web["0"].scaledenominator == pytest.approx(559082264.0287178, rel=1e-12)
    assert degrees["1"].scaledenominator == pytest.approx(279541132.0143589, rel=1e-12)
    assert (degrees["1"].matrixwidth, degrees["1"].matrixheight) == (2, 1)
    lon, lat = shapely.point_on_surface(outlines[0]).coords[0]
    for name in sets:
        column, row, *_ = place(name, 8, lon, lat)
        asked = {"layer": "I1-county", "tilematrixset": name, "tilematrix": "8"}
        by_names = service.gettile(row=row, column=column, format="image/png", **asked).read()
        assert (pixels(by_names)[..., 3] == 255).any()
        template = layer.resourceURLs[0]["template"]
        words = {"{Style}": "default", "{time}": "2024-12-31", "{TileMatrixSet}": name, "{TileMatrix}": "8",
                 "{TileRow}": str(row), "{TileCol}": str(column)}  # fmt: skip
        for key, value in words.items():
            template = template.replace(key, value)
        with urllib.request.urlopen(template) as answer:
            assert answer.headers["content-type"] == "image/png"
            assert answer.read() == by_names


def test_a_date_can_be_asked_for_and_only_one_that_there_is(get: Get, server: str) -> None:
    layer = WebMapTileService(server)["I1-county"]
    assert layer.dimensions["time"]["default"] == "2024-12-31"
    assert layer.dimensions["time"]["values"] == ["2024-12-31", "2023-12-31"]
    column, row, *_ = place("GoogleMapsCompatible", 8, 102.7, 25.0)
    end = f"GoogleMapsCompatible/8/{row}/{column}.png"
    asked = f"/ogc/wmts?SERVICE=WMTS&REQUEST=GetTile&LAYER=I1-county&STYLE=default&FORMAT=image/png&TILEMATRIXSET=GoogleMapsCompatible&TILEMATRIX=8&TILEROW={row}&TILECOL={column}"
    whole = get(f"/ogc/wmts/I1-county/default/{end}")[2]
    for address in (f"/ogc/wmts/I1-county/default/2023-12-31/{end}", f"{asked}&TIME=2023-12-31",
                    f"{asked}&time=current"):  # fmt: skip
        assert get(address)[::2] == (200, whole)
    for day in ("2022-12-31", "yesterday", "2024-13-01"):
        for address in (f"/ogc/wmts/I1-county/default/{day}/{end}", f"{asked}&TIME={day}"):
            status, _, body = get(address)
            assert (status, b"TIME" in body) == (400, True)


def test_a_legend_has_each_colour_and_the_marks(get: Get, server: str, spread: Snapshot) -> None:
    layers = WebMapTileService(server).contents
    target = action_plan().indicator("I1").target
    wanted = {"I1-county": [item.colour for item in share_classes(target)],
              "state": [state.fill for state in STATES if state.pattern == "solid"]}  # fmt: skip
    for name, colours in wanted.items():
        address = layers[name].styles["default"]["legend"]
        with urllib.request.urlopen(address) as answer:
            image = Image.open(io.BytesIO(answer.read())).convert("RGB")
        seen = {colour for _, colour in image.getcolors(10**6) or []}
        assert {rgb(colour) for colour in colours} <= seen
    status, headers, body = get(f"/ogc/wmts/snapshot/{spread.id}/legend/state.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert "immutable" in headers["cache-control"]
    assert body == get("/ogc/wmts/legend/state.png")[2]
    assert get("/ogc/wmts/legend/none.png")[0] == 400


@pytest.mark.parametrize("matrix_set", ["GoogleMapsCompatible", "c"])
@pytest.mark.parametrize(("key", "level"), [("I1", "county"), ("I2", "prefecture"), ("I3", "county")])  # fmt: skip
def test_a_point_of_each_division_has_the_colour_of_its_share(
    get: Get, spread: Snapshot, matrix_set: str, key: str, level: str
) -> None:
    codes, shapes = spread.column("divisions", "code").tolist(), spread.geometry("divisions")
    classes = share_classes(action_plan().indicator(key).target)
    checked = set()
    for row in coverage(spread, key, level, Definition()).rows:
        if row.division is None:
            continue
        inside = shapely.point_on_surface(shapes[codes.index(row.division)])
        column, line, right, down = place(matrix_set, 10, inside.x, inside.y)
        status, _, body = get(
            f"/ogc/wmts/{key}-{level}/default/{matrix_set}/10/{line}/{column}.png"
        )
        assert status == 200
        at = class_of(row.numerator, row.denominator, classes)
        expected = {rgb(NO_DATA), rgb(NO_DATA_LINE)} if at is None else {rgb(classes[at].colour)}
        assert tuple(pixels(body)[down, right, :3].tolist()) in expected
        assert pixels(body)[down, right, 3] == 255
        checked.add(row.division)
    assert len(checked) == (16 if level == "county" else 4)


def test_compounds_have_the_colour_of_their_state(get: Get, spread: Snapshot) -> None:
    shapes, modes = spread.geometry("compounds"), spread.column("compounds", "mode")
    standing = spread.column("compounds", "standing") & ~shapely.is_missing(shapes)
    rows = np.flatnonzero(standing)
    tree, half = shapely.STRtree(shapes[rows]), 360 / 2**14 / 256 / 2
    checked = set()
    for inside in shapely.point_on_surface(shapes[rows[:250]]):
        column, row, right, down = place("c", 14, inside.x, inside.y)
        x = -180 + (column * 256 + right + 0.5) * 2 * half
        y = 90 - (row * 256 + down + 0.5) * 2 * half
        # What is drawn last lies on top; only where it fills the pixel and nothing else is near.
        last = tree.query(shapely.box(x - 2 * half, y - 2 * half, x + 2 * half, y + 2 * half)).max()
        if not shapely.contains(shapes[rows[last]], shapely.box(x - half, y - half, x + half, y + half)):  # fmt: skip
            continue
        asked = {"SERVICE": "WMTS", "Request": "GetTile", "version": "1.0.0", "layer": "state",
                 "style": "default", "format": "image/png", "TileMatrixSet": "c",
                 "TileMatrix": "14", "TileRow": row, "TileCol": column}  # fmt: skip
        _, _, body = get(f"/ogc/wmts?{urlencode(asked)}")
        state = STATES[state_of_mode(int(modes[rows[last]]))]
        expected = {rgb(state.fill), rgb(state.line)} if state.pattern == "hatch" else {rgb(state.fill)}  # fmt: skip
        assert tuple(pixels(body)[down, right, :3].tolist()) in expected
        checked.add((rows[last], state.id))
    assert len(checked) > 15
    assert len({state for _, state in checked}) > 1


def test_tiles_are_those_of_an_archive(get: Get, spread: Snapshot, tmp_path: Path) -> None:
    from pmtiles.reader import MmapSource, all_tiles

    export_rasters(tmp_path, spread, Wanted("I1", formats=("pmtiles",), min_zoom=7, max_zoom=9))
    with (tmp_path / "I1-county-png.pmtiles").open("rb") as file:
        archived = dict(all_tiles(MmapSource(file)))
    assert len(archived) > 3
    for (z, x, y), body in archived.items():
        address = f"/ogc/wmts/I1-county/default/GoogleMapsCompatible/{z}/{y}/{x}.png"
        assert get(address)[2] == body


def test_a_tile_is_kept_tagged_and_says_how_long_it_lasts(get: Get, spread: Snapshot) -> None:
    where = "I1-county/default/GoogleMapsCompatible/8/109/200.png"
    status, headers, body = get(f"/ogc/wmts/{where}")
    assert (status, headers["cache-control"]) == (200, "private, no-cache")
    assert get(f"/ogc/wmts/{where}", if_none_match=headers["etag"])[::2] == (304, b"")
    status, pinned, same = get(f"/ogc/wmts/snapshot/{spread.id}/{where}")
    assert (status, same, pinned["etag"]) == (200, body, headers["etag"])
    assert pinned["cache-control"] == "private, max-age=31536000, immutable"
    assert get(f"/ogc/wmts/{where}", "HEAD")[::2] == (200, b"")
    document = get(f"/ogc/wmts/snapshot/{spread.id[:12]}/1.0.0/WMTSCapabilities.xml")[2].decode()
    assert f"http://maps.test/ogc/wmts/snapshot/{spread.id}/state/" in document
    # Far from everything a tile is there, and nothing on it.
    far = get("/ogc/wmts/I1-county/default/c/9/3/3.png")
    assert far[0] == 200
    assert not pixels(far[2])[..., 3].any()


TILE = {"service": "WMTS", "request": "GetTile", "version": "1.0.0", "layer": "I1-county",
        "style": "default", "format": "image/png", "tilematrixset": "c", "tilematrix": "9",
        "tilerow": "3", "tilecol": "3"}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status", "code", "locator"),
    [
        ({"service": None}, 400, "MissingParameterValue", "SERVICE"),
        ({"service": "WMS"}, 400, "InvalidParameterValue", "SERVICE"),
        ({"request": "GetFeatureInfo"}, 501, "OperationNotSupported", "GetFeatureInfo"),
        ({"request": "GetCapabilities", "acceptversions": "2.0.0"}, 400,
         "VersionNegotiationFailed", "AcceptVersions"),
        ({"tilerow": None}, 400, "MissingParameterValue", "TILEROW"),
        ({"tilerow": "x"}, 400, "InvalidParameterValue", "TILEROW"),
        ({"tilerow": "256"}, 400, "TileOutOfRange", "TILEROW"),
        ({"tilecol": "512"}, 400, "TileOutOfRange", "TILECOL"),
        ({"tilematrix": "0"}, 400, "InvalidParameterValue", "TILEMATRIX"),
        ({"tilematrix": "17"}, 400, "InvalidParameterValue", "TILEMATRIX"),
        ({"tilematrixset": "x"}, 400, "InvalidParameterValue", "TILEMATRIXSET"),
        ({"layer": "I3-community"}, 400, "InvalidParameterValue", "LAYER"),
        ({"style": "red"}, 400, "InvalidParameterValue", "STYLE"),
        ({"format": "image/jpeg"}, 400, "InvalidParameterValue", "FORMAT"),
    ],
)  # fmt: skip
def test_refusals_are_exception_reports(
    get: Get, changed: dict[str, str | None], status: int, code: str, locator: str
) -> None:
    words = {name: value for name, value in (TILE | changed).items() if value is not None}
    found, headers, body = get(f"/ogc/wmts?{urlencode(words)}")
    assert (found, headers["content-type"]) == (status, "application/xml")
    report = ET.fromstring(body)
    assert report.tag == f"{OWS}ExceptionReport"
    assert report[0].attrib == {"exceptionCode": code, "locator": locator}
    assert report[0][0].text


def test_addresses_that_are_none(get: Get) -> None:
    for path in ("/x", "/snapshot/0000000000000000", "/I1-county/red/c/9/3/3.png", "/a/b/c/d/e/f"):
        status, _, body = get(f"/ogc/wmts{path}")
        assert status == 404
        assert ET.fromstring(body).tag == f"{OWS}ExceptionReport"
    assert get("/ogc/wmts", "POST")[0] == 501
    assert get("/ogc/wmts?" + urlencode(TILE))[0] == 200


def test_gdal_opens_it(server: str, spread: Snapshot, tmp_path: Path) -> None:
    """Runs where GDAL's programs are installed, with the driver."""
    programs = [shutil.which(name) for name in ("gdalinfo", "gdal_translate")]
    if None in programs:
        pytest.skip("gdal-bin is not installed")
    formats = subprocess.run([programs[0], "--formats"], capture_output=True, text=True, check=True)
    if "WMTS" not in formats.stdout:
        pytest.skip("GDAL without WMTS")
    base = f"WMTS:{server}/1.0.0/WMTSCapabilities.xml,layer=I1-county,tilematrixset="
    codes, shapes = spread.column("divisions", "code").tolist(), spread.geometry("divisions")
    row = next(r for r in coverage(spread, "I1", "county").rows if r.denominator and r.division)
    classes = share_classes(row.target)
    at = class_of(row.numerator, row.denominator, classes)
    assert at is not None
    inside = shapely.point_on_surface(shapes[codes.index(row.division)])
    x, y = Transformer.from_crs(4490, 3857, always_xy=True).transform(inside.x, inside.y)
    for name, (east, north), reach in (
        ("GoogleMapsCompatible", (x, y), 50.0), ("c", (inside.x, inside.y), 0.0005),
    ):  # fmt: skip
        out = tmp_path / f"{name}.tif"
        box = [str(v) for v in (east - reach, north + reach, east + reach, north - reach)]
        subprocess.run(
            [programs[1], "-q", "-projwin", *box, base + name, out],
            check=True, capture_output=True, cwd=tmp_path,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        import rasterio

        with rasterio.open(out) as picture:
            colour = picture.read()[:3, picture.height // 2, picture.width // 2]
        assert tuple(colour.tolist()) == rgb(classes[at].colour)
