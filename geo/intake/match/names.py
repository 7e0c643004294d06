"""How the name of a compound is read: its core, its kind of place, its phase and zone marks.

``滨江·锦绣之城（二期）东区`` has the core 滨江锦绣之城, no kind, and the marks 2期 and 东区;
锦绣之城 is another way to say it. Numerals, phases, zones and sides (东 南 西 北 before a noun)
are *marks*: two names whose marks differ are never the same compound for certain, and a mark on one
side only is a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from geo.intake.match.characters import arabic, formal_digit, plain, reading

_BRACKETED: Final = re.compile(r"[(\[【〔《「{](.*?)[)\]】〕》」}]")
_DOTS: Final = re.compile(r"[·・•‧∙⋅.。|｜/\\]|(?<=[^\s])\s+(?=[^\s])")
_NOT_NAME: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_STATE: Final = re.compile(
    r"(?:建设中|在建|未建|待建|规划中?|施工中|未交付|已拆除?|拆迁中|待拆除?|已交付|尾盘)"
)
_OTHER_NAME: Final = re.compile(
    r"^(?:原名?|又名|又称|也称|俗称|曾用名|别名|备案名|推广名|现名?|即)[:]?"
)

_ROMAN: Final = {
    word: str(place)
    for place, word in enumerate(
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], start=1
    )
}
_ROMAN_MARK: Final = re.compile(
    r"(?<![a-z0-9])(viii|vii|iii|iv|vi|ix|xii|xi|ii|i|v|x)(?=期|区|组团|标段|座|$)"
)

_SIDE: Final = "东南|东北|西南|西北|东|南|西|北|中"
_NOUN: Final = (
    "小区|花园|花苑|家园|家苑|嘉园|嘉苑|名苑|新苑|新村|公寓|社区|大院|别墅|生活区|住宅区|宿舍|"
    "组团|区块|地块|片区|街坊|岸|区|苑|园|村|里|坊|院|座|门|块|片|期"
)
_VALUE: Final = rf"(?:第)?(?:(?:{_SIDE})?\d+(?:丶\d+)*|[a-z]\d*|首|{_SIDE})"
_PHASE: Final = re.compile(
    rf"({_VALUE})(期|组团|区块|地块|标段|区|座|幢|栋|号楼|号院|片区|片|块|岸)"
)
_SIDE_OF: Final = re.compile(rf"({_SIDE})(?=\d*(?:{_NOUN})|\d+$)|(?:{_SIDE})$")
_NUMBER: Final = re.compile(r"\d+")
_SAME_UNIT: Final = {
    "区块": "区", "片区": "区", "片": "区", "块": "区", "岸": "区",
    "幢": "栋", "号楼": "栋", "座": "栋", "地块": "地块", "号院": "院",
}  # fmt: skip

GENERIC: Final = (
    "住宅小区", "居民小区", "安置小区", "住宅区", "居民区", "小区",
)  # fmt: skip
"""Words that say no more than that it is a compound."""

KINDS: Final = (
    "职工宿舍", "职工住宅", "家属宿舍", "家属院", "家属区", "生活区", "宿舍区", "宿舍", "公寓",
    "花园", "花苑", "家园", "家苑", "嘉园", "嘉苑", "名苑", "雅苑", "新苑", "新村", "新城",
    "新区", "社区", "别墅", "大院", "山庄", "名邸", "公馆", "华庭", "豪庭", "苑", "园", "庭", "府",
    "居", "邸",
)  # fmt: skip
"""Words that say what kind of place it is; people mix them up and leave them out."""

BRANDS: Final = frozenset(
    {
        "万科", "绿城", "龙湖", "保利", "中海", "碧桂园", "恒大", "融创", "金地", "招商", "华润",
        "世茂", "旭辉", "绿地", "远洋", "富力", "雅居乐", "佳兆业", "阳光城", "首开", "金科",
        "中南", "荣盛", "泰禾", "正荣", "融信", "中骏", "建发", "越秀", "大华", "朗诗", "俊发",
        "银海", "实力", "中铁", "中建", "中交", "电建", "东原", "蓝光", "海伦堡", "万达", "新希望",
        "滨江", "众安", "宋都", "德信", "祥生", "广宇", "复地", "九龙仓", "雅戈尔", "金隅",
        "新湖", "融侨",
    }
)  # fmt: skip
"""Developers whose name people put before a compound's, or leave out."""


