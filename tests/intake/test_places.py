from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geo.intake.load import Options, import_file
from geo.intake.mapping import SavedMapping
from geo.intake.places import Places, division_of_path
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]

NAMES = {
    "53": "云南省", "5301": "昆明市", "530102": "五华区", "530103": "盘龙区",
    "530128": "禄劝彝族苗族自治县", "530102001": "华山街道", "530102009": "城东街道",
    "530103009": "城东街道", "530102001001": "文林社区居委会", "530102001002": "大村村委会",
    "5325": "红河哈尼族彝族自治州",
}  # fmt: skip
PLACES = Places(NAMES)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["云南省昆明市五华区华山街道"], ["530102001"]),
        (["五华区华山街道文林社区"], ["530102001001"]),
        (["五华区", "华山街道办事处", "文林社区居委会"], ["530102001001"]),
        (["昆明市 / 华山街道"], ["530102001"]),
        (["禄劝县"], ["530128"]),
        (["红河州"], ["5325"]),
        (["华山街道大村"], ["530102001002"]),
        (["城东街道"], ["530102009", "530103009"]),
        (["盘龙区城东街道"], ["530103009"]),
        (["五华区莲华街道"], []),
        (["五华"], []),
        ([""], []),
        ([], []),
    ],
)
def test_paths_of_names(words: list[str], codes: list[str]) -> None:
    assert division_of_path(words, PLACES) == codes


def test_a_name_is_told_by_the_division_it_is_in() -> None:
    assert division_of_path(["城东街道"], PLACES, "530103") == ["530103009"]


@pytest.fixture
def tree(import_csv: Import) -> None:
    import_csv("divisions", "code,name", *(f"{code},{name}" for code, name in NAMES.items()))


def codes(register: Register) -> dict[str, str | None]:
    with register.connect() as connection:
        rows = connection.execute("select code, division from compound").fetchall()
    return {row["code"]: row["division"] for row in rows}


@pytest.mark.usefixtures("tree")
def test_columns_of_names_give_a_code(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger", "小区编码,县（市、区）,所属街道,所属社区",
        "A,五华区,华山街道,文林社区", "B,,城东街道,", "C,盘龙区,城东街道,", "D,五华区,华山街道,无此社区",
        "E,某区,某街道,", "F,,,",
    )  # fmt: skip
    assert outcome.verdicts == ["loaded", "quarantined", "loaded", "warned", "warned", "loaded"]
    assert codes(register) == {
        "A": "530102001001", "C": "530103009", "D": "530102001", "E": None, "F": None,
    }  # fmt: skip
    held = next(item for item in outcome.findings.found if item.severity == "quarantined")
    assert "530102009" in held.message
    assert "530103009" in held.message


@pytest.mark.usefixtures("tree")
def test_names_in_the_column_of_codes(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger", "小区编码,区划代码", "A,五华区华山街道", "B,城东街道", "C,530102", "D,无此街道"
    )
    assert outcome.verdicts == ["loaded", "quarantined", "loaded", "quarantined"]
    assert codes(register) == {"A": "530102001", "C": "530102"}


@pytest.mark.usefixtures("tree")
def test_a_code_goes_before_the_names_beside_it(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger", "小区编码,区划代码,街道", "A,530103009,华山街道", "B,530103,城东街道"
    )
    assert [item.rule for item in outcome.findings.found] == ["division_disagrees"]
    assert codes(register) == {"A": "530103009", "B": "530103009"}


@pytest.mark.usefixtures("tree")
def test_a_constant_county_tells_which_street(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text("小区编码,街道\nA,城东街道\n", "utf-8")
    mapping = SavedMapping("ledger", constants={"division": "530103"})
    import_file(register, "ledger", path, Options(mapping=mapping))
    assert codes(register) == {"A": "530103009"}


def test_without_divisions_names_stay_notes(import_csv: Import, register: Register) -> None:
    outcome = import_csv("ledger", "小区编码,所属街道", "A,华山街道")
    assert outcome.verdicts == ["loaded"]
    with register.connect() as connection:
        (row,) = connection.execute("select division, notes from compound").fetchall()
    assert row == {"division": None, "notes": {"所属街道": "华山街道"}}


def test_several_companies_in_one_cell_are_said(import_csv: Import, tmp_path: Path) -> None:
    outcome = import_csv(
        "ledger",
        "小区编码,物业服务企业",
        "A,昆明甲物业有限公司、乙物业服务有限公司",
        "B,昆明甲、乙物业公司",
    )
    assert outcome.verdicts == ["warned", "loaded"]
    uscc = "91350100M000100Y43"
    outcome = import_csv("companies", "统一社会信用代码,企业名称", f"{uscc},甲物业公司；乙物业公司")
    assert outcome.verdicts == ["quarantined"]


def test_personal_cells_leave_no_trace(register: Register, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["小区编码", "地址", "依据", "网格", "户数"],
        ["A", "人民路1号 138 8888 8888", "合同", "张三", 10],
        ["B", "人民路2号", "联系人：李小红", "李四", "十几"],
        *([f"C{n}", "路", "合同", name, 1] for n, name in enumerate(["王五", "赵六", "孙七", "周八"])),
    ):  # fmt: skip
        sheet.append(line)
    book.save(tmp_path / "l.xlsx")
    outcome = import_file(register, "ledger", tmp_path / "l.xlsx")
    assert outcome.personal_columns == ["网格"]
    assert [item.rule for item in outcome.findings.found].count("personal") == 2
    assert outcome.counts["quarantined"] == 1
    with register.connect() as connection:
        texts = [
            str(connection.execute(f"select * from {table}".encode()).fetchall())
            for table in ("compound", "service_status", "held_row", "change")
        ]
    said = "".join([*texts, str(outcome.as_json())])
    assert not any(word in said for word in ("8888", "李小红", "张三", "孙七"))


def test_how_much_a_date_says_is_kept(import_csv: Import, register: Register) -> None:
    outcome = import_csv(
        "ledger", "小区编码,服务模式,服务起始日期,业委会备案日期,任期届满",
        "A,无物业,2022年5月,,", "A,市场化物业,2023年,,", "B,无物业,2022-05-01,2021-01-02,2025年6月",
    )  # fmt: skip
    assert outcome.counts["warned"] == 3
    assert {item.rule for item in outcome.findings.found} == {"date_precision"}
    with register.connect() as connection:
        rows = connection.execute("select code, notes from compound order by code").fetchall()
        (committee,) = connection.execute("select term_to::text as t from committee").fetchall()
    assert [row["notes"] for row in rows] == [
        {"日期精度": {"服务起始日期 2022-05-01": "月", "服务起始日期 2023-01-01": "年"}},
        {"日期精度": {"任期届满 2025-06-30": "月"}},
    ]
    assert committee == {"t": "2025-06-30"}
