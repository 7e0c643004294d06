"""Pictures: the words that they carry beside their pixels, which nobody reads here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

from maps.leaks.contents import Contents

PUBLIC: Final = "公开版"
"""A picture that does not say so can't be told from one of the inside."""


def read_picture(path: Path, contents: Contents) -> None:
    """Read texts, comments and tags of a picture; one without the public mark is not passed."""
    with Image.open(path) as image:
        found = {str(name): value for name, value in image.info.items()}
        found |= {f"EXIF {tag}": value for tag, value in image.getexif().items()}
        found |= {f"标签 {tag}": value for tag, value in getattr(image, "tag_v2", {}).items()}
    texts = [(name, _text(value)) for name, value in found.items()]
    contents.texts += [(name, text) for name, text in texts if text]
    if not any(PUBLIC in text for _, text in texts):
        contents.unread.append(f"图片的内容看不到，也没有注明{PUBLIC}")


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    try:  # tags of a TIFF are bytes that are taken for Latin-1
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
