"""Our takeover plans against three rivals, county by county, on the same arrays.

``python -m benchmarks.takeover [--compounds 9460 30000] [--seconds 60] [--snapshot FILE]``
makes the
sample at each size (or takes a snapshot's file), puts every county to every side
(`benchmarks.takeover_rivals`), prints what came of it and writes all of it to a file. It ends with
1 where a rival is better than ours at what a task asks for. spopt is not a dependency of the
project: without it there are two rivals, and the run says so.

Each side's work on a county is written to ``OUT.lines`` as it is done, and a run that finds that
file goes on with it (`benchmarks.takeover_journal`); ``--again`` begins anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.prepare import ELSEWHERE, prepare
from benchmarks.runner import running_place
from benchmarks.takeover_case import SWITCHED_OFF, cases
from benchmarks.takeover_contest import Contest, contest
from benchmarks.takeover_journal import Journal
from benchmarks.takeover_report import show
from benchmarks.takeover_rivals import P_MEDIAN, Side, sides
from geo.sample.write import DEFAULT_COMPOUNDS
from geo.snapshot.file import Snapshot

SAMPLE = DEFAULT_COMPOUNDS + ELSEWHERE
"""Compounds of the sample as `wuye sample` makes it, in the whole province."""


def main() -> int:
    """Run, print, write; 1 when a rival is better anywhere."""
    parser = argparse.ArgumentParser(prog="benchmarks.takeover", description=__doc__)
    parser.add_argument("--compounds", nargs="+", type=int, default=[SAMPLE, 30_000])
    parser.add_argument("--snapshot", type=Path, help="a snapshot's file instead of the sample")
    parser.add_argument("--seconds", type=float, default=60.0, help="for a county and a task")
    parser.add_argument("--out", type=Path, default=Path("out/takeover.json"))
    parser.add_argument("--again", action="store_true", help="forget an earlier run")
    words = parser.parse_args()
    lines = words.out.with_name(words.out.name + ".lines")
    if words.again:
        lines.unlink(missing_ok=True)
    journal = Journal(lines)
    competing = sides()
    head = report.machine()
    load = head["load_at_start"]
    print(f"{head['cores']} cores, {head['memory_gib']} GiB, load {load} at the start")
    print(f"switched off for all: {SWITCHED_OFF}")
    print(f"a search has {words.seconds:g} s for a county and task")
    if P_MEDIAN not in {side.name for side in competing}:
        print("spopt is not installed: no p-median (pip install spopt, then run this again)")
    records, worse = [], []
    for total in [None] if words.snapshot else words.compounds:
        with _snapshot(total, words.snapshot) as snapshot:
            found = _run(snapshot, competing, words.seconds, journal)
            compounds = snapshot.table("compounds").num_rows
        show(f"{compounds:,} compounds", found, [side.name for side in competing])
        records.append({"compounds": compounds, "counties": [one.as_json() for one in found]})
        worse += [line for one in found for line in one.worse()]
    _write(words.out, head, records)
    print(f"load {os.getloadavg()[0]:.2f} at the end; all figures in {words.out}")
    for line in worse:
        print(f"WORSE: {line}")
    return int(bool(worse))


@contextmanager
def _snapshot(total: int | None, path: Path | None) -> Iterator[Snapshot]:
    """Give a snapshot: the file's, or the sample's at a size; the server is gone by then."""
    if path is not None or total is None:
        yield Snapshot(Path(path or ""))
        return
    folder = Path(tempfile.mkdtemp(prefix="wuye-bench-"))
    try:
        _tell(f"{total:,} compounds: preparing")
        with running_place(total) as place:
            prepare(place, "snapshot")
            made = shutil.copy(place.snapshot, folder)
        yield Snapshot(Path(made))
    finally:
        shutil.rmtree(folder)


def _run(
    snapshot: Snapshot, competing: list[Side], seconds: float, journal: Journal
) -> list[Contest]:
    found = []
    for case in cases(snapshot):
        found.append(contest(case, competing, seconds, journal))
        _tell(f"{case.county} {case.name}: {len(case.problem.candidates):,} candidates")
        for line in found[-1].worse():
            _tell(f"  WORSE: {line}")
    return found


def _write(path: Path, head: dict[str, Any], records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": head, "records": records}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", "utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
