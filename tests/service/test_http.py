"""What every answer has: tags, guards, headers, ids, logs and measurements."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from geo.intake.verdicts import Outcome
from geo.register.store import Register
from geo.snapshot.file import Snapshot
from service.app import create_app
from service.http.site import Site
from service.settings import Settings

AS_OF = {"as_of": "2025-12-31"}


@pytest.fixture
def client(
    register: Register, import_csv: Callable[..., Outcome], tmp_path: Path
) -> Iterator[TestClient]:
    import_csv("divisions", "code,name", "53,云南省", "5301,昆明市")
    import_csv("ledger", "小区编码,区划代码,建筑面积(㎡),服务模式", "A,5301,9,国有物业")
    settings = Settings(home=tmp_path / "home", database_url=SecretStr(register.conninfo))
    app = create_app(settings)
    with TestClient(app, "http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def test_what_is_known_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/coverage", params=AS_OF)
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    again = client.get("/api/v1/coverage", params=AS_OF, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get("/api/v1/coverage", params={**AS_OF, "band": "B"}, headers=known)
    assert other.status_code == 200


def test_a_change_of_facts_changes_the_tag(
    client: TestClient, import_csv: Callable[..., Outcome]
) -> None:
    first = client.get("/api/v1/coverage", params=AS_OF)
    import_csv("ledger", "小区编码,区划代码,建筑面积(㎡),服务模式", "B,5301,1,无物业")
    known = {"If-None-Match": first.headers["etag"]}
    after = client.get("/api/v1/coverage", params=AS_OF, headers=known)
    assert after.status_code == 200
    assert after.json()["total"]["share"] == 0.9
    kept = client.get("/api/v1/coverage", params={"snapshot": first.json()["snapshot"]})
    assert kept.json() == first.json()
    assert "immutable" in kept.headers["cache-control"]
    part = client.get("/api/v1/coverage", params={"snapshot": first.json()["snapshot"][:12]})
    assert part.headers["cache-control"] == "private, no-cache"


def test_a_snapshot_is_opened_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    open_file = Snapshot.__init__

    def counting(self: Snapshot, path: Path) -> None:
        opened.append(path)
        open_file(self, path)

    monkeypatch.setattr(Snapshot, "__init__", counting)
    for level in ("province", "prefecture", "county"):
        client.get("/api/v1/coverage", params={**AS_OF, "level": level})
    assert len(opened) == 1


def test_head_is_get_without_the_body(client: TestClient) -> None:
    for path in ("/api/v1/coverage", "/health", "/handout", "/api/docs"):
        whole = client.get(path, params=AS_OF, headers={"accept-encoding": "identity"})
        head = client.head(path, params=AS_OF, headers={"accept-encoding": "identity"})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "127.0.0.1@evil.example"]
)
def test_other_names_are_refused(client: TestClient, host: str) -> None:
    for path in ("/api/v1/definitions", "/health", "/", f"/tiles/{'0' * 64}/divisions.json"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["127.0.0.1:8753", "localhost", "[::1]:8753", "LOCALHOST:1"])
def test_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/definitions", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://127.0.0.1"}, 405),
        ({}, 405),
    ],
)
def test_other_pages_may_not_write(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post("/api/v1/coverage", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("site", "dest", "status"),
    [
        ("cross-site", "image", 403),
        ("cross-site", "iframe", 403),
        ("same-site", "empty", 403),
        ("cross-site", "document", 200),
        ("same-origin", "image", 200),
        ("none", "document", 200),
    ],
)
def test_other_pages_may_link_here_and_draw_nothing_from_here(
    client: TestClient, site: str, dest: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest}
    assert client.get("/api/v1/coverage", params=AS_OF, headers=headers).status_code == status


def test_pages_may_load_from_here_only(client: TestClient) -> None:
    for path in ("/api/v1/definitions", "/api/docs", "/no/such/page"):
        headers = client.get(path).headers
        policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
    handout = client.get("/handout", params=AS_OF).headers["content-security-policy"]
    assert "script-src 'unsafe-inline'" in handout
    assert "connect-src" not in handout


def test_requests_are_numbered_logged_and_measured(
    client: TestClient, log_lines: list[dict[str, object]]
) -> None:
    answer = client.get(
        "/api/v1/coverage", params=AS_OF, headers={"X-Request-Id": "a-1", "Cookie": "secret"}
    )
    assert answer.headers["x-request-id"] == "a-1"
    client.get("/api/v1/compounds/A", params=AS_OF)
    line = next(line for line in log_lines if line.get("request_id") == "a-1")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/coverage", 200)
    assert line["snapshot"] == answer.json()["snapshot"]
    assert "secret" not in str(log_lines)
    assert client.get("/health", headers={"X-Request-Id": "a b\n"}).headers["x-request-id"] != "a b"
    told = client.get("/metrics").text
    assert 'route="/api/v1/compounds/{code}",status="200"' in told
    assert 'wuye_request_seconds_count{method="GET",route="/api/v1/coverage"} 1.0' in told
    assert 'wuye_snapshots_asked{how="opened"} 1.0' in told


def test_the_web_application_is_served_where_it_is_built(
    client: TestClient, tmp_path: Path
) -> None:
    not_built = TestClient(Site(client.app.api, tmp_path), "http://127.0.0.1")  # type: ignore[attr-defined]
    assert "default-src 'none'" in not_built.get("/", params=AS_OF).text
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>map</title>", "utf-8")
    (tmp_path / "assets" / "app-1a2b.js").write_text("1", "utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", "utf-8")
    site = TestClient(Site(client.app.api, tmp_path), "http://127.0.0.1")  # type: ignore[attr-defined]
    page = site.get("/")
    assert page.text == "<title>map</title>"
    assert page.headers["cache-control"] == "no-cache"
    assert "immutable" in site.get("/assets/app-1a2b.js").headers["cache-control"]
    assert site.get("/compounds", headers={"Accept": "text/html"}).text == page.text
    assert site.get("/compounds").status_code == 404
    assert "secret" not in site.get("/%2e%2e/secret.txt").text
    assert site.get("/no.js", headers={"Accept": "text/html"}).status_code == 404


def test_files_go_out_as_the_build_compressed_them(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>map</title>", "utf-8")
    script = b"let a = 1;" * 500
    (tmp_path / "assets" / "app-1a2b.js").write_bytes(script)
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(script, 9, mtime=0))
    site = TestClient(Site(client.app.api, tmp_path), "http://127.0.0.1")  # type: ignore[attr-defined]
    path = "/assets/app-1a2b.js"
    packed = site.get(path, headers={"Accept-Encoding": "br, gzip"})
    whole = site.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.content == whole.content == script
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(script) / 10
    assert "content-encoding" not in whole.headers
    assert packed.headers["etag"] != whole.headers["etag"]
    for answer in (packed, whole):
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["cache-control"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    again = site.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")


def test_the_interface_is_shown_from_our_own_files(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert "http" not in page.text.replace("https://json-schema", "")
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "interface.js"):
        assert f"/api/docs/{name}" in page.text
        assert client.get(f"/api/docs/{name}").status_code == 200
    assert client.get("/api/docs/package.json").status_code == 404


def test_every_route_declares_its_problems(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            assert {"422", "500", "503"} <= route["responses"].keys(), (path, method)
            assert "application/problem+json" in route["responses"]["422"]["content"]
            assert "/" in route["summary"], (path, method)
