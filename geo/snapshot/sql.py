"""The SQL files beside this one, by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> bytes:
    """Give the text of a file, as the driver takes a statement that is no literal."""
    return files("geo.snapshot").joinpath(name).read_bytes()
