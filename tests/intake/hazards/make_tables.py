"""Ledgers, companies, projects, committees and divisions as text: what offices type."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

A_COMPANY = "91350100M000100Y43"

LEDGER = "小区编码,小区名称,区划代码,建筑面积(㎡),户数,服务模式,服务起始日期,服务终止日期"

TEXTS: dict[str, str] = {
    # Quotes, codes, persons, committees
    "quote_never_closed.csv": """小区编码,小区名称
A,甲
B,"乙
C,丙
""",
    "quote_closed_rows_later.csv": """小区编码,小区名称
A,"甲
B,乙
C,"丙"
D,丁
""",
    "quote_over_two_lines.csv": """小区编码,小区名称,地址
A,甲,"人民路1号
后门"
B,乙,人民路2号
""",
    "codes_differ_in_case.csv": """小区编码,小区名称
a04,甲
A04,乙
B05,丙
ｂ05,丁
C06,戊
""",
    "code_of_the_register_in_other_case.csv": """小区编码,小区名称
c06,戊
D07,己
""",
    "chairman_under_committee.csv": """小区编码,小区名称,业委会
A,甲,张三
B,乙,换届中
C,丙,任期内
D,丁,王小明、李四
E,戊,筹备中
""",
    "names_in_free_text.csv": """小区编码,小区名称,情况说明
A,甲,刘勇反映停水
B,乙,车主反映停车难
C,丙,经王小明投诉后整改
D,丁,华山社区反映消防通道被占
E,戊,安全要求未达标，党员反映照明不足
"""
    + "".join(f"F{place},第{place}小区,路灯已修\n" for place in range(9)),
    "committee_ends_first.csv": """小区编码,类型,备案日期,任期起,任期止,终止日期
A,业主委员会,2022-05-01,2022-05-01,2021-04-30,
B,业主委员会,2022-05-01,2022-05-01,2027-04-30,2022-04-01
C,业主委员会,2022-05-01,2022-05-01,2027-04-30,
""",
    "more_party_members_than_seats.csv": """小区编码,类型,备案日期,委员数,党员委员数,社区两委成员数
A,业主委员会,2022-05-01,5,7,1
B,业主委员会,2022-05-01,5,5,5
C,业主委员会,2022-05-01,5,0,6
""",
    # Values
    "values_unreadable.csv": f"""{LEDGER}
A,甲,530102,1000,10,市场化物业,2022-01-01,
B,乙,530102,很大,10,市场化物业,2022-01-01,
C,丙,530102,1000,十来户,市场化物业,2022-01-01,
D,丁,530102,1000,10,有人管,2022-01-01,
E,戊,53010,1000,10,无物业,2022-01-01,
""",
    "numerals_half_typed.csv": """小区编码,户数
A,万
B,千
C,一千二
D,十二
E,3百
""",
    "values_out_of_range.csv": """小区编码,建成年份,建筑面积(㎡),户数
A,1066,100,1
B,1999,-100,1
C,1999,1e30,1
D,1999,100,999999999
E,1999,0,1
F,1999,100,0
""",
    "required_code_blank.csv": """小区编码,小区名称
A,甲
,乙
 ,丙
""",
    "dates_impossible.csv": """小区编码,服务模式,服务起始日期
A,无物业,2024-02-30
B,无物业,2024-13-01
C,无物业,去年
D,无物业,2024-02-29
""",
    "dates_in_full_width.csv": """小区编码,服务模式,服务起始日期
A,无物业,２０２４年５月３１日
B,无物业,2024/5/31
C,无物业,2024.05.31
D,无物业,20240531
""",
    "numbers_in_full_width.csv": """小区编码,建筑面积(㎡),户数
A,"１２,３４５.６",１２０
B,1.2万㎡,"1,200"
""",
    "header_in_wan.csv": """小区编码,建筑面积（万㎡）
A,12.5
B,3000㎡
""",
    "header_in_mu.csv": """小区编码,建筑面积(亩)
A,12.5
""",
    # Rows
    "totals_among_rows.csv": """小区编码,小区名称,户数
A,甲,10
小 计,,10
B,乙,20
,合计：,30
""",
    "blank_rows.csv": """小区编码,小区名称

A,甲
,
B,乙

""",
    "periods_overlap.csv": """小区编码,服务模式,服务起始日期,服务终止日期
A,市场化物业,2022-01-01,2024-06-01
A,无物业,2024-01-01,2025-01-01
B,无物业,2024-01-01,2024-06-01
B,社区托管,2024-06-01,
""",
    "period_ends_first.csv": """小区编码,服务模式,服务起始日期,服务终止日期
A,无物业,2024-01-01,2023-01-01
B,无物业,2024-01-01,2024-01-01
""",
    "period_undated_beside_dated.csv": """小区编码,服务模式,服务起始日期
A,市场化物业,2022-01-01
A,无物业,
""",
    "rows_twice.csv": """小区编码,小区名称,服务模式,服务起始日期
