"""The base map's proxy against an upstream of our own: what goes through, and what never does."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from geo.errors import UsageError
from service.app import create_app
from service.basemap.app import MOST_BYTES, BasemapApp
from service.basemap.source import Source, source_of, tianditu
from service.settings import Settings

KEY = "a-key-that-nobody-may-see"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
Upstream = tuple[str, list[str], dict[str, Any]]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Give a server's address, what it was asked, and what it answers next."""
    asked: list[str] = []
    says: dict[str, Any] = {"status": 200, "body": PNG, "wait": threading.Event(), "slow": False}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if says["slow"]:
                says["wait"].wait(30)
            self.send_response(says["status"])
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.send_header("content-length", str(len(says["body"])))
            self.end_headers()
            self.wfile.write(says["body"])

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, says
    says["wait"].set()
    server.shutdown()
    server.server_close()


def get(app: BasemapApp, *paths: str) -> list[httpx2.Response]:
    """Ask the application, path by path, as one client does."""

    async def run() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            found = [await client.get(path) for path in paths]
        if app._client is not None:
            await app._client.aclose()
            app._client = None
        return found

    return asyncio.run(run())


def from_tianditu(address: str) -> Source:
    return tianditu(KEY, "GS(2024)0000号", address)


def test_a_tile_is_fetched_once_and_the_key_stays_here(
    upstream: Upstream, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    address, asked, _ = upstream
    caplog.set_level(logging.DEBUG)
    app = BasemapApp(from_tianditu(address))
    first, again, described = get(
        app, "/basemap/vec/8/201/110", "/basemap/vec/8/201/110", "/basemap/"
    )
    assert first.content == again.content == PNG
    assert first.headers["content-type"] == "image/png"
    assert len(asked) == 1
    words = {name: value[0] for name, value in parse_qs(urlsplit(asked[0]).query).items()}
    assert urlsplit(asked[0]).path == "/vec_w/wmts"
    assert words["tk"] == KEY
    assert (words["TILEMATRIX"], words["TILECOL"], words["TILEROW"]) == ("8", "201", "110")
    assert words["TILEMATRIXSET"] == "w"
    shown = described.json()
    assert shown["review_number"] == "GS(2024)0000号"
    assert "天地图" in shown["credit"]
    assert [layer["id"] for layer in shown["layers"]] == ["vec", "img", "cva"]
    said = caplog.text + "".join(capfd.readouterr())
    sent = "".join(f"{one.headers}{one.text}" for one in (first, described))
    assert KEY not in said
    assert KEY not in sent


@pytest.mark.parametrize(
    "path",
    [
        "vec/8/201/256", "vec/8/256/110", "vec/0/0/0", "vec/19/0/0", "nix/8/201/110",
        "vec/8/-1/110", "vec/8/1.5/110", "vec/8/201/110/..", "vec/8/٢/110", "vec//201/110",
        "vec/8/201/110%3Ftk=x", "http://127.0.0.1/8/1/1",
    ],
)  # fmt: skip
def test_what_is_no_tile_never_goes_out(upstream: Upstream, path: str) -> None:
    address, asked, _ = upstream
    [answer] = get(BasemapApp(from_tianditu(address)), f"/basemap/{path}")
    assert answer.status_code == 404
    assert asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"no"),
        (302, b""),
        (200, b"<html>" + KEY.encode()),
        (200, PNG + bytes(MOST_BYTES)),
    ],
)
def test_what_is_no_picture_is_not_passed_on(
    upstream: Upstream, status: int, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    address, asked, says = upstream
    says.update(status=status, body=body)
    app = BasemapApp(from_tianditu(address))
    [answer] = get(app, "/basemap/img/8/201/110")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert KEY not in answer.text + "".join(capfd.readouterr())
    says.update(status=200, body=PNG)
    [later] = get(app, "/basemap/img/8/201/110")
    assert later.content == PNG
    assert len(asked) == 2


def test_an_upstream_that_hangs_or_is_gone_is_given_up(upstream: Upstream) -> None:
    address, _, says = upstream
    says["slow"] = True
    [hung] = get(BasemapApp(from_tianditu(address), seconds=0.2), "/basemap/vec/8/201/110")
    [gone] = get(BasemapApp(from_tianditu("http://127.0.0.1:1")), "/basemap/vec/8/201/110")
    assert hung.status_code == gone.status_code == 502


def mirror(**own: str) -> Settings:
    given = {
        "basemap_url": "http://10.0.0.8/map/{z}/{x}/{y}.png",
        "basemap_datum": "CGCS2000",
        "basemap_credit": "某市自然资源局",
    }
    return Settings(**{**given, **own})  # type: ignore[arg-type]


def test_a_mirror_is_an_address_with_three_places() -> None:
    source = source_of(mirror())
    assert source is not None
    assert source.layers[0].url(8, 201, 110) == "http://10.0.0.8/map/8/201/110.png"
    assert source.credit == "某市自然资源局"
    assert source_of(Settings()) is None
    assert source_of(Settings(tianditu_key=SecretStr(""))) is None


@pytest.mark.parametrize(
    "own",
    [
        {"basemap_datum": "GCJ-02"},
        {"basemap_datum": "gcj02"},
        {"basemap_datum": ""},
        {"basemap_credit": ""},
        {"basemap_url": "file:///etc/{z}/{x}/{y}"},
        {"basemap_url": "http://10.0.0.8/{z}/{x}"},
        {"basemap_url": "http://{z}.example/{x}/{y}"},
        {"basemap_url": "http://name:word@10.0.0.8/{z}/{x}/{y}"},
    ],
)
def test_a_mirror_that_cannot_be_laid_below_is_refused(own: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        source_of(mirror(**own))


def test_the_service_has_it_behind_its_guard(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr("host=127.0.0.1 port=1"))
    ask: Callable[..., Any] = create_app(settings)

    async def run() -> tuple[httpx2.Response, httpx2.Response]:
        transport = httpx2.ASGITransport(ask)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            elsewhere = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}
            return (
                await client.get("/basemap/"),
                await client.get("/basemap/vec/8/201/110", headers=elsewhere),
            )

    none, foreign = asyncio.run(run())
    assert none.json()["layers"] == []
    assert "default-src 'none'" in none.headers["content-security-policy"]
    assert foreign.status_code == 403
