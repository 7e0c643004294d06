"""Headers become columns: by name, by synonym, and by the group that stands above them.

A header of several rows is a path, ("业委会", "备案日期"). Two headers of equal standing for one
column are contested, and a known word under an unknown group is unsure: both are said, not guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from geo.intake.columns import KINDS, english
from geo.intake.synonyms import fold, folded, words

Path: TypeAlias = tuple[str, ...]

_NUMBERING: Final = re.compile(r"^(?:\(?\d{1,2}\)?[.、)]|\(?[一二三四五六七八九十]{1,3}[、.)])")
_BRACKETS: Final = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]$")
_HINT: Final = re.compile(
    r"^(?:是/否|有/无|年|年月|年月日|户|套|人|名|%|星|级|个|单位[::].*|.*(?:填|格式|如|例|yyyy|下拉|选择|位数字|√).*)$"
)
UNIT: Final = re.compile(r"亩|米|m2|m3|km|公顷|㎡|ha$|hm2|元|平$|平方|%|户|万")
JOINT: Final = "/"
"""What stands between the words of a path where it is shown."""

PLACE_WORDS: Final = frozenset({"county", "street", "community", "path"})
"""Helpers from which a division can be told."""

RENAMED, OWN, SYNONYM = 0, 1, 2


@dataclass
class Match:
    """What a file's headers mean.

    Attributes
    ----------
    found
        Header to column name.
    helpers
        Header to what it helps with: names of divisions, companies.
    ignored
        Headers of serial numbers.
    contested
        Column name to the headers that may be it, the one taken first.
    displaced
        Header to the column that it may be, which another header names more plainly.
    unsure
        Headers with a known word under a group that nobody knows.
    """

    found: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    contested: dict[str, list[str]] = field(default_factory=dict)
    displaced: dict[str, str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Give the columns that the file has, or can be read from what it has."""
        places = PLACE_WORDS & set(self.helpers.values())
        return set(self.found.values()) | ({"division"} if places else set())


def plain(word: object) -> str:
    """Reduce a header to what is compared, without numbering and without a hint or unit."""
    text = _NUMBERING.sub("", fold(word)).rstrip(":：")
    found = _BRACKETS.search(text)
    if found and (_HINT.match(found[1]) or UNIT.search(found[1]) or not found[1]):
        text = text[: found.start()]
    return text


def shown(path: Sequence[str]) -> str:
    """Give a path as users see it."""
    return JOINT.join(path)


@functools.cache
def _known(kind: str) -> dict[str, tuple[int, str]]:
    """Give the words of a kind's columns with their rank."""
    known: dict[str, tuple[int, str]] = {}
    for column in KINDS[kind]:
        for word in (column.header, english(kind, column), column.name):
            known.setdefault(plain(word), (OWN, column.name))
    tables = words()["headers"]
    chosen = [tables["compounds"]] if kind in {"compounds", "ledger"} else []
    chosen += [tables.get(kind, {})] if kind != "compounds" else []
    names = {column.name for column in KINDS[kind]}
    for table in reversed(chosen):  # a kind's own words go before those it shares
        for name, others in table.items():
            for word in others:
                for form in {fold(word), plain(word)}:
                    if name in names:
                        known.setdefault(form, (SYNONYM, name))
    return known


@functools.cache
def _helpers() -> dict[str, str]:
    table = words()["headers"]["helpers"]
    return {
        form: name for name, others in table.items() for word in others
        for form in (fold(word), plain(word))
    }  # fmt: skip


@functools.cache
def _group_of() -> dict[str, str]:
    return {plain(word): group for group, others in words()["groups"].items() for word in others}


@functools.cache
def _grouped(group: str) -> dict[str, list[str]]:
    """Give the lower words of a group with the columns that they may be, of whatever kind."""
    found: dict[str, list[str]] = {}
    for name, others in words()["grouped"].get(group, {}).items():
        for word in others:
            found.setdefault(plain(word), []).append(name)
    return found


