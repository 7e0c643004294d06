"""What holds on every screen: no serious accessibility finding, and a light first page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import service

Open = Callable[..., Page]
AXE = Path(service.__file__).parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
MOST_BYTES = 2.5e6

SCREENS = {
    "overview": "/?division=5301",
    "overview in English": "/?lang=en&indicator=I2",
    "table": "/?table=1",
    "compounds": "/compounds?division=5301&states=none",
    "companies": "/compounds?list=companies",
}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(open_page: Open, screen: str) -> None:
    page = open_page(SCREENS[screen])
    page.locator(".figure, .rows, #companies-sum").first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]][:5])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == [], json.dumps(serious, ensure_ascii=False, indent=1)


def test_the_first_page_is_light(open_page: Open) -> None:
    page = open_page("/", drawn=True)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize])"
    )
    assert sum(size for _, size in sizes) < MOST_BYTES, sorted(sizes, key=lambda one: -one[1])[:8]
