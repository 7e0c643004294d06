"""``wuye import --report --annotate``, ``held``, ``release`` and ``dismiss``, as users call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

Wuye = Callable[..., tuple[int, str, str]]
HEAD = "小区编码,小区名称,区划代码,建成年份,服务模式"
GOOD = "A,甲苑,530102,1999,无物业"
BAD = "B,乙苑,530102,何时,无物业"


def ledger(folder: Path, *lines: str, name: str = "台账.csv") -> str:
    (folder / name).write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    return str(folder / name)


def test_reports_are_written_even_when_only_tried(wuye: Wuye, tmp_path: Path) -> None:
    path = ledger(tmp_path, GOOD, BAD)
    code, out, _ = wuye(
        "import", "ledger", path, "--dry-run", "--report", "r.xlsx", "--report", "r.html",
        "--annotate", "标注.xlsx", "--json",
    )  # fmt: skip
    assert code == 3
    said = json.loads(out)
    assert said["reports"] == ["r.xlsx", "r.html"]
    assert (said["annotated"]["file"], said["annotated"]["whole"]) == ("标注.xlsx", True)
    for name in ("r.xlsx", "r.html", "标注.xlsx"):
        assert (tmp_path / name).stat().st_size > 1000
    assert json.loads(wuye("import", "held", "--json")[1])["rows"] == []
    assert "标注副本已写入" in wuye("import", "ledger", path, "--annotate", "标注.xlsx")[1]


def test_a_report_never_goes_over_the_file_itself(wuye: Wuye, tmp_path: Path) -> None:
    path = ledger(tmp_path, GOOD, name="台账.xlsx")
    before = Path(path).read_bytes()
    for option in ("--report", "--annotate"):
        code, _, err = wuye("import", "ledger", path, option, "台账.xlsx")
        assert code == 2
        assert "原文件" in err
    assert Path(path).read_bytes() == before


def test_hold_export_correct_release(wuye: Wuye, tmp_path: Path) -> None:
    code, out, _ = wuye("import", "ledger", ledger(tmp_path, GOOD, BAD, BAD.replace("B", "C")))
    assert code == 3
    assert "wuye import release" in out
    assert "暂存待改 2 行" in wuye("import", "held")[1]
    assert json.loads(wuye("import", "held", "--division", "530103", "--json")[1])["rows"] == []
    code, out, _ = wuye("import", "held", "--kind", "ledger", "--out", "暂存.xlsx", "--json")
    assert [row["subject"] for row in json.loads(out)["rows"]] == ["B", "C"]
    code, _, err = wuye("import", "release", "暂存.xlsx")
    assert (code, "没有改动过的行" in err) == (2, True)
    book = openpyxl.load_workbook("暂存.xlsx")
    sheet = book["小区台账"]
    year = [cell.value for cell in sheet[1]].index("建成年份") + 1
    sheet.cell(2, year).value = "1998"
    book.save("暂存.xlsx")
    code, out, _ = wuye("import", "release", "暂存.xlsx", "--dry-run")
    assert (code, "试运行" in out) == (0, True)
    code, out, _ = wuye("import", "release", "暂存.xlsx", "--json")
    said = json.loads(out)
    assert (code, said["change"], said["rows"], said["left"]) == (0, 2, 1, 1)
    code, out, _ = wuye("import", "release", "2", "--set", "建成年份=哪年")
    assert (code, "一行也没有写入" in out) == (1, True)
    assert wuye("import", "release", "2", "--set", "建成年份=2001")[0] == 0
    assert "暂存待改 0 行" in wuye("import", "held")[1]
    listed = wuye("changes")[1]
    assert "入库 1，暂存待改 2" in listed
    assert "release" in listed


def test_dismiss_and_undo(wuye: Wuye, tmp_path: Path) -> None:
    wuye("import", "ledger", ledger(tmp_path, BAD))
    assert wuye("import", "dismiss", "1")[0] == 2
    code, out, _ = wuye("import", "dismiss", "1", "--reason", "已拆除", "--json")
    assert (code, json.loads(out)) == (0, {"dismissed": [1], "change": 2, "dry_run": False})
    assert "舍弃 1 行：已拆除" in wuye("changes")[1]
    wuye("import", "undo", "2")
    assert "撤销第 2 号变更" in wuye("changes")[1]
    assert "暂存待改 1 行" in wuye("import", "held")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("release", "x"), ("release", "1", "--set", "建成年份"), ("release", "1", "x"),
        ("dismiss", "一", "--reason", "x"), ("held", "--kind", "town"), ("held", "--division", "x"),
        ("held", "--out", "x.csv"),
    ],
)  # fmt: skip
def test_words_that_are_off(wuye: Wuye, words: tuple[str, ...]) -> None:
    code, out, err = wuye("import", *words, "--json")
    assert code in {1, 2}
    assert out == ""
    assert json.loads(err)["remedy"]


def test_a_number_that_is_not_held(wuye: Wuye) -> None:
    code, _, err = wuye("import", "release", "7", "--set", "户数=1", "--json")
    assert (code, json.loads(err)["error"]) == (1, "NotFound")


def test_cells_that_look_like_markup_are_printed_as_they_are(wuye: Wuye, tmp_path: Path) -> None:
    code, out, _ = wuye("import", "ledger", ledger(tmp_path, "B,乙苑,530102,[/red],无物业"))
    assert (code, "[/red]" in out) == (3, True)
    assert "[/red]" in wuye("import", "held")[1]
