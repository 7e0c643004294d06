"""What comes in as a text that begins like a formula goes out as a text."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from geo.csv_cells import csv_cell
from geo.intake.held_book import write_held
from geo.intake.load import import_file
from geo.intake.options import Options
from geo.intake.report.annotate import write_annotated
from geo.intake.report.book import write_report
from geo.register import held
from geo.register.store import Register

ROOT = Path(__file__).resolve().parents[2]
STARTS = ("=", "+", "-", "@", "\t=", " =", "＝", "＠")
LINES = [["小区编码", "小区名称", "户数", "=HYPERLINK(0)"]] + [
    [f"{start}cmd|'/c calc'!A{number}", f"{start}SUM(1)", f"{start}x", f"{start}1"]
    for number, start in enumerate(STARTS)
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "=台账.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(LINES)
    return path


def formulas(path: Path) -> list[str]:
    """Cells that a workbook holds as formulas, from its XML and as openpyxl sees them."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        found = [name for name in sheets if re.search(rb"<(\w+:)?f[ >/]", archive.read(name))]
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("SUM(1)" in str(cell.value) or "x" in str(cell.value) for cell in cells)
    return found + [cell.coordinate for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("ending", ["csv", "xls"])
def test_workbooks_that_we_write_hold_no_formula(
    register: Register, tmp_path: Path, source: Path, ending: str
) -> None:
    if ending == "xls":
        rows = "".join(
            "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in LINES
        )
        source = tmp_path / "=台账.xls"
        source.write_text(f"<table>{rows}</table>", "utf-8")
    outcome = import_file(register, "ledger", source, Options())
    assert outcome.counts["quarantined"] == len(STARTS)
    assert formulas(write_report(tmp_path / "report.xlsx", outcome)) == []
    write_annotated(tmp_path / "copy.xlsx", source, outcome)
    assert formulas(tmp_path / "copy.xlsx") == []
    with register.connect() as connection:
        rows = held.open_rows(connection)
    assert formulas(write_held(tmp_path / "held.xlsx", rows)) == []


@pytest.mark.parametrize("start", STARTS)
def test_a_text_that_begins_like_a_formula_is_quoted_in_csv(start: str) -> None:
    assert csv_cell(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("value", ["五华区", "3-5号", "", None, -3.5, 0])
def test_other_values_stay_in_csv(value: object) -> None:
    assert csv_cell(value) == value


# COPY into PostgreSQL, and our own data file of official codes: no spreadsheet is meant.
OTHERS = {"geo/register/copying.py", "geo/register/merge.py", "geo/divisions.py"}


def test_whoever_writes_csv_uses_the_rule() -> None:
    writers: list[str] = []
    for folder in ("geo", "maps", "service"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if (
                re.search(r"csv\.writer\(|DictWriter\(|\.to_csv\(", text)
                and "csv_cell(" not in text
            ):
                writers.append(path.relative_to(ROOT).as_posix())
    assert set(writers) <= OTHERS
