"""``wuye status``, ``stop`` and ``changes``: around the main path."""

from __future__ import annotations

from typing import Any

from geo.intake.verdicts import VERDICT_NAMES, VERDICTS
from geo.terms import MADE_UP
from service.options import Json
from service.output import out, print_json, table
from service.settings import Settings
from service.workspace import Workspace


def status(as_json: Json = False) -> None:
    """Print the state of data folder, server and register."""
    workspace = Workspace(Settings())
    cluster = workspace.cluster
    words: dict[str, object] = {
        "home": str(workspace.home),
        "server": "external" if cluster is None else "up" if cluster.answers() else "down",
    }
    if words["server"] != "down":
        changes = workspace.register.changes()
        words["changes"] = len(changes)
        words["last_change"] = changes[0]["at"].isoformat() if changes else None
        words["snapshots"] = len(workspace.snapshots.listed())
    if as_json:
        print_json(words)
        return
    names = {"home": "数据目录", "server": "数据库", "changes": "变更数",
             "last_change": "最近变更", "snapshots": "快照数"}  # fmt: skip
    for key, value in words.items():
        out.print(f"{names[key]}：{value}", highlight=False, soft_wrap=True)


def stop(as_json: Json = False) -> None:
    """Stop the private server; the next command starts it again."""
    cluster = Workspace(Settings()).cluster
    stopped = cluster is not None and cluster.stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        out.print("数据库已停止。" if stopped else "没有正在运行的私有数据库。")


def changes(as_json: Json = False) -> None:
    """List the register's changes, newest first."""
    rows = Workspace(Settings()).register.changes()
    if as_json:
        print_json(rows)
        return
    table(
        "变更",
        ["编号", "时间", "类型", "文件", "作者", "结果", ""],
        [
            [str(row["number"]), f"{row['at']:%Y-%m-%d %H:%M:%S}", row["kind"], row["file"] or "",
             row["author"], _result(row), MADE_UP if row["made_up"] else ""]
            for row in rows
        ],
        left=7,
    )  # fmt: skip


def _result(change: dict[str, Any]) -> str:
    """Say what a change did: rows by verdict, what it undid, or why it put rows away."""
    if change["undoes"] is not None:
        return f"撤销第 {change['undoes']} 号变更"
    if change["kind"] == "dismiss":
        parameters = change["parameters"]
        return f"舍弃 {len(parameters['rows'])} 行：{parameters['reason']}"
    return "，".join(
        f"{VERDICT_NAMES[name]} {count}"
        for name in VERDICTS
        if (count := change["counts"].get(name))
    )
