"""The report as a workbook: what each rule found, every finding, every row; nothing live in it."""

from __future__ import annotations

import ast
import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from xlsxwriter.exceptions import FileCreateError

from geo import intake
from geo.errors import ServerError, UsageError
from geo.intake.lines import REASONS
from geo.intake.lint.repair import REASONS as REPAIRS
from geo.intake.report.book import check_target, write_report
from geo.intake.report.rules import count_rules, rule, rules
from geo.intake.verdicts import VERDICT_NAMES, Findings, Outcome
from geo.register.store import Register
from service.commands import reports

Import = Callable[..., Outcome]
HEAD = "小区编码,建成年份,建筑面积(㎡),服务模式"


def lines(path: Path, sheet: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in line] for line in book[sheet]]


def test_every_rule_is_counted_with_its_name_and_first_rows(
    import_csv: Import, tmp_path: Path
) -> None:
    bad = [f"X{number},何时,100,无物业" for number in range(7)]
    outcome = import_csv("ledger", HEAD, "A,1999,100,无物业", *bad, "Y,1999,多少,无物业", "A,1999,100,无物业")  # fmt: skip
    path = write_report(tmp_path / "r.xlsx", outcome)
    head, *rows = lines(path, "按规则汇总")
    assert head[:5] == ["结果", "规则", "说明", "条数", "行数"]
    (counted,) = [row for row in rows if row[4] == 8]
    assert counted[0] == "暂存待改"
    assert counted[3] == 8
    assert counted[5] == "建成年份 7、建筑面积(㎡) 1"
    assert counted[6] == "第 3、4、5、6、7 行 等"
    assert [row[0] for row in rows] == sorted(
        (row[0] for row in rows), key=["暂存待改", "入库（有提示）", "跳过"].index
    )
    assert sum(row[3] for row in rows) == len(outcome.findings.found)
    assert {row[7] for row in rows} == {item.rule for item in outcome.findings.found}


def test_verdicts_add_up_and_every_row_is_there(import_csv: Import, tmp_path: Path) -> None:
    outcome = import_csv("ledger", HEAD, "A,1999,100,无物业", "B,何时,1,无物业", ",1999,1,无物业")
    path = write_report(tmp_path / "r.xlsx", outcome)
    told = dict(row[:2] for row in lines(path, "汇总"))
    assert sum(told[name] for name in VERDICT_NAMES.values()) == told["读取行数"] == 3
    assert [row[1:] for row in lines(path, "逐行")[1:]] == [
        [2, "入库"], [3, "暂存待改"], [4, "暂存待改"],
    ]  # fmt: skip
    assert len(lines(path, "逐条")) == 1 + len(outcome.findings.found)


def test_nothing_in_it_is_a_live_formula(import_csv: Import, tmp_path: Path) -> None:
    evil = "=HYPERLINK(1)"
    outcome = import_csv("ledger", f"小区编码,建成年份,{evil}", f"A,{evil},1", "B,+1+1,1", "C,@x,1")
    path = write_report(tmp_path / "r.xlsx", outcome)
    cells = [cell for sheet in openpyxl.load_workbook(path) for line in sheet for cell in line]
    assert evil in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_same_input_same_bytes(import_csv: Import, tmp_path: Path) -> None:
    outcome = import_csv("ledger", HEAD, "A,何时,100,无物业", dry_run=True)
    one, two = (
        write_report(tmp_path / name, outcome).read_bytes() for name in ("a.xlsx", "b.xlsx")
    )
    assert one == two


def test_counts_are_by_rule_and_severity_worst_first() -> None:
    findings = Findings(["s"] * 4, [1, 2, 3, 4])
    for severity, name, position in (
        ("warned", "date", 0), ("warned", "date", 0), ("quarantined", "code", 1),
        ("warned", "code", 2), ("skipped", "total", 3),
    ):  # fmt: skip
        findings.add(severity, name, position, "列", "", "m", "r")  # type: ignore[arg-type]
    found = [
        (item.severity, item.rule.id, item.findings, item.rows)
        for item in count_rules(findings.found)
    ]
    assert found == [
        ("quarantined", "code", 1, 1), ("warned", "date", 2, 1), ("warned", "code", 1, 1),
        ("skipped", "total", 1, 1),
    ]  # fmt: skip


def test_rules_have_names_in_both_languages() -> None:
    for found in rules().values():
        assert all(found.name)
        assert all(found.meaning)
        assert found.name[1].isascii() or "²" in found.name[1]
    assert rule("no such rule").name[0] == "no such rule"


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    for path in (tmp_path / "r.csv", tmp_path / "no" / "r.xlsx"):
        with pytest.raises(UsageError, match=path.name):
            check_target("--report", path, (".xlsx", ".html"))


@pytest.mark.parametrize("ending", ["xlsx", "html"])
def test_a_full_disk_after_the_import_says_that_it_stands(
    import_csv: Import,
    register: Register,
    tmp_path: Path,
    ending: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fill_up(path: Path, *_: Any) -> None:
        path.write_text("cut off")
        full = OSError(errno.ENOSPC, "No space left on device")
        raise FileCreateError(full) if ending == "xlsx" else full

    monkeypatch.setattr(reports, "write_report", fill_up)
    monkeypatch.setattr("maps.import_report.write_import_report", fill_up)
    monkeypatch.setattr(reports, "drawn", lambda *_: None)
    outcome = import_csv("ledger", HEAD, "A,1999,100,无物业")
    path = tmp_path / f"r.{ending}"
    with pytest.raises(ServerError) as caught:
        reports.Reports((path,)).write(register, tmp_path / "l.csv", outcome)
    assert "第 1 号变更已写入，导入有效" in caught.value.message
    assert "磁盘空间不足" in caught.value.message
    assert "再运行一次同样的命令" in caught.value.remedy
    assert not path.exists()  # what was cut off could be taken for the report
    again = import_csv("ledger", HEAD, "A,1999,100,无物业")
    assert (again.change, again.verdicts) == (None, ["unchanged"])  # as the remedy promises
    with pytest.raises(ServerError, match="登记库没有变化"), reports.stands(again, "报告"):
        raise OSError(errno.EROFS, "Read-only file system")


def rules_in_use() -> set[str]:
    """Every rule that the import's own code names."""
    place = {"add": 1, "Problem": 0, "Noted": 0, "warn": 0, "hold": 0}
    found = set(REASONS) | {name for name, _ in REPAIRS.values()}
    for path in Path(intake.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            at = place.get(name)
            if at is not None and len(node.args) > max(at, 2):
                rule_ = node.args[at]
                if isinstance(rule_, ast.Constant) and isinstance(rule_.value, str):
                    found.add(rule_.value)
    return found


def test_every_rule_in_use_has_a_name() -> None:
    used = rules_in_use()
    assert len(used) > 30
    assert used <= set(rules()), "name it in geo/intake/report/rules.toml"
