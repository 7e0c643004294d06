"""How alike two names are, from 0 to 1, and why.

Equal canonical texts are 1. Otherwise the cores are aligned character by character, where a
character that sounds alike costs little (people type by sound), and the kinds of place are compared
apart, because people mix up 花园 and 家园 and leave them out. The weights are set on real names, see
``python -m benchmarks.name_matching``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from geo.intake.match.characters import sound_alike
from geo.intake.match.names import Name

SOUNDS_SAME: Final = 0.16
"""Cost of a character that is another one with the same reading."""

SOUNDS_NEAR: Final = 0.42
"""Cost of one that sounds nearly so (zh/z, -ng/-n, n/l)."""

MISSING: Final = 0.7
"""Cost of a character that one side lacks."""

ANOTHER: Final = 0.85
"""Cost of another character."""

KIND_WEIGHT: Final = 0.5
"""How much a kind that both sides share adds to a core's length."""

KIND_LEFT_OUT: Final = 0.045
KIND_DIFFERS: Final = 0.065
"""What it costs when one side has no kind of place, or each has another."""

SHORT_CORE: Final = 2
SHORT_CORE_COST: Final = 0.045
"""Two characters say little: a kind that differs then costs more."""


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, and in which words that is said to a clerk."""

    score: float
    same_marks: bool
    reason: str


def likeness(left: Name, right: Name) -> Likeness:
    """Compare two names; `same_marks` tells whether phases, zones and numbers agree."""
    trust = left.trust * right.trust
    same_marks = left.marks == right.marks
    if left.text == right.text:
        return Likeness(trust, same_marks, "名称相同" if trust == 1 else "简称或别名相同")
    cost, changes = _aligned(left.core, right.core)
    longest = max(len(left.core), len(right.core))
    weight = longest + (KIND_WEIGHT if left.kind == right.kind != "" else 0)
    score = 1 - cost / weight
    reasons = [changes] if changes else []
    if left.kind != right.kind:
        score -= KIND_DIFFERS if left.kind and right.kind else KIND_LEFT_OUT
        score -= SHORT_CORE_COST if longest <= SHORT_CORE else 0
        reasons.append(f"后缀不同（{left.kind or '无'}／{right.kind or '无'}）")
    if not same_marks:
        reasons.append("期、区或编号不一致")
    return Likeness(max(0.0, score * trust), same_marks, "，".join(reasons) or "主名相同")


@lru_cache(maxsize=65_536)
def _aligned(left: str, right: str) -> tuple[float, str]:
    """Align two cores (Levenshtein with costs by sound); give the cost and what differs."""
    if left == right:
        return 0.0, ""
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
    cost = above[-1]
    if len(left) == len(right):
        differ = [pair for pair in zip(left, right, strict=True) if pair[0] != pair[1]]
        if all(sound_alike(*pair) for pair in differ) and len(differ) <= 2:
            return cost, "音同字不同（" + "、".join(
                f"{one}／{other}" for one, other in differ
            ) + "）"
        if len(differ) == 1:
            return cost, f"一字不同（{differ[0][0]}／{differ[0][1]}）"
    return cost, "名称相近"


def _exchange(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one.isdigit() or other.isdigit():
        return ANOTHER
    return (ANOTHER, SOUNDS_NEAR, SOUNDS_SAME)[sound_alike(one, other)]
