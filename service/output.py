"""What the command line prints: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from geo.coverage import Coverage, Row
from geo.terms import MADE_UP

out = Console()
err = Console(stderr=True)

UNIT_NAMES = {"m2": "万㎡", "compounds": "个小区", "companies": "家企业", "projects": "个项目"}
MET_NAMES = {"yes": "达标", "no": "未达标", "undetermined": "待核实", None: "—"}


def print_json(value: Any) -> None:
    """Print JSON on standard output, Chinese as it is."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table; the first `left` columns are texts, the others figures."""
    found = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, header in enumerate(headers):
        found.add_column(header, justify="left" if place < left else "right", no_wrap=place >= left)
    for row in rows:
        found.add_row(*row)
    out.print(found)


def percent(share: float | None, target: float | None = None) -> str:
    """Show a share with one decimal, or as many as it takes not to round it across the target."""
    if share is None:
        return "—"
    for digits in range(1, 7):
        text = f"{share * 100:.{digits}f}"
        if target is None or (float(text) >= target * 100) == (share >= target):
            return text + "%"
    return f"{share * 100!r}%"


def amount(value: float, unit: str) -> str:
    """Show a stored amount (0.01 m², or a count) in people's units."""
    return f"{value / 1_000_000:,.1f}" if unit == "m2" else f"{value:,.0f}"


def missing(row: Row, unit: str) -> str:
    """Show what is missing to the target: 万㎡, or a whole number."""
    if not row.gap_amount:
        return "—"
    return f"{row.gap_amount / 10_000:,.2f}" if unit == "m2" else f"{row.gap_amount:,}"


def head(found: Coverage) -> str:
    """Say what a figure is: indicator, definition, date, snapshot, made up or not."""
    mark = f"【{MADE_UP}】" if found.made_up else ""
    return (
        f"{mark}{found.indicator.id} {found.indicator.name} · {found.definition.describe()} · "
        f"截至 {found.as_of} · 快照 {found.snapshot[:12]} · 口径 {found.definition.id}"
    )


def print_coverage(found: Coverage) -> None:
    """Print an indicator's rows, and say how many empty divisions were left out."""
    unit = found.unit
    goal = float(found.indicator.target)
    shown = [row for row in found.rows if row.denominator or row.unmeasured]

    def cells(row: Row) -> list[str]:
        bounds = (
            "" if row.low == row.high else f"{percent(row.low, goal)}–{percent(row.high, goal)}"
        )
        return [
            row.name,
            "" if row.division is None else str(row.division),
            amount(row.numerator, unit),
            amount(row.denominator, unit),
            percent(row.share, goal),
            bounds,
            MET_NAMES[row.met],
            "—" if row.gap_points is None else f"{row.gap_points:.2f}",
            missing(row, unit),
            "—" if row.contribution is None else f"{row.contribution:+.3f}",
        ]

    words = UNIT_NAMES[unit]
    table(
        head(found),
        ["区划", "代码", f"分子({words})", f"分母({words})", "比率", "上下界", "目标",
         "差(百分点)", f"还需({words})", "对总缺口(百分点)"],
        [*(cells(row) for row in shown), cells(found.total)],
        left=2,
    )  # fmt: skip
    left_out = len(found.rows) - len(shown)
    if left_out:
        out.print(f"另有 {left_out} 个区划没有统计对象，未列出。", style="dim")
    if found.total.unmeasured:
        out.print(f"另有 {found.total.unmeasured} 个小区面积不明，只计个数。", style="dim")
