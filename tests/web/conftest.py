"""The application in a browser, on a real server with a small made-up province."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from testkit.browsers import chromium

from geo.register.store import Register
from service.http.site import STATIC

EARLIER, LATER = "2024-12-31", "2025-12-31"
WIDE, OFFICE, PHONE = (1440, 900), (1366, 768), (390, 844)
PATIENCE_MS = 180_000
"""A machine that is busy with other things is no fault of the page."""

CSP_EARS = """
addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))
"""


@pytest.fixture(scope="session")
def installation(
    province_copy: Callable[[], Register],
    province_snapshots: Callable[[Path], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, dict[str, str]]:
    """Give the home of a sample with its snapshots, and the settings that name its register."""
    assert (STATIC / "index.html").is_file(), "not built: scripts/setup test builds it"
    home = tmp_path_factory.mktemp("home")
    register = province_copy()
    province_snapshots(home)
    return home, {"WUYE_DATABASE_URL": register.conninfo, "WUYE_AUTHOR": "tester"}


@pytest.fixture(scope="session")
def address(installation: tuple[Path, dict[str, str]]) -> Iterator[str]:
    """Start the service on a sample; give its address."""
    home, settings = installation
    with serving(home, **settings) as found:
        yield found


@pytest.fixture(scope="session")
def serve_more() -> Callable[..., AbstractContextManager[str]]:
    """Give what starts another service with settings of its own."""
    return serving


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[str]:
    """Run the service of a home; give its address."""
    wuye = [str(Path(sys.executable).with_name("wuye"))]
    options: dict[str, Any] = {
        "env": os.environ | settings | {"WUYE_HOME": str(home)},
        "cwd": home,
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / f"server-{port}.log").open("wb") as log:
        server = subprocess.Popen(
            [*wuye, "serve", "--port", str(port)], stderr=log, stdout=log, **options
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        assert server.poll() is None, "the server ended before it answered"
        try:
            assert httpx2.get(url).status_code == 200
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return


@pytest.fixture
def ask(address: str) -> Callable[..., Any]:
    """Ask the interface, as another program does."""

    def run(path: str, **query: Any) -> Any:
        answer = httpx2.get(f"{address}/api/v1{path}", params=query, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    started = playwright.chromium.launch(
        executable_path=chromium(),
        args=[
            "--no-sandbox",
            "--use-gl=angle",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    )
    yield started
    started.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open an address; anything asked of another origin, logged as an error or barred by the
    policy fails the test, but for the error that the test provokes.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(
        path: str = "/",
        size: tuple[int, int] = OFFICE,
        *,
        drawn: bool = False,
        provoked: str = "",
        at: str = address,
        before: Callable[[Page], None] = lambda _page: None,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(CSP_EARS)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: (
                faults.append(said.text)
                if said.type == "error" and not (provoked and provoked in said.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((at, "data:", "blob:"))
                else faults.append(f"asked of another origin: {asked.url}")
            ),
        )
        before(page)
        page.goto(at + path)
        if drawn:
            page.wait_for_selector(".stage [data-still=true]")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []
