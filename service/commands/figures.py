"""``wuye snapshot``, ``coverage`` and ``compare``: the join and its figures."""

from __future__ import annotations

from typing import Annotated

import typer

from geo.action_plan import By, action_plan
from geo.codes import level_below
from geo.compare import KINDS, REASONS, compare
from geo.coverage import coverage
from geo.errors import UsageError
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.terms import MADE_UP
from maps.words import definition_text
from service.options import (
    AsOf,
    Band,
    BasisOption,
    Division,
    Json,
    KnownAt,
    PopulationOption,
    WithInterim,
    day,
    definition_of,
    division_code,
    moment,
    snapshot_asked,
)
from service.output import out, percent, print_coverage, print_json, table
from service.settings import Settings
from service.workspace import Workspace

ByOption = Annotated[
    str, typer.Option("--by", help="I3、I4：company 按注册地企业、project 按所在地项目。")
]


def snapshot(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="截止日期，如 2025-12-31；默认今天，网页此后以它开图。"),
    ] = None,
    known_at: KnownAt = None,
    listed: Annotated[bool, typer.Option("--list", help="列出已有的快照。")] = False,
    as_json: Json = False,
) -> None:
    """Freeze a date's state as a snapshot, or take the one there is."""
    snapshots = Workspace(Settings()).snapshots
    if listed:
        rows = snapshots.listed()
        if as_json:
            print_json(rows)
            return
        table(
            "快照",
            ["编号", "截止日期", "小区数", "数据"],
            [
                [row["id"][:12], str(row["as_of"]), str(row["compounds"]),
                 MADE_UP if row["made_up"] else "真实"]
                for row in rows
            ],
            left=2,
        )  # fmt: skip
        return
    found = snapshots.get(day(as_of), moment(known_at))
    words = {
        "snapshot": found.id,
        "as_of": found.as_of.isoformat(),
        "made_up": found.made_up,
        "compounds": found.table("compounds").num_rows,
        "companies": found.table("companies").num_rows,
        "file": str(found.path),
    }
    if as_json:
        print_json(words)
    else:
        mark = f"【{MADE_UP}】" if found.made_up else ""
        out.print(
            f"{mark}快照 {found.id}\n截至 {found.as_of}，小区 {words['compounds']} 个，"
            f"企业 {words['companies']} 家\n文件 {found.path}",
            highlight=False,
            soft_wrap=True,
        )


def show_coverage(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    indicator: Annotated[
        str, typer.Option(help="I1 面积覆盖、I2 业委会、I3 党组织、I4 党的工作。")
    ] = "I1",
    level: Annotated[
        str | None,
        typer.Option(
            help="province、prefecture、county、street 或 community；默认 --division 的下一级。"
        ),
    ] = None,
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    by: ByOption = "company",
    as_json: Json = False,
) -> None:
    """Print an indicator by division: shares, bounds and gaps."""
    definition = definition_of(band, basis, population, with_interim=with_interim)
    inside = division_code(division)
    found = coverage(
        snapshot_asked(Workspace(Settings()).snapshots, as_of, known_at),
        indicator,
        level_below(inside) if level is None else level,
        definition,
        inside,
        _by(by),
    )
    if as_json:
        print_json(found.as_json())
    else:
        print_coverage(found)


def _by(text: str) -> By:
    if text not in {"company", "project"}:
        raise UsageError(f"--by {text}：没有这种统计对象。", "可用：company、project。")
    return "project" if text == "project" else "company"


def show_compare(
    before: Annotated[str, typer.Argument(help="前一个快照：编号或日期。")],
    after: Annotated[str, typer.Argument(help="后一个快照：编号或日期。")],
    indicator: Annotated[str, typer.Option(help="I1、I2、I3 或 I4。")] = "I1",
    division: Division = None,
    band: Band = "A",
    basis: BasisOption = "floor",
    population: PopulationOption = "urban",
    with_interim: WithInterim = False,
    by: ByOption = "company",
    as_json: Json = False,
) -> None:
    """Print what changed between two snapshots and through whom."""
    snapshots = Workspace(Settings()).snapshots
    found = compare(
        _named(snapshots, before),
        _named(snapshots, after),
        indicator,
        definition_of(band, basis, population, with_interim=with_interim),
        division_code(division),
        _by(by),
    )
    if as_json:
        print_json(found.as_json())
        return
    counts = definition_text(found.definition, action_plan().indicator(found.indicator), found.unit)
    target = action_plan().indicator(found.indicator).target
    change = "—" if found.change_points is None else f"{found.change_points:+.3f} 个百分点"
    out.print(
        f"{found.indicator} · {counts[0]}"
        f" · {found.as_of_before} → {found.as_of_after}："
        f"{percent(found.share_before, target)} → {percent(found.share_after, target)}（{change}）",
        highlight=False,
    )
    table(
        "",
        ["原因", "贡献(百分点)"],
        [[REASONS[name], f"{points:+.3f}"] for name, points in found.by_reason.items()],
    )
    table(
        "",
        ["构成", "贡献(百分点)"],
        [[KINDS[name], f"{points:+.3f}"] for name, points in found.by_kind.items()],
    )
    table(
        "",
        ["名称", "编码", "区划", "原因", "贡献(百分点)"],
        [
            [
                item.name,
                item.subject,
                item.division or "",
                REASONS[item.reason],
                f"{item.points:+.4f}",
            ]
            for item in found.contributors[:20]
        ],
        left=4,
    )
    if len(found.contributors) > 20:
        out.print(f"……共 {len(found.contributors)} 项；用 --json 查看全部。", style="dim")


def _named(snapshots: Snapshots, name: str) -> Snapshot:
    """Open a snapshot by its id, or take a date's, building it when it is missing."""
    if "-" in name:
        return snapshots.get(day(name, "快照日期"))
    return snapshots.open(name)
