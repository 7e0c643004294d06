"""What the command line prints: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from geo.coverage import Coverage, Row
from geo.shares import percent_text
from geo.terms import MADE_UP
from maps.words import (
    amount_figure,
    bounds_text,
    definition_text,
    gap_figure,
    points_text,
    share_text,
)

# Into a file or a pipe, lines keep their length; a user's "[/x]" is no markup.
out = Console(width=None if sys.stdout.isatty() else 200, markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)

WIDE = 120
UNIT_NAMES = {"m2": "万㎡", "compounds": "个小区", "companies": "家企业", "projects": "个项目"}
MET_NAMES = {"yes": "达标", "no": "未达标", "undetermined": "待核实", None: "—"}

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode


def print_json(value: Any) -> None:
    """Print JSON on standard output, Chinese as it is, each row of a list on one line."""
    sys.stdout.write(_laid_out(value, "\n") + "\n")


def _laid_out(value: Any, line: str) -> str:
    """Indent what a value holds as `json.dumps` does, but for rows: of many that takes long."""
    inside = f"{line} "
    if isinstance(value, dict) and value:
        parts = (f"{_json(str(key))}: {_laid_out(item, inside)}" for key, item in value.items())
        return f"{{{inside}{f',{inside}'.join(parts)}{line}}}"
    if isinstance(value, list | tuple) and value:
        return f"[{inside}{f',{inside}'.join(map(_json, value))}{line}]"
    return _json(value)


def table(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> None:
    """Print a table; the first `left` columns are texts, the others figures."""
    found = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, header in enumerate(headers):
        found.add_column(
            header,
            justify="left" if place < left else "right",
            no_wrap=place == 0 or place >= left,
        )
    for row in rows:
        found.add_row(*row)
    out.print(found)


def percent(share: float | None, target: Decimal | None = None) -> str:
    """Show a share that is no longer a quotient of two sums, by the rule of all shares."""
    return "—" if share is None else percent_text(share, target)


def share_of(row: Row) -> str:
    """Show a row's share as everything else does."""
    return share_text(row.numerator, row.denominator, row.target) if row.denominator else "—"


def missing(row: Row, unit: str) -> str:
    """Show what is missing to the target: 万㎡, or a whole number."""
    return gap_figure(row.gap_amount, unit) if row.gap_amount else "—"


def head(found: Coverage) -> str:
    """Say what a figure is: indicator, definition, date, snapshot, made up or not."""
    mark = f"【{MADE_UP}】" if found.made_up else ""
    return (
        f"{mark}{found.indicator.id} {found.indicator.name} · "
        f"{definition_text(found.definition, found.indicator, found.unit)[0]} · "
        f"截至 {found.as_of} · 快照 {found.snapshot[:12]} · 口径 {found.definition.id}"
    )


def print_coverage(found: Coverage) -> None:
    """Print an indicator's rows, and say how many empty divisions were left out."""
    unit = found.unit
    shown = [row for row in found.rows if row.denominator or row.unmeasured]

    def bounds(row: Row) -> str:
        if not row.unknown:
            return ""
        high = share_text(row.numerator + row.unknown, row.denominator, row.target)
        return bounds_text(share_of(row), high)

    words = UNIT_NAMES[unit]
    wide = out.width >= WIDE
    columns: list[tuple[str, bool, Callable[[Row], str]]] = [
        ("区划", True, lambda row: row.name),
        ("代码", wide, lambda row: "" if row.division is None else str(row.division)),
        (f"分子({words})", wide, lambda row: amount_figure(row.numerator, unit, found.per_unit)),
        (f"分母({words})", wide, lambda row: amount_figure(row.denominator, unit, found.per_unit)),
        ("比率", True, share_of),
        ("上下界", True, bounds),
        ("目标", True, lambda row: MET_NAMES[row.met]),
        ("差(点)", True, lambda row: points_text(row.gap_points) if row.gap_points else "—"),
        (f"还需({words})", True, lambda row: missing(row, unit)),
        (
            "对总缺口(点)",
            wide,
            lambda row: "—" if row.contribution is None else f"{row.contribution:+.3f}",
        ),
    ]
    kept = [(header, show) for header, keep, show in columns if keep]
    out.print(head(found), highlight=False, soft_wrap=True)
    table(
        "",
        [header for header, _ in kept],
        [[show(row) for _, show in kept] for row in [*shown, found.total]],
        left=2 if wide else 1,
    )
    left_out = len(found.rows) - len(shown)
    if left_out:
        out.print(f"另有 {left_out} 个区划没有统计对象，未列出。", style="dim")
    if found.total.unmeasured:
        out.print(f"另有 {found.total.unmeasured} 个小区面积不明，只计个数。", style="dim")
