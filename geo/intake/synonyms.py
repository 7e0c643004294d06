"""The words of `synonyms.toml`, and the form in which words are compared."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from importlib.resources import files
from typing import Any, Final


@functools.cache
def words() -> dict[str, Any]:
    """Give the whole file as it stands."""
    return tomllib.loads(files("geo.intake").joinpath("synonyms.toml").read_text("utf-8"))


@functools.cache
def _simplified() -> dict[int, str]:
    pairs = "".join(words()["traditional"].split())
    return {ord(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}


_DROPPED: Final = re.compile(r"[\s*_“”\"'‘’`·]+")


def fold(word: object) -> str:
    """Reduce a word to what is compared: half width, lower case, simplified, no spaces or quotes.

    >>> fold(" 建築面積（㎡） ")
    '建筑面积(m2)'
    """
    text = unicodedata.normalize("NFKC", str(word)).lower()
    return _DROPPED.sub("", text).translate(_simplified())


@functools.cache
def terms_of(column: str) -> dict[str, str]:
    """Give other words for the terms of columns of a name, folded: ``{word: term}``."""
    table = words()["terms"].get(column, {})
    tables = table.values() if column == "kind" else [table]
    return {fold(word): term for part in tables for term, others in part.items() for word in others}


@functools.cache
def either_of(column: str) -> dict[str, tuple[str, ...]]:
    """Give the words of a column that may mean one thing or another, folded."""
    table = words()["either"].get(column, {})
    return {fold(word): tuple(readings) for word, readings in table.items()}


@functools.cache
def folded(section: str, name: str) -> frozenset[str]:
    """Give a list of the file, folded."""
    return frozenset(fold(word) for word in words()[section][name])