A,甲,无物业,2024-01-01
A,甲,无物业,2024-01-01
""",
    "rows_disagree.csv": """小区编码,户数,服务模式,服务起始日期
A,100,市场化物业,2022-01-01
A,120,无物业,2024-01-01
""",
    # Headers
    "header_under_title.csv": """五华区小区台账,,
制表日期：2024-05-31,,
小区编码,小区名称,户数
A,甲,10
""",
    "header_semicolon_under_title.csv": """五华区小区台账
小区编码;小区名称;户数
A;甲;10
B;乙,东区;20
""",
    "header_english.csv": """code,name,division,service_mode,service_from
A,甲,530102,市场化物业,2022-01-01
""",
    "header_missing_code.csv": """小区名称,户数
甲,10
""",
    "header_of_nothing_known.csv": """品名,数量
苹果,3
""",
    "header_twice_the_same.csv": """小区编码,户数,户数
A,10,20
""",
    "header_only.csv": "小区编码,小区名称\n",
    "row_longer_than_header.csv": """小区编码,小区名称
A,甲,多出来的,一格
""",
    "quotes_over_lines.csv": '小区编码,小区名称,地址\nA,甲,"一号\n二号"\nB,"乙""东""",三号\n',
    "personal_columns.csv": """小区编码,小区名称,联系电话,备注
A,甲,13888888888,好
B,乙,13999999999,好
""",
    "formulas_as_text.csv": """小区编码,小区名称,户数
A,=HYPERLINK("x"),10
B,@乙,+20
""",
    # Companies, projects, committees, divisions
    "company_check_digit.csv": f"""统一社会信用代码,企业名称,企业类型
{A_COMPANY},甲物业,市场
91350100M000100Y44,乙物业,市场
91350100m000100y4,丙物业,国有
""",
    "company_kind_unknown.csv": f"""统一社会信用代码,企业名称,企业类型
{A_COMPANY},甲物业,联营
""",
    "company_party_date_alone.csv": f"""统一社会信用代码,党组织形式,党组织成立日期
{A_COMPANY},,2022-01-01
""",
    "project_share_as_percent_number.csv": f"""项目编码,统一社会信用代码,收缴率
P,{A_COMPANY},65
Q,{A_COMPANY},65%
R,{A_COMPANY},0.65
""",
    "project_on_several_areas.csv": f"""项目编码,统一社会信用代码,管理区域编码
P,{A_COMPANY},A2、A1
Q,{A_COMPANY},B1
Q,{A_COMPANY},B2
""",
    "project_fee_a_year.csv": f"""项目编码,统一社会信用代码,物业费(元/㎡·年)
P,{A_COMPANY},24
""",
    "committee_without_subject.csv": """小区编码,管理区域编码,类型,备案日期
A,,业主委员会,2021-01-01
,,业主委员会,2021-01-01
""",
    "committee_term_backwards.csv": """小区编码,类型,备案日期,任期起,任期止
A,业主委员会,2021-01-01,2021-01-01,2020-12-31
B,业主委员会,2021-01-01,2021-01-01,2025-12-31
""",
    "committee_for_ever.csv": """小区编码,类型,备案日期,任期止
A,业主委员会,2021-01-01,9999-12-31
""",
    "divisions_short_code.csv": """区划代码,名称
530102,五华区
53010,五华
530102001000,华山街道
""",
}
"""UTF-8 without a mark, lines ended by a line feed."""

PLAIN = "小区编码,小区名称,户数\nA,翠湖小区,10\nB,圆通小区,20\n"
TRADITIONAL = "小區編碼,小區名稱,戶數\nA,翠湖小區,10\n"

BYTES: dict[str, bytes] = {
    "encoding_utf8_mark.csv": codecs.BOM_UTF8 + PLAIN.encode(),
    "encoding_gbk.csv": PLAIN.encode("gbk"),
    "encoding_gb18030.csv": PLAIN.replace("圆通", "㐂𠮷").encode("gb18030"),
    "encoding_utf16_mark.csv": PLAIN.encode("utf-16"),
    "encoding_utf16_big.csv": codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
    "encoding_utf16_unmarked.csv": PLAIN.encode("utf-16-le"),
    "encoding_big5.csv": TRADITIONAL.encode("big5"),
    "encoding_none.csv": b"\xff\xff\xff,\x80\n",
    "line_ends_of_old_mac.csv": PLAIN.replace("\n", "\r").encode(),
    "nul_bytes.csv": PLAIN.replace("翠湖", "翠\0湖").encode(),
    "nul_bytes_only.csv": bytes(4096),
    "empty.csv": b"",
}


def _writer(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


FILES: dict[str, Callable[[Path], None]] = {
    name: _writer(data)
    for name, data in ({name: text.encode() for name, text in TEXTS.items()} | BYTES).items()
}
