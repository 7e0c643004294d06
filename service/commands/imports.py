"""``wuye import …``: files into the register, and an import taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from geo.errors import UnsettledDatum, UsageError
from geo.intake.columns import KINDS
from geo.intake.known import recognised
from geo.intake.load import Options, import_file
from geo.intake.mapping import read_mapping, write_mapping
from geo.intake.template import write_template
from geo.intake.verdicts import VERDICT_NAMES, Outcome
from service.asking import ask_datum, can_ask
from service.commands import held
from service.commands.reports import Reports, print_reports, stands
from service.differences import print_differences
from service.options import Json, day
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="导入区划、小区、管理区域、台账等文件。")

KIND_HELP = {
    "divisions": "区划边界与代码",
    "compounds": "小区图形",
    "areas": "管理区域图形",
    "ledger": "小区台账",
    "committees": "业委会台账",
    "companies": "企业台账",
    "projects": "项目台账",
    "barriers": "铁路、高速路、河流、主干道与通道",
    "roads": "道路（线），步行距离沿路计",
    "gates": "小区出入口（点）",
}


def _renames(words: list[str] | None) -> dict[str, str]:
    found = {}
    for word in words or []:
        name, sign, header = word.partition("=")
        if not sign or not name or not header:
            raise UsageError(
                f"--map {word} 写法有误。", "请写成 列名=表头，例如 --map code=osm_id。"
            )
        found[name.strip()] = header.strip()
    return found


def _write_template(path: Path, kind: str, *, as_json: bool) -> None:
    write_template(path, kind)
    if as_json:
        print_json({"kind": kind, "template": str(path)})
    else:
        out.print(f"空的填报工作簿已写到 {path}。", highlight=False)


def _register(kind: str) -> None:
    def command(
        file: Annotated[Path | None, typer.Argument(help="文件路径。")] = None,
        crs: Annotated[
            str | None,
            typer.Option(
                help="文件的坐标系，如 EPSG:4490、gcj02、bd09（纬度在前加 /yx）；"
                "auto：按文件声明，不声明或不吻合时与登记库比较，由用户定。"
            ),
        ] = None,
        map_: Annotated[
            list[str] | None, typer.Option("--map", help="列名=表头，可多次使用。")
        ] = None,
        mapping: Annotated[
            Path | None, typer.Option(help="对应关系文件（TOML）：表头、单位、用语、常量。")
        ] = None,
        save_mapping: Annotated[
            Path | None, typer.Option(help="把本次认出的对应关系写到这个 .toml，下次可用。")
        ] = None,
        template: Annotated[
            Path | None,
            typer.Option("--write-template", help="写一个空的填报工作簿（.xlsx），不导入。"),
        ] = None,
        layer: Annotated[str | None, typer.Option(help="图层名。")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。")] = False,
        effective: Annotated[
            str | None, typer.Option(help="自该日起的真实变化；不写则为更正。")
        ] = None,
        complete: Annotated[
            str | None, typer.Option(help="该区划以本文件为准，文件中没有的不再有效。")
        ] = None,
        again: Annotated[bool, typer.Option("--again", help="允许旧文件覆盖较新的内容。")] = False,
        report: Annotated[
            list[Path] | None,
            typer.Option(help="检查报告：.xlsx 为汇总与逐条，.html 为带地图的网页；可多次使用。"),
        ] = None,
        annotate: Annotated[
            Path | None, typer.Option(help="原表的标注副本（.xlsx）：有问题的单元格着色并批注。")
        ] = None,
        as_json: Json = False,
    ) -> None:
        if template is not None:
            _write_template(template, kind, as_json=as_json)
            return
        if file is None:
            raise UsageError("没有写文件路径。", f"例如 wuye import {kind} 文件.xlsx。")
        settings = Settings()
        options = Options(
            crs=crs,
            mapping=None if mapping is None else read_mapping(mapping, kind),
            renames=_renames(map_),
            layer=layer,
            dry_run=dry_run,
            effective=None if effective is None else day(effective, "--effective"),
            complete=complete,
            again=again,
            author=settings.author,
        )
        wanted = Reports(tuple(report or ()), annotate)
        wanted.check(file)
        register = Workspace(settings).register
        try:
            outcome = import_file(register, kind, file, options)
        except UnsettledDatum as error:
            if as_json or not can_ask():
                raise
            outcome = import_file(register, kind, file, replace(options, crs=ask_datum(error)))
        said = wanted.write(register, file, outcome)
        if save_mapping is not None and outcome.prepared is not None:
            given, read = options.mapping, outcome.prepared
            with stands(outcome, "对应关系"):
                write_mapping(save_mapping, recognised(kind, read.raw, read.columns, given))
        if as_json:
            print_json({**outcome.as_json(), **said})
        else:
            print_outcome(outcome)
            print_reports(said)
        raise typer.Exit(outcome.exit_code)

    command.__doc__ = f"导入{KIND_HELP[kind]}。"
    app.command(kind, help=f"导入{KIND_HELP[kind]}。")(command)


for _kind in KINDS:
    _register(_kind)


@app.command("undo", help="撤销一次导入（记为一次新的变更）。")
def undo(
    number: Annotated[int, typer.Argument(help="变更编号，见 wuye changes。")],
    as_json: Json = False,
) -> None:
    """Take a whole import back, as a recorded act."""
    settings = Settings()
    change = Workspace(settings).register.undo(number, settings.author)
    if as_json:
        print_json({"undone": number, "change": change})
    else:
        out.print(f"第 {number} 号变更已撤销，记为第 {change} 号变更。")


app.command("held", help="列出暂存待改的行，或用 --out 写成工作簿以便改正。")(held.show)
app.command("release", help="改正暂存的行并入库：按编号，或交回改好的工作簿。")(held.let_go)
app.command("dismiss", help="舍弃不必入库的暂存行，记明理由。")(held.put_away)


def print_outcome(outcome: Outcome, most: int = 20) -> None:
    """Print an import's verdicts and the first findings."""
    counts = "，".join(
        f"{VERDICT_NAMES[name]} {count}" for name, count in outcome.counts.items() if count
    )
    tried = "（试运行，未写入）" if outcome.dry_run else ""
    change = f"，第 {outcome.change} 号变更" if outcome.change else ""
    retracted = f"，不再有效 {outcome.retracted}" if outcome.retracted else ""
    out.print(
        f"{outcome.file}：共 {len(outcome.verdicts)} 行，"
        f"{counts or '没有数据行'}{retracted}{change}{tried}",
        highlight=False,
    )
    if outcome.datum is not None:
        out.print(outcome.datum.words(), style="dim", highlight=False, soft_wrap=True)
    print_differences(outcome.differences)
    if outcome.findings.matches:
        out.print(f"没有编码、按名称对应到小区的行：{len(outcome.findings.matches)}", style="dim")
    for notice in outcome.findings.notices:
        out.print(notice.message, style="yellow", highlight=False, soft_wrap=True)
    if outcome.personal_columns:
        listed = "、".join(outcome.personal_columns)
        out.print(f"疑似个人信息的列未保存：{listed}", style="yellow")
    if outcome.ignored_sheets:
        out.print(f"未读取的工作表：{'、'.join(outcome.ignored_sheets)}", style="yellow")
    if outcome.unsaved_columns:
        out.print(f"未保存的列：{'、'.join(outcome.unsaved_columns)}", style="dim")
    found = outcome.findings.found
    if not found:
        return
    held_rows = outcome.counts["quarantined"]
    if held_rows and not outcome.dry_run:
        out.print(
            f"{held_rows} 行暂存待改：用 wuye import held 查看，改好后用 wuye import release。",
            style="yellow", highlight=False, soft_wrap=True,
        )  # fmt: skip
    table(
        "",
        ["结果", "工作表/图层", "行", "列", "值", "问题", "办法"],
        [
            [VERDICT_NAMES[item.severity], item.sheet, str(item.row), item.column, item.value,
             item.message, item.remedy]
            for item in found[:most]
        ],
        left=7,
    )  # fmt: skip
    if len(found) > most:
        out.print(f"……共 {len(found)} 条；用 --report 文件.xlsx 查看全部。", style="dim")
