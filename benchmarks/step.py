"""One step in a process of its own, so that its memory is its own: prepare, ours, plain, check.

``python -m benchmarks.step STEP BENCHMARK FOLDER COMPOUNDS RUNS`` prints a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
from pathlib import Path
from typing import Any

from benchmarks import BENCHMARKS
from benchmarks.job import measure
from benchmarks.place import Place
from benchmarks.prepare import prepare


def run(step: str, name: str, place: Place, most_runs: int) -> Any:
    """Do one step of one benchmark."""
    module = importlib.import_module(BENCHMARKS[name])
    made = {side: place.folder / f"{name}.{side}.pickle" for side in ("ours", "plain")}
    if step == "prepare":
        prepare(place, module.NEEDS)
        return {"ours": module.OURS, "plain": module.PLAIN}
    if step == "check":
        results = {side: pickle.loads(path.read_bytes()) for side, path in made.items()}  # noqa: S301 - our own file
        return [vars(check) | {"failed": check.failed} for check in module.check(**results)]
    measured, result = measure(lambda: getattr(module, step)(place), most_runs)
    made[step].write_bytes(pickle.dumps(result))
    return measured.as_json()


if __name__ == "__main__":
    _, step_, name_, folder, compounds, runs = sys.argv
    print(json.dumps(run(step_, name_, Place(Path(folder), int(compounds)), int(runs))))
