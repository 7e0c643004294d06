"""Cases: gates one by one, what 进场 does to coverage, and what an undo does to a case."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from geo.action_plan import Definition
from geo.cases.opening import open_cases, wanted_of
from geo.cases.reading import get, listed
from geo.cases.record import latest_start
from geo.coverage import coverage
from geo.errors import InputError, NotFound, StepRefused, UsageError
from geo.register.store import Register
from geo.snapshot.build import Snapshots
from geo.snapshot.file import Snapshot
from geo.terms import MODES


def share(snapshot: Snapshot) -> tuple[int, int]:
    total = coverage(snapshot, "I1", "prefecture", definition=Definition()).total
    return total.numerator, total.denominator


def state_of(snapshot: Snapshot, code: str) -> tuple[str, str | None]:
    row = snapshot.column("compounds", "code").tolist().index(code)
    mode = MODES[int(snapshot.column("compounds", "mode")[row])]
    return mode, snapshot.column("compounds", "project")[row]


def test_a_case_from_suggestion_to_first_day(desk: Any) -> None:
    assert desk.open().numbers == {"A": 1}
    desk.through("进场")
    case = get(desk.register, 1)
    assert [step.state for step in case.steps] == [
        "建议", "街道受理", "企业意愿", "征求意见", "表决", "合同", "承接查验", "进场",
    ]  # fmt: skip
    assert case.progress.closed
    assert case.progress.allowed == ()
    assert case.steps[4].figures["taking_part_area_m2"] == 7000
    assert case.steps[-1].figures == {"mode": "国有物业", "project": "P"}
    assert {step.author for step in case.steps} == {"tester"}
    kinds = {row["number"]: row["kind"] for row in desk.register.changes()}
    assert all(kinds[step.change] == "case" for step in case.steps)
    assert len({step.change for step in case.steps}) == 8
    words = case.as_json()
    assert (words["compound_name"], words["project_name"]) == ("甲苑", "新苑项目")
    assert words["division"] == "530102001"


def test_coverage_changes_at_entry_only_and_from_its_day(desk: Any, snapshots: Snapshots) -> None:
    before, first, later = (dt.date(2025, 3, day) for day in (6, 7, 8))
    desk.open()
    desk.through("承接查验")
    seen = {day: snapshots.get(day) for day in (before, first, later)}
    assert {share(one) for one in seen.values()} == {(60_000_00, 90_000_00)}
    known = desk.register.known_change()
    desk.step("进场", "2025-03-07")
    assert share(snapshots.get(before)) == (60_000_00, 90_000_00)
    assert state_of(snapshots.get(before), "A") == ("无物业", None)
    for day in (first, later):
        assert share(snapshots.get(day)) == (70_000_00, 90_000_00)
        assert state_of(snapshots.get(day), "A") == ("国有物业", "P")
        # What was known before stays what it was.
        assert snapshots.build(day, known).id == seen[day].id


def test_until_entry_no_step_touches_a_fact(desk: Any, snapshots: Snapshots) -> None:
    day = dt.date(2026, 6, 30)
    seen = snapshots.get(day).id
    desk.open()
    desk.through("承接查验")
    desk.open("B")
    desk.step("搁置", number=2)
    desk.step("恢复", number=2)
    desk.step("否决", number=2)
    assert snapshots.get(day).id == seen


def test_undoing_entry_puts_case_and_coverage_back(desk: Any, snapshots: Snapshots) -> None:
    day = dt.date(2025, 12, 31)
    desk.open()
    desk.through("承接查验")
    seen = snapshots.get(day).id
    desk.step("进场", "2025-03-07")
    counted = snapshots.get(day).id
    change = get(desk.register, 1).steps[-1].change
    undone = desk.register.undo(change, "tester")
    case = get(desk.register, 1)
    assert case.progress.state == "承接查验"
    assert snapshots.get(day).id == seen != counted
    # Taking the undo back brings both again, and the case is closed as it was.
    desk.register.undo(undone, "tester")
    assert get(desk.register, 1).progress.closed
    assert snapshots.get(day).id == counted


def test_undo_refuses_what_later_steps_build_on(desk: Any) -> None:
    desk.open()
    desk.through("企业意愿")
    steps = get(desk.register, 1).steps
    for step in steps[:-1]:
        with pytest.raises(InputError, match="从新到旧"):
            desk.register.undo(step.change, "tester")
    desk.register.undo(steps[-1].change, "tester")
    assert get(desk.register, 1).progress.state == "街道受理"
    desk.register.undo(steps[1].change, "tester")
    desk.register.undo(steps[0].change, "tester")
    with pytest.raises(NotFound):
        get(desk.register, 1)
    # A number is never given twice.
    assert desk.open().numbers == {"A": 2}


def test_undoing_the_undo_of_an_opening_refuses_two_open_cases(desk: Any) -> None:
    opening = desk.open().change
    undone = desk.register.undo(opening, "tester")
    desk.open()
    with pytest.raises(InputError):
        desk.register.undo(undone, "tester")


def test_undo_of_entry_refuses_when_a_ledger_built_on_it(desk: Any, import_csv: Any) -> None:
    desk.open()
    desk.through("进场")
    import_csv(
        "ledger",
        "小区编码,区划代码,服务模式,服务起始日期,物业项目编码",
        "A,530102001,市场化物业,2025-03-07,Q",
    )
    with pytest.raises(InputError, match="从新到旧"):
        desk.register.undo(get(desk.register, 1).steps[-1].change, "tester")
    assert get(desk.register, 1).progress.closed


def test_a_later_ledger_with_an_open_period_leaves_the_entry(
    desk: Any, import_csv: Any, snapshots: Snapshots
) -> None:
    desk.open()
    desk.through("进场")
    import_csv("ledger", "小区编码,区划代码,服务模式,服务起始日期", "A,530102001,无物业,2018-01-01")
    assert state_of(snapshots.get(dt.date(2025, 12, 31)), "A") == ("国有物业", "P")


@pytest.mark.parametrize("state", ["企业意愿", "表决", "进场", "恢复", "建议"])
def test_no_state_is_skipped(desk: Any, state: str) -> None:
    desk.open()
    with pytest.raises(StepRefused, match="下一步可以是：街道受理"):
        desk.step(state)
    assert len(get(desk.register, 1).steps) == 1


def test_dates_do_not_go_backwards_and_are_not_to_come(desk: Any) -> None:
    desk.open(on="2025-02-01")
    with pytest.raises(StepRefused, match="早于上一步"):
        desk.step("街道受理", "2025-01-31")
    with pytest.raises(StepRefused, match="尚未到来"):
        desk.step("街道受理", "2027-01-01")
    assert desk.step("街道受理", "2025-02-01").progress.state == "街道受理"


def test_aside_and_back_where_it_was(desk: Any) -> None:
    desk.open()
    desk.through("企业意愿")
    assert desk.step("搁置", "2025-04-01").progress.state == "搁置"
    with pytest.raises(StepRefused):
        desk.step("征求意见", "2025-04-02")
    assert desk.step("恢复", "2025-05-01").progress.state == "企业意愿"
    assert desk.step("征求意见", "2025-05-01").progress.state == "征求意见"


def test_rejected_is_closed_and_another_case_may_follow(desk: Any) -> None:
    desk.open()
    with pytest.raises(StepRefused, match="没有写明理由"):
        desk.step("否决", reason=" ")
    assert desk.step("否决").progress.closed
    with pytest.raises(StepRefused, match="已否决"):
        desk.step("街道受理")
    assert desk.open(on="2025-04-01").numbers == {"A": 2}


def test_evidence_is_asked_for(desk: Any) -> None:
    desk.open()
    with pytest.raises(StepRefused, match="没有写明依据"):
        desk.step("街道受理", evidence=None)


@pytest.mark.parametrize(
    "words",
    [
        "联系人：张三丰",
        "见 13888888888",
        "530102199001011234 签收",
        "https://example.org/1",
        "www.example.org",
    ],
    ids=["named", "phone", "identity_number", "address", "bare_address"],
)
@pytest.mark.parametrize("field", ["evidence", "reason"])
def test_no_personal_data_and_no_addresses(desk: Any, words: str, field: str) -> None:
    desk.open()
    with pytest.raises(StepRefused, match="未记入"):
        desk.step("搁置", **{field: words})
    with desk.register.connect() as connection:
        assert connection.execute("select count(*) as n from case_step").fetchone() == {"n": 1}


@pytest.mark.parametrize(
    ("figures", "error", "words"),
    [
        ({"project": "Q"}, StepRefused, "同一家企业"),
        ({"project": "R"}, StepRefused, "同一家企业"),
        ({"project": "X"}, NotFound, "物业项目 X"),
        ({"contract_to": "2024-12-31"}, UsageError, "早于合同起"),
        ({"contract_to": "年底"}, UsageError, "不是日期"),
    ],
    ids=["other_company", "company_unknown", "unknown", "ends_first", "no_date"],
)
def test_a_contract_is_with_the_host(
    desk: Any, figures: dict[str, str], error: type[Exception], words: str
) -> None:
    desk.open()
    desk.through("表决")
    good = {"project": "P", "contract_from": "2025-01-01", "contract_to": "2027-12-31"}
    with pytest.raises(error, match=words):
        desk.step("合同", "2025-04-02", figures={**good, **figures})


def test_a_project_of_its_own_and_entry_within_the_contract(
    desk: Any, snapshots: Snapshots
) -> None:
    desk.open()
    desk.through("表决")
    desk.step(
        "合同", "2025-04-02",
        figures={"project": "P2", "contract_from": "2025-05-01", "contract_to": "2027-12-31"},
    )  # fmt: skip
    desk.step("承接查验", "2025-04-03", figures={"result_published": False})
    with pytest.raises(StepRefused, match="合同期"):
        desk.step("进场", "2025-04-30")
    desk.step("进场", "2025-05-01")
    assert state_of(snapshots.get(dt.date(2025, 5, 1)), "A") == ("国有物业", "P2")


def test_mode_of_a_company_of_no_known_kind(desk: Any) -> None:
    desk.open("B", "R")
    desk.through("表决")
    contract = {"project": "R", "contract_from": "2025-01-01", "contract_to": "2027-12-31"}
    desk.step("合同", "2025-03-05", figures=contract)
    desk.step("承接查验", "2025-03-06")
    with pytest.raises(StepRefused, match="企业类型不明"):
        desk.step("进场", "2025-03-07")
    with pytest.raises(UsageError, match="服务模式"):
        desk.step("进场", "2025-03-07", figures={"mode": "代管"})
    done = desk.step("进场", "2025-03-07", figures={"mode": "公益性物业"})
    assert done.steps[-1].figures == {"mode": "公益性物业", "project": "R"}


@pytest.mark.parametrize(
    ("compound", "project", "error", "words"),
    [
        ("N", "P", StepRefused, "已有物业服务"),
        ("X", "P", NotFound, "没有小区 X"),
        ("A", "X", NotFound, "没有物业项目 X"),
    ],
)
def test_what_can_not_be_opened(
    desk: Any, compound: str, project: str, error: type[Exception], words: str
) -> None:
    done = desk.open(compound, project)
    assert (done.numbers, done.change) == ({}, None)
    assert words in done.refused[compound]
    assert desk.register.changes()[0]["kind"] == "projects"


def test_one_open_case_a_compound(desk: Any) -> None:
    desk.open()
    assert "未结的案件 1" in desk.open().refused["A"]


def test_cases_of_a_plan(desk: Any) -> None:
    plan = {
        "plan": "f" * 64,
        "suggestions": [{"compound": code, "project": "P", "name": code} for code in "ANB"],
    }
    done = open_cases(
        desk.register, wanted_of(plan), author="t",
        on=dt.date(2025, 2, 1), today=dt.date(2025, 2, 1),
    )  # fmt: skip
    assert done.numbers == {"A": 1, "B": 2}
    assert set(done.refused) == {"N"}
    case = get(desk.register, 2)
    assert case.suggestion == {"compound": "B", "project": "P", "name": "B"}
    assert case.steps[0].evidence == f"方案 {'f' * 12}"
    assert [one.compound for one in wanted_of(plan, ["B"])] == ["B"]
    with pytest.raises(NotFound):
        wanted_of(plan, ["C"])
    with pytest.raises(InputError):
        wanted_of({"suggestions": []} | {"plan": 1, "suggestions": [{}]})
    # One change opened both, so one undo takes both back.
    desk.register.undo(done.change, "t")
    assert listed(desk.register) == []


def test_listing(desk: Any) -> None:
    desk.open()
    desk.open("B")
    known = desk.register.known_change()
    desk.step("搁置", number=2)
    numbers = lambda **words: [case.number for case in listed(desk.register, **words)]  # noqa: E731
    assert numbers() == [1, 2]
    assert numbers(division="530102") == [1]
    assert numbers(division="53") == [1, 2]
    assert numbers(state="搁置") == [2]
    assert numbers(state="建议", known=known) == [1, 2]


@pytest.mark.parametrize(
    ("months", "day"), [(0, "2025-12-31"), (3, "2025-09-30"), (6, "2025-06-30"), (10, "2025-02-28")]
)
def test_latest_start(months: int, day: str) -> None:
    assert latest_start(months).isoformat() == day


@pytest.mark.parametrize(
    "statement",
    [
        "update case_step set state = '进场'",
        "update takeover_case set project = 'Q'",
        "delete from case_step",
        "update case_step set known = int8range(1, null)",
    ],
)
def test_the_database_keeps_steps_as_they_were_written(desk: Any, statement: str) -> None:
    desk.open()
    with (
        desk.register.connect() as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
        connection.transaction(),
    ):
        connection.execute(statement.encode())


def test_two_clerks_at_once(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open()
    desk.step("街道受理")
    stale = get(desk.register, 1)
    desk.step("企业意愿")
    monkeypatch.setattr("geo.cases.stepping.get", lambda *_: stale)
    with pytest.raises(StepRefused, match="刚刚被他人改动"):
        desk.step("企业意愿")
    assert isinstance(desk.register, Register)


def test_what_is_made_up_stays_marked(desk: Any, import_csv: Any) -> None:
    import_csv("ledger", "小区编码,服务模式", "M,无物业", file="示例数据_台账.csv")
    desk.open("M")
    desk.step("街道受理")
    desk.open("A")
    marks = [row["made_up"] for row in desk.register.changes() if row["kind"] == "case"]
    assert marks == [False, True, True]


def test_two_who_open_the_same_case_at_once(desk: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: desk.open(), range(4)))
    assert sorted(len(one.numbers) for one in done) == [0, 0, 0, 1]
    assert [case.number for case in listed(desk.register)] == [1]


def test_two_who_take_the_same_step_at_once(desk: Any) -> None:
    desk.open()

    def step(_: int) -> bool:
        try:
            desk.step("街道受理")
        except StepRefused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(step, range(4))) == 1
    assert [one.state for one in get(desk.register, 1).steps] == ["建议", "街道受理"]
