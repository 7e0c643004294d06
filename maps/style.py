"""Classes and colours: the one source for browser, handout, raster and print.

Shares are drawn on a diverging scale around the indicator's target (ColorBrewer BrBG, safe for
colour-blind readers); the break between the two halves *is* the target. Compounds are drawn by
state of service. Nothing is told by colour alone: classes have counts and words, states have
patterns and outlines, unknown is hatched. Red is left to party symbols and true errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from typing import Final, Literal

from geo import terms
from geo.shares import setting_text

Words = tuple[str, str]
"""The same words in Chinese and in English."""

Pattern = Literal["solid", "hatch", "lines", "dots"]

BELOW: Final = ("#8c510a", "#d8b365", "#f6e8c3")
"""Below the target, farthest first (ColorBrewer BrBG)."""

ABOVE: Final = ("#c7eae5", "#5ab4ac", "#01665e")
"""At or above the target, nearest first."""

STEP: Final = Decimal("0.10")
"""Width of a class, where a side of the target has room for three."""

INK: Final = "#1f2933"
MUTED: Final = "#52606d"
"""Secondary text: 6:1 on `PAPER` and on white."""
PAPER: Final = "#f4f2ee"
RULE: Final = "#d9d5cc"
ACCENT: Final = "#01665e"
NO_DATA: Final = "#e4e5e7"
NO_DATA_LINE: Final = "#8b929b"
BOUNDARY: Final = "#5c6670"
HIGHLIGHT: Final = "#1f2933"
SUGGESTION: Final = "#1f2933"
SUGGESTION_CASING: Final = "#ffffff"
PARTY: Final = "#c8102e"
"""Red, for party symbols only."""


@dataclass(frozen=True)
class ShareClass:
    """A class of shares: from `low`, included, to `high`, excluded; the last has no `high`."""

    low: Decimal
    high: Decimal | None
    colour: str
    side: Literal["below", "above"]

    @property
    def label(self) -> Words:
        """Name the class, as a legend does."""
        low = setting_text(self.low).removesuffix(" %")
        if self.high is None:
            if self.low >= 1:
                return (f"{low} %", f"{low} %")
            return (f"{low} % 及以上", f"{low} % and over")
        high = setting_text(self.high).removesuffix(" %")
        if not self.low:
            return (f"不足 {high} %", f"below {high} %")
        return (f"{low}–{high} %", f"{low}–{high} %")


@dataclass(frozen=True)
class State:
    """How compounds of some service modes are drawn."""

    id: str
    modes: tuple[str, ...]
    label: Words
    fill: str
    line: str
    pattern: Pattern


@dataclass(frozen=True)
class BarrierStyle:
    """How a kind of barrier is drawn: quiet base drawing, from a zoom on."""

    kind: str
    label: Words
    colour: str
    width_px: float
    dash: str
    from_zoom: int


STATES: Final = (
    State(
        "professional",
        ("市场化物业", "国有物业", "公益性物业"),
        ("专业化物业", "professional service"),
        "#5bb8ab",
        "#0b6b60",
        "solid",
    ),
    State(
        "trusteeship",
        ("社区托管", "社会组织"),
        ("社区托管、社会组织", "trusteeship"),
        "#7fb0de",
        "#25588c",
        "lines",
    ),
    State("self", ("居民自管",), ("居民自管", "self-managed"), "#ab94d3", "#5a4190", "dots"),
    State("none", ("无物业",), ("无物业", "no service"), "#b9530b", "#662b03", "solid"),
    State("unknown", ("未核实",), ("未核实", "not verified"), "#e4e5e7", "#636b75", "hatch"),
)
"""States of service, best covered first, the unknown last."""

VERDICTS: Final = (
    State("quarantined", (), ("暂存待改", "held back"), "#e8925a", "#8c3b06", "solid"),
    State("warned", (), ("入库（有提示）", "loaded, flagged"), "#f0d27a", "#7a5a00", "lines"),
    State("skipped", (), ("跳过", "skipped"), "#d9dce0", "#636b75", "hatch"),
    State("loaded", (), ("入库", "loaded"), "#5bb8ab", "#0b6b60", "solid"),
    State("unchanged", (), ("无变化", "unchanged"), "#cfe5e1", "#5a7f79", "solid"),
)
"""Verdicts of an import's rows, worst first; on a map those at fault stand out of the rest."""

OVERLAP: Final = State("overlap", (), ("重叠或重复", "overlapping"), "#ab94d3", "#5a4190", "dots")
"""Rows of an import whose shapes lie on others."""

