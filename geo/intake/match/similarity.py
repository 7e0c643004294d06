"""How alike two names are, from 0 to 1, and why.

Equal canonical texts are 1. Otherwise the cores are aligned character by character, where a
character that sounds alike costs little (people type by sound), and the kinds of place are
compared apart, because people mix up 花园 and 家园 and leave them out. The weights are set on real
names, see ``python -m benchmarks.name_matching``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from geo.intake.match.characters import sound_alike
from geo.intake.match.names import KINDS, Name

SOUNDS_SAME: Final = 0.16
"""Cost of a character that is another one with the same reading."""

SOUNDS_NEAR: Final = 0.42
"""Cost of one that sounds nearly so (zh/z, -ng/-n, n/l)."""

MISSING: Final = 0.7
"""Cost of a character that one side lacks."""

ANOTHER: Final = 0.85
"""Cost of another character."""

SLIP: Final = 0.27
"""Cost of the only character that differs, where it is a slip of the pen (see `likeness`)."""

SLIP_CORE: Final = 3
"""Shorter cores say too little for a slip to be told from another name."""

KIND_WEIGHT: Final = 0.5
"""How much a kind that both sides share adds to a core's length."""

KIND_LEFT_OUT: Final = 0.045
KIND_DIFFERS: Final = 0.065
"""What it costs when one side has no kind of place, or each has another."""

KIND_SOUNDS_SAME: Final = 0.03
"""花园 and 花苑, 家园 and 嘉园: other characters, the same sound."""

ENDING_SLIP: Final = 0.04
"""A wrong character in the kind of place, where all the rest is equal."""

SHORT_CORE: Final = 2
SHORT_LEFT_OUT: Final = 0.03
SHORT_DIFFERS: Final = 0.08
"""Two characters say little: 曙光新村 and 曙光公寓 are as likely two compounds as one."""


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, and in which words that is said to a clerk."""

    score: float
    same_marks: bool
    reason: str


def likeness(left: Name, right: Name, odd: Collection[str] = ()) -> Likeness:
    """Compare a row's name with a compound's.

    One differing character among three or more may be a slip of the pen or the mark of another
    compound (三塘竹园 and 三塘兰园). It is taken for a slip when it nearly sounds alike, or when it
    is `odd`: a character of the row that no other name holds.
    """
    trust = left.trust * right.trust
    same_marks = left.marks == right.marks
    if left.text == right.text:
        return Likeness(trust, same_marks, "名称相同" if trust == 1 else "简称或别名相同")
    cost, changes, differing = _aligned(left.core, right.core)
    if differing and len(left.core) >= SLIP_CORE:
        one, other = differing
        if one in odd or sound_alike(one, other):
            cost = min(cost, SLIP)
    longest = max(len(left.core), len(right.core))
    weight = longest + (KIND_WEIGHT if left.kind == right.kind != "" else 0)
    score = 1 - cost / weight
    reasons = [changes] if changes else []
    slip = _slip_in_ending(left, right, odd)
    more = _kind_added(left, right)
    if slip:
        score, reasons = 1 - ENDING_SLIP, [slip]
    elif more:
        score, reasons = 1 - KIND_LEFT_OUT, [f"后缀多“{more}”"]
    elif left.kind != right.kind:
        score -= _kind_cost(left.kind, right.kind, longest)
        reasons.append(f"后缀不同（{left.kind or '无'}／{right.kind or '无'}）")
    if not same_marks:
        reasons.append("期、区或编号不一致")
    return Likeness(max(0.0, score * trust), same_marks, "，".join(reasons) or "主名相同")


def _slip_in_ending(left: Name, right: Name, odd: Collection[str]) -> str:
    """Say which character of a kind of place is another one (花圆), where all else is equal.

    After a short core it must be a slip for certain: 中兴花园 and 中兴和园 may be two.
    """
    here, there = left.core + left.ending, right.core + right.ending
    if len(here) != len(there) or len(left.core) == len(right.core):
        return ""
    _, words, differing = _aligned(here, there)
    if differing is None:
        return ""
    sure = differing[0] in odd or sound_alike(*differing) == 2
    if not sure and min(len(left.core), len(right.core)) <= SHORT_CORE:
        return ""
    place = next(at for at, pair in enumerate(zip(here, there, strict=True)) if pair[0] != pair[1])
    return words if place >= min(len(left.core), len(right.core)) else ""


def _kind_added(left: Name, right: Name) -> str:
    """Give the kind of place that one name has behind the whole of the other (金狮苑花园)."""
    shorter, longer = sorted((left.core + left.ending, right.core + right.ending), key=len)
    more = longer[len(shorter) :]
    return more if longer.startswith(shorter) and more in KINDS else ""


def _kind_cost(left: str, right: str, longest: int) -> float:
    """Give what it costs that two cores of up to `longest` characters have other kinds."""
    if not left or not right:
        return KIND_LEFT_OUT + (SHORT_LEFT_OUT if longest <= SHORT_CORE else 0)
    if len(left) == len(right) and all(
        sound_alike(*pair) == 2 for pair in zip(left, right, strict=True)
    ):
        return KIND_SOUNDS_SAME
    return KIND_DIFFERS + (SHORT_DIFFERS if longest <= SHORT_CORE else 0)


@lru_cache(maxsize=65_536)
def _aligned(left: str, right: str) -> tuple[float, str, tuple[str, str] | None]:
    """Align two cores (Levenshtein with costs by sound).

    Returns
    -------
    float
        The cost.
    str
        What differs, in words; blank for nothing.
    tuple or None
        The two characters, where the cores differ in just one.
    """
    if left == right:
        return 0.0, "", None
    above = [MISSING * place for place in range(len(right) + 1)]
    for row, one in enumerate(left, start=1):
        line = [MISSING * row]
        for column, other in enumerate(right, start=1):
            line.append(
                min(
                    above[column - 1] + _exchange(one, other),
                    above[column] + MISSING,
                    line[column - 1] + MISSING,
                )
            )
        above = line
    return above[-1], *_difference(left, right)


def _difference(left: str, right: str) -> tuple[str, tuple[str, str] | None]:
    if len(left) != len(right):
        return "名称相近", None
    differ = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
    if len(differ) > 2 or any(one.isdigit() or other.isdigit() for one, other in differ):
        return "名称相近", None
    words = "、".join(f"{one}／{other}" for one, other in differ)
    alike = all(sound_alike(*pair) for pair in differ)
    if len(differ) == 1:
        return f"{'音同字不同' if alike else '一字不同'}（{words}）", differ[0]
    return (f"音同字不同（{words}）" if alike else "名称相近"), None


def _exchange(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one.isdigit() or other.isdigit():
        return ANOTHER
    return (ANOTHER, SOUNDS_NEAR, SOUNDS_SAME)[sound_alike(one, other)]
