"""The report read back by python-docx and openpyxl, and held against the figures themselves."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import numpy as np
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from geo import terms
from geo.action_plan import Definition, action_plan
from geo.compare import compare
from geo.coverage import _row, coverage
from geo.errors import NotFound
from geo.snapshot.file import Snapshot
from maps.report import sentences
from maps.report.content import Report, make_report
from maps.report.document import write_document
from maps.report.gaps import gap_lists
from maps.report.workbook import TOP, write_workbook
from maps.words import points_text, share_text

PREFECTURE = 5301
PLAN = {
    "plan": "abc",
    "lines": ["最少接管 1 个老旧小区。"],
    "suggestions": [
        {"compound": "C001", "name": "东院", "project": "P", "project_name": "", "gain_points": 0.5,
         "floor_area_m2": 12_000.0},
    ],
}  # fmt: skip
CASE = {"case": 1, "compound": "C001", "compound_name": "东院", "project": "P", "project_name": "甲",
        "state": "表决", "opened_on": "2024-05-01", "next": ["合同"]}  # fmt: skip


@pytest.fixture(scope="module")
def before(make_snapshot: Callable[..., Snapshot]) -> Snapshot:
    """The year before: other states, and a compound that wasn't there."""
    standing = [True] * 60
    standing[9] = False
    return make_snapshot(mode=(np.arange(60) * 3 + 1) % 8, standing=standing,
                         committee=(np.arange(60) + 1) % 4)  # fmt: skip


@pytest.fixture(scope="module")
def report(snapshot: Snapshot, before: Snapshot) -> Report:
    return make_report(snapshot, before, PREFECTURE, Definition(), plan=PLAN, cases=[CASE])


