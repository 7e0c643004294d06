"""Our tiles beside ST_AsMVT, and how many the service sends a second.

``python -m benchmarks.tiles [--compounds 30000] [--snapshot FILE] [--seconds 4] [--port 8830]``
makes the sample (or takes a snapshot's file), loads its compounds into PostGIS in EPSG:3857 with a
spatial index, and times both sides on the fullest tiles of each zoom, encoding only: ours from the
snapshot's arrays, theirs in one query on one warm connection, with the same attributes and buffer.
Before a figure is shown the two are compared: theirs must hold no feature that ours lacks but for
specks. Then requests: cold (encoded and compressed each time) and warm (kept), in this process and
through uvicorn on a port of this machine with a client of eight connections in another process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import shapely
import uvicorn

from benchmarks import report
from benchmarks.runner import running_place
from benchmarks.takeover import _snapshot
from geo.snapshot.file import Snapshot
from maps.tiles.layer import NEVER
from maps.tiles.mercator import world
from maps.tiles.tile import Limits
from maps.tiles.tileset import TileSet
from maps.tiles.warm import compile_kernels
from service.http.mounts import Mounts
from service.tiles.app import TileApp

ZOOMS = (10, 12, 13, 14)
TILES = 12
QUERY = """
select ST_AsMVT(t, 'compounds', 4096, 'geom', 'id') from (
  select id, code, name, state, old, division,
         ST_AsMVTGeom(geom, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) as geom
  from drawn
  where geom && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64 / 4096.0)
) t where geom is not null
"""


def main() -> int:
    """Run, compare, print, write."""
    parser = argparse.ArgumentParser(prog="benchmarks.tiles", description=__doc__)
    parser.add_argument("--compounds", type=int, default=30_000)
    parser.add_argument("--snapshot", type=Path)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--port", type=int, default=8830)
    parser.add_argument("--out", type=Path, default=Path("out/tiles.json"))
    words = parser.parse_args()
    head = report.machine()
    compile_kernels()
    with _snapshot(None if words.snapshot else words.compounds, words.snapshot) as snapshot:
        print(f"{snapshot.table('compounds').num_rows:,} compounds, load {head['load_at_start']}")
        encoded = _encoding(snapshot)
        served = _serving(snapshot, words.seconds, words.port)
    words.out.parent.mkdir(parents=True, exist_ok=True)
    record = {"machine": head, "encoding": encoded, "serving": served}
    words.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"load {os.getloadavg()[0]:.2f} at the end; all figures in {words.out}")
    return 0


def _fullest(snapshot: Snapshot, zoom: int) -> list[tuple[int, int, int]]:
    """Give the tiles that hold most compounds."""
    xy = np.column_stack([snapshot.column("compounds", name) for name in ("x", "y")])
    places = (world(xy[~np.isnan(xy[:, 0])]) * 2**zoom).astype(int)
    counts = Counter(map(tuple, places.tolist()))
    return [(zoom, x, y) for (x, y), _ in counts.most_common(TILES)]


def _encoding(snapshot: Snapshot) -> list[dict[str, Any]]:
    tiles = TileSet(snapshot, None, Limits(10**9, 10**9))  # whole, as theirs are
    tiles.layers("compounds")
    found = []
    with running_place(0) as place:
        place.administer("create database tiles")
        with psycopg.connect(place.cluster.url("tiles"), autocommit=True) as connection:
            _load(connection, snapshot, tiles)
            for zoom in ZOOMS:
                asked = _fullest(snapshot, zoom)
                for where in asked:
                    _compare(tiles.tile("compounds", *where), _theirs(connection, *where))
                ours = [_median(lambda w=w: tiles.tile("compounds", *w)) for w in asked]
                theirs = [_median(lambda w=w: _theirs(connection, *w)) for w in asked]
                size = statistics.mean(len(tiles.tile("compounds", *w)) for w in asked)
                record = {
                    "zoom": zoom, "tiles": len(asked), "bytes": round(size),
                    "ours_ms": statistics.mean(ours), "st_asmvt_ms": statistics.mean(theirs),
                }  # fmt: skip
                record["ratio"] = record["st_asmvt_ms"] / record["ours_ms"]
                found.append(record)
                print(
                    f"z{zoom}: {size / 1000:6.1f} kB, ours {record['ours_ms']:.3f} ms,"
                    f" ST_AsMVT {record['st_asmvt_ms']:.2f} ms: {record['ratio']:.1f} times"
                )
    return found


def _load(connection: Any, snapshot: Snapshot, tiles: TileSet) -> None:
    connection.execute("create extension postgis")
    connection.execute("set max_parallel_workers_per_gather = 0")
    connection.execute("set jit = off")
    connection.execute(
        "create table drawn (id bigint, code text, name text, state text, old int,"
        " division bigint, geom geometry)"
    )
    layer = tiles.layers("compounds")[0]
    shapes = snapshot.geometry("compounds")
    rows = np.flatnonzero((layer.from_zoom < NEVER) & ~shapely.is_missing(shapes))
    column = snapshot.column
    values = [
        (int(row) + 1, column("compounds", "code")[row], column("compounds", "name")[row],
         str(column("compounds", "mode")[row]), int(column("compounds", "built_year")[row] <= 2000),
         int(column("compounds", "street")[row]), shapely.to_wkb(shapes[row]))
        for row in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into drawn values (%s, %s, %s, %s, %s, %s,"
            " ST_Transform(ST_GeomFromWKB(%s, 4326), 3857))",
            values,
        )
    connection.execute("create index on drawn using gist (geom)")
    connection.execute("vacuum analyze drawn")


def _theirs(connection: Any, z: int, x: int, y: int) -> bytes:
    found = connection.execute(QUERY, {"z": z, "x": x, "y": y}, prepare=True).fetchone()
    return bytes(found[0])


def _compare(ours: bytes, theirs: bytes) -> None:
    """Theirs must be among ours, but for what is smaller than a speck at a tile's edge."""
    ids = {item["id"] for item in mapbox_vector_tile.decode(ours)["compounds"]["features"]}
    for item in mapbox_vector_tile.decode(theirs)["compounds"]["features"]:
        if item["id"] not in ids:
            assert shapely.geometry.shape(item["geometry"]).area < 8, item


