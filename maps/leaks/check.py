"""Check an export: open everything in it and look for what must not leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely

from geo.disclosure.exclusion import Exclusion
from geo.errors import NotFound
from maps.leaks.contents import Contents, files_below
from maps.leaks.counts import look_at_counts
from maps.leaks.findings import Finding
from maps.leaks.opening import opened
from maps.leaks.sums import look_at_sums
from maps.leaks.words import look_at_words


def check(path: Path, exclusion: Exclusion) -> list[Finding]:
    """Give what must not leave; an empty list means that the export passes.

    Parameters
    ----------
    path
        A file or a folder; archives are opened, and what can't be opened is a finding.
    exclusion
        Sites that may not be shown.

    Raises
    ------
    NotFound
        When there is nothing there.
    """
    if not path.exists():
        raise NotFound(f"没有 {path}。", "请核对路径。")
    files = [contents for name, file in files_below(path) for contents in opened(name, file)]
    if not files:
        raise NotFound(f"{path} 是空的。", "请核对路径。")
    found: list[Finding] = []
    for contents in files:
        found += look_at_words(contents)
        found += look_at_counts(contents)
        found += _excluded(contents, exclusion)
    found += [finding for _, finding in look_at_sums(files)]
    return list(dict.fromkeys(found))


def _excluded(contents: Contents, exclusion: Exclusion) -> Iterator[Finding]:
    """Look for codes of excluded sites anywhere, and for shapes on their ground."""
    for code in sorted(exclusion.codes):
        encoded = code.encode()
        cells = any(
            code in str(cell)
            for sheet in contents.sheets
            for row in sheet.rows
            for cell in row
            if cell is not None
        )
        if cells or encoded in contents.raw or any(code in text for _, text in contents.texts):
            yield Finding("excluded", contents.file, "", f"小区 {code}")
    for name, shapes in contents.shapes:
        # Divisions and waters hold much ground; what is drawn on an excluded site is small.
        sites = shapes[~shapely.is_missing(shapes)]
        if name.startswith(("divisions_", "barriers", "waters")) or not len(sites):
            continue
        for ground in exclusion.ground:
            shapely.prepare(ground)
            hit = int(np.count_nonzero(shapely.intersects(ground, sites)))
            if hit:
                yield Finding("excluded", contents.file, name, f"{hit} 个图形在排除范围内")
