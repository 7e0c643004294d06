from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.output import print_json

ROOT = Path(__file__).resolve().parents[2]


def ledger(folder: Path, *lines: str) -> str:
    path = folder / "台账.csv"
    path.write_text(
        "\n".join(["小区编码,区划代码,建成年份,建筑面积(㎡),服务模式", *lines]), "utf-8"
    )
    return str(path)


def test_import_exit_codes_and_json(wuye, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    good = ledger(tmp_path, "A,530102,1999,100,市场化物业")
    code, out, _ = wuye("import", "ledger", good, "--json")
    assert code == 0
    words = json.loads(out)
    assert (words["change"], words["verdicts"]["loaded"], words["rows"]) == (1, 1, 1)
    held = ledger(tmp_path, "A,530102,1999,100,市场化物业", "B,53,何时,1,无物业")
    report = tmp_path / "report.xlsx"
    code, out, _ = wuye("import", "ledger", held, "--json", "--report", str(report))
    assert code == 3
    (finding,) = json.loads(out)["findings"]
    assert (finding["row"], finding["column"], finding["value"]) == (3, "建成年份", "何时")
    assert finding["remedy"]
    assert report.stat().st_size > 0
    code, _, err = wuye("import", "ledger", str(tmp_path / "missing.csv"), "--json")
    assert code == 1
    assert "missing.csv" in json.loads(err)["message"]
    for words in (["import", "ledger"], ["import", "ledger", good, "--effective", "昨天"],
                  ["import", "nonsense", good], ["coverage", "--level", "town"], ["no-such-command"]):  # fmt: skip
        code, out, err = wuye(*words, "--json")
        assert (code, out) == (2, ""), words
        assert json.loads(err)["error"]


def test_json_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    value = {
        "名": "甲\n乙",
        "none": [],
        "nothing": {},
        "rows": [{"share": 0.5, "of": [1, None]}, {"share": None, "of": []}],
        "deep": {"date": dt.date(2025, 12, 31), "codes": ("53", 5301)},
    }
    print_json(value)
    text = capsys.readouterr().out
    assert json.loads(text) == json.loads(json.dumps(value, default=str))
    assert [json.loads(line.rstrip(",")) for line in text.splitlines() if "share" in line] == value[
        "rows"
    ]
    assert '"名": "甲\\n乙"' in text
    for plain in ({}, [], [{"a": 1}], "字", 1.5, None):
        print_json(plain)
        assert json.loads(capsys.readouterr().out) == plain


def test_dry_run_then_real_then_undo(wuye, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = ledger(tmp_path, "A,530102,1999,100,市场化物业")
    assert wuye("import", "ledger", path, "--dry-run")[0] == 0
    assert json.loads(wuye("changes", "--json")[1]) == []
    wuye("import", "ledger", path)
    assert "第 1 号变更已撤销" in wuye("import", "undo", "1")[1]
    assert [row["number"] for row in json.loads(wuye("changes", "--json")[1])] == [2, 1]


def test_coverage_json_is_as_promised(wuye, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    wuye(
        "import",
        "ledger",
        ledger(tmp_path, "A,530102,1999,100.25,市场化物业", "B,530103,,50,未核实"),
    )
    wuye("divisions", "load")
    code, out, _ = wuye(
        "coverage", "--as-of", "2025-12-31", "--level", "county", "--division", "5301", "--json"
    )
    assert code == 0
    words = json.loads(out)
    assert set(words) >= {"snapshot", "definition", "as_of", "indicator", "unit", "rows"}
    assert len(words["rows"]) == 14
    row = next(row for row in words["rows"] if row["division"] == "530102")
    assert set(row) >= {
        "division", "name", "kind", "numerator", "denominator", "unknown", "imputed_share", "share",
        "low", "high", "target", "met", "gap_points", "gap_amount", "contribution",
    }  # fmt: skip
    assert (row["name"], row["kind"]) == ("五华区", "division")
    assert (row["numerator"], row["share"], row["met"], row["gap_amount"]) == (
        100.25,
        1.0,
        "yes",
        0,
    )
    empty = next(row for row in words["rows"] if row["division"] == "530111")
    assert (empty["denominator"], empty["share"], empty["met"]) == (0, None, None)
    own = json.loads(
        wuye(
            "coverage",
            "--as-of",
            "2025-12-31",
            "--level",
            "county",
            "--division",
            "530103",
            "--json",
        )[1]
    )
    (row,) = own["rows"]
    assert (row["low"], row["high"], row["met"]) == (0.0, 1.0, "undetermined")
    table = wuye("coverage", "--as-of", "2025-12-31", "--level", "county", "--division", "5301")[1]
    assert "五华区" in table
    assert "待核实" in table


def test_snapshot_and_compare(wuye, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "台账.csv"
    path.write_text(
        "小区编码,建筑面积(㎡),服务模式,服务起始日期\nA,100,市场化物业,2025-03-01\nB,100,无物业,\n",
        "utf-8",
    )
    wuye("import", "ledger", str(path))
    unasked = json.loads(wuye("coverage", "--json")[1])  # no date named: the ledger's newest
    assert unasked["as_of"] == "2025-03-01"
    first = json.loads(wuye("snapshot", "--as-of", "2024-12-31", "--json")[1])
    second = json.loads(wuye("snapshot", "--as-of", "2025-12-31", "--json")[1])
    assert first["snapshot"] != second["snapshot"]
    assert Path(second["file"]).exists()
    words = json.loads(wuye("compare", first["snapshot"][:12], "2025-12-31", "--json")[1])
    assert words["change_points"] == 50.0
    assert [item["subject"] for item in words["contributors"]] == ["A"]
    assert len(json.loads(wuye("snapshot", "--list", "--json")[1])) == 3
    assert wuye("compare", "ffff", "2025-12-31")[0] == 1
    wuye("import", "ledger", ledger(tmp_path, "B,530102,,100,国有物业"))
    before = json.loads(wuye("changes", "--json")[1])[1]["at"]
    again = json.loads(
        wuye("snapshot", "--as-of", "2025-12-31", "--known-at", before.replace(" ", "T"), "--json")[
            1
        ]
    )
    assert again["snapshot"] == second["snapshot"]


def test_errors_are_words_and_never_a_stack_trace(wuye, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    code, _, err = wuye("coverage", "--as-of", "昨天")
    assert code == 2
    assert "不是日期" in err
    monkeypatch.setenv("WUYE_DATABASE_URL", "postgresql://nobody:secret-word@127.0.0.1:1/none")
    code, out, err = wuye("coverage", "--as-of", "2025-12-31")
    assert code == 1
    assert "Traceback" not in out + err
    assert "secret-word" not in out + err


@pytest.fixture
def folder(new_folder: Callable[[], Path]) -> Path:
    return new_folder()


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WUYE_")}
    program = str(Path(sys.executable).with_name("wuye"))
    return subprocess.run(
        [program, *words],
        cwd=folder,
        env=clean,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )


def demo(folder: Path) -> dict[str, Any]:
    done = command(folder, "demo", "--compounds", "60", "--json")
    assert done.returncode == 0, done.stderr
    words: dict[str, Any] = json.loads(done.stdout)
    return words


@pytest.mark.long
def test_the_main_job_twice(new_folder: Callable[[], Path]) -> None:
    folder = new_folder()
    first, second = demo(folder), demo(folder)
    assert first["snapshot"] == second["snapshot"]
    status = json.loads(command(folder, "status", "--json").stdout)
    assert status["changes"] == 10  # one for each file of the sample, none the second time


def test_the_main_job(folder: Path) -> None:
    """The installed command, a private server, the whole path on a small sample.

    Real data that comes in afterwards is kept from a further demo; that it is asked here saves a
    server.
    """
    first = demo(folder)
    assert first["made_up"] is True
    assert set(first["totals"]) == {"I1", "I2", "I3", "I4"}
    assert len(first["plan"]) == 5
    status = json.loads(command(folder, "status", "--json").stdout)
    assert status["server"] == "up"
    assert status["changes"] == 10  # one for each file of the sample
    assert json.loads(command(folder, "stop", "--json").stdout) == {"stopped": True}
    assert json.loads(command(folder, "status", "--json").stdout)["server"] == "down"
    assert command(folder, "coverage", "--as-of", "2025-12-31", "--json").returncode == 0
    command(folder, "import", "ledger", ledger(folder, "A,530102,1999,100,市场化物业"))
    done = command(folder, "demo", "--compounds", "60")
    assert done.returncode == 1
    assert "已有真实数据" in done.stderr


@pytest.mark.long
def test_the_main_job_on_two_fresh_folders(new_folder: Callable[[], Path]) -> None:
    folder, other = new_folder(), new_folder()
    first, second = demo(folder), demo(other)
    assert first["snapshot"] == second["snapshot"]
    for path in first["files"].values():
        assert (folder / path).read_bytes() == (other / path).read_bytes()


def test_serve_refuses_other_addresses(folder: Path) -> None:
    done = command(folder, "serve", "--host", "0.0.0.0")  # noqa: S104
    assert done.returncode == 2
    assert "127.0.0.1" in done.stderr


def test_a_port_in_use_is_said_in_our_words(wuye) -> None:  # type: ignore[no-untyped-def]
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, out, err = wuye("serve", "--port", str(port))
        assert (code, out) == (2, "")
        assert f"端口 {port} 已被占用" in err
        assert "wuye serve --port" in err
        code, _, err = wuye("serve", "--port", str(port), "--json")
        assert code == 2
        assert str(port) in json.loads(err)["message"]
