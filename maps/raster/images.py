"""Pixels of class codes as small pictures: PNG with a palette of 16 colours, or lossless WebP."""

from __future__ import annotations

import struct
import warnings
from typing import Final

import numpy as np
from isal import isal_zlib
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from maps.raster.picture import NOTHING, Class, Codes, rgb
from maps.tiles.sprite import chunk

HATCH_PX: Final = 8
"""Distance of hatch lines; a tile's side is a multiple of it, so lines go on in the next."""

FORMATS: Final = ("png", "webp")


class Painter:
    """Turns codes into pictures in the colours of some classes."""

    def __init__(self, classes: tuple[Class, ...]) -> None:
        colours = [(0, 0, 0, 0)] * 16
        self.hatched: dict[int, int] = {}
        for item in classes:
            colours[item.code] = (*rgb(item.colour), 255)
        free = max(item.code for item in classes) + 1
        for item in classes:
            if item.hatch is not None:
                colours[free] = (*rgb(item.hatch), 255)
                self.hatched[item.code] = free
                free += 1
        self.colours = np.array(colours, np.uint8)

    def hatch(self, codes: Codes) -> Codes:
        """Draw lines over the hatched classes."""
        if not self.hatched:
            return codes
        height, width = codes.shape
        on_line = (np.arange(height)[:, None] + np.arange(width)) % HATCH_PX < 2
        out = codes.copy()
        for code, line in self.hatched.items():
            out[(codes == code) & on_line] = line
        return out

    def png(self, codes: Codes) -> bytes:
        """Write a PNG of four bits a pixel; the width is even."""
        drawn = self.hatch(codes)
        height, width = drawn.shape
        packed = (drawn[:, 0::2] << 4) | drawn[:, 1::2]
        rows = np.hstack([np.zeros((height, 1), np.uint8), packed])
        head = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", head)
            + chunk(b"PLTE", self.colours[:, :3].tobytes())
            + chunk(b"tRNS", bytes([self.colours[NOTHING, 3]]))
            + chunk(b"IDAT", isal_zlib.compress(rows.tobytes(), 3))
            + chunk(b"IEND", b"")
        )

    def webp(self, codes: Codes) -> bytes:
        """Write a lossless WebP."""
        pixels = np.moveaxis(self.colours[self.hatch(codes)], 2, 0)
        height, width = codes.shape
        with MemoryFile() as memory, warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # where a tile is, its id says
            with memory.open(
                driver="WEBP", width=width, height=height, count=4, dtype="uint8", LOSSLESS="YES"
            ) as picture:
                picture.write(pixels)
            return bytes(memory.read())
