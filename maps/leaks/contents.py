"""Files of any kind as what the rules look at: texts, tables, shapes, raw bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass
class Sheet:
    """A table: a layer, a sheet, a csv. ``name`` is unique in its file."""

    name: str
    headers: list[str]
    rows: list[list[Any]]

    def column(self, at: int) -> list[Any]:
        """Give one column; short rows are blank there."""
        return [row[at] if at < len(row) else None for row in self.rows]


@dataclass
class Contents:
    """What a file holds.

    Attributes
    ----------
    file
        Its name below what is checked.
    texts
        Where and what: paragraphs, metadata, comments, attribute values of tiles.
    shapes
        Geometries in EPSG:4490, by where they are.
    raw
        Bytes in which no rule needs structure: metadata, deleted rows, styles.
    hidden
        What a reader does not see at once: hidden sheets, comments, tracked changes.
    unread
        Why something could not be opened.
    """

    file: str
    kind: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    shapes: list[tuple[str, npt.NDArray[np.object_]]] = field(default_factory=list)
    raw: bytes = b""
    hidden: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def files_below(path: Path) -> Iterator[tuple[str, Path]]:
    """Give every file of a folder, hidden ones too, by its name below it; or the one file."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() or file.is_symlink():
                yield file.relative_to(path).as_posix(), file
    else:
        yield path.name, path
