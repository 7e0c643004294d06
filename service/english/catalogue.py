"""English sentences by Chinese templates with numbered places, as ``{0} 没有区划 {1}。``.

A sentence is read by the template with the longest words of its own that fits it; what stands at
its places is read in turn. What no template fits stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Final, NamedTuple

from maps.words import area_in_english
from service.remedies import on_screen

PLACE: Final = re.compile(r"\{(\w+)\}")
CHINESE: Final = re.compile("[\u3000-\u303f\u3300-\u33ff\u4e00-\u9fff\uff00-\uffef]")
GIVEN: Final = re.compile(r"\{(=?)(\w+)\}")
"""A place in English; ``{=1}`` is never read in turn: a header as the file has it."""
COLUMNS: Final = "columns.toml"
DEEPEST: Final = 6
"""So many sentences within each other are read."""
_SHORT: Final = 4
"""A template with so few characters of its own holds no joined parts, but behind a colon."""
_LONGEST: Final = 300
"""Longer texts stay as they are: what is written to fit in many ways would take long to read."""
_LONGEST_RUN: Final = 80
"""Longer texts at places beside each other are not split."""

_OUTER: Final = (("；", "; "), ("，并", ", and "))
_SEPARATORS: Final = (
    ("，", ", "), (" · ", " · "), ("、", ", "), (" 或 ", " or "),
)  # fmt: skip
"""What parts of a sentence are joined with, the outer first."""
_NAMED: Final = re.compile(r"(.+?)（([^（）]*)）(.+)", re.DOTALL)
"""A name with a remark, and what is said of it."""
_JOINING: Final = re.compile("[，；。]| 或 ")
_NEVER: Final = re.compile("，并|。；")
_BRACKETS: Final = {"（": "）", "“": "”", "【": "】"}

_AREA: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?) (万?)㎡", re.ASCII)


class Template(NamedTuple):
    """A sentence with places, ready to be compared.

    Its own words without its places tell how far it is to be trusted: a name may look like
    ``经{0}``.
    """

    longest: str
    own: str
    open_ended: bool
    form: re.Pattern[str]
    runs: tuple[tuple[str, ...], ...]
    english: str


@cache
def entries() -> dict[str, str]:
    """Give all entries: English by Chinese, as the source writes it."""
    found: dict[str, str] = {}
    for path in sorted(files(__package__).iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml") and path.name != COLUMNS:
            for section in tomllib.loads(path.read_text("utf-8")).values():
                found |= section
    return found


@cache
def columns() -> dict[str, str]:
    """Give the English of the headers that we know, for lists of columns."""
    text = files(__package__).joinpath(COLUMNS).read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)["columns"]
    return found


def english(text: str) -> str:
    """Give a sentence in English; as it is where there is none.

    >>> english("2025-12-31 没有区划 530199。")
    'There is no division 530199 on 2025-12-31.'
    >>> english("翠湖小区")
    '翠湖小区'
    """
    if len(text) > _LONGEST or CHINESE.search(text) is None:
        return text
    return _said(text, 0) or text


@cache
def _constants() -> dict[str, str]:
    return {
        way: words
        for chinese, words in entries().items()
        for way in (chinese, on_screen(chinese))
        if PLACE.search(way) is None
    }


@cache
def _templates() -> tuple[Template, ...]:
    made: dict[str, Template] = {}
    for chinese, words in entries().items():
        for way in (on_screen(chinese), chinese):
            if PLACE.search(way) and way not in made:
                made[way] = _compiled(way, words)
    return tuple(made[way] for way in sorted(made, key=lambda way: -len(PLACE.sub("", way))))


def _compiled(chinese: str, words: str) -> Template:
    pieces, runs, numbers = [], [], count()
    for part in re.split(r"((?:\{\w+\})+)", chinese):
        if PLACE.match(part):
            runs.append(tuple(PLACE.findall(part)))
            pieces.append(f"(?P<run{next(numbers)}>.*?)")
        else:
            pieces.append(re.escape(part))
    longest = max(PLACE.split(chinese)[::2], key=len)
    return Template(
        longest,
        PLACE.sub("", chinese),
        re.search(r"：\{\w+\}。?$", chinese) is not None,
        re.compile("".join(pieces), re.DOTALL),
        tuple(runs),
        words,
    )


@lru_cache(maxsize=8192)
def _said(text: str, depth: int) -> str | None:
    """Give a text in English, or None where nothing of it is known."""
    if depth > DEEPEST or not text:
        return None
    return _known(text, depth) or _by_parts(text, depth)


def _known(text: str, depth: int) -> str | None:
    return _constants().get(text) or _area(text) or _by_template(text, depth)


def _by_template(text: str, depth: int) -> str | None:
    for template in _templates():
        found = _fit(template, text, depth)
        if found is None:
            continue
        places = {
            name: part
            for names, value in zip(template.runs, found, strict=True)
            for name, part in zip(names, _split(value, len(names), depth), strict=True)
        }
        return _filled(template.english, places, depth + 1)
    return None


def _fit(template: Template, text: str, depth: int) -> tuple[str, ...] | None:
    """Give what stands at a template's places in a text, or None where it does not fit.

    Brackets close where they open. With hardly a word of its own a template holds no sentences,
    and within others one of a single character fits nothing: a name may begin with it.
    """
    if template.longest not in text or (depth and len(template.own) == 1):
        return None
    found = template.form.fullmatch(text)
    if found is None:
        return None
    values: tuple[str, ...] = found.groups()
    short = len(template.own.replace(" ", "")) <= _SHORT
    if any(not _is_closed(value) or _NEVER.search(value) for value in values):
        return None
    checked = values[:-1] if template.open_ended else values
    alone = (value for value, names in zip(checked, template.runs, strict=False) if len(names) == 1)
    if short and any(map(_JOINING.search, alone)):
        return None
    return values


def _is_closed(value: str) -> bool:
    open_: list[str] = []
    for char in value:
        if char in _BRACKETS:
            open_.append(_BRACKETS[char])
        elif char in _BRACKETS.values() and (not open_ or open_.pop() != char):
            return False
    return not open_


def _filled(words: str, places: dict[str, str], depth: int) -> str:
    def at(place: re.Match[str]) -> str:
        value = places[place[2]]
        known = None if place[1] or CHINESE.search(value) is None else _said(value, depth)
        return known or value

    return GIVEN.sub(at, words)


def _split(value: str, many: int, depth: int) -> tuple[str, ...]:
    """Split what stands at places beside each other: all but the first are known, or blank."""
    if many == 1:
        return (value,)
    if len(value) > _LONGEST_RUN:
        return (value, *[""] * (many - 1))
    for at in range(1, len(value)):
        rest = _all_known(value[at:], many - 1, depth)
        if rest is not None:
            return (value[:at], *rest)
    return (value, *[""] * (many - 1))


def _all_known(value: str, many: int, depth: int) -> tuple[str, ...] | None:
    if not value:
        return ("",) * many
    if many == 0:
        return None
    for at in range(len(value), 0, -1):
        if _is_known(value[:at], depth):
            rest = _all_known(value[at:], many - 1, depth)
            if rest is not None:
                return (value[:at], *rest)
    return None


@lru_cache(maxsize=8192)
def _is_known(value: str, depth: int) -> bool:
    """Tell whether a text is an entry, one with places beginning with words of its own."""
    return value in _constants() or any(
        not template.form.pattern.startswith("(?P<") and _fit(template, value, depth + 1)
        for template in _templates()
    )


def _by_parts(text: str, depth: int) -> str | None:
    """Read what was put together: sentences, then parts of one, then a term and its value."""
    if "。" in text[:-1]:
        sentences = re.findall(r"[^。]+。?", text)
        return _joined([sentence.strip(" ；") for sentence in sentences], " ", depth)
    if text[0] == "（" and text[-1] == "）" and _is_closed(text[1:-1]):
        inner = _said(text[1:-1], depth + 1)
        return None if inner is None else f" ({inner})"
    if (two := _in_two(text, depth)) is not None:
        return two
    for between, with_ in _OUTER:
        if between in text:
            return _joined(text.split(between), with_, depth, between)
    if (named := _NAMED.fullmatch(text)) and (said := _known(named[3], depth + 1)):
        return f"{_said(named[1], depth + 1) or named[1]} ({english(named[2])}): {said}"
    for between, with_ in _SEPARATORS:
        if between == "，" and "：" in text.partition("，")[0]:
            return _after_colon(text, depth)
        if between in text:
            return _joined(text.split(between), with_, depth, between)
    if "：" in text:
        return _after_colon(text, depth)
    if text.endswith("）") and (whole := _bracketed(text, depth)):
        return whole
    term, _, value = text.partition(" ")
    if value and term in _constants():
        return f"{_constants()[term]} {_said(value, depth + 1) or value}"
    return None


def _in_two(text: str, depth: int) -> str | None:
    """Read a sentence and what was put behind it, which both may hold commas."""
    for found in reversed(list(_JOINING.finditer(text))):
        before, behind = _known(text[: found.start()], depth + 1), text[found.start() :]
        if before is None:
            continue
        after = _known(behind, depth + 1)
        if after is not None:
            return before + after
        if found[0] == "；" and (after := _known(behind[1:], depth + 1)) is not None:
            return f"{before}; {after}"
    return None


def _joined(parts: list[str], with_: str, depth: int, between: str = "") -> str | None:
    """Give parts in English, if any is known; a later one may be so with what is before it."""
    said = []
    for at, part in enumerate(parts):
        known = _said(part, depth + 1) if CHINESE.search(part) else part
        if known is None and at and between:
            whole = between + part
            known = _known(whole, depth + 1)
            known = known and known.lstrip(",; ")
        said.append(known)
    out = [one or part for one, part in zip(said, parts, strict=True)]
    if out == parts and between != " 或 " and any(map(CHINESE.search, parts)):
        return None
    return with_.join(out)


def _bracketed(text: str, depth: int) -> str | None:
    before, _, inner = text.removesuffix("）").partition("（")
    said = _said(inner, depth + 1), _said(before, depth + 1)
    if said == (None, None):
        return None
    return f"{said[1] or before} ({said[0] or inner})"


def _after_colon(text: str, depth: int) -> str | None:
    name, _, rest = text.partition("：")
    said = _said(rest, depth + 1)
    return None if said is None else f"{_said(name, depth + 1) or name}: {said}"


def _area(text: str) -> str | None:
    """Write an area as `maps.words` does in English."""
    found = _AREA.fullmatch(text)
    if found is None:
        return None
    return area_in_english(Decimal(found[1].replace(",", "")), in_wan=bool(found[2]))
