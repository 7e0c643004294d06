from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError, NotFound, SupersededFile
from geo.intake.rows import span
from geo.register.retract import Complete
from geo.register.store import Origin, Register, Staged

DAY_0 = dt.date(2024, 1, 1)
DAYS = 12


def staged(table: str, *rows: dict[str, Any], **words: Any) -> Staged:
    frame = pd.DataFrame([{"valid": "(,)", **row} for row in rows])
    frame["seq"] = range(len(frame))
    frame["sheet"] = "台账"
    frame["row"] = [2 + place for place in range(len(frame))]
    frame["access_division"] = None
    return Staged(table, frame, **words)


def origin(file: str = "a.csv") -> Origin:
    return Origin("test", "tester", file, sha256=file)


def current(register: Register, statement: str) -> list[dict[str, Any]]:
    with register.connect() as connection:
        return connection.execute(statement.encode()).fetchall()


def test_blank_columns_keep_what_another_file_said(register: Register) -> None:
    register.write(
        origin("a"), [staged("compound", {"code": "A", "name": "甲", "households": "9"})]
    )
    register.write(origin("b"), [staged("compound", {"code": "A", "floor_area_m2": "1200.5"})])
    (row,) = current(register, "select * from compound where upper_inf(known)")
    assert (row["name"], row["households"], str(row["floor_area_m2"])) == ("甲", 9, "1200.50")
    assert row["change"] == 2
    assert row["inherited"] == {"name": [1, "台账", 2], "households": [1, "台账", 2]}


def test_real_change_is_not_written_over_the_years_before(register: Register) -> None:
    since = dt.date(2024, 1, 1)
    register.write(origin("a"), [staged("compound", {"code": "A", "households": "100"})])
    register.write(
        origin("b"),
        [staged("compound", {"code": "A", "households": "120", "valid": "[2024-01-01,)"}, effective=since)],
    )  # fmt: skip
    again = register.write(origin("c"), [staged("compound", {"code": "A", "households": "120"})])
    assert again.number is None
    register.write(
        origin("d"), [staged("compound", {"code": "A", "households": "125", "name": "甲"})]
    )
    rows = current(
        register,
        "select valid::text, name, households from compound where upper_inf(known) order by valid",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("(,2024-01-01)", "甲", 100),
        ("[2024-01-01,)", "甲", 125),
    ]


def test_effective_date_and_another_column_commute(new_register: Callable[[], Register]) -> None:
    since = dt.date(2024, 1, 1)
    first = ("a", [staged("compound", {"code": "A", "name": "甲"})])
    second = (
        "b",
        [staged("compound", {"code": "A", "households": "1", "valid": "[2024-01-01,)"}, effective=since)],
    )  # fmt: skip
    seen = []
    for order in ((first, second), (second, first)):
        register = new_register()
        for file, items in order:
            register.write(origin(file), items)
        seen.append(
            current(
                register,
                "select name, households from compound where upper_inf(known)"
                " and valid @> date '2024-06-01'",
            )
        )
    assert seen[0] == seen[1] == [{"name": "甲", "households": 1}]


def test_end_told_later_ends_the_period(register: Register) -> None:
    row = {"code": "A", "mode": "市场化物业", "valid": "[2022-01-01,)"}
    register.write(origin("a"), [staged("service_status", row)])
    register.write(
        origin("b"), [staged("service_status", {**row, "valid": "[2022-01-01,2024-01-01)"})]
    )
    rows = current(register, "select valid::text from service_status where upper_inf(known)")
    assert rows == [{"valid": "[2022-01-01,2024-01-01)"}]


def test_open_period_lasts_until_the_next_file_says_otherwise(register: Register) -> None:
    for file, mode, valid in (
        ("a", "市场化物业", "[2022-01-01,)"),
        ("b", "无物业", "[2023-06-01,2024-01-01)"),
    ):
        register.write(
            origin(file), [staged("service_status", {"code": "A", "mode": mode, "valid": valid})]
        )
    rows = current(
        register,
        "select mode, valid::text from service_status where upper_inf(known) order by valid",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("市场化物业", "[2022-01-01,2023-06-01)"),
        ("无物业", "[2023-06-01,2024-01-01)"),
    ]


def test_same_file_is_a_no_op_and_an_old_one_asks(register: Register) -> None:
    old = [staged("compound", {"code": "A", "name": "旧"})]
    assert register.write(origin("a"), old).number == 1
    assert register.write(origin("a"), old).number is None
    register.write(origin("b"), [staged("compound", {"code": "A", "name": "新"})])
    with pytest.raises(SupersededFile, match="第 1 号变更"):
        register.write(origin("a"), old)
    assert len(register.changes()) == 2
    assert register.write(origin("a"), old, again=True).number == 3


def test_dry_run_writes_nothing(register: Register) -> None:
    done = register.write(origin("a"), [staged("compound", {"code": "A"})], dry_run=True)
    assert done.number is None
    assert done.changed == {0}
    assert register.changes() == []
    assert current(register, "select 1 as n from compound") == []


