"""What becomes of a table's rows: verdicts, periods, totals, repeated rows, cells of any kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.intake.load import Options, import_file
from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
Rows = Callable[[Register, str], list[dict[str, Any]]]
Verdicts = Callable[[Outcome], dict[str, int]]
USCC = "91350100M000100Y43"


def test_good_rows_load_though_others_are_held(
    import_csv: Import, register: Register, rows: Rows, verdicts: Verdicts
) -> None:
    outcome = import_csv(
        "ledger",
        "小区编码,小区名称,区划代码,建筑面积(㎡),服务模式",
        "A,甲,530102,1000,市场化物业",
        "B,乙,53010,1000,市场化物业",
        ",丙,,1000,无物业",
        "D,丁,530102,千,无物业",
        "E,戊,530102,1000,有",
        file="台账.csv",
    )
    assert verdicts(outcome) == {"loaded": 1, "quarantined": 4}
    assert outcome.exit_code == 3
    found = {(item.row, item.column, item.value) for item in outcome.findings.found}
    assert found == {
        (3, "区划代码", "53010"),
        (4, "小区编码", ""),
        (5, "建筑面积(㎡)", "千"),
        (6, "服务模式", "有"),
    }
    assert all(item.sheet == "台账" and item.remedy for item in outcome.findings.found)
    assert rows(register, "select code from compound") == [{"code": "A"}]


def test_periods_of_one_compound(
    import_csv: Import, register: Register, rows: Rows, verdicts: Verdicts
) -> None:
    outcome = import_csv(
        "ledger",
        "小区编码,户数,服务模式,服务起始日期,服务终止日期",
        "A,100,市场化物业,2022-01-01,",
        "A,120,无物业,2024-01-01,2024-06-01",
        "A,120,社区托管,2024-05-01,",
        "B,,无物业,2024-01-01,2023-01-01",
    )
    assert verdicts(outcome) == {"loaded": 1, "warned": 1, "quarantined": 2}
    assert {item.rule for item in outcome.findings.found} == {
        "overlapping_periods", "ends_before_it_begins", "rows_disagree",
    }  # fmt: skip
    found = rows(register, "select mode, valid::text from service_status order by valid")
    assert [tuple(row.values()) for row in found] == [
        ("市场化物业", "[2022-01-01,2024-01-01)"),
        ("无物业", "[2024-01-01,2024-06-01)"),
    ]
    assert rows(register, "select households from compound where code = 'A'") == [
        {"households": 120}
    ]


def test_same_file_twice_is_a_no_op(
    import_csv: Import, register: Register, verdicts: Verdicts
) -> None:
    lines = ("小区编码,小区名称,服务模式,服务起始日期", "A,甲,市场化物业,2022-01-01")
    assert verdicts(import_csv("ledger", *lines, file="a.csv")) == {"loaded": 1}
    again = import_csv("ledger", *lines, file="a.csv")
    assert verdicts(again) == {"unchanged": 1}
    assert again.change is None
    assert len(register.changes()) == 1


CELLS = st.one_of(
    st.none(), st.sampled_from(["", "A", "甲", "530102", "2024-01-01", "市场化物业", "-1", "1e99", "=1"]),
    st.text(max_size=8),
)  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8))
def test_any_cells_get_verdicts_that_add_up(
    register: Register, tmp_path: Path, table: list[list[str | None]], verdicts: Verdicts
) -> None:
    headers = ["小区编码", "区划代码", "户数", "服务模式", "服务起始日期", "服务终止日期", "随便"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(headers)
    read = 0
    for line in table:
        clean = [
            None if cell is None else "".join(c for c in cell if c.isprintable()) for cell in line
        ]
        sheet.append(["'" + cell if cell and cell[0] in "=" else cell for cell in clean])
        read += any(cell not in {None, ""} for cell in clean)
    path = tmp_path / "any.xlsx"
    book.save(path)
    outcome = import_file(register, "ledger", path, Options(again=True))
    assert sum(outcome.counts.values()) == len(outcome.verdicts) == read
    assert verdicts(import_file(register, "ledger", path, Options(again=True))).keys() <= {
        "unchanged", "quarantined", "skipped",
    }  # fmt: skip


def test_totals_are_skipped(import_csv: Import, register: Register, rows: Rows) -> None:
    outcome = import_csv(
        "ledger", "小区编码,小区名称,户数", "A,甲,10", "小 计,,10", ",合计：,10", "B,乙,何时"
    )
    assert outcome.verdicts == ["loaded", "skipped", "skipped", "quarantined"]
    assert rows(register, "select code from compound") == [{"code": "A"}]


def test_ledgers_of_several_years_come_in_any_order(
    new_register: Callable[[], Register], tmp_path: Path, rows: Rows
) -> None:
    header = "小区编码,服务模式,服务起始日期"
    files = {
        "2022": "A,市场化物业,2022-01-01",
        "2024": "A,无物业,2024-01-01",
        "undated": "A,社区托管,",
    }
    seen = []
    for order in (
        ["2022", "2024", "undated"],
        ["undated", "2024", "2022"],
        ["2024", "undated", "2022"],
    ):
        register = new_register()
        for name in order:
            path = tmp_path / f"{name}.csv"
            path.write_text(f"{header}\n{files[name]}\n", "utf-8")
            import_file(register, "ledger", path)
        seen.append(
            rows(
                register,
                "select mode, valid::text from service_status where upper_inf(known) order by valid",
            )
        )
    assert seen[0] == seen[1] == seen[2]
    assert [tuple(row.values()) for row in seen[0]] == [
        ("社区托管", "(,2022-01-01)"),
        ("市场化物业", "[2022-01-01,2024-01-01)"),
        ("无物业", "[2024-01-01,)"),
    ]


def test_undated_row_beside_dated_ones_is_held(import_csv: Import) -> None:
    outcome = import_csv(
        "ledger", "小区编码,服务模式,服务起始日期",
        "A,市场化物业,2022-01-01", "A,无物业,", "A,市场化物业,2022-01-01", "B,无物业,",
    )  # fmt: skip
    assert outcome.verdicts == ["loaded", "quarantined", "skipped", "loaded"]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("ledger", ["小区编码,建筑面积(㎡)", "A,1e30"]),
        ("ledger", ["小区编码,备注说明", "A,a\x00b"]),
        ("ledger", ["小区编码,备注说明", "A," + "长" * 200_000]),
        ("committees", ["小区编码,类型,备案日期,任期止", "A,业主委员会,2023-01-01,9999-12-31"]),
        ("companies", ["统一社会信用代码,党建指导员,指导员止", f"{USCC},是,9999-12-31"]),
    ],
    ids=["huge_number", "nul", "huge_cell", "term_for_ever", "instructor_for_ever"],
)
def test_one_odd_cell_never_takes_the_file_down(
    import_csv: Import, kind: str, lines: list[str]
) -> None:
    assert sum(import_csv(kind, *lines).counts.values()) == 1


def test_values_that_are_not_used_are_said(import_csv: Import) -> None:
    outcome = import_csv("ledger", "小区编码,服务起始日期,服务模式", "A,2022-01-01,")
    assert [item.rule for item in outcome.findings.found] == ["loose_date"]
    outcome = import_csv(
        "companies", "统一社会信用代码,党组织形式,党组织成立日期", f"{USCC},,2022-01-01"
    )
    assert [item.rule for item in outcome.findings.found] == ["loose_date"]
    outcome = import_csv(
        "ledger", "小区编码,业委会状态,备案日期", "B,已备案,", "C,换届中,2022-01-01"
    )
    assert [item.rule for item in outcome.findings.found] == [
        "committee_not_filed",
        "committee_undated",
    ]


def test_a_division_that_nobody_knows_is_warned_where_others_are_listed(
    import_csv: Import,
) -> None:
    import_csv("divisions", "区划代码,名称", "530102,五华区", "530103,盘龙区")
    outcome = import_csv(
        "ledger", "小区编码,区划代码", "A,530102", "B,530199", "C,530102001", "D,540102"
    )
    assert [(item.rule, item.row) for item in outcome.findings.found] == [("unknown_division", 3)]
    assert outcome.counts["warned"] == 1


def test_a_code_below_a_division_that_nobody_knows_is_warned_too(import_csv: Import) -> None:
    import_csv(
        "divisions", "区划代码,名称",
        "53,云南省", "5301,昆明市", "530102,五华区", "530102001,华山街道", "5329,大理州",
        "532901,大理市", "42,湖北省", "4201,武汉市", "429004,仙桃市",
    )  # fmt: skip
    rows = {
        "539999999999": "53",  # no such prefecture
        "530199001": "5301",  # no such county
        "530102999001": "530102",  # no such street
        "530102002": "530102",
        "530102001001": None,  # of this street nobody has loaded communities
        "532901001001": None,  # nor streets of this county
        "429004001": None,  # its county stands without a prefecture
        "310115": None,  # another province
        "5329": None,
    }
    outcome = import_csv(
        "ledger", "小区编码,区划代码", *(f"X{row},{code}" for row, code in enumerate(rows))
    )
    warned = [item for item in outcome.findings.found if item.rule == "unknown_division"]
    assert [(item.value, item.row) for item in warned] == [
        (code, row) for row, (code, above) in enumerate(rows.items(), start=2) if above
    ]
    for item, above in zip(warned, filter(None, rows.values()), strict=True):
        assert f"上级 {above} 之内" in item.message
        assert "wuye" not in item.remedy
