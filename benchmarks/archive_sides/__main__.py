"""One side in a process of its own: ``python -m benchmarks.archive_sides SIDE FOLDER``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.archive_sides import SIDES
from benchmarks.archive_sides.given import read
from benchmarks.archive_sides.losses import pictures_of


def main() -> None:
    """Do a side's work and say how long it took and how much came of it."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    work = SIDES[name].prepare(read(folder))
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    sizes = [len(body) for _, body in pictures_of(folder / name)]
    archives = [path.stat().st_size for path in (folder / name).glob("*.pmtiles")]
    written = sum(archives or sizes)
    words = {"seconds": seconds, "tiles": len(sizes), "bytes": written, "largest": max(sizes)}
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    main()
