"""On every screen, at an office's size and narrowed to a phone: no serious accessibility finding,
nothing wider than the screen; and a light first page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from testkit.browsers import go

import service

Open = Callable[..., Page]
AXE = Path(service.__file__).parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"wide": (1440, 900), "office": (1366, 768), "phone": (390, 844)}
MOST_BYTES = 2.5e6

SCREENS = {
    "overview": ("/?division=5301", "h1:has-text('昆明市')"),
    "overview in English": ("/?lang=en&indicator=I2", "html[lang=en] .figure"),
    "table": ("/?table=1", ".over tbody tr"),
    "compounds": ("/compounds?division=5301&states=none", ".rows li"),
    "companies": ("/compounds?list=companies", "#companies-sum"),
    "takeover": ("/takeover?division=530102&ask=%7B%7D", ".gauge-box .sentence"),
    "imports": ("/imports", ".drop"),
    "reports": ("/reports?division=5301", ".products article"),
}


# No rule of the style sheets tells wide from office: both have a rail and panels beside the map.
@pytest.mark.parametrize(
    "sizes", [("office", "phone"), pytest.param(("wide",), marks=pytest.mark.long)]
)
def test_axe_finds_nothing_serious(open_page: Open, sizes: tuple[str, ...]) -> None:
    """One page that goes from screen to screen, as a reader's does.

    Drawn with half the dots, its lines are twice as thick: nothing too wide is hidden by that.
    """
    page = open_page("/", SIZES[sizes[0]])
    page.locator(".figure").first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    for size in sizes:
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        for screen, (path, there) in SCREENS.items():
            go(page, path)
            page.locator(there).first.wait_for()
            _look_at(page, screen, size)


def _look_at(page: Page, screen: str, size: str) -> None:
    expect(page.locator(".skeleton")).to_have_count(0)
    # Two frames: the first lays the page out anew, the second shows what it answered to that.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]][:5])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == [], f"{screen}, {size}: {json.dumps(serious, ensure_ascii=False, indent=1)}"
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], (screen, size)


def test_the_first_page_is_light(open_page: Open) -> None:
    page = open_page("/", drawn=True)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize])"
    )
    assert sum(size for _, size in sizes) < MOST_BYTES, sorted(sizes, key=lambda one: -one[1])[:8]
