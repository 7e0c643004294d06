"""Tiles over HTTP: what is sent, with which headers, and what is refused how."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio

from geo.snapshot.build import Snapshots
from maps.style import STATES, share_classes
from maps.tiles.layers import KINDS
from maps.tiles.mercator import world
from maps.tiles.sprite import images
from maps.tiles.tileset import TileSet
from service.tiles.app import TileApp
from service.tiles.kept import Kept, answer
from service.tiles.sending import accepts_gzip

ID = "0123456789abcdef" * 4
X, Y = (world([[102.7, 25.1]])[0] * 2**12).astype(int).tolist()
TILE = f"/tiles/{ID}/compounds/12/{X}/{Y}"

Asked = tuple[int, dict[str, str], bytes]
Get = Callable[..., Asked]


@pytest.fixture(scope="module")
def app(home: Path) -> TileApp:
    snapshots: Any = Snapshots(None, home / "snapshots")  # type: ignore[arg-type]
    workspace: Any = SimpleNamespace(home=home, opened=snapshots)
    return TileApp(workspace)


async def one(app: TileApp, path: str, method: str = "GET", **headers: str) -> Asked:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    named = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named, "scheme": "http"}
    await app(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


@pytest.fixture(scope="module")
def get(app: TileApp) -> Get:
    def run(path: str, method: str = "GET", **headers: str) -> Asked:
        return asyncio.run(one(app, path, method, **headers))

    return run


def test_a_tile_is_the_sets_own_bytes(get: Get, tiles: TileSet) -> None:
    status, headers, body = get(TILE, accept_encoding="gzip, deflate, br")
    assert status == 200
    assert body == tiles.compressed("compounds", 12, X, Y)
    assert headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "accept-encoding"
    assert get(TILE + ".mvt", accept_encoding="gzip")[2] == body
    assert get(TILE.replace(ID, ID[:12]), accept_encoding="gzip")[2] == body


def test_without_gzip_a_tile_is_sent_plain(get: Get, tiles: TileSet) -> None:
    for accepted in ("", "br", "gzip;q=0", "*;q=0"):
        status, headers, body = get(TILE, accept_encoding=accepted)
        assert status == 200
        assert "content-encoding" not in headers
        assert body == tiles.tile("compounds", 12, X, Y)
        assert headers["content-length"] == str(len(body))
        assert headers["etag"].endswith('-plain"')


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"gzip", True), (b"GZIP;q=0.5", True), (b"deflate, gzip;q=1.0", True), (b"*", True),
        (b"gzip;q=0", False), (b"gzip;q=0.000, *", False), (b"br", False), (b"", False),
        (b"identity, *;q=0", False), (b"gzip;q=x", True),
    ],
)  # fmt: skip
def test_accept_encoding(value: bytes, expected: bool) -> None:
    assert accepts_gzip(value) is expected


def test_etag_and_304(get: Get) -> None:
    _, headers, _ = get(TILE, accept_encoding="gzip")
    for known in (headers["etag"], f'"x", W/{headers["etag"]}', "*"):
        status, again, body = get(TILE, accept_encoding="gzip", if_none_match=known)
        assert (status, body) == (304, b"")
        assert again["etag"] == headers["etag"]
        assert again["cache-control"] == headers["cache-control"]
        assert not {"content-length", "content-type", "content-encoding"} & set(again)
    assert get(TILE, accept_encoding="gzip", if_none_match='"other"')[0] == 200
    assert get(TILE, if_none_match=headers["etag"])[0] == 200  # that is the compressed one's


def test_head(get: Get) -> None:
    whole, head = get(TILE, accept_encoding="gzip"), get(TILE, "HEAD", accept_encoding="gzip")
    assert head == (200, whole[1], b"")


@pytest.mark.parametrize("layer", list(KINDS))
def test_caching_by_layer(get: Get, layer: str) -> None:
    z = max(12, KINDS[layer].min_zoom)
    x, y = (place << (z - 12) for place in (X, Y))
    status, headers, _ = get(f"/tiles/{ID}/{layer}/{z}/{x}/{y}")
    who = "public" if layer in {"divisions", "roads", "barriers"} else "private"
    assert status == 200
    assert headers["cache-control"] == f"{who}, max-age=31536000, immutable"


def test_nothing_there_is_an_empty_tile(get: Get) -> None:
    status, headers, body = get(f"/tiles/{ID}/compounds/12/0/0")
    assert (status, body, headers["content-length"]) == (200, b"", "0")


@pytest.mark.parametrize(
    "path",
    [
        f"/tiles/{'f' * 64}/compounds/12/{X}/{Y}",
        f"/tiles/{ID}/nothing/12/{X}/{Y}",
        f"/tiles/{ID}/compounds/9/{X}/{Y}",
        f"/tiles/{ID}/compounds/17/{X}/{Y}",
        f"/tiles/{ID}/compounds/12/4096/0",
        f"/tiles/{ID}/compounds/12/-1/0",
        f"/tiles/{ID}/compounds/012/{X}/{Y}",
        f"/tiles/{ID}/compounds/12/{X}/{Y}/",
        f"/tiles/{ID}/compounds/12/{X}/{Y}.png",
        f"/tiles/{ID}/compounds/12/{X}",
        f"/tiles/{ID}/../../{ID}/12/1/1",
        "/tiles/../etc/passwd",
        f"/tiles/{ID}",
        f"/tiles/{ID}/nothing.json",
        f"/tiles/{ID}/suggestions",
        "/tiles/",
        "/tiles/sprite@3x.png",
        f"/tiles/{ID}/compounds/12/99999999999999999999/0",
        f"/tiles/*/compounds/12/{X}/{Y}",
        "/tiles/\x00/a/1/1/1",
    ],
)
def test_what_is_not_there_is_a_404_in_words(get: Get, path: str) -> None:
    status, headers, body = get(path)
    words = json.loads(body)
    assert status == words["status"] == 404
    assert headers["content-type"] == "application/problem+json"
    assert words["title"].endswith("。")


def test_only_reading(get: Get) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        status, headers, _ = get(TILE, method)
        assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_an_inner_error_says_nothing(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_name: str) -> None:
        raise RuntimeError("secret word")

    space: Any = SimpleNamespace(home=home, opened=SimpleNamespace(open=broken))
    status, headers, body = asyncio.run(one(TileApp(space), TILE))
    assert status == 500
    assert headers["content-type"] == "application/problem+json"
    assert b"secret" not in body
    assert "secret word" in caplog.text


def test_the_same_tile_asked_for_at_once_is_made_once(home: Path, tiles: TileSet) -> None:
    snapshots: Any = Snapshots(None, home / "snapshots")  # type: ignore[arg-type]
    fresh = TileApp(SimpleNamespace(home=home, opened=snapshots))  # type: ignore[arg-type]
    made: list[Any] = []
    plain = fresh._tile

    def counted(asked: Any) -> Any:
        made.append(asked)
        return plain(asked)

    fresh._tile = counted  # type: ignore[method-assign]

    async def many() -> list[Asked]:
        return await asyncio.gather(*(one(fresh, TILE) for _ in range(12)))

    bodies = {body for _, _, body in asyncio.run(many())}
    assert bodies == {tiles.tile("compounds", 12, X, Y)}
    assert len(made) == 1


def test_what_is_kept_is_bounded() -> None:
    kept = Kept(10_000)
    for k in range(50):
        kept.put(f"/{k}", answer(bytes(1000), b"x", b"y", encoded=False))
        assert kept.bytes <= 10_000
    assert 0 < len(kept) < 10
    assert kept.get("/49") is not None
    assert kept.get("/0") is None
    kept.put("/49", answer(bytes(2000), b"x", b"y", encoded=False))
    kept.put("/big", answer(bytes(20_000), b"x", b"y", encoded=False))
    assert kept.get("/big") is None
    oldest = next(iter(kept._answers))
    kept.get(oldest)  # asked for again: others go first
    kept.put("/new", answer(bytes(1000), b"x", b"y", encoded=False))
    assert kept.get(oldest) is not None


def test_tilejson(get: Get) -> None:
    status, headers, body = get(f"/tiles/{ID}/divisions.json", host="127.0.0.1:9")
    words = json.loads(body)
    assert status == 200
    assert headers["cache-control"] == "private, no-cache"
    assert words["tilejson"] == "3.0.0"
    assert words["tiles"] == [f"http://127.0.0.1:9/tiles/{ID}/divisions/{{z}}/{{x}}/{{y}}"]
    assert (words["minzoom"], words["maxzoom"]) == (3, 14)
    assert [layer["id"] for layer in words["vector_layers"]] == [
        "divisions", "division_labels", "omitted",
    ]  # fmt: skip
    assert set(words["vector_layers"][0]["fields"]) == {"code", "name", "level", "parent"}
    west, south, east, north = words["bounds"]
    assert 102.38 < west < 102.4
    assert 24.78 < south < 24.8
    assert 103.0 < east < 103.02
    assert 25.4 < north < 25.42
    assert "示例数据" in words["description"]
    assert words["made_up"] is True
    zipped = get(f"/tiles/{ID}/divisions.json", host="127.0.0.1:9", accept_encoding="gzip")[2]
    assert json.loads(gzip.decompress(zipped)) == words


def test_the_style_speaks_of_what_is_there(get: Get) -> None:
    from decimal import Decimal

    words = json.loads(get(f"/tiles/{ID}/style.json", host="h:1")[2])
    assert words["version"] == 8
    assert set(words["sources"]) == set(KINDS)
    ids = [layer["id"] for layer in words["layers"]]
    assert len(set(ids)) == len(ids)
    inside = {name for kind in KINDS.values() for name in kind.inside}
    for layer in words["layers"][1:]:
        assert layer["source"] in KINDS
        assert layer["source-layer"] in inside
    text = json.dumps(words)
    for state in STATES:
        assert state.fill in text
        assert state.line in text
    for item in share_classes(Decimal("0.9")):
        assert item.colour in text
    used = {name for name in images() if f'"{name}"' in text}
    assert {"no-data", "state-unknown", "state-trusteeship", "state-self"} <= used
    assert words["sprite"] == "http://h:1/tiles/sprite"
    assert text.count("://") == text.count("http://h:1/")


@pytest.mark.parametrize("ratio", [1, 2])
def test_the_sprite(get: Get, tmp_path: Path, ratio: int) -> None:
    suffix = "@2x" if ratio == 2 else ""
    index = json.loads(get(f"/tiles/sprite{suffix}.json")[2])
    status, headers, body = get(f"/tiles/sprite{suffix}.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    path = tmp_path / "sprite.png"
    path.write_bytes(body)
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning), rasterio.open(path) as picture:
        pixels = picture.read()
    assert pixels.shape[0] == 4
    assert set(index) == set(images())
    for name, place in index.items():
        assert place["pixelRatio"] == ratio
        x, y, side = place["x"], place["y"], place["width"]
        part = pixels[:3, y : y + side, x : x + side]
        assert part.shape[1:] == (8 * ratio, 8 * ratio)
        pattern, fill, _line = images()[name]
        colours = {tuple(int(v) for v in c) for c in part.reshape(3, -1).T}
        rgb = tuple(int(fill[k : k + 2], 16) for k in (1, 3, 5))
        assert rgb in colours
        assert (len(colours) == 1) == (pattern == "solid")
    assert zlib.crc32(body) == zlib.crc32(get(f"/tiles/sprite{suffix}.png")[2])
    assert np.all(pixels[3] == 255)
