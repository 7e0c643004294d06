"""Between two states of the page: what is asked twice, what others change, what comes late."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

Open = Callable[..., Page]
Ask = Callable[..., Any]
EARLIER, LATER = "2024-12-31", "2025-12-31"
PATIENCE_S = 90
TABS = {"I1": "物业服务", "I2": "业委会", "I3": "党组织", "I4": "党的工作"}
COVERAGE = re.compile(r"/api/v1/coverage\?")
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""

PRESS = """(names) => {
  const buttons = [...document.querySelectorAll('button')]
  for (const name of names) buttons.find((one) => one.textContent.trim() === name).click()
}"""

CHANGE = """(addresses) => {
  for (const one of addresses) {
    history.pushState(null, '', one)
    dispatchEvent(new PopStateEvent('popstate', { state: null }))
  }
}"""

WHERE = """(point) => {
  const map = document.querySelector('.stage .canvas').map
  const box = map.getCanvas().getBoundingClientRect()
  const { x, y } = map.project(point)
  return [box.x + x, box.y + y]
}"""


def test_the_tip_says_what_ranking_and_interface_say(walk_to: Open, ask: Ask) -> None:
    page = walk_to("/", drawn=True)
    places = {
        one["code"]: one["point"]
        for one in ask("/divisions", level="prefecture", as_of=LATER, limit=100)["items"]
    }
    names = {one["id"]: one["name"]["zh"] for one in ask("/definitions")["indicators"]}
    for indicator, tab in TABS.items():
        page.get_by_role("button", name=tab, exact=True).click()
        found = ask("/coverage", indicator=indicator, as_of=LATER)
        expect(page.locator(".legend strong").first).to_have_text(names[indicator])
        counted = [row for row in found["rows"] if row["division"] and row["denominator"]]
        assert counted
        for row in counted[:4]:
            page.mouse.move(*page.evaluate(WHERE, places[row["division"]]))
            tip = page.locator(".tip")
            expect(tip.locator("strong")).to_have_text(row["name"])
            expect(tip.locator(".share")).to_have_text(row["text"]["share"])
            expect(tip.locator(".when")).to_contain_text(found["as_of"])
            listed = page.locator(f'.ranking [data-code="{row["division"]}"]')
            expect(listed.locator(".share")).to_have_text(row["text"]["share"])


def test_what_others_change_is_seen_when_the_page_is_looked_at_again(
    open_page: Open, ask: Ask
) -> None:
    changed = threading.Event()

    def as_it_was(route: Route) -> None:
        """Until somebody has brought newer facts, the newest date is the earlier one."""
        asked = route.request.url
        dated = "as_of=" in asked or "snapshot=" in asked
        if dated or changed.is_set():
            route.continue_()
        else:
            route.continue_(url=f"{asked}&as_of={EARLIER}")

    page = open_page("/", before=lambda page: page.route(COVERAGE, as_it_was))
    before, after = ask("/coverage", as_of=EARLIER), ask("/coverage", as_of=LATER)
    assert before["total"]["text"]["share"] != after["total"]["text"]["share"]
    source, figure = page.locator(".overview .source"), page.locator(".overview .figure")
    expect(source).to_contain_text(before["snapshot"][:8])
    # Another indicator and back: the first answer was kept, and is compared all the same.
    page.get_by_role("button", name=TABS["I2"], exact=True).click()
    expect(source).to_contain_text(EARLIER)
    changed.set()
    page.get_by_role("button", name=TABS["I1"], exact=True).click()
    expect(source).to_contain_text(after["snapshot"][:8])
    expect(figure).to_contain_text(after["total"]["text"]["share"][:-2])
    changed.clear()
    page.wait_for_timeout(2100)  # it is not looked again within two seconds
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(source).to_contain_text(before["snapshot"][:8])
    expect(page.locator(".time .now strong")).to_have_text(EARLIER)
    expect(page.locator(".legend")).to_contain_text(EARLIER)


def test_the_last_of_two_quick_changes_wins(open_page: Open, ask: Ask) -> None:
    page = open_page("/", drawn=True)

    def slowly(route: Route) -> None:
        time.sleep(0.8)
        route.continue_()

    page.route(re.compile(r"coverage\?.*basis=count"), slowly)
    page.evaluate(CHANGE, ["/?basis=count", "/?basis=land&band=B"])
    found = ask("/coverage", basis="land", band="B", as_of=LATER)
    head = page.locator(".overview .head")
    expect(head).to_contain_text("用地面积")
    expect(head.locator(".figure")).to_contain_text(found["total"]["text"]["share"][:-2])
    page.evaluate(PRESS, [TABS["I2"], TABS["I4"]])
    last = ask("/coverage", indicator="I4", as_of=LATER)
    expect(page.locator(".overview .figure")).to_contain_text(last["total"]["text"]["share"][:-2])
    page.wait_for_timeout(1000)
    expect(page.locator(".overview .figure")).to_contain_text(last["total"]["text"]["share"][:-2])
    assert "indicator=I4" in page.url
    assert "basis=land" in page.url


def test_the_slider_beside_an_open_drawer(walk_to: Open, ask: Ask) -> None:
    one = ask("/compounds", division="5301", state="none", as_of=LATER)["items"][0]["code"]
    page = walk_to(f"/?chosen=compound:{one}", drawn=True)
    drawer = page.get_by_role("complementary", name="详情")
    expect(drawer.get_by_role("heading", level=2)).to_be_visible()
    slider = page.locator("#quarter")
    box, covered = slider.bounding_box(), drawer.bounding_box()
    assert box
    assert covered
    assert box["x"] + box["width"] <= covered["x"]
    for _ in range(4):
        slider.press("ArrowLeft")
    found = ask("/coverage", as_of=EARLIER)
    expect(page.locator(".time .now strong")).to_have_text(EARLIER)
    expect(page.locator(".overview .source")).to_contain_text(found["snapshot"][:8])
    expect(page.locator(".overview .figure")).to_contain_text(found["total"]["text"]["share"][:-2])
    expect(drawer.get_by_role("heading", level=2)).to_be_visible()


def test_another_date_moves_no_outline(open_page: Open, ask: Ask) -> None:
    page = open_page(f"/?as_of={LATER}", drawn=True)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    before, after = ask("/coverage", as_of=LATER), ask("/coverage", as_of=EARLIER)
    assert before["tile_tags"]["divisions"] == after["tile_tags"]["divisions"]
    assert before["tile_tags"]["compounds"] != after["tile_tags"]["compounds"]
    page.locator("#quarter").press("ArrowLeft")
    for _ in range(3):
        page.locator("#quarter").press("ArrowLeft")
    expect(page.locator(".overview .source")).to_contain_text(after["snapshot"][:8])
    expect(page.locator(".legend")).to_contain_text(EARLIER)
    page.wait_for_selector(".stage [data-still=true]")
    assert not [one for one in asked if "/divisions/" in one and "/tiles/" in one]


def wait_for_asked(page: Page, part: str) -> list[str]:
    """Wait until the page has asked for such an address; give all that it asked for."""
    until = time.monotonic() + PATIENCE_S
    names: list[str] = []
    while not any(part in name for name in names):
        assert time.monotonic() < until, part
        page.wait_for_timeout(100)
        names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    return names


@pytest.fixture
def mirror() -> Iterator[tuple[str, list[str]]]:
    """Run a mirror of tiles; give its address and what it was asked for."""
    asked: list[str] = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "image/png")
            self.send_header("content-length", str(len(DOT)))
            self.end_headers()
            self.wfile.write(DOT)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_base_map_comes_through_our_own_address(
    open_page: Open,
    serve_more: Callable[..., Any],
    installation: tuple[Path, dict[str, str]],
    mirror: tuple[str, list[str]],
) -> None:
    (root, asked), (home, settings) = mirror, installation
    with serve_more(
        home,
        **settings,
        WUYE_BASEMAP_URL=f"{root}/{{z}}/{{x}}/{{y}}.png",
        WUYE_BASEMAP_DATUM="CGCS2000",
        WUYE_BASEMAP_CREDIT="某市测绘院",
        WUYE_WITH_WORKER="false",
    ) as own:
        page = open_page("/?base=mirror", at=own)  # which fails on any other origin
        expect(page.locator(".credit")).to_contain_text("某市测绘院")
        wait_for_asked(page, "/basemap/mirror/")
        page.wait_for_selector(".stage [data-still=true]")
        page.context.close()
    assert asked


def test_without_a_base_map_none_is_asked_for(open_page: Open) -> None:
    page = open_page("/?base=mirror", drawn=True)
    names = wait_for_asked(page, "/basemap/")
    page.wait_for_timeout(300)
    assert page.locator(".credit").count() == 0
    assert not [name for name in names if re.search("/basemap/.", name)]
