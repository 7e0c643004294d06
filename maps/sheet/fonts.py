"""The Chinese font of printed sheets: where it is, how wide a text is, where lines break."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from geo.errors import NotFound

FAMILY: Final = "Noto Sans CJK SC"
FAMILIES: Final = f"{FAMILY}, Source Han Sans SC, Noto Sans SC, Microsoft YaHei, SimHei, sans-serif"
"""What an SVG names: the font that the PDF embeds, then what offices have instead."""

MM_PER_PT: Final = 25.4 / 72

_DEBIAN: Final = {
    False: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    True: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
}
_NOT_FIRST: Final = "，。、；：！？）】》”’%％·"
"""What never begins a line (GB/T 15834)."""


@cache
def font_file(*, bold: bool = False) -> tuple[Path, int]:
    """Find the font: its file and its place in a collection.

    Raises
    ------
    NotFound
        Where it is not installed.
    """
    path = _DEBIAN[bold] if _DEBIAN[bold].exists() else _asked(bold=bold)
    if path.suffix.lower() not in {".ttc", ".otc"}:
        return path, 0
    for place in range(64):
        with TTFont(path, fontNumber=place, lazy=True) as font:
            if font["name"].getDebugName(1) in {FAMILY, f"{FAMILY} {'Bold' if bold else ''}"}:
                return path, place
    raise NotFound(f"{path} 中没有字体 {FAMILY}。", _REMEDY)


_REMEDY: Final = "请安装 fonts-noto-cjk（scripts/setup run 会安装）。"


def _asked(*, bold: bool) -> Path:
    """Ask fontconfig, on machines that keep fonts elsewhere."""
    program = shutil.which("fc-match")
    if program is not None:
        asked = f"{FAMILY}:{'bold' if bold else 'regular'}"
        answer = subprocess.run(
            [program, "--format", "%{family}\n%{file}", asked],
            check=False,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        if len(answer) == 2 and FAMILY in answer[0]:
            return Path(answer[1])
    raise NotFound(f"没有找到字体 {FAMILY}，无法排印中文。", _REMEDY)


@cache
def _metrics(*, bold: bool) -> tuple[dict[int, str], dict[str, tuple[int, int]], int]:
    path, place = font_file(bold=bold)
    with TTFont(path, fontNumber=place, lazy=True) as font:
        return dict(font.getBestCmap()), dict(font["hmtx"].metrics), int(font["head"].unitsPerEm)


@cache
def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Give the width of a text set in the sheet's font, in mm."""
    glyphs, advances, per_em = _metrics(bold=bold)
    units = sum(advances[glyphs.get(ord(char), ".notdef")][0] for char in text)
    return units / per_em * size_pt * MM_PER_PT


def wrapped(text: str, size_pt: float, width: float) -> list[str]:
    """Break a text into lines no wider than `width` mm: between Chinese characters, at spaces."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_mm(line + piece.rstrip(), size_pt) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def fitted(text: str, size_pt: float, width: float, *, bold: bool = False) -> str:
    """Cut a text with an ellipsis where it is wider than `width` mm."""
    if width_mm(text, size_pt, bold=bold) <= width:
        return text
    kept = text
    while kept and width_mm(kept + "…", size_pt, bold=bold) > width:
        kept = kept[:-1]
    return kept + "…"


def _pieces(text: str) -> list[str]:
    """Cut a text where a line may end: Latin words whole, closing marks with what they close."""
    pieces: list[str] = []
    for char in text:
        wide = ord(char) >= 0x2E80
        glued = pieces and (
            char in _NOT_FIRST
            or (pieces[-1][-1] in "（【《“‘" and len(pieces[-1]) == 1)
            or (not wide and ord(pieces[-1][-1]) < 0x2E80 and not pieces[-1].endswith(" "))
        )
        if glued:
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
