"""Open a file by its suffix and beginning: which reader, and what if none fits."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from maps.leaks.contents import Contents
from maps.leaks.documents import read_docx, read_html, read_pdf, read_text
from maps.leaks.layers import read_parquet, read_vector
from maps.leaks.pictures import read_picture
from maps.leaks.tables import read_csv, read_xlsx
from maps.leaks.tiles import read_mbtiles, read_mvt, read_pmtiles

Reader = Callable[[Path, Contents], None]

TEXTS: Final = (".txt", ".md", ".json", ".qml", ".sld", ".xml", ".svg", ".css", ".js", ".prj",
                ".cpg", ".qpj", ".yaml", ".toml", ".sig", ".pub", ".pem")  # fmt: skip
PICTURES: Final = (".png", ".webp", ".jpg", ".jpeg", ".tif", ".tiff")

READERS: Final[dict[str, Reader]] = {
    ".gpkg": read_vector, ".geojson": read_vector, ".fgb": read_vector, ".shp": read_vector,
    ".parquet": read_parquet, ".csv": read_csv, ".xlsx": read_xlsx, ".docx": read_docx,
    ".pdf": read_pdf, ".html": read_html, ".pmtiles": read_pmtiles, ".mbtiles": read_mbtiles,
    ".mvt": read_mvt, ".pbf": read_mvt, **dict.fromkeys(TEXTS, read_text),
    **dict.fromkeys(PICTURES, read_picture),
}  # fmt: skip

BESIDE_SHP: Final = (".dbf", ".shx", ".sbn", ".sbx")
"""Parts of a Shapefile that are read with it."""

MOST_UNPACKED: Final = 4_000_000_000
"""An archive that unpacks to more is not opened."""


def opened(name: str, path: Path) -> Iterator[Contents]:
    """Open one file; an archive gives its members, each named below it."""
    suffix = path.suffix.lower()
    if suffix in {".zip", ".shz"} or (suffix not in READERS and zipfile.is_zipfile(path)):
        yield from _members(name, path)
        return
    contents = Contents(name, suffix)
    if path.is_symlink():
        contents.unread.append("是链接，不是文件")
        yield contents
        return
    contents.raw = path.read_bytes()
    reader = READERS.get(suffix)
    if reader is not None:
        try:
            reader(path, contents)
        except Exception as error:  # whatever a reader stumbles over, the file is not checked
            contents.unread.append(f"打不开（{type(error).__name__}）")
    elif suffix not in BESIDE_SHP:
        contents.unread.append(f"不认识的格式 {suffix or '（没有后缀）'}")
    if suffix in BESIDE_SHP and not path.with_suffix(".shp").exists():
        contents.unread.append("没有同名的 .shp")
    yield contents


def _members(name: str, path: Path) -> Iterator[Contents]:
    with tempfile.TemporaryDirectory(prefix="wuye-check-") as folder:
        whole = Contents(name, ".zip")
        why = _unpack(path, folder, whole)
        if why:
            whole.unread.append(why)
        yield whole
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                yield from opened(f"{name}/{file.relative_to(folder).as_posix()}", file)


def _unpack(path: Path, folder: str, whole: Contents) -> str | None:
    """Unpack an archive; say why it can't be, or None."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.comment:
                whole.texts.append(("压缩包注释", archive.comment.decode("utf-8", "replace")))
            if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
                return "压缩包解开后过大"
            archive.extractall(folder)
    except (zipfile.BadZipFile, RuntimeError, OSError):
        return "压缩包打不开"
    return None
