"""A browser without WebGL: the choropleth as a picture, the ranking and the downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect
from testkit.browsers import chromium

Open = Callable[..., Page]
LATER = "2025-12-31"


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """Start another browser, which can't draw in three dimensions."""
    blind = browser.browser_type.launch(
        executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-3d-apis"]
    )
    yield blind
    blind.close()


def test_without_webgl_there_is_picture_ranking_and_files(
    open_page: Open, ask: Callable[..., Any], address: str
) -> None:
    page = open_page("/?division=5301&level=county")
    assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
    picture = page.locator(".plain-map")
    expect(picture).to_have_attribute("data-drawn", "true")
    box = picture.bounding_box()
    assert box
    assert box["width"] > 300
    assert box["height"] > 200
    found = ask("/coverage", level="county", division="5301", as_of=LATER)
    counted = [row for row in found["rows"] if row["division"] and row["denominator"]]
    listed = page.locator(".ranking li")
    expect(listed).to_have_count(len(counted))
    shares = {row["name"]: row["text"]["share"] for row in counted}
    for item in listed.all():
        assert item.locator(".share").inner_text() == shares[item.locator(".name").inner_text()]
    files = [
        link.get_attribute("href") for link in page.locator(".plain a[href], a[download]").all()
    ]
    assert files
    for href in files:
        assert href
        if href.startswith("/handout"):
            assert httpx2.get(address + href, timeout=60).status_code == 200
    page.get_by_role("link", name="小区", exact=True).click()
    expect(page.locator(".rows li").first).to_be_visible()
