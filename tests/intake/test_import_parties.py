"""Committees, companies and their projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geo.intake.verdicts import Outcome
from geo.register.store import Register

Import = Callable[..., Outcome]
Rows = Callable[[Register, str], list[dict[str, Any]]]
Verdicts = Callable[[Outcome], dict[str, int]]
USCC = "91350100M000100Y43"


def test_committees_last_through_the_last_day_of_their_term(
    import_csv: Import, register: Register, rows: Rows, verdicts: Verdicts
) -> None:
    outcome = import_csv(
        "committees",
        "小区编码,管理区域编码,类型,备案日期,任期起,任期止,终止日期",
        "A,,业主委员会,2021-01-01,2021-01-01,2025-12-31,",
        "B,,业主委员会,2021-01-01,,2025-12-31,2023-05-01",
        "A,,业主委员会,2025-07-01,,2030-06-30,",
        ",,业主委员会,2021-01-01,,,",
        "C,,业主委员会,,,,",
        ",Z,物业管理委员会,2021-01-01,,,",
    )
    assert verdicts(outcome) == {"loaded": 4, "quarantined": 2}
    found = rows(register, "select subject, valid::text from committee order by subject, valid")
    assert [tuple(row.values()) for row in found] == [
        ("A", "[2021-01-01,2025-07-01)"),
        ("A", "[2025-07-01,2030-07-01)"),
        ("B", "[2021-01-01,2023-05-01)"),
        ("Z", "[2021-01-01,)"),
    ]


def test_party_state_before_and_after_is_no(
    import_csv: Import, register: Register, rows: Rows
) -> None:
    import_csv(
        "companies",
        "统一社会信用代码,企业名称,党组织形式,党组织成立日期,撤销日期,党建指导员,指导员起",
        f"{USCC},甲物业,党支部,2023-01-01,2025-01-01,是,2022-06-01",
    )
    found = rows(register, "select form, valid::text from party_organisation order by valid")
    assert [tuple(row.values()) for row in found] == [
        ("无", "(,2023-01-01)"),
        ("党支部", "[2023-01-01,2025-01-01)"),
        ("无", "[2025-01-01,)"),
    ]
    found = rows(register, "select assigned, valid::text from party_instructor order by valid")
    assert [tuple(row.values()) for row in found] == [
        (False, "(,2022-06-01)"),
        (True, "[2022-06-01,)"),
    ]


def test_project_on_several_areas_may_take_a_row_each(
    import_csv: Import, register: Register, rows: Rows, verdicts: Verdicts
) -> None:
    outcome = import_csv(
        "projects",
        "项目编码,统一社会信用代码,管理区域编码,收缴率",
        f"P,{USCC},A1,80%",
        f"P,{USCC},A2,80%",
        f"Q,{USCC},,",
    )
    assert verdicts(outcome) == {"loaded": 2, "skipped": 1}
    found = rows(register, "select code, areas, collection_share::text from project order by code")
    assert [tuple(row.values()) for row in found] == [
        ("P", ["A1", "A2"], "0.8000"),
        ("Q", None, None),
    ]


def test_the_name_of_an_instructor_is_neither_kept_nor_shown(
    import_csv: Callable[..., Outcome], register: Register
) -> None:
    done = import_csv("companies", "统一社会信用代码,企业名称,党建指导员", f"{USCC},甲物业,张建国")
    assert done.counts["quarantined"] == 1
    with register.connect() as connection:
        (row,) = connection.execute("select cells::text, problems::text from held_row").fetchall()
    assert "张建国" not in str(row) + str(done.as_json())
    assert "（已隐去）" in str(row)
