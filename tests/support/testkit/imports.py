"""Imports of rows that a test writes down."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register


def csv_importer(register: Register, folder: Path) -> Callable[..., Outcome]:
    """Make a function that writes lines as a csv file into a folder and imports it."""

    def run(kind: str, *lines: str, file: str | None = None, **words: object) -> Outcome:
        path = folder / (file or f"{kind}-{uuid.uuid4().hex[:8]}.csv")
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return import_file(register, kind, path, Options(author="test", **words))  # type: ignore[arg-type]

    return run
