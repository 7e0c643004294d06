"""What a contest of takeover plans says on the screen."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.takeover_contest import MOST, Contest, Entry
from benchmarks.takeover_rivals import OURS

WIDTH: Final = 170
LARGE: Final = 100
"""Candidates of a large county: with a few, every way finds the same."""

LISTED: Final = 12
"""Counties in the table, the largest; all of them are in the file."""


def show(title: str, found: list[Contest], sides: list[str]) -> None:
    """Print the ratios over all counties, then the largest counties one by one."""
    console = Console(highlight=False, width=WIDTH)
    console.print(_summary(title, found, sides))
    console.print(
        "median, best, worst: a rival's takeovers / ours, of counties where both reach the need;"
        f" for the most area, ours / the rival's. large: the median of those with {LARGE}"
        " candidates and more. short: needs not reached. s: all counties; MiB: the most"
        " that one county took beyond libraries and arrays. p-median knows no need: its plan for"
        " the most area is cut down, at that plan's time."
    )
    console.print(_counties(title, found, sides))


def _summary(title: str, found: list[Contest], sides: list[str]) -> Table:
    table = Table(title=f"{title}, {len(found)} counties")
    for name in ("task", "side", "counties", "short", "no plan", "takeovers", "area km2",
                 "median", "large", "best", "worst", "ours better", "ours worse", "s",
                 "MiB"):  # fmt: skip
        left = name in {"task", "side"}
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for task in dict.fromkeys(task for one in found for task in one.tasks()):
        asked = [one for one in found if task in one.tasks()]
        for side in sides:
            table.add_row(*_row(task, side, asked))
    return table


def _row(task: str, side: str, asked: list[Contest]) -> list[str]:
    entries = [one.entry(task, side) for one in asked]
    both = [(one.entry(task, OURS), one.entry(task, side)) for one in asked]
    ratios = [r for mine, other in both if (r := ratio(mine, other)) is not None]
    large = [
        r
        for one in asked
        if one.candidates >= LARGE
        and (r := ratio(one.entry(task, OURS), one.entry(task, side))) is not None
    ]
    rival = side != OURS
    return [
        task,
        side,
        str(len(entries)),
        str(sum(not e.reached for e in entries)),
        str(sum(e.broken > 0 for e in entries)),
        f"{sum(e.takeovers for e in entries):,}",
        f"{sum(e.gain for e in entries) / 1e8:.3f}",
        *(
            _ratio(of, among, rival=rival)
            for of, among in ((median, ratios), (median, large), (max, ratios), (min, ratios))
        ),
        str(sum(better(mine, other) for mine, other in both)) if rival else "",
        str(sum(better(other, mine) for mine, other in both)) if rival else "",
        f"{sum(e.seconds for e in entries):.1f}",
        f"{max(e.more_mib for e in entries):.0f}",
    ]


def _ratio(of: Callable[[list[float]], float], among: list[float], *, rival: bool) -> str:
    return f"{of(among):.3f}" if rival and among else ""


def ratio(mine: Entry, other: Entry) -> float | None:
    """Give how many times better ours is; None where one has no plan that counts."""
    if mine.broken or other.broken or not (mine.reached and other.reached):
        return None
    if mine.task == MOST:
        return mine.gain / other.gain if other.gain else None
    return other.takeovers / mine.takeovers if mine.takeovers else None


def better(one: Entry, than: Entry) -> bool:
    """Tell whether a plan is strictly better at what its task asks for."""
    if one.broken or than.broken:
        return than.broken > 0 and not one.broken
    return one.rank() < than.rank()


def _counties(title: str, found: list[Contest], sides: list[str]) -> Table:
    largest = sorted(found, key=lambda one: (-one.candidates, one.county))[:LISTED]
    words = "takeovers (most area: hectares) · s · MiB"
    table = Table(title=f"{title}: the {len(largest)} counties with most candidates; {words}")
    for name in ("county", "candidates", "hosts", "pairs", "task", *sides):
        left = name in {"county", "task"}
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for one in largest:
        for place, task in enumerate(one.tasks()):
            head = [one.name, *(f"{n:,}" for n in (one.candidates, one.hosts, one.pairs))]
            cells = [_cell(one.entry(task, side)) for side in sides]
            table.add_row(*(head if not place else [""] * 4), task, *cells)
    return table


def _cell(entry: Entry) -> str:
    what = f"{entry.gain / 1e6:,.1f}" if entry.task == MOST else f"{entry.takeovers:,}"
    word = "no plan" if entry.broken else what if entry.reached else "short"
    return f"{word} · {entry.seconds:.2f} · {entry.more_mib:.0f}"
