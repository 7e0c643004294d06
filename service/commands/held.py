"""``wuye import held``, ``release`` and ``dismiss``: rows that imports held back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from geo.codes import normal_division
from geo.errors import UsageError
from geo.intake.columns import KINDS
from geo.intake.held_book import corrections_in, write_held
from geo.intake.release import Release, dismiss, release
from geo.intake.report.book import check_target
from geo.intake.verdicts import VERDICT_NAMES
from geo.register import held
from geo.register.held import HeldRow
from service.options import Json
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

MOST_LISTED = 50

DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")]


def show(
    kind: Annotated[str | None, typer.Option(help="导入类型，如 ledger；默认全部。")] = None,
    division: Annotated[str | None, typer.Option(help="区划代码；默认全部。")] = None,
    book: Annotated[
        Path | None, typer.Option("--out", help="写成工作簿以便改正，改好后用 release 交回。")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the rows held open, or write them as a workbook to correct."""
    if kind is not None and kind not in KINDS:
        raise UsageError(f"--kind {kind}：没有这一类。", f"可用：{'、'.join(KINDS)}")
    code = None if division is None else normal_division(division)
    if division is not None and code is None:
        raise UsageError(f"--division {division} 不是区划代码。", "例如 530102。")
    if book is not None:
        check_target("--out", book, (".xlsx",))
    with Workspace(Settings()).register.connect() as connection:
        rows = held.open_rows(connection, kind=kind, division=code)
    if book is not None:
        write_held(book, rows)
    if as_json:
        print_json({"rows": [row.as_json() for row in rows], "file": book and str(book)})
        return
    if book is not None:
        out.print(f"{len(rows)} 行暂存待改已写入 {book}", highlight=False, soft_wrap=True)
        return
    out.print(f"暂存待改 {len(rows)} 行", highlight=False)
    if rows:
        table(
            "",
            ["编号", "类型", "文件", "工作表/图层", "行", "对象", "问题"],
            [[str(row.id), row.kind, row.file, row.sheet, str(row.row), row.subject or "",
              _problems(row)] for row in rows[:MOST_LISTED]],
            left=7,
        )  # fmt: skip
    if len(rows) > MOST_LISTED:
        out.print(f"……共 {len(rows)} 行；用 --out 文件.xlsx 查看全部。", style="dim")


def _problems(row: HeldRow) -> str:
    return "；".join(
        f"{item['column']} {item['value']} {item['message']}".strip()
        for item in row.problems.get("findings", [])
    )


def let_go(
    targets: Annotated[
        list[str], typer.Argument(help="暂存行编号，或改正后的工作簿（import held --out 写出的）。")
    ],
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="列=值，可多次使用；“列=”清空该列。")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Correct held rows and load them, all or none."""
    settings = Settings()
    register = Workspace(settings).register
    left = 0
    if len(targets) == 1 and not targets[0].isdecimal():
        if set_:
            raise UsageError("--set 只用于按编号放行。", "请直接在工作簿中改正。")
        corrections, left = corrections_in(register, Path(targets[0]))
    else:
        corrections = {number: _settings(set_) for number in _numbers(targets)}
    done = release(register, corrections, author=settings.author, dry_run=dry_run)
    if as_json:
        print_json({**done.as_json(), "left": left})
    else:
        print_release(done, left)
    raise typer.Exit(done.exit_code)


def _numbers(words: list[str]) -> list[int]:
    for word in words:
        if not word.isdecimal():
            raise UsageError(f"{word} 不是暂存行编号。", "编号见 wuye import held。")
    return [int(word) for word in words]


def _settings(words: list[str] | None) -> dict[str, str]:
    found = {}
    for word in words or []:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"--set {word} 写法有误。", "请写成 列=值，例如 --set 建成年份=1998。")
        found[name.strip()] = value.strip()
    return found


def put_away(
    ids: Annotated[list[str], typer.Argument(help="暂存行编号，见 wuye import held。")],
    reason: Annotated[str, typer.Option(help="舍弃的理由，记入变更。")],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Close held rows that need not be loaded."""
    settings = Settings()
    numbers = _numbers(ids)
    change = dismiss(
        Workspace(settings).register,
        numbers,
        reason=reason,
        author=settings.author,
        dry_run=dry_run,
    )
    if as_json:
        print_json({"dismissed": numbers, "change": change, "dry_run": dry_run})
    else:
        tried = "（试运行，未写入）" if dry_run else f"，第 {change} 号变更"
        out.print(f"已舍弃 {len(numbers)} 行{tried}。", highlight=False)


def print_release(done: Release, left: int) -> None:
    """Print what was released, or what is still wrong."""
    counts = "，".join(
        f"{VERDICT_NAMES[name]} {count}" for name, count in done.counts.items() if count
    )
    if done.refused:
        still = done.counts["quarantined"]
        out.print(f"{len(done.ids)} 行中仍有 {still} 行有问题，一行也没有写入。", style="yellow")
    else:
        tried = "（试运行，未写入）" if done.dry_run else f"，第 {done.change} 号变更"
        out.print(f"放行 {len(done.ids)} 行：{counts}{tried}", highlight=False)
    if left:
        out.print(f"工作簿中另有 {left} 行没有改动，原样留存。", style="dim")
    found = [item for outcome in done.outcomes for item in outcome.findings.found]
    if found:
        table(
            "",
            ["结果", "工作表/图层", "行", "列", "值", "问题", "办法"],
            [[VERDICT_NAMES[item.severity], item.sheet, str(item.row), item.column, item.value,
              item.message, item.remedy] for item in found[:MOST_LISTED]],
            left=7,
        )  # fmt: skip
    if len(found) > MOST_LISTED:
        out.print(f"……共 {len(found)} 条。", style="dim")
