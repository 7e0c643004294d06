"""Remedies as a screen says them: what the command line does by a command, a page does by hand.

What an error or a finding advises is written once, where it arises, for whoever types commands.
Over HTTP nobody types any: each command or option is put into what it stands for.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from geo.intake.verdicts import Outcome

UNAVAILABLE: Final = ("服务暂时不可用", "请稍后再试；仍不行的，请告诉管理员。")
"""What is said of an error that is ours, which nobody who reads it can mend."""

COMMAND: Final = re.compile(r"\bwuye [a-z]|--[a-z]")
"""What a remedy on a screen never holds."""

_WORDS: Final[tuple[tuple[str, str], ...]] = (
    # Coordinate systems
    (
        r"请用 --crs 指定，例如 --crs [^；]+；不清楚时用 --crs auto 与登记库比较",
        "请选择坐标系；不清楚时选自动，与登记库比较",
    ),
    (r"请加 --crs (\S+) (?:重新导入|再导入一次)", r"请按 \1 再导入一次"),
    (r"再用 --crs 指定，例如 --crs \S+。", "再选择坐标系。"),
    (r"加 --crs (\S+) 再导入", r"请按 \1 再导入"),
    (r"请改用 --crs (\S+) 等", r"请改选 \1 等"),
    (r"请用 --crs 指定高斯投影带", "请选择高斯投影带"),
    (r"请去掉 --crs", "请去掉坐标系"),
    (r"（(?:--crs|--complete|见 --dry-run --report)）", ""),
    # Columns, layers, and the file as a whole
    (r"或用 --map \S+=列名 指定", "或指定它对应哪一列"),
    (r"请用 --map \S+=表头 指定其一，例如 --map .+。", "请指定采用哪一列。"),
    (r"请加 --map \S+=.+", "请在列的对应中选择它"),
    (r"请用 --map 指定", "请在列的对应中指定"),
    (r"或用 --map 列名=表头 指定对应关系", "或指定列的对应关系"),
    (r"（--map \S+?）", ""),
    (r"请用 --layer 指定", "请指明图层"),
    (r"请用 --layer 选一个，或给一个文件夹", "请选一个图层"),
    (r"请加 --again", "请选择仍要导入"),
    (r"，--complete 未执行", "，未按完整名单处理"),
    (r"再用 --complete 导入", "再按完整名单导入"),
    (r"例如 --complete ", "例如 "),
    (r"可用 wuye import undo 撤销", "可在变更记录中撤销"),
    # Names and rows held back
    (
        r"请用 wuye match review 核对，再用 wuye match confirm 或 reject 决定",
        "请在名称核对中确认或否定",
    ),
    (r"用 wuye match propose 对应", "在名称核对中对应"),
    (r"请用 wuye match review 查看", "请看名称核对"),
    (r"见 wuye match review", "见名称核对"),
    (r"改好后执行：wuye import release 本文件\.xlsx", "改好后在“暂存待改”页上传本文件"),
    (r"请重新用 wuye import held --out 写出", "请重新下载暂存行工作簿"),
    (r"请用 wuye import held --out 写出的 \.xlsx", "请用下载的暂存行工作簿"),
    (r"请用 wuye import held --out 写出后改正的工作簿", "请用下载后改正的暂存行工作簿"),
    (r"请用 wuye import held 查看(?:编号|尚未处理的行)?", "请看暂存行列表"),
    (r"见 wuye import held", "见暂存行列表"),
    (r"例如 --reason ", "例如："),
    # Other lists
    (r"请用 wuye status 查看后重试", "请稍后再试"),
    (r"请用 wuye changes 查看编号", "编号见变更记录"),
    (r"请用 wuye snapshot --list 查看编号", "编号见快照列表"),
    (r"请运行 wuye snapshot 重新生成", "请重新生成快照"),
    (r"见 wuye case list", "见案件列表"),
    (r"请用 wuye case show 查看后重试", "请重新打开案件后再试"),
    (r"或以 wuye case reject 结案", "或记为否决"),
    (r"或用 --mode 写明", "或写明服务模式"),
    (r"可用 --compound 与 --host 直接立案", "可直接为小区与项目立案"),
    # Plans
    (r"见 wuye plan list", "见已存方案"),
    (r"请用 wuye plan again 在新快照上重算", "请在新快照上重算"),
    (r"请(?:用|运行) wuye plan(?: --out)? (?:重新)?生成", "请重新求解方案"),
    (r"请另用 wuye plan 求解", "请另求一个方案"),
    (r"如 --budget ", "如 "),
    (r"改余量用 --capacity", "改余量请改该项目的可增管面积"),
    # Files to bring in, files to make
    (r"请先用 wuye import projects 登记该项目", "请先导入项目台账登记该项目"),
    (r"请用 wuye import divisions 或 wuye import compounds 导入图形", "请导入区划或小区的图形"),
    (r"请先用 wuye import 改正", "请先改正并导入"),
    (r"请核对 --kind 与 --division", "请核对种类与区划"),
    (r"请核对 --division", "请核对区划代码"),
    (r"或不写 --division", "或不选区划"),
    (r"或用 --level compounds 画小区", "或改画小区"),
    (r"--also 请给出与 --as-of 不同的日期", "请给出不同的日期"),
    (r"图集没有 --by ", "图集没有这种分法："),
    (r"请减少 --also", "请减少日期"),
)
_RULES: Final = tuple((re.compile(pattern), words) for pattern, words in _WORDS)


@lru_cache(maxsize=1024)
def on_screen(remedy: str) -> str:
    """Give a remedy without commands.

    >>> on_screen("请用 wuye match review 核对，再用 wuye match confirm 或 reject 决定")
    '请在名称核对中确认或否定'
    """
    if COMMAND.search(remedy) is None:
        return remedy
    for pattern, words in _RULES:
        remedy = pattern.sub(words, remedy)
    return remedy


def outcome_on_screen(outcome: Outcome) -> Outcome:
    """Give an import's outcome with remedies and notices without commands."""
    found = copy.copy(outcome.findings)
    found.found = [replace(item, remedy=on_screen(item.remedy)) for item in found.found]
    found.notices = [replace(item, message=on_screen(item.message)) for item in found.notices]
    return replace(outcome, findings=found)


def findings_on_screen(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give findings with their remedies without commands."""
    return [
        {**words, "remedy": on_screen(words["remedy"])} if "remedy" in words else dict(words)
        for words in findings
    ]
