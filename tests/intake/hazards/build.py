"""Build the hazard corpus: ``python tests/intake/hazards/build.py FOLDER``.

The files are made from the tables and functions of ``make_*.py`` beside this script, so that what
is wrong with each can be read and reviewed; ``hazards.toml`` says what an import must answer.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent


def builders() -> dict[str, Callable[[Path], None]]:
    """Give what makes each file, by the file's name: a function of the path to write."""
    found: dict[str, Callable[[Path], None]] = {}
    for script in sorted(HERE.glob("make_*.py")):
        files = runpy.run_path(str(script))["FILES"]
        twice = found.keys() & files.keys()
        if twice:
            raise ValueError(f"{script.name} makes {sorted(twice)} again")
        found |= files
    return found


def build(folder: Path) -> list[Path]:
    """Write the whole corpus into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, write in builders().items():
        write(folder / name)
        made.append(folder / name)
    return made


if __name__ == "__main__":
    for path in build(Path(sys.argv[1])):
        sys.stdout.write(f"{path.stat().st_size:>8} {path.name}\n")