def recognise(kind: str, headers: list[str], renames: Mapping[str, str]) -> dict[str, str]:
    """Map a file's headers to column names: ``{header: name}``; see `match`."""
    return match(kind, headers, renames).found


def match(
    kind: str,
    headers: Sequence[str],
    renames: Mapping[str, str],
    paths: Mapping[str, Path] | None = None,
) -> Match:
    """Tell what headers mean.

    Parameters
    ----------
    renames
        ``--map name=header``: taken first, and only for that column.
    paths
        The rows of a header that has several, by the header as shown.
    """
    out = Match()
    wanted = {fold(header): name for name, header in renames.items()}
    taken: dict[str, int] = {}
    claims: dict[str, list[tuple[int, str]]] = {}
    for header in headers:
        path = (paths or {}).get(header, (header,))
        if fold(header) in wanted:
            claims.setdefault(wanted[fold(header)], []).append((RENAMED, header))
            continue
        rank, name = _meaning(kind, path, out)
        if name is None:
            continue
        if rank < 0:
            out.helpers[header] = name
        else:
            claims.setdefault(name, []).append((rank, header))
    for name, claimed in claims.items():
        best = min(rank for rank, _ in claimed)
        equal = [header for rank, header in claimed if rank == best]
        out.found[equal[0]] = name
        taken[name] = best
        if len(equal) > 1:
            out.contested[name] = equal
        for rank, header in claimed:
            if rank > best > RENAMED:
                out.displaced[header] = name
    order = {header: place for place, header in enumerate(headers)}
    out.found = dict(sorted(out.found.items(), key=lambda item: order[item[0]]))
    return out


def _meaning(kind: str, path: Path, out: Match) -> tuple[int, str | None]:
    """Give a path's rank and column; a rank below zero for a helper."""
    known, lower, whole = _known(kind), plain(path[-1]), fold(path[-1])
    if len(path) == 1:
        if lower in folded("serial", "words") or whole in folded("serial", "words"):
            out.ignored.append(shown(path))
            return 0, None
        return known.get(whole) or known.get(lower) or _helper(kind, whole, lower)
    names = {column.name for column in KINDS[kind]}
    for first in range(len(path) - 1):
        joined = known.get(plain("".join(path[first:])))
        if joined:
            return joined
    groups = [_group_of().get(plain(part)) for part in path[:-1]]
    told = [group for group in groups if group != "neutral"]
    if not told:
        return known.get(whole) or known.get(lower) or _helper(kind, whole, lower)
    group = told[-1]
    if group is None:
        return _under_unknown(kind, path, out)
    belongs = words()["belongs"].get(group, [])
    of_group = [name for name in _grouped(group).get(lower, []) if name in names]
    if of_group:
        return SYNONYM, of_group[0]
    plainly = known.get(whole) or known.get(lower)
    if plainly and plainly[1] in belongs:
        return plainly
    others = words()["headers"]["helpers"]
    helpers = [name for name in _grouped(group).get(lower, []) if name in others]
    if helpers:
        return -1, helpers[0]
    rank, helper = _helper(kind, whole, lower)
    if helper in belongs:
        return rank, helper
    if plainly:
        out.unsure.append(shown(path))
    return 0, None


def _under_unknown(kind: str, path: Path, out: Match) -> tuple[int, str | None]:
    """Take a word that says by itself what it is of; leave a general one alone, and say so."""
    known, lower = _known(kind), plain(path[-1])
    found = known.get(fold(path[-1])) or known.get(lower)
    if found and lower in folded("generic", "words"):
        out.unsure.append(shown(path))
        return 0, None
    return found or _helper(kind, fold(path[-1]), lower)


def _helper(kind: str, whole: str, lower: str) -> tuple[int, str | None]:
    if not any(column.kind == "division" for column in KINDS[kind]) or kind == "divisions":
        return 0, None
    name = _helpers().get(whole) or _helpers().get(lower)
    return (-1, name) if name else (0, None)
