"""Documents as texts: docx, PDF, HTML, and plain text of any kind."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import docx
import pypdf

from maps.leaks.contents import Contents, Sheet
from maps.leaks.tables import sheet_of


def read_text(path: Path, contents: Contents) -> None:
    """Read a text line by line."""
    text = path.read_text("utf-8-sig")
    contents.texts += [(f"第 {at} 行", line) for at, line in enumerate(text.splitlines(), 1)]


def read_docx(path: Path, contents: Contents) -> None:
    """Read paragraphs and tables, and what Word keeps besides: comments, changes, properties."""
    document = docx.Document(str(path))
    contents.texts += [(f"第 {at} 段", paragraph.text)
                       for at, paragraph in enumerate(document.paragraphs, 1)]  # fmt: skip
    for at, table in enumerate(document.tables, 1):
        cells = [[_plain(cell.text) for cell in row.cells] for row in table.rows]
        contents.sheets.append(sheet_of(f"表 {at}", cells))
    properties = document.core_properties
    for name in ("author", "last_modified_by", "title", "subject", "keywords", "comments"):
        if value := getattr(properties, name):
            contents.texts.append((f"属性 {name}", str(value)))
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            text = archive.read(name).decode("utf-8", "replace")
            contents.raw += text.encode()
            if re.search(r"<w:(del|ins) ", text):
                contents.hidden.append((name, "修订记录"))
            if re.search(r"comments\d*\.xml$", name) and "<w:comment " in text:
                contents.hidden.append((name, "批注"))
            if "<w:vanish" in text and "styles" not in name:
                contents.hidden.append((name, "隐藏文字"))
            if re.search(r"/(header|footer|footnotes|endnotes|comments)\d*\.xml$", name):
                contents.texts.append((name, re.sub(r"<[^>]+>", " ", text)))


def read_pdf(path: Path, contents: Contents) -> None:
    """Read the text of every page, bookmarks' titles, properties; attachments are hidden things."""
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted:
        contents.unread.append("PDF 已加密")
        return
    for at, page in enumerate(reader.pages, 1):
        # Chinese text often comes with a blank between characters.
        text = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", page.extract_text())
        contents.texts += [(f"第 {at} 页", line) for line in text.splitlines()]
        if page.get("/Annots"):
            contents.texts.append((f"第 {at} 页批注", str(page["/Annots"])))
    for key, value in (reader.metadata or {}).items():
        contents.texts.append((f"属性 {key}", str(value)))
    if reader.xmp_metadata is not None:
        contents.raw += reader.xmp_metadata.stream.get_data()
    for name in reader.attachments:
        contents.hidden.append((name, "附件"))


class _Page(HTMLParser):
    """Texts, attributes and tables of a page; scripts are texts too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, str]] = []
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep attributes; a cell begins."""
        self.texts += [(f"<{tag} {name}>", value) for name, value in attrs if value]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        """Close a cell."""
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if self._cell is not None:
            self._cell.append(data)
        self.texts += [(f"第 {self.getpos()[0]} 行", line) for line in data.splitlines() if line]

    def handle_comment(self, data: str) -> None:
        """Keep a comment: it leaves with the page."""
        self.texts.append((f"第 {self.getpos()[0]} 行注释", data))


def read_html(path: Path, contents: Contents) -> None:
    """Read a page's texts, attributes, scripts and tables."""
    page = _Page()
    page.feed(path.read_text("utf-8"))
    contents.texts += page.texts
    for at, cells in enumerate(page.tables, 1):
        filled = [[_plain(cell) for cell in row] for row in cells]
        sheet: Sheet = sheet_of(f"表 {at}", filled)
        contents.sheets.append(sheet)


def _plain(cell: str) -> object:
    """Read a cell of a document: a number where it is one, blank for nothing."""
    text = cell.strip().replace(",", "")
    if not text:
        return None
    if text.isdecimal() and len(text) < 6:
        return int(text)
    return cell
