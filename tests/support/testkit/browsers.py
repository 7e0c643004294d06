"""The browser that tests drive."""

from __future__ import annotations

import shutil

from playwright.sync_api import Page

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first is the same engine without windows of its own, and takes a third less time a page."""

GO = """path => {
  history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate', { state: null }))
}"""


def chromium() -> str:
    """Give the program of the lightest Chromium there is."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "no Chromium: scripts/setup installs one for the tests"
    return program


def go(page: Page, path: str) -> None:
    """Go to another address as the back button does, without loading the page anew."""
    page.evaluate(GO, path)
    page.wait_for_function("path => location.pathname + location.search === path", arg=path)
