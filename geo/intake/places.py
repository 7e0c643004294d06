"""Divisions by name: 云南省昆明市五华区华山街道, or the county and street in columns of their own.

A name is looked for from the top down; levels may be left out (五华区华山街道), and what is left
of a name's ending may be (华山街道办事处, 禄劝县). Only a path that uses every word up counts.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_PEOPLES: Final = (
    "彝族|苗族|回族|傣族|白族|壮族|哈尼族|拉祜族|佤族|布朗族|纳西族|景颇族|傈僳族|独龙族|怒族|瑶族"
    "|藏族|普米族|布依族|蒙古族|满族|水族|阿昌族|德昂族|基诺族|土家族|侗族|羌族|土族|各族"
)
_AUTONOMOUS: Final = re.compile(f"(.+?)(?:{_PEOPLES})+自治([县州区旗])")
_COMMITTEE: Final = re.compile(r"(居民委员会|居委会|村民委员会|村委会|办事处)$")
_SEPARATORS: Final = re.compile(r"[\s/\\>,、;·|_-]+")
_MOST_FOUND: Final = 8


class Places:
    """The names of a division tree, for looking codes up.

    Parameters
    ----------
    names
        Code (shortest form) to name.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self._children: dict[str, list[str]] = {}
        self._by_start: dict[str, list[tuple[str, str]]] = {}
        for code in sorted(self._names):
            for written in _writings(self._names[code]):
                self._by_start.setdefault(written[:2], []).append((written, code))
        self.find_words = functools.lru_cache(maxsize=65_536)(self._find_words)

    def __len__(self) -> int:
        return len(self._names)

    def path(self, code: str) -> str:
        """Give a division's name with those above it."""
        above = [code[:width] for width in (2, 4, 6, 9, 12) if width <= len(code)]
        return "".join(self._names.get(part, "") for part in above) or code

    def find(self, words: Iterable[str], within: str = "") -> list[str]:
        """Find the divisions that words name, top down; several when they don't tell which.

        Parameters
        ----------
        within
            Only in this division.
        """
        said = tuple(word for word in words if word)
        return list(self.find_words(said, within)) if said else []

    def _find_words(self, words: tuple[str, ...], within: str) -> tuple[str, ...]:
        text = "".join(_plain(word) for word in words)
        found: set[str] = set()
        self._walk(text, within, found)
        return tuple(sorted(found))

    def _walk(self, text: str, above: str, found: set[str]) -> None:
        """Take names off the front of a text, each in the one before; keep what uses it up."""
        for written, code in self._by_start.get(text[:2], ()):
            inside = code.startswith(above) and (code != above)
            if not inside or not text.startswith(written):
                continue
            rest = text[len(written) :]
            if not rest:
                found.add(code)
            elif len(found) < _MOST_FOUND:
                self._walk(rest, code, found)


def division_of_path(words: Iterable[str], places: Places, within: str = "") -> list[str]:
    """Find the codes that a path of names may mean: none, one, or several when it is ambiguous."""
    return places.find(words, within)


def _plain(word: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", word))


def _writings(name: str) -> list[str]:
    """Give the ways to write a division's name that leave no doubt what level it is of."""
    plain = _plain(name)
    ways = {plain}
    autonomous = _AUTONOMOUS.fullmatch(plain)
    if autonomous:
        ways.add(autonomous[1] + autonomous[2])
    short = _COMMITTEE.sub("", plain)
    if len(short) >= 2:
        ways.add(short)
    if plain.endswith("街道"):
        ways.add(f"{plain}办事处")
    if short.endswith("社区"):
        ways |= {f"{short}居委会", f"{short}居民委员会"}
    elif plain != short and plain.endswith(("居委会", "居民委员会")):
        ways |= {f"{short}社区", f"{short}居委会", f"{short}居民委员会", f"{short}社区居委会"}
    elif plain != short and plain.endswith(("村委会", "村民委员会")):
        ways |= {f"{short}村", f"{short}村委会", f"{short}村民委员会"}
    return sorted(ways)
