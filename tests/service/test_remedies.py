"""No remedy tells somebody at a screen to type a command."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.remedies import COMMAND, on_screen

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ONLY_TYPED = {
    "geo/bundle", "geo/divisions.py", "geo/register/cluster.py", "geo/intake/template.py",
    "geo/intake/report", "geo/intake/mapping.py", "geo/sample", "maps/assets.py", "maps/neighbours.py",
}  # fmt: skip
"""What only commands reach."""


def texts(path: Path) -> Iterator[str]:
    """The texts of a module that are no docstrings; what is filled in is written X."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            inside |= {
                id(part) for part in ast.walk(node.value) if isinstance(node.value, ast.Constant)
            }
        elif isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node)}
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "" if id(node) in inside else node.value


def remedies() -> list[tuple[str, str]]:
    found = []
    for room in ("geo", "maps"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if any(name.startswith(head) for head in ONLY_TYPED):
                continue
            found += [
                (name, text)
                for text in texts(path)
                if COMMAND.search(text) and CHINESE.search(text) and not text.startswith("--")
            ]
    return found


def test_every_remedy_in_the_source_has_words_for_a_screen() -> None:
    found = remedies()
    assert len(found) > 40
    left = [(name, on_screen(text)) for name, text in found if COMMAND.search(on_screen(text))]
    assert left == []
    assert all(on_screen(text).strip("。") for _, text in found)
    assert all(on_screen(text) == on_screen(on_screen(text)) for _, text in found)


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("snapshots/ffffffff", "编号见快照列表。"),
        ("cases/99", "编号见案件列表。"),
        ("plans/ffffffffffff", "编号见已存方案。"),
    ],
)
def test_problems_name_lists_not_commands(api: TestClient, path: str, detail: str) -> None:
    answer = api.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


def test_a_question_and_the_findings_of_an_import_name_no_command(
    api: TestClient, send: Callable[..., dict[str, Any]]
) -> None:
    outline = '{"type":"FeatureCollection","crs":null,"features":[]}'
    for name, content in (
        ("无名.geojson", outline),
        ("台账.csv", "小区名称,服务模式\n甲苑,无物业\n"),
    ):
        sent = send(name, content)
        said = str(sent.get("question")) + str(sent.get("problem"))
        assert COMMAND.search(said) is None, said
    lines = "小区名称,区划代码,服务模式,服务起始日期\n没有的苑,530102001,无物业,2020-01-01\n"
    sent = send("台账.csv", lines, kind="ledger")
    assert sent["state"] == "checked", sent
    rows = api.get(f"/api/v1/imports/{sent['id']}/rows").json()["items"]
    found = [item for row in rows for item in row["findings"]]
    assert "no_polygon_match" in {item["rule"] for item in found}
    assert all(COMMAND.search(item["remedy"]) is None for item in found)
