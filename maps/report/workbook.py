"""The report's workbook: one sheet an indicator, what changed, and the lists of gaps."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from geo.action_plan import action_plan
from geo.compare import KINDS, REASONS
from geo.coverage import Coverage, Row
from geo.terms import MADE_UP
from maps import words
from maps.report import sentences
from maps.report.content import Chapter, Report
from maps.report.gaps import GapList
from maps.sheet.files import beside
from maps.sheet.subject import LEVEL_WORDS

UNIT_HEADS: Final = {"m2": "㎡", "compounds": "个", "companies": "家", "projects": "个"}
MET: Final = {"yes": "达标", "no": "未达标", "undetermined": "待核实", None: "—"}
TOP: Final = 6
"""Rows above a table: title, meaning, stamp."""

MOST_CONTRIBUTORS: Final = 2000


class _Book:
    """The workbook while it is written, with its formats."""

    def __init__(self, book: Any, report: Report) -> None:
        self.book, self.report = book, report
        font = {"font_name": "宋体", "font_size": 11}
        self.title = book.add_format({"bold": True, "font_size": 16, "font_name": "黑体"})
        self.note = book.add_format({**font, "font_color": "#52606d"})
        self.head = book.add_format(
            {**font, "bold": True, "bottom": 1, "bg_color": "#e8eef2", "text_wrap": True,
             "align": "center", "valign": "vcenter"}
        )  # fmt: skip
        self.formats = {
            "text": book.add_format({**font, "num_format": "@"}),
            "area": book.add_format({**font, "num_format": "#,##0.00", "align": "right"}),
            "count": book.add_format({**font, "num_format": "#,##0", "align": "right"}),
            "year": book.add_format({**font, "num_format": "0", "align": "right"}),
            "share": book.add_format({**font, "num_format": "0.00%", "align": "right"}),
            "points": book.add_format({**font, "num_format": "0.00", "align": "right"}),
            "signed": book.add_format(
                {**font, "num_format": "+0.0000;-0.0000;0", "align": "right"}
            ),
            "date": book.add_format({**font, "num_format": "yyyy-mm-dd", "align": "right"}),
        }
        self.total = {
            kind: book.add_format(
                {**font, "bold": True, "top": 1, "num_format": form.num_format,
                 "align": "left" if kind == "text" else "right"}
            )
            for kind, form in self.formats.items()
        }  # fmt: skip

    def sheet(self, name: str, title: str, notes: list[str], columns: list[tuple[str, int]]) -> Any:
        """Add a sheet with title, notes and header; its print-outs repeat the header."""
        sheet = self.book.add_worksheet(name)
        mark = f"【{MADE_UP}】" if self.report.made_up else ""
        sheet.write_string(0, 0, f"{mark}{title}", self.title)
        for row, line in enumerate([*notes, self.report.stamp()][: TOP - 2], start=1):
            sheet.write_string(row, 0, line, self.note)
        for place, (header, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(TOP - 1, place, header, self.head)
        sheet.freeze_panes(TOP, 1)
        sheet.repeat_rows(TOP - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        secrecy = f"{self.report.secrecy} · " if self.report.secrecy else ""
        sheet.set_footer(f"&L{secrecy}{self.report.stamp()}&R&P/&N")
        return sheet

    def row(
        self, sheet: Any, at: int, cells: list[tuple[Any, str]], *, total: bool = False
    ) -> None:
        """Write a row of cells with their kinds; codes stay text, blanks stay blank."""
        formats = self.total if total else self.formats
        for place, (value, kind) in enumerate(cells):
            form = formats[kind]
            if value is None or value == "":
                sheet.write_blank(at, place, None, form)
            elif kind == "text":
                sheet.write_string(at, place, str(value), form)
            elif kind == "date":
                sheet.write_datetime(at, place, dt.datetime.combine(value, dt.time()), form)
            else:
                sheet.write_number(at, place, value, form)


def write_workbook(path: Path, report: Report) -> Path:
    """Write the workbook; the file's own date is the report's, so same input gives same bytes."""
    with (
        beside(path) as part,
        xlsxwriter.Workbook(str(part), {"strings_to_formulas": False}) as book,
    ):
        book.set_properties(
            {
                "title": f"{report.title}（{report.year} 年度）附表",
                "author": report.publisher,
                "comments": report.stamp(),
                "created": dt.datetime.combine(report.snapshot.as_of, dt.time()),
            }
        )
        kit = _Book(book, report)
        _summary(kit)
        for chapter in report.chapters:
            _indicator(kit, chapter)
        _changes(kit)
        for item in report.gaps:
            _list(kit, item)
        if report.cases:
            _cases(kit)
        _about(kit)
    return path


def _summary(kit: _Book) -> None:
    heads = ["指标", "单位", "分子", "分母", "比率", "目标", "达标", "差(百分点)", "还需",
             "上年末", "同比(百分点)", *KINDS.values()]  # fmt: skip
    columns = [(head, 30 if i == 0 else 14) for i, head in enumerate(heads)]
    sheet = kit.sheet("总表", f"{kit.report.title}（{kit.report.year} 年度）附表", [], columns)
    for i, chapter in enumerate(kit.report.chapters):
        found, row = chapter.coverage, chapter.coverage.total
        kind = "area" if found.unit == "m2" else "count"
        change = chapter.comparison
        cells: list[tuple[Any, str]] = [
            (f"{found.indicator.id} {found.indicator.name}", "text"),
            (UNIT_HEADS[found.unit], "text"),
            (row.numerator / found.per_unit, kind),
            (row.denominator / found.per_unit, kind),
            (row.share, "share"),
            (float(row.target), "share"),
            (MET[row.met], "text"),
            (row.gap_points, "points"),
            (row.gap_amount, "count"),
            (None if chapter.before is None else chapter.before.total.share, "share"),
            (None if change is None else change.change_points, "signed"),
            *((None if change is None else change.by_kind[k], "signed") for k in KINDS),
        ]
        kit.row(sheet, TOP + i, cells)


def _indicator(kit: _Book, chapter: Chapter) -> None:
    found = chapter.coverage
    unit = UNIT_HEADS[found.unit]
    heads = ["区划", "代码", f"分子({unit})", f"分母({unit})", f"其中未核实({unit})", "比率",
             "下界", "上界", "目标", "达标", "差(百分点)", f"还需({unit})", "对总缺口(百分点)",
             "面积推算占比", "上年末比率"]  # fmt: skip
    counts = words.definition_text(found.definition, found.indicator)[0]
    notes = [
        f"{found.indicator.definition}。口径：{counts}",
        sentences.headline(found),
        action_plan().scope_note,
    ]
    columns = [(head, 18 if i == 0 else 15) for i, head in enumerate(heads)]
    name = f"{found.indicator.id} {found.indicator.short}"
    title = f"{found.indicator.name}（按{LEVEL_WORDS[found.level]}）"
    sheet = kit.sheet(name, title, notes, columns)
    before = {} if chapter.before is None else {r.division: r for r in chapter.before.rows}
    for i, row in enumerate(found.rows):
        kit.row(sheet, TOP + i, _cells(row, found, before.get(row.division)))
    last = None if chapter.before is None else chapter.before.total
    kit.row(sheet, TOP + len(found.rows), _cells(found.total, found, last), total=True)


def _cells(row: Row, found: Coverage, before: Row | None) -> list[tuple[Any, str]]:
    kind = "area" if found.unit == "m2" else "count"
    per_unit = found.per_unit
    return [
        (row.name, "text"),
        ("" if row.division is None else str(row.division), "text"),
        (row.numerator / per_unit, kind),
        (row.denominator / per_unit, kind),
        (row.unknown / per_unit, kind),
        (row.share, "share"),
        (row.low, "share"),
        (row.high, "share"),
        (float(row.target), "share"),
        (MET[row.met], "text"),
        (row.gap_points, "points"),
        (row.gap_amount, "count"),
        (row.contribution, "signed"),
        (row.imputed_share, "share"),
        (None if before is None else before.share, "share"),
    ]


def _changes(kit: _Book) -> None:
    """Write who moved each share, the largest first, and what the change is made of."""
    heads = [
        "指标",
        "名称",
        "编码",
        "县区代码",
        "原因",
        "构成",
        "贡献(百分点)",
        "其中范围变化(百分点)",
    ]
    columns = [(head, 24 if i in {1, 2} else 14) for i, head in enumerate(heads)]
    note = "各项贡献之和即同比变化；贡献＝（分子变化－上年比率×分母变化）÷本年分母。"
    sheet = kit.sheet("同比变化", "同比变化及其构成", [note], columns)
    at = TOP
    for chapter in kit.report.chapters:
        change = chapter.comparison
        if change is None:
            continue
        shown = change.contributors[:MOST_CONTRIBUTORS]
        for item in shown:
            kit.row(
                sheet,
                at,
                [
                    (change.indicator, "text"),
                    (item.name, "text"),
                    (item.subject, "text"),
                    (item.division, "text"),
                    (REASONS[item.reason], "text"),
                    (KINDS[item.kind], "text"),
                    (item.points, "signed"),
                    (item.denominator_points, "signed"),
                ],
            )
            at += 1
        rest = change.contributors[MOST_CONTRIBUTORS:]
        left = f"其余 {len(rest)} 项与合计" if rest else "合计"
        scope = sum(item.denominator_points for item in change.contributors)
        cells: list[tuple[Any, str]] = [(change.indicator, "text"), (left, "text")]
        cells += [("", "text")] * 4 + [(change.change_points, "signed"), (scope, "signed")]
        kit.row(sheet, at, cells, total=True)
        at += 1


def _list(kit: _Book, item: GapList) -> None:
    columns = [(column.header, column.width) for column in item.columns]
    sheet = kit.sheet(
        item.title[:31], item.title, [f"{item.note}共 {len(item.rows):,} 项。"], columns
    )
    kinds = [column.kind for column in item.columns]
    for i, row in enumerate(item.rows):
        kit.row(sheet, TOP + i, list(zip(row, kinds, strict=True)))
    if item.rows:
        sheet.autofilter(TOP - 1, 0, TOP + len(item.rows) - 1, len(columns) - 1)


def _cases(kit: _Book) -> None:
    heads = [("案件", 8), ("小区", 26), ("小区编码", 18), ("承接项目", 26), ("状态", 12),
             ("立案", 12), ("下一步", 18)]  # fmt: skip
    sheet = kit.sheet("接管案件", "接管案件进展", [sentences.cases(kit.report)], heads)
    for i, case in enumerate(kit.report.cases):
        opened = case.get("opened_on")
        kit.row(
            sheet,
            TOP + i,
            [
                (case["case"], "count"),
                (case["compound_name"] or case["compound"], "text"),
                (case["compound"], "text"),
                (case["project_name"] or case["project"], "text"),
                (case["state"], "text"),
                (None if opened is None else dt.date.fromisoformat(opened), "date"),
                ("、".join(case["next"][:1]), "text"),
            ],
        )


def _about(kit: _Book) -> None:
    report, plan = kit.report, action_plan()
    sheet = kit.book.add_worksheet("说明")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    before = report.before
    rows = [
        ("数据", MADE_UP if report.made_up else "登记数据"),
        ("使用范围", report.secrecy),
        ("区划", f"{report.name}（{report.division}）"),
        ("截止日期", report.snapshot.as_of.isoformat()),
        ("快照", report.snapshot.id),
        ("上年快照", "" if before is None else f"{before.id}（截至 {before.as_of}）"),
        ("口径", f"{report.definition.id}：{report.definition.describe()}"),
        ("目标依据", f"{plan.title}；{plan.scope_note}"),
        ("资料来源", report.source),
        ("编制单位", report.publisher),
    ]
    for at, (name, text) in enumerate(rows):
        sheet.write_string(at, 0, name, kit.head)
        sheet.write_string(at, 1, text, kit.formats["text"])
