"""Workbooks: what Excel, WPS and office systems write, and what pretends to be one of them."""

from __future__ import annotations

import copy
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

ROWS: list[list[Any]] = [["小区编码", "小区名称", "户数"], ["A", "甲", 10], ["B", "乙", 20]]
WRITTEN = (1980, 1, 1, 0, 0, 0)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def book(*sheets: tuple[str, list[list[Any]]], hidden: str = "") -> bytes:
    """A workbook as openpyxl writes it."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title == hidden:
            sheet.sheet_state = "hidden"
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def text(reference: str, words: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{words}</t></is></c>'


HEADER = f'<row r="1">{text("A1", "小区编码")}{text("B1", "户数")}</row>'
FIRST = f'<row r="2">{text("A2", "A")}<c r="B2"><v>10</v></c></row>'


def raw_sheet(rows: str, dimension: str = "A1:B2") -> str:
    return (
        f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def raw(rows: str, dimension: str = "A1:B2", head: str = "", **more: bytes | str) -> bytes:
    """A workbook written by hand, to say what no program says; ``more`` adds members."""
    types = (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    )
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": types,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": head + raw_sheet(rows, dimension),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"></sst>',
    }
    return packed(members | {name.replace("__", "/"): data for name, data in more.items()})


def packed(members: dict[str, Any]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def cell_in_last_place(content: str) -> str:
    return f'{HEADER}{FIRST}<row r="1048576"><c r="XFD1048576"{content}</row>'


def lying() -> bytes:
    """A sheet that says 1 kB and inflates to 8 MB, in both of its headers."""
    true = 8_000_000
    rows = HEADER + FIRST
    data = raw(rows + " " * (true - len(raw_sheet(rows).encode())))
    false = (1000).to_bytes(4, "little")
    assert data.count(true.to_bytes(4, "little")) == 2
    return data.replace(true.to_bytes(4, "little"), false)


def overlapping() -> bytes:
    held = io.BytesIO(raw(HEADER + FIRST, **{"xl/a.bin": bytes(100_000)}))
    with zipfile.ZipFile(held, "a") as archive:
        one = archive.getinfo("xl/a.bin")
        for number in range(500):
            again = copy.copy(one)
            again.filename = again.orig_filename = f"xl/{number}.bin"
            archive.filelist.append(again)
        archive.comment = b"x"
    return held.getvalue()


def repeated_long_text() -> bytes:
    rows = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{chr(64 + column)}{row}" t="s"><v>0</v></c>' for column in range(1, 21))
        + "</row>"
        for row in range(1, 501)
    )
    strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 32_000}</t></si></sst>'
    return raw(rows, "A1:T500", **{"xl/sharedStrings.xml": strings})


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY e0 "ha">{ENTITIES}]>'
WIDE = "".join(
    text(f"{a}{b}1", "x")
    for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
WIDE += "".join(
    text(f"B{a}{b}1", "x") for a in "ABCDEFGHIJKLMNOPQRST" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

HTML = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><style>td {color: red}</style>
</head><body><table border=1><tr><td colspan=3>五华区小区台账</td></tr>
<tr><th>小区编码</th><th>小区名称</th><th>户数</th></tr>
<tr><td>A</td><td>甲&amp;乙</td><td>10</td></tr><tr><td rowspan=2>B<td>丙<br>期</td><td>20</td></tr>
<tr><td>丁</td><td>30</td></tr></table></body></html>"""
XML_2003 = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>"""

CONTENT: dict[str, bytes] = {
    # As programs write them
    "book_title_and_blank_rows.xlsx": book(
        ("五华区", [["五华区小区台账"], [], *ROWS[:2], [None], ROWS[2]])
    ),
    "book_codes_rounded.xlsx": book(
        ("表", [["小区编码"], [530102001001000123], ["530102001001000124"], [7]])
    ),
    "book_hidden_sheet.xlsx": book(("台账", ROWS), ("旧", [ROWS[0], ["C", "丙", 1]]), hidden="旧"),
    "book_two_counties.xlsx": book(("五华区", ROWS), ("盘龙区", [ROWS[0], ["C", "丙", 1]])),
    "book_notes_sheet.xlsx": book(("填表说明", [["请逐行填写"]]), ("台账", ROWS)),
    "book_real_dates.xlsx": book(
        (
            "表",
            [
                ["小区编码", "服务模式", "服务起始日期"],
                ["A", "无物业", dt.date(2024, 5, 31)],
                ["B", "无物业", "2024-5-31"],
            ],
        )
    ),
    "book_formula_never_calculated.xlsx": book(
        ("表", [["小区编码", "户数"], ["A", "=5+5"], ["B", 20]])
    ),
    "book_failed_formulas.xlsx": book(
        ("表", [["小区编码", "户数"], ["A", "#REF!"], ["B", "#N/A"], ["C", 20]])
    ),
    "book_yes_no_as_booleans.xlsx": book(
        ("表", [["小区编码", "是否城镇"], ["A", True], ["B", "√"], ["C", "大概"]])
    ),
    # By hand
    "book_claims_every_cell.xlsx": raw(HEADER + FIRST, "A1:XFD1048576"),
    "book_blank_formatted_last_cell.xlsx": raw(cell_in_last_place(' s="0"/>')),
    "book_value_in_last_cell.xlsx": raw(cell_in_last_place("><v>1</v></c>")),
    "book_1196_columns.xlsx": raw(f'<row r="1">{text("A1", "小区编码")}{WIDE}</row>'),
    "book_entity_bomb.xlsx": raw(HEADER + FIRST, head=BOMB),
    "book_zip_bomb.xlsx": raw(HEADER + FIRST + " " * 40_000_000),
    "book_zip_bomb_that_lies.xlsx": lying(),
    "book_zip_overlapping.xlsx": overlapping(),
    "book_one_text_10000_times.xlsx": repeated_long_text(),
    "book_macros.xlsm": raw(HEADER + FIRST, **{"xl/vbaProject.bin": b"Sub Auto_Open()"}),
    "book_external_link.xlsx": raw(
        HEADER + FIRST,
        **{"xl/externalLinks__externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>'},
    ),
    "book_cut_off.xlsx": book(("台账", ROWS))[:3000],
    "book_locked.xlsx": OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512),
    # Wrong names
    "workbook_named_xls.xls": book(("台账", ROWS)),
    "workbook_named_csv.csv": book(("台账", ROWS)),
    "csv_named_xlsx.xlsx": "小区编码,小区名称\nA,甲\n".encode("gbk"),
    "tabs_named_xls.xls": "小区编码\t小区名称\nA\t甲\n".encode("gbk"),
    "html_named_xls.xls": HTML.encode("gbk"),
    "html_without_table.xls": "<html><body>登录超时</body></html>".encode(),
    "xml_2003_named_xls.xls": XML_2003.encode(),
    "mhtml_named_xls.xls": b"MIME-Version: 1.0\nContent-Type: multipart/related\n",
    "pdf_named_xlsx.xlsx": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "xlsb_named_xlsx.xlsx": packed({"xl/workbook.bin": b"\x83\x01\x00"}),
    "word_named_xlsx.xlsx": packed({"word/document.xml": "<document/>"}),
}


def _writer(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


FILES: dict[str, Callable[[Path], None]] = {name: _writer(data) for name, data in CONTENT.items()}
