"""What a file is by its content, whatever its name says.

Systems in offices export HTML tables and csv under the name ``.xls``; people rename ``.xls`` to
``.xlsx`` and think it converted. Content decides, and the report says that the name is off.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path
from typing import Final, Literal

Content = Literal[
    "empty", "nul", "xlsx", "xlsb", "ods", "zip", "xls", "encrypted", "sqlite", "fgb", "shp",
    "json", "html", "xml", "mhtml", "text", "foreign",
]  # fmt: skip

NAMES: Final[dict[Content, str]] = {
    "empty": "空文件",
    "nul": "空字节",
    "xlsx": "xlsx 工作簿",
    "xlsb": "xlsb 工作簿",
    "ods": "ods 工作簿",
    "zip": "zip 压缩包",
    "xls": "xls 工作簿",
    "encrypted": "加密的工作簿",
    "sqlite": "GeoPackage（SQLite）",
    "fgb": "FlatGeobuf",
    "shp": "Shapefile",
    "json": "JSON",
    "html": "网页表格（HTML）",
    "xml": "XML（如 Excel 2003 的 XML 表格）",
    "mhtml": "网页归档（MHTML）",
    "text": "文本（CSV）",
    "foreign": "其他格式（图片、PDF、Word 或别的压缩包）",
}
"""What to call each content in a message."""

HEAD_BYTES: Final = 4096
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")

_STARTS: Final[tuple[tuple[bytes, Content], ...]] = (
    (b"SQLite format 3\0", "sqlite"),
    (b"fgb", "fgb"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"%PDF", "foreign"),
    (b"Rar!", "foreign"),
    (b"7z\xbc\xaf\x27\x1c", "foreign"),
    (b"\x1f\x8b", "foreign"),
    (b"\x89PNG", "foreign"),
    (b"\xff\xd8\xff", "foreign"),
)
_HTML: Final = re.compile(rb"<(!doctype\s+html|html|head|meta|body|table|div|style)\b", re.I)


def sniff(path: Path) -> Content:
    """Tell what a file holds from its first bytes, and from the names inside an archive."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not head:
            return "empty"
        if not head.strip(b"\0"):
            return "nul"
        if head.startswith(OLE):
            return "encrypted" if ENCRYPTED in head + file.read() else "xls"
    if head[:4] in {b"PK\3\4", b"PK\5\6"}:
        return _inside(path)
    for start, content in _STARTS:
        if head.startswith(start):
            return content
    return _text(head)


def _inside(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        # Cut off or damaged: what it was meant to be, its name says.
        return "zip" if path.suffix.lower() == ".zip" else "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "foreign"
    return "ods" if "content.xml" in names else "zip"


def _text(head: bytes) -> Content:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            head = head[2:].decode(encoding, "replace").encode()
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<"):
        if _HTML.search(start):
            return "html"
        return "xml" if re.match(rb"<[?!A-Za-z]", start) else "text"
    if start.startswith(b"{"):
        return "json"
    if start.startswith(b"[") and re.match(rb"\[\s*[\[{\"\d]", start):
        return "json"
    return "mhtml" if start[:200].lower().startswith(b"mime-version") else "text"
