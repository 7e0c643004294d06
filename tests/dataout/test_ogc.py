"""The OGC API against the register, read by GDAL and OWSLib over HTTP from a running server."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features

from geo.action_plan import Definition
from geo.coverage import coverage
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from service.ogc.pool import ROLE, open_pool
from service.ogc.views import show


@pytest.fixture(scope="session")
def server(town: Register, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("serve")
    environment = {
        **os.environ,
        "WUYE_DATABASE_URL": town.conninfo,
        "WUYE_HOME": str(home),
        "WUYE_WITH_WORKER": "false",
    }
    with (home / "log").open("wb") as log:
        running = subprocess.Popen(
            [Path(sys.executable).with_name("wuye"), "serve", "--port", str(port)],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}/ogc"
            for _ in range(600):
                if running.poll() is not None:
                    pytest.fail((home / "log").read_text("utf-8"))
                try:
                    get(url)
                    break
                except urllib.error.URLError:
                    time.sleep(0.2)
            yield url
        finally:
            running.terminate()
            running.wait(30)


@pytest.fixture(scope="session")
def newest(town: Register, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    snapshots = Snapshots(town, tmp_path_factory.mktemp("newest"))
    return snapshots.newest()


def get(url: str, **headers: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return json.loads(answer.read())


def test_gdal_reads_the_compounds_of_the_register(
    server: str,
    newest: Snapshot,
    tmp_path: Path,
    register_rows: Callable[[str], list[dict[str, Any]]],
) -> None:
    # In a process of its own: an import leaves GDAL only the drivers of files (geo.intake.vector).
    copied = tmp_path / "oapif.gpkg"
    script = (
        "import pyogrio\n"
        f"layers = [str(name) for name, _ in pyogrio.list_layers('OAPIF:{server}')]\n"
        f"frame = pyogrio.read_dataframe('OAPIF:{server}', layer='ogc.compounds')\n"
        f"pyogrio.write_dataframe(frame, {str(copied)!r})\n"
        "print(*layers)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    layers = done.stdout.split()
    assert "ogc.compounds" in layers
    assert "ogc.divisions_street" in layers
    frame = pyogrio.read_dataframe(copied)
    known = {row["code"]: row for row in register_rows(
        "select c.code, c.floor_area_m2, st_asbinary(s.geom) as wkb from compound c"
        " left join compound_shape s on s.code = c.code and upper_inf(s.known)"
        " where upper_inf(c.known)")}  # fmt: skip
    assert set(frame["code"]) == set(known)
    for row in frame.to_dict("records"):
        fact = known[row["code"]]
        assert row["floor_area_m2"] == float(fact["floor_area_m2"])
        if fact["wkb"] is not None:
            # PostGIS writes GeoJSON to nine decimals, a tenth of a millimetre.
            assert shapely.hausdorff_distance(row["geometry"], shapely.from_wkb(fact["wkb"])) < 1e-8
        assert row["snapshot"] == newest.id
    assert not [name for name in frame.columns if "party" in name or name == "company"]


def test_filters_are_the_databases(
    server: str, register_rows: Callable[[str], list[dict[str, Any]]]
) -> None:
    (expected,) = register_rows(
        "select count(*) as n from compound where upper_inf(known) and floor_area_m2 > 5000 and built_year <= 2000"
    )
    asked = "filter=floor_area_m2%20%3E%205000%20AND%20built_year%20%3C%3D%202000&filter-lang=cql2-text&limit=3"
    found = get(f"{server}/collections/ogc.compounds/items?{asked}")
    assert found["numberMatched"] == expected["n"] > 3 == found["numberReturned"]
    assert "next" in {link["rel"] for link in found["links"]}
    box = get(f"{server}/collections/ogc.compounds/items?bbox=102.652,25.0,102.7,25.05&limit=1000")
    (within,) = register_rows(
        "select count(*) as n from compound_shape where geom && st_makeenvelope(102.652, 25.0, 102.7, 25.05, 4490)"
    )
    assert box["numberMatched"] == within["n"] > 0


def test_owslib_and_figures(server: str, newest: Snapshot) -> None:
    features = Features(server)
    assert any(
        "ogcapi-features-1/1.0/conf/core" in name for name in features.conformance()["conformsTo"]
    )
    assert set(features.feature_collections()) >= {
        "ogc.compounds",
        "ogc.areas",
        "ogc.barriers",
        "ogc.roads",
        "ogc.gates",
    }
    rows = features.collection_items("ogc.divisions_county")["features"]
    for indicator in ("I1", "I2", "I3", "I4"):  # what is inside is the same at every door
        found = coverage(newest, indicator, "county", Definition()).rows
        expected = {str(row.division): row.share for row in found if row.division is not None}
        share = f"{indicator.lower()}_share"
        assert {row["id"]: row["properties"][share] for row in rows} == expected
    one = features.collection_item("ogc.areas", "GL1")
    assert one["properties"]["name"] == "一号区域"
    described = features.collection("ogc.compounds")["description"]
    assert newest.id[:12] in described
    assert Definition().id in described


def test_nothing_can_be_written(server: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        request = urllib.request.Request(
            f"{server}/collections/ogc.compounds/items", method=method, data=b"{}"
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 405
        refused.value.close()


FORBIDDEN = (
    "pg_read_file('/etc/passwd') LIKE 'root%'",
    "1 = 1 OR pg_sleep(1) IS NULL",
    "code IN (current_setting('data_directory'), 'x')",
    "s_intersects(geom, st_buffer(geom, 1))",
    '{"op": "=", "args": [{"op": "query_to_xml", "args": ["select 1", true, true, ""]}, "x"]}',
    '{"op": "; drop table change", "args": [1, 2]}',
    '{"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": ["pg_sleep(1)", 2, 3, 4]}]}',
    "code = ",
    "(" * 1900 + "code = 'a'" + ")" * 1900,
    "NOT " * 900 + "code = 'a'",
    "built_year = " + "-" * 3900 + "1",
)


@pytest.mark.parametrize("words", FORBIDDEN)
def test_a_filter_calls_no_function_of_the_database(server: str, words: str) -> None:
    asked = urllib.parse.urlencode({"filter": words})
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{server}/collections/ogc.compounds/items?{asked}")
    assert refused.value.code == 400
    refused.value.close()


ALLOWED = (
    "code LIKE '%' AND NOT (built_year BETWEEN 1 AND 2 OR built_year / 2 IN (1, 3))",
    "casei(name) LIKE casei('%') OR name IS NULL",
    "s_intersects(geom, POLYGON((90 10, 120 10, 120 40, 90 40, 90 10)))",
)


@pytest.mark.parametrize("words", ALLOWED)
def test_a_filter_compares(server: str, words: str) -> None:
    asked = urllib.parse.urlencode({"filter": words, "limit": 1})
    assert get(f"{server}/collections/ogc.compounds/items?{asked}")["numberReturned"] == 1


MISFITS = (
    "built_year = 'abc'",
    "name > 5",
    "code + 1 = 2",
    "s_intersects(geom, BBOX())",
    "s_intersects(geom, BBOX(90, 10, 120, 40))",
    "s_intersects(code, POINT(1 2))",
    "a_contains(code, ('x'))",
    "t_after(name, DATE('2020-01-01'))",
    "built_year / 0 = 1",
    "no_such_column = 1",
    "geom = 1",
)


@pytest.mark.parametrize("words", MISFITS)
def test_a_filter_that_does_not_fit_the_columns_is_the_askers_error(
    server: str, words: str
) -> None:
    asked = urllib.parse.urlencode({"filter": words})
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{server}/collections/ogc.compounds/items?{asked}")
    with refused.value as answer:
        assert answer.code in {400, 404, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"
        text = answer.read().decode()
    assert {"type", "title", "status", "detail"} <= set(json.loads(text))
    for inner in ("operator", "SELECT", "postgres", "geometry", "HINT", "asyncpg", "Traceback"):
        assert inner not in text


@pytest.mark.parametrize("query", ["datetime=2020-01-01T00:00:00Z", "bbox=1,2", "sortby=nothing"])
def test_other_questions_that_make_no_sense(server: str, query: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{server}/collections/ogc.compounds/items?{query}")
    with refused.value as answer:
        assert 400 <= answer.code < 500
        assert json.load(answer)["title"]


KEPT_FROM_CLIENTS = (
    "select * from compound",
    "select * from company",
    "select * from change",
    "select * from ogc_kept.figure",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('.')",
    "select lo_import('/etc/passwd')",
    "copy (select 1) to program 'true'",
    "create table ogc.mine (a integer)",
    "create table public.mine (a integer)",
    "delete from barrier",
    "delete from ogc_kept.shown",
    "update compound set name = 'x'",
)


@pytest.mark.parametrize("writable", [False, True])
def test_what_answers_may_read_the_views_alone(
    town: Register, newest: Snapshot, *, writable: bool
) -> None:
    """Also where somebody got past ``default_transaction_read_only``, and after ``RESET ALL``."""
    show(town, newest, town.known_change())

    async def ask() -> list[str]:
        refused = []
        async with await open_pool(town.conninfo) as pool, pool.acquire() as connection:
            await connection.execute("reset all; reset role")
            assert await connection.fetchval("select current_user") == ROLE
            assert await connection.fetchval("show default_transaction_read_only") == "on"
            assert await connection.fetchval("show statement_timeout") == "30s"
            assert await connection.fetchval("select count(*) from ogc.compounds") == 60
            if writable:
                await connection.execute("set default_transaction_read_only = off")
            for statement in KEPT_FROM_CLIENTS:
                try:
                    await connection.execute(statement)
                except asyncpg.PostgresError as error:
                    if not writable or isinstance(error, asyncpg.InsufficientPrivilegeError):
                        refused.append(statement)
        return refused

    assert asyncio.run(ask()) == list(KEPT_FROM_CLIENTS)


def test_tiles_and_styles_point_to_ours(server: str, newest: Snapshot) -> None:
    whole = get(f"{server}/tiles")
    links = {link["rel"]: link for link in whole["tilesets"][0]["links"]}
    address = links["item"]["href"].format(tileMatrix=8, tileCol=200, tileRow=108)
    assert newest.id in address
    with urllib.request.urlopen(address) as answer:
        assert answer.status in {200, 204}
    for item in whole["tilesets"]:
        described = next(link["href"] for link in item["links"] if link["rel"] == "describedby")
        assert get(described)["tilejson"]
    grid = get(f"{server}/tileMatrixSets/WebMercatorQuad")
    assert grid["tileMatrices"][0]["id"] == "0"
    styles = {item["id"]: item for item in get(f"{server}/styles")["styles"]}
    assert get(styles["map"]["links"][0]["href"])["version"] == 8
    with urllib.request.urlopen(styles["divisions_county"]["links"][0]["href"]) as answer:
        assert b"i1_class" in answer.read()
    assert any(name.startswith("divisions_county-3") for name in styles)


def test_a_browser_gets_json_and_no_page_from_elsewhere(server: str) -> None:
    assert "collections" in get(f"{server}/collections", Accept="text/html,*/*")
    for words in ("f=html", "f=%68tml"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"{server}/collections?{words}")
        assert refused.value.code == 406
        refused.value.close()


def test_qgis_opens_it(server: str, tmp_path: Path) -> None:
    """Runs where Debian's python3-qgis is installed."""
    probe = subprocess.run(
        ["/usr/bin/python3", "-c", "import qgis.core"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("python3-qgis is not installed")
    script = (
        "from qgis.core import QgsApplication, QgsVectorLayer\n"
        "QgsApplication.setPrefixPath('/usr', True); app = QgsApplication([], False); app.initQgis()\n"
        f"layer = QgsVectorLayer(\"url='{server}' typename='ogc.compounds'\", 'x', 'OAPIF')\n"
        "print(layer.isValid(), sum(1 for _ in layer.getFeatures()))\n"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert "True 60" in done.stdout