@dataclass(frozen=True)
class Name:
    """A name as it is compared.

    Parameters
    ----------
    text
        All of it, canonical: half width, simplified, digits, no signs. Equal texts are one name.
    core, kind
        What distinguishes it, and the kind of place that ends it (blank, or one of `KINDS`).
    ending
        The kind and what else was split off the core: 花园小区 where the kind is 花园.
    marks
        Phases, zones, sides and numbers, each as ``(unit, value)``, sorted.
    trust
        1 for a name as it was given; less for one that was made from it (a developer left out).
    """

    text: str
    core: str
    kind: str
    marks: tuple[tuple[str, str], ...]
    ending: str = ""
    trust: float = 1.0

    @cached_property
    def phases(self) -> frozenset[str]:
        """The phases that it states, each for itself: 1, 2 and 3 of 1-3期."""
        found: set[str] = set()
        for unit, value in self.marks:
            if unit == "期":
                told = value.split(BETWEEN)
                if len(told) == 2 and all(number.isdecimal() for number in told):
                    found |= {str(number) for number in range(int(told[0]), int(told[1]) + 1)}
                found |= set(told)
        return frozenset(found)

    @cached_property
    def sound(self) -> str:
        """The core's blurred readings, one private character a syllable."""
        return "".join(_SYLLABLES.of(reading(char)) for char in self.core)


class _Syllables:
    """Gives each syllable a private character, so that string metrics count syllables."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, syllable: str) -> str:
        return self._known.setdefault(syllable, chr(0xE000 + len(self._known)))


_SYLLABLES: Final = _Syllables()


def parse(text: str | None, prefixes: Iterable[str] = ()) -> tuple[Name, ...]:
    """Read a name; give it and the other ways in which it may be written, the name itself first.

    Parameters
    ----------
    text
        As somebody wrote it; blank gives nothing.
    prefixes
        Names of the divisions that it may begin with (昆明市, 五华区, 翠湖街道); a short form
        (昆明) may as well belong to the name, so both are given.

    Examples
    --------
    >>> name, = parse("明怡花园（Ⅱ期）")
    >>> name.core, name.kind, name.marks
    ('明怡', '花园', (('期', '2'),))
    """
    if not text or not text.strip():
        return ()
    outside, others = _brackets(plain(text))
    found: dict[str, Name] = {}
    pieces = [piece for piece in _DOTS.split(outside) if piece.strip()]
    full, short = _prefixes(tuple(prefixes))
    written = _NOT_NAME.sub("", _range_kept("".join(pieces)))
    whole = _without(written, full)
    _add(found, whole, 1.0)
    if len(pieces) > 1:
        _add(found, _NOT_NAME.sub("", _range_kept(pieces[-1])), SHORTENED)
    for other in others:
        # In brackets with nothing before them: that is the name.
        _add(found, _NOT_NAME.sub("", _range_kept(other)), RENAMED if found else 1.0)
    for shorter in (_without(whole, short), _without_brand(whole)):
        _add(found, shorter, SHORTENED)
    return tuple(found.values())


BETWEEN: Final = "丶"
"""Stands between the numbers of a range, where signs are dropped."""

SHORTENED: Final = 0.965
"""Trust in a name whose developer or estate in front was left out."""

RENAMED: Final = 0.97
"""Trust in a name that stands in brackets behind another."""


def parse_all(
    main: str | None, aliases: Iterable[str], prefixes: Iterable[str]
) -> tuple[Name, ...]:
    """Read a name and its aliases; aliases are as good as the name."""
    found: dict[str, Name] = {}
    for text in (main, *aliases):
        for name in parse(text, prefixes):
            held = found.get(name.text)
            if held is None or held.trust < name.trust:
                found[name.text] = name
    return tuple(found.values())


_LIST: Final = re.compile(r"[,，、;；\n]+|\s{2,}")


def split_aliases(text: str | None) -> list[str]:
    """Give the single names of a cell that lists several."""
    return [part.strip() for part in _LIST.split(text or "") if part.strip()]


@lru_cache(maxsize=65_536)
def key_of(text: str | None) -> str:
    """Give the canonical text of a name, for comparing and for storing as an alias."""
    found = parse(text)
    return found[0].text if found else ""


def _add(found: dict[str, Name], text: str, trust: float) -> None:
    if len(text) >= 2 or (text and not found):
        name = _read(text, trust)
        if name.text not in found:
            found[name.text] = name


def _brackets(text: str) -> tuple[str, list[str]]:
    """Take brackets apart: marks stay with the name, states go, other names are given apart."""
    others: list[str] = []

    def inside(found: re.Match[str]) -> str:
        words = _STATE.sub("", found[1]).strip()
        if not words:
            return ""
        other = _OTHER_NAME.sub("", words)
        if other != words:
            others.append(other)
            return ""
        short = arabic(words.replace(" ", ""))
        if re.fullmatch(rf"{_SIDE}|{_VALUE}", short):
            return short if short.endswith(("期", "区")) else f"{short}区"
        if _PHASE.fullmatch(short):
            return short
        if len(words) >= 4:
            others.append(words)
            return ""
        return words

    return _BRACKETED.sub(inside, text), others


_RANGE: Final = re.compile(
    r"(?<=[0-9一二三四五六七八九十])[-~、,和及至](?=[0-9一二三四五六七八九十])"
)
_SEVERAL: Final = re.compile(r"[一二三四五六七八九]{2,}(?=期|区)")
_FORMAL: Final = re.compile(r"[壹贰叁肆伍陆柒捌玖](?=[期区园苑号])")


def _range_kept(text: str) -> str:
    """Write numerals as digits; keep apart those of a range: 1-2期, 一、二期 and 一二期 are one."""
    text = _RANGE.sub(BETWEEN, _FORMAL.sub(lambda found: formal_digit(found[0]), text))
    return arabic(_SEVERAL.sub(lambda found: BETWEEN.join(found[0]), text))


_LEVELS: Final = ("省", "市", "区", "县", "州", "旗", "街道", "镇", "乡", "社区", "村")
_LEAST_LEFT: Final = 3


@lru_cache(maxsize=1024)
def _prefixes(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give names of divisions as names are spelt here, in full and in short, longer ones first."""
    listed = sorted(words, key=len, reverse=True)
    full = [arabic(plain(word)) for word in listed if word.endswith(_LEVELS)]
    short = [arabic(plain(word)) for word in listed if not word.endswith(_LEVELS)]
    return tuple(full), tuple(short)


