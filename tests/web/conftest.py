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
from testkit.browsers import chromium, go

from geo.register.store import Register
from service.http.site import STATIC

EARLIER, LATER = "2024-12-31", "2025-12-31"
WIDE, OFFICE, PHONE = (1440, 900), (1366, 768), (390, 844)
PATIENCE_MS = 180_000
"""A machine that is busy with other things is no fault of the page."""

STILL = ".stage [data-still=true]"

COARSE = 1.0 if os.environ.get("WUYE_SCREENSHOTS") else 0.5
"""Dots drawn for a point of the page: without a graphics card they are what most time goes into.

The page is laid out as wide as ever. Pictures that people look at have all their dots, and so has
what asks how things lie (``dots=1.0``): no line is thinner than a dot.
"""

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
    with httpx2.Client() as client:
        while True:
            assert server.poll() is None, "the server ended before it answered"
            try:
                assert client.get(url).status_code == 200
            except httpx2.TransportError:
                time.sleep(0.2)
            else:
                return


@pytest.fixture(scope="session")
def ask(address: str) -> Iterator[Callable[..., Any]]:
    """Ask the interface, as another program does."""
    # One client, for making one takes longer than most answers; no connection that the service
    # may just be closing.
    each_its_own = httpx2.Limits(max_keepalive_connections=0)
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=60, limits=each_its_own) as client:

        def run(path: str, **query: Any) -> Any:
            answer = client.get(path, params=query)
            assert answer.status_code == 200, answer.text
            return answer.json()

        yield run


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


class Ears:
    """Hear what a page does wrong."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def listen(self, page: Page, at: str, provoked: str = "") -> None:
        """Note what is asked of another origin, logged as an error or barred by the policy."""
        page.on(
            "console",
            lambda said: (
                self.faults.append(said.text)
                if said.type == "error" and not (provoked and provoked in said.text)
                else None
            ),
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((at, "data:", "blob:"))
                else self.faults.append(f"asked of another origin: {asked.url}")
            ),
        )


def new_context(browser: Browser, size: tuple[int, int], dots: float = COARSE) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=dots,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(CSP_EARS)
    return context


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open an address; anything asked of another origin, logged as an error or barred by the
    policy fails the test, but for the error that the test provokes.
    """
    contexts: list[BrowserContext] = []
    ears = Ears()

    def open_one(
        path: str = "/",
        size: tuple[int, int] = OFFICE,
        *,
        dots: float = COARSE,
        drawn: bool = False,
        provoked: str = "",
        at: str = address,
        before: Callable[[Page], None] = lambda _page: None,
    ) -> Page:
        contexts.append(new_context(browser, size, dots))
        page = contexts[-1].new_page()
        ears.listen(page, at, provoked)
        before(page)
        page.goto(at + path)
        if drawn:
            page.wait_for_selector(STILL)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert ears.faults == []


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[tuple[Page, Ears]]:
    context = new_context(browser, OFFICE)
    yield context.new_page(), Ears()
    context.close()


@pytest.fixture
def walk_to(shared: tuple[Page, Ears], address: str) -> Iterator[Callable[..., Page]]:
    """Go to an address on a page that a module's tests share, as a reader's page goes on.

    For tests that look and leave nothing behind; the same is heard as with `open_page`.
    """
    page, ears = shared

    def walk(path: str, size: tuple[int, int] = OFFICE, *, drawn: bool = False) -> Page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if page.url.startswith(address):
            page.keyboard.press("Escape")  # whatever the test before has left open
            go(page, path)
        else:
            ears.listen(page, address)
            page.goto(address + path)
        if drawn:
            page.wait_for_selector(STILL)
        return page

    yield walk
    faults, ears.faults = ears.faults, []
    assert faults == []
