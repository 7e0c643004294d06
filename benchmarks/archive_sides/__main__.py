"""One side in a process of its own: ``python -m benchmarks.archive_sides SIDE FOLDER``."""

from __future__ import annotations

import json
import os
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
    begun, used = time.perf_counter(), _processor_s()
    work()
    seconds, used = time.perf_counter() - begun, _processor_s() - used
    sizes = [len(body) for _, body in pictures_of(folder / name)]
    archives = [path.stat().st_size for path in (folder / name).glob("*.pmtiles")]
    written = sum(archives or sizes)
    words = {
        "seconds": seconds,
        "processor_s": used,
        "tiles": len(sizes),
        "bytes": written,
        "largest": max(sizes),
    }
    print(json.dumps(words), flush=True)


def _processor_s() -> float:
    """Add up the processor time of this process and of those that it started and that ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
