"""The sheet that an annotated copy adds: what the colours mean, what was found, what to do next."""

from __future__ import annotations

from typing import Final

from geo.intake.report.rules import count_rules
from geo.intake.verdicts import VERDICT_NAMES, Outcome

Line = tuple[str, str, str]
"""A severity whose colour the line shows (or ""), and two cells."""

NEXT: Final = (
    "请在着色的单元格中改正，保存后用同样的命令重新导入本文件；已入库的行不会重复。",
    "“导入结果”一列和本工作表由系统添加，重新导入时不会读取，可以保留，也可以删去。",
)


def legend(outcome: Outcome, limits: list[str]) -> list[Line]:
    """Write the lines of the sheet.

    Parameters
    ----------
    limits
        What the copy does not hold, said in whole sentences.
    """
    tried = "试运行，未写入登记库" if outcome.dry_run else f"第 {outcome.change} 号变更"
    change = tried if outcome.dry_run or outcome.change else "登记库没有变化"
    lines: list[Line] = [
        ("", "导入检查", outcome.file),
        ("", "登记", change),
        ("", "读取行数", f"{len(outcome.verdicts):,}"),
    ]
    lines += [
        (name, VERDICT_NAMES[name], f"{count:,} 行") for name, count in outcome.counts.items()
    ]
    lines += [("", "", ""), ("", "怎样改正", NEXT[0])]
    lines += [("", "", text) for text in (*NEXT[1:], *limits)]
    counted = count_rules(outcome.findings.found)
    if counted:
        lines += [("", "", ""), ("", "发现的问题", "")]
    lines += [
        (item.severity, f"{item.rule.name[0]}（{item.findings:,} 条）", item.rule.meaning[0])
        for item in counted
    ]
    if outcome.personal_columns:
        lines.append(("", "个人信息列", f"未存入登记库：{'、'.join(outcome.personal_columns)}"))
    return lines
