"""What sides have made of counties, line by line, so that an interrupted run goes on.

A line is one side's work on one county. It counts again only for the same arrays, the same needs,
the same time and the same code of that side; so changing our solver makes us run again, and no
rival.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np

import geo.takeover.solver
from benchmarks import takeover_rivals
from benchmarks.takeover_rivals import OURS, Side
from geo.takeover.solver.problem import Problem

RIVALS: Final = Path(takeover_rivals.__file__).parent
SOLVER: Final = Path(geo.takeover.solver.__file__).parent


class Journal:
    """Lines of JSON in a file, each written as soon as it is known."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, list[dict[str, Any]]] = {}
        text = path.read_text("utf-8") if path.exists() else ""
        for line in text.splitlines(keepends=True):
            if line.endswith("\n"):  # a run that was killed may leave half a line
                words = json.loads(line)
                self._known[words["key"]] = words["entries"]
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            path.write_text(whole, "utf-8")

    def get(self, key: str) -> list[dict[str, Any]] | None:
        """Give what a side made before; None when it has to be made."""
        return self._known.get(key)

    def put(self, key: str, about: dict[str, Any], entries: list[dict[str, Any]]) -> None:
        """Write down what a side made."""
        self._known[key] = entries
        with self.path.open("a", encoding="utf-8") as file:
            words = {"key": key, **about, "entries": entries}
            file.write(json.dumps(words, ensure_ascii=False) + "\n")


def key_of(problem: Problem, side: Side, needs: dict[str, int], seconds: float) -> str:
    """Give what a side's work on a county is known by."""
    own = _CODE[side.choose.__module__.rpartition(".")[2]]
    digest = hashlib.sha256((own + _SOLVER_CODE * (side.name == OURS)).encode())
    for one in fields(problem):
        value = getattr(problem, one.name)
        if isinstance(value, np.ndarray):
            digest.update(f"{one.name} {value.dtype} {value.shape}".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(f"{one.name} {value!r}".encode())
    digest.update(f"{side.name} {sorted(needs.items())} {seconds:g}".encode())
    return digest.hexdigest()


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


_SOLVER_CODE: Final = _hash(sorted(SOLVER.glob("*.py")))
_CODE: Final = {path.stem: _hash([path]) for path in RIVALS.glob("*.py")}
"""Read at the beginning, as the modules are: what is edited meanwhile does not count."""
