"""The patterns of states and of missing data as a MapLibre sprite, drawn from `maps.style`."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from maps.style import NO_DATA, NO_DATA_LINE, OVERLAP, STATES, VERDICTS, Pattern

SIZE_PX: Final = 8
"""Side of a pattern's tile; patterns join without a seam."""

RATIOS: Final = (1, 2)

_FINE: Final = 4  # samples along a pixel's side

Pixels = npt.NDArray[np.uint8]


def images() -> dict[str, tuple[Pattern, str, str]]:
    """Give the images: pattern, fill and line colour, by name (``state-none``, ``no-data`` …)."""
    found: dict[str, tuple[Pattern, str, str]] = {
        f"state-{state.id}": (state.pattern, state.fill, state.line)
        for state in (*STATES, *VERDICTS, OVERLAP)
    }
    return {**found, "no-data": ("hatch", NO_DATA, NO_DATA_LINE)}


@cache
def index(ratio: int) -> dict[str, dict[str, Any]]:
    """Give where each image is in the sprite of a pixel ratio."""
    side = SIZE_PX * ratio
    return {
        name: {"x": place * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        for place, name in enumerate(images())
    }


@cache
def picture(ratio: int) -> bytes:
    """Draw the sprite of a pixel ratio, as PNG."""
    return png(np.hstack([draw(*image, SIZE_PX * ratio) for image in images().values()]))


def draw(pattern: Pattern, fill: str, line: str, side: int) -> Pixels:
    """Draw one image: (side, side, 4), RGBA."""
    at = (np.arange(side * _FINE) + 0.5) / (side * _FINE)
    x, y = np.meshgrid(at, at)
    if pattern == "hatch":
        inked = np.abs((x + y) % 1.0 - 0.5) < 0.11
    elif pattern == "lines":
        inked = np.abs(y % 0.5 - 0.25) < 0.06
    elif pattern == "dots":
        inked = ((x % 0.5 - 0.25) ** 2 + (y % 0.5 - 0.25) ** 2) < 0.115**2
    else:
        inked = np.zeros_like(x, bool)
    share = inked.reshape(side, _FINE, side, _FINE).mean(axis=(1, 3))[..., None]
    mixed = (1 - share) * _rgb(fill) + share * _rgb(line)
    alpha = np.full((side, side, 1), 255.0)
    return np.asarray(np.rint(np.concatenate([mixed, alpha], axis=2)), np.uint8)


def png(pixels: Pixels) -> bytes:
    """Write RGBA pixels, (height, width, 4), as PNG."""
    height, width, _ = pixels.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 4)])
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """Write one chunk of a PNG."""
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def _rgb(colour: str) -> npt.NDArray[np.float64]:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], np.float64)
