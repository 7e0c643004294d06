"""The command ``wuye``: puts the commands together and turns errors into words and exit codes.

Exit codes: 0 done, 1 failed and nothing written, 2 usage, 3 some rows were held back,
130 interrupted.
"""

from __future__ import annotations

import errno
import json
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import typer

from geo.errors import WuyeError
from service.output import err
from service.settings import Settings

COMMANDS: Final[dict[str, tuple[str, str, str | None]]] = {
    "import": ("commands.imports", "app", None),
    "match": ("commands.match", "app", None),
    "divisions": ("commands.divisions", "app", None),
    "export": ("commands.exports", "application", None),
    "plan": ("commands.takeover", "app", None),
    "case": ("commands.case", "app", None),
    "sample": (
        "commands.divisions", "sample", "生成一个虚构的云南（示例数据），写成与用户相同的文件。",
    ),
    "snapshot": ("commands.figures", "snapshot", "冻结某日的状态为快照（已有则直接取用）。"),
    "coverage": (
        "commands.figures", "show_coverage",
        "按区划给出指标：分子、分母、比率、上下界、与目标的差距。",
    ),
    "compare": (
        "commands.figures", "show_compare",
        "比较两个快照：比率变了多少，由哪些小区（企业）造成。",
    ),
    "neighbours": (
        "commands.neighbours", "neighbours",
        "小区与周边小区、在管项目的邻接：间距、共界、步行、阻隔、跨界。",
    ),
    "demo": (
        "commands.demo", "demo",
        "用示例数据走完全程：文件 → 登记 → 快照 → 覆盖率 → 接管方案 → 地图。",
    ),
    "serve": ("server", "serve", "在本机启动网页服务。"),
    "worker": (
        "commands.worker", "worker", "处理排队的任务（wuye serve 自带一个，通常不必另开）。",
    ),
    "changes": ("commands.system", "changes", "列出登记库的全部变更，新的在前。"),
    "verify": (
        "commands.export_bundle", "verify_bundle",
        "核验签名包：缺少、多出、改动的文件逐一列出；不需要服务器或数据库。",
    ),
    "status": ("commands.system", "status", "数据目录、数据库与登记库的状态。"),
    "stop": ("commands.system", "stop", "停止私有数据库；下一条命令会自动再启动。"),
}  # fmt: skip
"""Commands in the order of the help: module, name in it, help; groups bring their own help.

A group may be a function, which is given the words that follow its name and loads what they need.
"""


def application(words: Sequence[str] = ()) -> typer.Typer:
    """Put the commands together; of the modules, only those that the words need are loaded."""
    app = typer.Typer(
        name="wuye",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="物业服务覆盖：哪些小区没有物业服务，周边谁可以接管。",
    )

    @app.callback()
    def wuye() -> None:
        """Keep one command a command of a group."""

    for name in words[:1] if words and words[0] in COMMANDS else COMMANDS:
        module, attribute, help_words = COMMANDS[name]
        found = getattr(import_module(f"service.{module}"), attribute)
        if help_words is not None:
            app.command(name, help=help_words)(found)
        else:
            group = found if isinstance(found, typer.Typer) else found(words[1:])
            app.add_typer(group, name=name)
    return app


INTERRUPTED = 130
STOPPED = ("已中断。", "写入要么整批完成，要么没有发生；用 wuye changes 查看。")
"""Nobody knows here whether the change was just committed, so nothing else may be said."""


def run(words: list[str]) -> int:
    """Run a command; give its exit code. Errors go to standard error, as JSON after ``--json``."""
    as_json = "--json" in words
    try:
        found = application(words)(args=words, prog_name="wuye", standalone_mode=False)
        if found == INTERRUPTED:  # typer gives the code and no word
            _say(*STOPPED, "Interrupted", as_json=as_json)
        return found if isinstance(found, int) else 0
    except WuyeError as error:
        _say(error.message, error.remedy, type(error).__name__, as_json=as_json, **error.details())
        return error.exit_code
    except typer.TyperException as error:
        if not words or not str(error):  # no arguments: the help has been shown
            return 2
        _say(
            _in_chinese(error.format_message()),
            "用 --help 查看用法。",
            "UsageError",
            as_json=as_json,
        )
        return int(getattr(error, "exit_code", 2))
    except (KeyboardInterrupt, typer.Abort):
        _say(*STOPPED, "Interrupted", as_json=as_json)
        return INTERRUPTED
    except OSError as error:
        _say(_file_words(error), "请检查路径、权限与磁盘空间。", "FileError", as_json=as_json)
        return 1
    except Exception as error:  # the last door: nobody is shown a stack trace
        if Settings().debug:
            traceback.print_exc()
        _say(
            f"内部错误（{type(error).__name__}）。",
            "设 WUYE_DEBUG=1 重新运行可看到详情，请反馈给维护者。",
            "InternalError",
            as_json=as_json,
        )
        return 1


USAGE_WORDS = {
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "No such command": "没有命令",
    "No such option:": "没有选项",
    "Invalid value for": "取值有误：",
    "Got unexpected extra argument": "多余的参数",
}


def _in_chinese(message: str) -> str:
    for english, chinese in USAGE_WORDS.items():
        if message.startswith(english):
            return chinese + message.removeprefix(english).partition(": Input should")[0]
    return message


def _file_words(error: OSError) -> str:
    reasons = {errno.ENOSPC: "磁盘空间不足", errno.EACCES: "没有权限", errno.ENOENT: "没有这个文件"}
    reason = reasons.get(error.errno or 0, error.strerror or str(error))
    return f"{reason}：{error.filename}" if error.filename else reason


def _say(message: str, remedy: str, kind: str, *, as_json: bool, **details: Any) -> None:
    if as_json:
        words = {"error": kind, "message": message, "remedy": remedy, **details}
        sys.stderr.write(json.dumps(words, ensure_ascii=False) + "\n")
        return
    err.print(f"✗ {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    if remedy:
        err.print(f"  {remedy}", highlight=False, markup=False, soft_wrap=True)