def _without(text: str, prefixes: Iterable[str]) -> str:
    """Leave out names of divisions in front, the outer ones first, as long as a name is left."""
    again = True
    while again:
        again = False
        for prefix in prefixes:
            left = text[len(prefix) :]
            if text.startswith(prefix) and len(left) >= _LEAST_LEFT and left not in GENERIC:
                text, again = left, True
                break
    return text


def _without_brand(text: str) -> str:
    for size in (3, 2):
        if text[:size] in BRANDS and len(text) - size >= 3:
            return text[size:]
    return text


@lru_cache(maxsize=65_536)
def _read(text: str, trust: float) -> Name:
    text = _ROMAN_MARK.sub(lambda found: _ROMAN[found[1]], text)
    text = re.sub(r"(期)(?:工程|项目)$", r"\1", text)
    marks: list[tuple[str, str]] = []

    def take(found: re.Match[str]) -> str:
        value, unit = found[1].removeprefix("第"), found[2]
        marks.append((_SAME_UNIT.get(unit, unit), "1" if value == "首" else value))
        return ""

    rest = _PHASE.sub(take, text)
    if len(rest) < 2:  # nothing but marks: they are the name
        rest, marks = text, []
    marks += [("", found[0]) for found in _SIDE_OF.finditer(rest)]
    marks += [("#", found[0]) for found in _NUMBER.finditer(rest)]
    core, kind = _core(rest)
    ordered = tuple(sorted(marks))
    spelt = (
        core + kind + "".join(f"|{value}{unit}" for unit, value in ordered if unit not in {"", "#"})
    )
    return Name(spelt, core, kind, ordered, rest[len(core) :], trust)


def _core(text: str) -> tuple[str, str]:
    """Split off the words that only say what kind of place it is, if two characters are left."""
    core, kind = text, ""
    for word in GENERIC:
        if core.endswith(word) and len(core) - len(word) >= 2:
            core = core[: -len(word)]
            break
    for word in KINDS:
        if core.endswith(word) and len(core) - len(word) >= 2:
            core, kind = core[: -len(word)], word
            break
    return core, kind
