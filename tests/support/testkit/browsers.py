"""The browser that tests drive."""

from __future__ import annotations

import shutil

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first is the same engine without windows of its own, and takes a third less time a page."""


def chromium() -> str:
    """Give the program of the lightest Chromium there is."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "no Chromium: scripts/setup installs one for the tests"
    return program