def test_undo_takes_a_whole_change_back_and_is_recorded(register: Register) -> None:
    register.write(origin("a"), [staged("compound", {"code": "A", "name": "旧"})])
    register.write(
        origin("b"), [staged("compound", {"code": "A", "name": "新"}, {"code": "B", "name": "乙"})]
    )
    with pytest.raises(InputError, match="第 2 号变更改动了同样的内容"):
        register.undo(1, "tester")
    assert register.undo(2, "tester") == 3
    rows = current(register, "select code, name from compound where upper_inf(known)")
    assert rows == [{"code": "A", "name": "旧"}]
    with pytest.raises(InputError):
        register.undo(2, "tester")
    with pytest.raises(NotFound):
        register.undo(9, "tester")
    assert register.changes()[0]["undoes"] == 2
    # After an undo the file may come again without --again.
    assert (
        register.write(origin("b"), [staged("compound", {"code": "B", "name": "乙"})]).number == 4
    )
    # As known after change 2, the register still shows it.
    seen = current(register, "select name from compound where code = 'A' and known @> 2::bigint")
    assert seen == [{"name": "新"}]


def test_changes_are_taken_back_one_after_the_other(register: Register) -> None:
    for author, name in (("a", "一"), ("b", "二"), ("c", "三")):
        register.write(origin(author), [staged("compound", {"code": "A", "name": name})])
    assert (register.undo(3, "tester"), register.undo(2, "tester")) == (4, 5)
    with pytest.raises(InputError, match="第 5 号变更"):
        register.undo(2, "tester")
    rows = current(register, "select name from compound where upper_inf(known)")
    assert rows == [{"name": "一"}]
    register.write(origin("d"), [staged("compound", {"code": "A", "name": "四"})])
    with pytest.raises(InputError, match="第 6 号变更"):
        register.undo(1, "tester")
    register.undo(6, "tester")
    register.undo(1, "tester")
    assert current(register, "select name from compound where upper_inf(known)") == []
    seen = current(register, "select name from compound where known @> 4::bigint")
    assert seen == [{"name": "二"}]


def test_complete_file_retracts_what_it_leaves_out_of_its_division(register: Register) -> None:
    rows = [
        {"code": code, "division": division, "in_ledger": "true"}
        for code, division in (("A", "530102"), ("B", "530102001"), ("C", "530103"))
    ]
    item = staged("compound", *rows)
    item.rows["access_division"] = item.rows["division"]
    register.write(origin("a"), [item])
    fewer = staged("compound", rows[0], complete=Complete("530102", in_ledger=True))
    done = register.write(origin("b"), [fewer])
    assert done.retracted == 1
    left = current(register, "select code from compound where upper_inf(known) order by code")
    assert [row["code"] for row in left] == ["A", "C"]


# A model of the period rule, apart from the SQL: a list of (start, end, mode), day numbers,
# end None for open.
Period = tuple[int, int | None, str]


def model_write(held: list[Period], new: Period) -> list[Period]:
    start, end, said = new
    later = [begins for begins, _, _ in held if begins > start]
    if end is None and later:
        end = min(later)
    new = (start, end, said)
    out: list[Period] = []
    for old in held:
        begins, ends, mode = old
        overlaps = (end is None or begins < end) and (ends is None or start < ends)
        if not overlaps:
            out.append(old)
            continue
        if begins == start:
            continue
        if begins < start:
            out.append((begins, start, mode))
        if ends is None and begins < start:
            continue
        if end is not None and (ends is None or ends > end):
            out.append((max(end, begins), ends, mode))
    return sorted([*out, new], key=lambda period: period[0])


@st.composite
def writes(draw: st.DrawFn) -> list[Period]:
    found = []
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, DAYS - 1))
        end = draw(st.one_of(st.none(), st.integers(start + 1, DAYS)))
        found.append((start, end, draw(st.sampled_from(["市场化物业", "无物业", "社区托管"]))))
    return found


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=writes())
def test_periods_follow_the_model_and_every_past_stays_as_it_was(
    register: Register, story: list[Period]
) -> None:
    code = uuid.uuid4().hex
    held: list[Period] = []
    pasts: list[tuple[int, list[Period]]] = []

    def day(number: int | None) -> dt.date | None:
        return None if number is None else DAY_0 + dt.timedelta(days=number)

    for number, new in enumerate(story):
        row = {"code": code, "mode": new[2], "valid": span(day(new[0]), day(new[1]))}
        done = register.write(origin(f"{code}-{number}"), [staged("service_status", row)])
        held = model_write(held, new)
        pasts.append((done.number or register.known_change(), held))
    for known, expected in pasts:
        rows = current(
            register,
            f"select lower(valid) as a, upper(valid) as b, mode from service_status"
            f" where code = '{code}' and known @> {known}::bigint order by a",
        )
        assert [(row["a"], row["b"], row["mode"]) for row in rows] == [
            (day(a), day(b), mode) for a, b, mode in expected
        ]
