"""Names of compounds as clerks write them: every way of writing one wrongly, from a seed.

Written apart from the tables of `geo.intake.match`, so that it tells what they lack: characters
that sound alike are neighbours in GB 2312, whose first level is in the order of pinyin; developers
are those that the names themselves hold before a dot.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

LEVEL_ONE: Final = [
    bytes([row, cell]).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) < (0xD7, 0xFA)
]
"""The 3,755 common characters of GB 2312, in the order of pinyin."""

_PLACE: Final = {char: place for place, char in enumerate(LEVEL_ONE)}
_TRADITIONAL: Final = dict(
    zip(
        "东园区华广龙云阳湾滨桥兴荣银绿蓝丰国长万苏时风鸣润泽兰锦门",
        "東園區華廣龍雲陽灣濱橋興榮銀綠藍豐國長萬蘇時風鳴潤澤蘭錦門",
        strict=True,
    )
)
_CHINESE: Final = "零一二三四五六七八九十"
_ROMAN: Final = "_ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"
_FORMAL: Final = "零壹贰叁肆伍陆柒捌玖"
_PHASED: Final = re.compile(r"([0-9]|[一二三四五六七八九]|[东南西北A-E])([期区])$")
_ENDING: Final = re.compile(
    r"(住宅小区|小区|花园|家园|花苑|家苑|嘉园|嘉苑|名苑|雅苑|新苑|新村|公寓|社区|苑|园)$"
)
_DOT: Final = re.compile(r"[·・•\s]\s*")
_NICKNAMES: Final = ("大浒头宿舍楼", "老机床厂房子", "供销社大楼", "人防办家属楼", "邮电新楼")

Corruption = Callable[[str, random.Random], tuple[str, str]]
"""Takes a name; gives the name and the aliases as a ledger would have them."""


def width(name: str, chance: random.Random) -> tuple[str, str]:
    """Full width, spaces, traditional characters, another dot, capitals."""
    way = chance.randrange(4)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name)
    if way == 0 and wide != name:
        return wide, ""
    if way == 1:
        return "".join(_TRADITIONAL.get(char, char) for char in name), ""
    if way == 2 and _DOT.search(name):
        return _DOT.sub(chance.choice(["•", " ", "", "-", "．"]), name), ""
    place = chance.randrange(1, len(name)) if len(name) > 1 else 0
    return f" {name[:place]}{chance.choice([' ', chr(0x3000), ''])}{name[place:].upper()} ", ""


def ending(name: str, chance: random.Random) -> tuple[str, str]:
    """The kind of place left out, added or mixed up."""
    found = _ENDING.search(name)
    if found is None or len(name) - len(found[0]) < 2:
        return name + chance.choice(["小区", "小区", "花园", "住宅小区"]), ""
    stem = name[: found.start()]
    if found[0].endswith("小区"):
        return stem + chance.choice(["", "", "住宅小区", "社区", "花园"]), ""
    near = {"花园": "家园", "家园": "花园", "苑": "园", "园": "苑", "花苑": "花园", "公寓": "小区"}
    swapped = stem + near.get(found[0], "花园")
    return chance.choice([stem, f"{name}小区", swapped, f"{stem}小区"]), ""


def alias(name: str, chance: random.Random) -> tuple[str, str]:
    """Another name beside it, its developer left out, its town in front."""
    way = chance.randrange(5)
    pieces = [piece for piece in _DOT.split(name) if piece]
    if way <= 1 and len(pieces) == 2 and len(pieces[1]) >= 2:
        return pieces[1], ""
    if way <= 1:
        return chance.choice(["杭州市", "浙江省杭州市", "杭州"]) + name, ""
    if way == 2:
        return f"{name}（原{chance.choice(_NICKNAMES)}）", ""
    if way == 3:
        return chance.choice(_NICKNAMES), f"{chance.choice(_NICKNAMES)}、{name}"
    return f"{chance.choice(_NICKNAMES)}（{name}）", ""


def wrong_character(name: str, chance: random.Random) -> tuple[str, str]:
    """One character is another: half of them sound alike, half come from anywhere in the names."""
    places = [place for place, char in enumerate(name) if char in _PLACE]
    if not places:
        return name, ""
    place = chance.choice(places)
    at = _PLACE[name[place]]
    if chance.random() < 0.5:
        near = [
            LEVEL_ONE[other]
            for other in range(max(0, at - 2), min(len(LEVEL_ONE), at + 3))
            if other != at
        ]
        char = chance.choice(near)
    else:
        char = chance.choice(LEVEL_ONE)
    return name[:place] + char + name[place + 1 :], ""


def phase_written(name: str, chance: random.Random) -> tuple[str, str]:
    """The same phase or zone, written in another way; names without one in another width."""
    found = _PHASED.search(name)
    if found is None:
        return width(name, chance)
    value, unit, stem = found[1], found[2], name[: found.start()]
    if value in "东南西北ABCDE":
        forms = [f"（{value}{unit}）", f"-{value}{unit}", f" {value.lower()}{unit}", f"（{value}）"]
        return stem + chance.choice(forms), ""
    number = int(value) if value.isdigit() else _CHINESE.index(value)
    written = chance.choice([str(number), _CHINESE[number], _ROMAN[number], _FORMAL[number]])
    form = chance.choice(["{0}{1}", "第{0}{1}", "（{0}{1}）", " {0}{1}"])
    return stem + form.format(written, unit), ""


def other_phase(name: str, chance: random.Random) -> tuple[str, str]:
    """A phase or zone that the register has not: another compound, which nobody may take."""
    found = _PHASED.search(name)
    stem = name[: found.start()] if found else name
    forms = ["{}十一期", "{}（12期）", "{}K区", "{}第十三区", "{}14号楼", "{}（十五组团）"]
    return chance.choice(forms).format(stem), ""


KINDS: Final[dict[str, Corruption]] = {
    "alias": alias,
    "suffix": ending,
    "width": width,
    "one wrong character": wrong_character,
    "phase notation": phase_written,
}
"""Corruptions whose row still is its compound."""


def twice(name: str, chance: random.Random) -> tuple[str, str]:
    """Two corruptions, one on the other."""
    first, second = chance.sample(list(KINDS), 2)
    once, aliases = KINDS[first](name, chance)
    return KINDS[second](once, chance) if not aliases else (once, aliases)
