"""The report as an editable document: text, tables as tables, maps as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from geo.action_plan import action_plan
from geo.compare import KINDS
from geo.coverage import Row
from geo.errors import NotFound
from geo.terms import MADE_UP
from maps import words
from maps.report import layout, sentences
from maps.report.content import Chapter, Report
from maps.sheet.compose import draw_sheet
from maps.sheet.files import beside, pdf_of, png_of
from maps.sheet.names import short_name
from maps.sheet.subject import LEVEL_WORDS, Frame, Subject

MAP_DPI: Final = 200
MAP_WIDTH_MM: Final = 230
NUMERALS: Final = "一二三四五六七八九"
MET: Final = {"yes": "达标", "no": "未达标", "undetermined": "待核实", None: "—"}
MOST_SUGGESTIONS: Final = 15


def write_document(path: Path, report: Report, *, maps: bool = True) -> Path:
    """Write the report as docx; a file is there when all of it is.

    Parameters
    ----------
    maps
        Whether the indicators' maps are drawn and put in behind.
    """
    document = layout.new_document(
        report.title, report.stamp(), report.publisher, report.snapshot.as_of
    )
    mark = f"{MADE_UP} · " if report.made_up else ""
    foot = f"{mark}{report.secrecy}" if report.secrecy else mark.rstrip(" ·")
    layout.page_numbers(document.sections[0], foot)
    _opening(document, report)
    number = iter(NUMERALS)
    _overview(document, report, next(number))
    _chapters(document, report, next(number))
    _gaps(document, report, next(number))
    if report.plan is not None or report.cases:
        _takeover(document, report, next(number))
    _about(document, report, next(number))
    if maps:
        _maps(document, report, foot)
    made = layout.saved(document)
    with beside(path) as part:
        part.write_bytes(made)
    return path


def _opening(document: Any, report: Report) -> None:
    document.add_paragraph(report.title, style="Title")
    under = document.add_paragraph(f"（{report.year} 年度）")
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    under.paragraph_format.first_line_indent = Pt(0)
    if report.made_up:
        line = document.add_paragraph()
        line.add_run(f"【{MADE_UP}】本报告由虚构数据生成，不反映真实情况。").bold = True
    counts = words.definition_text(report.definition, report.chapters[0].coverage.indicator)[0]
    document.add_paragraph(
        f"按照《{action_plan().title}》，现将{report.name}截至 {report.year} 年 12 月 31 日"
        f"物业服务覆盖情况报告如下。除另有说明外，统计口径为{counts}（{report.definition.id}），"
        f"数据取自快照 {report.snapshot.id[:16]}。"
    )


def _overview(document: Any, report: Report, number: str) -> None:
    document.add_heading(f"{number}、总体情况", level=1)
    for chapter in report.chapters:
        document.add_paragraph(sentences.headline(chapter.coverage))
    _caption(document, "表 1　目标完成情况")
    rows = []
    for chapter in report.chapters:
        found, row = chapter.coverage, chapter.coverage.total
        change = chapter.comparison
        points = None if change is None else change.change_points
        rows.append(
            [
                found.indicator.name,
                words.target_text(row.target).replace(" ", ""),
                sentences.share(row),
                "—" if chapter.before is None else sentences.share(chapter.before.total),
                "—" if points is None else sentences.signed(points),
                _gap_points(row),
                _gap(chapter, row),
                MET[row.met],
            ]
        )
    heads = ["指标", "目标", "本年末", "上年末", "同比(点)", "差(点)", "还需", "结果"]
    layout.add_table(document, heads, rows, [40, 13, 16, 16, 16, 14, 25, 16])
    _note(document, f"{report.stamp()}。“点”为百分点。{action_plan().scope_note}。")


def _chapters(document: Any, report: Report, number: str) -> None:
    document.add_heading(f"{number}、分项情况", level=1)
    for i, chapter in enumerate(report.chapters):
        found = chapter.coverage
        document.add_heading(f"（{NUMERALS[i]}）{found.indicator.name}", level=2)
        document.add_paragraph(f"{found.indicator.definition}。{sentences.children(found)}")
        text = sentences.change(chapter)
        if chapter.comparison is not None:
            text += sentences.largest(chapter.comparison)
        document.add_paragraph(text)
        _caption(document, f"表 {i + 2}　{found.indicator.name}（按{LEVEL_WORDS[found.level]}）")
        _figures(document, chapter)
        outside = next((row for row in found.rows if row.kind == "outside"), None)
        note = f"“{outside.name}”为未能落入下级区划的部分。" if outside else ""
        imputed = found.total.imputed_share
        if imputed:
            note += f"分母中 {100 * imputed:.1f}% 的面积按用地推算。"
        if found.total.unmeasured:
            note += f"另有 {found.total.unmeasured} 个小区面积不明，未计入面积。"
        _note(document, f"{report.stamp()}。{note}")


def _figures(document: Any, chapter: Chapter) -> None:
    found = chapter.coverage
    before = {} if chapter.before is None else {r.division: r for r in chapter.before.rows}
    unit = {"m2": "万㎡", "compounds": "个", "companies": "家"}[found.unit]
    rows = []
    for row in [*found.rows, found.total]:
        total = row is found.total
        last = before.get(row.division)
        if total and chapter.before is not None:
            last = chapter.before.total
        rows.append(
            [
                "合计" if total else short_name(row.name),
                _amount(row.numerator, chapter),
                _amount(row.denominator, chapter),
                sentences.share(row),
                "—" if last is None else sentences.share(last),
                _bounds(row),
                _gap_points(row),
                _gap(chapter, row),
            ]
        )
    heads = ["区划", f"分子({unit})", f"分母({unit})", "比率", "上年末", "上下界", "差(点)", "还需"]
    layout.add_table(document, heads, rows, [20, 23, 23, 16, 16, 22, 14, 22], bold_last=True)
    change = chapter.comparison
    if change is None or change.change_points is None:
        return
    whole, parts = sentences.split(change)
    named = "，".join(f"{KINDS[kind]} {points}" for kind, points in parts.items())
    _note(document, f"同比变化 {whole} 个百分点＝{named}。")


def _gaps(document: Any, report: Report, number: str) -> None:
    document.add_heading(f"{number}、缺口清单", level=1)
    for text in sentences.gaps(report):
        document.add_paragraph(text)
    document.add_paragraph("各清单逐项见附表（xlsx）；清单不含个人信息，企业党员人数不列。")


def _takeover(document: Any, report: Report, number: str) -> None:
    document.add_heading(f"{number}、接管方案与案件进展", level=1)
    plan = report.plan
    if plan is not None:
        for line in plan.get("lines", []):
            document.add_paragraph(str(line))
        suggestions = plan.get("suggestions", [])[:MOST_SUGGESTIONS]
        if suggestions:
            _caption(document, "表　建议接管的小区（按增加的百分点）")
            rows = [
                [
                    str(place),
                    item["name"] or item["compound"],
                    item["project_name"] or item["project"],
                    f"{item['floor_area_m2'] / 10_000:,.2f}",
                    f"{item['gain_points']:.3f}",
                ]
                for place, item in enumerate(suggestions, start=1)
            ]
            heads = ["序号", "小区", "承接项目", "建筑面积(万㎡)", "增加(点)"]
            layout.add_table(document, heads, rows, [14, 48, 52, 24, 20], texts=3)
            _note(document, f"方案 {str(plan.get('plan', ''))[:12]}，为测算结果，须经法定程序。")
    if report.cases:
        document.add_paragraph(sentences.cases(report))


def _about(document: Any, report: Report, number: str) -> None:
    document.add_heading(f"{number}、数据与口径说明", level=1)
    plan, before = action_plan(), report.before
    counting = (
        f"口径：{report.definition.describe()}（{report.definition.id}）。未核实的留在分母内，"
        "按“否”计入比率；上界按全部核实为“是”计算。"
    )
    dates = f"本年快照 {report.snapshot.id[:16]}（截至 {report.snapshot.as_of}）；"
    dates += (
        f"上年快照 {before.id[:16]}（截至 {before.as_of}）。"
        if before is not None
        else "上年末没有数据。"
    )
    comparing = (
        "同比按同一口径计算：同一对象状态改变为“实际变化”；由未核实到核实、或按补正后的日期上年即已"
        "如此的为“核实与更正”；对象进入、退出或面积改变引起的为“统计范围变化”。"
    )
    lines = [
        f"目标依据：{plan.title}；{plan.scope_note}。",
        counting,
        dates,
        comparing,
        f"资料来源：{report.source}。",
    ]
    if not report.review_number:
        lines.append("附图界线仅示意，未经地图审核，不得公开。")
    for line in lines:
        document.add_paragraph(line)


def _maps(document: Any, report: Report, foot: str) -> None:
    """Put the indicators' sheets behind, on pages across."""
    frame = Frame(
        "A4", "landscape", report.secrecy, report.review_number, report.source, report.publisher
    )
    first = True
    for i, chapter in enumerate(report.chapters, start=1):
        found = chapter.coverage
        subject = Subject(report.division, found.indicator.id, found.level)
        try:
            sheet = draw_sheet(report.snapshot, subject, report.definition, frame)
        except NotFound:
            continue  # no outline to draw: the tables have it all
        if first:
            section = layout.landscape_section(document)
            layout.page_numbers(section, foot)
            first = False
        _caption(document, f"附图 {i}　{sheet.title}")
        picture = png_of(pdf_of([sheet], sheet.title), dpi=MAP_DPI)
        words_ = f"{sheet.title}。{sentences.headline(found)}{sentences.children(found)}"
        layout.add_picture(document, picture, MAP_WIDTH_MM, words_ + report.stamp())


def _caption(document: Any, text: str) -> None:
    document.add_paragraph(text, style="Caption")


def _note(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph.paragraph_format.space_after = Pt(8)
    run = paragraph.add_run(f"注：{text}")
    run.font.size = Pt(9)


def _amount(amount: int, chapter: Chapter) -> str:
    found = chapter.coverage
    if found.unit != "m2":
        return f"{amount:,}"
    return f"{amount / 1_000_000:,.2f}"


def _gap_points(row: Row) -> str:
    return words.points_text(row.gap_points) if row.gap_points else "—"


def _gap(chapter: Chapter, row: Row) -> str:
    if not row.gap_amount:
        return "—"
    return words.gap_text(row.gap_amount, chapter.coverage.unit)[0]


def _bounds(row: Row) -> str:
    if not row.unknown:
        return "—"
    high = words.share_text(row.numerator + row.unknown, row.denominator, row.target)
    return words.bounds_text(f"{sentences.share(row)[:-1]} %", high).replace(" ", "")