OLD_LINE_PX: Final = 2.4
LINE_PX: Final = 0.8
"""Outline of a compound; an old one's is heavier."""

PLACEHOLDER_PX: Final = 5
"""Radius of the dashed ring that stands for a compound without a polygon."""

BARRIERS: Final = (
    BarrierStyle("河流", ("河流", "river"), "#8fb4c9", 1.6, "", 8),
    BarrierStyle("铁路", ("铁路", "railway"), "#7d828a", 1.6, "7 5", 10),
    BarrierStyle("高速路", ("高速路", "expressway"), "#b08d57", 2.2, "", 10),
    BarrierStyle("主干道", ("主干道", "arterial road"), "#c3bfb6", 1.4, "", 12),
    BarrierStyle("通道", ("通道", "crossing"), "#3f6f8a", 3.0, "", 14),
)
"""Barriers, in drawing order."""

ROAD: Final = BarrierStyle("道路", ("道路", "road"), "#d8d3c8", 1.1, "", 12)
"""A road that people walk along; drawn below what bars the way."""

GATE: Final = ("#3f6f8a", 3)
"""A compound's gate: colour and radius in pixels."""


@dataclass(frozen=True)
class NeighbourStyle:
    """How pairs of neighbours are drawn: by what is between them."""

    id: str
    label: Words
    colour: str
    width_px: float
    dash: str


NEIGHBOURS: Final = (
    NeighbourStyle("barred", ("邻接：有阻隔", "neighbours: barred"), "#9a9ea5", 1.0, "2 4"),
    NeighbourStyle("free", ("邻接：可达", "neighbours: free"), "#4c8a83", 0.8, ""),
    NeighbourStyle(
        "penalised",
        ("邻接：隔主干道或经通道", "neighbours: by a crossing or over a road"),
        "#a8842f",
        1.2,
        "6 3",
    ),
    NeighbourStyle(
        "adjacent", ("邻接：相连", "neighbours: next to each other"), "#0b5a51", 2.4, ""
    ),
)
"""Neighbours, in drawing order; a plan's suggestions are drawn over them."""


@cache
def share_classes(target: Decimal) -> tuple[ShareClass, ...]:
    """Cut shares from 0 to 1 into at most six classes around the target.

    The rule: the target is a break. On either side classes are ten points wide, counted from
    the target, and the outermost takes the rest; a side with less than thirty points of room
    is cut into thirds, rounded to whole points; a target of 100 % has one class above it,
    which is 100 % itself.

    >>> [str(item.low) for item in share_classes(Decimal("0.9"))]
    ['0', '0.70', '0.80', '0.9', '0.93', '0.97']
    >>> [str(item.low) for item in share_classes(Decimal("1"))]
    ['0', '0.80', '0.90', '1']
    """
    below = [target - away for away in reversed(_distances(target))]
    above = [target + away for away in _distances(1 - target)]
    lows = [*([Decimal(0), *below] if target > 0 else []), target, *above]
    colours = [*_side(BELOW, len(below) + 1 if target > 0 else 0), *_side(ABOVE, len(above) + 1)]
    highs = [*lows[1:], None]
    return tuple(
        ShareClass(low, high, colour, "below" if low < target else "above")
        for low, high, colour in zip(lows, highs, colours, strict=True)
    )


def class_of(numerator: int, denominator: int, classes: tuple[ShareClass, ...]) -> int | None:
    """Give the index of the class that an exact share lies in; None without a denominator."""
    if not denominator:
        return None
    share = Fraction(numerator, denominator)
    return max(i for i, item in enumerate(classes) if share >= Fraction(item.low))


def state_of_mode(mode: int) -> int:
    """Give the index in `STATES` of a mode (an index in `geo.terms.MODES`)."""
    return _STATE_OF_MODE[mode]


def _distances(room: Decimal) -> list[Decimal]:
    """Give the distances from the target of the breaks on a side with so much room."""
    if room >= 3 * STEP:
        return [STEP, 2 * STEP]
    point = Decimal("0.01")
    thirds = [(room * k / 3).quantize(point, ROUND_HALF_UP) for k in (1, 2)]
    return [away for away in dict.fromkeys(thirds) if 0 < away < room]


def _side(colours: tuple[str, str, str], classes: int) -> tuple[str, ...]:
    """Take the colours of one side; fewer than three leave out the extreme, then the palest."""
    if classes == 1:
        return (colours[1],)
    if classes == 2:
        return colours[1:] if colours is BELOW else colours[:2]
    return colours[:classes]


_STATE_OF_MODE: Final = tuple(
    next(i for i, state in enumerate(STATES) if mode in state.modes) for mode in terms.MODES
)
