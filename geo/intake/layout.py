"""Where a sheet's table begins: its header, of one to three rows, flattened to paths.

Merged cells say which words stand over which; a csv has none, and there a word of an upper row
stands over the blank cells to its right whose lower rows say something.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from geo.intake.headers import Path, match, shown
from geo.intake.synonyms import fold, words

Range: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

SEARCH_ROWS: Final = 30
MOST_HEADER_ROWS: Final = 3
TITLE_SHARE: Final = 0.8
"""A word over this share of the columns is a title, not a group."""

_UNIT_CELL: Final = re.compile(r"^[(（【\[].{1,12}[)）】\]]$")


@dataclass(frozen=True)
class Header:
    """A header: its rows (from 0, both inclusive) and, a column, its text and path."""

    top: int
    bottom: int
    headers: list[str]
    paths: dict[str, Path]
    score: int


def find_header(
    rows: Sequence[list[Any]],
    merged: Sequence[Range],
    kind: str,
    renames: Mapping[str, str],
    width: int,
) -> Header | None:
    """Find the rows that name most columns of a kind; of equal ones the fewest and first."""
    best: Header | None = None
    for bottom in range(min(len(rows), SEARCH_ROWS)):
        for height in range(1, MOST_HEADER_ROWS + 1):
            top = bottom - height + 1
            if top < 0 or _cut(merged, top, bottom):
                continue
            found = _flatten(rows, merged, top, bottom, width)
            if found is None:
                continue
            headers, paths = found
            matched = match(kind, headers, renames, paths)
            score = len(matched.found) * 4 + len(matched.helpers)
            if not matched.found or (best is not None and score <= best.score):
                continue
            best = Header(top, bottom, headers, paths, score)
    return None if best is None else _with_lower_words(rows, merged, kind, renames, width, best)


def _cut(merged: Sequence[Range], top: int, bottom: int) -> bool:
    """Tell whether a merged cell stands half in and half out of some rows."""
    return any(
        (first < top <= last) or (first <= bottom < last) for (first, _), (last, _) in merged
    )


def _flatten(
    rows: Sequence[list[Any]], merged: Sequence[Range], top: int, bottom: int, width: int
) -> tuple[list[str], dict[str, Path]] | None:
    """Give each column's words from top to bottom; None where upper rows are no header."""
    grid = [_texts(rows[number], width) for number in range(top, bottom + 1)]
    inside = [item for item in merged if top <= item[0][0] and item[1][0] <= bottom]
    for (first, left), (last, right) in inside:
        word = grid[first - top][left] if left < width else ""
        for number in range(first, last + 1):
            for place in range(left, min(right + 1, width)):
                grid[number - top][place] = word
    if not inside:
        for upper, lower in itertools.pairwise(grid):
            _carry(upper, lower)
    for upper in grid[:-1]:
        _drop_titles(upper, grid[-1])
        if len({word for word in upper if word}) < 2:
            return None
    headers: list[str] = []
    paths: dict[str, Path] = {}
    for place in range(width):
        path = _path([line[place] for line in grid])
        header = shown(path)
        if not header or header in paths:
            header = f"列{place + 1}" if not header else f"{header}（第{place + 1}列）"
        headers.append(header)
        paths[header] = path or (header,)
    return headers, paths


def _texts(row: list[Any], width: int) -> list[str]:
    texts = ["" if value is None else "".join(str(value).split("\n")).strip() for value in row]
    return texts[:width] + [""] * (width - len(texts))


def _carry(upper: list[str], lower: list[str]) -> None:
    """Let a group's word stand over the blank cells to its right, while their lower cells speak."""
    word = ""
    for place, text in enumerate(upper):
        if text:
            word = text if lower[place] else ""
        elif word and lower[place]:
            upper[place] = word
        else:
            word = ""


def _drop_titles(upper: list[str], lower: list[str]) -> None:
    speaking = max(1, sum(1 for place, text in enumerate(upper) if text or lower[place]))
    for word in set(upper) - {""}:
        if upper.count(word) >= TITLE_SHARE * speaking and upper.count(word) > 1:
            upper[:] = ["" if text == word else text for text in upper]


def _path(column: list[str]) -> Path:
    """Join a column's words; a repeated word counts once, a bracketed unit joins the one above."""
    path: list[str] = []
    for word in column:
        if not word or (path and word == path[-1]):
            continue
        if path and (_UNIT_CELL.match(word) or fold(word) in words()["units"]["area"]):
            path[-1] += word if _UNIT_CELL.match(word) else f"({word})"
        else:
            path.append(word)
    return tuple(path)


def _with_lower_words(
    rows: Sequence[list[Any]],
    merged: Sequence[Range],
    kind: str,
    renames: Mapping[str, str],
    width: int,
    header: Header,
) -> Header:
    """Take in a row below that only names parts of columns that nobody knows (姓名, 电话).

    Such a row says nothing under the columns that are known, and holds no number.
    """
    if header.bottom + 1 >= len(rows) or header.bottom - header.top + 1 >= MOST_HEADER_ROWS:
        return header
    found = match(kind, header.headers, renames, header.paths).found
    below = rows[header.bottom + 1]
    known = [place for place, text in enumerate(header.headers) if text in found]
    says = [place for place, value in enumerate(below) if value not in {None, ""}]
    if not says or len(says) < 2 or set(says) & set(known):
        return header
    if not all(isinstance(below[place], str) and len(below[place]) <= 12 for place in says):
        return header
    if not all(place > 0 and header.headers[place] for place in says):
        return header
    flat = _flatten(rows, merged, header.top, header.bottom + 1, width)
    if flat is None or len(match(kind, *_args(flat, renames)).found) < len(found):
        return header
    return Header(header.top, header.bottom + 1, *flat, header.score)


def _args(
    flat: tuple[list[str], dict[str, Path]], renames: Mapping[str, str]
) -> tuple[list[str], Mapping[str, str], dict[str, Path]]:
    return flat[0], renames, flat[1]
