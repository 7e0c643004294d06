"""Batches of tiles, encoded by whatever executor there is; each process opens a snapshot once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from geo.snapshot.file import Snapshot
from maps.tiles.archive.cover import Place
from maps.tiles.tile import EMPTY, Limits, compress
from maps.tiles.tileset import TileSet

BATCH: Final = 256
"""Tiles that are made, kept and journaled together."""

AHEAD: Final = 8
"""Batches handed out before the first of them is asked for."""

Encoded = list[tuple[int, bytes, bool]]
Asked = list[tuple[int, Place]]

_MARK: Final = b"\x0a\x07omitted"

T = TypeVar("T")


@lru_cache(maxsize=2)
def opened(snapshot: Path, folder: Path | None, limits: Limits) -> TileSet:
    """Open a snapshot's tiles once a process."""
    return TileSet(Snapshot(snapshot), folder, limits)


def encode_batch(
    snapshot: Path, folder: Path | None, limits: Limits, layer: str, asked: Asked
) -> Encoded:
    """Encode and compress tiles; those without features are left out."""
    tiles = opened(snapshot, folder, limits)
    found = []
    for id_, place in asked:
        tile = tiles.tile(layer, *place)
        if tile != EMPTY:
            found.append((id_, compress(tile), _MARK in tile))
    return found


def in_batches(places: Iterable[tuple[int, Place]]) -> list[Asked]:
    """Cut places into batches."""
    rest = iter(places)
    return [batch for batch in iter(lambda: list(islice(rest, BATCH)), []) if batch]


def run(
    work: Callable[[T], Encoded], batches: list[T], executor: Executor | None
) -> Iterator[Encoded]:
    """Give the results in order; a few batches are under way at a time."""
    if executor is None:
        yield from map(work, batches)
        return
    waiting: deque[Future[Encoded]] = deque()
    for batch in batches:
        waiting.append(executor.submit(work, batch))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
