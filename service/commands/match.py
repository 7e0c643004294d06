"""``wuye match …``: which row, or which polygon, is which compound."""

from __future__ import annotations

from typing import Annotated

import typer

from geo.errors import UsageError
from geo.intake.match.proposals import Proposal, propose
from geo.intake.match.queue import Waiting, queue
from geo.intake.match.record import (
    Recorded,
    confirm_pairs,
    confirm_row,
    is_held_row,
    reject_pair,
    reject_row,
)
from service.options import Division, Json
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="核对没有编码的行、编码不一的台账与图形。")

ROW = "row:"
VERDICTS = {"automatic": "可自动对应", "review": "需核对", "unmatched": "未找到"}

Which = Annotated[
    str, typer.Argument(help="暂存行编号（17 或 row:17），或没有图形的台账小区的编码。")
]


def _row_number(space: Workspace, word: str) -> int | None:
    """Give the number of the held row that a word names, or None when it is a compound's code.

    Raises
    ------
    UsageError
        When a bare number is both a held row and a compound's code.
    """
    if word.startswith(ROW) and word[len(ROW) :].isdecimal():
        return int(word[len(ROW) :])
    if not (word.isascii() and word.isdigit() and len(word) <= 9):
        return None
    row, compound = is_held_row(space.register, int(word))
    if row and compound:
        raise UsageError(
            f"{word} 既是暂存行编号，又是小区编码。",
            f"暂存行请写 {ROW}{word}；小区请在暂存行处理之后再确认。",
        )
    return int(word) if row else None


@app.command("propose", help="比较登记库中没有图形的台账小区与没有台账的图形，列出可能相同的。")
def propose_(division: Division = None, as_json: Json = False) -> None:
    """List the pairs that may be one compound; nothing is written."""
    found = propose(Workspace(Settings()).register, division)
    if as_json:
        print_json({"proposals": [item.as_json() for item in found]})
        return
    _print_proposals(found)


@app.command("review", help="列出等待核对的暂存行与可能相同的小区。")
def review(division: Division = None, as_json: Json = False) -> None:
    """List what waits for a decision."""
    found = queue(Workspace(Settings()).register, division)
    if as_json:
        print_json(found.as_json())
        return
    _print_rows(found.rows)
    _print_proposals(found.proposals)
    if not found.rows and not found.proposals:
        out.print("没有等待核对的内容。")


@app.command("confirm", help="确认是同一小区：暂存行以该编码入库，或台账与图形合为一个小区。")
def confirm(
    which: Which,
    code: Annotated[str, typer.Argument(help="它就是这个小区（编码）。")],
    as_json: Json = False,
) -> None:
    """Record that a held row, or a ledger's compound, is the compound of a code."""
    settings = Settings()
    space = Workspace(settings)
    number = _row_number(space, which)
    if number is not None:
        found = confirm_row(space.register, number, code, author=settings.author)
    else:
        found = confirm_pairs(space.register, [(which, code)], author=settings.author)
    _say(found, "已确认", as_json=as_json)


@app.command("reject", help="否定对应：不再提示；候选全部否定的暂存行作为新小区入库。")
def reject(
    which: Which,
    code: Annotated[
        str | None, typer.Argument(help="它不是这个小区（编码）；不写则否定全部候选。")
    ] = None,
    as_json: Json = False,
) -> None:
    """Record that a held row, or a ledger's compound, is not the compound of a code."""
    settings = Settings()
    space = Workspace(settings)
    number = _row_number(space, which)
    if number is not None:
        found = reject_row(space.register, number, code, author=settings.author)
    elif code is None:
        raise UsageError("没有指明否定哪个图形。", "例如 wuye match reject 台账编码 图形编码。")
    else:
        found = reject_pair(space.register, which, code, author=settings.author)
    _say(found, "已否定", as_json=as_json)


@app.command("auto", help="把可自动对应的台账小区与图形全部合并（一次变更，可撤销）。")
def auto(
    division: Division = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出，不写入。")] = False,
    as_json: Json = False,
) -> None:
    """Accept every proposal at or above the automatic threshold."""
    settings = Settings()
    register = Workspace(settings).register
    sure = [item for item in propose(register, division) if item.verdict == "automatic"]
    found = Recorded(None)
    if sure and not dry_run:
        pairs = [(item.subject.key, item.candidates[0].code) for item in sure]
        found = confirm_pairs(register, pairs, author=settings.author)
    if as_json:
        print_json(
            {**found.as_json(), "dry_run": dry_run, "proposals": [item.as_json() for item in sure]}
        )
        return
    _print_proposals(sure)
    tried = "（试运行，未写入）" if dry_run else ""
    change = f"，第 {found.change} 号变更" if found.change else ""
    out.print(f"可自动对应 {len(sure)} 对{change}{tried}", highlight=False)


def _say(found: Recorded, word: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
        return
    rows = f"，{len(found.rows)} 行入库" if found.rows else ""
    codes = f"，小区编码 {'、'.join(found.codes)}" if found.codes else ""
    change = f"，第 {found.change} 号变更" if found.change else "，此前已记录"
    out.print(f"{word}{rows}{codes}{change}", highlight=False, markup=False)


def _print_rows(rows: list[Waiting]) -> None:
    if not rows:
        return
    lines = []
    for item in rows:
        for place, candidate in enumerate(item.candidates):
            head = [str(item.row.id), f"{item.row.file} 第 {item.row.row} 行", item.name]
            lines.append(
                [
                    *(head if place == 0 else ["", "", ""]), candidate["name"], candidate["code"],
                    "，".join(candidate["reasons"]), f"{candidate['score']:.3f}",
                ]
            )  # fmt: skip
    table("暂存行", ["编号", "来源", "行内名称", "可能是", "编码", "理由", "得分"], lines, left=6)


def _print_proposals(found: list[Proposal]) -> None:
    if not found:
        return
    lines = []
    for item in found:
        subject = item.subject
        for place, candidate in enumerate(item.candidates):
            polygon = item.polygons[candidate.code]
            head = [subject.key, subject.shown, VERDICTS[item.verdict]]
            lines.append(
                [
                    *(head if place == 0 else ["", "", ""]), candidate.name, candidate.code,
                    "，".join(candidate.reasons), f"{candidate.score:.3f}",
                    _area(subject.floor_area_m2), _area(polygon.land_area_m2),
                ]
            )  # fmt: skip
    table(
        "没有图形的台账小区与没有台账的图形",
        [
            "台账编码",
            "台账名称",
            "结论",
            "图形名称",
            "图形编码",
            "理由",
            "得分",
            "建筑㎡",
            "用地㎡",
        ],
        lines,
        left=6,
    )


def _area(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}"