@pytest.fixture(scope="module")
def document(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return docx.Document(
        str(write_document(tmp_path_factory.mktemp("report") / "报告.docx", report))
    )


@pytest.fixture(scope="module")
def workbook(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = write_workbook(tmp_path_factory.mktemp("report") / "附表.xlsx", report)
    return openpyxl.load_workbook(path)


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def texts(document: Any) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_tables_of_the_document_are_the_figures(
    document: Any, snapshot: Snapshot, before: Snapshot
) -> None:
    overview, *chapters = [cells(table) for table in document.tables]
    for at, (key, indicator) in enumerate(action_plan().indicators.items()):
        found = coverage(snapshot, key, "county", Definition(), PREFECTURE)
        last = coverage(before, key, "county", Definition(), PREFECTURE)
        name, target, now, was, _, gap, _, _ = overview[at + 1]
        assert name == indicator.name
        assert Decimal(target.rstrip("%")) == indicator.target * 100
        for shown, row in ((now, found.total), (was, last.total)):
            assert float(shown.rstrip("%")) == pytest.approx(100 * row.share, abs=0.05)  # type: ignore[operator]
        assert float(gap.replace("—", "0")) == pytest.approx(found.total.gap_points, abs=0.05)
        rows = chapters[at][1:]
        assert [row[0] for row in rows] == [
            *("合计" if r is found.total else r.name for r in (*found.rows, found.total))
        ]
        per = 1_000_000 if found.unit == "m2" else 1
        for shown_row, row in zip(rows, (*found.rows, found.total), strict=True):
            assert float(shown_row[1].replace(",", "")) == pytest.approx(
                row.numerator / per, abs=0.005
            )
            assert float(shown_row[2].replace(",", "")) == pytest.approx(
                row.denominator / per, abs=0.005
            )
            assert float(shown_row[3].rstrip("%")) == pytest.approx(100 * row.share, abs=0.05)  # type: ignore[operator]


def test_sheets_of_the_workbook_are_the_figures(workbook: Any, snapshot: Snapshot) -> None:
    for key, indicator in action_plan().indicators.items():
        found = coverage(snapshot, key, "county", Definition(), PREFECTURE)
        sheet = workbook[f"{key} {indicator.short}"]
        rows = list(sheet.iter_rows(min_row=TOP + 1, values_only=True))
        json = [*found.as_json()["rows"], found.as_json()["total"]]
        assert len(rows) == len(json)
        for row, words in zip(rows, json, strict=True):
            assert row[0] == words["name"]
            assert row[1] == words["division"]  # text, so that no zero is lost
            assert row[2:5] == (words["numerator"], words["denominator"], words["unknown"])
            assert row[5] == pytest.approx(words["share"], rel=1e-15)  # a workbook has 16 digits
            assert row[10] == pytest.approx(words["gap_points"], rel=1e-15)
            assert row[11] == words["gap_amount"]
        assert sheet.freeze_panes == f"B{TOP + 1}"
        assert sheet.print_title_rows == f"${TOP}:${TOP}"


def test_changes_in_the_workbook_sum_to_the_change(
    workbook: Any, snapshot: Snapshot, before: Snapshot
) -> None:
    rows = list(workbook["同比变化"].iter_rows(min_row=TOP + 1, values_only=True))
    for key in action_plan().indicators:
        own = [row for row in rows if row[0] == key]
        *items, total = own
        found = compare(before, snapshot, key, Definition(), PREFECTURE)
        assert len(items) == len(found.contributors)
        assert sum(row[6] for row in items) == pytest.approx(found.change_points)
        assert total[6] == pytest.approx(found.change_points, rel=1e-15)


def test_document_is_laid_out_as_one(document: Any, report: Report) -> None:
    styles = [p.style.name for p in document.paragraphs]
    assert styles.count("Title") == 1
    assert styles.count("Heading 1") == 5
    assert styles.count("Heading 2") == 4
    for table in document.tables:
        head = table.rows[0]._tr.trPr
        assert head is not None
        assert head.find(qn("w:tblHeader")) is not None
        for row in table.rows[1:]:
            assert row.cells[-1].paragraphs[0].alignment == 2 or row.cells[-1].text in {"待核实"}
    body = document.styles["Normal"].element.rPr.rFonts
    assert body.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert document.styles["Title"].element.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    fonts = next(p for p in document.part.package.iter_parts() if "fontTable" in str(p.partname))
    assert b"FangSong" in fonts.blob
    for section in document.sections:
        foot = section.footer.paragraphs[0]
        assert "PAGE" in foot._p.xml
        assert "示例数据" in foot.text
        assert "内部使用" in foot.text
    pictures = document.inline_shapes
    assert len(pictures) == 4
    for shape in pictures:
        words = shape._inline.docPr.get("descr")
        assert report.snapshot.id[:16] in words
        assert "示例数据" in words


def test_text_says_snapshot_definition_date_and_source(document: Any, report: Report) -> None:
    text = texts(document)
    for words in (report.snapshot.id[:16], report.definition.id, "2024-12-31", "资料来源",
                  "目标为全省口径", "【示例数据】", "未经地图审核", "最少接管 1 个老旧小区。", "表决 1 件"):  # fmt: skip
        assert words in text, words


def test_sentences_speak_the_figures(report: Report) -> None:
    for chapter in report.chapters:
        row, text = chapter.coverage.total, sentences.headline(chapter.coverage)
        shown = re.search(r" ([\d.]+)%", text)
        assert shown
        assert float(shown[1]) == pytest.approx(100 * row.numerator / row.denominator, abs=0.05)
        gap = re.search(r"较目标低 ([\d.]+) 个百分点", text)
        assert (gap is None) == (row.met == "yes")
        if gap:
            assert Decimal(shown[1]) + Decimal(gap[1]) == row.target * 100
        assert chapter.comparison is not None
        whole, parts = sentences.split(chapter.comparison)
        assert sum(Decimal(part) for part in parts.values()) == Decimal(whole)
        assert float(whole) == pytest.approx(chapter.comparison.change_points, abs=0.005)


@given(st.integers(0, 1_000_000), st.sampled_from(["0.9", "0.4", "0.5", "1"]))
def test_share_and_gap_make_up_the_target_on_its_own_side(numerator: int, target: str) -> None:
    sums = np.array([numerator, 1_000_000, 0, 0, 0])
    row = _row(1, "", "division", sums, sums, Decimal(target), 1)
    shown, gap = sentences.share_and_gap(row)
    assert (Decimal(shown.rstrip("%")) >= Decimal(target) * 100) == (row.met == "yes")
    away = abs(Fraction(Decimal(target)) * 100 - Fraction(numerator, 10_000))
    assert abs(Fraction(Decimal(gap)) - away) <= Fraction(1, 20)
    if row.met != "yes":
        assert Decimal(gap) > 0
    assert shown == share_text(numerator, 1_000_000, Decimal(target)).replace(" ", "")


def test_a_half_makes_the_target_up_too() -> None:
    """As tables and the interface write it: the share's half goes up, the gap's down."""
    sums = np.array([8725, 10000, 0, 0, 0])
    row = _row(1, "", "division", sums, sums, Decimal("0.9"), 1)
    assert row.gap_points is not None
    assert sentences.share_and_gap(row) == ("87.3%", "2.7")
    assert share_text(8725, 10000, Decimal("0.9")) == "87.3 %"
    assert points_text(row.gap_points) == "2.7"


def test_the_example_of_the_bureau() -> None:
    sums = np.array([873, 1000, 0, 0, 0])
    row = _row(1, "", "division", sums, sums, Decimal("0.9"), 1)
    assert sentences.share_and_gap(row) == ("87.3%", "2.7")


def test_lists_hold_whom_the_figures_lack(snapshot: Snapshot) -> None:
    """Against a loop over the columns."""
    lists = {item.id: item for item in gap_lists(snapshot, Definition(), PREFECTURE)}
    take = snapshot.column
    uncovered, without, expired = set(), set(), set()
    for i in range(60):
        if take("compounds", "prefecture")[i] != PREFECTURE:
            continue
        code = take("compounds", "code")[i]
        if terms.MODES[take("compounds", "mode")[i]] not in {
            "市场化物业",
            "国有物业",
            "公益性物业",
        }:
            uncovered.add(code)
        committee = take("compounds", "committee")[i]
        if committee != terms.COMMITTEE_VALID:
            without.add(code)
        if committee == terms.COMMITTEE_EXPIRED:
            expired.add(code)
    for key, codes in (("uncovered", uncovered), ("no_committee", without), ("expired", expired)):
        assert {row[3] for row in lists[key].rows} == codes
    found = coverage(snapshot, "I1", "county", Definition(basis="count"), PREFECTURE).total
    assert len(uncovered) == found.denominator - found.numerator


def test_lists_say_no_more_of_members_than_the_plan_asks(
    make_snapshot: Callable[..., Snapshot], workbook: Any
) -> None:
    words = "".join(
        str(cell)
        for name in workbook.sheetnames
        for cell in workbook[name][TOP]
        for cell in [cell.value]
    )
    for personal in ("党员人数", "姓名", "电话", "身份证"):
        assert personal not in words
    assert "应建未建党组织企业" in workbook.sheetnames
    assert make_snapshot().table("companies").num_rows == 10


def test_terms_that_end_soon(make_snapshot: Callable[..., Snapshot]) -> None:
    """Within six months of 31 December 2024, that day and 30 June 2025 included."""
    ends: list[dt.date | None] = [None] * 60
    ends[2], ends[6], ends[10], ends[14] = (
        dt.date(2024, 12, 31), dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2024, 12, 30),
    )  # fmt: skip
    committee = np.full(60, terms.COMMITTEE_NONE)
    committee[[2, 6, 10, 14]] = terms.COMMITTEE_VALID
    snapshot = make_snapshot(committee=committee, committee_term_to=ends)
    lists = {item.id: item for item in gap_lists(snapshot, Definition(), 53)}
    assert {row[3] for row in lists["expiring"].rows} == {"C002", "C006"}


def test_names_are_no_formulas(workbook: Any, hazards: tuple[str, ...]) -> None:
    sheet = workbook["未覆盖小区"]
    named = [
        cell for row in sheet.iter_rows(min_row=TOP + 1) for cell in row if cell.value in hazards
    ]
    assert named
    assert {cell.data_type for cell in named} == {"s"}


def test_same_report_same_bytes(report: Report, tmp_path: Path) -> None:
    for write, name in ((write_document, "a.docx"), (write_workbook, "a.xlsx")):
        words = {"maps": False} if write is write_document else {}
        one, other = (
            write(tmp_path / folder / name, report, **words).read_bytes() for folder in ("1", "2")
        )
        assert one == other


def test_without_a_year_before_nothing_is_compared(
    snapshot: Snapshot, make_snapshot: Callable[..., Snapshot], tmp_path: Path
) -> None:
    empty = make_snapshot(standing=[False] * 60)
    report = make_report(snapshot, empty, PREFECTURE, Definition())
    first = report.chapters[0]
    assert first.before is None
    assert "不作同比" in sentences.change(first)
    text = texts(docx.Document(str(write_document(tmp_path / "r.docx", report, maps=False))))
    assert "不作同比" in text
    assert "接管方案" not in text


def test_a_division_that_is_not_there(snapshot: Snapshot, before: Snapshot) -> None:
    with pytest.raises(NotFound, match="5399"):
        make_report(snapshot, before, 5399, Definition())
