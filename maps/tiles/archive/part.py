"""An archive in the making: a folder beside its place, with a journal that survives a crash.

``tiles`` holds each different tile once, ``index`` a record for each place, ``journal`` a line for
each batch that is whole: how long both files were behind it. What is written behind the last line
was cut off and is made again, so an interrupted export ends with the same bytes as another.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np

RECORD: Final = np.dtype(
    [("id", "<u8"), ("offset", "<u8"), ("length", "<u4"), ("partial", "u1"), ("digest", "V16")]
)
"""A place's id, where its tile is, whether the tile leaves something out, a hash of its content."""


class Part:
    """The folder, opened to be gone on with.

    Parameters
    ----------
    folder
        Made if missing; thrown away first if it was for something else.
    meant
        What is being made; kept in the journal's first line.
    """

    def __init__(self, folder: Path, meant: Mapping[str, Any]) -> None:
        self.folder = folder
        first = json.dumps(meant, sort_keys=True, ensure_ascii=False)
        lines = self._lines()
        if not lines or lines[0] != first:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "journal").write_text(first + "\n", "utf-8")
            lines = [first]
        last = json.loads(lines[-1]) if len(lines) > 1 else {"batches": 0, "tiles": 0, "index": 0}
        self.batches: int = last["batches"]
        """How many batches are whole."""
        self._journal = (folder / "journal").open("r+", encoding="utf-8")
        self._journal.seek(0)
        self._journal.truncate(sum(len(line.encode()) + 1 for line in lines))
        self._journal.seek(0, os.SEEK_END)
        self._tiles = self._opened("tiles", last["tiles"])
        self._index = self._opened("index", last["index"])
        self._places: dict[bytes, tuple[int, int]] = {}
        for record in self.records():
            self._places[record["digest"].tobytes()] = (
                int(record["offset"]),
                int(record["length"]),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in (self._journal, self._tiles, self._index):
            file.close()

    def _lines(self) -> list[str]:
        """Give the journal's whole lines; one that was cut off counts as not written."""
        try:
            text = (self.folder / "journal").read_text("utf-8")
        except (FileNotFoundError, UnicodeDecodeError):
            return []
        lines = text.split("\n")[:-1]
        while len(lines) > 1 and not self._is_there(lines[-1]):
            lines.pop()
        return lines

    def _is_there(self, line: str) -> bool:
        """Tell whether what a line speaks of reached the disk."""
        with contextlib.suppress(ValueError, KeyError, FileNotFoundError):
            said = json.loads(line)
            return all(
                (self.folder / name).stat().st_size >= said[name] for name in ("tiles", "index")
            )
        return False

    def _opened(self, name: str, length: int) -> Any:
        path = self.folder / name
        path.touch()
        file = path.open("r+b")
        file.truncate(length)
        file.seek(length)
        return file

    def add(self, batch: list[tuple[int, bytes, bool]]) -> None:
        """Add a batch of (id, compressed tile, whether it leaves something out), and journal it."""
        records = np.zeros(len(batch), RECORD)
        for place, (id_, tile, partial) in enumerate(batch):
            digest = hashlib.sha256(tile).digest()[:16]
            if digest not in self._places:
                self._places[digest] = (self._tiles.tell(), len(tile))
                self._tiles.write(tile)
            records[place] = (id_, *self._places[digest], partial, np.void(digest))
        self._index.write(records.tobytes())
        self._tiles.flush()
        self._index.flush()
        self.batches += 1
        line = {
            "batches": self.batches,
            "tiles": self._tiles.tell(),
            "index": self._index.tell(),
        }
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()

    @property
    def size_bytes(self) -> int:
        """Bytes of the different tiles so far."""
        return int(self._tiles.tell())

    @property
    def distinct(self) -> int:
        """How many different tiles there are so far."""
        return len(self._places)

    def records(self) -> np.ndarray:
        """Give the records so far, in the order of ids."""
        self._index.flush()
        return np.fromfile(self.folder / "index", RECORD)

    def tiles_path(self) -> Path:
        """Give the file of the different tiles, complete up to now."""
        self._tiles.flush()
        return self.folder / "tiles"

    def blobs(self) -> Iterator[tuple[int, bytes]]:
        """Give each different tile once: its offset and bytes, in the order they came."""
        with self.tiles_path().open("rb") as source:
            for offset, length in self._places.values():
                source.seek(offset)
                yield offset, source.read(length)
