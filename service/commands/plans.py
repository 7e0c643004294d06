"""``wuye plan list|show|compare``: plans that were kept, and what one does otherwise."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geo.codes import normal_division
from geo.errors import UsageError
from geo.shares import percent_text
from geo.takeover.plan import saved
from geo.takeover.plan.saved import Difference
from service.options import Division, Json
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

Name = Annotated[str, typer.Argument(help="方案文件，或已存方案的编号（开头几位即可）。")]

MOST_LISTED = 50


def list_(division: Division = None, as_json: Json = False) -> None:
    """List the kept plans."""
    code = None if division is None else normal_division(division)
    if division is not None and code is None:
        raise UsageError(f"--division {division} 不是区划代码。", "例如 530102。")
    rows = saved.listed(Workspace(Settings()).register, division=code)
    if as_json:
        print_json({"plans": rows})
        return
    out.print(f"已存方案 {len(rows)} 个", highlight=False)
    if rows:
        table(
            "",
            ["编号", "区划", "截止日期", "结果", "接管数", "快照", "作者", "存于"],
            [
                [row["id"][:12], row["name"] or "", row["as_of"] or "", row["status"],
                 str(row["takeovers"]), row["snapshot"][:12], row["author"],
                 f"{row['at']:%Y-%m-%d %H:%M}"]
                for row in rows
            ],
            left=8,
        )  # fmt: skip


def show(name: Name, as_json: Json = False) -> None:
    """Show a plan."""
    found = saved.plan_of(Workspace(Settings()).register, name)
    if as_json:
        print_json(found)
        return
    for line in found.get("lines", []):
        out.print(line, highlight=False, soft_wrap=True)
    print_suggestions("", found["suggestions"])


def compare(before: Name, after: Name, as_json: Json = False) -> None:
    """Compare two plans."""
    register = Workspace(Settings()).register
    found = saved.compare(saved.plan_of(register, before), saved.plan_of(register, after))
    if as_json:
        print_json(found.as_json())
    else:
        print_difference(found)


def print_difference(found: Difference) -> None:
    """Print what one plan does otherwise than another."""
    out.print(
        f"新增 {len(found.added)}，去掉 {len(found.dropped)}，换项目 {len(found.moved)}，"
        f"不变 {found.kept}",
        highlight=False,
    )
    table(
        "",
        ["数字", "前", "后", "相差"],
        [
            [_NAMES[name], _number(name, one), _number(name, other),
             "不可比" if more is None else _number(name, more, "+")]
            for name, (one, other, more) in found.figures.items()
        ],
    )  # fmt: skip
    for name, (one, other) in found.conditions.items():
        out.print(f"  {name}：{one} → {other}", style="dim", highlight=False, soft_wrap=True)
    print_suggestions("新增", found.added)
    print_suggestions("去掉", found.dropped)
    if found.moved:
        table(
            "换项目",
            ["老旧小区", "原项目", "新项目"],
            [
                [one["name"] or one["compound"], _host(one), _host(other)]
                for one, other in found.moved[:MOST_LISTED]
            ],
            left=3,
        )


_NAMES = {
    "takeovers": "接管数", "floor_area_m2": "接管面积(㎡)", "share": "现比率",
    "share_after": "方案后比率", "numerator_after": "方案后分子", "denominator": "分母",
    "needed": "还差", "cost_yuan": "费用(元)",
}  # fmt: skip


def _number(name: str, value: float, sign: str = "") -> str:
    if name in {"share", "share_after"}:
        return f"{value * 100:+.4f} 个百分点" if sign else percent_text(value)
    return f"{value:{sign},.2f}" if isinstance(value, float) else f"{value:{sign},}"


def _host(entry: Any) -> str:
    return str(entry.get("project_name") or entry["project"])


def print_suggestions(title: str, entries: Any) -> None:
    """Print a plan's suggestions, the first of them."""
    if not entries:
        return
    table(
        title,
        ["老旧小区", "接管项目", "理由"],
        [
            [entry.get("name") or entry["compound"], _host(entry),
             " · ".join(entry.get("reasons", []))]
            for entry in entries[:MOST_LISTED]
        ],
        left=3,
    )  # fmt: skip
    if len(entries) > MOST_LISTED:
        out.print(f"……共 {len(entries)} 条；用 --json 查看全部。", style="dim")