def _median(work: Callable[[], object], times: int = 15) -> float:
    """Give a run's milliseconds, in the median."""
    work()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - start))
    return statistics.median(found)


def _serving(snapshot: Snapshot, seconds: float, port: int) -> dict[str, float]:
    space: Any = SimpleNamespace(
        home=snapshot.path.parent, opened=SimpleNamespace(open=lambda _name: snapshot)
    )
    found: dict[str, float] = {}
    for zoom in (13, 10):
        paths = [
            f"/tiles/{snapshot.id}/compounds/{z}/{x}/{y}" for z, x, y in _fullest(snapshot, zoom)
        ]
        app = TileApp(space)
        asyncio.run(_in_process(app, paths, 0.1, warm=True))
        found[f"cold z{zoom}"] = asyncio.run(_in_process(app, paths, seconds, warm=False))
        found[f"warm z{zoom}"] = asyncio.run(_in_process(app, paths, seconds, warm=True))
        found[f"warm z{zoom}, loopback"] = _loopback(app, paths, seconds, port)
    for name, rate in found.items():
        print(f"{name}: {rate:,.0f} requests/s")
    return found


async def _in_process(app: TileApp, paths: list[str], seconds: float, *, warm: bool) -> float:
    async def send(_message: Any) -> None:
        return

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    headers = [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip, deflate, br")]
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for path in paths:
            if not warm:
                app.kept._answers.clear()
                app.kept.bytes = 0
            await app(
                {"type": "http", "method": "GET", "path": path, "headers": headers}, receive, send
            )
        done += len(paths)
    return done / (time.perf_counter() - start)


def _loopback(app: TileApp, paths: list[str], seconds: float, port: int) -> float:
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    client = context.Process(target=_client, args=(paths, seconds, port, answers))
    whole = Mounts({"/tiles/": app}, app)
    config = uvicorn.Config(
        whole, port=port, log_level="error", lifespan="off", access_log=False, server_header=False
    )
    server = uvicorn.Server(config)

    async def run() -> float:
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        client.start()
        rate = await asyncio.to_thread(answers.get)
        client.join()
        server.should_exit = True
        await serving
        return float(rate)

    return asyncio.run(run())


def _client(paths: list[str], seconds: float, port: int, answers: Any) -> None:
    """Ask over eight connections, each one after another; nothing is decoded."""

    async def ask() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            path = paths[done % len(paths)]
            writer.write(
                f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            done += 1
        writer.close()
        return done

    async def all_of_them() -> float:
        return sum(await asyncio.gather(*(ask() for _ in range(8)))) / seconds

    answers.put(asyncio.run(all_of_them()))


if __name__ == "__main__":
    raise SystemExit(main())
