"""Runs benchmarks at each size: a folder and a server a size, a process a step."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.job import MOST_RUNS, together
from benchmarks.place import Place

Tell = Callable[[str], None]


def run(names: list[str], sizes: list[int], tell: Tell, repeat: int = 1) -> list[dict[str, Any]]:
    """Run benchmarks at each number of compounds; give a record of each.

    Parameters
    ----------
    repeat
        Beyond 1, the two sides take turns so often, each time a warm-up and one run in a process
        of its own: what slows the machine for a while then slows both.
    """
    records = []
    for compounds in sizes:
        with running_place(compounds) as place:
            for name in names:
                tell(f"{compounds:,} compounds, {name}: preparing")
                words = _step("prepare", name, place)
                record: dict[str, Any] = {"benchmark": name, "compounds": compounds, "does": words}
                rounds: dict[str, list[dict[str, Any]]] = {"ours": [], "plain": []}
                for turn in range(1, repeat + 1):
                    for side, measured in rounds.items():
                        which = f" ({turn} of {repeat})" if repeat > 1 else ""
                        tell(f"{compounds:,} compounds, {name}: {side}{which}")
                        measured.append(_step(side, name, place, MOST_RUNS if repeat == 1 else 1))
                        tell(f"  {measured[-1]['seconds']:.2f} s")
                record["turns"] = repeat
                record |= {side: together(measured) for side, measured in rounds.items()}
                record["checks"] = _step("check", name, place)
                records.append(record)
    return records


@contextmanager
def running_place(compounds: int) -> Iterator[Place]:
    """Give a folder with a running server, and leave neither behind."""
    folder = Path(tempfile.mkdtemp(prefix="wuye-bench-"))
    folder.chmod(0o755)  # the server runs as another user when we are root
    place = Place(folder, compounds)
    try:
        place.cluster.ensure()
        yield place
    finally:
        place.cluster.stop()
        shutil.rmtree(folder)


def _step(step: str, name: str, place: Place, most_runs: int = 0) -> Any:
    """Run a step in a fresh process and read what it says."""
    words = [sys.executable, "-m", "benchmarks.step", step, name]
    done = subprocess.run(
        [*words, str(place.folder), str(place.compounds), str(most_runs)],
        stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])
