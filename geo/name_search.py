"""Finding names by what people type: characters, whole pinyin, or only its initials.

A character may have several readings (行 is hang and xing), so names are not spelt out. What is
typed becomes a pattern over the names themselves: ``hsjd`` asks for four characters that each have
some reading that begins so, ``huashan`` for two that are read hua and shan.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal

How = Literal["text", "pinyin", "initials"]

MOST_TYPED: Final = 60
"""Characters of a question that are looked at; no name is longer."""

MOST_SPELLINGS: Final = 16
"""Ways of cutting letters into syllables that are tried: xian is xian and xi an."""

_LETTERS: Final = re.compile(r"[a-zü]+")


class NameIndex:
    """Names of many things, to be found by part of one.

    Parameters
    ----------
    names
        One a thing; blank for things without a name.
    """

    def __init__(self, names: Sequence[str]) -> None:
        lines = [name.lower().replace("\n", " ") for name in names]
        self._text = "\n".join(lines)
        self._starts: list[int] = []
        at = 0
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1
        self._ends = [start + len(line) for start, line in zip(self._starts, lines, strict=True)]
        self._readings = {char: _readings(char) for char in set(self._text) if char >= "㐀"}
        self._syllables = {item for readings in self._readings.values() for item in readings}

    def find(self, typed: str) -> Iterator[tuple[int, int, int, How]]:
        """Give what fits, once each and way: place of the name, where in it, how long it is, how.

        Blanks are no part of a question.
        """
        wanted = re.sub(r"\s+", "", typed.lower())[:MOST_TYPED]
        if not wanted:
            return
        for how, pattern in self._patterns(wanted):
            at = 0
            while (found := pattern.search(self._text, at)) is not None:
                place = bisect_right(self._starts, found.start()) - 1
                start, end = self._starts[place], self._ends[place]
                yield place, found.start() - start, end - start, how
                at = end + 1

    def _patterns(self, wanted: str) -> Iterator[tuple[How, re.Pattern[str]]]:
        yield "text", re.compile(re.escape(wanted))
        if not any("a" <= char <= "z" for char in wanted):
            return
        spelt = {
            "".join(self._class(token, whole=True) for token in tokens)
            for tokens in self._spellings(wanted)
        }
        if spelt:
            yield "pinyin", re.compile("|".join(sorted(spelt)))
        if len(wanted) > 1:
            yield "initials", re.compile("".join(self._class(char, whole=False) for char in wanted))

    def _class(self, token: str, *, whole: bool) -> str:
        """Write which characters a token may stand for; what is no letter stands for itself."""
        if not _LETTERS.fullmatch(token):
            return re.escape(token)
        chars = [
            char
            for char, readings in self._readings.items()
            if any(reading == token if whole else reading.startswith(token) for reading in readings)
        ]
        own = [token] if len(token) == 1 else []
        listed = sorted([*chars, *own])
        return f"[{''.join(map(re.escape, listed))}]" if listed else "(?!)"

    def _spellings(self, wanted: str) -> list[list[str]]:
        """Cut what was typed into syllables in every way, up to `MOST_SPELLINGS`."""
        found: list[list[str]] = []

        def cut(at: int, tokens: list[str]) -> None:
            if len(found) >= MOST_SPELLINGS:
                return
            if at == len(wanted):
                found.append(tokens)
                return
            if not _LETTERS.match(wanted[at]):
                cut(at + 1, [*tokens, wanted[at]])
                return
            for length in range(min(6, len(wanted) - at), 0, -1):
                token = wanted[at : at + length]
                if at + length in dead:
                    continue
                if token in self._syllables:
                    cut(at + length, [*tokens, token])

        dead = self._dead_ends(wanted)
        cut(0, [])
        return [tokens for tokens in found if any(len(token) > 1 for token in tokens)]

    def _dead_ends(self, wanted: str) -> set[int]:
        """Give the places of what was typed from which no cut reaches its end."""
        dead: set[int] = set()
        for at in range(len(wanted) - 1, -1, -1):
            if not _LETTERS.match(wanted[at]):
                ok = at + 1 not in dead
            else:
                ok = any(
                    wanted[at : at + length] in self._syllables and at + length not in dead
                    for length in range(1, min(6, len(wanted) - at) + 1)
                )
            if not ok:
                dead.add(at)
        return dead


@cache
def _readings(char: str) -> frozenset[str]:
    """Give the readings of a Chinese character without tones; ü as it is, and as v."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - slow to load, and most commands seek nothing

    listed = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=True)
    found = {reading for readings in listed for reading in readings}
    return frozenset(found | {reading.replace("ü", "v") for reading in found})
