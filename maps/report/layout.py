"""The bureau's layout of a document (GB/T 9704): fonts, styles, page, numbers.

Text is 仿宋 三号 on lines of 28 points, the title 小标宋 二号, headings 黑体 and 楷体. Fonts are
named as offices have them; the font table says what stands in where one is missing.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TITLE_FONT: Final = "方正小标宋简体"
BODY_FONT: Final = "仿宋_GB2312"
HEAD_FONT: Final = "黑体"
SUBHEAD_FONT: Final = "楷体_GB2312"
LATIN_FONT: Final = "Times New Roman"

ALTERNATIVES: Final = {
    TITLE_FONT: "方正小标宋_GBK,华文中宋,宋体,SimSun,Noto Serif CJK SC",
    BODY_FONT: "仿宋,FangSong,方正仿宋_GBK,Noto Serif CJK SC",
    HEAD_FONT: "SimHei,方正黑体_GBK,Noto Sans CJK SC",
    SUBHEAD_FONT: "楷体,KaiTi,方正楷体_GBK,Noto Serif CJK SC",
}
"""What takes a font's place, written into the font table as its other names."""

BODY_PT: Final = 16
LINE_PT: Final = 28
TABLE_PT: Final = 10.5

_PAPER: Final = (210, 297)
_MARGINS: Final = {"top": 37, "bottom": 35, "left": 28, "right": 26}
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def new_document(title: str, stamp: str, publisher: str, day: dt.date) -> Any:
    """Start a document with the bureau's styles and page."""
    document = Document()
    _styles(document)
    _page(document.sections[0])
    _font_table(document)
    properties = document.core_properties
    properties.title, properties.comments, properties.author = title, stamp, publisher
    properties.language = "zh-CN"
    noon = dt.datetime.combine(day, dt.time(12))
    properties.created = properties.modified = noon
    properties.last_modified_by, properties.revision = publisher, 1
    return document


def saved(document: Any) -> bytes:
    """Give the file's bytes: the same document, the same bytes, whatever the clock says."""
    first = io.BytesIO()
    document.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(item))
    return out.getvalue()


def landscape_section(document: Any) -> Any:
    """Start pages across, for maps."""
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(_PAPER[1]), Mm(_PAPER[0])
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(14)
    section.footer_distance = Mm(6)
    return section


def _page(section: Any) -> None:
    section.page_width, section.page_height = Mm(_PAPER[0]), Mm(_PAPER[1])
    section.top_margin, section.bottom_margin = Mm(_MARGINS["top"]), Mm(_MARGINS["bottom"])
    section.left_margin, section.right_margin = Mm(_MARGINS["left"]), Mm(_MARGINS["right"])
    section.footer_distance = Mm(25)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _font(normal, BODY_FONT, BODY_PT)
    shape = normal.paragraph_format
    shape.first_line_indent = Pt(2 * BODY_PT)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PT)
    shape.space_before = shape.space_after = Pt(0)
    title = document.styles["Title"]
    _font(title, TITLE_FONT, 22)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.first_line_indent = Pt(0)
    title.paragraph_format.line_spacing = Pt(36)
    title.paragraph_format.space_after = Pt(14)
    border = title.element.pPr.find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
    for level, font in ((1, HEAD_FONT), (2, SUBHEAD_FONT), (3, BODY_FONT)):
        heading = document.styles[f"Heading {level}"]
        _font(heading, font, BODY_PT, bold=level == 3)
        heading.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
        heading.paragraph_format.space_before = heading.paragraph_format.space_after = Pt(0)
        heading.paragraph_format.keep_with_next = True
    caption = document.styles["Caption"]
    _font(caption, HEAD_FONT, 12)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.first_line_indent = Pt(0)
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True


def _font(style: Any, name: str, size_pt: float, *, bold: bool = False) -> None:
    style.font.name = LATIN_FONT
    style.font.size, style.font.bold, style.font.italic = Pt(size_pt), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    fonts.set(qn("w:eastAsia"), name)
    fonts.set(qn("w:hAnsi"), LATIN_FONT)


def _font_table(document: Any) -> None:
    """Name what stands in for the bureau's fonts."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, others in ALTERNATIVES.items()
    )
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            text = part.blob.decode("utf-8").replace("</w:fonts>", f"{entries}</w:fonts>")
            part._blob = text.encode("utf-8")  # noqa: SLF001 - python-docx has no door to it


def page_numbers(section: Any, words: str) -> None:
    """Put words and the page's number in the foot: ``— 3 —``."""
    section.footer.is_linked_to_previous = False
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    first = paragraph.add_run(f"{words}　— ")
    number = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = text
        number._r.append(element)  # noqa: SLF001 - fields have no method of their own
    last = paragraph.add_run(" —")
    for run in (first, number, last):
        run.font.size = Pt(9)


def add_table(
    document: Any,
    heads: list[str],
    rows: list[list[str]],
    widths_mm: list[float],
    *,
    texts: int = 1,
    bold_last: bool = False,
) -> Any:
    """Add a table: its header repeats on every page, numbers stand to the right.

    `texts` is how many columns at the left hold words.
    """
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    _repeat(table.rows[0])
    for place, head in enumerate(heads):
        _cell(table.rows[0].cells[place], head, WD_ALIGN_PARAGRAPH.CENTER, bold=True)
    for i, row in enumerate(rows):
        added = table.add_row()
        _whole(added)
        for place, text in enumerate(row):
            side = WD_ALIGN_PARAGRAPH.LEFT if place < texts else WD_ALIGN_PARAGRAPH.RIGHT
            _cell(added.cells[place], text, side, bold=bold_last and i == len(rows) - 1)
    for place, width in enumerate(widths_mm):
        table.columns[place].width = Mm(width)  # the grid, which LibreOffice goes by
        for cell in table.columns[place].cells:  # and each cell, which Word goes by
            cell.width = Mm(width)
    return table


def _cell(cell: Any, text: str, side: Any, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(TABLE_PT), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")  # noqa: SLF001


def _repeat(row: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001
    _whole(row)


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def add_picture(document: Any, png: bytes, width_mm: float, words: str) -> None:
    """Add a picture with the words that stand for it (alt text)."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
    about = shape._inline.docPr  # noqa: SLF001 - alt text has no door
    about.set("descr", words)
    about.set("title", words.partition("。")[0])
