"""Sheets as files: SVG as drawn, PDF with the font embedded, PNG painted from that PDF.

Every file is written beside its place and renamed when whole. The same snapshot gives the same
bytes, with the same fonts and libraries: nothing in a file comes from a clock.
"""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape, unescape
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pypdfium2
from PIL.PngImagePlugin import PngInfo

from geo import whole
from geo.errors import UsageError
from maps.sheet.subject import Sheet

DPI: Final = 300
FORMATS: Final = (".pdf", ".png", ".svg")

Progress = Callable[[int, int], None]


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a name beside a path to write to; what is whole is renamed, what is not goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole.beside(path) as part:
        yield part


def write_sheet(path: Path, sheet: Sheet, *, dpi: int = DPI) -> Path:
    """Write a sheet; the name's ending says as what.

    Raises
    ------
    UsageError
        For another ending than pdf, png and svg.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(f"不能写成 {path.name}。", f"文件名以 {'、'.join(FORMATS)} 结尾。")
    if ending == ".svg":
        made = sheet.svg.encode()
    else:
        made = pdf_of([sheet], sheet.title)
        if ending == ".png":
            made = png_of(made, dpi=dpi, words=words_of(sheet))
    with beside(path) as part:
        part.write_bytes(made)
    return path


def pdf_of(sheets: Sequence[Sheet], title: str, progress: Progress | None = None) -> bytes:
    """Make one PDF of sheets, a page each, with bookmarks and links between them."""
    # Loaded here: that takes a second, which no other command should pay.
    weasyprint = import_module("weasyprint")
    fetcher = import_module("weasyprint.urls").URLFetcher(allowed_protocols=("data",))
    document = weasyprint.HTML(string=_page(sheets, title), url_fetcher=fetcher).render()
    if progress is not None:
        _watch(document.pages, progress)
    made: bytes = document.write_pdf(pdf_identifier=b"wuye")
    return made


def words_of(sheet: Sheet) -> str:
    """Give the words that a sheet shows, its marks among them, as one line."""
    return unescape(" ".join(re.findall(r"<(?:title|text)[^>]*>([^<]+)<", sheet.svg)))


def png_of(pdf: bytes, *, page: int = 0, dpi: int = DPI, words: str = "") -> bytes:
    """Paint a page of a PDF; the PNG says its resolution, and in words what is on it."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    out = io.BytesIO()
    about = PngInfo()
    if words:  # pixels can't be searched, and a check has to find what a picture says
        about.add_itxt("Description", words, "zh-CN")
    image.save(out, "PNG", dpi=(dpi, dpi), optimize=True, pnginfo=about)
    return out.getvalue()


def _watch(pages: Sequence[Any], progress: Progress) -> None:
    """Have pages say when they are painted."""

    def painter(page: Any, place: int) -> Callable[..., None]:
        paint = page.paint

        def painted(*args: Any, **words: Any) -> None:
            paint(*args, **words)
            progress(place, len(pages))

        return painted

    for place, page in enumerate(pages, start=1):
        page.paint = painter(page, place)


def _page(sheets: Sequence[Sheet], title: str) -> str:
    """Write the sheets as a document of pages."""
    parts = []
    for i, sheet in enumerate(sheets):
        links = "".join(
            f'<a href="#{link.anchor}" style="left:{link.box.x:.2f}mm;top:{link.box.y:.2f}mm;'
            f'width:{link.box.width:.2f}mm;height:{link.box.height:.2f}mm"></a>'
            for link in sheet.links
        )
        anchor = sheet.anchor or f"sheet-{i + 1}"
        parts.append(
            f'<section id="{anchor}" class="d{sheet.depth}"'
            f' style="width:{sheet.width}mm;height:{sheet.height}mm"'
            f' title="{escape(sheet.title, quote=True)}">'
            # An image of its own: names of patterns are each sheet's, not the document's.
            f'<img src="data:image/svg+xml;base64,{b64encode(sheet.svg.encode()).decode()}"'
            f' alt="{escape(sheet.title, quote=True)}">{links}</section>'
        )
    first = sheets[0]
    rules = f"""
        @page {{ size: {first.width}mm {first.height}mm; margin: 0 }}
        body {{ margin: 0 }}
        section {{ position: relative; overflow: hidden; break-after: page;
                   bookmark-label: attr(title) }}
        section:last-child {{ break-after: auto }}
        .d1 {{ bookmark-level: 1 }} .d2 {{ bookmark-level: 2 }} .d3 {{ bookmark-level: 3 }}
        svg {{ display: block }}
        a {{ position: absolute; display: block }}
    """
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{rules}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )
