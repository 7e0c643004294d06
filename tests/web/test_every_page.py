"""On every page at two sizes: no serious accessibility finding, nothing wider than the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import service

Open = Callable[..., Page]
AXE = Path(service.__file__).parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"wide": (1440, 900), "phone": (390, 844)}

PAGES = {
    "overview": ("/?division=5301", ".figure"),
    "compounds": ("/compounds?division=5301", ".rows li"),
    "takeover": ("/takeover?division=530102&ask=%7B%7D", ".gauge-box .sentence"),
    "imports": ("/imports", ".drop"),
    "reports": ("/reports?division=5301", ".products article"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(open_page: Open, name: str, size: str) -> None:
    path, there = PAGES[name]
    page = open_page(path, SIZES[size])
    page.locator(there).first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"]][:5])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == [], json.dumps(serious, ensure_ascii=False, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
