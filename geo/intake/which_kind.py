"""Which kind of file a file is, where nobody said so: the kind whose columns it has most of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from geo.errors import InputError
from geo.intake.columns import KINDS, NEEDS_SHAPES, SHAPED, lacking
from geo.intake.headers import match
from geo.intake.read import SHAPE_ENDINGS, read

MOST_BYTES: Final = 20_000_000
"""A larger file is not read so often only to save somebody a click."""


@dataclass(frozen=True)
class Guess:
    """The kind, or None; and the kinds that it may be, likeliest first."""

    kind: str | None
    likely: tuple[str, ...]


def _possible(path: Path) -> list[str]:
    """Give the kinds that a file of this ending can be: reading it for each takes its time."""
    if path.suffix.lower() in SHAPE_ENDINGS:
        return [kind for kind in KINDS if kind in SHAPED]
    return [kind for kind in KINDS if kind not in NEEDS_SHAPES]


def which_kind(path: Path) -> Guess:
    """Tell of which kind a file is.

    Raises
    ------
    InputError
        When nothing can be made of it whatever it is.
    """
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        return Guess(None, tuple(KINDS))
    fits: dict[str, int] = {}
    refused: InputError | None = None
    for kind in _possible(path):
        try:
            raw = read(path, kind, {})
        except InputError as error:
            refused = refused or error
            continue
        shaped = raw.geometry is not None
        found = match(kind, list(raw.cells), {}, raw.paths)
        fits_shape = kind in SHAPED if shaped else kind not in NEEDS_SHAPES
        if fits_shape and not lacking(kind, found.names):
            # Of tables that fit as well, a ledger says more than a list of polygons without any.
            fits[kind] = 2 * len(found.found) + (kind not in SHAPED)
    if not fits and refused is not None:
        raise refused
    likely = tuple(sorted(fits, key=lambda kind: (-fits[kind], list(KINDS).index(kind))))
    sure = len(likely) == 1 or (len(likely) > 1 and fits[likely[0]] > fits[likely[1]])
    return Guess(likely[0] if likely and sure else None, likely or tuple(KINDS))
